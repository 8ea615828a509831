"""The scripted resident: looks at the screen, and does what a resident would do there, the moment it is possible."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulators.eid.bench import CardBench
from simulators.eid.pinpad import Deed, Later

# What a choice that stands for a claim is called: by its number.
_CLAIM = re.compile(r"product-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECIPIENT = "KRING"
# Where a visit that was begun comes to its end.
_HOME = "Portal"
# EN 301 549 §5.9: the kiosk lets a second strike within half a second go by.
SECOND_STRIKE = 0.6
# What stands bottom right, on whichever screen.
PRIMARY_PLACE = {
    *("pinDone", "typed", "chosen", "confirm", "paperTaken", "paperGone", "leave", "stopNow", "took", "doorNext"),
}


class Glass(Protocol):
    """The kiosk's screen."""

    def touch(self, choice: str) -> None:
        """Touch a choice by its id."""


@dataclass(frozen=True)
class Slot:
    """The reader's slot, with this resident's card."""

    cards: CardBench
    card: str

    def insert(self) -> None:
        """Put the card in."""
        self.cards.insert(self.card)

    def pull(self) -> None:
        """Take the card out."""
        self.cards.pull()


@dataclass
class Resident:
    """Somebody who wants one document. What was seen is kept in `states`, in order."""

    glass: Glass
    slot: Slot
    pin: str
    products: tuple[str, ...] = ("householdComposition",)
    code: str = ""
    scan: Callable[[str], None] | None = None
    reach: Callable[[int], None] | None = None  # take out what is behind an open door, and shut it
    answer: str = "paper"
    copies: int = 1
    reads_the_list: bool = False
    wrong_first: bool = False
    wants_slip: bool = False
    forgets_card: bool = False
    waits_for_document: bool = False
    leaves_paper: bool = False
    looks_first: bool = False
    stops_at: str | None = None
    keys: Later | None = None  # those of the reader, where it has them
    at_keys: list[str | Deed] = field(default_factory=list)  # what is done there first, before the PIN is typed
    insists: bool = False
    touches: int = 0
    pin_touches: int = 0
    states: list[str] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)
    on_state: Callable[[str], None] = lambda _state: None
    on_digit: Callable[[int], None] = lambda _count: None
    pulled_early: bool = False
    was_refused: bool = False
    _before_door: int = 0
    _card_in: bool = False
    _pin_typed: bool = False
    _asked_slip: bool = False
    _touched: tuple[str, float] = ("", 0.0)
    _answered: bool = True
    _chosen: int = 0
    _typed: bool = False
    _answered_of: tuple[str, ...] = ()
    _keyed: tuple[int, bool] | None = None

    def see(self, screen: dict[str, Any]) -> bool:
        """Look at a screen and act; True when the visit is over and the kiosk is free again."""
        state, choices = str(screen["state"]), list(screen["choices"])
        if state == "PinOnReader" and screen["signing"]:
            self._use_keys(wrong=bool(screen["wrong"]))
        self._before_door = int(screen.get("compartment", 0))
        if not self.states or self.states[-1] != state:
            self.states.append(state)
            self.at.setdefault(state, float(screen["at"]))
            self.feel(screen)
            self.on_state(state)
            if screen.get("refused"):
                self._be_refused()
            else:
                self._act(state, choices)
        elif state == "EnterPin" and self._pin_typed and "pinDone" in choices:
            self._pin_typed = False
            self._touch("pinDone")
        elif state == "EnterCode" and screen.get("refused"):
            self._be_refused()
        elif state in ("EnterCode", "Asking", "Choosing", "Offerings"):
            self._go_on(state, choices)
        elif state == "TakeCard" and self.looks_first and "look" in choices:
            self.looks_first = False
            self._touch("look")
        elif state == "Viewing" and screen["drawn"]:
            self._read(clear=bool(screen["clear"]))
        elif state == "TakeCard" and self.waits_for_document and not screen["awaited"]:
            self.take_card()
        elif state == "Printed":
            self._look_for_slip(screen["slip"], choices)
        return state == _HOME and len(self.states) > 1

    def _act(self, state: str, choices: list[str]) -> None:
        if state == self.stops_at:
            self._touch("stop")
            return
        actions: dict[str, Callable[[], None]] = {
            _HOME: self._begin,
            "PaperLeft": lambda: self._touch("paperGone"),
            "AskCard": lambda: self._touch("offerings" if self.reads_the_list else "code"),
            "EnterCode": lambda: self._type(self.code.replace("-", "")),
            "EnterPin": self._type_pin,
            "LastTry": lambda: self._touch("tryAnyway" if self.insists else "stopNow"),
            "Choosing": lambda: self._choose(choices),
            "Asking": lambda: self._answer(choices),
            "Checking": lambda: self._check(choices),
            "TakeCard": self._take_card,
            "CardBack": self._take_card,
            "Collecting": self._take_card,
            "DoorOpen": self._reach,
            "AskTaken": lambda: self._touch("took"),
            "NextDoor": lambda: self._touch("doorNext"),
            "Printed": lambda: self._take_paper(choices),
            "Notice": lambda: self._touch("leave"),
        }
        actions.get(state, lambda: None)()

    def _begin(self) -> None:
        if len(self.states) > 1:
            return
        if self.scan is not None:
            self.scan(self.code)
        elif self.code or self.reads_the_list:
            self._touch("documents")
        else:
            self._card_in = True
            self.slot.insert()

    def _choose(self, choices: list[str]) -> None:
        """Touch the next document wanted, or turn the page; `claim` is whatever waits ready-made."""
        wanted = self.products[self._chosen]
        ready = [choice for choice in choices if _CLAIM.fullmatch(choice)]
        name = ready[0] if wanted == "claim" and ready else f"product-{wanted}"
        if name not in choices and "pageAfter" in choices:
            self._touch("pageAfter")
            return
        self._chosen += 1
        self._touch(name)

    def _go_on(self, state: str, choices: list[str]) -> None:
        """Do the next thing on a screen that stayed: it has more questions, or a button has come to life."""
        if state == "Offerings" and "offered" not in self.states:
            self.states.append("offered")
            self._touch("stop")
        elif state == "Choosing" and self._touched[0] == "pageAfter":
            self._choose(choices)
        elif state == "Choosing" and "chosen" in choices:
            self._tick(choices)
        elif state == "EnterCode" and "typed" in choices and not self._typed:
            self._typed = True
            self._touch("typed")
        elif state == "Asking":
            self._answer(choices)

    def _tick(self, choices: list[str]) -> None:
        """Tick the next of several, and go on after the last."""
        if self._chosen < len(self.products):
            self._choose(choices)
        elif self._chosen == len(self.products):
            self._chosen += 1
            self._touch("chosen")

    def _answer(self, choices: list[str]) -> None:
        """Answer a question: what it is for, whom it is for, on paper or in the eBox, how many."""
        answers = [choice for choice in choices if choice.startswith("answer-")]
        if tuple(answers) == self._answered_of:
            return
        wanted = next((one for one in (self.answer, str(self.copies)) if f"answer-{one}" in answers), None)
        if wanted is not None:
            self._touch(f"answer-{wanted}")
        elif answers:
            self._touch(answers[0])
        elif "typed" in choices:
            self._touch("typed")
        elif not self._typed:
            self._typed = True
            self._type(_RECIPIENT)
            return
        self._answered_of = tuple(answers)

    def _check(self, choices: list[str]) -> None:
        more = self._chosen < len(self.products)
        self._touch("another" if more and "another" in choices else "confirm")

    def _type(self, signs: str) -> None:
        """Type signs on the screen's own keys."""
        for sign in signs:
            self.touches += 1
            self.glass.touch(f"sign{sign}")

    def _type_pin(self) -> None:
        pin, self.wrong_first = ("0000" if self.wrong_first else self.pin), False
        for digit in pin:
            self.pin_touches += 1
            self.glass.touch(f"digit{digit}")
            self.on_digit(self.pin_touches)
            if not self._card_in:
                return  # who takes the card out types no further
        self._pin_typed = True

    def _use_keys(self, *, wrong: bool) -> None:
        """Type on the reader's own keys, each time the screen sends the hands there."""
        asked = (self.states.count("LastTry"), wrong)
        if self.keys is not None and asked != self._keyed:
            self._keyed = asked
            self.keys.do(self.at_keys.pop(0) if self.at_keys else self.pin)

    def _take_card(self) -> None:
        if not (self.forgets_card or self.waits_for_document or self.looks_first):
            self.take_card()

    def _read(self, *, clear: bool) -> None:
        """Touch the page out of its blur; take the card once it can be read."""
        if clear:
            self.take_card()
        elif self._touched[0] != "sheet":
            self._touch("sheet")

    def take_card(self) -> None:
        """Pull the card, if it is in."""
        if self._card_in:
            self._card_in = False
            self.pulled_early = self.states[-1] not in ("TakeCard", "Viewing", "CardBack", "Collecting")
            self.slot.pull()

    def _take_paper(self, choices: list[str]) -> None:
        if self.wants_slip and "slip" in choices:
            self.wants_slip, self._asked_slip = False, True
            self._touch("slip")
        elif not (self._asked_slip or self.leaves_paper):
            self._touch("paperTaken" if "paperTaken" in choices else "leave")

    def _reach(self) -> None:
        if self.reach is not None:
            self.reach(self._before_door)

    def _be_refused(self) -> None:
        """Read that the code is none here, and go."""
        if not self.was_refused:
            self.was_refused = True
            self._touch("stop")

    def _look_for_slip(self, slip: str, choices: list[str]) -> None:
        if self._asked_slip and slip in ("printed", "failed"):
            self._asked_slip = False
            self._take_paper(choices)

    def feel(self, screen: dict[str, Any]) -> None:
        """Note that a screen answers the last touch: a busy kiosk felt it late, but no later than this."""
        if not self._answered:
            self._touched, self._answered = (self._touched[0], float(screen["at"])), True

    def _touch(self, choice: str) -> None:
        """Touch; on one spot no sooner than a person could: a second strike counts as a trembling hand."""
        last, when = self._touched
        if choice == last or {choice, last} <= PRIMARY_PLACE or last == "another":  # which stands among the rows
            time.sleep(max(0.0, when + SECOND_STRIKE - time.monotonic()))
        self._touched, self._answered = (choice, time.monotonic()), False
        self.touches += 1
        self.glass.touch(choice)
