"""What every screen is made with: the visit, the settings, the moment; and the parts that look the same everywhere."""

from __future__ import annotations

from datetime import datetime

from config.settings import Language, Settings
from hardware import faults
from hardware.devices import Private
from hardware.faults import Fault, FaultCode
from kiosk_app.touches import EaseAsked, HelpAsked, LanguageChosen, LanguagesAsked, StopPressed
from kiosk_app.visit import Portal, Visit
from ui import hours, phrases
from ui.screen import Choice, Header, Qr, Role, Section
from ui.texts import Texts, mark, texts_in

# The steps of a visit, and how the step line calls them.
CARD, CHOOSE, CHECK, PRINT = 1, 2, 3, 4
_TRANSLATED = mark("Vertaling – de Nederlandse tekst geldt")
# Said to who reads no Dutch, and has touched nothing yet.
ALSO_IN = {Language.FR: "Aussi en français", Language.DE: "Auch auf Deutsch", Language.EN: "Also in English"}
OWN_NAMES = {Language.NL: "Nederlands", Language.FR: "Français", Language.DE: "Deutsch", Language.EN: "English"}
_STEPS = (mark("1. Kaart of code"), mark("2. Kiezen"), mark("3. Nakijken"), mark("4. Afdrukken"))

_LARGE_STEPS = (
    *(mark("Stap 1 van 4: kaart of code"), mark("Stap 2 van 4: kiezen")),
    *(mark("Stap 3 van 4: nakijken"), mark("Stap 4 van 4: afdrukken")),
)
# No thing behind a door can be had online, which is where the words of a fault may send who came for a document.
_DOOR_STAYED_SHUT = mark("Je vakje bleef dicht. Wat erin ligt, ligt er nog. Probeer het later opnieuw.")


def words_at_door(fault: Fault) -> str:
    """Give the words of a fault for who came for a thing."""
    return _DOOR_STAYED_SHUT if "online" in fault.text else fault.text


class Scene(Private, frozen=True):
    """A visit at a moment, in a town."""

    visit: Visit
    settings: Settings
    now: datetime

    @property
    def texts(self) -> Texts:
        """What is said in the language of this visit."""
        return texts_in(self.visit.language, self.settings.form_of_address)

    def say(self, text: str, /, **parts: object) -> str:
        """Give a sentence, written here in Dutch, in the language of this visit."""
        return self.texts.say(text, **parts)

    def plural(self, one: str, many: str, n: int, /, **parts: object) -> str:
        """Give a sentence by its number, which is the part `n`."""
        return self.texts.plural(one, many, n, **parts)

    @property
    def makes_documents(self) -> bool:
        """Whether this kiosk has all that a document takes; else it is the portal alone."""
        settings = self.settings
        return settings.back_end is not None and settings.card_reader is not None and settings.printer is not None

    @property
    def slot(self) -> str:
        """Where paper comes out, as in 'de gleuf …'."""
        return self.texts.local(self.settings.printer.place) if self.settings.printer is not None else ""

    @property
    def header(self) -> Header:
        """The band at the top."""
        time, day = phrases.clock(self.texts, self.now), phrases.day(self.texts, self.now.date())
        if self.visit.ease.large:
            dutch = self.visit.language is Language.NL
            town, name = (self.settings.town.municipality, "") if dutch else ("", self.say(_TRANSLATED))
            return Header(town, name, time, "", tuple(self.say(step) for step in _LARGE_STEPS))
        return Header(self.settings.town.name, self._name, time, day, tuple(self.say(step) for step in _STEPS))

    @property
    def _name(self) -> str:
        """The name of the kiosk; a translation says in its place that it is one, in Dutch too where there is room."""
        if self.visit.language is Language.NL:
            return "Loket 24/7"
        on_its_side = self.settings.screen.width_mm > self.settings.screen.height_mm
        return f"{self.say(_TRANSLATED)} · {_TRANSLATED}" if on_its_side else self.say(_TRANSLATED)

    @property
    def bar(self) -> tuple[Choice, ...]:
        """The bar of a visit."""
        stop = Choice("stop", self.say("Stoppen"), StopPressed(), Role.BAR, "icon-close")
        return stop, self._help, *self._languages, self._ease

    @property
    def portal_bar(self) -> tuple[Choice, ...]:
        """The bar where nothing can be stopped: whom to call, and which kiosk this is, in plain text."""
        town, which = self.settings.town, self.say("Kiosk {kiosk}", kiosk=self.settings.kiosk)
        return (
            Choice(
                "kiosk", self.say("{number} bij nood", number=town.emergency_number), None, Role.BAR, description=which
            ),
            self._help,
            *self._languages,
            self._ease,
        )

    @property
    def staff_bar(self) -> tuple[Choice, ...]:
        """The bar of maintenance, which is read in letters of one size."""
        stop = Choice("stop", self.say("Stoppen"), StopPressed(), Role.BAR, "icon-close")
        return stop, self._help, *self._languages

    @property
    def own_bar(self) -> tuple[Choice, ...]:
        """The bar of a page that may stand over the portal or over a visit."""
        return self.portal_bar if isinstance(self.visit.state, Portal) else self.bar

    @property
    def _ease(self) -> Choice:
        hears = self.settings.speech is not None
        name = self.say("Zien en horen") if hears else self.say("Zien en tikken")
        return Choice("ease", name, EaseAsked(), Role.BAR, "icon-letters")

    @property
    def _help(self) -> Choice:
        return Choice("help", self.say("Help"), HelpAsked(), Role.BAR, "icon-help")

    @property
    def _languages(self) -> tuple[Choice, ...]:
        """Every other language of this kiosk: one under its own name, several behind one cell."""
        others = [language for language in self.settings.languages if language is not self.visit.language]
        if len(others) > 1:
            codes = " ".join(one.upper() for one in others)
            return (Choice("languages", codes, LanguagesAsked(), Role.BAR, "icon-language"),)
        return tuple(
            Choice(f"language-{one}", OWN_NAMES[one], LanguageChosen(one), Role.BAR, "icon-language") for one in others
        )

    @property
    def counter_section(self) -> tuple[Section, ...]:
        """The counter as a way out, where the town gave its hours."""
        sentence = hours.counter_sentence(self.texts, self.settings, self.now)
        return (Section(self.say("Aan de balie"), sentence),) if sentence else ()

    @property
    def online(self) -> Qr:
        """The way to the online desk."""
        return self._qr(self.settings.town.online_desk, self.say("Documenten online"))

    @property
    def desk(self) -> Qr:
        """Give the way to the online desk for whatever this kiosk does not do."""
        town = self.settings.town
        if town.appointment is not None:
            return self._qr(town.online_desk, self.say("Regel het online"))
        return self._qr(town.online_desk, self.say("Maak een afspraak, of regel het online"))

    @property
    def appointment(self) -> Qr:
        """Give the way to an appointment at the counter, where there is one apart; else to the online desk."""
        town = self.settings.town
        if town.appointment is not None:
            return self._qr(town.appointment, self.say("Maak een afspraak"))
        return self.desk

    def _qr(self, address: str, caption: str) -> Qr:
        return Qr(address, caption, self.say("Op het scherm staat een QR-code: {caption}.", caption=caption))

    @property
    def to_the_beginning(self) -> Choice:
        """The way out of a page on which a visit ends."""
        return Choice("leave", self.say("Terug naar het begin"), StopPressed(), Role.PRIMARY, "icon-forward")

    def fault(self, code: FaultCode) -> Fault:
        """Give the row of a fault."""
        return faults.FAULTS[code]

    def words(self, text: str) -> str:
        """Give a text of a fault, with the name of this town where it asks for that."""
        return self.say(text, municipality=self.settings.town.municipality)
