"""From a document in hand to paper that is known to be out: beside lp, beside CUPS's own word, and beside pdftoppm.

`handed`: from the call that prints until the printer has the last byte, every step in a journal on disk; lp prints the
same document on the same queue. `known`: from the last sheet until the screen of a whole kiosk says so; CUPS says so of
the same document, printed by lp on a second queue that waits for its jobs. `drawn`: the first page in pixels of 150 to
an inch.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import cups
import typst
from PIL import Image

from benchmarks.rounds import interleave
from benchmarks.rows import Peer, Row
from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from hardware.cups import CupsPrinter
from hardware.cups.ipp import Device, Operation, Tag
from kiosk_app.journal import Journal
from kiosk_app.store import Store
from printing.document_check import DocumentChecker
from printing.job import PrintRun
from printing.progress import JobPhase
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench
from simulators.world import World

ROUNDS, VISITS = 15, 5
CARD = "1.8:an"
# The certificate is one sheet; a job of 4.5 s is three sheets of an ordinary printer, and CUPS waits by the clock.
SECONDS_PER_SHEET = 4.5
FIRST_ENDED, COMPLETED, IDLE = 7, 9, 3  # job-state (twice), printer-state [RFC 8011 §5.3.7, §5.4.11]
POLL_SECONDS, DEADLINE_SECONDS = 0.005, 60.0
LP = "lp -d kiosk document.pdf"
TEXT = '#set page(paper: "a4")\n#set text(size: 10pt)\n#lorem(650)'
SCAN_PIXELS = (2480, 3508)  # A4 at 300 dpi


def rows() -> list[Row]:
    """Measure it all."""
    return [*_handed(), _known(), *_drawn()]


# --- until the printer has it ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Desk:
    """A document, a queue and a printer at its end."""

    pdf: bytes
    file: Path
    cupsd: Cupsd
    printer: PrinterBench
    run: PrintRun

    def by_lp(self) -> float:
        """Print with lp."""
        return self._until_whole(lambda: _run("lp", "-h", self.cupsd.socket, "-d", "kiosk", str(self.file)))

    def by_us(self) -> float:
        """Print with the journal, the job made too."""
        return self._until_whole(lambda: self._print(uuid4(), None))

    def by_us_prepared(self) -> float:
        """Print as in a visit: the job was made while the document was on its way."""
        ticket = uuid4()
        job_uuid = self.run.prepare(ticket, 1)
        return self._until_whole(lambda: self._print(ticket, job_uuid))

    def _print(self, ticket: UUID, job_uuid: str | None) -> None:
        ending = self.run.run(ticket, 1, self.pdf, 1, lambda _progress: None, threading.Event(), job_uuid)
        if ending.phase is not JobPhase.PRINTED:
            raise RuntimeError(f"not printed: {ending}")

    def _until_whole(self, hand_over: Callable[[], object]) -> float:
        """Give milliseconds until the last byte arrived: a received file has the time of that."""
        _wait_until_idle(self.printer)
        before = len(self.printer.received)
        began = time.time_ns()
        hand_over()
        if not self.printer.wait_for_printed(before + 1, DEADLINE_SECONDS):
            raise TimeoutError("nothing was printed")
        return (self.printer.received[-1].stat().st_mtime_ns - began) / 1e6


def _wait_until_idle(printer: PrinterBench) -> None:
    """Wait for a printer that still puts its last job away: it takes one at a time, and CUPS comes back after 5 s."""
    device, wish = Device(printer.uri, DEADLINE_SECONDS), (Tag.KEYWORD, "requested-attributes", ["printer-state"])
    while device.ask(Operation.GET_PRINTER_ATTRIBUTES, [wish]).of(Tag.PRINTER_GROUP)[0]["printer-state"] != [IDLE]:
        time.sleep(POLL_SECONDS)
    device.close()


def _handed() -> list[Row]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-bench-")))
        printer = stack.enter_context(PrinterBench(ms_per_sheet=10))
        cupsd = stack.enter_context(Cupsd())
        cupsd.add_queue("kiosk", printer.uri)
        (folder / "document.pdf").write_bytes(pdf := bytes(typst.compile(TEXT.encode())))
        store = Store(folder / "kiosk")
        stack.callback(store.close)
        driver = CupsPrinter("kiosk", printer.uri, cupsd.socket)
        stack.callback(driver.close)
        driver.status()
        run = PrintRun(driver, Journal(store), paper_wait=10, print_silence=10)
        desk = _Desk(pdf, folder / "document.pdf", cupsd, printer, run)
        contenders = {"ours": desk.by_us, "peer": desk.by_lp, "prepared": desk.by_us_prepared}
        figures = interleave(contenders, ROUNDS)
    peer = Peer("lp", LP, median(figures["peer"]))
    return [
        Row("submit → whole file at the printer", median(figures["ours"]), "ms", ROUNDS, 1.0, peer),
        Row("the same, job made beforehand as in a visit", median(figures["prepared"]), "ms", ROUNDS, None, peer),
    ]


# --- until it is known -----------------------------------------------------------------------------------------------


def _known() -> Row:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-bench-")))
        world = stack.enter_context(World(folder, ms_per_sheet=round(SECONDS_PER_SHEET * 1000)))
        _run("lpadmin", "-h", world.cupsd.socket, "-p", "waits", "-E", "-v", world.printer.uri)
        settings = folder / "kiosk.toml"
        settings_file.write(settings, world, folder / "kiosk")
        environment = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
        kiosk = stack.enter_context(KioskProcess(settings, environment, folder / "kiosk.log"))
        kiosk.wait_until_known()
        _screen_lag(world, kiosk)  # the peer prints what a visit left
        contenders = {"ours": lambda: _screen_lag(world, kiosk), "peer": lambda: _cups_lag(world)}
        figures = interleave(contenders, VISITS)
    peer = Peer("CUPS's completed", "lp -d waits; getJobAttributes", median(figures["peer"]))
    return Row("last sheet out → screen says printed", median(figures["ours"]), "ms", VISITS, 0.25, peer)


def _screen_lag(world: World, kiosk: KioskProcess) -> float:
    """Play a visit; milliseconds from the last sheet to the screen."""
    resident = Resident(kiosk, Slot(world.cards, CARD), world.residents["an"].pin)
    kiosk.look()
    while (told := kiosk.next()) is not None:
        if "state" in told and resident.see(told):
            break
    if "Printed" not in resident.at:
        raise RuntimeError(f"this visit came to no paper: {', '.join(resident.states)}")
    return resident.at["Printed"] * 1000 - _out_at(world)


def _cups_lag(world: World) -> float:
    """Print the certificate of the last visit once more; milliseconds from the last sheet to CUPS's word."""
    _wait_until_idle(world.printer)
    before, certificate = len(world.printer.printed), str(world.printer.printed[-1])
    said = _run("lp", "-h", world.cupsd.socket, "-d", "waits", certificate)
    number = int(said.split("waits-")[1].split()[0])
    connection = cups.Connection(host=world.cupsd.socket)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (state := connection.getJobAttributes(number, ["job-state"])["job-state"]) < FIRST_ENDED:
        if time.monotonic() > deadline:
            raise TimeoutError("CUPS never called it ended")
        time.sleep(POLL_SECONDS)
    completed = time.monotonic()
    if state != COMPLETED:
        raise RuntimeError(f"CUPS ended it as {state}")
    if len(world.printer.printed) == before:
        raise RuntimeError("CUPS called completed what was not printed")
    return completed * 1000 - _out_at(world)


def _out_at(world: World) -> float:
    """When the last sheet came out, on the monotonic clock, in milliseconds."""
    since_boot = time.time() - time.monotonic()
    return (world.printer.printed[-1].stat().st_ctime - since_boot) * 1000


# --- until it can be looked at ---------------------------------------------------------------------------------------


def _drawn() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name:
        folder = Path(name)
        checker = DocumentChecker(folder / "no-seal-is-looked-at.pem")
        documents = {"text": (bytes(typst.compile(TEXT.encode())), 0.35), "scan": (_scan(), 0.9)}
        found = [_beside_pdftoppm(folder, checker, kind, *told) for kind, told in documents.items()]
        checker.close()
    return found


def _beside_pdftoppm(folder: Path, checker: DocumentChecker, kind: str, pdf: bytes, target: float) -> Row:
    file = folder / f"{kind}.pdf"
    file.write_bytes(pdf)
    command = ["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-singlefile", str(file), str(folder / kind)]
    contenders = {"ours": _timed(lambda: checker.draw(pdf, 0)), "peer": _timed(lambda: _run(*command))}
    figures = interleave(contenders, ROUNDS)
    peer = Peer("pdftoppm", "pdftoppm -r 150 -f 1 -l 1 -singlefile", median(figures["peer"]))
    return Row(f"first page drawn, {kind}", median(figures["ours"]), "ms", ROUNDS, target, peer)


def _scan() -> bytes:
    """A page as a scanner makes it: grey, 300 dpi, and noise that no encoder can leave out."""
    chance, page = random.Random(5), BytesIO()  # noqa: S311 dots of a picture
    small = Image.frombytes("L", (620, 877), chance.randbytes(620 * 877)).point(lambda dot: 200 + dot // 5)
    small.resize(SCAN_PIXELS).save(page, "PDF", resolution=300, quality=92)
    return page.getvalue()


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        began = time.monotonic()
        work()
        return (time.monotonic() - began) * 1000

    return run


def _run(*command: str) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=60, env=environment).stdout
