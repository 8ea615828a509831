"""`./dev pictures`: every page of the gallery, by the hash of its pixels and how its words stand out; what changed.

The hashes stand in pictures.txt, a line for each page with a column for each way to see it; no picture is kept.
`--accept` takes what is painted now for right: look at it first (`./dev gallery --out DIR --only NAME`). Words must
stand out 4.5:1 from what is painted around them (WCAG 2.2, 1.4.3), in high contrast 10:1. Ink and ground are the two
colours of which there is most.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtQuick import QQuickItem

ACCEPTED = Path(__file__).with_name("pictures.txt")
PAGE, NONE = "page", "-"  # how its first column is called; a page that is not seen this way
LEAST, LEAST_IN_HIGH_CONTRAST = 4.5, 10.0
RGB = tuple[int, int, int]
NEARLY_BLACK = 0.04045  # [WCAG 2.2, relative luminance] below it a colour is told in another way
# A machine may be set to draw letters otherwise: here each draws them as Debian does when nobody sets anything. Letters
# that are hinted in full are not the same on Debian 12 and 13.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<cachedir>{folder}</cachedir>
<match target="pattern">
<edit name="antialias"><bool>true</bool></edit>
<edit name="hinting"><bool>true</bool></edit>
<edit name="hintstyle"><const>hintslight</const></edit>
<edit name="rgba"><const>none</const></edit>
</match>
</fontconfig>
"""


@dataclass(frozen=True)
class Picture:
    """A page as painted: the way it is seen and its name, its hash, and the words that do not stand out."""

    name: str
    digest: str
    faint: tuple[str, ...]


def main(arguments: list[str] | None = None) -> int:
    """Paint, compare, and tell; 1 where something changed or cannot be read."""
    parser = argparse.ArgumentParser(prog="./dev pictures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="what is painted now is right")
    parser.add_argument("--way", action="append", help="only pages seen this way, e.g. upright-nl-contrast")
    asked = parser.parse_args(arguments)
    before = accepted()
    with tempfile.TemporaryDirectory() as folder:
        _draw_alike(Path(folder))
        pictures = list(painted(asked.way))
    now = {picture.name: picture.digest for picture in pictures}
    faint = [f"{picture.name}: {one}" for picture in pictures for one in picture.faint]
    ways = {name.partition("/")[0] for name in now}
    known = {name: digest for name, digest in before.items() if name.partition("/")[0] in ways or asked.way is None}
    changed = [] if asked.accept else changes(known, now)
    if asked.accept:
        accept({name: digest for name, digest in before.items() if name not in known} | now)
    for line in (*changed, *faint):
        print(line)
    print(f"{len(pictures)} pictures, {len(changed)} changed, {len(faint)} with words that do not stand out")
    return 1 if changed or faint else 0


def accepted() -> dict[str, str]:
    """Give the hashes that were accepted, by the way and the name of each picture."""
    lines = ACCEPTED.read_text(encoding="utf-8").splitlines() if ACCEPTED.exists() else [PAGE]
    (_, *ways), *rows = (line.split() for line in lines)
    cells = {f"{way}/{page}": digest for page, *digests in rows for way, digest in zip(ways, digests, strict=True)}
    return {name: digest for name, digest in cells.items() if digest != NONE}


def accept(hashes: dict[str, str]) -> None:
    """Write the hashes down, in the order of their names."""
    ways = sorted({name.partition("/")[0] for name in hashes})
    pages = sorted({name.partition("/")[2] for name in hashes})
    rows = [[page, *(hashes.get(f"{way}/{page}", NONE) for way in ways)] for page in pages]
    ACCEPTED.write_text("".join(f"{' '.join(row)}\n" for row in [[PAGE, *ways], *rows]), encoding="utf-8")


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Name each picture that is another one, is new, or is gone."""
    other = [name for name in before.keys() & now.keys() if before[name] != now[name]]
    told = dict.fromkeys(other, "changed") | dict.fromkeys(now.keys() - before.keys(), "new")
    told |= dict.fromkeys(before.keys() - now.keys(), "gone")
    return [f"{told[name]}: {name}" for name in sorted(told)]


def _draw_alike(folder: Path) -> None:
    """Have Qt draw off screen, with no setting of this machine."""
    file = folder / "fonts.conf"
    file.write_text(FONTS.format(folder=folder), encoding="utf-8")
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "FONTCONFIG_FILE": str(file)}


def painted(ways: list[str] | None) -> Iterator[Picture]:
    """Paint every page of the gallery, in these ways or in all of them."""
    from msgspec import structs

    from config.settings import Language, load
    from ui.app import App
    from ui.gallery import every_way
    from ui.sample import EXAMPLE, samples
    from ui.screens import screen_for

    settings = structs.replace(load(EXAMPLE), languages=tuple(Language))
    app = App(settings, size_px=(settings.screen.width_px, settings.screen.height_px))
    app.hold_clock()
    app.settle()
    for way, panel, language, ease in every_way(settings):
        if ways is not None and way not in ways:
            continue
        app.lay_out(panel.screen)
        for sample in samples(panel, language, ease):
            app.bridge.paint(screen_for(sample.visit, sample.settings, sample.now))
            app.settle()
            image = _pixels(app.grab())
            least = LEAST_IN_HIGH_CONTRAST if ease.contrast else LEAST
            faint = tuple(_faint(app.window.contentItem(), image, least))
            yield Picture(f"{way}/{sample.name}", hashlib.blake2b(image.tobytes(), digest_size=4).hexdigest(), faint)
    app.close()


def _pixels(image: QImage) -> Image.Image:
    from PySide6.QtGui import QImage

    plain = image.convertToFormat(QImage.Format.Format_RGBX8888)
    size = plain.width(), plain.height()
    return Image.frombytes("RGB", size, bytes(plain.constBits()), "raw", "RGBX", plain.bytesPerLine())


def _faint(item: QQuickItem, image: Image.Image, least: float) -> Iterator[str]:
    """Name each text in an item that does not stand out, with its colours and the figure."""
    if not item.isVisible():
        return
    text = item.property("text") if item.property("contentWidth") is not None else None
    if text:
        place = item.mapRectToScene(item.boundingRect())
        box = (round(place.left()), round(place.top()), round(place.right()), round(place.bottom()))
        ground, ink = ground_and_ink(image.crop(box))
        found = ratio(ground, ink)
        if found < least:
            yield f"{found:.1f}:1, {ink} on {ground}: {text!r}"
    for child in item.childItems():
        yield from _faint(child, image, least)


def ground_and_ink(part: Image.Image) -> tuple[RGB, RGB]:
    """Give the colour of which there is most, and the one of which there is most after it."""
    colours = part.getcolors(part.width * part.height) or []
    ordered: list[RGB] = [colour for _, colour in sorted(colours, reverse=True)]  # type: ignore[misc]
    return ordered[0], ordered[1 if len(ordered) > 1 else 0]


def ratio(one: RGB, other: RGB) -> float:
    """How far two colours stand apart [WCAG 2.2, relative luminance and contrast ratio]."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: RGB) -> float:
    shares = (part / 255 for part in colour)
    linear = [share / 12.92 if share <= NEARLY_BLACK else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


if __name__ == "__main__":
    sys.exit(main())
