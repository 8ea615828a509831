"""The simulated slip printer judged by receiptio, an ESC/POS client that nobody here wrote: in what it says, and draws.

`./dev test` installs it. It knows one port, 9100: the simulator listens there on a loopback address of its own, so that
no other is in the way.
"""

from __future__ import annotations

import base64
import secrets
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import qrcode

from simulators.escpos_printer import EscPosPrinter

RECEIPTIO = Path(__file__).parents[3] / ".dev" / "receiptio"
# How it ends [receiptio 2.1.2, `receiptio -h`].
SUCCESS, ONLINE, COVER_OPEN, PAPER_EMPTY, ERROR = 0, 100, 101, 102, 103
WORDS = "Gemeente Lindeveld\n\nNoëlle, één, naïef, façade|\n€ 1,50\n"


def receiptio(*arguments: str, markdown: str = "") -> tuple[int, str]:
    """Run it; give how it ended, and what it wrote."""
    command = [RECEIPTIO / "bin" / "node", RECEIPTIO / "node_modules" / "receiptio" / "bin" / "cli.js"]
    ended = subprocess.run(
        [*command, "-l", "fr", *arguments], input=markdown.encode(), capture_output=True, check=False, timeout=60
    )
    return ended.returncode, ended.stdout.decode()


@pytest.fixture
def printer() -> Iterator[tuple[EscPosPrinter, str]]:
    host = f"127.91.{secrets.randbelow(250)}.{1 + secrets.randbelow(250)}"
    with EscPosPrinter(9100, host=host) as printer:
        yield printer, host


Printer = tuple[EscPosPrinter, str]


def test_a_stranger_finds_the_printer_online(printer: Printer) -> None:
    _, host = printer
    assert receiptio("-d", host, "-q")[0] == ONLINE


@pytest.mark.parametrize(
    ("fact", "word"), [("cover_open", COVER_OPEN), ("paper_out", PAPER_EMPTY), ("cutter_jam", ERROR)]
)
def test_a_stranger_hears_what_is_wrong_and_prints_nothing(printer: Printer, fact: str, word: int) -> None:
    bench, host = printer
    bench.bench.put(fact)
    assert receiptio("-d", host, "-q")[0] == word
    assert receiptio("-d", host, markdown=WORDS)[0] == word
    assert bench.slips == []


def test_a_roll_that_ends_half_way_is_heard_by_a_stranger(printer: Printer) -> None:
    bench, host = printer
    bench.bench.strike_after(2, "paper_out")
    assert receiptio("-d", host, markdown=WORDS)[0] == PAPER_EMPTY
    assert bench.slips == []


def test_what_a_stranger_prints_is_on_the_slip_as_it_draws_it_itself(
    printer: Printer, codes_on: Callable[[bytes], list[str]]
) -> None:
    """The words as receiptio lays them out without a printer, and a picture that it sends as a raster."""
    bench, host = printer
    picture = BytesIO()
    qrcode.make("4F7K-29", box_size=6).save(picture)
    image = f"{{image:{base64.b64encode(picture.getvalue()).decode()}}}\n"
    assert receiptio("-d", host, markdown=WORDS + image)[0] == SUCCESS
    drawn = receiptio("-p", "text", markdown=WORDS)[1]
    (slip,) = bench.slips
    assert [line.strip() for line in slip.text.splitlines() if line.strip()] == [
        line.strip() for line in drawn.splitlines() if line.strip()
    ]
    assert "Noëlle, één, naïef, façade" in slip.text
    assert codes_on(slip.png) == ["4F7K-29"]
