"""A form made from the types of the settings: what a layer says now in its boxes, and what comes back as a layer again.

An empty box says nothing: then what the layers below say holds. Boxes are named as settings are: `services[0].name`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct, inspect

from config.fields import Field, Who, bare, fields, inner_of, may_change, struct_of
from config.section import Language
from config.settings import Settings
from fleet.service.words import CHOICES, TABLES, UNITS, WORDS

# As many as stand in a list of the settings: doors of the largest wall there is room for in a form.
_MOST_ROWS = 200
_NAME_BOX, _AWAY_BOX = "$naam", "$weg"
# What a box for one line cannot hold.
_SIGNS = (("\r", "\\r"), ("\t", "\\t"))
_KNOWN: dict[str, Field] = {one.path: one for one in fields()}


class Box(Struct, frozen=True):
    """One setting. `kind` is how it is filled in; `values` by the name of each box: four where it has translations.

    `below` is what holds where it is left empty; `alone`: one person may change it too, until a day (config.daily).
    """

    name: str
    label: str
    help: str
    kind: str
    unit: str
    below: str
    restart: bool
    alone: bool
    values: dict[str, str]
    choices: dict[str, str] = {}


class Table(Struct, frozen=True):
    """Settings that belong together; `rows` where there are several. The last row is there to be filled in."""

    name: str
    label: str
    parts: tuple[Box | Table, ...] = ()
    rows: tuple[Table, ...] = ()
    key: str | None = None  # the box for its name, of one of a table

    @property
    def said(self) -> bool:
        """Whether anything is filled in."""
        inside = (*self.parts, *self.rows)
        return any(one.said if isinstance(one, Table) else any(one.values.values()) for one in inside)


def form_of(said: Mapping[str, Any], below: Mapping[str, Any]) -> list[Table]:
    """Give the form for a layer that says this, over layers that say that."""
    parts = list(_parts(struct_of(Settings), said, below, "", ""))
    loose = tuple(one for one in parts if isinstance(one, Box))
    return [Table("", TABLES[""], loose), *(one for one in parts if isinstance(one, Table))]


def layer_of(given: Mapping[str, str]) -> dict[str, Any]:
    """Give what a filled-in form says. What is no number or day stays a text, for the types to refuse at its key."""
    return _tree(struct_of(Settings), given, "")


# --- out to the form -----------------------------------------------------------------------------------------------


def _parts(
    info: inspect.StructType, said: Mapping[str, Any], below: Mapping[str, Any], at: str, kind: str
) -> Iterator[Box | Table]:
    for field in info.fields:
        path, of_kind = f"{at}{field.name}", f"{kind}{field.name}"
        if may_change(of_kind) is Who.INSTALLER:
            continue
        inner = inner_of(field.type)
        value, under = said.get(field.name), below.get(field.name)
        if inner is None:
            yield _box(field.type, path, of_kind, value, under)
            continue
        table, mark = inner
        label = TABLES[f"{of_kind}{mark}"]
        if not mark:
            told = tuple(_parts(table, value or {}, under or {}, f"{path}.", f"{of_kind}."))
            yield Table(path, label, told)
        else:
            yield Table(path, label, rows=tuple(_rows(table, mark, value, path, of_kind)))


def _rows(table: inspect.StructType, mark: str, value: Any, path: str, kind: str) -> Iterator[Table]:  # noqa: ANN401 (a value)
    named = list(value.items()) if mark == ".*" and value else [("", one) for one in value or ()]
    for number, (name, one) in enumerate([*named, ("", {})]):
        place = f"{path}[{number}]"
        parts = tuple(_parts(table, one, {}, f"{place}.", f"{kind}{mark}."))
        yield Table(place, TABLES[f"{kind}{mark}"], parts, key=name if mark == ".*" else None)


def _box(kind: inspect.Type, path: str, of_kind: str, value: Any, under: Any) -> Box:  # noqa: ANN401 (a value)
    label, told = WORDS[of_kind]
    known = _KNOWN[of_kind]
    shown, choices = _shape(kind, of_kind)
    values = {f"{path}.{one}": "" for one in Language} if shown == "local" else {path: _text(value)}
    if shown == "local" and value is not None:
        words = {"nl": value} if isinstance(value, str) else value
        values = {f"{path}.{one}": words.get(one.value, "") for one in Language}
    below = _text(under) if under is not None else _default(known)
    unit = UNITS.get(known.unit, known.unit)
    alone = known.who is Who.DAILY
    return Box(path, label, told, shown, unit, below, known.restart, alone, values, choices)


def _default(known: Field) -> str:
    if known.default in {"required", "left out"}:
        return ""
    return _text(msgspec.json.decode(known.default))


def _shape(kind: inspect.Type, of_kind: str) -> tuple[str, dict[str, str]]:
    """Say how a setting is filled in, and what there is to choose from."""
    match _one(kind):
        case inspect.BoolType():
            return "choice", {"ja": "ja", "nee": "nee"}
        case inspect.EnumType(cls=choices):
            return "choice", {str(one.value): CHOICES.get(str(one.value), str(one.value)) for one in choices}
        case inspect.DateType():
            return "date", {}
        case inspect.TimeType():
            return "time", {}
        case inspect.DateTimeType():
            return "datetime-local", {}
        case inspect.IntType() | inspect.FloatType():
            return "number", {}
        case inspect.VarTupleType() | inspect.DictType():
            return "lines", {}
        case inspect.UnionType():
            return "local", {}
        case _:
            return ("lines" if of_kind.endswith(("public_key", "operator")) else "text"), {}  # a PEM


def _text(value: Any) -> str:  # noqa: ANN401 (a value of the settings)
    """Write a value as it stands in its box."""
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nee"
        case float():
            return f"{value:g}"
        case dt.datetime():
            return value.replace(tzinfo=None).isoformat(timespec="minutes")
        case dt.date() | dt.time():
            return value.isoformat()
        case list() | tuple():
            return "\n".join(_text(one) for one in value)
        case dict() if "nl" in value:
            return str(value["nl"])
        case dict():
            return "\n".join(f"{name} = {_text(one)}" for name, one in value.items())
        case _:
            text = str(value)
            for sign, shown in _SIGNS:
                text = text.replace(sign, shown)
            return text


# --- and back ------------------------------------------------------------------------------------------------------


def _tree(info: inspect.StructType, given: Mapping[str, str], at: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in info.fields:
        path = f"{at}{field.name}"
        inner = inner_of(field.type)
        if inner is None:
            said = _said(field.type, given, path)
        elif not inner[1]:
            said = _tree(inner[0], given, f"{path}.") or None
        else:
            said = _several(inner[0], inner[1], given, path)
        if said is not None:
            found[field.name] = said
    return found


def _several(
    table: inspect.StructType, mark: str, given: Mapping[str, str], path: str
) -> list[Any] | dict[str, Any] | None:
    rows: list[tuple[str, dict[str, Any]]] = []
    for number in range(_MOST_ROWS):
        place = f"{path}[{number}]"
        if f"{place}.{_AWAY_BOX}" in given:
            continue
        one = _tree(table, given, f"{place}.")
        if one or given.get(f"{place}.{_NAME_BOX}", "").strip():
            rows.append((given.get(f"{place}.{_NAME_BOX}", "").strip(), one))
    if not rows:
        return None
    return dict(rows) if mark == ".*" else [one for _, one in rows]


def _said(kind: inspect.Type, given: Mapping[str, str], path: str) -> Any:  # noqa: ANN401 (a value of the settings)
    """Read one box; None where it says nothing."""
    bare_kind = _one(kind)
    if isinstance(bare_kind, inspect.UnionType):
        words = {one.value: given.get(f"{path}.{one}", "").strip() for one in Language}
        told = {language: text for language, text in words.items() if text}
        return told.get("nl") if set(told) <= {"nl"} else told
    text = given.get(path, "").replace("\r\n", "\n").strip()
    if not text:
        return None
    match bare_kind:
        case inspect.VarTupleType(item_type=item):
            return [_value(_one(item), line.strip()) for line in text.splitlines() if line.strip()]
        case inspect.DictType():
            pairs = (line.partition("=") for line in text.splitlines() if line.strip())
            return {name.strip(): value.strip() for name, _, value in pairs}
        case _:
            return _value(bare_kind, text)


def _value(kind: inspect.Type, text: str) -> Any:  # noqa: ANN401 (a value of the settings)
    read: Callable[[str], Any]
    match kind:
        case inspect.BoolType():
            return {"ja": True, "nee": False}.get(text, text)
        case inspect.IntType():
            read = int
        case inspect.FloatType():
            read = _number
        case inspect.DateTimeType():
            read = dt.datetime.fromisoformat
        case inspect.DateType():
            read = dt.date.fromisoformat
        case inspect.TimeType():
            read = dt.time.fromisoformat
        case _:
            for sign, shown in _SIGNS:
                text = text.replace(shown, sign)
            return text
    try:
        return read(text)
    except ValueError:
        return text


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d+([.,]\d+)?", text):
        raise ValueError
    return float(text.replace(",", "."))


def _one(kind: inspect.Type) -> inspect.Type:
    """Give the type of what may also be left out."""
    found = bare(kind)
    if isinstance(found, inspect.UnionType):
        real = [one for one in found.types if not isinstance(one, inspect.NoneType)]
        return _one(real[0]) if len(real) == 1 else found
    return found
