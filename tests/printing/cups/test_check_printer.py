"""`kiosk check printer` as a technician runs it, on a real CUPS and a printer that is not ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import tomli_w
from PIL import Image

from kiosk_app.journal import Journal
from kiosk_app.store import Store
from printing.progress import JobPhase
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench
from simulators.raster_printer import RasterBench
from simulators.stubborn_printer import StubbornPrinter

TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}


@pytest.fixture
def own_cupsd() -> Iterator[Cupsd]:
    with Cupsd() as cupsd:
        yield cupsd


def check(
    folder: Path, cupsd: Cupsd, device: str, *options: str, hand: Callable[[str], None] = lambda _line: None
) -> tuple[int, str]:
    """Run the command on a kiosk with this printer, and give its exit code and what it said; `hand` hears each line."""
    printer = {"queue": "kiosk", "device": device, "cups": cupsd.socket}
    settings = folder / "kiosk.toml"
    settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder), "town": TOWN, "printer": printer}))
    command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "printer", "--settings", str(settings), *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    said = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as checking:
        for line in checking.stdout or ():
            said += line
            hand(line)
    return checking.returncode, said


def test_a_good_printer_passes_and_nothing_is_printed_unasked(
    tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench
) -> None:
    code, said = check(tmp_path, own_cupsd, bench.uri)
    assert (code, bench.received) == (0, [])
    for line in (
        "De printer antwoordt: Loket A4 laser (simulated).",
        "Hij neemt PDF aan: elk document komt byte voor byte aan, met zijn zegel.",
        "Wachtrij kiosk: het loket maakte ze zelf.",
        "Aan beide kanten afdrukken: kan.",
        "De printer meldt geen enkele storing.",
        "Er is geen testblad afgedrukt; met --print wel.",
        "Alles in orde.",
    ):
        assert line in said.splitlines()


def test_a_sheet_that_is_asked_for_comes_out_at_its_true_size_and_the_printer_counts_it(
    tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench
) -> None:
    code, said = check(tmp_path, own_cupsd, bench.uri, "--print")
    assert code == 0, said
    assert "De printer zegt: afgedrukt, 1 blad geteld" in said
    (sheet,) = bench.printed
    subprocess.run(["qpdf", "--check", sheet], check=True, capture_output=True)
    text = subprocess.run(["pdftotext", sheet, "-"], check=True, capture_output=True, text=True).stdout
    assert "Noëlle, één, naïef, façade" in text
    subprocess.run(["pdftoppm", "-r", "100", "-gray", "-singlefile", sheet, tmp_path / "sheet"], check=True)
    with Image.open(tmp_path / "sheet.pgm") as page:
        box = page.point(lambda dot: 255 if dot < 128 else 0).getbbox()
    width, height = (int(found[1]) for found in re.finditer(r"(\d+) mm (?:breed|hoog)", said))
    assert box is not None
    assert (box[2] - box[0]) / 100 * 25.4 == pytest.approx(width, abs=0.6)
    assert (box[3] - box[1]) / 100 * 25.4 == pytest.approx(height, abs=0.6)


def test_an_empty_tray_is_told_with_what_to_do(tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench) -> None:
    bench.empty_tray()
    code, said = check(tmp_path, own_cupsd, bench.uri)
    assert code == 1
    assert "FOUT: Het papier is op (paperEmpty)\n  1. Vul de lade met A4-papier" in said


def test_a_printer_that_runs_low_passes_and_is_told(tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench) -> None:
    bench.leave_sheets(10)
    code, said = check(tmp_path, own_cupsd, bench.uri)
    assert code == 0
    assert "Let op: Het papier is bijna op (paperLow)" in said


def test_what_is_left_is_foreseen_by_the_printers_count_and_the_kiosks_own_memory(
    tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench
) -> None:
    store = Store(tmp_path)
    journal = Journal(store)
    for _ in range(10):
        journal.ordered(ticket := uuid4(), "any")
        journal.ended(ticket, JobPhase.PRINTED, 2, None)
    store.close()
    bench.leave_sheets(45)
    _code, said = check(tmp_path, own_cupsd, bench.uri)
    assert "Vooruitzicht voor papier: nog ongeveer 40 vellen, twee dagen." in said  # 45, at 20 sheets a day
    assert "Vooruitzicht voor toner: nog ongeveer 2250 vellen, meer dan twee maanden." in said  # 75 % of 3000


def test_a_printer_without_power_is_told_with_what_to_do(tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench) -> None:
    bench.power_cut()
    code, said = check(tmp_path, own_cupsd, bench.uri)
    assert code == 1
    assert "FOUT: De printer antwoordt niet (printerLost: no connection to the printer)" in said
    assert "  1. Kijk of de printer aanstaat." in said


def test_a_sheet_that_jams_is_called_back_and_told(tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench) -> None:
    bench.strike("abort")
    code, said = check(tmp_path, own_cupsd, bench.uri, "--print")
    assert code == 1
    assert "FOUT: Het afdrukken is mislukt (printFailed: 0 bladen volgens de printer)" in said
    assert bench.printed == []


def test_who_stands_at_the_tray_empties_and_fills_it_and_sees_each_sheet_once_or_not_at_all(
    tmp_path: Path, own_cupsd: Cupsd
) -> None:
    with StubbornPrinter(ms_per_sheet=50) as bench:

        def hand(line: str) -> None:
            if line == "Neem al het papier uit de lade.\n":
                bench.empty_tray()
            if line == "Leg het papier terug in de lade.\n":
                bench.refill()

        code, said = check(tmp_path, own_cupsd, bench.uri, "--empty-tray", hand=hand)
        assert code == 0, said
        assert bench.sheets == 1
    assert "Zonder papier wacht de printer, en na het bijvullen drukt hij af." in said
    assert "Wat op papier wacht en is teruggeroepen, komt er niet meer uit." in said


@pytest.mark.parametrize(
    ("strike", "told"),
    [
        ("stopped", "FOUT: De printer heeft een storing (printerFault)"),
        ("door-open", "FOUT: De printer staat open (coverOpen)"),
    ],
)
def test_what_only_the_simulator_can_be_is_told_too(tmp_path: Path, own_cupsd: Cupsd, strike: str, told: str) -> None:
    with StubbornPrinter() as bench:
        bench.break_now(strike)
        code, said = check(tmp_path, own_cupsd, bench.uri)
    assert code == 1
    assert told in said


def test_a_printer_that_forgets_its_jobs_fails_and_is_told(tmp_path: Path, own_cupsd: Cupsd) -> None:
    with StubbornPrinter() as bench:
        bench.strike("vanish")
        code, said = check(tmp_path, own_cupsd, bench.uri, "--print")
    assert code == 1
    assert "(printUnknown: 0 bladen volgens de printer)" in said


def test_a_queue_made_by_hand_that_could_print_twice_is_told(
    tmp_path: Path, own_cupsd: Cupsd, bench: PrinterBench
) -> None:
    made = ["lpadmin", "-h", own_cupsd.socket, "-p", "kiosk", "-E", "-v", bench.uri]
    subprocess.run(made, check=True, capture_output=True)
    code, said = check(tmp_path, own_cupsd, bench.uri)
    assert code == 1
    assert "Wachtrij kiosk: iemand maakte ze met de hand." in said
    assert "FOUT: waitjob=false ontbreekt in haar adres: een document kan twee keer uit de printer komen." in said
    assert "FOUT: contimeout of abort-job ontbreekt" in said
    assert "lpadmin -x kiosk" in said
    subprocess.run(["lpadmin", "-h", own_cupsd.socket, "-x", "kiosk"], check=True)
    assert check(tmp_path, own_cupsd, bench.uri)[0] == 0


def test_a_printer_that_takes_no_pdf_passes_and_what_is_lost_is_told(tmp_path: Path, own_cupsd: Cupsd) -> None:
    with RasterBench(ms_per_sheet=50) as raster:
        code, said = check(tmp_path, own_cupsd, raster.uri, "--print")
        assert code == 0, said
        assert len(raster.printed) == 1
    assert "het zegel komt niet mee" in said
    assert "Lades: tray-1, tray-2. Het loket kan er een kiezen." in said


def test_settings_that_cannot_be_read_are_told_apart_from_a_printer_that_fails(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "printer", "--settings", str(tmp_path / "none")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    assert subprocess.run(command, capture_output=True, check=False, env=environment).returncode == 2
