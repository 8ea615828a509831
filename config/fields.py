"""What every setting is: its type, unit, default and help, who may change it, and whether the kiosk begins anew for it.

All of it is read from the types of `config.settings`; only what a type has no room for stands in the tables below.
Imported by whoever explains settings or takes them from afar, never at the start of a kiosk that stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec
from msgspec import Struct, inspect

from config.settings import Settings


class Who(StrEnum):
    """Who may change a setting."""

    INSTALLER = "installer"  # in the file on the machine alone: from afar it could only do harm
    TOWN = "town"  # signed by as many as the town's role asks for
    DAILY = "daily"  # also by one person, with an end date (config.daily)


# What ties a kiosk to its machine: its number, its memory, and the files with keys and trust that lie there.
_INSTALLER = {"kiosk", "data", "back_end.ca", "back_end.certificate", "back_end.key", "back_end.seal_ca"}
_DAILY = {"announcements", "closed", "services[].state"}
# What the portal reads anew each time it is painted; for everything else the kiosk begins anew.
_LIVE = {"services", "counter", "closed", "announcements"}

_UNITS = {"timeouts": "s", "_mm": "mm", "_px": "px", "full_tray": "sheets", "full_cartridge": "sheets", "baud": "Bd"}

# Help for what has no description in its type: there it would stand in the way of reading the type.
_HELP = {
    "Town.colour": "The town's colour; a readable accent is derived from it.",
    "Town.ribbon": "The band under the header; left out: the town's colour.",
    "Service.kind": "Which icon stands before it.",
    "Service.name": "As it stands on the portal, e.g. 'Geldautomaat 1'.",
    "Service.place": "Where it is in the hall.",
    "Service.state": "Whether it works, or is still to come.",
    "Service.open_until": "Left out: as long as the zone is open.",
    "Service.coming_from": "The day from which it is there, for one that is to come.",
    "OpenHours.weekday": "0 is Monday.",
    "OpenHours.opens": "When the counter opens.",
    "OpenHours.closes": "When it closes.",
    "Announcement.title": "One short line.",
    "Announcement.text": "What else is to be said.",
    "Announcement.first_day": "The first day on which it is shown.",
    "Announcement.last_day": "The last day on which it is shown.",
    "Screen.width_mm": "Of the panel's picture, as it hangs.",
    "Screen.height_mm": "Of the panel's picture, as it hangs.",
    "Screen.width_px": "Of the panel's picture, as it hangs.",
    "Screen.height_px": "Of the panel's picture, as it hangs.",
    "BackEnd.url": "Where the town hall's service is.",
    "BackEnd.ca": "Who may be the back end (PEM).",
    "BackEnd.certificate": "Who this kiosk is (PEM).",
    "BackEnd.key": "The key of that certificate (PEM).",
    "CardReader.name": "Part of the reader's PC/SC name; empty: the first reader.",
    "Scanner.kind": "Whether it types like a keyboard, or speaks on a serial line.",
    "Scanner.prefix": "What it sends before each code, as it is set.",
    "Scanner.suffix": "What it sends after each code, as it is set.",
    "Paper.two_sided": "Print on both sides.",
    "Paper.monochrome": "Print without colour.",
    "SecondPrinter.queue": "Its CUPS queue.",
    "Printer.queue": "Its CUPS queue.",
    "ReceiptPrinter.host": "Its address on the network; or `device`.",
    "ReceiptPrinter.port": "Its raw printing port.",
    "Compartment.number": "The number on its door.",
    "Compartment.size": "As it is drawn.",
    "StaffKey.role": "What the holder may do here.",
}

REQUIRED = "required"


class Field(Struct, frozen=True):
    """One setting, as an operator reads of it. `path` has `[]` for one of a list and `*` for one of a table."""

    path: str
    kind: str
    unit: str
    default: str
    help: str
    who: Who
    restart: bool


def fields(kind: type = Settings) -> Iterator[Field]:
    """Give every setting, in the order of its types. A text with its translations counts as one."""
    yield from _walk(struct_of(kind), "")


def may_change(path: str) -> Who:
    """Say who may change what stands at a path, or at a part of it."""
    if _within(path, _INSTALLER):
        return Who.INSTALLER
    return Who.DAILY if _within(path, _DAILY) else Who.TOWN


def needs_restart(path: str) -> bool:
    """Say whether a kiosk begins anew for a change there."""
    return not _within(path, _LIVE)


def unknown(tree: Mapping[str, object], kind: type = Settings) -> Iterator[str]:
    """Name every key that no setting has, wherever it stands."""
    yield from _unknown(tree, struct_of(kind), "")


def _within(path: str, named: set[str]) -> bool:
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in named)


def struct_of(kind: type) -> inspect.StructType:
    """Give what a table of settings is made of. Raises TypeError for what is no table."""
    info = inspect.type_info(kind)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{kind.__name__} has no fields")
    return info


def _walk(info: inspect.StructType, at: str) -> Iterator[Field]:
    for field in info.fields:
        path = f"{at}{field.name}"
        inner = inner_of(field.type)
        if inner is not None:
            table, mark = inner
            yield from _walk(table, f"{path}{mark}.")
            continue
        told = _description(field.type) or _HELP.get(f"{info.cls.__name__}.{field.name}", "")
        yield Field(path, _kind(field.type), _unit(path), _default(field), told, may_change(path), needs_restart(path))


def inner_of(kind: inspect.Type) -> tuple[inspect.StructType, str] | None:
    """Give the table that a field holds, and how one of several is written; None for a plain value."""
    match bare(kind):
        case inspect.StructType() as table:
            return table, ""
        case inspect.VarTupleType(item_type=item):
            inner = inner_of(item)
            return (inner[0], "[]") if inner is not None else None
        case inspect.DictType(value_type=value):
            inner = inner_of(value)
            return (inner[0], ".*") if inner is not None else None
        case inspect.UnionType(types=types):
            real = [one for one in types if not isinstance(one, inspect.NoneType)]
            return inner_of(real[0]) if len(real) == 1 else None  # more than one: a text, plain or translated
        case _:
            return None


def bare(kind: inspect.Type) -> inspect.Type:
    """Give a type without what is said about it."""
    return bare(kind.type) if isinstance(kind, inspect.Metadata) else kind


def _description(kind: inspect.Type) -> str:
    """Give what the type says of itself, also where it may be left out."""
    if isinstance(kind, inspect.Metadata):
        return (kind.extra_json_schema or {}).get("description", "") or _description(kind.type)
    if isinstance(kind, inspect.UnionType):
        return next((told for one in kind.types if (told := _description(one))), "")
    return ""


def _kind(kind: inspect.Type) -> str:  # one case for each kind of value that settings have
    match bare(kind):
        case inspect.BoolType():
            return "yes or no"
        case inspect.IntType(ge=low, le=high):
            return f"whole number{_bounds(low, high)}"
        case inspect.FloatType(ge=low, le=high):
            return f"number{_bounds(low, high)}"
        case inspect.StrType(pattern=pattern):
            return f"text like `{pattern}`" if pattern else "text"
        case inspect.EnumType(cls=choices):
            return "one of " + ", ".join(f"`{one.value}`" for one in choices)
        case inspect.DateType():
            return "day"
        case inspect.TimeType():
            return "time of day"
        case inspect.DateTimeType():
            return "day and time"
        case inspect.CustomType():
            return "file or folder"
        case inspect.VarTupleType(item_type=item):
            return f"list of: {_kind(item)}"
        case inspect.DictType(value_type=value):
            return f"table of: {_kind(value)}"
        case inspect.UnionType(types=types):
            real = [one for one in types if not isinstance(one, inspect.NoneType)]
            return _kind(real[0]) if len(real) == 1 else "text, or a table with one for each language"
        case other:
            raise TypeError(f"no words for {type(other).__name__}")


def _bounds(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f", {low:g} at least"
    return f", {low:g} to {high:g}" if low is not None else f", {high:g} at most"


def _unit(path: str) -> str:
    table, _, name = path.rpartition(".")
    return next((unit for of, unit in _UNITS.items() if table == of or name.endswith(of)), "")


def _default(field: inspect.Field) -> str:
    if field.required:
        return REQUIRED
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None:
        return "left out"
    plain = msgspec.to_builtins(value, enc_hook=str)
    return msgspec.json.encode(plain).decode()


def _unknown(tree: Mapping[str, object], info: inspect.StructType, at: str) -> Iterator[str]:
    known = {field.name: field for field in info.fields}
    for key, value in tree.items():
        if key not in known:
            yield f"{at}{key}"
            continue
        inner = inner_of(known[key].type)
        if inner is None:
            continue
        table, mark = inner
        for place, one in _each(f"{at}{key}", value, mark):
            yield from _unknown(one, table, f"{place}.")


def _each(path: str, value: object, mark: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give each table in a value, with where it stands. What is none is left for the types to refuse."""
    if mark == "[]" and isinstance(value, list | tuple):
        yield from ((f"{path}[{n}]", one) for n, one in enumerate(value) if isinstance(one, Mapping))
    elif mark == ".*" and isinstance(value, Mapping):
        yield from ((f"{path}.{key}", one) for key, one in value.items() if isinstance(one, Mapping))
    elif not mark and isinstance(value, Mapping):
        yield path, value
