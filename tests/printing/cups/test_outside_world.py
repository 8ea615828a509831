"""The print service and the printer of the tests: several at once, judged by ipptool, gone with their starter."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulators.cupsd import Cupsd
from simulators.ipp_printer import STRIKES, PrinterBench

ROOT = Path(__file__).parents[3]

STARTS = """
import sys, signal
sys.path.insert(0, sys.argv[1])
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench
with Cupsd() as cupsd, PrinterBench() as printer:
    print(cupsd.pid, printer.pid, cupsd.folder, printer.spool.parent, flush=True)
    signal.pause()
"""


def test_ipptool_finds_an_idle_a4_printer_and_no_fault_in_what_it_says(bench: PrinterBench) -> None:
    told = subprocess.run(
        ["ipptool", "-tv", bench.uri, "get-printer-attributes.test"], capture_output=True, text=True, check=True
    ).stdout
    for line in (
        "printer-state (enum) = idle",
        "printer-state-reasons (keyword) = none",
        "media-default (keyword) = iso_a4_210x297mm",
        "sides-supported (1setOf keyword) = one-sided,two-sided-long-edge",
    ):
        assert line in told


def test_lp_prints_on_two_printers_at_once(tmp_path: Path, pdf: bytes, bench: PrinterBench) -> None:
    document = tmp_path / "document.pdf"
    document.write_bytes(pdf)
    with PrinterBench(tmp_path / "out", ms_per_sheet=10) as other, Cupsd() as cupsd:
        for name, printer in (("kiosk", bench), ("other", other)):
            cupsd.add_queue(name, printer.uri)
            subprocess.run(["lp", "-h", cupsd.socket, "-d", name, document], check=True, capture_output=True)
        for printer in (bench, other):
            assert printer.wait_for_printed(1, 10)
            subprocess.run(["cmp", printer.printed[0], document], check=True)
    assert [file.name for file in (tmp_path / "out" / "printed").iterdir()] == ["01.pdf"]


def test_the_network_sees_no_print_service(cupsd: Cupsd) -> None:
    sockets = {str(link.readlink()) for link in Path(f"/proc/{cupsd.pid}/fd").iterdir() if link.is_symlink()}
    inodes = {name[8:-1] for name in sockets if name.startswith("socket:[")}
    for table in ("tcp", "tcp6", "udp", "udp6"):
        lines = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        assert not inodes & {line.split()[9] for line in lines}, table


def test_all_of_it_ends_with_whoever_started_it() -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTS, str(ROOT)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    cupsd, printer, *folders = starter.stdout.readline().split()
    handles = [os.pidfd_open(int(pid)) for pid in (cupsd, printer)]
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    for handle in handles:
        assert select.select([handle], [], [], 10)[0]
        os.close(handle)
    for folder in folders:
        subprocess.run(["rm", "-r", folder], check=True)


def test_a_strike_that_nobody_knows_is_refused(bench: PrinterBench) -> None:
    with pytest.raises(KeyError):
        bench.strike("meteorite")
    assert "power-cut" in STRIKES


def test_what_cups_had_not_handed_over_before_a_crash_is_never_printed(
    tmp_path: Path, pdf: bytes, bench: PrinterBench, cupsd: Cupsd
) -> None:
    document = tmp_path / "document.pdf"
    document.write_bytes(pdf)
    lp = ["lp", "-h", cupsd.socket, "-d", "kiosk", str(document)]
    bench.power_cut()
    subprocess.run(lp, check=True, capture_output=True)
    cupsd.crash()
    bench.power_on()
    cupsd.start()
    assert not [file for file in (cupsd.folder / "spool").rglob("*") if file.is_file()]
    subprocess.run(lp, check=True, capture_output=True)
    assert bench.wait_for_printed(1, 10)
    assert len(bench.received) == 1
