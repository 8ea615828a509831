"""A change takes two people and a key: nobody alone brings anything to a kiosk, and who did what is written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
import tomli_w
from typer.testing import CliRunner

from config.settings import SettingsError
from fleet.cli import app
from fleet.service import deeds
from fleet.service.change_tables import deeds as rows_of_deeds
from fleet.service.database import opened
from fleet.service.people import load
from fleet.service.proposals import ChangeError, Proposals, State

if TYPE_CHECKING:
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.rings.conftest import Street

TENANT = "lindeveld/tenant.toml"


def test_who_proposes_never_approves(one: Street) -> None:
    number = one.proposed(person="els")
    with pytest.raises(ChangeError, match="niet zelf goed"):
        one.service.proposals.approve(number, "els")
    assert one.stand(number)[0] is State.PROPOSED


def test_what_is_not_approved_is_not_signed(one: Street) -> None:
    number = one.proposed()
    said = one.sign(number)
    assert said.exit_code == 1
    assert "niet goedgekeurd" in str(said.exception)
    one.service.proposals.turn_down(number, "omar")
    assert one.sign(number).exit_code == 1
    assert one.fleet.work.drafts.all() == []


def test_one_of_two_signatures_brings_a_change_nowhere(begun: Callable[..., Fleet], tmp_path: Path) -> None:
    fleet, url = begun("lindeveld", signers=2), f"sqlite:///{tmp_path / 'fleet.db'}"
    engine = opened(url)
    proposals = Proposals(fleet.work, engine, lambda: datetime.now(UTC))
    number = proposals.draft("els", TENANT, "[timeouts]\nidle = 90.0\n", "Meer tijd")
    proposals.propose(number, "els")
    proposals.approve(number, "omar")
    told = {"LOKET247_FLEET": str(fleet.work.home), "LOKET247_FLEET_DB": url}

    def signs(key: int) -> str:
        words = ["sign", "--key", f"{fleet.work.keys}/lindeveld-{key}.pem", "--change", str(number)]
        said = CliRunner().invoke(app, words, input="ja\n", env=told)
        assert CliRunner().invoke(app, ["publish"], env=told).exit_code == 0
        return said.output

    assert "1 van 2 getekend" in signs(1)
    assert "1 van 2 getekend" in signs(1)
    assert fleet.work.repository.versions()["lindeveld"] == 1
    assert "2 van 2 getekend" in signs(2)
    assert set(fleet.work.repository.content("lindeveld")) == {
        "lindeveld/next/change.toml",
        "lindeveld/next/tenant.toml",
    }
    engine.dispose()


def test_who_does_not_say_yes_signs_nothing(one: Street) -> None:
    number = one.proposed()
    one.service.proposals.approve(number, "omar")
    listed = json.loads(one.types("proposals", "--json").output)
    assert [(row["id"], row["state"], row["person"], row["approver"]) for row in listed] == [
        (number, "approved", "els", "omar")
    ]
    file = one.fleet.work.keys / "lindeveld-1.pem"
    said = one.types("sign", "--key", str(file), "--change", str(number), lines="nee\n")
    assert said.exit_code == 1
    assert "+idle = 90.0" in said.output
    assert one.fleet.work.drafts.all() == []


def test_another_key_signs_nothing_of_a_town(one: Street) -> None:
    number = one.proposed()
    one.service.proposals.approve(number, "omar")
    for key in ("lindeveld-daily", "online"):
        assert "tekent niet voor" in str(one.sign(number, key).exception)
    assert one.fleet.work.drafts.all() == []


def test_a_change_made_on_what_holds_no_more_is_refused(one: Street) -> None:
    first, second = one.proposed(90.0), one.proposed(120.0)
    for number in (first, second):
        one.service.proposals.approve(number, "omar")
    one.signed(first)
    one.begins()
    assert "nog bezig" in str(one.sign(second).exception)
    one.pass_(minutes=16)
    one.pass_(minutes=15)
    one.pass_(minutes=1)
    assert one.stand(first)[0] is State.DONE
    assert "Intussen is er iets anders uitgegeven" in str(one.sign(second).exception)


def test_of_two_who_approve_at_the_same_moment_one_is_told_and_it_goes_round_once(
    street: Callable[..., Street], database: str
) -> None:
    one = street(1, database)
    number = one.proposed()
    one.service.proposals.approve(number, "omar")
    with pytest.raises(ChangeError, match="was je voor"):
        one.service.proposals.approve(number, "an")
    one.signed(number)
    one.begins()
    one.service.rollouts.look()
    assert one.stand(number) == (State.LIVE, "canary", None)
    assert [row.what.value for row in deeds.read(one.service.engine)] == ["proposed", "approved", "signed", "canary"]
    assert deeds.broken_at(one.service.engine) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[timeouts]\nidle = 3.0\n", "timeouts.idle"),
        ('colour = "#000000"\n', "colour is no setting"),
        ('data = "/tmp"\n', "for the installer alone"),
        ("this is = = no TOML", "geen TOML"),
    ],
)
def test_what_a_kiosk_would_refuse_cannot_be_proposed(one: Street, text: str, wrong: str) -> None:
    with pytest.raises((ChangeError, SettingsError), match=wrong):
        one.service.proposals.draft("els", TENANT, text, "Proef")


# --- who did what ------------------------------------------------------------------------------------------------


def test_a_row_of_who_did_what_that_is_changed_or_gone_is_seen(one: Street) -> None:
    one.changed()
    assert deeds.broken_at(one.service.engine) is None
    assert one.types("audit").exit_code == 0
    with one.service.engine.begin() as connection:
        connection.execute(sa.update(rows_of_deeds).where(rows_of_deeds.c.number == 2).values(person="an"))
    assert deeds.broken_at(one.service.engine) == 2
    with one.service.engine.begin() as connection:
        connection.execute(sa.delete(rows_of_deeds).where(rows_of_deeds.c.number == 2))
    said = one.types("audit", "--json")
    assert said.exit_code == 1
    assert json.loads(said.stdout)["brokenAt"] == 2


def test_people_toml_says_who_may_propose_and_who_may_approve(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    row = {"name": "els", "password": "x", "proposes": ["lindeveld"], "approves": ["fleet"]}
    file.write_text(tomli_w.dumps({"people": [row]}))
    els = load(file)["els"]
    assert (els.proposes, els.approves, els.operator) == (("lindeveld",), ("fleet",), False)
