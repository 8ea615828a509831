"""A change on its way: proposed, approved by another, signed by who has the key; and ring by ring, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
import tomli_w
from typer.testing import CliRunner, Result

from config.activation import Activation, Verdict
from config.agent.fetch import FOLDER, FolderFetcher
from config.agent.verify import Place, signed_for
from config.settings import Settings, SettingsError, read
from fleet import roles
from fleet.cli import app
from fleet.service import deeds
from fleet.service.change_tables import deeds as rows_of_deeds
from fleet.service.database import opened
from fleet.service.people import load
from fleet.service.proposals import ChangeError, Proposals, State
from fleet.signing import tell_stage

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Clock, Said

PROJECT = Path(__file__).parents[3]
TENANT = "lindeveld/tenant.toml"
Made = tuple["Service", "Clock"]


class Street:
    """Kiosks of one town with their agents, each of which makes a round when it is told; and the service they ask."""

    def __init__(self, service: Service, clock: Clock, fleet: Fleet, folder: Path, url: str) -> None:
        self.service, self.clock, self.fleet, self.folder, self.url = service, clock, fleet, folder, url
        self.kiosks: list[Kiosk] = []

    def pass_(self, **time: float) -> None:
        """Let time pass; then every kiosk makes a round, and the service looks."""
        self.clock.ahead += timedelta(**time)
        for kiosk in self.kiosks:
            kiosk.comes_by()
        self.service.rollouts.look()

    def begins(self) -> None:
        """Let the service see what was given out, and the kiosks that it reaches take it."""
        self.pass_(minutes=1)
        self.pass_(minutes=1)

    def proposed(self, idle: float = 90.0, path: str = TENANT, person: str = "els") -> int:
        proposals = self.service.proposals
        after = (proposals.text(path) or "") + f"\n[timeouts]\nidle = {idle}\n"
        number = proposals.draft(person, path, after, "Meer tijd")
        proposals.propose(number, person)
        return number

    def types(self, *words: str, lines: str = "") -> Result:
        told = {"LOKET247_FLEET": str(self.fleet.work.home), "LOKET247_FLEET_DB": self.url, "COLUMNS": "200"}
        return CliRunner().invoke(app, [*words], input=lines, env=told)

    def sign(self, number: int, key: str = "lindeveld-1") -> Result:
        file = self.fleet.work.keys / f"{key}.pem"
        return self.types("sign", "--key", str(file), "--change", str(number), lines="ja\n")

    def signed(self, number: int, key: str = "lindeveld-1") -> int:
        said = self.sign(number, key)
        assert said.exit_code == 0, (said.output, said.exception)
        assert self.types("publish").exit_code == 0
        return number

    def changed(self, idle: float = 90.0) -> int:
        """Have a change proposed, approved, signed and given out."""
        number = self.proposed(idle)
        self.service.proposals.approve(number, "omar")
        return self.signed(number)

    def undone(self, number: int) -> int:
        made = self.service.proposals.undo(number, "els")
        self.service.proposals.approve(made, "omar")
        return self.signed(made)

    def stand(self, number: int) -> tuple[State, str | None, str | None]:
        one = self.service.proposals.get(number)
        return one.state, one.ring, one.paused

    def idles(self) -> list[float]:
        """How long each kiosk waits before it asks whether somebody is there: what it runs on, in a glance."""
        return [kiosk.settings.timeouts.idle for kiosk in self.kiosks]


class Kiosk:
    """One of them: the agent's own code fetches, the kiosk's own tries, and what it says is written as by an agent."""

    def __init__(self, street: Street, number: str, certificate: str, said: Said) -> None:
        self.street, self.number, self.certificate, self.said = street, number, certificate, said
        self.folder = street.folder / number
        self.folder.mkdir()
        self.machine = {**read(PROJECT / "config" / "example.toml"), "kiosk": number, "services": []}
        self.breaks, self.reachable, self.began = False, True, datetime.now(UTC)
        self.activation = Activation(self.folder / "data", self.machine, self._dry_run, self._seconds)
        self.settings = self._settings()

    def comes_by(self) -> None:
        if not self.reachable:
            return
        place = Place("lindeveld", "", self.number)
        root, repository = self.street.fleet.work.home / "root.json", self.street.fleet.work.repository.folder
        fetcher = FolderFetcher(repository)
        offered = signed_for(place, root.read_bytes(), self.folder / "memory" / "trusted", fetcher, FOLDER).bundle
        if self.activation.judge(frozenset()) is Verdict.WAITING:
            try:
                if self.activation.examine(offered.encoded()) is not None:
                    self.activation.try_out(offered.encoded(), frozenset())
            except SettingsError:
                pass
        self.settings = self._settings()
        self._check_in()

    def _check_in(self) -> None:
        state = self.activation.state
        assert self.said.kiosk is not None
        self.said.kiosk["inForce"] = {
            "settings": self.activation.running,
            "onTrial": state.trial is not None,
            "sentBack": len(state.quarantined),
            "refused": state.quarantined[-1] if state.quarantined else None,
        }
        self.street.service.checkins.take(self.certificate, self.said.next())

    def _settings(self) -> Settings:
        from config.bundle import decoded

        content = Activation.in_force(self.folder / "data")
        return decoded(content if content is not None else b"{}").over(self.machine)

    def _dry_run(self, settings: Settings) -> None:
        if self.breaks and settings.timeouts.idle > 60:
            raise SettingsError("the portal cannot be made with them")

    def _seconds(self) -> float:
        return self.street.clock.ahead.total_seconds()


@pytest.fixture
def street(
    make_service: Callable[[str], Made],
    with_people: Fleet,
    let_in: Callable[[Service, str], str],
    said: Said,
    tmp_path: Path,
) -> Callable[..., Street]:
    def make(kiosks: int, url: str = f"sqlite:///{tmp_path / 'fleet.db'}") -> Street:
        service, clock = make_service(url)
        made = Street(service, clock, with_people, tmp_path, url)
        for number in range(1, kiosks + 1):
            name = f"LV-{number:02}"
            made.kiosks.append(Kiosk(made, name, let_in(service, name), type(said)()))
        made.pass_(minutes=1)
        made.pass_(minutes=16)  # the hall's services were tried, and are kept
        return made

    return make


# --- two people, and a key ---------------------------------------------------------------------------------------


def test_a_change_goes_from_one_kiosk_to_a_few_to_all_and_an_undo_goes_everywhere(
    street: Callable[..., Street], database: str
) -> None:
    town = street(3, database)
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


@pytest.fixture
def one(street: Callable[..., Street]) -> Street:
    return street(1)


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


def test_of_two_who_approve_at_the_same_moment_one_is_told(one: Street) -> None:
    number = one.proposed()
    one.service.proposals.approve(number, "omar")
    with pytest.raises(ChangeError, match="was je voor"):
        one.service.proposals.approve(number, "an")


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


# --- what the key that is online cannot do -----------------------------------------------------------------------


def test_a_stage_of_another_change_brings_nothing(one: Street) -> None:
    """A stage that was given out once counts for its own change alone, whatever comes to stand beside it."""
    from config.rings import Stage

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
