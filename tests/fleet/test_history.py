"""Who signed what and when, out of the folder itself: also where no fleet service saw it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tuf.api.metadata import Metadata
from typer.testing import CliRunner, Result

from fleet import begin, by_hand, keys, sheet
from fleet.cli import app

if TYPE_CHECKING:
    from tests.fleet.conftest import Fleet

ENGLISH_ONLY = 'languages = ["nl", "en"]\n'


@pytest.fixture
def moved(fleet: Fleet) -> Fleet:
    """A change that was signed, brought to one kiosk, taken a step back, and brought to all."""
    fleet.write("lindeveld/tenant.toml", ENGLISH_ONLY)
    work, key = fleet.work, keys.load(fleet.work.keys / "lindeveld-1.pem")
    work.drafts.sign("lindeveld", work.to_say("lindeveld"), key)
    fleet.give_out()
    by_hand.onward(work, "lindeveld", ["LV-01"], fleet.online)
    by_hand.back(work, "lindeveld", fleet.online)
    fleet.give_out()  # says again what holds, and nothing new
    by_hand.everywhere(work, "lindeveld", fleet.online)
    return fleet


def audit(fleet: Fleet) -> Result:
    return CliRunner().invoke(app, ["audit", "--json"], env={"LOKET247_FLEET": str(fleet.work.home)})


def metadata(fleet: Fleet, name: str) -> Path:
    return fleet.work.home / "repository" / "metadata" / name


def test_each_step_of_a_change_stands_there_with_the_key_that_signed_it(moved: Fleet) -> None:
    began = datetime.now(UTC) - timedelta(minutes=2)
    done = audit(moved)
    assert done.exit_code == 0, done.output
    signed = json.loads(done.stdout)["signed"]
    town = keys.load(moved.work.keys / "lindeveld-1.pem").public_key.keyid
    steps = [(one["role"], one["keyids"], one["what"]) for one in signed if one["what"].startswith("ging rond")]
    machine = [moved.online.public_key.keyid]
    told = ("bij lindeveld/LV-01", "nergens", "overal")
    assert steps == [("lindeveld-rollout", machine, f"ging rond: {where}") for where in told]
    (mine,) = [one for one in signed if one["role"] == "lindeveld" and "tenant.toml" in one["what"]]
    assert mine["keyids"] == [town]
    assert all(began < datetime.fromisoformat(one["at"]) < datetime.now(UTC) for one in signed)
    assert not (moved.work.home / "fleet.db").exists(), "there is no service, and none is made for the asking"


def test_who_may_sign_is_said_by_the_head_key(moved: Fleet) -> None:
    others = [keys.signer_of(keys.new_seed()).public_key]
    head = keys.load(moved.work.keys / "root.pem")
    moved.work.drafts.let_sign("lindeveld", others, 1, head)
    mine = keys.load(moved.work.keys / "lindeveld-1.pem")
    assert mine.public_key.keyid not in moved.work.drafts.may_sign("lindeveld")
    said = json.loads(audit(moved).stdout)["signed"]
    (first,) = [one for one in said if one["role"] == "towns-l"]
    assert (first["what"], first["keyids"]) == ("wie er mag tekenen", [head.public_key.keyid])


@pytest.mark.parametrize("role", ["lindeveld", "lindeveld-rollout"])
def test_what_nobody_signed_that_might_is_named(moved: Fleet, role: str) -> None:
    """Somebody got at the folder, and put other words in an old version."""
    file = metadata(moved, f"2.{role}.json")
    said = json.loads(file.read_bytes())
    said["signed"]["targets"] = {}
    file.write_text(json.dumps(said), encoding="utf-8")
    done = audit(moved)
    assert done.exit_code == 1
    assert f"{role} 2 is weg, of niet getekend door wie dat mag" in done.stderr


@pytest.mark.parametrize("key", ["leiedorp-1", "lindeveld-1", "lindeveld-daily", "online"])
def test_a_key_that_may_sign_something_else_or_one_of_two_is_not_enough(begun: Callable[..., Fleet], key: str) -> None:
    """Put in place of a version that said the same."""
    fleet = begun("lindeveld", "leiedorp", signers=2)
    fleet.say("lindeveld/tenant.toml", ENGLISH_ONLY)
    assert audit(fleet).exit_code == 0
    other = Metadata(fleet.work.repository.role("lindeveld", 1).signed)
    other.signed.version = 2
    other.sign(keys.load(fleet.work.keys / f"{key}.pem"))
    metadata(fleet, "2.lindeveld.json").write_bytes(other.to_bytes())
    done = audit(fleet)
    assert done.exit_code == 1
    assert "lindeveld 2 is weg, of niet getekend door wie dat mag" in done.stderr


def test_a_version_or_a_stage_that_is_gone_is_named_and_the_rest_told(moved: Fleet) -> None:
    metadata(moved, "2.lindeveld.json").unlink()
    for file in (moved.work.home / "repository" / "targets" / "lindeveld" / "rollout").iterdir():
        file.unlink()
    done = audit(moved)
    assert done.exit_code == 1
    assert "lindeveld 2 is weg" in done.stderr
    said = json.loads(done.stdout)["signed"]
    assert [one["what"] for one in said if one["at"] is None] == ["weg, of niet te lezen"]
    assert {one["what"] for one in said if one["role"] == "lindeveld-rollout"} >= {"ging rond: niet te lezen hoe ver"}


def test_old_keys_count_for_what_they_signed_then(moved: Fleet) -> None:
    rows = [line.strip() for line in (moved.work.home / "herstelblad.txt").read_text().splitlines()]
    begin.recover(moved.work, sheet.seed_of([row for row in rows if row[:1].isdigit()]), lambda _name: "")
    assert audit(moved).exit_code == 0
