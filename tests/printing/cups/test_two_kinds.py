"""Two kinds of printer: one gets the sealed bytes, the other pictures; which, the device's own list decides."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import qrcode
import typst
from PIL import Image

from hardware.cups import CupsPrinter
from hardware.cups.ways import way_to
from hardware.devices import DeviceJobState, Health, PrintWay, Status
from hardware.faults import FaultCode
from printing.job import PrintRun
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench
from simulators.raster_printer import RasterBench

Until = Callable[[Callable[[], object]], None]
PROJECT = Path(__file__).parents[3]
PTS_PER_MM = 72 / 25.4


@pytest.fixture
def empty_cupsd() -> Iterator[Cupsd]:
    """A print service that nobody made a queue in."""
    with Cupsd() as cupsd:
        yield cupsd


@pytest.fixture
def raster() -> Iterator[RasterBench]:
    with RasterBench(ms_per_sheet=80) as raster:
        yield raster


@pytest.fixture
def on_raster(raster: RasterBench, empty_cupsd: Cupsd) -> Iterator[CupsPrinter]:
    printer = CupsPrinter("kiosk", raster.uri, empty_cupsd.socket)
    assert printer.status() == Status(Health.OK)
    yield printer
    printer.close()


def printed(printer: CupsPrinter, journal: object, pdf: bytes, pages: int) -> Progress:
    run = PrintRun(printer, journal, paper_wait=10, print_silence=10)  # type: ignore[arg-type]
    return run.run(uuid4(), 1, pdf, pages, lambda _progress: None, threading.Event())


def tool(*command: object) -> str:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("formats", "way"),
    [
        (["application/octet-stream", "application/pdf", "image/urf"], PrintWay.SEALED),
        (["image/urf", "image/pwg-raster", "Application/PDF"], PrintWay.SEALED),
        (["application/octet-stream", "image/pwg-raster", "image/jpeg"], PrintWay.RASTER),
        (["image/urf"], PrintWay.RASTER),
        (["application/octet-stream", "application/postscript", "image/jpeg"], None),
        ([], None),
    ],
)
def test_what_a_printer_lists_decides_how_it_gets_a_document(formats: list[str], way: PrintWay | None) -> None:
    assert way_to(formats) is way


def test_a_printer_that_takes_pdf_gets_the_very_bytes_though_nobody_made_a_queue(
    bench: PrinterBench, empty_cupsd: Cupsd, journal: object, pdf: bytes
) -> None:
    printer = CupsPrinter("kiosk", bench.uri, empty_cupsd.socket)
    assert printer.status() == Status(Health.OK)
    assert printed(printer, journal, pdf, 3) == Progress(JobPhase.PRINTED, 3)
    printer.close()
    assert bench.printed[0].read_bytes() == pdf
    assert "waitjob=false" in tool("lpstat", "-h", empty_cupsd.socket, "-v", "kiosk")


def test_a_printer_that_takes_raster_alone_gets_every_page_at_its_true_size(
    raster: RasterBench, on_raster: CupsPrinter, journal: object, tmp_path: Path
) -> None:
    source = """#set page(paper: "a4", margin: 0pt)
    #place(top + left, dx: 30mm, dy: 40mm, rect(width: 100mm, height: 50mm, fill: black))
    #pagebreak() #place(top + left, dx: 60mm, dy: 60mm, rect(width: 20mm, height: 20mm, fill: black))"""
    assert printed(on_raster, journal, bytes(typst.compile(source.encode())), 2) == Progress(JobPhase.PRINTED, 2)
    assert raster.raster[0].read_bytes()[:4] in (b"UNIR", b"RaS2")  # how Apple's raster begins, and PWG's
    assert re.search(r"^Pages: +2$", tool("pdfinfo", raster.printed[0]), re.MULTILINE)
    tool("pdftoppm", "-r", "100", "-gray", "-f", "1", "-l", "1", "-singlefile", raster.printed[0], tmp_path / "page")
    with Image.open(tmp_path / "page.pgm") as page:
        box = page.point(lambda dot: 255 if dot < 128 else 0).getbbox()
    assert box is not None
    for seen, meant in zip(box, (30, 40, 130, 90), strict=True):
        assert seen / 100 * 25.4 == pytest.approx(meant, abs=0.6)  # two dots


def test_a_code_on_the_paper_is_read_from_what_the_raster_printer_got(
    raster: RasterBench,
    on_raster: CupsPrinter,
    journal: object,
    tmp_path: Path,
    codes_on: Callable[[Image.Image], list[str]],
) -> None:
    page = Image.new("L", (1240, 1754), 255)
    page.paste(qrcode.make("https://lindeveld.example/verify/AB12").get_image().convert("L"), (400, 600))
    page.save(tmp_path / "page.pdf", resolution=150)
    assert printed(on_raster, journal, (tmp_path / "page.pdf").read_bytes(), 1).phase is JobPhase.PRINTED
    tool("pdftoppm", "-r", "150", "-singlefile", "-png", raster.printed[0], tmp_path / "out")
    with Image.open(tmp_path / "out.png") as out:
        assert codes_on(out) == ["https://lindeveld.example/verify/AB12"]


def test_a_document_that_a_filter_cannot_read_fails_at_once_and_leaves_nothing_behind(
    raster: RasterBench, on_raster: CupsPrinter, empty_cupsd: Cupsd, journal: object
) -> None:
    assert printed(on_raster, journal, b"%PDF-1.7 and then nothing of a PDF", 1) == Progress(
        JobPhase.FAILED, 0, FaultCode.PRINT_FAILED
    )
    assert raster.printed == []
    assert not [file for file in (empty_cupsd.folder / "spool").rglob("d*") if file.is_file()]


def test_a_printer_of_another_kind_in_its_place_needs_nothing_but_its_address(
    bench: PrinterBench, raster: RasterBench, empty_cupsd: Cupsd, journal: object, pdf: bytes
) -> None:
    for device, box in ((bench.uri, bench), (raster.uri, raster), (bench.uri, bench)):
        printer = CupsPrinter("kiosk", device, empty_cupsd.socket)
        assert printer.status() == Status(Health.OK)
        before = len(box.printed)
        assert printed(printer, journal, pdf, 3) == Progress(JobPhase.PRINTED, 3)
        assert len(box.printed) == before + 1
        printer.close()
    assert [file.read_bytes() == pdf for file in bench.printed] == [True, True]


def test_a_queue_that_somebody_else_made_is_left_as_it_is(raster: RasterBench, empty_cupsd: Cupsd) -> None:
    empty_cupsd.add_queue("kiosk", raster.uri)  # raw, and the printer behind it takes no PDF
    before = tool("lpstat", "-h", empty_cupsd.socket, "-v", "kiosk")
    printer = CupsPrinter("kiosk", raster.uri, empty_cupsd.socket)
    assert printer.status() == Status(Health.DOWN, (FaultCode.PRINTER_FAULT,))
    assert tool("lpstat", "-h", empty_cupsd.socket, "-v", "kiosk") == before
    assert not printer.facts().queue.ours
    printer.close()


def test_what_a_printer_lists_is_told_in_plain_numbers(raster: RasterBench, on_raster: CupsPrinter) -> None:
    facts = on_raster.facts()
    assert (facts.model, facts.way, facts.two_sided) == ("Loket raster (simulated)", PrintWay.RASTER, True)
    assert facts.sources == ("tray-1", "tray-2")
    assert (facts.queue.way, facts.queue.address) == (PrintWay.RASTER, raster.uri)
    assert facts.queue.ours
    assert facts.queue.lets_go
    assert facts.queue.gives_up
    assert facts.trays[0].capacity == 250


def test_a_cancelled_job_on_a_raster_printer_ends_as_cancelled(
    raster: RasterBench, on_raster: CupsPrinter, pdf: bytes, until: Until
) -> None:
    raster.strike("jam")
    on_raster.send(on_raster.create("one"), pdf)
    until(lambda: on_raster.look("one").faults)
    on_raster.cancel("one")
    until(lambda: on_raster.look("one").state is DeviceJobState.CANCELED)


# In a mount namespace of its own, where a folder for root alone ($1) lets all into the project ($2).
AS_NOBODY = """
if [ "$1" ]; then
    mount --bind "$2" /mnt
    mount -t tmpfs -o mode=755 none "$1"
    mkdir -p "$2"
    mount --bind /mnt "$2"
fi
cd "$2"
shift 2
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
"""
LOOK = """
import sys
from hardware.cups import CupsPrinter
printer = CupsPrinter("kiosk", sys.argv[1], sys.argv[2])
print(printer.status().health.value)
printer.close()
"""


def test_a_kiosk_that_may_change_no_queue_finds_the_one_that_root_made(raster: RasterBench, empty_cupsd: Cupsd) -> None:
    """Where nobody is root, everybody may change queues, and the first look makes it."""
    as_nobody = [sys.executable, "-c", LOOK, raster.uri, empty_cupsd.socket]
    if os.geteuid() == 0:
        closed = next((folder for folder in reversed(PROJECT.parents) if not folder.stat().st_mode & stat.S_IXOTH), "")
        as_nobody = ["unshare", "--mount", "sh", "-euc", AS_NOBODY, "sh", str(closed), str(PROJECT), *as_nobody]
    assert tool(*as_nobody) == ("down\n" if os.geteuid() == 0 else "ok\n")
    by_root = CupsPrinter("kiosk", raster.uri, empty_cupsd.socket)
    assert by_root.status() == Status(Health.OK)
    by_root.close()
    assert tool(*as_nobody) == "ok\n"
