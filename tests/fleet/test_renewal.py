"""What was signed runs out after a year; said again by who signs, kiosks believe it as before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tuf.api.exceptions import RepositoryError
from typer.testing import CliRunner, Result

from config.merge import Layer
from fleet import keys, roles
from fleet.cli import app
from fleet.renewal import renew
from fleet.repository import said_by

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

ENGLISH_ONLY = 'languages = ["nl", "en"]\n'


@contextmanager
def signed_so_long_ago(left: timedelta) -> Iterator[None]:
    """Whatever people sign meanwhile holds no longer than that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roles, "ROOT_HOLDS", left)
        patch.setattr(roles, "TOWN_HOLDS", left)
        yield


def typed(fleet: Fleet, *words: str) -> Result:
    done = CliRunner(env={"LOKET247_FLEET": str(fleet.work.home)}).invoke(app, words)
    assert done.exit_code == 0, (done.output, done.exception)
    return done


def key_of(fleet: Fleet, name: str) -> str:
    return str(fleet.work.keys / f"{name}.pem")


def test_a_fleet_that_ran_out_is_believed_again_once_all_who_sign_said_so(
    begun: Callable[..., Fleet], agent: Agent
) -> None:
    with signed_so_long_ago(timedelta(seconds=-1)):
        fleet = begun()
        fleet.say("lindeveld/tenant.toml", ENGLISH_ONLY)
    assert agent.round().startswith("expired")
    before = {name: fleet.work.repository.content(name) for name in fleet.work.repository.versions()}
    typed(fleet, "renew", "--key", key_of(fleet, "root"))
    typed(fleet, "sign", "--key", key_of(fleet, "lindeveld-1"))
    typed(fleet, "publish")
    assert agent.round() == "ok"
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "en"]}}
    assert {name: fleet.work.repository.content(name) for name in fleet.work.repository.versions()} == before


def test_kiosks_that_were_there_take_what_comes_after_it(begun: Callable[..., Fleet], agent: Agent) -> None:
    fleet = begun("elsdam", "lindeveld")
    assert agent.round() == "ok"
    renew(fleet.work, keys.load(fleet.work.keys / "root.pem"))
    assert agent.round() == "ok"
    fleet.say("lindeveld/tenant.toml", ENGLISH_ONLY)
    fleet.say("fleet.toml", "[timeouts]\nidle = 90.0\n")
    assert agent.round() == "ok"
    assert agent.ask().layers == {
        Layer.FLEET: {"timeouts": {"idle": 90.0}},
        Layer.TENANT: {"languages": ["nl", "en"]},
    }


def test_two_months_before_the_end_it_is_said_who_must_sign(begun: Callable[..., Fleet]) -> None:
    with signed_so_long_ago(timedelta(days=59)):
        fleet = begun("elsdam", "lindeveld")
    said = " ".join(typed(fleet, "status").output.split())
    assert "Loopt af: elsdam, lindeveld. Teken opnieuw" in said
    assert "Loopt af: root, " in said
    rows = json.loads(typed(fleet, "status", "--json").output)
    ageing = {row["role"] for row in rows if row["ages"]}
    assert ageing == {"root", "targets", "towns-e", "towns-l", "fleet", "elsdam", "lindeveld"}
    done = json.loads(typed(fleet, "renew", "--key", key_of(fleet, "root"), "--json").output)
    assert {*done["renewed"]} == ageing - {"elsdam", "lindeveld"}
    assert datetime.fromisoformat(done["until"]) > datetime.now(UTC) + timedelta(days=390)
    for town in ("elsdam", "lindeveld"):
        typed(fleet, "sign", "--key", key_of(fleet, f"{town}-1"))
    typed(fleet, "publish")
    assert "Loopt af" not in typed(fleet, "status").output
    assert [row["role"] for row in json.loads(typed(fleet, "status", "--json").output) if row["ages"]] == []


def test_long_before_it_nobody_signs_what_is_signed(begun: Callable[..., Fleet]) -> None:
    with signed_so_long_ago(timedelta(days=61)):
        fleet = begun()
    assert "Loopt af" not in typed(fleet, "status").output
    assert "niets veranderd" in typed(fleet, "sign", "--key", key_of(fleet, "lindeveld-1")).output


def test_where_two_must_sign_two_sign_again(begun: Callable[..., Fleet], agent: Agent) -> None:
    with signed_so_long_ago(timedelta(days=1)):
        fleet = begun(signers=2)
        fleet.say("lindeveld/tenant.toml", ENGLISH_ONLY)
    until = fleet.work.repository.role("lindeveld").signed.expires
    typed(fleet, "sign", "--key", key_of(fleet, "lindeveld-1"))
    typed(fleet, "publish")
    assert fleet.work.repository.role("lindeveld").signed.expires == until
    typed(fleet, "sign", "--key", key_of(fleet, "lindeveld-2"))
    typed(fleet, "publish")
    assert fleet.work.repository.role("lindeveld").signed.expires > until + timedelta(days=390)
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "en"]}}


def test_no_other_key_says_it_again(begun: Callable[..., Fleet]) -> None:
    fleet = begun()
    before = fleet.work.repository.root().to_bytes(), fleet.work.repository.timestamp().to_bytes()
    with pytest.raises(RepositoryError, match="niet de hoofdsleutel"):
        renew(fleet.work, keys.load(fleet.work.keys / "lindeveld-1.pem"))
    assert (fleet.work.repository.root().to_bytes(), fleet.work.repository.timestamp().to_bytes()) == before


def test_it_waits_for_what_is_signed_and_not_given_out(begun: Callable[..., Fleet]) -> None:
    fleet = begun()
    fleet.write("fleet.toml", "[timeouts]\nidle = 90.0\n")
    fleet.sign("root")
    with pytest.raises(RepositoryError, match="er wacht al iets van fleet"):
        renew(fleet.work, keys.load(fleet.work.keys / "root.pem"))


def test_what_somebody_else_gave_out_meanwhile_is_not_written_over(begun: Callable[..., Fleet]) -> None:
    fleet = begun()
    repository, head = fleet.work.repository, keys.load(fleet.work.keys / "root.pem")
    late = said_by("fleet", repository.next_of("fleet"), [head])
    fleet.say("fleet.toml", "[timeouts]\nidle = 90.0\n")
    before = repository.role("fleet").to_bytes()
    with pytest.raises(RepositoryError, match="fleet: intussen"):
        repository.publish(fleet.online, {"fleet": late}, {}, repository.root())
    assert repository.role("fleet").to_bytes() == before


def test_daily_content_that_is_the_same_is_not_said_again_however_old(begun: Callable[..., Fleet]) -> None:
    """It would stand in the history of the desk as a change that nobody made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roles, "DAILY_HOLDS", timedelta(days=1))
        fleet = begun()
    daily = keys.load(fleet.work.keys / "lindeveld-daily.pem")
    assert fleet.work.drafts.sign("lindeveld-daily", {}, daily) is None
