"""Draws the pictures of `ui/pictures` in the theme's colours, dashed edges, and QR codes, for the QML engine."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPen
from PySide6.QtQuick import QQuickImageProvider

_PICTURES = Path(__file__).parent / "pictures"
_COLOUR = re.compile(r"@([a-zA-Z]+)")
# Dash and gap of an edge, in line widths.
_DASHES = (3.2, 2.2)


class Drawings(QQuickImageProvider):
    """`image://drawn/<picture>/<colour of an icon>/<width>x<height>` in pixels; `dashed` is a dashed edge of that size.

    The size stands in the name, for a picture may be asked for before its `sourceSize` is known.
    """

    def __init__(self, colours: dict[str, str], density: float) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._colours = colours
        self._density = density

    def requestImage(self, id: str, size: QSize, _requested: QSize) -> QImage:  # noqa: N802, A002 (Qt's names)
        """Draw one picture."""
        name, colour, room = id.split("/")
        asked = QSize(*(round(float(side)) for side in room.split("x")))
        image = self._dashed(colour, asked) if name == "dashed" else self._picture(name, colour, asked)
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image

    def _picture(self, name: str, it: str, requested: QSize) -> QImage:
        colours = {**self._colours, "it": self._colours[it]}
        text = (_PICTURES / f"{name}.svg").read_text(encoding="utf-8")
        painted = _COLOUR.sub(lambda match: colours[match[1]], text)
        buffer = QBuffer()
        buffer.setData(QByteArray(painted.encode()))
        reader = QImageReader(buffer, QByteArray(b"svg"))
        reader.setScaledSize(reader.size().scaled(requested, Qt.AspectRatioMode.KeepAspectRatio))
        return reader.read()

    def _dashed(self, colour: str, requested: QSize) -> QImage:
        image = QImage(requested, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        width = max(1, round(self._density))
        pen = QPen(QColor(self._colours[colour]), width)
        pen.setDashPattern(_DASHES)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        half, radius = width / 2, 2 * self._density
        edge = QRectF(half, half, requested.width() - width, requested.height() - width)
        painter.drawRoundedRect(edge, radius, radius)
        painter.end()
        return image


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


def _modules(text: str) -> list[list[bool]]:
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=1)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(cell) for cell in row] for row in code.get_matrix()]
