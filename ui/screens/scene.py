"""What every screen is made with: the visit, the settings, the moment; and the parts that look the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.settings import Settings
from hardware import faults
from hardware.faults import Fault, FaultCode
from kiosk_app.events import HelpAsked, StopPressed
from kiosk_app.visit import Visit
from ui import dutch, hours
from ui.screen import Choice, Header, Qr, Role, Section

_HELP = Choice("help", "Help", HelpAsked(), Role.BAR, "icon-help")
# The steps of a visit, and how the step line calls them.
CARD, CHOOSE, CHECK, PRINT = 1, 2, 3, 4
_STEPS = ("1. Kaart", "2. Kiezen", "3. Nakijken", "4. Afdrukken")


@dataclass(frozen=True, repr=False)
class Scene:
    """A visit at a moment, in a town."""

    visit: Visit
    settings: Settings
    now: datetime

    @property
    def header(self) -> Header:
        """The band at the top."""
        return Header(self.settings.town.name, "Loket 24/7", dutch.clock(self.now), dutch.day(self.now.date()), _STEPS)

    @property
    def portal_bar(self) -> tuple[Choice, ...]:
        """The bar where nothing can be stopped: whom to call, and which kiosk this is, in plain text."""
        plain = Choice("kiosk", "112 bij nood", None, Role.BAR, description=f"Kiosk {self.settings.kiosk}")
        return plain, _HELP

    @property
    def counter_section(self) -> tuple[Section, ...]:
        """The counter as a way out, where the town gave its hours."""
        sentence = hours.counter_sentence(self.settings, self.now)
        return (Section("Aan de balie", sentence),) if sentence else ()

    @property
    def online(self) -> Qr:
        """The way to the online desk."""
        return Qr(self.settings.town.online_desk, "Documenten online")

    def fault(self, code: FaultCode) -> Fault:
        """Give the row of a fault."""
        return faults.FAULTS[code]

    def words(self, text: str) -> str:
        """Put the name of this town where a text asks for it."""
        return text.replace("{municipality}", self.settings.town.municipality)


def bar() -> tuple[Choice, ...]:
    """Give the bar of a visit."""
    return Choice("stop", "Stoppen", StopPressed(), Role.BAR, "icon-close"), _HELP


def to_the_beginning() -> Choice:
    """Give the way out of a page on which a visit ends."""
    return Choice("leave", "Terug naar het begin", StopPressed(), Role.PRIMARY, "icon-forward")
