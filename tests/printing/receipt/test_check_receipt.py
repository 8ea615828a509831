"""`kiosk check receipt` as a technician runs it, on a slip printer on a socket."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tomli_w

from simulators.escpos_printer import EscPosPrinter

TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}


@pytest.fixture
def printer() -> Iterator[EscPosPrinter]:
    with EscPosPrinter() as printer:
        yield printer


def check(folder: Path, port: int | None, *options: str) -> tuple[int, str]:
    """Run the command on a kiosk with this slip printer, and give its exit code and what it said."""
    devices = {} if port is None else {"receipt_printer": {"host": "127.0.0.1", "port": port}}
    settings = folder / "kiosk.toml"
    settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder), "town": TOWN, **devices}))
    command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "receipt", "--settings", str(settings), *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    return ended.returncode, ended.stdout


def test_a_good_slip_printer_passes_and_nothing_is_printed_unasked(tmp_path: Path, printer: EscPosPrinter) -> None:
    code, said = check(tmp_path, printer.port)
    assert code == 0
    assert "klep dicht, papier aanwezig, mes vrij." in said
    assert "Er is geen testbon afgedrukt; met --print wel." in said
    assert printer.slips == []


def test_a_slip_that_is_asked_for_comes_out_and_referees_read_its_code(
    tmp_path: Path, printer: EscPosPrinter, codes_on: Callable[[bytes], list[str]]
) -> None:
    code, said = check(tmp_path, printer.port, "--print")
    assert code == 0
    (slip,) = printer.slips
    assert "Noëlle, één, naïef, façade: € 1,50" in slip.text
    (found,) = codes_on(slip.png)
    assert f"daar staat {found}." in said


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("paper_out", "FOUT: De bonrol is op (receiptPaperEmpty)"),
        ("cover_open", "FOUT: De bonprinter staat open (receiptCoverOpen)"),
        ("mute", "FOUT: De bonprinter antwoordt niet (receiptLost)"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do_and_nothing_is_printed(
    tmp_path: Path, printer: EscPosPrinter, fact: str, line: str
) -> None:
    printer.bench.put(fact)
    code, said = check(tmp_path, printer.port, "--print")
    assert code == 1
    assert line in said.splitlines()
    assert "  1. " in said
    assert printer.slips == []


def test_a_roll_that_is_nearly_empty_passes_and_is_told(tmp_path: Path, printer: EscPosPrinter) -> None:
    printer.bench.put("paper_low")
    code, said = check(tmp_path, printer.port)
    assert code == 0
    assert "Let op: De bonrol is bijna op (receiptPaperLow)" in said.splitlines()


def test_a_kiosk_without_a_slip_printer_is_fine(tmp_path: Path) -> None:
    assert check(tmp_path, None) == (0, "De instellingen noemen er geen: dit loket werkt zonder.\n")
