"""A street of kiosks that a change comes to: their agents, their trials, and what they say to the service they ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from config.activation import Activation, Verdict
from config.agent.fetch import FOLDER, FolderFetcher
from config.agent.verify import Place, signed_for
from config.settings import Settings, SettingsError, read
from fleet.cli import app
from fleet.service.proposals import State

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Clock, Said

PROJECT = Path(__file__).parents[4]
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


@pytest.fixture
def one(street: Callable[..., Street]) -> Street:
    return street(1)
