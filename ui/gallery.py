"""Every screen as a picture, in each language, upright and on its side: `./dev gallery --out DIR`.

`DIR/index.html` is there to leaf through. `--language`, `--landscape`, `--upright` and `--only` paint some of them;
`--address u` has Dutch say u.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from msgspec import structs

from config.settings import Address, Language, Settings, load
from kiosk_app.visit import Ease
from ui.sample import EXAMPLE, samples
from ui.screens import screen_for

EASES = {
    "usual": Ease(),
    "contrast": Ease(contrast=True),
    "large": Ease(large=True),
    "low": Ease(low=True),
    "large-low": Ease(large=True, low=True),
    "large-contrast": Ease(large=True, contrast=True),
}
INDEX = """<!doctype html>
<meta charset="utf-8">
<title>Loket 24/7: {count} screens</title>
<style>
  body {{ font: 16px sans-serif; margin: 24px; background: #EFF1F1; color: #14202A }}
  section {{ display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start }}
  figure {{ margin: 0 }} figure img {{ height: 480px; border: 1px solid #6C7A86 }}
</style>
{sections}
"""
SECTION = """<h2 id="{name}">{name}</h2>
<section>
{figures}
</section>"""
FIGURE = """<figure>
  <a href="{file}"><img src="{file}" loading="lazy" alt="{caption}"></a>
  <figcaption>{caption}</figcaption>
</figure>"""


def main(arguments: list[str] | None = None) -> int:
    """Paint the screens into a folder; say how many, and any warning of QML. Give the exit code."""
    asked = _arguments(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    asked.out.mkdir(parents=True, exist_ok=True)
    told = structs.replace(load(asked.settings), languages=tuple(Language))
    says = asked.address or told.form_of_address
    painted, warnings = _paint(asked, structs.replace(told, form_of_address=says))
    (asked.out / "index.html").write_text(_index(painted), encoding="utf-8")
    sys.stdout.write(f"{sum(map(len, painted.values()))} pictures in {asked.out}\n")
    sys.stdout.writelines(f"{warning}\n" for warning in warnings)
    return 1 if warnings else 0


def _paint(asked: argparse.Namespace, settings: Settings) -> tuple[dict[str, list[str]], list[str]]:
    """Give the files of each screen, and what QML complained of."""
    from ui.app import App

    app = App(settings, size_px=(settings.screen.width_px, settings.screen.height_px))
    app.hold_clock()
    app.settle()
    painted: dict[str, list[str]] = {}
    for way, panel, language, ease in _ways(asked, settings):
        app.lay_out(panel.screen)
        (asked.out / way).mkdir(exist_ok=True)
        chosen = [sample for sample in samples(panel, language, ease) if asked.only in sample.name]
        for number, sample in enumerate(chosen, 1):
            file = f"{way}/{number:03}-{sample.name}.png"
            app.bridge.paint(screen_for(sample.visit, sample.settings, sample.now))
            app.settle()
            app.grab().save(str(asked.out / file))
            painted.setdefault(sample.name, []).append(file)
    warnings = list(app.warnings)
    app.close()
    return painted, warnings


def every_way(settings: Settings) -> Iterator[tuple[str, Settings, Language, Ease]]:
    """Give every way in which a screen can be painted, by the name of its folder."""
    for standing, panel in (("upright", settings), ("landscape", landscape(settings))):
        for language in Language:
            for seen, ease in EASES.items():
                if not (ease.low and standing == "landscape"):  # it is low already
                    yield _folder(standing, language, seen), panel, language, ease


def _folder(standing: str, language: Language, seen: str) -> str:
    return "-".join(part for part in (standing, language, seen) if part != "usual")


def _ways(asked: argparse.Namespace, settings: Settings) -> Iterator[tuple[str, Settings, Language, Ease]]:
    """Give the ways that were asked for."""
    other = "landscape" if asked.upright else "upright" if asked.landscape else None
    for way, panel, language, ease in every_way(settings):
        spoken = asked.language is None or language in asked.language
        seen = asked.ease is None or ease in [EASES[one] for one in asked.ease]
        if spoken and seen and way.partition("-")[0] != other:
            yield way, panel, language, ease


def landscape(settings: Settings) -> Settings:
    """Give the same settings for the panel on its side."""
    screen = settings.screen
    turned = {
        "width_mm": screen.height_mm,
        "height_mm": screen.width_mm,
        "width_px": screen.height_px,
        "height_px": screen.width_px,
    }
    return structs.replace(settings, screen=structs.replace(screen, **turned))


def _index(painted: dict[str, list[str]]) -> str:
    sections = [SECTION.format(name=escape(name), figures=_figures(files)) for name, files in painted.items()]
    return INDEX.format(count=len(painted), sections="\n".join(sections))


def _figures(files: list[str]) -> str:
    return "\n".join(FIGURE.format(file=escape(file), caption=escape(file.partition("/")[0])) for file in files)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gallery", description="Every screen as a picture.")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the pictures")
    parser.add_argument("--settings", type=Path, default=EXAMPLE, help="the settings of a kiosk (TOML)")
    parser.add_argument("--language", type=Language, action="append", help="only in this language (nl, fr, de, en)")
    parser.add_argument("--address", type=Address, help="what Dutch says: je or u; else what the settings say")
    parser.add_argument("--ease", choices=EASES, action="append", help="only as seen this way")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--upright", action="store_true", help="only for a panel that stands upright")
    ways.add_argument("--landscape", action="store_true", help="only for a panel on its side")
    parser.add_argument("--only", default="", help="only the screens whose name holds this")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
