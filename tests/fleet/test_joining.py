"""A town that joins a fleet: its kiosks take what it signed, and nobody else's notice it."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, TargetFile
from typer.testing import CliRunner

from config import durable
from config.merge import Layer
from fleet import begin, keys, sheet
from fleet.cli import app
from fleet.joining import join

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

ENGLISH_ONLY = 'languages = ["nl", "en"]\n'
PASSPHRASE = "vier woorden op rij"


def joins(fleet: Fleet, town: str, signers: int = 1, key: str = "root") -> None:
    join(fleet.work, town, signers, keys.load(fleet.work.keys / f"{key}.pem"), lambda _name: "")


@pytest.mark.parametrize("first", ["elsdam", "leiedorp"])
def test_a_town_that_joins_is_served_and_one_that_was_there_stays_as_it_was(
    begun: Callable[..., Fleet], agent: Agent, first: str
) -> None:
    """Its letter may be new to the fleet, or not."""
    fleet = begun(first)
    fleet.say(f"{first}/tenant.toml", ENGLISH_ONLY)
    before = fleet.work.repository.role(first).to_bytes()
    joins(fleet, "lindeveld")
    assert fleet.work.towns == sorted([first, "lindeveld"])
    assert fleet.work.repository.role(first).to_bytes() == before
    fleet.say("lindeveld/tenant.toml", 'languages = ["nl", "fr"]\n')
    fleet.say("fleet.toml", "[timeouts]\nidle = 90.0\n")
    assert agent.ask().layers == {
        Layer.FLEET: {"timeouts": {"idle": 90.0}},
        Layer.TENANT: {"languages": ["nl", "fr"]},
    }


def test_a_kiosk_that_knew_the_fleet_before_takes_it_over_by_itself(begun: Callable[..., Fleet], agent: Agent) -> None:
    fleet = begun("elsdam", "lindeveld")
    fleet.say("lindeveld/tenant.toml", ENGLISH_ONLY)
    assert agent.round() == "ok"
    joins(fleet, "leiedorp", signers=2)
    fleet.say("lindeveld/tenant.toml", 'languages = ["nl", "fr"]\n')
    assert agent.round() == "ok"
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "fr"]}}
    assert fleet.work.repository.needed("leiedorp") == 2


def test_the_new_town_speaks_for_nobody_else(begun: Callable[..., Fleet], agent: Agent) -> None:
    fleet = begun("lindeveld")
    joins(fleet, "leiedorp")
    path, key = "lindeveld/tenant.toml", keys.load(fleet.work.keys / "leiedorp-1.pem")
    said = fleet.work.repository.next_of("leiedorp")
    said.targets = {path: TargetFile.from_data(path, ENGLISH_ONLY.encode())}
    metadata = Metadata(said)
    metadata.sign(key)
    fleet.work.repository.publish(fleet.online, {"leiedorp": metadata}, {path: ENGLISH_ONLY.encode()})
    assert agent.ask().layers == {}
    with pytest.raises(RepositoryError, match="tekent niet voor lindeveld"):
        fleet.work.drafts.sign("lindeveld", {}, key)


def test_the_recovery_sheet_gives_it_new_keys_too(begun: Callable[..., Fleet]) -> None:
    fleet = begun("lindeveld")
    joins(fleet, "elsdam", signers=2)
    old = fleet.work.repository.may_sign("elsdam")
    rows = [line.strip() for line in (fleet.work.home / "herstelblad.txt").read_text().splitlines()]
    begin.recover(fleet.work, sheet.seed_of([row for row in rows if row[:1].isdigit()]), lambda _name: "")
    new = fleet.work.repository.may_sign("elsdam")
    assert len(new) == 2
    assert not new & old


@pytest.mark.parametrize(
    ("town", "key", "says"),
    [
        ("lindeveld", "root", "is al een gemeente"),
        ("Els Dam", "root", "kleine letters"),
        ("fleet", "root", "kleine letters"),
        ("elsdam", "lindeveld-1", "niet de hoofdsleutel"),
        ("elsdam", "online", "niet de hoofdsleutel"),
    ],
)
def test_what_cannot_join_leaves_the_fleet_as_it_was(fleet: Fleet, town: str, key: str, says: str) -> None:
    files = {file: file.read_bytes() for file in fleet.work.home.rglob("*") if file.is_file()}
    with pytest.raises(RepositoryError, match=says):
        joins(fleet, town, key=key)
    assert {file: file.read_bytes() for file in fleet.work.home.rglob("*") if file.is_file()} == files


def test_it_waits_for_what_is_signed_and_not_given_out(begun: Callable[..., Fleet]) -> None:
    """Else one of the two would say again what held before the other."""
    fleet = begun("lindeveld", "leiedorp")
    mine = keys.load(fleet.work.keys / "lindeveld-1.pem").public_key
    fleet.work.drafts.let_sign("leiedorp", [mine], 1, keys.load(fleet.work.keys / "root.pem"))
    with pytest.raises(RepositoryError, match="er wacht al iets van towns-l"):
        joins(fleet, "lokerdam")
    joins(fleet, "elsdam")
    assert fleet.work.towns == ["elsdam", "leiedorp", "lindeveld"]


def test_a_key_that_is_there_already_is_not_written_over(fleet: Fleet) -> None:
    there = fleet.work.keys / "elsdam-daily.pem"
    there.write_text("van iemand anders", encoding="utf-8")
    with pytest.raises(FileExistsError):
        joins(fleet, "elsdam")
    assert there.read_text(encoding="utf-8") == "van iemand anders"
    assert not (fleet.work.keys / "elsdam-1.pem").exists()
    assert fleet.work.towns == ["lindeveld"]


@pytest.mark.parametrize("at", ["metadata", "keys"])
def test_a_disk_that_takes_no_more_leaves_nothing_in_the_way_of_the_next_try(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = {file: file.read_bytes() for file in fleet.work.keys.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(*((durable, "write") if at == "metadata" else (keys, "save")), full)
        with pytest.raises(OSError, match="No space left"):
            joins(fleet, "elsdam")
    assert {file: file.read_bytes() for file in fleet.work.keys.iterdir()} == before
    joins(fleet, "elsdam")
    assert fleet.work.towns == ["elsdam", "lindeveld"]


def test_who_signs_for_the_fleet_stays_who_it_is(begun: Callable[..., Fleet], agent: Agent) -> None:
    """Also when a letter is new, and the top says anew whom it lets."""
    fleet = begun("lindeveld")
    head = keys.load(fleet.work.keys / "root.pem")
    pair = [keys.signer_of(keys.new_seed()) for _ in range(2)]
    fleet.work.drafts.let_sign("fleet", [one.public_key for one in pair], 2, head)
    for one in pair:
        fleet.work.drafts.sign("fleet", {"fleet.toml": ENGLISH_ONLY.encode()}, one)
    fleet.give_out()
    joins(fleet, "elsdam")
    assert fleet.work.repository.needed("fleet") == 2
    assert agent.ask().layers == {Layer.FLEET: {"languages": ["nl", "en"]}}


def test_an_operator_types_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "fleet"
    home.mkdir()
    monkeypatch.chdir(home)

    def types(*words: str, times: int) -> str:
        done = CliRunner().invoke(app, [*words], input=f"{PASSPHRASE}\n" * times, env={"LOKET247_FLEET": str(home)})
        assert done.exit_code == 0, done.output
        return done.stdout

    types("init", "lindeveld", times=4)
    said = types("town", "elsdam", "--signers", "2", "--key", "keys/root.pem", "--json", times=5)
    assert json.loads(said[said.index("{") :]) == {"town": "elsdam", "keys": ["elsdam-1.pem", "elsdam-2.pem"]}
    assert all(b"ENCRYPTED" in (home / "keys" / f"elsdam-{number}.pem").read_bytes() for number in (1, 2))
    (home / "settings" / "elsdam" / "tenant.toml").write_text(ENGLISH_ONLY, encoding="utf-8")
    assert "1 van 2 getekend" in types("sign", "--key", "keys/elsdam-1.pem", times=1)
    assert "2 van 2 getekend" in types("sign", "--key", "keys/elsdam-2.pem", times=1)
    assert "uitgegeven: elsdam" in types("publish", times=0)
