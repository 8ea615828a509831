"""The driver on the real pcscd when things go wrong: cards pulled and swapped, pcscd restarted, no reader at all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from hardware.devices import Health, PinRefused, Signature, SlotChange
from hardware.eid import EidReader
from hardware.eid.pcsc import Context
from hardware.faults import DeviceFault, FaultCode
from simulators.eid.bench import CardBench, Mischief
from simulators.pcscd import READER_NAME, Pcscd

PIN = b"1234"
DIGEST = bytes(48)


def log_in(reader: EidReader) -> Signature | PinRefused:
    reader.recognise()
    reader.read_certificate()
    return reader.sign(bytearray(PIN), DIGEST)


def fault_of(work: Callable[[], object]) -> FaultCode:
    with pytest.raises(DeviceFault) as caught:
        work()
    return caught.value.code


# --- the whole login ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("specification", ["1.8:francois", "1.7:an"])
def test_a_login_takes_at_most_twelve_commands(
    watched: Any, bench: CardBench, insert: Callable[[str], None], specification: str, digest_for: Any
) -> None:
    insert(specification)
    watched.reader.recognise()
    certificate = watched.reader.read_certificate()
    watched.reader.sign(bytearray(PIN), digest_for(certificate.algorithm))
    print(specification, len(certificate.der), dict(bench.hand.asked))
    assert sum(bench.hand.asked.values()) <= 12
    assert bench.hand.asked["LOG OFF"] == 1


def test_a_card_pulled_at_any_command_is_a_removed_card(watched: Any, bench: CardBench) -> None:
    answered = 0
    while True:
        bench.insert("1.8:an")
        assert watched.diary.next() is SlotChange.CARD_IN
        bench.hand.pull_after(answered)
        try:
            log_in(watched.reader)
        except DeviceFault as fault:
            assert fault.code is FaultCode.CARD_REMOVED, answered
            assert watched.diary.next() is SlotChange.CARD_OUT
            answered += 1
        else:
            break
    # The last command is the log off: pulled before it, the signature is there all the same.
    assert answered == sum(bench.hand.asked.values())
    assert bench.hand.asked["PERFORM SECURITY OPERATION"] == 1


def test_a_card_pulled_in_the_middle_of_an_answer_is_a_removed_card(
    watched: Any, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    bench.hand.pull_at_byte(300)
    assert fault_of(watched.reader.read_certificate) is FaultCode.CARD_REMOVED
    assert watched.diary.next() is SlotChange.CARD_OUT


def test_a_swapped_card_is_seen_and_never_signed_with(
    watched: Any, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    watched.reader.read_certificate()
    bench.insert("1.8:francois")
    assert [watched.diary.next(), watched.diary.next()] == [SlotChange.CARD_OUT, SlotChange.CARD_IN]
    assert fault_of(lambda: watched.reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_REMOVED
    assert not bench.hand.asked["VERIFY"]


def test_a_card_that_falls_silent_is_let_go_of_when_it_is_pulled(
    watched: Any, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    bench.hand.spoil(Mischief.MUTE)
    watched.reader.watch_removal()
    bench.pull()
    assert watched.diary.next() is SlotChange.CARD_OUT


# --- recovering -----------------------------------------------------------------------------------------------------


def test_a_card_that_stammers_once_is_read_all_the_same(
    watched: Any, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    bench.hand.spoil_once(Mischief.WRONG_STATUS, "READ BINARY")
    assert watched.reader.read_certificate().algorithm == "ES384"


def test_a_pin_is_given_once_whatever_the_card_answers(
    watched: Any, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    bench.hand.spoil_once(Mischief.WRONG_STATUS, "VERIFY")
    assert fault_of(lambda: watched.reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_UNREADABLE
    assert bench.hand.asked["VERIFY"] == 1


def test_a_pin_that_cannot_be_logged_off_is_closed_by_a_reset(
    watched: Any, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    bench.hand.spoil(Mischief.WRONG_STATUS, "LOG OFF")
    resets = bench.hand.resets
    assert isinstance(watched.reader.sign(bytearray(PIN), DIGEST), Signature)
    assert bench.hand.resets == resets + 1


def test_a_session_ends_with_a_reset(watched: Any, bench: CardBench, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    resets = bench.hand.resets
    watched.reader.release()
    assert bench.hand.resets == resets + 1


def test_a_card_that_another_program_reset_is_taken_up_again(watched: Any, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    stranger = Context()
    stranger.connect(f"{READER_NAME} 00 00").close()
    stranger.close()
    assert watched.reader.read_certificate().algorithm == "ES384"
    assert isinstance(watched.reader.sign(bytearray(PIN), DIGEST), Signature)


def test_nothing_is_signed_without_a_card_that_was_recognised(watched: Any, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    assert fault_of(lambda: watched.reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_UNREADABLE
    watched.reader.recognise()
    watched.reader.release()
    assert fault_of(lambda: watched.reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_UNREADABLE


@pytest.mark.parametrize(
    ("specification", "fault"), [("bank", FaultCode.NOT_AN_EID), ("1.8:an:mute", FaultCode.CARD_UNREADABLE)]
)
def test_another_card_or_one_the_wrong_way_round_is_seen_and_named(
    watched: Any, insert: Callable[[str], None], specification: str, fault: FaultCode
) -> None:
    insert(specification)
    assert fault_of(watched.reader.recognise) is fault


def test_an_empty_slot_has_no_card_to_recognise(watched: Any) -> None:
    assert fault_of(watched.reader.recognise) is FaultCode.CARD_REMOVED


# --- readers and pcscd ----------------------------------------------------------------------------------------------


def test_a_restart_of_pcscd_is_survived(watched: Any, insert: Callable[[str], None], pcscd: Pcscd) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    pcscd.restart()
    after = [watched.diary.next() for _ in range(3)]
    assert after == [SlotChange.READER_LOST, SlotChange.READER_FOUND, SlotChange.CARD_IN]
    assert isinstance(log_in(watched.reader), Signature)


def test_a_pcscd_that_crashes_is_a_lost_reader_until_it_is_back(
    watched: Any, insert: Callable[[str], None], pcscd: Pcscd
) -> None:
    insert("1.8:an")
    pcscd.crash()
    assert watched.diary.next() is SlotChange.READER_LOST
    try:
        assert watched.reader.status().health is Health.DOWN
        assert fault_of(watched.reader.recognise) is FaultCode.READER_LOST
        assert watched.diary.unread == []
    finally:
        pcscd.start()
    assert [watched.diary.next(), watched.diary.next()] == [SlotChange.READER_FOUND, SlotChange.CARD_IN]
    assert watched.reader.status().health is Health.OK


def test_a_session_that_pcscd_forgot_is_a_lost_reader(
    watched: Any, insert: Callable[[str], None], pcscd: Pcscd
) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    pcscd.restart()
    assert fault_of(lambda: watched.reader.sign(bytearray(PIN), DIGEST)) is FaultCode.READER_LOST


def test_a_reader_of_another_name_is_not_there(pcscd: Pcscd, watched: Any) -> None:
    del pcscd
    other = type(watched)("Some other reader")
    try:
        assert other.diary.next() is SlotChange.READER_LOST
        assert other.reader.status().faults == (FaultCode.READER_LOST,)
        assert fault_of(other.reader.recognise) is FaultCode.READER_LOST
    finally:
        other.reader.close()


def test_any_reader_will_do_when_no_name_is_given(watched: Any) -> None:
    other = type(watched)("")
    try:
        assert other.diary.next() is SlotChange.READER_FOUND
    finally:
        other.reader.close()


def test_a_reader_that_was_closed_says_so(watched: Any, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    watched.reader.recognise()
    watched.reader.close()
    assert fault_of(watched.reader.recognise) is FaultCode.READER_LOST
    watched.reader.close()


# --- nothing of a person gets out --------------------------------------------------------------------------------


def test_no_log_of_a_login_tells_of_whom_or_by_which_pin(
    watched: Any, bench: CardBench, insert: Callable[[str], None], caplog: pytest.LogCaptureFixture, pcscd: Pcscd
) -> None:
    with caplog.at_level(logging.DEBUG):
        insert("1.8:francois")
        log_in(watched.reader)
        watched.reader.sign(bytearray(b"8642"), DIGEST)
        bench.hand.spoil(Mischief.GARBAGE)
        with pytest.raises(DeviceFault):
            log_in(watched.reader)
    told = (caplog.text + repr(watched.reader) + (pcscd.folder / "run" / "pcscd.log").read_text()).lower()
    for secret in ("1234", "8642", "248642", "86 42", "françois", "größe", "68042399958"):
        assert secret not in told
