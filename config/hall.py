"""Keeps the portal when something on it cannot be shown: what is refused is left out by name, the rest stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert

from config.section import Section
from config.settings import (
    MOST_SERVICES,
    Announcement,
    Colour,
    Language,
    OpenHours,
    QrUrl,
    Service,
    ServiceState,
    Settings,
    SettingsError,
    read,
    settings_of,
)
from config.wording import refuse_overlap


class _Counter(Section, frozen=True, kw_only=True):
    """When the counter is open: half of that would be untrue, so it stands or falls together."""

    counter: tuple[OpenHours, ...] = ()
    closed: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        refuse_overlap(self.counter)


class _Looks(Section, frozen=True, kw_only=True):
    """What of the town's table a portal can stand without."""

    colour: Colour | None = None
    ribbon: Colour | None = None
    logo: str | None = None
    appointment: QrUrl | None = None


def load_for_screen(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings of a kiosk that must show its portal, and what of it was refused, each with its key.

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
    yield from _looks(tree)
    yield from _languages(tree)
    for table, kind in (("services", Service), ("announcements", Announcement)):
        told = tree.get(table)
        if not isinstance(told, list):
            continue
        kept = []
        for number, one in enumerate(told):
            try:
                shown = convert(one, kind)
            except ValidationError as error:
                yield f"{table}[{number}]: {error}"
                continue
            if isinstance(shown, Service) and _opens_nothing(shown, tree):
                yield f"{table}[{number}]: compartments of this kiosk, and no [lockers]"
                continue
            kept.append(one)
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


def _looks(tree: dict[str, Any]) -> Iterator[str]:
    """Leave the town's colours and logo as usual where they are none."""
    town = tree.get("town")
    for key in _Looks.__struct_fields__:
        if isinstance(town, dict) and key in town:
            try:
                convert({key: town[key]}, _Looks)
            except ValidationError as error:
                del town[key]
                yield f"town: {error}"


def _languages(tree: dict[str, Any]) -> Iterator[str]:
    """Leave out a language that nobody knows, and one in which a sentence would be half Dutch."""
    told = tree.get("languages")
    if not isinstance(told, list):
        return
    kept = []
    for language in told:
        lacks = [key for key in ("card_reader", "printer") if not _says_where(tree.get(key), language)]
        if language not in set(Language):
            yield f"languages: {language!r} is none that this screen has"
        elif lacks:
            yield from (f"languages: {key}.place has no text in {language}" for key in lacks)
        else:
            kept.append(language)
    tree["languages"] = kept


def _says_where(device: object, language: object) -> bool:
    """Whether it is said in this language where a device is; what is left out is said in each."""
    place = device.get("place") if isinstance(device, dict) else None
    return language == Language.NL or place is None or (isinstance(place, dict) and bool(place.get(language)))


def _opens_nothing(service: Service, tree: dict[str, Any]) -> bool:
    """Whether it would open compartments that this kiosk does not have."""
    return service.is_ours and service.state is ServiceState.OPEN and "lockers" not in tree
