"""How a page looks: its template, its words, and headers that let it load nothing but our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from townhall.balie import words
from townhall.balie.accounts import Role
from townhall.calendar import date_of
from townhall.service import Town
from townhall.typeset import day

HERE = Path(__file__).parent
STATIC, LETTERS = HERE / "static", HERE.parent / "fonts"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Kept(StaticFiles):
    """Files that a browser may keep for an hour: they are about nobody."""

    def file_response(self, *args: Any, **more: Any) -> Response:  # noqa: ANN401 - as the library has it
        """The file, to be kept."""
        response = super().file_response(*args, **more)
        response.headers["Cache-Control"] = "max-age=3600"
        return response


class Look:
    """Renders pages. Safe from threads."""

    def __init__(self, town: Town) -> None:
        loader = jinja2.FileSystemLoader(HERE / "templates")
        self._templates = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters["say_fault"] = words.fault
        self._templates.filters["moment"] = words.moment
        self._templates.globals.update(
            town=town.name,
            products=town.products,
            wall=town.wall,
            day=day,
            date_of=date_of,
            languages=words.LANGUAGES,
            balie=Role.BALIE,
            clerk=None,
            desk=None,
            here="",
            back="",
            name="",
            typed="",
            nothing=False,
            wrong=False,
            minutes=0,
        )

    def page(self, template: str, status: int = 200, **facts: object) -> HTMLResponse:
        """One page."""
        return HTMLResponse(self._templates.get_template(f"{template}.html").render(**facts), status, HEADERS)
