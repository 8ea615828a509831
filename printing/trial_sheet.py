"""The sheet that a technician prints to see whether a printer does as it should: a frame to measure, letters, greys."""

from __future__ import annotations

from io import BytesIO

# A4 and the frame on it, in millimetres: what a ruler must find on the paper.
PAGE = (210, 297)
FRAME_LEFT, FRAME_BOTTOM, FRAME_WIDTH, FRAME_HEIGHT = 15, 15, 180, 267
_MM = 72 / 25.4
_GREYS = 10


def trial_sheet(lines: tuple[str, ...], pages: int = 1) -> bytes:
    """Make a PDF of so many A4 pages with these lines in the frame. Letters that Latin-1 lacks become '?'."""
    import pikepdf  # 60 ms that only a technician need wait for

    pdf = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,  # one of the fourteen that every printer has
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    for number in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=(PAGE[0] * _MM, PAGE[1] * _MM))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(_drawn((*lines, f"Blad {number} van {pages}")))
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def _drawn(lines: tuple[str, ...]) -> bytes:
    left, top = FRAME_LEFT + 10, FRAME_BOTTOM + FRAME_HEIGHT - 20
    greys = (f"{n / (_GREYS - 1):.2f} g {_box(left + 14 * n, FRAME_BOTTOM + 20, 14, 20)} B" for n in range(_GREYS))
    frame = f"0.5 w {_box(FRAME_LEFT, FRAME_BOTTOM, FRAME_WIDTH, FRAME_HEIGHT)} S"
    text = f"0 g BT /F1 12 Tf 18 TL {left * _MM:.2f} {top * _MM:.2f} Td\n"
    return "\n".join((frame, *greys, text)).encode() + b"".join(_line(line) for line in lines) + b"ET"


def _box(left: float, bottom: float, width: float, height: float) -> str:
    return f"{left * _MM:.2f} {bottom * _MM:.2f} {width * _MM:.2f} {height * _MM:.2f} re"


def _line(text: str) -> bytes:
    plain = text.encode("latin-1", errors="replace")
    for letter in (b"\\", b"(", b")"):
        plain = plain.replace(letter, b"\\" + letter)
    return b"(" + plain + b") Tj T*\n"
