"""Asking again: two small answers while nothing is new, and all of it verified anew as soon as anything might be."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tuf.api.exceptions import BadVersionNumberError, DownloadError, DownloadLengthMismatchError, RepositoryError

from config.agent.again import Again
from config.agent.fetch import FOLDER, FolderFetcher
from config.agent.verify import Found, Place, signed_for
from config.merge import Layer
from fleet import begin, sheet

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

ENGLISH = 'languages = ["nl", "en"]\n'
FRENCH = 'languages = ["nl", "fr"]\n'


class Noting(FolderFetcher):
    """Notes the names of what is asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[str] = []

    def _fetch(self, url: str) -> Iterator[bytes]:
        self.asked.append(url.rpartition("/")[2])
        return super()._fetch(url)


class Round:
    """An agent that goes on asking, by a clock of the test's own, and how often it verified everything."""

    def __init__(self, agent: Agent) -> None:
        memory = agent.home / "memory"
        memory.mkdir()
        self.trusted, self.at = memory / "trusted", Path(agent.at)
        self.fetcher, self.root = Noting(self.at), agent.root.read_bytes()
        self.whole, self.now = 0, datetime.now(UTC)
        self.again = Again(self._ask, self.trusted, self.fetcher, FOLDER, lambda: self.now)

    def _ask(self) -> Found:
        self.whole += 1
        return signed_for(Place("lindeveld", "", "LV-01"), self.root, self.trusted, self.fetcher, FOLDER)

    def languages(self) -> object:
        """Ask; give what the fleet's settings say."""
        return self.again().bundle.layers[Layer.FLEET]["languages"]


@pytest.fixture
def one(fleet: Fleet, agent: Agent) -> Round:
    """One that asked once."""
    fleet.say("fleet.toml", ENGLISH)
    asking = Round(agent)
    assert asking.languages() == ["nl", "en"]
    return asking


def test_with_nothing_new_it_fetches_the_last_word_and_sees_that_there_is_no_new_root(one: Round) -> None:
    one.fetcher.asked.clear()
    assert one.languages() == ["nl", "en"]
    assert sorted(one.fetcher.asked) == ["2.root.json", "timestamp.json"]
    assert one.whole == 1


def test_what_is_new_is_there_at_the_next_round(one: Round, fleet: Fleet) -> None:
    fleet.say("fleet.toml", FRENCH)
    assert one.languages() == ["nl", "fr"]
    assert one.languages() == ["nl", "fr"]
    assert one.whole == 2


def test_what_has_run_out_meanwhile_is_not_given_again(one: Round, fleet: Fleet) -> None:
    """Where the same last word is shown for days: whether it still holds is for the one who verifies to say."""
    ends = fleet.work.repository.timestamp().signed.expires
    one.now = ends - timedelta(seconds=1)
    one.languages()
    assert one.whole == 1
    one.now = ends
    one.languages()
    assert one.whole == 2


def test_a_newer_stick_is_not_undone_by_the_same_old_server(one: Round, fleet: Fleet, tmp_path: Path) -> None:
    stick, old = tmp_path / "stick", tmp_path / "old"
    shutil.copytree(one.at, old)
    fleet.say("fleet.toml", FRENCH)
    one.at.rename(stick)
    old.rename(one.at)
    signed_for(Place("lindeveld", "", "LV-01"), one.root, one.trusted, FolderFetcher(stick), FOLDER)
    with pytest.raises(BadVersionNumberError):
        one.languages()


def test_a_last_word_by_a_key_that_no_longer_counts_is_refused(one: Round, fleet: Fleet) -> None:
    """Somebody with the old online key holds on to the last word that it signed, beside a new root."""
    word = (one.at / "metadata" / "timestamp.json").read_bytes()
    rows = [line.strip() for line in (fleet.work.home / "herstelblad.txt").read_text().splitlines()]
    begin.recover(fleet.work, sheet.seed_of([row for row in rows if row[:1].isdigit()]), lambda _name: "")
    (one.at / "metadata" / "timestamp.json").write_bytes(word)
    with pytest.raises(RepositoryError):
        one.languages()


def test_a_server_that_is_gone_or_has_no_end_is_no_server_that_says_the_same(one: Round) -> None:
    word = one.at / "metadata" / "timestamp.json"
    word.write_bytes(word.read_bytes() + b" " * (1 << 20))
    with pytest.raises(DownloadLengthMismatchError):
        one.languages()
    shutil.rmtree(one.at)
    with pytest.raises(DownloadError):
        one.languages()


def test_after_something_went_wrong_all_of_it_is_verified(one: Round) -> None:
    aside = one.at.with_name("aside")
    one.at.rename(aside)
    with pytest.raises(DownloadError):
        one.again()
    aside.rename(one.at)
    assert one.languages() == ["nl", "en"]
    assert one.languages() == ["nl", "en"]


@pytest.mark.parametrize("spoil", [lambda file: file.unlink(), lambda file: file.write_bytes(b"{}")])
def test_a_memory_that_was_spoilt_is_made_good(one: Round, spoil: Callable[[Path], None]) -> None:
    spoil(one.trusted / "timestamp.json")
    assert one.languages() == ["nl", "en"]
    assert one.whole == 2
    assert one.languages() == ["nl", "en"]
    assert one.whole == 2
