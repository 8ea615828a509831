"""A page on the glass is the page that will be on paper: PDFium draws it, poppler is the referee."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops, ImageStat

from hardware.faults import DeviceFault, FaultCode
from printing.drawing import Drawing

if TYPE_CHECKING:
    from tests.printing.document.conftest import Desk


def ours(drawing: Drawing) -> Image.Image:
    size = drawing.width, drawing.height
    return coarse(Image.frombytes("RGB", size, drawing.pixels, "raw", "BGRX"))


def poppler_s(pdf: bytes, page: int, size: tuple[int, int], folder: Path) -> Image.Image:
    (folder / "it.pdf").write_bytes(pdf)
    number = str(page + 1)
    command = ["pdftoppm", "-r", "150", "-f", number, "-l", number, "-singlefile", "-png", "it.pdf", "it"]
    subprocess.run(command, cwd=folder, check=True)
    image = Image.open(folder / "it.png")
    assert image.size == pytest.approx(size, abs=1)
    return coarse(image)


def coarse(image: Image.Image) -> Image.Image:
    """The greys of a page by the millimetre: two makers of the same letters differ at their edges."""
    return image.convert("L").resize((210, 297) if image.height > image.width else (297, 210), Image.Resampling.BOX)


def apart(one: Image.Image, other: Image.Image) -> float:
    """How much darker or lighter a pixel is on the mean, of 255."""
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


@pytest.mark.parametrize("flipped", [False, True], ids=["upright", "on its side"])
def test_a_page_looks_as_poppler_draws_it_and_not_as_another_page(desk: Desk, tmp_path: Path, *, flipped: bool) -> None:
    pdf = desk.town.seal(desk.typeset(2, flipped=flipped))
    drawing = desk.checker.draw(pdf, 0)
    assert (drawing.width > drawing.height) is flipped
    first, second = ours(drawing), ours(desk.checker.draw(pdf, 1))
    referee = poppler_s(pdf, 0, (drawing.width, drawing.height), tmp_path)
    assert ImageStat.Stat(referee).extrema[0][0] < 200, "there is ink on it"
    assert apart(first, referee) < apart(Image.new("L", first.size, 255), referee) / 4
    assert apart(second, referee) > 4 * apart(first, referee)


@pytest.mark.parametrize("page", [1, 99])
def test_a_page_that_is_not_there_is_a_fault_and_not_another_page(desk: Desk, page: int) -> None:
    with pytest.raises(DeviceFault) as caught:
        desk.checker.draw(desk.good, page)
    assert caught.value.code is FaultCode.DOCUMENT_BROKEN


def test_what_cannot_be_read_is_a_fault_without_a_word_of_it(desk: Desk) -> None:
    with pytest.raises(DeviceFault) as caught:
        desk.checker.draw(b"%PDF-1.7 Maes", 0)
    assert caught.value.code is FaultCode.DOCUMENT_BROKEN
    assert "Maes" not in str(caught.value)


def test_a_drawing_shows_nothing_in_a_log(desk: Desk) -> None:
    assert "\\x" not in repr(desk.checker.draw(desk.good, 0))
