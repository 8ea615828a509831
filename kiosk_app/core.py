"""The loop of one visit: it holds the state and the clocks, hands effects to the workers and takes their answers.

Everything here runs on the loop's own thread (with a screen: Qt's); only `post` may be called from any thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

from config.timeouts import Timeouts
from kiosk_app.effects import Cancel, CheckStaffCode, Effect, EraseDigit, Forget, ForgetPin, SignChallenge, Start
from kiosk_app.events import Clock, Confirmed, DigitTyped, Event, TimedOut
from kiosk_app.keys import Key, meaning
from kiosk_app.pin import PinBuffer
from kiosk_app.step import step
from kiosk_app.touches import Steer
from kiosk_app.visit import Checking, EnterPin, StaffAtWork, Visit


class Loop(Protocol):
    """The thread on which the visit lives."""

    def call_soon(self, work: Callable[[], None]) -> None:
        """Run `work` on the loop's thread; callable from any thread."""

    def alarm(self, seconds: float | None, work: Callable[[], None]) -> None:
        """Run `work` once after `seconds`, replacing the alarm set before; None: no alarm."""


class Hands(Protocol):
    """Whoever does what the visit wishes for."""

    def do(self, effect: Effect) -> None:
        """Begin the work; its answer comes by `Core.post`. Never blocks, never raises."""

    def sign(self, effect: SignChallenge, pin: bytearray) -> None:
        """Have the card verify the PIN and sign; wipes `pin`."""

    def check_code(self, effect: CheckStaffCode, code: bytearray) -> None:
        """Have a code of staff looked at; wipes `code`."""


Listener = Callable[[Visit, Event, Visit, tuple[Effect, ...]], None]


class Core:
    """The one visit of this kiosk, and its clocks."""

    def __init__(self, loop: Loop, hands: Hands, timeouts: Timeouts) -> None:
        self._loop = loop
        self._hands = hands
        self._timeouts = timeouts
        self._pin = PinBuffer()
        self._deadlines: dict[Clock, float] = {}
        self._listeners: list[Listener] = []
        self.visit = Visit()
        self.steer: Callable[[Steer], None] = lambda _way: None  # whoever has a screen moves over it

    def listen(self, listener: Listener) -> None:
        """Call `listener(before, event, after, effects)` after each step, on the loop's thread."""
        self._listeners.append(listener)

    def post(self, event: Event) -> None:
        """Take in an event, from any thread."""
        self._loop.call_soon(lambda: self.take(event))

    def take(self, event: Event) -> None:
        """Take in an event now, before anything that was posted; on the loop's thread, and not from within a step."""
        before = self.visit
        event = self._with_tickets(event)
        self.visit, effects = step(before, event)
        for effect in effects:
            self._carry_out(effect)
        self._set_alarm()
        for listener in self._listeners:
            listener(before, event, self.visit, effects)

    def type_digit(self, digit: int) -> None:
        """Put a digit of the PIN where only the card worker takes it from; elsewhere than at the pad it is lost."""
        self._loop.call_soon(lambda: self._type(digit))

    def press(self, key: Key) -> None:
        """Take a key of the keypad, from any thread: it does what it means by the time it is looked at."""
        self._loop.call_soon(lambda: self._press(key))

    def _press(self, key: Key) -> None:
        match meaning(self.visit, key):
            case None:
                pass
            case int(digit):
                self._type(digit)
            case Steer() as way:
                self.steer(way)
            case event:
                self.take(event)

    def _type(self, digit: int) -> None:
        if _takes_digits(self.visit) and self.visit.overlay is None:
            self._pin.type(digit)
        self.take(DigitTyped())

    def _with_tickets(self, event: Event) -> Event:
        """Mint the tickets of a confirmation: chance stays out of the chart."""
        if isinstance(event, Confirmed) and isinstance(self.visit.state, Checking):
            return Confirmed(tuple(uuid4() for _ in self.visit.state.chosen))
        return event

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Start(clock, lasts):
                self._deadlines[clock] = time.monotonic() + getattr(self._timeouts, lasts)
            case Cancel(clock):
                self._deadlines.pop(clock, None)
            case EraseDigit():
                self._pin.erase()
            case ForgetPin():
                self._pin.wipe()
            case CheckStaffCode():
                self._hands.check_code(effect, self._pin.take())
            case SignChallenge():
                self._hands.sign(effect, self._pin.take())
            case Forget():
                self._pin.wipe()
                self._hands.do(effect)
            case _:
                self._hands.do(effect)

    def _set_alarm(self) -> None:
        if not self._deadlines:
            self._loop.alarm(None, self._ring)
            return
        self._loop.alarm(max(0.0, min(self._deadlines.values()) - time.monotonic()), self._ring)

    def _ring(self) -> None:
        now = time.monotonic()
        for clock in [c for c, deadline in self._deadlines.items() if deadline <= now]:
            if self._deadlines.pop(clock, None) is not None:
                self.take(TimedOut(clock))
        self._set_alarm()


def _takes_digits(visit: Visit) -> bool:
    """Whether a digit that is typed now is one of a PIN, or of a code of staff."""
    return isinstance(visit.state, EnterPin) or (isinstance(visit.state, StaffAtWork) and visit.state.work.takes_digits)
