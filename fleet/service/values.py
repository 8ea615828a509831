"""Values of settings in words: what a change makes other, and what holds on a kiosk with the layer that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from config.fields import fields, needs_restart
from config.merge import Layer, Tree, is_text, merged
from config.section import Language
from fleet.service.words import CHOICES, UNITS, WORDS

_FIELDS = tuple(fields())
_LAYERS = {
    Layer.FLEET: "de vloot",
    Layer.TENANT: "de gemeente",
    Layer.SITE: "het gebouw",
    Layer.KIOSK: "dit loket",
}


class Difference(Struct, frozen=True):
    """One value, as it was and as it will be; empty: nothing is said, and then `instead` holds (empty: who knows)."""

    path: str
    label: str
    before: str
    after: str
    restart: bool
    instead: str = ""


class Value(Struct, frozen=True):
    """One value that holds, and which layer says so."""

    path: str
    label: str
    value: str
    layer: str


def differences(before: Tree, after: Tree, below: Tree) -> list[Difference]:
    """Give every value that becomes another, in the order of its path; `below` is what the layers under it say."""
    was, becomes, under = dict(_flat(before)), dict(_flat(after)), dict(_flat(below))
    return [
        Difference(
            path, label(path), was.get(path, ""), becomes.get(path, ""), needs_restart(path), _instead(path, under)
        )
        for path in sorted({*was, *becomes}, key=_in_order)
        if was.get(path) != becomes.get(path)
    ]


def effective(layers: Mapping[Layer, Tree]) -> list[Value]:
    """Give every value that the layers from afar say, and which of them says it."""
    whole, origins = merged(layers)
    found = []
    for path, value in _flat(whole):
        at = re.sub(r"\[\d+\].*", "", path)
        while at not in origins and "." in at:
            at = at.rpartition(".")[0]
        found.append(Value(path, label(path), value, _LAYERS[origins[at]]))
    return found


def label(path: str) -> str:
    """Give what a setting is called."""
    known = next((words[0] for kind, words in WORDS.items() if _fits(kind, path)), path)
    row = re.search(r"\[(\d+)\]", path)
    return f"{known} ({int(row.group(1)) + 1})" if row else known


def _instead(path: str, under: Mapping[str, str]) -> str:
    """Say what holds where a layer is silent: what the layers under it say, or else what always does."""
    known = next((field for field in _FIELDS if _fits(field.path, path)), None)
    if path in under or known is None or known.default in {"required", "left out"}:
        return under.get(path, "")
    default = msgspec.json.decode(known.default)
    return _said(default, path) if default or isinstance(default, bool) else ""


def _unit(path: str) -> str:
    unit = next((field.unit for field in _FIELDS if field.unit and _fits(field.path, path)), "")
    return UNITS.get(unit, unit)


def _fits(kind: str, path: str) -> bool:
    pattern = re.escape(kind).replace(r"\[\]", r"\[\d+\]").replace(r"\*", "[^.]+")
    return re.fullmatch(pattern, path) is not None


def _flat(value: Any, at: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 (a value of the settings)
    if isinstance(value, Mapping) and not is_text(value):
        for name, one in value.items():
            yield from _flat(one, f"{at}.{name}" if at else name)
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) and not is_text(one) for one in value):
        for number, one in enumerate(value):
            yield from _flat(one, f"{at}[{number}]")
    else:
        yield at, _said(value, at)


def _said(value: Any, path: str) -> str:  # noqa: ANN401 (a value of the settings)
    match value:
        case bool():
            return "ja" if value else "nee"
        case float() | int():
            return f"{value:g} {_unit(path)}".replace(".", ",").strip()
        case Mapping():
            return " / ".join(f"{value[one]}" for one in Language if one in value)
        case list():
            return ", ".join(_said(one, path) for one in value)
        case _:
            return CHOICES.get(str(value), str(value)) if isinstance(value, str) else str(value)


def _in_order(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.\[\]]+", path)]
