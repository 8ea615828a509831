"""A change by two people in a real Chromium with axe looking on; and what forms, names and roles of others do."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
import tomli_w
from playwright.sync_api import Page

from fleet import keys
from fleet.service.people import hashed
from fleet.service.proposals import State
from fleet.service.tables import events
from tests.fleet.service.console import PASSWORD, enter, press, sound

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Running, Said

NASTY = "<script>alert(1)</script> & 'x'"


@pytest.fixture
def with_people(with_people: Fleet) -> Fleet:
    """Els proposes and Omar approves; Bo may both, in another town."""
    password = hashed(PASSWORD)
    people = [
        {"name": "els", "password": password, "towns": ["lindeveld"], "proposes": ["lindeveld"]},
        {"name": "omar", "password": password, "operator": True, "approves": ["lindeveld"]},
        {"name": "bo", "password": password, "proposes": ["beekdorp"], "approves": ["beekdorp"]},
    ]
    (with_people.work.home / "people.toml").write_text(tomli_w.dumps({"people": people}), encoding="utf-8")
    return with_people


def test_one_proposes_another_approves_and_only_the_key_gives_it_out(
    page: Page, running: Running, let_in: Callable[[Service, str], str], said: Said
) -> None:
    running.service.checkins.take(let_in(running.service, "LV-01"), said.next())
    enter(page, "els")
    page.goto("/wijzigingen")
    sound(page)
    page.get_by_label("Voor welke loketten wil je iets veranderen?").select_option("lindeveld/tenant.toml")
    press(page, page.get_by_role("button", name="Begin"))
    assert page.locator("[name='services[0].name.nl']").input_value() == "Geldautomaat 1"
    sound(page)
    page.locator("[name='services[0].name.nl']").fill(NASTY[:20])
    page.get_by_text("Wachttijden").click()
    page.get_by_label("Geen aanraking (seconden)", exact=True).fill("3")
    page.get_by_label("Waarom").fill(NASTY)
    press(page, page.get_by_role("button", name="Kijk het na"))
    assert "minstens 20" in page.get_by_role("alert").inner_text()
    assert page.locator("[name='timeouts.idle']").get_attribute("aria-invalid") == "true"
    assert page.get_by_label("Waarom").input_value() == NASTY
    sound(page)
    page.locator("[name='timeouts.idle']").fill("75,5")
    press(page, page.get_by_role("button", name="Kijk het na"))
    assert page.get_by_role("heading", name=NASTY).is_visible()
    assert page.get_by_role("row").filter(has_text="timeouts.idle").inner_text().endswith("75,5 seconden")
    assert page.get_by_text("LV-01 in Lindeveld").is_visible()
    assert page.get_by_text("1 loket.", exact=True).is_visible()
    assert page.evaluate("[...document.images].every((one) => one.naturalWidth === 1080)"), "the kiosk's own screen"
    sound(page)
    press(page, page.get_by_role("button", name="Stel voor", exact=True))
    assert page.get_by_role("button", name="Keur goed").count() == 0
    enter(page, "omar")
    press(page, page.get_by_role("link", name="Wijzigingen"))
    press(page, page.get_by_role("link", name=NASTY))
    press(page, page.get_by_role("button", name="Keur goed"))
    assert page.get_by_text("fleet sign --key SLEUTEL --change 1").is_visible()
    sound(page)
    assert running.service.proposals.get(1).state is State.APPROVED
    assert b"75.5" not in b"".join(running.service.desk._work.repository.content("lindeveld").values())


def test_one_kiosk_shows_its_devices_what_happened_and_whose_each_setting_is(
    page: Page, running: Running, let_in: Callable[[Service, str], str], said: Said
) -> None:
    shown = let_in(running.service, "LV-01")
    running.service.checkins.take(shown, said.next())
    assert said.kiosk is not None
    said.kiosk["devices"] = [{"part": "printer", "health": "down", "fault": "paperEmpty"}]
    running.service.checkins.take(shown, said.next())
    with running.service.engine.begin() as connection:
        line = {"kiosk": 1, "line": 99, "at": running.clock(), "what": "part", "part": NASTY[:24], "word": NASTY}
        connection.execute(events.insert().values(**line))
    enter(page, "omar")
    press(page, page.get_by_role("link", name="LV-01 in Lindeveld"))
    assert page.get_by_text("het papier is op, sinds").is_visible()
    assert page.get_by_text(NASTY).is_visible(), "markup in a name is a text; `page` fails where a script runs"
    setting = page.get_by_role("row").filter(has_text="services[0].name")
    assert "Geldautomaat 1" in setting.inner_text()
    assert "de gemeente" in setting.inner_text()
    sound(page)


# --- without a browser -------------------------------------------------------------------------------------------


@pytest.fixture
def caller(running: Running) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=running.ca)
    with httpx.Client(base_url=running.url, verify=trust) as client:
        yield client


def signed_in(caller: httpx.Client, name: str) -> str:
    """Come in; gives the word of one's forms."""
    caller.cookies.clear()
    assert caller.post("/aanmelden", data={"naam": name, "wachtwoord": PASSWORD}).status_code == 303
    return caller.get("/wijzigingen").text.partition('name="woord" value="')[2].partition('"')[0]


@pytest.fixture
def proposed(running: Running) -> int:
    proposals = running.service.proposals
    number = proposals.draft("els", "lindeveld/tenant.toml", "[timeouts]\nidle = 90.0\n", "Meer tijd")
    proposals.propose(number, "els")
    return number


def test_who_proposed_cannot_approve_by_a_form_of_their_own(
    caller: httpx.Client, running: Running, proposed: int
) -> None:
    word = signed_in(caller, "els")
    for what in ("keur-goed", "wijs-af", "zet-stil", "ga-verder"):
        assert caller.post(f"/wijzigingen/{proposed}/{what}", data={"woord": word}).status_code == 409
    assert running.service.proposals.get(proposed).state is State.PROPOSED


def test_the_role_of_another_town_sees_and_does_nothing(caller: httpx.Client, running: Running, proposed: int) -> None:
    running.service.enrolment.expect("lindeveld", "LV-01")
    word = signed_in(caller, "bo")
    assert caller.get(f"/wijzigingen/{proposed}").status_code == 404
    assert caller.get(f"/wijzigingen/{proposed}/scherm.png").status_code == 404
    for path in ("/loket/1", f"/loket/{10**30}", f"/wijzigingen/{10**30}"):
        assert caller.get(path).status_code == 404
    assert caller.post(f"/wijzigingen/{proposed}/keur-goed", data={"woord": word}).status_code == 404
    for path in ("lindeveld/tenant.toml", "fleet.toml", "lindeveld/daily/content.toml", "beekdorp/tenant.toml", "../x"):
        form = {"woord": word, "$bestand": path, "$waarom": "x", "timeouts.idle": "90"}
        assert caller.get("/wijzigingen/nieuw", params={"bestand": path}).status_code == 404
        assert caller.post("/wijzigingen/nieuw", data=form).status_code == 404
    assert len(running.service.proposals.all("lindeveld", "fleet", "beekdorp")) == 1


def test_a_form_without_the_word_of_this_desk_proposes_nothing(
    caller: httpx.Client, running: Running, proposed: int
) -> None:
    signed_in(caller, "els")
    form = {"woord": "x" * 43, "$bestand": "lindeveld/tenant.toml", "$waarom": "x", "timeouts.idle": "90"}
    assert caller.post("/wijzigingen/nieuw", data=form).status_code == 403
    signed_in(caller, "omar")
    assert caller.post(f"/wijzigingen/{proposed}/keur-goed", data={"woord": ""}).status_code == 403
    assert running.service.proposals.get(proposed).state is State.PROPOSED


def test_who_is_not_in_sees_no_change(caller: httpx.Client, proposed: int) -> None:
    for path in ("/wijzigingen", f"/wijzigingen/{proposed}", "/wijzigingen/nieuw", "/loket/1"):
        assert caller.get(path).headers["location"] == "/aanmelden"


def test_settings_of_the_installer_cannot_be_filled_in(caller: httpx.Client, running: Running) -> None:
    word = signed_in(caller, "els")
    form = {"woord": word, "$bestand": "lindeveld/tenant.toml", "$waarom": "x", "back_end.key": "/tmp/key"}
    answer = caller.post("/wijzigingen/nieuw", data=form)
    assert answer.status_code == 422
    assert "alleen wie installeert" in answer.text
    assert running.service.proposals.in_state(State.DRAFT) == []


@pytest.mark.expects_log("stands still")
def test_who_approves_has_it_stand_still_and_who_proposes_asks_it_back(
    caller: httpx.Client, running: Running, proposed: int, let_in: Callable[[Service, str], str], said: Said
) -> None:
    service, work = running.service, running.service.desk._work
    service.checkins.take(let_in(service, "LV-01"), said.next())
    word = signed_in(caller, "omar")
    assert f"Wijziging {proposed} wacht op jou: Meer tijd" in caller.get("/").text
    caller.post(f"/wijzigingen/{proposed}/keur-goed", data={"woord": word})
    assert "wacht op jou" not in caller.get("/").text
    one = service.proposals.get(proposed)
    files, change = service.proposals.files(one)
    work.drafts.sign(one.town, files, keys.load(work.keys / "lindeveld-1.pem"))
    service.proposals.signed(one, "lindeveld-1", change)
    work.drafts.publish(keys.load(work.keys / "online.pem"))
    service.rollouts.look()
    assert "Gaat rond: de eerste loketten" in caller.get(f"/wijzigingen/{proposed}").text
    assert caller.post(f"/wijzigingen/{proposed}/zet-stil", data={"woord": word}).status_code == 303
    assert f"Wijziging {proposed} staat stil: Meer tijd" in caller.get("/").text
    assert "Deze wijziging staat stil" in caller.get(f"/wijzigingen/{proposed}").text
    word = signed_in(caller, "els")
    undo = caller.post(f"/wijzigingen/{proposed}/ongedaan", data={"woord": word}).headers["location"]
    assert f"Wijziging {proposed} ongedaan maken" in caller.get(undo).text
    assert caller.post(f"{undo}/keur-goed", data={"woord": word}).status_code == 409
