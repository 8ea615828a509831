"""What a kiosk fetches of a fleet of many towns: its own branch of who may sign, and the versions of all, packed."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import httpx
import pytest

from config.agent.fetch import WebFetcher
from config.agent.verify import Found, Place, signed_for
from config.merge import Layer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fleet.conftest import Agent, Fleet
    from tests.fleet.service.conftest import Running

# Names of which no letter tells the next, so that they can be packed no better than those of real towns.
OTHERS = [f"{letter}{sha256(letter.encode()).hexdigest()[:8]}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]


@pytest.fixture
def with_people(begun: Callable[..., Fleet]) -> Fleet:
    """A fleet of many towns, in the place of the usual one."""
    return begun("lindeveld", *OTHERS)


class Counting(WebFetcher):
    """Notes what it fetches, and how many bytes of it came over the line."""

    def __init__(self, ca: Path) -> None:
        super().__init__(ca)
        self.answers: list[httpx.Response] = []
        self._client.event_hooks["response"].append(self.answers.append)

    @property
    def metadata(self) -> dict[str, int]:
        """By role, whatever its version; of what is not there, nothing."""
        there = [one for one in self.answers if one.status_code == 200 and one.url.path.startswith("/metadata/")]
        return {one.url.path.split("/")[-1].split(".")[-2]: one.num_bytes_downloaded for one in there}


@pytest.fixture
def fetcher(running: Running) -> Iterator[Counting]:
    fetcher = Counting(running.ca)
    yield fetcher
    fetcher.close()


@pytest.fixture
def ask(agent: Agent, running: Running, fetcher: Counting) -> Callable[[], Found]:
    memory = agent.home / "memory"
    memory.mkdir()
    place = Place("lindeveld", "", "LV-01")
    return partial(signed_for, place, agent.root.read_bytes(), memory / "trusted", fetcher, running.url)


def test_a_change_of_the_whole_fleet_brings_a_kiosk_no_key_of_any_town(
    with_people: Fleet, fetcher: Counting, ask: Callable[[], Found]
) -> None:
    ask()
    of_town = {"towns-l", "lindeveld", "lindeveld-daily", "lindeveld-rollout"}
    assert set(fetcher.metadata) == {"timestamp", "snapshot", "targets", "fleet", "fleet-rollout", *of_town}
    fetcher.answers.clear()
    with_people.write("fleet.toml", 'languages = ["nl", "en"]\n')
    with_people.sign("root")
    with_people.give_out()
    assert ask().bundle.layers == {Layer.FLEET: {"languages": ["nl", "en"]}}
    assert set(fetcher.metadata) == {"timestamp", "snapshot", "fleet"}
    # 200 MB for ten thousand kiosks are 20 kB for each, of a fleet of three hundred towns; of fewer, as much less.
    assert sum(fetcher.metadata.values()) < 20_000 * len(OTHERS) / 300


def test_what_is_long_comes_packed_to_who_can_unpack_it_and_is_the_same(running: Running, with_people: Fleet) -> None:
    trust = ssl.create_default_context(cafile=running.ca)
    with httpx.Client(base_url=f"{running.url}/metadata", verify=trust) as caller:
        plain = caller.get("1.snapshot.json", headers={"Accept-Encoding": "identity"})
        with caller.stream("GET", "1.snapshot.json", headers={"Accept-Encoding": "gzip"}) as answer:
            packed = b"".join(answer.iter_raw())
        short = caller.get("timestamp.json", headers={"Accept-Encoding": "gzip"})
    lies_there = with_people.work.repository.folder / "metadata" / "1.snapshot.json"
    assert plain.content == lies_there.read_bytes() == gzip.decompress(packed)
    assert len(packed) < len(plain.content) / 3
    told = [(one.headers.get("content-encoding"), one.headers["vary"]) for one in (plain, answer, short)]
    assert told == [(None, "Accept-Encoding"), ("gzip", "Accept-Encoding"), (None, "Accept-Encoding")]
    assert {one.headers["content-type"] for one in (plain, answer)} == {"application/json"}
