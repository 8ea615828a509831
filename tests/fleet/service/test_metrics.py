"""What a Prometheus of the operator's reads; and that nobody else does."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from fleet.service.enrolment import RefusedError
from fleet.service.metrics import Metrics

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Clock, Running, Said

Made = tuple["Service", "Clock"]
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def with_token(with_people: Fleet) -> None:
    (with_people.work.keys / "metrics-token").write_text(f"{TOKEN}\n", encoding="ascii")


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Read them as Prometheus does."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.usefixtures("with_token")
def test_an_operator_reads_how_many_kiosks_do_what(
    running: Running, let_in: Callable[[Service, str], str], said: Said
) -> None:
    who = [let_in(running.service, f"LV-0{number}") for number in (1, 2, 3)]
    running.service.enrolment.revoke("lindeveld", "LV-03")
    running.service.checkins.take(who[0], said.next())
    trust = ssl.create_default_context(cafile=running.ca)
    with httpx.Client(base_url=running.url, verify=trust, headers={"Authorization": f"Bearer {TOKEN}"}) as caller:
        assert caller.get("/health").status_code == 200
        first = figures(caller.get("/metrics").text)
        running.clock.ahead = timedelta(minutes=10)
        later = figures(caller.get("/metrics").text)
    kiosks = ("loket247_fleet_kiosks", "{}", "lindeveld")
    assert {state: first.get((kiosks[0], state, kiosks[2])) for state in ("heard", "never", "revoked", "silent")} == {
        "heard": 1,
        "never": 1,
        "revoked": 1,
        "silent": None,
    }
    assert later["loket247_fleet_kiosks", "silent", "lindeveld"] == 1
    assert later["loket247_fleet_kiosks_heard", "lindeveld", "240"] == 0
    assert later["loket247_fleet_kiosks_heard", "lindeveld", "900"] == 1
    assert 600 <= later["loket247_fleet_checkin_age_seconds_max", "lindeveld"] < 700
    assert first["loket247_fleet_request_seconds_count", "health", "2xx"] == 1


def test_alarms_and_messages_are_counted(
    database: str, make_service: Callable[[str], Made], let_in: Callable[[Service, str], str], said: Said
) -> None:
    service, clock = make_service(database)
    who = let_in(service, "LV-01")
    assert said.kiosk is not None
    said.kiosk["devices"] = [{"part": "printer", "health": "down", "fault": "paperEmpty"}]
    service.checkins.take(who, said.next())
    service.couriers.alarms.look()
    read = {family.name: family for family in Metrics(service.engine, Path("/none"), clock).collect()}
    (sample,) = read["loket247_fleet_alarms"].samples
    assert (sample.labels, sample.value) == ({"town": "lindeveld", "role": "papier", "urgent": "yes"}, 1)


@pytest.mark.usefixtures("with_token")
@pytest.mark.parametrize("said_", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_who_does_not_know_the_word_finds_nothing_there(running: Running, said_: str) -> None:
    trust = ssl.create_default_context(cafile=running.ca)
    with httpx.Client(base_url=running.url, verify=trust) as caller:
        assert caller.get("/metrics", headers={"Authorization": said_} if said_ else {}).status_code == 404


def test_without_a_word_it_is_nowhere(running: Running) -> None:
    trust = ssl.create_default_context(cafile=running.ca)
    with httpx.Client(base_url=running.url, verify=trust) as caller:
        for said in ("Bearer", "Bearer None"):
            assert caller.get("/metrics", headers={"Authorization": said}).status_code == 404


def test_a_word_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("geheim")
    with pytest.raises(RefusedError):
        Metrics(sa.create_engine("sqlite://"), tmp_path / "token", lambda: None)  # type: ignore[arg-type,return-value]
