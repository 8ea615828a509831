"""The loop of a visit: clocks that ring, a PIN that stays nowhere, tickets that are minted once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest

from config.settings import StaffRole
from config.timeouts import Timeouts
from hardware.devices import Applet, Certificate, Health
from hardware.faults import FaultCode
from kiosk_app import events
from kiosk_app.core import Core
from kiosk_app.effects import CheckStaffCode, Effect, OrderDocument, RecogniseCard, SignChallenge, Start
from kiosk_app.loop import PlainLoop
from kiosk_app.maintenance.happenings import AllTold
from kiosk_app.maintenance.work import Cleaning, Menu, Told, Trouble, Work
from kiosk_app.parts import Part
from kiosk_app.pin import PinBuffer, wipe
from kiosk_app.step import step
from kiosk_app.visit import Challenge, Overlay, Person, Portal, Product, StaffAtWork, TakeCard, Visit

HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")


class Hands:
    """Hands that remember what they were asked to do; no device is behind them."""

    def __init__(self) -> None:
        self.done: list[Effect] = []
        self.pins: list[bytes] = []

    def do(self, effect: Effect) -> None:
        """Remember the wish."""
        self.done.append(effect)

    def sign(self, effect: SignChallenge, pin: bytearray) -> None:
        """Remember the PIN as it came, and wipe it as promised."""
        self.done.append(effect)
        self.pins.append(bytes(pin))
        wipe(pin)

    def check_code(self, effect: CheckStaffCode, code: bytearray) -> None:
        """As a PIN."""
        self.done.append(effect)
        self.pins.append(bytes(code))
        wipe(code)


@contextmanager
def running(
    timeouts: Timeouts | None = None,
) -> Iterator[tuple[Core, Hands, Callable[[Callable[[Visit], bool]], Visit]]]:
    """Run a core on a loop of its own; gives it, its hands, and a way to wait for a fact."""
    loop, hands = PlainLoop(), Hands()
    core = Core(loop, hands, timeouts or Timeouts())
    changed = threading.Condition()

    def tell(*_: object) -> None:
        with changed:
            changed.notify_all()

    def until(fact: Callable[[Visit], bool]) -> Visit:
        with changed:
            assert changed.wait_for(lambda: fact(core.visit), timeout=10), core.visit
        return core.visit

    core.listen(tell)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield core, hands, until
    finally:
        loop.stop()
        thread.join(5)


def to_the_pin_pad(core: Core, until: Callable[[Callable[[Visit], bool]], Visit]) -> None:
    """Put a card in and have it recognised."""
    core.post(events.CardInserted())
    number = until(lambda visit: visit.number > 0).number
    core.post(events.CardRecognised(number, Applet.V1_8, 3))


def sign_in(core: Core, until: Callable[[Callable[[Visit], bool]], Visit]) -> None:
    """Go from the portal to the list of products."""
    to_the_pin_pad(core, until)
    number = core.visit.number
    core.post(events.CertificateRead(number, Certificate(b"der", "ES384", expired=False)))
    core.post(events.ChallengeReceived(number, Challenge("1", "n" * 44)))
    for digit in (1, 2, 3, 4):
        core.type_digit(digit)
    core.post(events.PinEntered())
    core.post(events.SignedIn(number, Person("An", "Peeters"), (HOUSEHOLD,)))


def test_the_card_gets_the_digits_that_were_typed_and_nobody_else_does() -> None:
    """Erased digits are gone, the rest arrives once, and nothing of it is left in the core."""
    with running() as (core, hands, until):
        to_the_pin_pad(core, until)
        for digit in (9, 8, 1, 2, 3, 4, 7):
            core.type_digit(digit)
        core.post(events.LastErased())
        core.post(events.AllErased())
        for digit in (1, 2, 3, 4, 7):
            core.type_digit(digit)
        core.post(events.LastErased())
        core.post(events.PinEntered())
        core.post(events.CertificateRead(1, Certificate(b"der", "ES384", expired=False)))
        core.post(events.ChallengeReceived(1, Challenge("1", "n" * 44)))
        until(lambda _visit: bool(hands.pins))
        assert hands.pins == [b"1234"]
        assert not core._pin.take()


def test_each_confirmed_document_has_a_ticket_of_its_own() -> None:
    """Tickets are random, fresh at each confirmation, and the order carries them."""
    tickets: list[UUID] = []
    for _ in range(2):
        with running() as (core, hands, until):
            sign_in(core, until)
            core.post(events.Chose(HOUSEHOLD.code))
            core.post(events.Confirmed())
            until(lambda visit: isinstance(visit.state, TakeCard))
            tickets += [effect.ticket for effect in hands.done if isinstance(effect, OrderDocument)]
    assert len(set(tickets)) == 2
    assert {ticket.version for ticket in tickets} == {4}


def test_nobody_there_is_asked_and_then_taken_home() -> None:
    """The idle clock asks; the next clock ends the visit; both run by themselves."""
    short = Timeouts(idle=0.05, still_there=0.05, goodbye=0.05)
    with running(short) as (core, _hands, until):
        core.post(events.DocumentsAsked())
        until(lambda visit: visit.overlay is Overlay.STILL_THERE)
        until(lambda visit: isinstance(visit.state, Portal) and visit.number == 1)


def test_a_digit_typed_elsewhere_than_on_the_pad_is_lost() -> None:
    """Digits reach the buffer while the PIN is asked for and no page lies over it."""
    with running() as (core, hands, until):
        core.type_digit(5)
        to_the_pin_pad(core, until)
        core.post(events.HelpAsked())
        core.type_digit(6)
        until(lambda visit: visit.number == 1 and visit.overlay is None and any_recognised(hands))
        core.post(events.StopPressed())
        until(lambda visit: not isinstance(visit.state, Portal))
        assert not core._pin.take()


def any_recognised(hands: Hands) -> bool:
    """Say whether the card was looked at."""
    return any(isinstance(effect, RecogniseCard) for effect in hands.done)


@pytest.mark.parametrize("typed", ["1", "123456789012", "1234567890123"])
def test_a_pin_buffer_holds_twelve_digits_and_no_trace(typed: str) -> None:
    """Twelve at most; taken means gone; wiped means zeros; its repr tells nothing."""
    buffer = PinBuffer()
    for digit in typed:
        buffer.type(int(digit))
    assert repr(buffer) == "PinBuffer()"
    taken = buffer.take()
    assert taken == typed[:12].encode()
    assert buffer.take() == b""
    wipe(taken)
    assert set(taken) == {0}


def test_time_goes_on_in_maintenance_whatever_devices_say_and_while_a_screen_is_wiped_whatever_keys_say() -> None:
    """A printer that comes and goes keeps nobody's page open; a key that hangs keeps no kiosk shut."""
    menu = Work("T-03", StaffRole.TECHNICIAN, Menu())
    lost = Trouble(Part.PRINTER, FaultCode.PRINTER_LOST, Health.DOWN, datetime(2026, 11, 26, tzinfo=UTC))
    at_menu = Visit(state=StaffAtWork(menu))
    news = events.WorkAnswered(0, AllTold(Told(troubles=(lost,))))
    after, started = step(at_menu, news)
    assert after != at_menu
    assert started == ()
    wiped = Visit(state=StaffAtWork(Work("T-03", StaffRole.TECHNICIAN, Cleaning(60))))
    assert step(wiped, events.DigitTyped()) == (wiped, ())
    assert step(at_menu, events.DigitTyped()) == (at_menu, (Start(events.Clock.STEP, "staff_idle"),))
    after, started = step(wiped, events.TimedOut(events.Clock.STEP))
    assert started == (Start(events.Clock.STEP, "tick"),)
