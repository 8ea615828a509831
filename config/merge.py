"""How layers of settings become one: plain tables in, one table out, with which layer said what.

A table is merged key by key; a list, a plain value and a text with its translations are replaced whole, and a later
layer wins. A kiosk that starts needs no more than this (`config.layers` says what a layer may hold).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Tree = Mapping[str, Any]
MIN_APP_VERSION = "min_app_version"  # beside the settings in a layer: for which version of the kiosk it was made


class Layer(StrEnum):
    """Where a value may come from, the later the stronger. What none of them says is the default of its type."""

    MACHINE = "machine"  # the installer's file on the kiosk itself
    FLEET = "fleet"
    TENANT = "tenant"
    SITE = "site"
    KIOSK = "kiosk"


def merged(layers: Mapping[Layer, Tree]) -> tuple[dict[str, Any], dict[str, Layer]]:
    """Give one table, and for each path in it the layer that said it."""
    whole: dict[str, Any] = {}
    origins: dict[str, Layer] = {}
    for layer in Layer:
        said = {key: value for key, value in layers.get(layer, {}).items() if key != MIN_APP_VERSION}
        _lay(whole, said, layer, origins)
    return whole, origins


def is_text(value: Tree) -> bool:
    """Whether a table is a text with its translations: replacing half of it would leave the other half stale."""
    return "nl" in value


def _lay(under: dict[str, Any], over: Tree, layer: Layer, origins: dict[str, Layer], at: str = "") -> None:
    for key, value in over.items():
        path = f"{at}{key}"
        below = under.get(key)
        if isinstance(value, Mapping) and not is_text(value):
            under[key] = table = dict(below) if isinstance(below, Mapping) and not is_text(below) else {}
            origins.setdefault(path, layer)
            _lay(table, value, layer, origins, f"{path}.")
        else:
            for gone in [known for known in origins if known.startswith(f"{path}.")]:
                del origins[gone]
            under[key] = value
            origins[path] = layer
