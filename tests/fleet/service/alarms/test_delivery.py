"""How an alarm gets there, whatever the mail server and the workers do; and what the page says of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import socket
import ssl
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
import tomli_w
import trustme
from playwright.sync_api import Page

from fleet.service import mailing
from fleet.service.alarm_settings import AlarmSettings, AlarmSettingsError, load
from fleet.service.alarm_tables import messages
from fleet.service.couriers import Couriers
from fleet.service.outbox import CLAIM_HOLDS, Channel, Outbox
from fleet.service.tables import kiosks
from tests.fleet.service.alarms.outside import PostOffice
from tests.fleet.service.alarms.watching import (
    EMPTY,
    Made,
    Watch,
    Watching,
    clock_to,
    on_wednesday,
    told_to,
)
from tests.fleet.service.console import enter, sound

if TYPE_CHECKING:
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Running


# --- a mail server that is not well ----------------------------------------------------------------------------------


@pytest.mark.expects_log("alarms are not delivered by mail")
def test_a_letter_that_is_not_taken_now_is_taken_later(watch: Watch, post: PostOffice) -> None:
    post.data = "451 later"
    watch.minutes(6, EMPTY)
    assert 2 <= post.calls <= 3  # after one minute, after two more: not at every round
    post.data = "250 OK"
    watch.minutes(6, EMPTY)
    assert len(post.letters) == 1


@pytest.mark.expects_log("alarms are not delivered by mail")
def test_an_address_that_is_refused_for_good_is_not_tried_again_and_the_page_says_so(
    watch: Watch, post: PostOffice
) -> None:
    post.rcpt = {"onthaal@lindeveld.example": "550 nobody here"}
    watch.minutes(10, EMPTY)
    assert post.calls == 1
    (one,) = watch.rows(messages)
    assert (one.over is not None, one.answer) == (True, "de mailserver weigert dit adres (550)")


@pytest.mark.expects_log("alarms are not delivered by mail")
def test_a_letter_of_which_nobody_knows_whether_it_came_is_not_sent_twice(watch: Watch, post: PostOffice) -> None:
    post.mute = True
    watch.minutes(10, EMPTY)
    post.mute = False
    watch.minutes(15, EMPTY)
    assert len(post.letters) == 1
    (one,) = watch.rows(messages)
    assert (one.handed is not None, one.sent, one.answer) == (True, None, "de mailserver zei niet of hij het aannam")


@pytest.mark.expects_log("alarms are not delivered by mail: de mailserver antwoordt niet")
def test_a_mail_server_that_says_nothing_is_given_up_and_asked_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, post: PostOffice
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, monkeypatch.context() as impatient:
        impatient.setattr(mailing, "DEADLINE", 0.2)
        settings = watch.service.couriers._settings
        told = told_to(post)
        told["mail"]["port"] = mute.getsockname()[1]
        home = watch.service._work.home / "alarms.toml"
        home.write_text(tomli_w.dumps(told), encoding="utf-8")
        watch.service.couriers = Couriers(
            watch.service.engine, load(home, ["lindeveld"]), watch.clock, lambda _: frozenset()
        )
        watch.minutes(3, EMPTY)
    assert post.letters == []
    watch.service.couriers = Couriers(watch.service.engine, settings, watch.clock, lambda _: frozenset())
    watch.minutes(5, EMPTY)
    assert len(post.letters) == 1


def test_a_line_that_must_be_closed_is(
    with_people: Fleet,
    file_database: str,
    make_service: Callable[[str], Made],
    watching: Watching,
    authority: trustme.CA,
    tmp_path: Path,
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "mail-ca.pem")
    with PostOffice(tls) as post:
        told = told_to(post)
        told["mail"] |= {"security": "starttls", "ca": str(tmp_path / "mail-ca.pem")}
        (with_people.work.home / "alarms.toml").write_text(tomli_w.dumps(told), encoding="utf-8")
        on_wednesday(make_service(file_database), watching).minutes(4, EMPTY)
        assert len(post.letters) == 1


def test_a_name_with_a_line_in_it_is_no_second_header(watch: Watch, post: PostOffice) -> None:
    with watch.service.engine.begin() as connection:
        connection.execute(sa.update(kiosks).values(number="X\r\nBcc: a@b.c"))
    watch.minutes(4, EMPTY)
    assert post.to == ["onthaal@lindeveld.example"]
    (letter,) = post.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "X Bcc: a@b.c: Printer: het papier is op (Lindeveld)"


# --- several workers, and one that dies -------------------------------------------------------------------------------


@pytest.mark.usefixtures("with_alarms")
def test_several_workers_say_each_thing_once(
    database: str, make_service: Callable[[str], Made], watching: Watching, post: PostOffice
) -> None:
    made = [make_service(database) for _ in range(3)]
    for _, clock in made:
        clock_to(clock, 2, 10)
    kiosks_ = [watching(made[0], f"LV-{number:02}") for number in range(8)]
    fault = {"part": "cardReader", "health": "down", "fault": "readerLost"}
    for _ in range(5):
        for one in kiosks_:
            one.says(fault)
        threads = [threading.Thread(target=lambda one=one: asyncio.run(one.couriers.round())) for one, _ in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        for _, each in made:
            each.ahead += dt.timedelta(minutes=1)
    lines = [line for text in post.texts for line in text.splitlines() if "Kaartlezer" in line]
    assert sorted(lines) == [f"LV-{number:02}: Kaartlezer: antwoordt niet." for number in range(8)]


def test_what_a_worker_left_behind_is_taken_there_by_the_next(watch: Watch, post: PostOffice) -> None:
    with watch.service.engine.begin() as connection:
        connection.execute(sa.delete(messages))
    watch.minutes(2, EMPTY)
    watch.clock.ahead += dt.timedelta(minutes=1)
    watch.says(EMPTY)
    watch.service.couriers.alarms.look()
    dies = Outbox(watch.service.engine, watch.clock)
    assert len(dies.claim(Channel.MAIL)) == 1  # and is never heard of again
    watch.minutes(2, EMPTY)
    assert post.letters == []
    watch.minutes(int(CLAIM_HOLDS.total_seconds() // 60), EMPTY)
    assert len(post.letters) == 1


# --- what is written in alarms.toml, and what the page shows --------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        'towns = [{town = "beekdorp"}]',
        'towns = [{town = "lindeveld"}]',
        'colour = "red"',
        '[mail]\nserver = "m"\nsender = "a@b.c\\nBcc: d@e.f"',
        '[mail]\nserver = "m"\nsender = "a@b.c"\nsecurity = "none"\nuser = "u"',
        'webhooks = [{town = "lindeveld", url = "http://a.example/", secret_file = "s"}]',
        'webhooks = [{town = "lindeveld", url = "https://a.example/", secret_file = "s", networks = ["ten"]}]',
        "this is = = no TOML",
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, told: str) -> None:
    (tmp_path / "alarms.toml").write_text(told, encoding="utf-8")
    with pytest.raises(AlarmSettingsError):
        load(tmp_path / "alarms.toml", ["lindeveld"])


def test_the_files_in_the_manual_are_files_that_can_be_used(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[4] / "docs" / "beheerder.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", manual, re.DOTALL)
    (tmp_path / "alarms.toml").write_text("\n".join(one for one in blocks if "towns" in one or "webhooks" in one))
    settings = load(tmp_path / "alarms.toml", ["lindeveld"])
    assert settings.mail is not None
    assert [one.papier.office for one in settings.towns] == [("onthaal@lindeveld.be",)]
    assert len(settings.webhooks) == 1


def test_without_a_file_nobody_is_written_to(tmp_path: Path) -> None:
    assert load(tmp_path / "alarms.toml", ["lindeveld"]) == AlarmSettings()


@pytest.mark.usefixtures("with_alarms")
def test_the_page_shows_what_is_open_and_to_whom_it_was_sent(
    running: Running, page: Page, watching: Watching, post: PostOffice
) -> None:
    watch = on_wednesday((running.service, running.clock), watching)
    watch.minutes(4, EMPTY)
    assert len(post.letters) == 1
    enter(page)
    page.get_by_role("link", name="Meldingen").click()
    assert page.get_by_text("Er is één probleem.").is_visible()
    assert page.get_by_text("Printer: het papier is op.").is_visible()
    assert page.get_by_text("Bericht aan onthaal@lindeveld.example: verstuurd vandaag om").is_visible()
    sound(page)


@pytest.fixture
def with_approver(with_people: Fleet) -> None:
    """Noor approves what others propose, and has no page of her own."""
    file = with_people.work.home / "people.toml"
    people = tomllib.loads(file.read_text(encoding="utf-8"))["people"]
    people.append({"name": "noor", "password": people[0]["password"], "approves": ["lindeveld"]})
    file.write_text(tomli_w.dumps({"people": people}), encoding="utf-8")


@pytest.mark.usefixtures("with_alarms", "with_approver")
def test_who_only_approves_reads_of_the_same_problems_as_on_the_first_page(
    running: Running, page: Page, watching: Watching
) -> None:
    on_wednesday((running.service, running.clock), watching).minutes(4, EMPTY)
    enter(page, "noor")
    page.get_by_role("link", name="Meldingen").click()
    assert page.get_by_text("Printer: het papier is op.").is_visible()
