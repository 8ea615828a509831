"""The driver says how a printer does, survives whatever hangs, and lets no vendor's exception through."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import hardware.cups.printer
from hardware.cups import CupsPrinter
from hardware.devices import DeviceJobState, Health, JobTrace, Status
from hardware.faults import DeviceFault, FaultCode
from simulators.cupsd import POLICY, Cupsd
from simulators.ipp_printer import PrinterBench

Until = Callable[[Callable[[], object]], None]

UNKNOWN = Status(Health.UNKNOWN)
LOST = Status(Health.DOWN, (FaultCode.PRINTER_LOST,))


def test_a_tray_that_runs_low_and_empty_is_said_before_anyone_prints(printer: CupsPrinter, bench: PrinterBench) -> None:
    assert printer.status() == Status(Health.OK)
    bench.leave_sheets(10)
    assert printer.status() == Status(Health.DEGRADED, (FaultCode.PAPER_LOW,))
    bench.empty_tray()
    assert printer.status() == Status(Health.DOWN, (FaultCode.PAPER_EMPTY,))
    bench.refill()
    assert printer.status() == Status(Health.OK)


@pytest.mark.expects_log("the printer is gone: printerLost: no connection to the printer")
def test_a_printer_is_gone_after_three_misses_and_the_log_says_so_once(
    printer: CupsPrinter, bench: PrinterBench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.power_cut()
    assert [printer.status() for _ in range(5)] == [UNKNOWN, UNKNOWN, LOST, LOST, LOST]
    assert len([line for line in caplog.messages if "gone" in line]) == 1
    bench.power_on()
    assert printer.status() == Status(Health.OK)


def test_one_answer_in_between_starts_the_count_again(printer: CupsPrinter, bench: PrinterBench) -> None:
    for _ in range(2):
        bench.power_cut()
        assert [printer.status(), printer.status()] == [UNKNOWN, UNKNOWN]
        bench.power_on()
        assert printer.status() == Status(Health.OK)


def test_a_mute_printer_is_unknown_and_its_jobs_are_silent(printer: CupsPrinter, bench: PrinterBench) -> None:
    bench.mute()
    assert printer.look("any").state is DeviceJobState.SILENT
    assert printer.status() == UNKNOWN
    bench.unmute()
    assert printer.status() == Status(Health.OK)


def test_what_a_mute_printer_may_have_taken_is_never_called_cancelled(
    printer: CupsPrinter, bench: PrinterBench, cupsd: Cupsd, pdf: bytes
) -> None:
    bench.mute()
    printer.send(printer.create("any"), pdf)
    assert printer.look("any").state is DeviceJobState.SILENT
    with pytest.raises(DeviceFault):
        printer.cancel("any")
    lpstat = ["lpstat", "-h", cupsd.socket, "-W", "not-completed", "-o", "kiosk"]
    assert not subprocess.run(lpstat, capture_output=True, text=True, check=True).stdout
    assert printer.look("any").state is DeviceJobState.SILENT


def test_without_cups_nothing_can_be_promised(printer: CupsPrinter, cupsd: Cupsd) -> None:
    cupsd.crash()
    assert printer.status() == UNKNOWN
    with pytest.raises(DeviceFault) as caught:
        printer.create("any")
    assert caught.value.code is FaultCode.PRINTER_LOST
    cupsd.start()
    assert printer.status() == Status(Health.OK)


@pytest.mark.parametrize(("shut", "again"), [("cupsdisable", "cupsenable"), ("cupsreject", "cupsaccept")])
def test_a_queue_that_somebody_closed_is_down(printer: CupsPrinter, cupsd: Cupsd, shut: str, again: str) -> None:
    subprocess.run([f"/usr/sbin/{shut}", "-h", cupsd.socket, "kiosk"], check=True)
    assert printer.status() == Status(Health.DOWN, (FaultCode.PRINTER_FAULT,))
    subprocess.run([f"/usr/sbin/{again}", "-h", cupsd.socket, "kiosk"], check=True)
    assert printer.status() == Status(Health.OK)


def test_a_queue_that_is_not_there_refuses_the_job(bench: PrinterBench, cupsd: Cupsd) -> None:
    printer = CupsPrinter("other", bench.uri, cupsd.socket)
    with pytest.raises(DeviceFault) as caught:
        printer.create("any")
    printer.close()
    assert caught.value.code is FaultCode.PRINT_FAILED


def test_a_cups_that_hangs_costs_one_call_and_the_next_one_works(
    printer: CupsPrinter, cupsd: Cupsd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware.cups.printer, "CREATE_SECONDS", 0.3)
    os.kill(cupsd.pid, signal.SIGSTOP)
    with pytest.raises(DeviceFault) as caught:
        printer.create("any")
    os.kill(cupsd.pid, signal.SIGCONT)
    assert (caught.value.code, caught.value.detail) == (FaultCode.PRINTER_LOST, "create: ChildTimeout")
    monkeypatch.undo()
    assert printer.create("another").startswith("urn:uuid:")


def test_closing_ends_a_call_under_way(printer: CupsPrinter, cupsd: Cupsd, until: Until) -> None:
    os.kill(cupsd.pid, signal.SIGSTOP)
    codes: list[FaultCode] = []

    def create() -> None:
        try:
            printer.create("any")
        except DeviceFault as fault:
            codes.append(fault.code)

    caller = threading.Thread(target=create)
    caller.start()
    until(lambda: re.search(r"^State:\s+T", Path(f"/proc/{cupsd.pid}/status").read_text(), re.MULTILINE))
    printer.close()
    caller.join(4)
    os.kill(cupsd.pid, signal.SIGCONT)
    assert codes == [FaultCode.PRINTER_LOST]


def test_a_job_that_cups_lost_is_not_sent_as_another(
    printer: CupsPrinter, cupsd: Cupsd, bench: PrinterBench, pdf: bytes
) -> None:
    lost = printer.create("lost")
    cupsd.crash()
    cupsd.start()
    printer.create("another")  # it gets the number of the lost one
    assert not printer.send(lost, pdf)
    assert printer.look("another").state is DeviceJobState.NOT_THERE_YET
    assert not bench.received


def test_a_busy_printer_gets_the_job_later_or_not_at_all(
    printer: CupsPrinter, bench: PrinterBench, pdf: bytes, until: Until
) -> None:
    bench.strike("jam")
    printer.send(printer.create("first"), pdf)
    until(lambda: printer.look("first").faults)
    printer.send(printer.create("second"), pdf)
    assert printer.look("second").state in (DeviceJobState.NOT_THERE_YET, DeviceJobState.PRINTING)
    printer.cancel("second")
    until(lambda: printer.look("second").state is DeviceJobState.CANCELED)
    bench.clear()
    until(lambda: printer.look("first").state is DeviceJobState.COMPLETED)
    assert len(bench.received) == len(bench.printed) == 1


def test_it_works_with_the_policy_that_debian_installs(bench: PrinterBench, pdf: bytes, until: Until) -> None:
    debians = POLICY.search(Path("/etc/cups/cupsd.conf").read_text())
    assert debians
    with Cupsd(debians[0]) as cupsd:
        cupsd.add_queue("kiosk", bench.uri)
        printer = CupsPrinter("kiosk", bench.uri, cupsd.socket)
        printer.send(printer.create("one"), pdf)
        until(lambda: printer.look("one").state is DeviceJobState.COMPLETED)
        printer.create("two")
        printer.close()
        reborn = CupsPrinter("kiosk", bench.uri, cupsd.socket)  # names are hidden there, and the uuid is forgotten
        assert reborn.look("two").state is DeviceJobState.NOT_THERE_YET
        reborn.cancel("two")
        assert reborn.look("two").state is DeviceJobState.CANCELED
        reborn.close()


def test_a_fault_names_no_job_and_no_document(printer: CupsPrinter, cupsd: Cupsd) -> None:
    cupsd.crash()
    with pytest.raises(DeviceFault) as caught:
        printer.create("a-ticket-of-somebody")
    assert "ticket" not in f"{caught.value!r} {caught.value}"


PENDING, PROCESSING, STOPPED, CANCELED, ABORTED, COMPLETED = 3, 5, 6, 7, 8, 9  # job-state [RFC 8011 §5.3.7]
ALIVE: dict[str, object] = {"reasons": ["none"]}
STATES = DeviceJobState


@pytest.mark.parametrize(
    ("in_cups", "printer", "boot", "reached", "seen", "state"),
    [
        (PENDING, ALIVE, 100.0, True, False, STATES.NOT_THERE_YET),
        (PROCESSING, ALIVE, 100.0, True, False, STATES.NOT_THERE_YET),
        (PROCESSING, None, None, False, False, STATES.SILENT),
        (COMPLETED, ALIVE, 100.0, True, False, STATES.GONE),
        (COMPLETED, None, None, False, False, STATES.SILENT),
        (None, ALIVE, 100.0, True, False, STATES.GONE),
        # stopped in CUPS: did anything leave?
        (CANCELED, None, None, False, False, STATES.CANCELED),  # no connection ever
        (ABORTED, None, None, False, False, STATES.ABORTED),
        (CANCELED, None, None, True, False, STATES.SILENT),  # it may have taken it, and says nothing
        (CANCELED, ALIVE, 101.0, True, False, STATES.CANCELED),  # on all the time, and never had it
        (CANCELED, ALIVE, 101.0, True, True, STATES.GONE),  # it had it
        (CANCELED, ALIVE, 150.0, True, False, STATES.GONE),  # it was off in between
        (STOPPED, ALIVE, 101.0, True, False, STATES.ABORTED),  # a filter failed before anything left
        (STOPPED, ALIVE, 101.0, True, True, STATES.GONE),  # it failed on the way, and the device forgot what it had
        (CANCELED, ALIVE, None, True, False, STATES.GONE),  # it does not say since when it is on
    ],
)
def test_a_job_that_the_device_does_not_show_is_judged_by_what_was_seen_of_it(
    in_cups: int | None,
    printer: dict[str, object] | None,
    boot: float | None,
    reached: bool,  # noqa: FBT001 a column of the table
    seen: bool,  # noqa: FBT001 as above
    state: DeviceJobState,
) -> None:
    job = hardware.cups.printer._Job("urn:uuid:any", 100.0, reached, seen)
    assert hardware.cups.printer._not_there(in_cups, job, printer, boot).state is state


@pytest.mark.parametrize(
    ("state", "up_time", "says"),
    [
        (COMPLETED, 900, STATES.COMPLETED),
        (COMPLETED, 99, STATES.COMPLETED),  # it counts whole seconds
        (COMPLETED, 12, STATES.GONE),  # switched on since: what came out before that, nobody knows
        (ABORTED, 12, STATES.GONE),
        (PROCESSING, 12, STATES.PRINTING),  # it goes on with it: wait for how that ends
        (COMPLETED, None, STATES.COMPLETED),  # it does not say
    ],
)
def test_the_end_of_a_job_is_not_believed_of_a_device_that_was_off_in_between(
    state: int,
    up_time: int | None,
    says: DeviceJobState,
    printer: CupsPrinter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A printer that keeps its jobs over a restart may call one completed of which half was lost."""
    printer.create("one")
    printer._jobs["one"].made_at -= 100
    device = {"state": 3, "reasons": ["none"], "accepting": True, "up_time": up_time}
    job = {"number": 1, "state": state, "reasons": [], "impressions": 3}
    answer = {"reached": True, "printer": device, "job": job, "queue": None, "queueAnswers": True}
    monkeypatch.setattr(printer, "_call", lambda *_args, **_options: answer)
    assert printer.look("one").state is says


@pytest.mark.parametrize(
    ("handed_ago", "up_then", "up_now", "says"),
    [
        (600, 899, 1499, STATES.COMPLETED),  # on all the time
        (600, 899, 300, STATES.GONE),  # it began to count after the hand-over
        (6000, 12, 300, STATES.GONE),  # and counts further than it did then
        (-600, 899, 300, STATES.GONE),  # the kiosk's clock was set back: by what the printer said then
        (-600, 899, 1499, STATES.COMPLETED),
        (600, None, 900, STATES.COMPLETED),  # it did not say then, but was on before
        (600, None, 300, STATES.GONE),
        (600, 12, None, STATES.COMPLETED),  # it does not say
    ],
)
def test_nor_of_one_that_was_off_while_the_kiosk_was_dark(
    handed_ago: int,
    up_then: int | None,
    up_now: int | None,
    says: DeviceJobState,
    printer: CupsPrinter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the journal knew of the hand-over tells, after a restart of the kiosk, of a restart of the printer."""
    assert printer.recall("one", "urn:uuid:any", JobTrace("kiosk", up_then, time.time() - handed_ago))
    device = {"state": 3, "reasons": ["none"], "accepting": True, "up_time": up_now}
    job = {"number": 1, "state": COMPLETED, "reasons": [], "impressions": 3}
    answer = {"reached": True, "printer": device, "job": job, "queue": None, "queueAnswers": True}
    monkeypatch.setattr(printer, "_call", lambda *_args, **_options: answer)
    assert printer.look("one").state is says


def test_a_job_of_another_printer_is_not_taken_up(printer: CupsPrinter) -> None:
    assert not printer.recall("one", "urn:uuid:any", JobTrace("another"))


def test_a_hand_over_leaves_a_trace_of_where_and_since_when(printer: CupsPrinter) -> None:
    before = time.time()
    printer.create("one")
    trace = printer.trace("one")
    assert (trace.printer, trace.two_sided) == ("kiosk", False)
    assert trace.up_time is not None
    assert 0 <= trace.up_time < 60  # switched on for this test
    assert trace.handed_at is not None
    assert before <= trace.handed_at <= time.time()
