"""Values of settings in words: what a change makes other, and what holds on a kiosk with the layer that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from config.fields import needs_restart
from config.merge import Layer, Tree, is_text, merged
from config.section import Language
from fleet.service.words import CHOICES, WORDS

_LAYERS = {
    Layer.FLEET: "de vloot",
    Layer.TENANT: "de gemeente",
    Layer.SITE: "het gebouw",
    Layer.KIOSK: "dit loket",
}


class Difference(Struct, frozen=True):
    """One value, as it was and as it will be; empty: nothing is said."""

    path: str
    label: str
    before: str
    after: str
    restart: bool


class Value(Struct, frozen=True):
    """One value that holds, and which layer says so."""

    path: str
    label: str
    value: str
    layer: str


def differences(before: Tree, after: Tree) -> list[Difference]:
    """Give every value that becomes another, in the order of its path."""
    was, becomes = dict(_flat(before)), dict(_flat(after))
    return [
        Difference(path, label(path), was.get(path, ""), becomes.get(path, ""), needs_restart(path))
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
        yield at, _said(value)


def _said(value: Any) -> str:  # noqa: ANN401 (a value of the settings)
    match value:
        case bool():
            return "ja" if value else "nee"
        case float():
            return f"{value:g}".replace(".", ",")
        case Mapping():
            return " / ".join(f"{value[one]}" for one in Language if one in value)
        case list():
            return ", ".join(_said(one) for one in value)
        case _:
            return CHOICES.get(str(value), str(value)) if isinstance(value, str) else str(value)


def _in_order(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.\[\]]+", path)]
