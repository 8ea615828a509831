"""The contract of card readers (`kiosk_app.reader_contract`) on the real pcscd, with a bench for a hand.

A new driver of a reader is judged by the same list: give `EidReader` another driver and `bench` another slot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hardware.devices import Applet, Card, CardReader, Certificate, PinRefused, Signature, SlotChange
from hardware.eid import EidReader
from kiosk_app.reader_contract import CHECKS, OF_THE_CARD, OF_THE_SLOT, Check, CheckFailed, Trial
from simulators.eid.bench import CardBench
from simulators.pcscd import READER_A

KINDS = {
    "1.8:francois": (Applet.V1_8, "ES384"),
    "1.7:an": (Applet.V1_7, "RS256"),
    "hybrid:an": (Applet.V1_7, "RS256"),
}


class BenchHand:
    """A hand with a virtual card, of which tries may be lost."""

    may_sign = True

    def __init__(self, bench: CardBench, card: str) -> None:
        self._bench, self._card = bench, card

    def put_in(self) -> None:
        self._bench.insert(self._card)

    def take_out(self) -> None:
        self._bench.pull()

    def pin(self) -> bytearray:
        return bytearray(b"1234")

    def wrong_pin(self) -> bytearray:
        return bytearray(b"9876")


@pytest.fixture
def begun(bench: CardBench) -> Iterator[Callable[[str, Callable[[], CardReader]], Trial]]:
    """Begin a trial of a driver, with a card in its reader."""
    trials: list[Trial] = []

    def begin(card: str, make: Callable[[], CardReader]) -> Trial:
        trials.append(Trial(make, BenchHand(bench, card), lambda _: None))
        trials[0].begin()
        return trials[0]

    yield begin
    for trial in trials:
        trial.reader.close()


Begun = Callable[[str, Callable[[], CardReader]], Trial]


def driver() -> EidReader:
    return EidReader(READER_A)


@pytest.mark.parametrize("check", OF_THE_CARD, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_the_reader_keeps_its_contract_with_every_kind_of_card(begun: Begun, check: Check, kind: str) -> None:
    check(begun(kind, driver))


@pytest.mark.parametrize("check", OF_THE_SLOT, ids=lambda check: check.__name__)
def test_the_reader_keeps_its_contract_at_the_slot(begun: Begun, check: Check) -> None:
    check(begun("1.8:francois", driver))


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_card_it_is_how_many_tries_it_has_and_how_it_signs(begun: Begun, kind: str) -> None:
    reader = begun(kind, driver).reader
    card, certificate = reader.recognise(), reader.read_certificate()
    assert (card.applet, certificate.algorithm) == KINDS[kind]
    assert (card.tries_left, certificate.expired) == (3, False)


# --- the contract is no formality ------------------------------------------------------------------------------------


class Forgetful(EidReader):
    """Counts no tries, and another number each time."""

    def recognise(self) -> Card:
        self._said = getattr(self, "_said", 3) - 1
        card = super().recognise()
        return Card(card.applet, self._said)


class Mixing(EidReader):
    """Gives another certificate each time."""

    def read_certificate(self) -> Certificate:
        self._said = getattr(self, "_said", 0) + 1
        certificate = super().read_certificate()
        return Certificate(certificate.der + bytes(self._said), certificate.algorithm, certificate.expired)


class Signing(EidReader):
    """Signs something else."""

    def sign(self, pin: bytearray, digest: bytes) -> Signature | PinRefused:
        return super().sign(pin, digest[::-1])


class Trying(EidReader):
    """Gives a PIN twice."""

    def sign(self, pin: bytearray, digest: bytes) -> Signature | PinRefused:
        super().sign(pin, digest)
        return super().sign(pin, digest)


class Deaf(EidReader):
    """Goes on with what was called off."""

    def cancel(self) -> None:
        pass


class Reporting(EidReader):
    """Reports what `changed` makes of each change."""

    def changed(self, change: SlotChange) -> tuple[SlotChange, ...]:
        return (change,)

    def watch(self, on_change: Callable[[SlotChange], None]) -> None:
        def tell(change: SlotChange) -> None:
            for told in self.changed(change):
                on_change(told)

        super().watch(tell)


class Hasty(Reporting):
    """Takes a card that was there for one that was put in."""

    def changed(self, change: SlotChange) -> tuple[SlotChange, ...]:
        return (SlotChange.CARD_IN if change is SlotChange.CARD_THERE else change,)


class Chatty(Reporting):
    """Reports a card twice."""

    def changed(self, change: SlotChange) -> tuple[SlotChange, ...]:
        return (change,) if change is SlotChange.READER_FOUND else (change, change)


class Lingering(EidReader):
    """Reports once more when it was closed."""

    def watch(self, on_change: Callable[[SlotChange], None]) -> None:
        self._told = on_change
        super().watch(on_change)

    def close(self) -> None:
        super().close()
        self._told(SlotChange.CARD_OUT)


CROOKED: dict[str, type[EidReader]] = {
    "recognises": Forgetful,
    "reads": Mixing,
    "signs": Signing,
    "counts_tries": Trying,
    "tells_what_was_there": Hasty,
    "is_quiet_in_use": Chatty,
    "stops_when_called_off": Deaf,
    "sees_hands": Chatty,
    "is_quiet_when_closed": Lingering,
}


@pytest.mark.parametrize("check", [check for check in CHECKS if check.__name__ in CROOKED], ids=lambda c: c.__name__)
def test_a_driver_that_breaks_a_promise_is_found_out(begun: Begun, check: Check) -> None:
    trial = begun("1.8:francois", lambda: CROOKED[check.__name__](READER_A))
    with pytest.raises(CheckFailed):
        check(trial)
