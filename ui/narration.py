"""What is said of a screen, and when: pure words out of a `Screen`, and the narrator who remembers what was said.

`private` is a headset: there, and nowhere else, names, facts, codes and what was typed are said. A digit of a PIN is
never said: each is the same tick.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from config.settings import Address
from hardware.sound import Outlet, Tone, Utterance
from kiosk_app.visit import Visit, Voice
from ui.screen import Choice, Item, Screen, Template
from ui.texts import Texts, texts_in


class Mouth(Protocol):
    """Whoever says it; `hardware.sound.Speaker` is one."""

    def speak(self, utterance: Utterance) -> None:
        """Say this from now on."""

    def tick(self, tone: Tone) -> None:
        """Let one neutral sound be heard."""

    def hush(self) -> None:
        """Say nothing more."""


def sentences(screen: Screen, *, private: bool) -> tuple[str, ...]:
    """Give all that is said of a screen, the most pressing first."""
    return tuple(text for text in _parts(screen, private=private) if text)


def announcement(screen: Screen) -> tuple[str, ...]:
    """Give what is said to a hall in which nobody asked to be read to: what cannot wait."""
    return tuple(text for text in _heading(screen, private=False) if text)


def _heading(screen: Screen, *, private: bool) -> tuple[str, ...]:
    return (screen.title, *screen.lead) if private or not screen.said else (screen.said,)


def _parts(screen: Screen, *, private: bool) -> Iterator[str]:
    yield screen.warning
    yield from _heading(screen, private=private)
    if screen.hero is not None:
        yield from (screen.hero.status, screen.hero.title, screen.hero.text, screen.hero.call)
    for section in screen.sections:
        yield from (section.title, _spelled(section.code) if private else "", section.text)
    if private:
        yield from (f"{fact.name}: {', '.join(value.text for value in fact.values)}." for fact in screen.facts)
    for item in screen.items:
        yield from _of_item(item, private=private)
    yield from (screen.hint, screen.footer, screen.question, screen.guide)
    for row in (*screen.coming, *screen.services):
        yield f"{row.name}. {row.place}. {row.state}."
    if screen.news is not None:
        yield from (screen.news.title, screen.news.text)
    if screen.qr is not None:
        yield screen.qr.said
    if screen.counter is not None:
        yield f"{screen.counter.title}. {screen.counter.state}. {screen.counter.when}"


def _of_item(item: Item, *, private: bool) -> Iterator[str]:
    """Say which document it is, and its code, to its own resident alone."""
    yield f"{item.title}. {item.status}." if private else f"{item.status}."
    if private:
        yield from (item.detail, _spelled(item.code))


def _spelled(code: str) -> str:
    return ", ".join(" ".join(group) for group in code.split("-")) if code else ""


def of_choice(choice: Choice, texts: Texts) -> tuple[str, ...]:
    """Give what is said of a choice that a key or a finger came to."""
    state = ""
    if not choice.enabled:
        state = texts.say("Dit kan nu niet.")
    elif choice.ticked is not None:
        state = texts.say("Aangevinkt.") if choice.ticked else texts.say("Niet aangevinkt.")
    return tuple(text for text in (choice.label, state, choice.description) if text)


def typed(screen: Screen) -> int:
    """Count the signs that stand typed on a screen."""
    return screen.typed + len(screen.field) + sum(sign != "" for group in screen.groups for sign in group)


def same_page(before: Screen, after: Screen) -> bool:
    """Whether it is one page, of which something changed."""
    return (before.template, before.title) == (after.template, after.title)


class Narrator:
    """Says what is new each time a screen was painted, and each choice that is come to."""

    def __init__(self, mouth: Mouth, address: Address) -> None:
        self._mouth, self._address = mouth, address
        self._before: Screen | None = None
        self._visit = Visit()

    def show(self, screen: Screen, visit: Visit, *, aloud: bool) -> None:
        """Take in the screen that was painted; `aloud`: it is to be said even to who did not ask for it."""
        before, was_on = self._before, self._visit.voice.on
        self._before, self._visit = screen, visit
        if visit.voice.on:
            self._read(before if was_on else None, screen, again=aloud)
        elif was_on:
            self._mouth.hush()
        if aloud and not visit.voice.on:
            self._say(announcement(screen))

    def come_to(self, choice: Choice) -> None:
        """Say what a key or a finger came to; a key of a PIN pad is no choice, and comes here never."""
        if self._visit.voice.on:
            self._say(of_choice(choice, texts_in(self._visit.language, self._address)))

    def _read(self, before: Screen | None, screen: Screen, *, again: bool) -> None:
        private = self._visit.voice.headset
        said = sentences(screen, private=private)
        if before is None or again or not same_page(before, screen):
            self._say(said)
        elif typed(before) != typed(screen):
            self._echo(before, screen, private=private)
        else:
            known = sentences(before, private=private)
            self._say(tuple(sentence for sentence in said if sentence not in known))

    def _echo(self, before: Screen, screen: Screen, *, private: bool) -> None:
        """Let a typed sign be heard: by its name only where no PIN is typed and nobody else listens."""
        if typed(screen) < typed(before):
            self._say((screen.hint,) if screen.hint else ())
        elif private and screen.template is Template.TYPE:
            signs = [sign for group in screen.groups for sign in group if sign] or list(screen.field)
            self._say((signs[-1],) if signs[-1].strip() else ())
        else:
            self._mouth.tick(_tone(self._visit.voice))

    def _say(self, said: tuple[str, ...]) -> None:
        if said:
            plain = tuple(sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in said)
            self._mouth.speak(Utterance(plain, self._visit.language.value, _tone(self._visit.voice)))


def _tone(voice: Voice) -> Tone:
    return Tone(Outlet.HEADSET if voice.on and voice.headset else Outlet.SPEAKER, voice.volume)
