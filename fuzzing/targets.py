"""What is tried: a whole login with a card whose answers are spoilt as the input says, and its certificate alone."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from pathlib import Path

from hardware.eid import certificate, dialogue, pinpad
from hardware.faults import DeviceFault
from simulators.eid.bench import CardBench, Hand
from simulators.eid.people import load_residents
from simulators.eid.pki import Pki

RESIDENTS = Path(__file__).parent.parent / "townhall" / "residents.toml"
KINDS = ("1.8", "1.7", "hybrid")
PIN = b"1234"
NOTHING = bytes.fromhex("6D00")
# A login takes twelve commands; the driver's own limit on reads is 64, on pieces of an answer four each.
MOST_COMMANDS = 12 + 5 * dialogue.MAX_READS


class Input:
    """The bytes of one input, taken from the front; zero when they have run out."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken.ljust(count, b"\0")


class Recording:
    """What an honest card of one kind answers in a login: answers are looked up, so that a million take minutes."""

    def __init__(self, cards: CardBench, kind: str) -> None:
        hand = Hand(cards.card(f"{kind}:an"))
        hand.power_on()
        self.atr = hand.atr()
        self._answers: dict[bytes, bytes] = {}

        def honest(command: bytes | bytearray) -> bytes:
            return self._answers.setdefault(bytes(command), hand.answer(bytes(command)) or b"")

        self.der = _log_in(honest, self.atr)

    def answer(self, command: bytes) -> bytes:
        """The same answer as then."""
        return self._answers.get(command, NOTHING)


class SpoiltCard:
    """A card that answers as recorded, but where the input wants it otherwise."""

    def __init__(self, recording: Recording, data: Input) -> None:
        self._recording, self._data = recording, data
        self.commands = 0

    def transmit(self, command: bytes | bytearray) -> bytes:
        """One answer, spoilt in one of six ways or not at all."""
        self.commands += 1
        assert self.commands <= MOST_COMMANDS, "the driver never comes to an end"  # noqa: S101 - what is looked for
        honest = self._recording.answer(bytes(command))
        match self._data.byte() % 8:
            case 1:
                return self._data.take(2)
            case 2:
                return honest[: self._data.byte()]
            case 3:
                return honest[:-2] + self._data.take(2)
            case 4:
                return self._data.take(self._data.byte()) + honest
            case 5:
                return _changed(honest, self._data.byte(), self._data.byte())
            case 6:
                return self._data.take(self._data.byte())
            case _:
                return honest

    def control(self, code: int, data: bytes) -> bytes:
        """A reader's answer about itself: whatever the input says."""
        del code, data
        return self._data.take(self._data.byte())


class Targets:
    """All that is tried. Made once: it makes keys."""

    def __init__(self, folder: Path) -> None:
        warnings.simplefilter("ignore")  # odd serial numbers: for the town's service to judge
        cards = CardBench(Pki(folder), load_residents(RESIDENTS))
        self._recordings = tuple(Recording(cards, kind) for kind in KINDS)

    def try_one(self, data: bytes) -> None:
        """Try one input. Raises whatever it should not: anything but the driver's own fault."""
        rest = Input(data)
        recording = self._recordings[rest.byte() % len(self._recordings)]
        with contextlib.suppress(DeviceFault):
            match rest.byte() % 4:
                case 0:
                    certificate.parse(self._certificate(recording, rest))
                case 1:
                    card = SpoiltCard(recording, rest)
                    keys = pinpad.find(card, "DIGIPASS 870")
                    if keys is not None:
                        pinpad.verify(keys)
                case _:
                    _log_in(SpoiltCard(recording, rest).transmit, recording.atr)

    @staticmethod
    def _certificate(recording: Recording, rest: Input) -> bytes:
        """A certificate with up to eight bytes changed, and perhaps cut."""
        der = recording.der
        for _ in range(rest.byte() % 9):
            at = rest.byte() << 8 | rest.byte()
            der = _changed(der, at, rest.byte())
        cut = rest.byte()
        return der[: -8 * cut] if cut else der


def _log_in(transmit: Callable[[bytes | bytearray], bytes], atr: bytes) -> bytes:
    card = dialogue.recognise(transmit, atr)
    read = dialogue.read_certificate(transmit)
    dialogue.sign(transmit, card.applet, bytearray(PIN), bytes(dialogue.ALGORITHMS[card.applet][1]))
    dialogue.log_off(transmit)
    return read.der


def _changed(answer: bytes, at: int, bits: int) -> bytes:
    if not answer:
        return answer
    changed = bytearray(answer)
    changed[at % len(changed)] ^= bits
    return bytes(changed)
