"""Draws the pictures of `ui/pictures` in the theme's colours, dashed edges, QR codes, pages of documents, for QML."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from PySide6.QtCore import QBuffer, QByteArray, QSize
from PySide6.QtGui import QColor, QImage, QImageReader
from PySide6.QtQuick import QQuickImageProvider

if TYPE_CHECKING:
    from kiosk_app.visit import Drawing

_PICTURES = Path(__file__).parent / "pictures"
_COLOUR = re.compile(r"@([a-zA-Z]+)")
# Dash and gap of an edge, in line widths.
_DASH, _GAP = 3.2, 2.2
# A visit shows some twenty pictures, and the next visit the same.
_KEPT = 48
# Which squares of a code are dark takes 20 ms to find. The town has two addresses, and no resident is in them.
_CODES = 2
# A page in a blur is so many blots wide: each covers two letters of two lines, and no sharpening brings them back.
_BLOTS = 28


class Drawings(QQuickImageProvider):
    """`image://drawn/<picture>/<colour of an icon>/<width>x<height>/<theme>` in pixels; `dashed` is a dashed edge.

    The size stands in the name, for a picture may be asked for before its `sourceSize` is known.
    """

    def __init__(
        self, themes: dict[str, dict[str, str]], density: float, logo: Callable[[int], QImage] | None = None
    ) -> None:
        """`logo` paints the town's tile at so many pixels a side; without one the usual sign stands for the town."""
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._themes = themes
        self._logo = logo
        self._density = density
        self._draw = lru_cache(_KEPT)(self._draw_anew)

    def requestImage(self, id: str, size: QSize, _requested: QSize) -> QImage:  # noqa: N802, A002 (Qt's names)
        """Draw one picture, or give the one that was drawn before."""
        image = self._draw(*id.split("/"))
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image

    def _draw_anew(self, name: str, colour: str, room: str, theme: str) -> QImage:
        width, height = (round(float(side)) for side in room.split("x"))
        colours = self._themes[theme]
        if name == "town" and self._logo is not None:
            return self._logo(min(width, height))
        if name == "dashed":
            return self._dashed(colours[colour], (width, height))
        return self._picture(name, {**colours, "it": colours[colour]}, (width, height))

    def _picture(self, name: str, colours: dict[str, str], room: tuple[int, int]) -> QImage:
        text = (_PICTURES / f"{name}.svg").read_text(encoding="utf-8")
        return _drawn(_COLOUR.sub(lambda match: colours[match[1]], text), room)

    def _dashed(self, colour: str, room: tuple[int, int]) -> QImage:
        width, height = room
        line, radius = self._density, 2 * self._density
        rect = (
            f'<rect x="{line / 2}" y="{line / 2}" width="{width - line}" height="{height - line}" rx="{radius}" '
            f'fill="none" stroke="{colour}" stroke-width="{line}" '
            f'stroke-dasharray="{_DASH * line} {_GAP * line}"/>'
        )
        return _drawn(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{rect}</svg>', room)


def _drawn(svg: str, room: tuple[int, int]) -> QImage:
    """Draw a picture as large as fits in so many pixels."""
    buffer = QBuffer()
    buffer.setData(QByteArray(svg.encode()))
    reader = QImageReader(buffer, QByteArray(b"svg"))
    own = reader.size()
    scale = min(room[0] / own.width(), room[1] / own.height())
    reader.setScaledSize(QSize(round(own.width() * scale), round(own.height() * scale)))
    return reader.read()


class QrCodes(QQuickImageProvider):
    """`image://qr/<side in pixels>/<text, percent encoded>`: whole pixels a module, so that every phone reads it."""

    def __init__(self, ink: str, ground: str) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._ink, self._ground = QColor(ink), QColor(ground)

    def requestImage(self, id: str, size: QSize, _requested: QSize) -> QImage:  # noqa: N802, A002 (Qt's names)
        """Draw the code of a text, as large as fits in whole pixels a module."""
        room, _, text = id.partition("/")
        modules = _modules(unquote(text))
        scale = max(1, round(float(room)) // len(modules))
        image = QImage(len(modules), len(modules), QImage.Format.Format_RGB32)
        for y, row in enumerate(modules):
            for x, dark in enumerate(row):
                image.setPixelColor(x, y, self._ink if dark else self._ground)
        side = len(modules) * scale
        size.setWidth(side)
        size.setHeight(side)
        return image.scaled(side, side)


@lru_cache(_CODES)
def _modules(text: str) -> list[list[bool]]:
    with _left_out("PIL"):  # qrcode would bring it along, for pictures of its own, and the portal's code wait for that
        from qrcode.constants import ERROR_CORRECT_M
        from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=1)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(cell) for cell in row] for row in code.get_matrix()]


@contextmanager
def _left_out(package: str) -> Iterator[None]:
    """Import without a package that can be done without; whoever asks for it later finds it as ever."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # how Python says: not to be imported
    try:
        yield
    finally:
        del sys.modules[package]


class Pages(QQuickImageProvider):
    """`image://page/<which>/<clear or veiled>/<width>x<height>`: the page that is looked at, in memory alone.

    Asked for each time anew, so that the page is gone when nobody looks at it any more.
    """

    def __init__(self, drawing: Callable[[], Drawing | None]) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._drawing = drawing

    def requestImage(self, id: str, size: QSize, _requested: QSize) -> QImage:  # noqa: N802, A002 (Qt's names)
        """Give the page as large as it is shown, so that letters are as sharp as the panel allows."""
        _, look, room = id.split("/")
        width, height = (round(float(side)) for side in room.split("x"))
        size.setWidth(width)
        size.setHeight(height)
        drawing = self._drawing()
        if drawing is None:
            blank = QImage(width, height, QImage.Format.Format_RGB32)
            blank.fill(QColor("white"))  # a new image holds whatever lay in that memory: perhaps a page
            return blank
        image = QImage(drawing.pixels, drawing.width, drawing.height, 4 * drawing.width, QImage.Format.Format_RGB32)
        if look != "clear":
            image = _resized(image, _BLOTS, round(_BLOTS * drawing.height / drawing.width))
        return _resized(image, width, height)


def _resized(image: QImage, width: int, height: int) -> QImage:
    """Give a copy of another size: each new pixel is the mean of those it covers."""
    from PySide6.QtCore import Qt  # a namespace so large that the first frame would wait for it

    whole = Qt.AspectRatioMode.IgnoreAspectRatio
    return image.scaled(width, height, whole, Qt.TransformationMode.SmoothTransformation)
