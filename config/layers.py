"""What a layer of settings may hold, and the settings that are in force with the layer that each value came from.

No layer but the installer's may touch what is the installer's alone; a key that is no setting is refused by its name;
one made for a newer kiosk waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import Struct

from config.fields import Who, may_change, needs_restart, unknown
from config.merge import MIN_APP_VERSION, Layer, Tree, is_text, merged
from config.settings import Settings, SettingsError, settings_of

DEFAULT = "default"
_VERSION = re.compile(r"\d+(\.\d+)*")


class TooNewError(SettingsError):
    """A layer was made for a newer version of this kiosk. Nothing is wrong with it: it waits."""


class Effective(Struct, frozen=True):
    """Settings as they are in force, and for each value that somebody said, which layer it came from."""

    settings: Settings
    origins: dict[str, Layer]


class Value(Struct, frozen=True):
    """One value that is in force."""

    path: str
    value: Any
    layer: str


def combine(layers: Mapping[Layer, Tree], app: str | None = None) -> Effective:
    """Merge and validate. Raises SettingsError, naming the layer and the key; TooNewError where a layer has to wait."""
    for layer, tree in layers.items():
        examine(layer, tree, app)
    whole, origins = merged(layers)
    try:
        return Effective(settings_of(whole), origins)
    except SettingsError as error:
        raise SettingsError(_with_layer(str(error), origins)) from error


def values(effective: Effective) -> Iterator[Value]:
    """Give every value that is in force, and which layer it came from."""
    yield from _values(msgspec.to_builtins(effective.settings, enc_hook=str), "", effective.origins)


def changed(before: Settings, after: Settings) -> set[str]:
    """Name the settings, by their first key, that are not the same."""
    return {name for name in Settings.__struct_fields__ if getattr(before, name) != getattr(after, name)}


def begins_anew(before: Settings, after: Settings) -> bool:
    """Say whether a kiosk that has the one must begin anew for the other."""
    return any(needs_restart(name) for name in changed(before, after))


def examine(layer: Layer, tree: Tree, app: str | None = None) -> None:
    """Say whether a layer may hold what it holds. Raises SettingsError with every wrong key by name; TooNewError."""
    said = dict(tree)
    _not_too_new(layer, said.pop(MIN_APP_VERSION, None), app)
    wrong = [f"{layer}: {path} is no setting" for path in unknown(said)]
    if layer is not Layer.MACHINE:
        mine = [path for path in _paths(said) if may_change(path) is Who.INSTALLER]
        wrong += [f"{layer}: {path} is for the installer alone" for path in mine]
    if wrong:
        raise SettingsError("; ".join(wrong))


def _not_too_new(layer: Layer, wanted: object, app: str | None) -> None:
    if wanted is None:
        return
    if not isinstance(wanted, str) or not _VERSION.fullmatch(wanted):
        raise SettingsError(f"{layer}: {MIN_APP_VERSION} is no version, such as '0.2.0'")
    have = app if app is not None else version("loket247")
    if _numbers(have) < _numbers(wanted):
        raise TooNewError(f"{layer}: made for version {wanted} of the kiosk, and this is {have}")


def _numbers(text: str) -> tuple[int, ...]:
    found = _VERSION.match(text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def _paths(tree: Tree, at: str = "") -> Iterator[str]:
    for key, value in tree.items():
        yield f"{at}{key}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{at}{key}.")


def _with_layer(message: str, origins: Mapping[str, Layer]) -> str:
    """Say before a complaint of the types which layer holds what it complains of, where it names a place."""
    place = re.search(r"`\$\.([^`]+)`", message)
    if place is None:
        return message
    found = _origin(place.group(1).replace("[...]", ""), origins)
    return f"{found}: {message}" if found else message


def _origin(path: str, origins: Mapping[str, Layer]) -> Layer | None:
    """Find which layer said a value: it, or the list or table around it."""
    while path:
        if path in origins:
            return origins[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


def _values(value: object, path: str, origins: Mapping[str, Layer]) -> Iterator[Value]:
    if isinstance(value, Mapping) and value and not is_text(value):
        for key, one in value.items():
            yield from _values(one, f"{path}.{key}" if path else key, origins)
    else:
        yield Value(path, value, origins.get(path, DEFAULT))
