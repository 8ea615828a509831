"""Whom a change of settings hits, and how each kiosk took it: read from what kiosks say they run on, by digest."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from config import targets
from config.bundle import Bundle, name_of
from fleet.service.findings import SILENT, last_said

# A round of the agent, somebody at the kiosk, a new start, and the quarter of an hour that a trial takes: twice that.
WINDOW = timedelta(minutes=45)

Files = Mapping[str, bytes]


class Stand(StrEnum):
    """How a kiosk took a change."""

    WAITS = "waits"
    TRIES = "tries"
    HAS = "has"
    FAILED = "failed"
    SILENT = "silent"


class Change(Struct, frozen=True):
    """A change of one owner's files, and the files of the other owner that a kiosk may have beside them."""

    whose: str
    now: Files
    then: Files
    beside: tuple[Files, ...]


class Reach:
    """Which settings each kiosk has with a change and without it."""

    def __init__(self, changes: Mapping[str, Change]) -> None:
        """Take the change as it is seen from each town: for the whole fleet's, each has files of its own beside it."""
        self._changes = changes
        self._trees: dict[bytes, dict[str, Any]] = {}
        self._known: dict[tuple[str, str, str], tuple[frozenset[str], frozenset[str]]] = {}

    def hits(self, row: Any) -> bool:  # noqa: ANN401 (a row)
        """Say whether a kiosk's settings become others."""
        before, after = self._digests(row)
        return before != after

    def taken(self, row: Any) -> frozenset[str]:  # noqa: ANN401 (a row)
        """Give the digests by which a kiosk would say that it runs on the change."""
        return self._digests(row)[1]

    def stand(self, row: Any, since: datetime | None, now: datetime) -> Stand:  # noqa: ANN401 (a row)
        """Say how a kiosk took the change, which has reached it since then (None: it has not)."""
        told, taken = last_said(row), self.taken(row)
        said = told.kiosk.in_force if told is not None and told.kiosk is not None else None
        silent = row.seen is None or now - row.seen > SILENT
        if said is not None and said.settings in taken:
            if said.on_trial:
                return Stand.FAILED if silent else Stand.TRIES
            return Stand.HAS
        if said is not None and said.refused in taken:
            return Stand.FAILED
        if silent:
            return Stand.SILENT
        return Stand.FAILED if since is not None and now - since > WINDOW else Stand.WAITS

    def _digests(self, row: Any) -> tuple[frozenset[str], frozenset[str]]:  # noqa: ANN401 (a row)
        change = self._changes.get(row.town)
        if change is None:
            return frozenset(), frozenset()
        own = targets.kiosk(row.town, row.number)
        alone = any(own in files for files in (change.now, change.then, *change.beside))
        key = (row.town, row.building, row.number if alone else "")
        if key not in self._known:
            self._known[key] = (self._of(change.now, change, row), self._of(change.then, change, row))
        return self._known[key]

    def _of(self, mine: Files, change: Change, row: Any) -> frozenset[str]:  # noqa: ANN401 (a row)
        where = targets.layers(row.town, row.building, row.number)
        return frozenset(self._digest({**beside, **mine}, where) for beside in change.beside)

    def _digest(self, files: Files, where: Mapping[Any, str]) -> str:
        said = {layer: self._tree(files[path]) for layer, path in where.items() if path in files}
        return name_of(Bundle(said).encoded())

    def _tree(self, text: bytes) -> dict[str, Any]:
        if text not in self._trees:
            self._trees[text] = tomllib.loads(text.decode())
        return self._trees[text]


def too_many_failed(stands: Iterable[Stand]) -> bool:
    """Say whether more than two in a hundred of those that tried it failed; of a few, that is any."""
    counted = list(stands)
    failed = counted.count(Stand.FAILED)
    return failed * 50 > failed + counted.count(Stand.HAS) + counted.count(Stand.TRIES)
