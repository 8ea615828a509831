"""What is said to a card, in process: a virtual card at the other end, honest or spoilt."""

from __future__ import annotations

import contextlib
import datetime as dt
import traceback
from collections.abc import Callable
from types import UnionType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.devices import Applet, Card, Certificate, PinRefused, Signature
from hardware.eid import dialogue
from hardware.eid.apdu import exchange
from hardware.faults import DeviceFault, FaultCode
from simulators.eid.bench import CardBench, Hand, Mischief
from simulators.eid.pki import Pki
from townhall.trust import TrustStore, Untrusted

# What spoils the answer to any command.
BREAKING = (
    *(Mischief.MUTE, Mischief.EMPTY, Mischief.TRUNCATED, Mischief.WRONG_STATUS, Mischief.TOO_LONG, Mischief.HUGE),
    *(0x6B00, 0x6700, 0x6400, 0x6581, 0x6A88),
)
DIGESTS = {Applet.V1_8: bytes(48), Applet.V1_7: bytes(32)}


def hand_with(cards: CardBench, specification: str) -> Hand:
    hand = Hand(cards.card(specification))
    hand.power_on()
    return hand


def transmit_to(hand: Hand) -> Callable[[bytes | bytearray], bytes]:
    return lambda command: hand.answer(bytes(command)) or b""


def fault_of(work: Callable[[], object]) -> FaultCode:
    with pytest.raises(DeviceFault) as caught:
        work()
    return caught.value.code


def recognised(hand: Hand) -> Card:
    return dialogue.recognise(transmit_to(hand), hand.atr())


# --- recognising --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specification", "fault"),
    [
        ("bank", FaultCode.NOT_AN_EID),
        ("1.1:an", FaultCode.CARD_UNSUPPORTED),
        ("1.8:an:notActivated", FaultCode.CARD_NOT_ACTIVATED),
        ("1.7:an:notActivated", FaultCode.CARD_NOT_ACTIVATED),
    ],
)
def test_a_card_that_cannot_be_used_is_named_for_what_it_is(
    cards: CardBench, specification: str, fault: FaultCode
) -> None:
    hand = hand_with(cards, specification)
    assert fault_of(lambda: recognised(hand)) is fault
    assert hand.asked["VERIFY"] == 0


@pytest.mark.parametrize(
    ("specification", "tries"), [("1.8:an:blocked", 0), ("1.7:an:blocked", 0), ("1.7:an:lastTry", 1)]
)
def test_the_tries_left_are_known_before_a_pin_is_typed(cards: CardBench, specification: str, tries: int) -> None:
    hand = hand_with(cards, specification)
    assert recognised(hand).tries_left == tries
    assert recognised(hand).tries_left == tries


def test_a_pin_that_somebody_left_open_means_that_every_try_is_there(cards: CardBench) -> None:
    hand = hand_with(cards, "1.7:an")
    assert dialogue.verify(transmit_to(hand), bytearray(b"1234")) is None
    assert recognised(hand).tries_left == 3


def test_an_eid_on_which_another_application_is_selected_is_still_recognised(cards: CardBench) -> None:
    hand = hand_with(cards, "1.8:an")
    selected = False

    def transmit(command: bytes | bytearray) -> bytes:
        nonlocal selected
        selected = selected or bytes(command) == dialogue.SELECT_APPLET
        return transmit_to(hand)(command) if selected else bytes.fromhex("6D00")

    assert dialogue.recognise(transmit, hand.atr()).applet is Applet.V1_8


def test_an_eid_with_an_atr_that_is_not_known_yet_is_found_by_its_applet(cards: CardBench) -> None:
    assert dialogue.recognise(transmit_to(hand_with(cards, "1.8:an")), bytes.fromhex("3B00")).applet is Applet.V1_8


# libelectronic-id, electronic-id.cpp: the ATRs of applet 1.0 and of the beta cards.
@pytest.mark.parametrize("atr", ["3B9894400AA503010101AD1310", "3B989440FFA503010101AD1310"])
def test_older_atrs_are_known_too(atr: str) -> None:
    assert dialogue.known(bytes.fromhex(atr))


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("specification", ["1.8:an:noCertificate", "1.7:an:noCertificate", "1.8:lou"])
def test_a_card_without_authentication_certificate_says_so(cards: CardBench, specification: str) -> None:
    hand = hand_with(cards, specification)
    assert fault_of(lambda: dialogue.read_certificate(transmit_to(hand))) is FaultCode.NO_CERTIFICATE


def test_a_certificate_that_has_expired_is_told_as_such(cards: CardBench) -> None:
    assert dialogue.read_certificate(transmit_to(hand_with(cards, "1.8:an:expired"))).expired


def test_nothing_but_the_authentication_certificate_is_read(cards: CardBench) -> None:
    hand = hand_with(cards, "1.8:an")
    commands: list[bytes] = []

    def transmit(command: bytes | bytearray) -> bytes:
        commands.append(bytes(command))
        return transmit_to(hand)(command)

    dialogue.recognise(transmit, hand.atr())
    read = dialogue.read_certificate(transmit)
    selected = [command for command in commands if command[1] == 0xA4]
    assert selected == [bytes.fromhex("00A4020C025038")]
    asked_for = sum(command[4] or 256 for command in commands if command[1] == 0xB0)
    assert asked_for == len(read.der)


@pytest.mark.parametrize("piece", [1 + 255, 252, 64])
def test_a_reader_that_hands_over_less_at_a_time_is_read_to_the_end(cards: CardBench, piece: int) -> None:
    hand = hand_with(cards, "1.7:an")

    def transmit(command: bytes | bytearray) -> bytes:
        if command[1] == 0xB0 and (command[4] or 256) > piece:
            command = bytes(command[:4]) + bytes((piece,))
        return transmit_to(hand)(command)

    card = cards.card("1.7:an")
    assert dialogue.read_certificate(transmit).der == card.chip.authentication.der  # type: ignore[union-attr]


def test_a_file_that_ends_before_its_certificate_does_is_unreadable(cards: CardBench) -> None:
    hand = hand_with(cards, "1.8:an")

    def transmit(command: bytes | bytearray) -> bytes:
        beyond = command[1] == 0xB0 and int.from_bytes(command[2:4], "big") >= 256
        return bytes.fromhex("6B00") if beyond else transmit_to(hand)(command)

    assert fault_of(lambda: dialogue.read_certificate(transmit)) is FaultCode.CARD_UNREADABLE


def test_a_length_that_the_card_corrects_is_asked_for_again() -> None:
    asked: list[bytes] = []

    def transmit(command: bytes | bytearray) -> bytes:
        asked.append(bytes(command))
        return bytes.fromhex("6C03") if command[4] == 0 else b"abc\x90\0"

    assert exchange(transmit, bytes.fromhex("00B0000000")).data == b"abc"
    assert asked == [bytes.fromhex("00B0000000"), bytes.fromhex("00B0000003")]


def test_a_card_that_announces_more_for_ever_is_unreadable() -> None:
    assert fault_of(lambda: exchange(lambda _: b"x\x61\x10", bytes(4))) is FaultCode.CARD_UNREADABLE


# --- signing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("specification", ["1.8:an:notActivated", "1.8:an:noCertificate"])
def test_a_card_that_cannot_sign_costs_nobody_a_try(cards: CardBench, specification: str) -> None:
    hand = hand_with(cards, specification)
    pin = bytearray(b"1234")
    with pytest.raises(DeviceFault):
        dialogue.sign(transmit_to(hand), Applet.V1_8, pin, DIGESTS[Applet.V1_8])
    assert hand.card.tries == 3  # type: ignore[attr-defined]


def test_a_blocked_pin_stays_blocked_even_with_the_right_one(cards: CardBench) -> None:
    hand = hand_with(cards, "1.8:an:blocked")
    assert dialogue.sign(transmit_to(hand), Applet.V1_8, bytearray(b"1234"), DIGESTS[Applet.V1_8]) == PinRefused(0)


def test_the_third_wrong_pin_blocks_the_card_and_it_stays_blocked_outside_the_reader(cards: CardBench) -> None:
    hand = hand_with(cards, "1.7:francois")
    answers = []
    for _ in range(3):
        answers.append(dialogue.verify(transmit_to(hand), bytearray(b"0000")))
        hand.power_off()
        hand.power_on()
    assert answers == [PinRefused(2), PinRefused(1), PinRefused(0)]
    assert recognised(hand).tries_left == 0


@pytest.mark.parametrize("kind", ["1.8", "1.7"])
def test_after_log_off_the_key_is_closed(cards: CardBench, kind: str) -> None:
    hand = hand_with(cards, f"{kind}:an")
    transmit = transmit_to(hand)
    applet = recognised(hand).applet
    assert isinstance(dialogue.sign(transmit, applet, bytearray(b"1234"), DIGESTS[applet]), Signature)
    assert dialogue.log_off(transmit)
    digest = DIGESTS[applet]
    assert exchange(transmit, dialogue.SIGN + bytes((len(digest),)) + digest).status == 0x6982


# [A18] VERIFY: control nibble 2, length, BCD digits, F to the end.
@pytest.mark.parametrize(
    ("pin", "block"),
    [(b"1234", "241234FFFFFFFFFF"), (b"12345", "2512345FFFFFFFFF"), (b"123456789012", "2C123456789012FF")],
)
def test_a_pin_is_written_as_the_manual_says(pin: bytes, block: str) -> None:
    assert dialogue.verify_command(bytearray(pin)) == bytes.fromhex("0020000108" + block)


@pytest.mark.parametrize("pin", [b"", b"123", b"1234567890123", b"12a4", "12\u0664".encode()])
def test_what_is_no_pin_never_reaches_the_card(cards: CardBench, pin: bytes) -> None:
    hand = hand_with(cards, "1.8:an")
    assert fault_of(lambda: dialogue.verify(transmit_to(hand), bytearray(pin))) is FaultCode.INTERNAL
    assert not hand.asked


def test_the_command_that_held_the_pin_is_wiped_whatever_happened() -> None:
    held: list[bytes | bytearray] = []

    def transmit(command: bytes | bytearray) -> bytes:
        held.append(command)
        raise DeviceFault(FaultCode.CARD_REMOVED)

    with pytest.raises(DeviceFault):
        dialogue.verify(transmit, bytearray(b"4711"))
    assert held == [bytes(13)]


def test_a_digest_of_another_algorithm_is_refused_before_the_pin(cards: CardBench) -> None:
    hand = hand_with(cards, "1.8:an")
    assert fault_of(lambda: dialogue.sign(transmit_to(hand), Applet.V1_8, bytearray(b"1234"), bytes(32))) is (
        FaultCode.INTERNAL
    )
    assert not hand.asked


def test_a_signature_is_r_and_s_side_by_side(cards: CardBench) -> None:
    hand = hand_with(cards, "1.8:an")
    read = dialogue.read_certificate(transmit_to(hand))
    answer = dialogue.sign(transmit_to(hand), Applet.V1_8, bytearray(b"1234"), DIGESTS[Applet.V1_8])
    assert isinstance(answer, Signature)
    r, s = int.from_bytes(answer.value[:48], "big"), int.from_bytes(answer.value[48:], "big")
    key = hand.card.chip.authentication.key.public_key()  # type: ignore[attr-defined]
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(utils.encode_dss_signature(r, s), DIGESTS[Applet.V1_8], ec.ECDSA(utils.Prehashed(hashes.SHA384())))
    assert read.algorithm == "ES384"


# --- cards that talk nonsense ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["1.8", "1.7"])
@pytest.mark.parametrize("mischief", BREAKING)
@pytest.mark.parametrize("command", ["GET CARD DATA", "SELECT", "READ BINARY", "VERIFY", "GET RESPONSE"])
def test_a_spoilt_answer_is_a_card_that_cannot_be_read(
    cards: CardBench, kind: str, mischief: Mischief | int, command: str
) -> None:
    hand = hand_with(cards, f"{kind}:an")
    hand.spoil(mischief, command)
    assert fault_of(lambda: log_in(hand)) is FaultCode.CARD_UNREADABLE


@pytest.mark.parametrize("kind", ["1.8", "1.7"])
@pytest.mark.parametrize("mischief", [Mischief.OVERSIZED, Mischief.GARBAGE])
def test_a_certificate_that_is_none_is_not_read_on_and_on(cards: CardBench, kind: str, mischief: Mischief) -> None:
    hand = hand_with(cards, f"{kind}:an")
    hand.spoil(mischief, "READ BINARY")
    assert fault_of(lambda: log_in(hand)) is FaultCode.CARD_UNREADABLE
    assert hand.asked["READ BINARY"] == 1


@pytest.mark.parametrize("kind", ["1.8", "1.7", "hybrid"])
@pytest.mark.parametrize("mischief", [Mischief.LESS, Mischief.PIECES])
def test_what_t0_does_to_an_answer_makes_no_difference(cards: CardBench, kind: str, mischief: Mischief) -> None:
    hand = hand_with(cards, f"{kind}:an")
    whole = dialogue.read_certificate(transmit_to(hand))
    hand.spoil(mischief, "READ BINARY")
    assert dialogue.read_certificate(transmit_to(hand)).der == whole.der


# A file without an end, one that says something else each time, and one that does not stop asking for another length.
@pytest.mark.parametrize("kind", ["1.8", "1.7", "hybrid"])
@pytest.mark.parametrize("mischief", [Mischief.DRIP, Mischief.FICKLE, 0x6C10, 0x6B00])
def test_a_card_that_never_comes_to_an_end_is_given_up_after_a_known_number_of_commands(
    cards: CardBench, kind: str, mischief: Mischief | int
) -> None:
    hand = hand_with(cards, f"{kind}:an")
    hand.spoil(mischief, "READ BINARY")
    assert fault_of(lambda: dialogue.read_certificate(transmit_to(hand))) is FaultCode.CARD_UNREADABLE
    assert sum(hand.asked.values()) <= 1 + dialogue.MAX_READS + 1


@pytest.mark.parametrize("reads", [1, 2, 3])
def test_a_certificate_pieced_together_of_two_is_refused_here_or_by_the_town(
    cards: CardBench, pki: Pki, reads: int
) -> None:
    """The card changes its mind between two reads: what comes of it is no certificate, or one that nobody signed."""
    first, then = hand_with(cards, "1.8:an"), hand_with(cards, "1.8:francois")

    def transmit(command: bytes | bytearray) -> bytes:
        answers = [hand.answer(bytes(command)) for hand in (first, then)]
        return answers[first.asked["READ BINARY"] > reads] or b""

    def judged() -> None:
        read = dialogue.read_certificate(transmit)
        assert first.asked["READ BINARY"] > reads
        TrustStore.load_tests(pki.trust).issuer_of(x509.load_der_x509_certificate(read.der), dt.datetime.now(dt.UTC))

    with pytest.raises((DeviceFault, Untrusted, ValueError)):
        judged()


def log_in(hand: Hand) -> None:
    transmit = transmit_to(hand)
    card = recognised(hand)
    dialogue.read_certificate(transmit)
    dialogue.sign(transmit, card.applet, bytearray(b"1234"), DIGESTS[card.applet])


answers = st.lists(
    st.binary(max_size=300) | st.sampled_from([b"\x90\0", b"\x61\x10", b"\x6c\x10", b"\x30\x82\x01\0\x90\0"])
)
leads = st.sampled_from([dialogue.ATR_1_8, dialogue.ATR_1_7, b""]) | st.binary(max_size=33)
some_settings = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def talker(said: list[bytes]) -> Callable[[bytes | bytearray], bytes]:
    rest = iter(said)
    return lambda _: next(rest, b"")


@some_settings
@given(said=answers, atr=leads)
def test_whatever_a_card_says_recognising_ends_in_a_card_or_a_fault(said: list[bytes], atr: bytes) -> None:
    allowed(lambda: dialogue.recognise(talker(said), atr), Card)


@some_settings
@given(said=answers)
def test_whatever_a_card_says_reading_ends_in_a_certificate_or_a_fault(said: list[bytes]) -> None:
    allowed(lambda: dialogue.read_certificate(talker(said)), Certificate)


@some_settings
@given(said=answers)
def test_whatever_a_card_says_signing_ends_in_an_answer_or_a_fault(said: list[bytes]) -> None:
    allowed(lambda: dialogue.sign(talker(said), Applet.V1_8, bytearray(b"1234"), bytes(48)), Signature | PinRefused)


def allowed(work: Callable[[], object], kind: type | UnionType) -> None:
    with contextlib.suppress(DeviceFault):
        assert isinstance(work(), kind)


# --- nothing of a person gets out --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["VERIFY", "PERFORM SECURITY OPERATION", "GET RESPONSE", "READ BINARY"])
def test_no_fault_tells_a_pin_or_what_a_card_answered(cards: CardBench, command: str) -> None:
    hand = hand_with(cards, "1.8:francois")
    hand.spoil(Mischief.GARBAGE if command == "READ BINARY" else Mischief.WRONG_STATUS, command)
    with pytest.raises(DeviceFault) as caught:
        log_in(hand)
    told = "".join(traceback.format_exception(caught.value)).lower()
    for secret in ("241234", "1234ff", "françois", "franc", "größe", "68042399958", "aaaaaaaa"):
        assert secret not in told


def test_what_came_from_a_card_has_a_blank_repr(cards: CardBench) -> None:
    hand = hand_with(cards, "1.8:an")
    transmit = transmit_to(hand)
    read = dialogue.read_certificate(transmit)
    answer = dialogue.sign(transmit, Applet.V1_8, bytearray(b"1234"), DIGESTS[Applet.V1_8])
    for shown in (read, answer, exchange(transmit, dialogue.SELECT_CERTIFICATE)):
        assert "b'" not in repr(shown)
        assert "0x" in repr(shown)  # object's own: a type and an address
