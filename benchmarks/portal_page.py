"""The portal as a static web page: the same words, sizes, colours and font as our own, for the peer to show.

Its bar leads to help and to how the screen can be seen, as ours does, and is lit while it is pressed.
"""

from __future__ import annotations

import json
from html import escape
from io import BytesIO
from pathlib import Path

import qrcode
import qrcode.image.svg
from qrcode.image.svg import SvgPathImage

import ui
from ui.screen import Choice, Header, Hero, Qr, Screen, Section, ServiceRow

FONTS = Path(ui.__file__).parent / "fonts"

# Sizes are those of the kiosk's own screen: millimetres on a panel of 268 × 476 mm with 1080 × 1920 pixels.
STYLE = """
@font-face { font-family: Atkinson; font-weight: 400; src: url("FONTS/AtkinsonHyperlegible-Regular.ttf") }
@font-face { font-family: Atkinson; font-weight: 700; src: url("FONTS/AtkinsonHyperlegible-Bold.ttf") }
* { box-sizing: border-box; margin: 0 }
body { font: 34px Atkinson; color: #14202A; background: #EFF1F1; width: 1080px; height: 1920px; overflow: hidden }
* { user-select: none }
header { background: #045567; color: white; height: 120px; padding: 16px 56px; border-bottom: 8px solid #6AA82D }
header, .row, footer { display: flex; justify-content: space-between; align-items: center }
main { padding: 32px 56px }
h1 { font-size: 64px } h2 { font-size: 40px; margin: 32px 0 16px } b { font-size: 40px }
.hero { background: #045567; color: white; padding: 40px; margin-top: 32px; border-radius: 8px; height: 320px }
.hero b { font-size: 48px }
.row { background: white; border: 2px solid #6C7A86; padding: 24px 40px; height: 133px }
.counter { display: flex; justify-content: space-between; margin-top: 32px }
footer { position: absolute; bottom: 0; height: 141px; width: 1080px; background: white; border-top: 4px solid #14202A }
footer div { flex: 1; text-align: center; height: 100%; padding: 20px }
footer div:active { background: #14202A; color: white }
.over { display: none; padding: 48px 56px } .over hr { border: 2px solid #14202A; margin: 32px 0 20px }
.over .row { height: 180px; margin-top: 16px }
svg { width: 180px; height: 180px; background: white }
"""


# A touch on the bar shows a page over the portal.
SCRIPT = """
const mains = document.querySelectorAll("main");
document.querySelectorAll("footer div").forEach((cell, number) => cell.addEventListener("click", () =>
  mains.forEach((main, at) => { main.style.display = at === number ? "block" : "none"; })));
// What is said in turn while nobody touches: cut every eight seconds.
const said = document.querySelector("h1 span"), turns = JSON.parse(said.dataset.turns);
let turn = 0;
if (turns.length > 1) setInterval(() => { turn = (turn + 1) % turns.length; said.textContent = turns[turn]; }, 8000);
"""


def page(screen: Screen, *over: Screen) -> str:
    """The portal's `screen` as HTML, complete in itself but for the font files; `over`: where the bar leads to."""
    parts = [
        _header(screen.header),
        f"<main><h1>{escape(screen.title)}<br>{_turning(screen)}</h1>",
        _hero(screen.hero) if screen.hero else "",
        *map(_service, screen.coming),
        f"<h2>{escape(screen.subtitle)}</h2>",
        *map(_service, screen.services),
        _news(screen.news) if screen.news else "",
        '<div class="counter">',
        f"<p><b>{escape(screen.counter.title)}</b> {escape(screen.counter.state)}" if screen.counter else "<p>",
        f"<br>{escape(screen.counter.when)}<br>{escape(' '.join(screen.counter.hours))}" if screen.counter else "",
        f"</p>{_qr(screen.qr) if screen.qr else ''}</div></main>",
        *map(_over, over),
        f"<footer>{''.join(map(_cell, screen.bar))}</footer><script>{SCRIPT}</script>",
    ]
    style = STYLE.replace("FONTS", FONTS.as_uri())
    head = f'<!doctype html><html lang="nl"><meta charset="utf-8"><style>{style}</style>'
    return f"{head}<body>{''.join(parts)}</body></html>"


def _turning(screen: Screen) -> str:
    lead = " ".join(screen.lead)
    turns = json.dumps([lead, *screen.turns], ensure_ascii=False)
    return f'<span data-turns="{escape(turns)}">{escape(lead)}</span>'


def _over(screen: Screen) -> str:
    parts = [f"<hr><b>{escape(part.title)}</b><p>{escape(part.text)}</p>" for part in screen.sections]
    rows = [
        f'<div class="row"><div><b>{escape(row.label)}</b><p>{escape(row.description)}</p></div></div>'
        for row in screen.rows
    ]
    actions = [f"<h2>{escape(action.label)}</h2>" for action in screen.actions]
    said = f"<h1>{escape(screen.title)}</h1><p>{escape(' '.join(screen.lead))}</p>"
    return f'<main class="over">{said}{"".join([*parts, *rows, *actions])}</main>'


def _header(header: Header) -> str:
    town, name, time, day = map(escape, (header.town, header.name, header.time, header.day))
    return f"<header><div><b>{town}</b><br>{name}</div><div><b>{time}</b><br>{day}</div></header>"


def _hero(hero: Hero) -> str:
    said = hero.call or hero.status
    return f'<div class="hero"><b>{escape(hero.title)}</b><p>{escape(hero.text)}</p><b>{escape(said)}</b></div>'


def _service(row: ServiceRow) -> str:
    name, place, state = map(escape, (row.name, row.place, row.state))
    return f'<div class="row"><div><b>{name}</b><br>{place}</div><b>{state}</b></div>'


def _news(news: Section) -> str:
    return f'<h2></h2><div class="row"><div><b>{escape(news.title)}</b><br>{escape(news.text)}</div></div>'


def _qr(code: Qr) -> str:
    drawing = BytesIO()
    qrcode.make(code.text, image_factory=SvgPathImage).save(drawing)
    svg = drawing.getvalue().decode().partition("?>")[2]
    return f"<div>{svg}<br>{escape(code.caption)}</div>"


def _cell(choice: Choice) -> str:
    return f"<div><b>{escape(choice.label)}</b><br>{escape(choice.description)}</div>"
