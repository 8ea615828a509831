"""A change comes to one kiosk, to some, to all, and back everywhere; and a bad one stops at the first by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from config.rings import Stage
from fleet import roles
from fleet.service import deeds
from fleet.service.proposals import State
from fleet.service.tables import kiosks
from fleet.signing import tell_stage

if TYPE_CHECKING:
    from tests.fleet.service.rings.conftest import Street

TENANT = "lindeveld/tenant.toml"


def test_a_change_goes_from_one_kiosk_to_a_few_to_all_and_an_undo_goes_everywhere(
    street: Callable[..., Street],
) -> None:
    town = street(3)
    number = town.changed(90.0)
    town.begins()
    assert sorted(town.idles()) == [60.0, 60.0, 90.0]
    assert town.stand(number) == (State.LIVE, "canary", None)
    town.pass_(minutes=16)
    town.pass_(minutes=15)
    assert town.stand(number) == (State.LIVE, "few", None)
    town.pass_(minutes=1)
    assert sorted(town.idles()) == [60.0, 90.0, 90.0]
    town.pass_(minutes=16)
    town.pass_(hours=2)
    assert town.stand(number) == (State.LIVE, "all", None)
    town.pass_(minutes=1)
    assert town.idles() == [90.0] * 3
    town.pass_(minutes=16)
    assert town.stand(number)[0] is State.DONE
    undo = town.undone(number)
    town.begins()
    town.pass_(minutes=16)
    assert town.idles() == [60.0] * 3
    assert (town.stand(number)[0], town.stand(undo)[0]) == (State.UNDONE, State.DONE)
    assert [row.what.value for row in deeds.read(town.service.engine, number)] == [
        *("proposed", "approved", "signed", "canary", "few", "all", "done", "undone"),
    ]
    persons = [row.person for row in deeds.read(town.service.engine, number)][:3]
    assert persons[:2] == ["els", "omar"]
    assert persons[2].startswith("lindeveld-1 (")


# --- a bad change ------------------------------------------------------------------------------------------------


@pytest.mark.expects_log("stands still")
def test_settings_that_break_the_first_kiosk_reach_no_other_and_stand_still_by_themselves(
    street: Callable[..., Street],
) -> None:
    town = street(3)
    for kiosk in town.kiosks:
        kiosk.breaks = True
    number = town.changed(90.0)
    town.begins()
    assert town.stand(number) == (State.LIVE, "canary", "failed")
    town.pass_(hours=1)
    assert town.idles() == [60.0] * 3
    assert sum(len(kiosk.activation.state.quarantined) for kiosk in town.kiosks) == 1
    town.undone(number)
    town.begins()
    assert town.stand(number)[0] is State.UNDONE
    town.changed(50.0)
    town.begins()
    assert sorted(town.idles()) == [50.0, 60.0, 60.0]


@pytest.mark.expects_log("stands still")
def test_a_first_kiosk_that_falls_silent_has_it_stand_still(street: Callable[..., Street]) -> None:
    town = street(3)
    number = town.changed(90.0)
    town.begins()
    (canary,) = (kiosk for kiosk in town.kiosks if kiosk.settings.timeouts.idle == 90.0)
    canary.reachable = False
    town.pass_(minutes=6)
    assert town.stand(number) == (State.LIVE, "canary", "failed")
    assert sorted(town.idles()) == [60.0, 60.0, 90.0]
    canary.reachable = True
    town.service.rollouts.go_on(number, "omar")
    town.pass_(minutes=16)
    town.pass_(minutes=16)
    assert town.stand(number) == (State.LIVE, "few", None)


@pytest.mark.expects_log("stands still")
def test_a_first_kiosk_that_never_takes_it_has_it_stand_still(street: Callable[..., Street]) -> None:
    town = street(2)
    number = town.proposed()
    town.service.proposals.approve(number, "omar")
    for kiosk in town.kiosks:
        kiosk.comes_by = kiosk._check_in  # type: ignore[method-assign]  # it comes by, and takes nothing
    town.signed(number)
    town.pass_(minutes=1)
    town.pass_(minutes=40)
    assert town.stand(number) == (State.LIVE, "canary", None)
    town.pass_(minutes=10)
    assert town.stand(number)[2] in {"failed", "late"}


@pytest.mark.expects_log("stands still")
def test_standing_still_takes_it_one_ring_back(street: Callable[..., Street]) -> None:
    town = street(3)
    number = town.changed(90.0)
    town.begins()
    town.pass_(minutes=31)
    town.pass_(minutes=1)
    assert sorted(town.idles()) == [60.0, 90.0, 90.0]
    assert town.types("pause", str(number)).exit_code == 0
    town.pass_(minutes=16)
    town.pass_(minutes=1)
    assert sorted(town.idles()) == [60.0, 60.0, 90.0]
    assert town.stand(number) == (State.LIVE, "few", "person")
    assert town.types("promote", str(number)).exit_code == 0
    assert town.stand(number) == (State.LIVE, "few", None)
    assert town.types("promote", str(number)).exit_code == 0
    town.pass_(minutes=1)
    assert town.idles() == [90.0] * 3


# --- whom a change hits ------------------------------------------------------------------------------------------


def test_a_change_of_the_whole_fleet_goes_in_rings_too_and_the_root_key_signs_it(street: Callable[..., Street]) -> None:
    town = street(2)
    number = town.proposed(90.0, "fleet.toml")
    town.service.proposals.approve(number, "omar")
    assert "tekent niet voor fleet" in str(town.sign(number).exception)
    town.signed(number, "root")
    town.begins()
    assert sorted(town.idles()) == [60.0, 90.0]
    town.pass_(minutes=16)
    town.pass_(minutes=15)
    town.pass_(minutes=1)
    assert town.idles() == [90.0, 90.0]
    beside = town.changed(75.0)
    town.begins()
    assert town.stand(beside)[0] is State.LIVE, "a town's change goes round beside the fleet's, and wins"
    assert sorted(town.idles()) == [75.0, 90.0]


def test_a_change_of_a_building_or_of_one_kiosk_hits_nobody_else(street: Callable[..., Street]) -> None:
    town = street(3)
    with town.service.engine.begin() as connection:
        stands = sa.update(kiosks).where(kiosks.c.number == "LV-02").values(building="stadhuis")
        connection.execute(stands)
    hit = {}
    for path in ("lindeveld/site-stadhuis.toml", "lindeveld/kiosk-LV-03.toml", "lindeveld/site-elders.toml"):
        one = town.service.proposals.get(town.proposed(90.0, path))
        hit[path] = [taken.row.number for taken in town.service.rollouts.taken(one)]
    assert hit == {
        "lindeveld/site-stadhuis.toml": ["LV-02"],
        "lindeveld/kiosk-LV-03.toml": ["LV-03"],
        "lindeveld/site-elders.toml": [],
    }


# --- what the key that is online cannot do -----------------------------------------------------------------------


def test_a_stage_of_another_change_brings_nothing(one: Street) -> None:
    """A stage that was given out once counts for its own change alone, whatever comes to stand beside it."""
    one.changed(90.0)
    work = one.fleet.work
    tell_stage(work.repository, one.fleet.online, "lindeveld", Stage("0" * 64, 100))
    one.kiosks[0].comes_by()
    assert one.idles() == [60.0]


def test_the_key_of_the_rings_says_nothing_of_settings(one: Street) -> None:
    delegated = one.fleet.work.repository.role("lindeveld").signed.delegations
    assert delegated is not None
    assert delegated.roles is not None
    rollout = delegated.roles[roles.rollout_role("lindeveld")]
    paths = [TENANT, "lindeveld/next/tenant.toml", "lindeveld/next/change.toml", "lindeveld/kiosk-LV-01.toml"]
    assert not any(rollout.is_delegated_path(path) for path in paths)
    assert rollout.is_delegated_path("lindeveld/rollout/stage.toml")
    assert not rollout.is_delegated_path("beekdorp/rollout/stage.toml")


def test_how_far_a_change_came_is_said_again_long_before_that_holds_no_more(one: Street) -> None:
    work = one.fleet.work
    tell_stage(work.repository, one.fleet.online, "lindeveld", Stage("a" * 64, 100))
    before = work.repository.role("lindeveld-rollout").signed
    one.service.rollouts.renew()
    assert work.repository.role("lindeveld-rollout").signed.version == before.version
    one.clock.ahead += timedelta(days=210)
    one.service.rollouts.renew()
    again = work.repository.role("lindeveld-rollout").signed
    assert (again.version, again.targets) == (before.version + 1, before.targets)
