"""The fleet at a glance, and what somebody had a kiosk do, in a real Chromium: shown there, and not done from there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from config.commands import Command, Verb
from fleet import keys
from fleet.commanding import signed
from fleet.service.commands import CommandDesk
from fleet.service.tables import kiosks
from tests.fleet.service.console import enter, press, sound

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Running, Said

NASTY = "<script>alert(1)</script> & 'x'"


class Operator:
    """Has LV-01 do things, as the command line does, and plays what it says of them."""

    def __init__(self, running: Running, fleet: Fleet, shown: str, said: Said) -> None:
        self._running, self._work, self._shown, self._said = running, fleet.work, shown, said
        self._desk = CommandDesk(running.service.engine, running.clock)

    def commands(self, verb: Verb, person: str = "omar") -> Command:
        self._running.clock.ahead += timedelta(seconds=1)
        signer = keys.load(self._work.keys / "lindeveld-1.pem")
        made = signed(self._work.repository, signer, ("lindeveld", "LV-01"), verb, self._running.clock())
        self._desk.give(made, person)
        return made.command

    def hears(self, command: Command, outcome: str) -> None:
        self._running.service.checkins.take(
            self._shown, self._said.next(commands=[{"id": str(command.id), "outcome": outcome}])
        )


@pytest.fixture
def operator(running: Running, with_people: Fleet, let_in: Callable[[Service, str], str], said: Said) -> Operator:
    return Operator(running, with_people, let_in(running.service, "LV-01"), said)


def test_each_command_stands_there_with_who_and_when_and_how_it_ended(
    operator: Operator, running: Running, page: Page
) -> None:
    operator.commands(Verb.RELOAD)
    noon = dt.datetime.combine(running.clock().date() + timedelta(days=1), dt.time(12), dt.UTC)
    running.clock.ahead += noon - running.clock()  # so that all of it is of one day
    for verb, outcome in ((Verb.SELF_TEST, "done"), (Verb.REBOOT, "begun"), (Verb.TEST_PRINT, "unsigned")):
        operator.hears(operator.commands(verb), outcome)
    operator.commands(Verb.OUT_OF_SERVICE, NASTY)
    enter(page, "omar")
    page.goto("/loket/1")
    rows = page.locator("h2:has-text('Bevelen') + ul > li")
    texts = [" ".join(text.split()) for text in rows.all_inner_texts()]
    assert len(texts) == 5
    assert texts[0].startswith("Zet buiten dienst, voor hoogstens 72 uur Onderweg. Wordt dit niet opgehaald voor ")
    assert f"Van {NASTY}, vandaag om " in texts[0], "markup in a name is a text; `page` fails where a script runs"
    assert "Geweigerd: niet getekend door de gemeente, gehoord vandaag om " in texts[1]
    assert "Herstart de machine Aangekomen" in texts[2]
    assert "Test wat geen hand vraagt Gedaan" in texts[3]
    assert "Niets van gehoord" in texts[4]
    assert rows.locator(".bad").count() == 2
    sound(page)


def test_the_page_says_what_to_type_and_has_no_button_that_does_it(operator: Operator, page: Page) -> None:
    operator.commands(Verb.RELOAD)
    enter(page, "omar")
    page.goto("/loket/1")
    page.get_by_text("Hoe laat je dit loket nu iets doen?").click()
    typed = page.get_by_role("row").filter(has_text="Druk een testblad af").locator("code").inner_text()
    assert typed == "fleet command lindeveld LV-01 testPrint --key keys/lindeveld-1.pem"
    assert page.locator("main form, main button").count() == 0
    sound(page)


def test_a_communications_officer_sees_what_residents_cannot_do_where_and_since_when(
    running: Running, let_in: Callable[[Service, str], str], said: Said, page: Page
) -> None:
    shown = let_in(running.service, "LV-01")
    with running.service.engine.begin() as connection:
        connection.execute(sa.update(kiosks).values(building="bibliotheek"))
    assert said.kiosk is not None
    said.kiosk |= {"offers": False, "devices": [{"part": "printer", "health": "down", "fault": "paperEmpty"}]}
    running.service.checkins.take(shown, said.next())
    enter(page)
    assert page.url.endswith("/vandaag/lindeveld"), "her work begins there"
    press(page, page.get_by_role("link", name="Loketten"))
    row = page.locator("main li").inner_text().split("\n")
    assert row[:3] == [
        "LV-01 in Lindeveld, bibliotheek",
        "Inwoners kunnen nu geen document afdrukken.",
        "Printer: het papier is op.",
    ]
    at = running.clock().astimezone(ZoneInfo("Europe/Brussels"))
    assert row[3] in {f"Sinds vandaag om {at.hour}.{minute:02} uur." for minute in range(60)}
    sound(page)
