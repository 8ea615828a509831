"""The town's logo on its white tile: a small PNG or JPEG. Anything else is refused, and the usual sign stands there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QRect
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 1_000_000
MOST_PX = 1024  # a side: four megabytes once unpacked, whatever the file says it holds
_KINDS = {b"\x89PNG\r\n\x1a\n": b"png", b"\xff\xd8\xff": b"jpeg"}
_EDGE = 0.06  # of the tile: any logo has air around it


class LogoError(Exception):
    """The file cannot stand in the header; the message says why."""


def tile_of(file: Path) -> Callable[[int], QImage]:
    """Read a logo, and give who paints its tile at so many pixels a side. Raises LogoError."""
    logo = _read(file)

    def painted(side: int) -> QImage:
        tile = QImage(side, side, QImage.Format.Format_RGB32)
        tile.fill(QColor("white"))
        room = round(side * (1 - 2 * _EDGE))
        scale = min(room / logo.width(), room / logo.height())
        wide, high = max(1, round(logo.width() * scale)), max(1, round(logo.height() * scale))
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRect((side - wide) // 2, (side - high) // 2, wide, high), logo)
        painter.end()
        return tile

    return painted


def _read(file: Path) -> QImage:
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise LogoError(f"cannot be read ({error.strerror})") from error
    if len(data) > MOST_BYTES:
        raise LogoError(f"is larger than {MOST_BYTES} bytes")
    kind = next((name for start, name in _KINDS.items() if data.startswith(start)), None)
    if kind is None:
        raise LogoError("is no PNG and no JPEG")
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setAutoDetectImageFormat(False)
    if max(reader.size().width(), reader.size().height()) > MOST_PX:
        raise LogoError(f"is wider or higher than {MOST_PX} pixels")
    logo = reader.read()
    if logo.isNull():
        raise LogoError("is a picture that breaks off, or none")
    return logo
