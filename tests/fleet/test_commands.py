"""What an agent does with a command: nothing, unless its town signed it for this kiosk and this quarter of an hour."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st
from tuf.api.metadata import Metadata, TargetFile

from config.agent.commands import Commands
from config.agent.verify import Place
from config.commands import CommandBook, Handed, Outcome, Verb
from config.settings import SettingsError
from fleet import begin, keys, sheet
from fleet.commanding import signed
from fleet.work import Work

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
TYPE = "application/vnd.loket247.command+json"


class Site:
    """The agent of LV-01 in lindeveld that knows who signs, with a clock that a test sets."""

    def __init__(self, fleet: Fleet, agent: Agent) -> None:
        agent.ask()
        agent.told.mkdir()
        self.fleet, self.trusted, self.told = fleet, agent.home / "memory" / "trusted", agent.told
        self.now, self.did, self.succeeds = NOW, list[Verb](), True
        self.begin()

    def begin(self) -> None:
        """Begin the agent, for the first time or anew."""
        do = {verb: self._doing(verb) for verb in (Verb.RELOAD, Verb.ROTATE_KEY)}
        place = Place("lindeveld", "", "LV-01")
        self.commands = Commands(place, self.trusted, self.told, do, lambda: self.now)

    def _doing(self, verb: Verb) -> Callable[[], bool]:
        def do() -> bool:
            self.did.append(verb)
            return self.succeeds

        return do

    def sign(self, content: bytes, key: str = "lindeveld-1", kind: str = TYPE) -> bytes:
        """Sign as DSSE says [github.com/secure-systems-lab/dsse, protocol.md], without the code that verifies."""
        pem = (self.fleet.work.keys / f"{key}.pem").read_bytes()
        private = load_pem_private_key(pem, None)
        assert isinstance(private, Ed25519PrivateKey)
        said = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(content), content)
        keyid = keys.load(self.fleet.work.keys / f"{key}.pem").public_key.keyid
        signature = {"keyid": keyid, "sig": base64.b64encode(private.sign(said)).decode()}
        payload = base64.b64encode(content).decode()
        return msgspec.json.encode({"payload": payload, "payloadType": kind, "signatures": [signature]})

    def command(self, verb: str = "restart", **other: object) -> bytes:
        until = NOW + timedelta(minutes=15)
        told: dict[str, object] = {"id": uuid4(), "town": "lindeveld", "kiosk": "LV-01", "verb": verb}
        return msgspec.json.encode(told | {"issued": NOW, "expires": until} | other)

    @property
    def handed(self) -> list[str]:
        """The verb that lies there for the kiosk."""
        file = self.told / "command.json"
        return [msgspec.json.decode(file.read_bytes())["command"]["verb"]] if file.exists() else []

    @property
    def outcomes(self) -> list[str]:
        return [one.outcome.value for one in self.commands.results]


@pytest.fixture
def site(fleet: Fleet, agent: Agent) -> Site:
    return Site(fleet, agent)


def test_what_the_town_signed_is_laid_down_for_the_kiosk(site: Site) -> None:
    site.commands.take(site.sign(site.command("outOfService")))
    assert site.handed == ["outOfService"]
    assert site.outcomes == ["begun"]
    handed = msgspec.json.decode((site.told / "command.json").read_bytes(), type=Handed)
    assert handed.key == keys.load(site.fleet.work.keys / "lindeveld-1.pem").public_key.keyid


def test_the_command_line_signs_what_an_agent_takes(site: Site) -> None:
    signer = keys.load(site.fleet.work.keys / "lindeveld-1.pem")
    made = signed(site.fleet.work.repository, signer, ("lindeveld", "LV-01"), Verb.REBOOT, NOW)
    site.commands.take(made.envelope)
    assert site.handed == ["reboot"]


@pytest.mark.parametrize(("succeeds", "outcome"), [(True, "done"), (False, "failed")])
def test_what_is_the_agent_s_own_it_does_itself(site: Site, *, succeeds: bool, outcome: str) -> None:
    site.succeeds = succeeds
    site.commands.take(site.sign(site.command("rotateKey")))
    assert (site.did, site.handed, site.outcomes) == ([Verb.ROTATE_KEY], [], [outcome])


def test_the_same_command_is_never_done_twice(site: Site) -> None:
    """Not at once, not after the agent began anew, not with the clock set back."""
    said = site.sign(site.command("reload"))
    site.commands.take(said)
    site.commands.take(said)
    site.begin()
    site.commands.take(said)
    site.now = NOW - timedelta(minutes=1)
    site.commands.take(said)
    assert site.did == [Verb.RELOAD]


def test_a_command_of_yesterday_is_not_done_with_yesterday_s_clock(site: Site) -> None:
    """Also one that this kiosk never had: it ended before another that it did have was signed."""
    today = NOW + timedelta(days=1)
    site.now = today
    later = site.command("reload", issued=today, expires=today + timedelta(minutes=15))
    site.commands.take(site.sign(later))
    site.now = NOW
    site.commands.take(site.sign(site.command("rotateKey")))
    assert site.did == [Verb.RELOAD]


@pytest.mark.expects_log("command refused: expired")
@pytest.mark.parametrize("minutes", [15, 16, -3])
def test_outside_its_quarter_of_an_hour_it_is_refused(site: Site, minutes: int) -> None:
    site.now = NOW + timedelta(minutes=minutes)
    site.commands.take(site.sign(site.command()))
    assert (site.handed, site.outcomes) == ([], ["expired"])


@pytest.mark.expects_log("command refused: noCommand")
@pytest.mark.parametrize(
    "wrong",
    [
        {"verb": "format-disk"},
        {"expires": NOW + timedelta(minutes=16)},
        {"expires": NOW},
        {"args": ["--force"]},
        {"kiosk": "../LV-01"},
    ],
)
def test_what_is_no_command_is_refused_though_it_is_signed(site: Site, wrong: dict[str, object]) -> None:
    site.commands.take(site.sign(site.command(**{"verb": "restart", **wrong})))  # type: ignore[arg-type]
    assert (site.handed, site.outcomes) == ([], ["noCommand"])


@pytest.mark.expects_log("command refused: foreign")
@pytest.mark.parametrize("place", [{"kiosk": "LV-02"}, {"town": "beekdorp"}])
def test_another_kiosk_s_command_is_refused(site: Site, place: dict[str, str]) -> None:
    site.commands.take(site.sign(site.command(**place)))
    assert (site.handed, site.outcomes) == ([], ["foreign"])


@pytest.mark.expects_log("command refused: unsigned")
@pytest.mark.parametrize("key", ["lindeveld-daily", "online", "root"])
def test_only_the_town_s_own_key_commands(site: Site, key: str) -> None:
    """The keys that lie with the fleet service cannot, so whoever takes the service over cannot."""
    site.commands.take(site.sign(site.command(), key))
    assert (site.handed, site.outcomes) == ([], ["unsigned"])


@pytest.mark.expects_log("command refused: unsigned")
def test_another_town_s_key_does_not_command(begun: Callable[..., Fleet], agent: Agent) -> None:
    site = Site(begun("lindeveld", "beekdorp"), agent)
    site.commands.take(site.sign(site.command(), "beekdorp-1"))
    assert (site.handed, site.outcomes) == ([], ["unsigned"])


@pytest.mark.expects_log("command refused: unsigned")
def test_what_was_signed_for_something_else_is_no_command(site: Site) -> None:
    site.commands.take(site.sign(site.command(), kind="application/vnd.in-toto+json"))
    assert site.handed == []


@pytest.mark.expects_log("command refused: unsigned")
def test_a_command_that_was_changed_on_its_way_is_refused(site: Site) -> None:
    said: dict[str, Any] = msgspec.json.decode(site.sign(site.command("selfTest")))
    said["payload"] = base64.b64encode(site.command("reboot")).decode()
    site.commands.take(msgspec.json.encode(said))
    assert site.handed == []


@pytest.mark.expects_log("command refused: unsigned")
@pytest.mark.parametrize("name", ["targets.json", "towns-l.json"])
def test_an_agent_that_never_heard_who_signs_takes_no_command(site: Site, name: str) -> None:
    (site.trusted / name).unlink()
    site.commands.take(site.sign(site.command()))
    assert site.handed == []


@pytest.mark.expects_log("command refused: unsigned")
def test_who_signs_for_a_town_counts_for_as_long_as_the_top_says_so(site: Site, tmp_path: Path) -> None:
    """What said so lies there still, and the keys in it are the town's; whoever signed it may no longer."""
    begin.begin(Work(tmp_path / "later"), ["lindeveld"], 1, lambda _name: "")
    top = tmp_path / "later" / "repository" / "metadata" / "1.targets.json"
    (site.trusted / "targets.json").write_bytes(top.read_bytes())
    site.commands.take(site.sign(site.command()))
    assert site.handed == []


@pytest.mark.expects_log("command refused: unsigned")
def test_a_key_that_was_put_out_commands_no_more_whatever_is_amiss_with_settings(site: Site, agent: Agent) -> None:
    work, old = site.fleet.work, site.sign(site.command())
    rows = [line.strip() for line in (work.home / "herstelblad.txt").read_text().splitlines()]
    begin.recover(work, sheet.seed_of([row for row in rows if row[:1].isdigit()]), lambda _name: "")
    path, content = "fleet/next/change.toml", b"= of nothing"
    said = work.repository.role("fleet").signed
    said.version += 1
    said.targets[path] = TargetFile.from_data(path, content)
    metadata = Metadata(said)
    metadata.sign(keys.load(work.keys / "root.pem"))
    work.repository.publish(site.fleet.online, {"fleet": metadata}, {path: content})
    with pytest.raises(SettingsError):
        agent.ask()
    site.commands.take(old)
    assert site.handed == []
    site.commands.take(site.sign(site.command()))
    assert site.handed == ["restart"]


@pytest.mark.expects_log("command not taken")
def test_what_cannot_be_written_down_is_not_done(site: Site) -> None:
    (site.trusted.parent / ".commands.json.draft").mkdir()
    site.commands.take(site.sign(site.command("rotateKey")))
    assert site.did == []


@pytest.mark.expects_log("command refused")
@given(junk=st.one_of(st.binary(max_size=300), st.recursive(st.text(max_size=5), st.lists).map(msgspec.json.encode)))
def test_whatever_a_server_answers_nothing_is_done(junk: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("agent")
    commands = Commands(Place("lindeveld", "", "LV-01"), folder / "trusted", folder, {}, lambda: NOW)
    commands.take(junk)
    assert not list(folder.iterdir())


# --- the book, which agent and kiosk each have -----------------------------------------------------------------------


def some(number: int, verb: Verb = Verb.RESTART, at: datetime = NOW) -> Any:  # noqa: ANN401
    from config.commands import Command

    until = at + timedelta(minutes=15)
    return Command(id=UUID(int=number), town="lindeveld", kiosk="LV-01", verb=verb, issued=at, expires=until)


def test_a_book_that_was_torn_takes_nothing_that_it_may_have_had(tmp_path: Path) -> None:
    file, now = tmp_path / "commands.json", datetime.now(UTC)
    CommandBook(file).take(some(1, at=now))
    file.write_bytes(file.read_bytes()[:-10])
    book = CommandBook(file)
    assert book.had(some(1, at=now))
    assert not book.had(some(2, at=now + timedelta(minutes=1)))


def test_a_book_stays_small_and_forgets_nothing_that_counts(tmp_path: Path) -> None:
    file = tmp_path / "commands.json"
    for number in range(200):
        book = CommandBook(file)
        told = some(number, at=NOW + timedelta(minutes=number))
        assert not book.had(told)
        book.take(told)
        book.settle(told.id, Outcome.DONE)
    assert all(CommandBook(file).had(some(number, at=NOW + timedelta(minutes=number))) for number in range(200))
    assert file.stat().st_size < 5000
    assert len(CommandBook(file).results) == 8
