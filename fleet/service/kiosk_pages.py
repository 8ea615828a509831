"""The page of one kiosk: how its devices do and since when, what happened, and whose each of its settings is."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config import targets
from config.bundle import Bundle, name_of
from config.checkin import CheckIn, Health
from config.commands import Outcome
from config.merge import Layer, Tree
from fleet.ahead import apart
from fleet.command_words import VERBS, ended
from fleet.service.checkins import What
from fleet.service.commands import CommandDesk
from fleet.service.findings import PARTS, fault_in_words, findings, in_words, last_said
from fleet.service.levels import curve, history
from fleet.service.pages import Pages
from fleet.service.people import Seat
from fleet.service.tables import events, kiosks
from fleet.service.values import Value, effective
from fleet.work import Work

# As many lines as somebody reads of what happened.
_LINES = 40
_COMMANDS = 20
# How a command ends that needs nobody; any other, and one of which nothing was heard, does.
_WELL = {Outcome.DONE, Outcome.BEGUN}
# A number that a database can hold; no other is a kiosk's.
_MOST = (1 << 31) - 1
_HEALTH = {
    Health.OK: "werkt",
    Health.DEGRADED: "vraagt aandacht",
    Health.DOWN: "werkt niet",
    Health.UNKNOWN: "dat weet het loket niet",
}
_HAPPENED = {
    What.BOOT: "De agent van het loket is opnieuw begonnen",
    What.SETTINGS: "Het loket werkt op andere instellingen",
    What.SENT_BACK: "Het loket wilde nieuwe instellingen niet houden",
    What.AUDIT_BACK: "Regels van het auditspoor zijn weg of veranderd",
    What.KIOSK_SILENT: "Het loket zegt niets, de machine wel",
}


class DeviceRow(Struct, frozen=True):
    """How one device does."""

    name: str
    word: str
    bad: bool
    since: datetime | None


class CommandRow(Struct, frozen=True):
    """What somebody had it do. `bad`: it was not done, or nobody knows; `until`: it may still take it until then."""

    what: str
    person: str
    key: str
    issued: datetime
    became: str
    bad: bool
    until: datetime | None
    heard: datetime | None


class KioskPages:
    """That page, beside the others."""

    def __init__(self, pages: Pages, work: Work, engine: sa.Engine) -> None:
        self._pages, self._work, self._engine = pages, work, engine

    def on(self, app: FastAPI) -> None:
        """Put it on an app."""
        app.add_route("/loket/{kiosk:int}", self.one, methods=["GET"])

    async def one(self, request: Request) -> Response:
        """Show one kiosk, to whom it concerns."""
        seat = await self._pages.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        return await run_in_threadpool(self._one, seat, request.path_params["kiosk"])

    def _one(self, seat: Seat, number: int) -> Response:
        if number > _MOST:
            raise HTTPException(404)
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(kiosks).where(kiosks.c.id == number)).first()
            query = sa.select(events).where(events.c.kiosk == number).order_by(events.c.line.desc())
            lines = list(connection.execute(query))
            curves = [curve(one, self._pages.now()) for one in history(connection, number)]
        if row is None or not (seat.person.operator or row.town in seat.person.sees):
            raise HTTPException(404)
        told = last_said(row)
        values, known = self._values(row, told)
        return self._pages.page(
            "loket",
            seat,
            row=row,
            found=findings(row, self._pages.now()),
            told=told,
            devices=_devices(told, lines),
            happened=[(line.at, _happened(line)) for line in lines[:_LINES]],
            curves=curves,
            values=values,
            known=known,
            commands=self._commands(row),
            verbs=[(verb.value, words) for verb, words in VERBS.items()],
        )

    def _commands(self, row: Any) -> list[CommandRow]:  # noqa: ANN401 (a row)
        now = self._pages.now()
        given = CommandDesk(self._engine, self._pages.now).given(row.town, row.number)
        return [
            CommandRow(
                VERBS[one.verb],
                one.person,
                one.key[:12],
                one.issued,
                ended(one.outcome, one.expires, now),
                one.outcome not in _WELL and not (one.outcome is None and now < one.expires),
                one.expires if one.outcome is None and now < one.expires else None,
                one.heard,
            )
            for one in given[:_COMMANDS]
        ]

    def _values(self, row: Any, told: CheckIn | None) -> tuple[list[Value], bool]:  # noqa: ANN401 (a row)
        """Give what the layers from afar say on this kiosk, and whether that is what it says that it runs on."""
        said = told.kiosk.in_force.settings if told is not None and told.kiosk is not None else None
        tried = [self._layers(row, fleet, town) for fleet in self._sets("fleet") for town in self._sets(row.town)]
        for layers in tried:
            if name_of(Bundle({layer: dict(tree) for layer, tree in layers.items()}).encoded()) == said:
                return effective(layers), True
        return effective(tried[0]), False

    def _sets(self, whose: str) -> list[dict[str, bytes]]:
        """Give what holds, and what goes round."""
        now, then, _ = apart(self._work.repository.content(whose))
        held = self._work.in_force(whose)
        return [held, *(one for one in (now, then) if one is not None and one != held)]

    @staticmethod
    def _layers(row: Any, fleet: dict[str, bytes], town: dict[str, bytes]) -> dict[Layer, Tree]:  # noqa: ANN401 (a row)
        files = {**fleet, **town}
        where = targets.layers(row.town, row.building, row.number)
        return {layer: tomllib.loads(files[path].decode()) for layer, path in where.items() if path in files}


def _devices(told: CheckIn | None, lines: list[Any]) -> list[DeviceRow]:
    """Say how each device does, worst first, and since when it does so."""
    if told is None or told.kiosk is None:
        return []
    since = {line.part: line.at for line in reversed(lines) if line.what == What.PART}
    rows = [
        DeviceRow(
            PARTS[one.part],
            in_words(one) if one.fault is not None else _HEALTH[one.health],
            one.health is Health.DOWN,
            since.get(one.part.value),
        )
        for one in told.kiosk.devices
    ]
    return sorted(rows, key=lambda one: (not one.bad, one.word == _HEALTH[Health.OK]))


def _happened(line: Any) -> str:  # noqa: ANN401 (a row)
    if line.what == What.PART:
        return f"{_part(line.part)}: {_word(line.word)}"
    if line.what == What.ALARM:
        return "Nieuwe instellingen komen niet door" if line.word else "Nieuwe instellingen komen weer door"
    return _HAPPENED[What(line.what)]


def _part(part: str | None) -> str:
    return next((name for one, name in PARTS.items() if one.value == part), str(part))


def _word(word: str | None) -> str:
    told = fault_in_words(word or "")
    return told or next((words for one, words in _HEALTH.items() if one.value == word), str(word))
