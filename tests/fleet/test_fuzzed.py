"""A thousand documents that are almost settings: none comes to be in force, none ends the kiosk, agent or portal.

Each is spoiled in a way that leaves no doubt that it is wrong, so that nobody has to judge it with the code under test.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tuf.api.exceptions import DownloadError, RepositoryError

from config.settings import SettingsError, read
from kiosk_app.told import News, ToldSettings
from tests.fleet.test_told import PROJECT, WELL, Kiosk

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

SEED, DOCUMENTS, FLIPS = 247, 1000, 150
# Of no type that the value before had, nor of any that a setting takes in its place.
_OTHERWISE: dict[type, Callable[[], Any]] = {
    str: lambda: ["een lijst"],
    bool: lambda: "misschien",
    int: lambda: {"een": "tabel"},
    float: lambda: "een tekst",
    list: lambda: 5,
    dict: lambda: -1.5,
}


@cache
def whole() -> str:
    """What a town may say: the example of the manual, without what is the installer's alone."""
    tree = read(PROJECT / "config" / "example.toml")
    told = {key: value for key, value in tree.items() if key not in {"kiosk", "data", "back_end", "announcements"}}
    return json.dumps({"layers": {"tenant": told}}, default=str)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    """Where anything stands in it."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def spoiled(chance: random.Random) -> bytes:
    """Give a document with one thing wrong."""
    tree, content = json.loads(whole()), whole().encode()
    table = tree["layers"]["tenant"]
    where = chance.choice(list(places(table)))
    for step in where[:-1]:
        table = table[step]
    match chance.randrange(6):
        case 0:
            table[where[-1]] = _OTHERWISE[type(table[where[-1]])]()
        case 1:
            tree["layers"]["tenant"][f"onbekend-{chance.randrange(1 << 30)}"] = 1
        case 2:
            tree["layers"][f"laag{chance.randrange(1 << 30)}"] = {}
        case 3:
            return content[: chance.randrange(len(content))]
        case 4:
            at = chance.randrange(len(content))
            return content[:at] + bytes([chance.randrange(9)]) + content[at:]  # no control sign stands in JSON
        case _:
            return b"[" * chance.randrange(1, 100_000) + content
    return json.dumps(tree).encode()


@pytest.mark.expects_log("settings refused")
def test_of_a_thousand_spoiled_documents_none_is_in_force_and_none_ends_the_kiosk(tmp_path: Path) -> None:
    kiosk, chance = Kiosk(tmp_path), random.Random(SEED)
    told = kiosk.start()
    before = told.settings
    for number in range(DOCUMENTS):
        content = spoiled(chance)
        kiosk._put("offered.json", content)
        told._offered.look_again()
        assert told.look(WELL) is News.NONE, (number, content[:400])
        assert told.in_force.settings is None, (number, content[:400])
    assert told.settings == before
    assert isinstance(kiosk.start(), ToldSettings), "it begins as it was"


def test_the_document_that_was_spoiled_is_one_that_counts(tmp_path: Path) -> None:
    """Otherwise every copy of it would be refused for the same reason."""
    kiosk = Kiosk(tmp_path)
    told = kiosk.start()
    kiosk._put("offered.json", whole().encode())
    told.look(WELL)
    assert told.in_force.settings is not None


def test_whatever_byte_of_a_repository_is_another_nothing_else_than_what_was_signed_comes_through(
    fleet: Fleet, agent: Agent
) -> None:
    fleet.say("fleet.toml", 'languages = ["nl", "en"]\n')
    signed, chance = agent.ask(), random.Random(SEED)
    files = sorted(file for file in Path(agent.at).rglob("*") if file.is_file() and not file.name.startswith("."))
    refused = 0
    for _ in range(FLIPS):
        file = chance.choice(files)
        content = file.read_bytes()
        at = chance.randrange(len(content))
        file.write_bytes(content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :])
        shutil.rmtree(agent.home / "memory")  # a kiosk that sees it for the first time looks at all of it
        try:
            assert agent.ask() == signed, (file, at)
        except (RepositoryError, DownloadError, SettingsError):
            refused += 1
        file.write_bytes(content)
    assert agent.ask() == signed
    assert refused > FLIPS // 2, "of the rest nobody asks for the file"
