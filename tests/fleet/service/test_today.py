"""A communications officer alone, in a real Chromium with axe looking over the shoulder: what she says gets there."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest
import sqlalchemy as sa
import tomli_w
from playwright.sync_api import Page

from config.merge import Layer
from config.settings import read
from fleet.service.desk import LOOK_BACK
from fleet.service.people import hashed
from fleet.service.tables import changes
from kiosk_app.told import News, ToldSettings
from tests.fleet.service.console import PASSWORD, enter, press, sound

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent
    from tests.fleet.service.conftest import Running

PROJECT = Path(__file__).parents[3]
NASTY = "<script>alert(1)</script> & 'x'"


def put_out_of_order(page: Page, running: Running, days: int = 3) -> None:
    section = page.locator("section", has_text="Een dienst werkt niet")
    section.get_by_label("Dienst").select_option("Geldautomaat 1")
    section.get_by_label("Staat").select_option("Buiten dienst")
    section.get_by_label("Tot en met").fill(f"{running.service.desk.today + timedelta(days=days)}")
    press(page, section.get_by_role("button"))


def announce(page: Page, running: Running, title: str = "Kermis op de Markt", days: int = 3) -> None:
    section = page.locator("section", has_text="Een mededeling")
    section.get_by_label("Titel").fill(title)
    section.get_by_label("Tekst").fill("De hal blijft open.")
    section.get_by_label("Tot en met").fill(f"{running.service.desk.today + timedelta(days=days)}")
    press(page, section.get_by_role("button"))


class Portal:
    """A kiosk that has the services of the town's hall, and reads what its agent lays down."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        machine = folder / "kiosk.toml"
        own = read(PROJECT / "config" / "example.toml")
        machine.write_text(tomli_w.dumps({**own, "data": str(folder / "data"), "announcements": []}))
        agent.told.mkdir(exist_ok=True)
        self._agent = agent
        self.told = ToldSettings(machine, agent.told, lambda _settings: None)

    def comes_round(self) -> None:
        assert self._agent.round() == "ok"
        assert self.told.look(frozenset()) is not News.BEGIN_ANEW

    def state(self, name: str) -> str:
        (found,) = (one for one in self.told.settings.services if getattr(one.name, "nl", one.name) == name)
        return found.state.value

    def titles(self) -> list[str]:
        return [str(one.title) for one in self.told.settings.announcements]


@pytest.fixture
def portal(remote: Agent, tmp_path: Path) -> Portal:
    return Portal(remote, tmp_path)


def test_friday_at_five_a_cash_machine_is_out_of_order_until_monday_and_an_undo_takes_it_back(
    page: Page, running: Running, portal: Portal
) -> None:
    enter(page)
    sound(page)
    put_out_of_order(page, running)
    assert page.get_by_text("Geldautomaat 1: buiten dienst").is_visible()
    sound(page)
    portal.comes_round()
    assert portal.state("Geldautomaat 1") == "outOfOrder"
    press(page, page.get_by_role("button", name="Maak ongedaan"))
    assert page.get_by_text("Niets bijzonders.").is_visible()
    assert page.get_by_text("els heeft de laatste wijziging ongedaan gemaakt").is_visible()
    portal.comes_round()
    assert portal.state("Geldautomaat 1") == "open"


def test_a_message_and_a_day_come_and_can_each_be_taken_away(page: Page, running: Running, portal: Portal) -> None:
    enter(page)
    announce(page, running)
    day = page.locator("section", has_text="De balie is een dag gesloten")
    day.get_by_label("Dag").fill(f"{running.service.desk.today}")
    press(page, day.get_by_role("button"))
    portal.comes_round()
    assert portal.titles() == ["Kermis op de Markt"]
    assert running.service.desk.today in portal.told.settings.closed
    press(page, page.get_by_role("button", name="Haal weg: Kermis op de Markt"))
    portal.comes_round()
    assert portal.titles() == []
    assert running.service.desk.today in portal.told.settings.closed


def test_what_cannot_be_shown_is_said_beside_the_form_and_goes_nowhere(page: Page, running: Running) -> None:
    enter(page)
    announce(page, running, "Kermis \u05e9")
    assert page.get_by_role("alert").inner_text() == "De titel heeft een teken dat het scherm niet kan tonen (U+05E9)."
    assert page.get_by_label("Titel").input_value() == "Kermis \u05e9"
    assert page.get_by_text("Niets bijzonders.").is_visible()
    sound(page)


def test_a_text_that_looks_like_a_script_is_a_text(page: Page, running: Running) -> None:
    """`page` fails where one runs."""
    enter(page)
    announce(page, running, NASTY)
    assert page.get_by_role("listitem").filter(has_text=NASTY).first.is_visible()


def test_an_operator_sees_every_kiosk_and_changes_no_portal(page: Page, running: Running) -> None:
    running.service.enrolment.expect("lindeveld", "LV-01")
    enter(page, "omar")
    assert page.get_by_text("LV-01 in Lindeveld").is_visible()
    assert page.get_by_text("is nog niet langs geweest").is_visible()
    sound(page)
    answer = page.goto("/vandaag/lindeveld")
    assert answer is not None
    assert answer.status == 404


# --- without a browser: what a form of somebody else's would do --------------------------------------------------


@pytest.fixture
def caller(running: Running) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=running.ca)
    with httpx.Client(base_url=running.url, verify=trust) as client:
        yield client


def signed_in(caller: httpx.Client) -> str:
    """Come in as els; gives the word of her forms."""
    assert caller.post("/aanmelden", data={"naam": "els", "wachtwoord": PASSWORD}).status_code == 303
    return caller.get("/vandaag/lindeveld").text.partition('name="woord" value="')[2].partition('"')[0]


def out(running: Running) -> bytes:
    return b"".join(running.service.desk._work.repository.content("lindeveld-daily").values())


FORM = {"titel": "Gratis geld", "tekst": "", "van": "2026-11-27", "tot": "2026-11-28"}


def test_a_form_without_the_word_of_this_desk_changes_nothing(caller: httpx.Client, running: Running) -> None:
    signed_in(caller)
    for word in ("", "x" * 43):
        assert caller.post("/vandaag/lindeveld/mededeling", data={**FORM, "woord": word}).status_code == 403
    assert out(running) == b""


@pytest.mark.parametrize("town", ["beekdorp", "fleet", "..", "lindeveld-daily"])
def test_another_town_is_not_there(caller: httpx.Client, running: Running, town: str) -> None:
    word = signed_in(caller)
    assert caller.post(f"/vandaag/{town}/mededeling", data={**FORM, "woord": word}).status_code == 404
    assert out(running) == b""


def test_who_left_or_went_quiet_is_nobody(caller: httpx.Client, running: Running) -> None:
    word = signed_in(caller)
    kept = dict(caller.cookies)
    caller.post("/afmelden", data={"woord": word})
    caller.cookies.update(kept)
    assert caller.get("/vandaag/lindeveld").status_code == 303
    signed_in(caller)
    running.clock.ahead = timedelta(minutes=31)
    assert caller.get("/vandaag/lindeveld").status_code == 303


def test_five_wrong_passwords_are_enough_for_a_quarter_of_an_hour(caller: httpx.Client, running: Running) -> None:
    for _ in range(5):
        assert caller.post("/aanmelden", data={"naam": "els", "wachtwoord": "geraden"}).status_code == 403
    right = {"naam": "els", "wachtwoord": PASSWORD}
    assert caller.post("/aanmelden", data=right).status_code == 403
    running.clock.ahead = timedelta(minutes=16)
    assert caller.post("/aanmelden", data=right).status_code == 303


def test_a_password_is_kept_as_a_hash_that_costs_who_guesses() -> None:
    """At least as [RFC 9106 §4] has it for who cannot spare two gibibytes: 64 MiB, three passes, four lanes."""
    assert hashed(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_no_page_may_be_framed_kept_or_run_a_script(caller: httpx.Client) -> None:
    headers = caller.get("/aanmelden").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_a_season_is_the_longest_and_the_past_the_soonest(caller: httpx.Client, running: Running) -> None:
    word, today = signed_in(caller), running.service.desk.today
    for end, sentence in (
        (today + timedelta(days=93), "binnen 92 dagen"),
        (today - timedelta(days=1), "voor de eerste"),
    ):
        form = {**FORM, "woord": word, "van": f"{today}", "tot": f"{end}"}
        answer = caller.post("/vandaag/lindeveld/mededeling", data=form)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert out(running) == b""


def test_what_waits_for_a_second_signature_does_not_hold_up_today(caller: httpx.Client, running: Running) -> None:
    """Somebody began a change of the settings: it is not given out by what an officer does, and does not stop it."""
    work, word = running.service.desk._work, signed_in(caller)
    (work.settings / "lindeveld" / "tenant.toml").write_text('languages = ["nl", "fr"]\n', encoding="utf-8")
    form = {**FORM, "woord": word, "van": f"{running.service.desk.today}", "tot": f"{running.service.desk.today}"}
    assert caller.post("/vandaag/lindeveld/mededeling", data=form).status_code == 303
    assert b"Gratis geld" in out(running)
    assert b"languages" not in work.repository.content("lindeveld")["lindeveld/tenant.toml"]


def test_every_change_is_written_down_with_who_made_it(caller: httpx.Client, running: Running) -> None:
    word, today = signed_in(caller), f"{running.service.desk.today}"
    for number in range(LOOK_BACK + 2):
        caller.post(
            "/vandaag/lindeveld/ongedaan" if number % 2 else "/vandaag/lindeveld/sluitingsdag",
            data={"woord": word, "dag": today},
        )
    history = running.service.desk.history("lindeveld")
    assert len(history) == LOOK_BACK
    assert {change.person for change in history} == {"els"}
    assert [change.did.value for change in history[:2]] == ["undone", "closed"]


def test_who_changed_something_longer_ago_than_four_hundred_days_is_forgotten(
    caller: httpx.Client, running: Running
) -> None:
    """As docs/privacy.md says it."""
    now, row = datetime.now(UTC), {"town": "lindeveld", "person": "oud", "what": "closed", "version": 1}
    with running.service.engine.begin() as connection:
        connection.execute(sa.insert(changes), [{**row, "at": now - timedelta(days=days)} for days in (399, 401)])
    word, today = signed_in(caller), f"{running.service.desk.today}"
    caller.post("/vandaag/lindeveld/sluitingsdag", data={"woord": word, "dag": today})
    assert [change.person for change in running.service.desk.history("lindeveld")] == ["els", "oud"]


def test_what_is_out_comes_to_a_kiosk_in_a_file_of_its_own(
    caller: httpx.Client, running: Running, remote: Agent
) -> None:
    word, today = signed_in(caller), f"{running.service.desk.today}"
    caller.post("/vandaag/lindeveld/sluitingsdag", data={"woord": word, "dag": today})
    assert remote.round() == "ok"
    assert msgspec.json.decode((remote.told / "daily.json").read_bytes())["closed"] == [today]
    assert set(msgspec.json.decode((remote.told / "offered.json").read_bytes())["layers"]) == {Layer.TENANT}
