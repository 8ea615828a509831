"""The town's logo above a slip: dots in the middle of the paper, none of which the printer takes for a question."""

from __future__ import annotations

import logging
from pathlib import Path

log = logging.getLogger(__name__)

# In dots of 1/203 inch: a logo takes 48 by 25 mm of paper that is 72 mm wide.
LOGO_WIDTH, LOGO_HEIGHT, PAPER_WIDTH = 384, 200, 576


def logo_bytes(file: Path) -> bytes:
    """Make a picture in the middle of the paper, in dots; nothing where the file is no picture.

    Of what the printer would take for a question (0x10 before 0x04 or 0x14) one dot more is black.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as picture:
            drawn = picture.convert("RGBA")
    except (OSError, ValueError):
        log.warning("the logo for slips cannot be read")
        return b""
    page = Image.new("RGBA", drawn.size, "white")
    page.alpha_composite(drawn)
    dots = ImageOps.contain(page.convert("L"), (LOGO_WIDTH, LOGO_HEIGHT))
    row = Image.new("L", (PAPER_WIDTH, dots.height), 255)
    row.paste(dots, ((PAPER_WIDTH - dots.width) // 2, 0))
    raster = ImageOps.invert(row).convert("1").tobytes()
    for question in (b"\x10\x04", b"\x10\x14"):
        raster = raster.replace(question, b"\x18" + question[1:])
    return b"\x1dv0\x00" + bytes((PAPER_WIDTH // 8, 0, dots.height, 0)) + raster + b"\n"
