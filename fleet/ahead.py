"""Settings that go round: what a role says holds, and what comes after it, side by side, until every kiosk has it.

A role of a town (or of the fleet) signs both at once; how far the second has come is another's to say (config.rings).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from hashlib import sha256

import tomli_w

from config import targets
from config.rings import marked


def apart(content: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes] | None, str]:
    """Take what a role says apart: what holds, what goes round (None: nothing does), and which change that is."""
    now: dict[str, bytes] = {}
    then: dict[str, bytes] = {}
    change = ""
    for path, text in content.items():
        whose, _, within = path.partition("/")
        if path == targets.change(whose):
            change = marked(tomllib.loads(text.decode()))
        elif within.startswith("next/"):
            name = within.removeprefix("next/")
            then[targets.FLEET if whose == "fleet" else f"{whose}/{name}"] = text
        else:
            now[path] = text
    return now, then if change else None, change


def side_by_side(
    whose: str, now: Mapping[str, bytes], then: Mapping[str, bytes], version: int
) -> tuple[dict[str, bytes], str]:
    """Put them together as a role says them in a version of its word; gives which change it is, too."""
    change = id_of(then, version)
    ahead = {targets.ahead(path): text for path, text in then.items()}
    return {**now, **ahead, targets.change(whose): tomli_w.dumps({"change": change}).encode()}, change


def id_of(files: Mapping[str, bytes], version: int) -> str:
    """Give the name of a change: another for the same files at another time."""
    digest = sha256(f"{version}\n".encode())
    for path, text in sorted(files.items()):
        digest.update(f"{path}\n{sha256(text).hexdigest()}\n".encode())
    return digest.hexdigest()
