"""The child that judges PDFs may hang, burst or die: the next document is judged all the same."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import psutil
import pytest

from townhall import pdf_judge
from townhall.authority import make
from townhall.pdf_judge import PdfJudge, Rejected
from townhall.seal import Sealer

A4 = (595.276, 841.89)
GIBIBYTE = 1 << 30
LOWEST = 19  # [setpriority(2)] no priority is lower


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[PdfJudge]:
    judge = PdfJudge((make(tmp_path, "LV-01").seal_ca,))
    yield judge
    judge.close()


@pytest.fixture
def page(tmp_path: Path) -> bytes:
    pdf, out, town = pikepdf.new(), BytesIO(), make(tmp_path, "LV-01")
    pdf.add_blank_page(page_size=A4)
    pdf.save(out)
    return Sealer(town.seal, town.seal_key, town.seal_ca).seal(out.getvalue(), "Test")


def child() -> psutil.Process:
    """The one that judges, among our children: its command line says what it runs."""
    (found,) = (
        process for process in psutil.Process().children() if any("spawn_main" in word for word in process.cmdline())
    )
    return found


def bomb() -> bytes:
    """Ninety kilobytes that unfold to as many million."""
    pdf, out = pikepdf.new(), BytesIO()
    pdf.add_blank_page(page_size=A4)
    pdf.Root.Bomb = pdf.make_stream(bytes(90_000_000))
    pdf.save(out, compress_streams=True)
    return out.getvalue()


def test_a_child_that_was_killed_is_replaced(judge: PdfJudge, page: bytes) -> None:
    assert judge.pages(page) == 1
    os.kill(child().pid, signal.SIGKILL)
    with pytest.raises(Rejected, match="notPdf"):
        judge.pages(page)
    assert judge.pages(page) == 1


def test_a_child_that_hangs_is_given_up_and_replaced(
    judge: PdfJudge, page: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge.warm()
    monkeypatch.setattr(pdf_judge, "JUDGE_SECONDS", 0.2)
    hung = child()
    hung.suspend()
    with pytest.raises(Rejected, match="notPdf"):
        judge.pages(page)
    assert not hung.is_running()
    monkeypatch.undo()
    assert judge.pages(page) == 1


def test_a_bomb_costs_the_child_no_more_than_its_share(judge: PdfJudge, page: bytes) -> None:
    with pytest.raises(Rejected, match="noSeal"):
        judge.pages(bomb())
    assert child().memory_info().vms < GIBIBYTE
    assert judge.pages(page) == 1


def test_it_ends_at_once_also_while_its_child_is_only_starting(tmp_path: Path) -> None:
    judge = PdfJudge((make(tmp_path, "LV-01").seal_ca,))
    warming = threading.Thread(target=judge.warm)
    warming.start()
    deadline = time.monotonic() + 20
    while judge._child is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process, line = judge._child
    assert not line.poll(), "it has not said that it is ready"
    judge.close()
    assert not process.is_alive()
    warming.join()


def test_a_resident_goes_before_a_document_that_is_handed_in(judge: PdfJudge) -> None:
    judge.warm()
    assert child().nice() == min(os.nice(0) + 10, LOWEST)
