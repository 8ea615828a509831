"""A town's logo in the header: what PIL wrote stands there; a bomb, a script or half a file leaves the usual sign."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from msgspec import structs
from PIL import Image
from PySide6.QtGui import QImage

from config.settings import load
from ui.app import _logo
from ui.logo import LogoError, tile_of
from ui.sample import EXAMPLE

PROJECT = Path(__file__).parents[2]
RED, WHITE = (200, 16, 46), (255, 255, 255)


def picture(kind: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, RED).save(out, kind, quality=100)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of some kilobytes that would unpack to `side` squared pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (side * (side // 8 + 1)), 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
REFUSED = {
    "bomb": (bomb(30_000), "wider or higher than 1024 pixels"),
    "hundred-megabytes": (b"\x89PNG\r\n\x1a\n" + bytes(100_000_000), "larger than 1000000 bytes"),
    "svg-with-a-script": (SCRIPT, "no PNG and no JPEG"),
    "half-a-file": (picture("PNG", (900, 900))[:200], "breaks off, or none"),
    "nothing": (b"", "no PNG and no JPEG"),
    "gif": (picture("GIF", (20, 20)), "no PNG and no JPEG"),
}


def colour(tile: QImage, x: float, y: float) -> tuple[int, int, int]:
    at = tile.pixelColor(int(x * tile.width()), int(y * tile.height()))
    return at.red(), at.green(), at.blue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_wide_logo_stands_whole_on_a_white_tile(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "logo"
    file.write_bytes(picture(kind, (400, 200)))
    tile = tile_of(file)(72)
    assert (tile.width(), tile.height()) == (72, 72)
    assert colour(tile, 0.5, 0.1) == colour(tile, 0.01, 0.5) == colour(tile, 0.5, 0.9) == WHITE
    assert all(abs(one - red) <= 3 for one, red in zip(colour(tile, 0.5, 0.5), RED, strict=True))
    assert colour(tile, 0.1, 0.5) != WHITE


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_logo_is_refused_and_says_why(tmp_path: Path, name: str) -> None:
    data, why = REFUSED[name]
    file = tmp_path / "logo"
    file.write_bytes(data)
    with pytest.raises(LogoError, match=why):
        tile_of(file)


@pytest.mark.expects_log(r"town\.logo: refused, it cannot be read \(No such file or directory\)")
def test_a_kiosk_without_its_logo_has_the_usual_sign(tmp_path: Path) -> None:
    town = load(EXAMPLE).town
    assert _logo(town) is None
    assert _logo(structs.replace(town, logo=tmp_path / "gone.png")) is None


def test_the_logo_stands_in_the_header_of_a_kiosk(tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(picture("PNG", (300, 300)))
    told = tmp_path / "kiosk.toml"
    told.write_text(EXAMPLE.read_text().replace("[town]\n", f'[town]\nlogo = "{file}"\n', 1))
    asked = ("--out", tmp_path, "--settings", told, "--only", "portal-bare", "--upright", "--language", "nl")
    subprocess.run([sys.executable, "-m", "ui.gallery", *asked, "--ease", "usual"], cwd=PROJECT, check=True, timeout=60)
    header = Image.open(next(tmp_path.glob("upright-nl/*portal-bare.png"))).convert("RGB")
    density = header.width / load(told).screen.width_mm
    middle = header.getpixel((round((14 + 9) * density), round(14 * density)))  # of its tile
    assert middle == RED
