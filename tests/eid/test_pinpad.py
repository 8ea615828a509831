"""A reader with keys of its own: the PIN goes from there to the card, and never enters the kiosk."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from queue import Queue

import pytest

from hardware.devices import PinRefused, Signature, SlotChange
from hardware.eid import EidReader, dialogue, pinpad
from hardware.faults import DeviceFault, FaultCode
from simulators.eid.bench import CardBench, Hand
from simulators.eid.people import Person
from simulators.eid.pinpad import Deed, Pinpad
from simulators.eid.pki import Pki
from simulators.pcscd import PINPAD_READER_NAME, READER_NAME, Pcscd

DEADLINE = 20.0  # seconds; far more than anything here takes
DIGEST = hashlib.sha384(b"a challenge").digest()
CONTROL_CODE = 0x42330006  # a reader chooses its own


class ControlledReader:
    """A card in a reader that is asked over SCardControl, as PC/SC part 10 says."""

    def __init__(self, hand: Hand, keys: Pinpad, features: bytes) -> None:
        self._hand, self._keys, self._features = hand, keys, features

    def transmit(self, command: bytes | bytearray) -> bytes:
        assert not Pinpad.means(bytes(command))
        return self._hand.answer(bytes(command)) or b""

    def control(self, code: int, data: bytes) -> bytes:
        if code == pinpad.GET_FEATURES:
            return self._features
        assert code == CONTROL_CODE
        return self._keys.answer(bytes.fromhex("FFC20106") + bytes((len(data),)) + data, self._hand.card.transmit)


@pytest.fixture
def held(cards: CardBench) -> Hand:
    card = Hand(cards.card("1.8:an"))
    card.power_on()
    return card


def fault_of(work: Callable[[], object]) -> FaultCode:
    with pytest.raises(DeviceFault) as caught:
        work()
    return caught.value.code


# PC/SC part 10 §2.3: tag, length, control code. 12 (properties) and 07 (modify) stand beside it on real readers.
FEATURES = bytes.fromhex("07 04 42330007 06 04 42330006 12 04 42330012")


def test_a_reader_that_names_its_control_code_is_asked_with_it(held: Hand) -> None:
    keys = Pinpad(["1234"])
    channel = ControlledReader(held, keys, FEATURES)
    found = pinpad.find(channel, "SPRx32")
    assert found is not None
    card = dialogue.recognise(channel.transmit, held.atr())
    answer = dialogue.sign_when(lambda: pinpad.verify(found), channel.transmit, card.applet, DIGEST)
    assert isinstance(answer, Signature)


@pytest.mark.parametrize(
    "features", ["", "07 04 42330007", "06 02 4233", "06", "06 04 4233", "FF FF 06 04 42330006"], ids=repr
)
def test_a_reader_without_the_feature_has_no_keys(held: Hand, features: str) -> None:
    assert pinpad.find(ControlledReader(held, Pinpad(), bytes.fromhex(features)), "SPRx32") is None


# Fedict/eid-mw (pinpad.cpp) and e-Contract/commons-eid (CCID.java) send the same bytes.
def test_the_reader_is_told_what_the_official_middleware_tells_it(held: Hand) -> None:
    keys = Pinpad(["1234"])
    found = pinpad.find(ControlledReader(held, keys, FEATURES), "SPRx32")
    assert found is not None
    assert pinpad.verify(found) is None
    assert keys.structures == [
        bytes.fromhex("1E1E 89 47 04 0C04 02 01 1308 00 000000 0D000000 00200001 08 20FFFFFFFFFFFFFF")
    ]


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        (Deed.WAITS, FaultCode.PIN_NOT_TYPED),
        (Deed.CANCELS, FaultCode.PIN_CANCELLED),
        (Deed.TYPES_TOO_LITTLE, FaultCode.PIN_NOT_TYPED),
    ],
)
def test_what_a_resident_does_instead_of_typing_is_told_and_costs_no_try(
    held: Hand, deed: Deed, fault: FaultCode
) -> None:
    channel = ControlledReader(held, Pinpad([deed]), FEATURES)
    found = pinpad.find(channel, "SPRx32")
    assert found is not None
    assert fault_of(lambda: pinpad.verify(found)) is fault
    assert dialogue.recognise(channel.transmit, held.atr()).tries_left == 3


@pytest.mark.parametrize("answer", [b"", b"\x90", b"\x90\x00\x00", b"\x6d\x00", b"\x61\x10", bytes(65536)])
def test_nonsense_from_the_keys_is_no_pin(answer: bytes) -> None:
    assert fault_of(lambda: pinpad.verify(lambda: answer)) is FaultCode.CARD_UNREADABLE


# --- on a real pcscd, with the pseudo-APDUs -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def pinpad_pcscd() -> Iterator[Pcscd]:
    with Pcscd(reader=PINPAD_READER_NAME) as daemon:
        yield daemon


@pytest.fixture
def keys() -> Pinpad:
    return Pinpad()


@pytest.fixture
def at_the_keys(
    pinpad_pcscd: Pcscd, pki: Pki, residents: dict[str, Person], keys: Pinpad
) -> Iterator[tuple[EidReader, CardBench]]:
    """A reader with keys, watched, and a card that was put in."""
    bench = CardBench(pki, residents, pinpad_pcscd.port)
    bench.pinpad = keys
    reports: Queue[SlotChange] = Queue()
    with pinpad_pcscd.used_here():
        reader = EidReader("DIGIPASS")
        reader.watch(reports.put)
        while reports.get(timeout=DEADLINE) is not SlotChange.READER_FOUND:
            pass
        bench.insert("1.8:an")
        while reports.get(timeout=DEADLINE) is not SlotChange.CARD_IN:
            pass
        yield reader, bench
        bench.pull()
        while reports.get(timeout=DEADLINE) is not SlotChange.CARD_OUT:
            pass
        reader.close()


def test_a_pin_typed_on_the_reader_signs(
    at_the_keys: tuple[EidReader, CardBench], keys: Pinpad, verify: Callable[[bytes, bytes, bytes], None]
) -> None:
    reader, bench = at_the_keys
    keys.will = ["9876", "1234"]
    assert reader.recognise().keys_on_reader
    certificate = reader.read_certificate()
    assert reader.sign_on_reader(DIGEST) == PinRefused(2)
    signature = reader.sign_on_reader(DIGEST)
    assert isinstance(signature, Signature)
    verify(certificate.der, signature.value, DIGEST)
    assert bench.hand.asked["VERIFY"] == 0  # the kiosk itself sent none
    assert bench.hand.asked["LOG OFF"] == 2


def test_three_wrong_pins_on_the_reader_block_the_card(at_the_keys: tuple[EidReader, CardBench], keys: Pinpad) -> None:
    reader, _ = at_the_keys
    keys.will = ["9876"] * 3
    reader.recognise()
    assert [reader.sign_on_reader(DIGEST) for _ in range(3)] == [PinRefused(left) for left in (2, 1, 0)]
    assert reader.recognise().tries_left == 0


def test_a_pin_typed_on_the_reader_is_in_no_log_and_in_nothing_that_was_sent(
    at_the_keys: tuple[EidReader, CardBench], keys: Pinpad, caplog: pytest.LogCaptureFixture
) -> None:
    reader, _ = at_the_keys
    keys.will = ["1234"]
    with caplog.at_level(logging.DEBUG):
        reader.recognise()
        reader.sign_on_reader(DIGEST)
    sent = b"".join(keys.structures).hex()
    assert "1234" not in sent
    assert "1234" not in caplog.text


def test_a_reader_without_keys_is_never_sent_a_command_that_is_not_for_cards(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None]
) -> None:
    assert "DIGIPASS" not in READER_NAME
    insert("1.8:an")
    assert not reader.recognise().keys_on_reader
    assert bench.hand.asked["PINPAD"] == 0
    assert fault_of(lambda: reader.sign_on_reader(DIGEST)) is FaultCode.INTERNAL
