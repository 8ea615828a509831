"""The driver on the real pcscd when things go wrong: cards pulled and swapped, pcscd restarted, no reader at all."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from queue import Queue

import pytest

from hardware.devices import Health, PinRefused, Signature, SlotChange
from hardware.eid import EidReader
from hardware.eid.pcsc import Context
from hardware.faults import DeviceFault, FaultCode
from simulators.eid.bench import CardBench, Mischief
from simulators.pcscd import READER_A, Pcscd

PIN = b"1234"
DEADLINE = 20.0  # seconds; far more than anything here takes
DIGEST = bytes(48)
LOG_OFF = bytes.fromhex("80E60000")


def log_in(reader: EidReader) -> Signature | PinRefused:
    reader.recognise()
    reader.read_certificate()
    return reader.sign(bytearray(PIN), DIGEST)


def fault_of(work: Callable[[], object]) -> FaultCode:
    with pytest.raises(DeviceFault) as caught:
        work()
    return caught.value.code


def outcome(work: Callable[[], object]) -> FaultCode | None:
    try:
        work()
    except DeviceFault as fault:
        return fault.code
    return None


# --- the whole login ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("specification", ["1.8:francois", "1.7:an"])
def test_a_login_takes_at_most_twelve_commands(
    reader: EidReader,
    bench: CardBench,
    insert: Callable[[str], None],
    specification: str,
    digest_for: Callable[[str], bytes],
) -> None:
    insert(specification)
    reader.recognise()
    certificate = reader.read_certificate()
    reader.sign(bytearray(PIN), digest_for(certificate.algorithm))
    print(specification, len(certificate.der), dict(bench.hand.asked))
    assert sum(bench.hand.asked.values()) <= 12
    assert bench.hand.asked["LOG OFF"] == 1


def test_a_card_pulled_at_any_command_is_a_removed_card(
    reader: EidReader, reports: Queue[SlotChange], bench: CardBench, insert: Callable[[str], None]
) -> None:
    answered = 0
    insert("1.8:an")
    bench.hand.pull_after(answered)
    while (fault := outcome(lambda: log_in(reader))) is not None:
        assert fault is FaultCode.CARD_REMOVED, answered
        assert reports.get(timeout=DEADLINE) is SlotChange.CARD_OUT
        answered += 1
        insert("1.8:an")
        bench.hand.pull_after(answered)
    # The last command is the log off: pulled before it, the signature is there all the same.
    assert answered == sum(bench.hand.asked.values())
    assert bench.hand.asked["PERFORM SECURITY OPERATION"] == 1


def test_a_card_pulled_in_the_middle_of_an_answer_is_a_removed_card(
    reader: EidReader, reports: Queue[SlotChange], bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    reader.recognise()
    bench.hand.pull_at_byte(300)
    assert fault_of(reader.read_certificate) is FaultCode.CARD_REMOVED
    assert reports.get(timeout=DEADLINE) is SlotChange.CARD_OUT


def test_a_swapped_card_is_seen_and_never_signed_with(
    reader: EidReader, reports: Queue[SlotChange], bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    reader.recognise()
    reader.read_certificate()
    bench.insert("1.8:francois")
    assert [reports.get(timeout=DEADLINE), reports.get(timeout=DEADLINE)] == [SlotChange.CARD_OUT, SlotChange.CARD_IN]
    assert fault_of(lambda: reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_REMOVED
    assert not bench.hand.asked["VERIFY"]


def test_a_card_that_falls_silent_is_let_go_of_when_it_is_pulled(
    reader: EidReader, reports: Queue[SlotChange], bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    reader.recognise()
    bench.hand.spoil(Mischief.MUTE)
    reader.watch_removal()
    bench.pull()
    assert reports.get(timeout=DEADLINE) is SlotChange.CARD_OUT


def test_a_session_that_is_called_off_ends_at_any_command_it_has_come_to(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None]
) -> None:
    """Nothing more is sent but the log off, until the session is released; then the card is read as before."""
    insert("1.8:an")
    log_in(reader)
    whole = sum(bench.hand.asked.values())
    for come_to in range(1, whole):
        said: list[bytes] = []

        def count(command: bytes, said: list[bytes] = said, come_to: int = come_to) -> None:
            said.append(command)
            if len(said) == come_to:
                reader.cancel()

        bench.hand.listen(count)
        fault = outcome(lambda: log_in(reader))
        bench.hand.listen(None)
        assert [command for command in said[come_to:] if command != LOG_OFF] == [], come_to
        assert fault is (FaultCode.CARD_REMOVED if come_to < whole - 1 else None), come_to
        assert outcome(reader.read_certificate) is FaultCode.CARD_REMOVED
        reader.release()
    assert isinstance(log_in(reader), Signature)


# --- recovering -----------------------------------------------------------------------------------------------------


def test_a_card_that_stammers_once_is_read_all_the_same(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    reader.recognise()
    bench.hand.spoil_once(Mischief.WRONG_STATUS, "READ BINARY")
    assert reader.read_certificate().algorithm == "ES384"


def test_a_pin_is_given_once_whatever_the_card_answers(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    reader.recognise()
    bench.hand.spoil_once(Mischief.WRONG_STATUS, "VERIFY")
    assert fault_of(lambda: reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_UNREADABLE
    assert bench.hand.asked["VERIFY"] == 1


def test_a_pin_that_cannot_be_logged_off_is_closed_by_a_reset(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    reader.recognise()
    bench.hand.spoil(Mischief.WRONG_STATUS, "LOG OFF")
    resets = bench.hand.resets
    assert isinstance(reader.sign(bytearray(PIN), DIGEST), Signature)
    assert bench.hand.resets == resets + 1


def test_a_session_ends_with_a_reset(reader: EidReader, bench: CardBench, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    reader.recognise()
    resets = bench.hand.resets
    reader.release()
    assert bench.hand.resets == resets + 1


def test_a_card_that_another_program_reset_is_taken_up_again(reader: EidReader, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    reader.recognise()
    stranger = Context()
    stranger.connect(f"{READER_A} 00 00").close()
    stranger.close()
    assert isinstance(reader.sign(bytearray(PIN), DIGEST), Signature)


def test_nothing_is_signed_without_a_card_that_was_recognised(reader: EidReader, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    assert fault_of(lambda: reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_UNREADABLE
    reader.recognise()
    reader.release()
    assert fault_of(lambda: reader.sign(bytearray(PIN), DIGEST)) is FaultCode.CARD_UNREADABLE


@pytest.mark.parametrize(
    ("specification", "fault"), [("bank", FaultCode.NOT_AN_EID), ("1.8:an:mute", FaultCode.CARD_MUTE)]
)
def test_another_card_or_one_the_wrong_way_round_is_seen_and_named(
    reader: EidReader, insert: Callable[[str], None], specification: str, fault: FaultCode
) -> None:
    insert(specification)
    assert fault_of(reader.recognise) is fault


def test_an_empty_slot_has_no_card_to_recognise(reader: EidReader) -> None:
    assert fault_of(reader.recognise) is FaultCode.CARD_REMOVED


# --- readers and pcscd ----------------------------------------------------------------------------------------------


# The virtual card dials in by itself: before the driver's first look at the new pcscd, or after it.
BACK = (SlotChange.CARD_THERE, SlotChange.CARD_IN)


def test_a_restart_of_pcscd_is_survived(
    reader: EidReader, reports: Queue[SlotChange], insert: Callable[[str], None], pcscd: Pcscd
) -> None:
    insert("1.8:an")
    reader.recognise()
    pcscd.restart()
    after = [reports.get(timeout=DEADLINE) for _ in range(3)]
    assert after[:2] == [SlotChange.READER_LOST, SlotChange.READER_FOUND]
    assert after[2] in BACK
    assert isinstance(log_in(reader), Signature)


def test_a_pcscd_that_crashes_is_a_lost_reader_until_it_is_back(
    reader: EidReader, reports: Queue[SlotChange], insert: Callable[[str], None], pcscd: Pcscd
) -> None:
    insert("1.8:an")
    pcscd.crash()
    assert reports.get(timeout=DEADLINE) is SlotChange.READER_LOST
    try:
        assert reader.status().health is Health.DOWN
        assert fault_of(reader.recognise) is FaultCode.READER_LOST
        assert reports.empty()
    finally:
        pcscd.start()
    assert reports.get(timeout=DEADLINE) is SlotChange.READER_FOUND
    assert reports.get(timeout=DEADLINE) in BACK
    assert reader.status().health is Health.OK


def test_a_session_that_pcscd_forgot_is_a_lost_reader(
    reader: EidReader, insert: Callable[[str], None], pcscd: Pcscd
) -> None:
    insert("1.8:an")
    reader.recognise()
    pcscd.restart()
    assert fault_of(lambda: reader.sign(bytearray(PIN), DIGEST)) is FaultCode.READER_LOST


@pytest.mark.usefixtures("pcscd")
def test_a_reader_of_another_name_is_not_there() -> None:
    told: Queue[SlotChange] = Queue()
    other = EidReader("Some other reader")
    other.watch(told.put)
    try:
        assert told.get(timeout=DEADLINE) is SlotChange.READER_LOST
        assert other.status().faults == (FaultCode.READER_LOST,)
        assert fault_of(other.recognise) is FaultCode.READER_LOST
    finally:
        other.close()


@pytest.mark.usefixtures("pcscd")
def test_any_reader_will_do_when_no_name_is_given() -> None:
    told: Queue[SlotChange] = Queue()
    other = EidReader()
    other.watch(told.put)
    try:
        assert told.get(timeout=DEADLINE) is SlotChange.READER_FOUND
    finally:
        other.close()


def test_a_reader_that_was_closed_says_so(reader: EidReader, insert: Callable[[str], None]) -> None:
    insert("1.8:an")
    reader.recognise()
    reader.close()
    assert fault_of(reader.recognise) is FaultCode.READER_LOST
    reader.close()


# --- nothing of a person gets out --------------------------------------------------------------------------------


def test_no_log_of_a_login_tells_of_whom_or_by_which_pin(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None], caplog: pytest.LogCaptureFixture, pcscd: Pcscd
) -> None:
    with caplog.at_level(logging.DEBUG):
        insert("1.8:francois")
        log_in(reader)
        reader.sign(bytearray(b"8642"), DIGEST)
        bench.hand.spoil(Mischief.GARBAGE)
        with pytest.raises(DeviceFault):
            log_in(reader)
    told = (caplog.text + repr(reader) + (pcscd.folder / "run" / "pcscd.log").read_text()).lower()
    for secret in ("1234", "8642", "248642", "86 42", "françois", "größe", "68042399958"):
        assert secret not in told


# --- what it costs to have it ---------------------------------------------------------------------------------------


def test_while_a_card_is_to_be_taken_the_card_itself_is_asked(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None]
) -> None:
    insert("1.8:an")
    reader.watch_removal()
    deadline = time.monotonic() + DEADLINE
    while bench.hand.asked["SELECT"] < 2:
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def test_the_first_talk_with_pcscd_brings_pyscards_extension_and_not_the_package_around_it(pcscd: Pcscd) -> None:
    program = "import sys; from hardware.eid.pcsc import Context; Context().close(); print('smartcard' in sys.modules)"
    environment = {**os.environ, **pcscd.environment}
    said = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert said.stdout == "False\n"


def test_importing_the_driver_brings_neither_pyscard_nor_cryptography() -> None:
    program = "import sys, hardware.eid; print({'smartcard', 'cryptography'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


# --- care -----------------------------------------------------------------------------------------------------------


def test_the_last_try_is_still_the_last_when_the_card_comes_back(
    reader: EidReader,
    reports: Queue[SlotChange],
    bench: CardBench,
    insert: Callable[[str], None],
) -> None:
    insert("1.8:an")
    reader.recognise()
    for left in (2, 1):
        assert reader.sign(bytearray(b"9876"), DIGEST) == PinRefused(left)
    reader.release()
    bench.pull()
    assert reports.get(timeout=DEADLINE) is SlotChange.CARD_OUT
    insert("1.8:an")
    assert reader.recognise().tries_left == 1
    assert bench.hand.asked["VERIFY"] == 0


def test_a_restart_of_pcscd_in_the_middle_of_a_read_costs_one_visit_and_no_try(
    reader: EidReader,
    reports: Queue[SlotChange],
    bench: CardBench,
    pcscd: Pcscd,
) -> None:
    bench.at_line_speed = True
    try:
        bench.insert("1.7:an")
        assert reports.get(timeout=DEADLINE) is SlotChange.CARD_IN
        reader.recognise()
        restart = threading.Timer(0.1, pcscd.restart)
        restart.start()
        assert outcome(reader.read_certificate) in {FaultCode.READER_LOST, FaultCode.CARD_REMOVED}
        restart.join()
    finally:
        bench.at_line_speed = False
    while reports.get(timeout=DEADLINE) not in BACK:
        pass
    assert reader.recognise().tries_left == 3
    assert reader.read_certificate().algorithm == "RS256"
