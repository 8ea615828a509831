"""Keeps the portal when something of the hall cannot be shown: what is refused is left out by name, the rest stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert

from config.section import Section
from config.settings import MOST_SERVICES, Announcement, OpenHours, Service, Settings, SettingsError, read, settings_of
from config.wording import refuse_overlap


class _Counter(Section, frozen=True, kw_only=True):
    """When the counter is open: half of that would be untrue, so it stands or falls together."""

    counter: tuple[OpenHours, ...] = ()
    closed: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        refuse_overlap(self.counter)


def load_for_screen(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings of a kiosk that must show its portal, and what of the hall was refused, each with its key.

    Raises SettingsError where anything else is wrong.
    """
    tree = read(path)
    refused = tuple(leave_out_refused(tree))
    try:
        return settings_of(tree), refused
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def leave_out_refused(tree: dict[str, Any]) -> Iterator[str]:
    """Take out of a table of settings what cannot be shown, and say what it was."""
    for table, kind in (("services", Service), ("announcements", Announcement)):
        told = tree.get(table)
        if not isinstance(told, list):
            continue
        kept = []
        for number, one in enumerate(told):
            try:
                convert(one, kind)
                kept.append(one)
            except ValidationError as error:
                yield f"{table}[{number}]: {error}"
        if table == "services":
            yield from (f"services[{number}]: {MOST_SERVICES} fit" for number in range(MOST_SERVICES, len(kept)))
            kept = kept[:MOST_SERVICES]
        tree[table] = kept
    hours = {key: tree[key] for key in ("counter", "closed") if key in tree}
    try:
        convert(hours, _Counter)
    except ValidationError as error:
        for key in hours:
            del tree[key]
        yield f"counter: {error}"
