"""A command's way: held by the service for one kiosk, fetched with a check-in, and what became of it is kept."""

from __future__ import annotations

import contextlib
import io
import json
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from config.agent.__main__ import main
from config.agent.line import Line
from config.commands import Command, Outcome, Verb
from fleet import keys
from fleet.cli import app
from fleet.commanding import signed
from fleet.service.commands import CommandDesk, Given
from fleet.service.enrolment import RefusedError

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Agent, Fleet
    from tests.fleet.service.conftest import Clock, Running, Said

Made = tuple["Service", "Clock"]
LetIn = Callable[["Service", str], str]


class Operator:
    """Gives commands to kiosks of lindeveld, and asks what became of them."""

    def __init__(self, fleet: Fleet, made: Made) -> None:
        self.service, self.clock = made
        self._fleet, self._desk = fleet, CommandDesk(self.service.engine, self.clock)
        self._signer = keys.load(fleet.work.keys / "lindeveld-1.pem")

    def commands(self, number: str, verb: Verb = Verb.RESTART) -> Command:
        made = signed(self._fleet.work.repository, self._signer, ("lindeveld", number), verb, self.clock())
        self._desk.give(made, "omar")
        return made.command

    def sees(self, number: str = "LV-01") -> list[Given]:
        return self._desk.given("lindeveld", number)


@pytest.fixture
def operator(with_people: Fleet, database: str, make_service: Callable[[str], Made]) -> Operator:
    return Operator(with_people, make_service(database))


def result(command: Command, outcome: str) -> list[dict[str, str]]:
    return [{"id": str(command.id), "outcome": outcome}]


def test_each_kiosk_gets_its_own_commands_one_after_another_until_it_has_said_what_became_of_each(
    operator: Operator, let_in: LetIn, said: Said
) -> None:
    mine, other = let_in(operator.service, "LV-01"), let_in(operator.service, "LV-02")
    first = operator.commands("LV-01", Verb.SELF_TEST)
    operator.clock.ahead += timedelta(seconds=1)
    second = operator.commands("LV-01", Verb.REBOOT)
    take = operator.service.checkins.take
    assert take(other, said.next()) is None
    given = take(mine, said.next())
    assert given is not None
    assert given == take(mine, said.next()), "an answer may be lost on its way"
    after = take(mine, said.next(commands=result(first, "begun")))
    assert after is not None
    assert after != given
    assert take(mine, said.next(commands=result(second, "begun"))) is None
    assert [one.outcome for one in operator.sees()] == [Outcome.BEGUN, Outcome.BEGUN]


def test_what_ended_is_never_again_only_begun(operator: Operator, let_in: LetIn, said: Said) -> None:
    """The kiosk says how it ended, and its agent goes on saying that it handed it over."""
    mine, command = let_in(operator.service, "LV-01"), operator.commands("LV-01")
    assert said.kiosk is not None
    said.kiosk["commands"] = result(command, "done")
    operator.service.checkins.take(mine, said.next(commands=result(command, "begun")))
    said.kiosk["commands"] = []
    operator.service.checkins.take(mine, said.next(commands=result(command, "begun")))
    (row,) = operator.sees()
    assert (row.outcome, row.person, row.verb) == (Outcome.DONE, "omar", Verb.RESTART)


def test_a_kiosk_says_nothing_of_another_s_command(operator: Operator, let_in: LetIn, said: Said) -> None:
    other = let_in(operator.service, "LV-02")
    let_in(operator.service, "LV-01")
    command = operator.commands("LV-01")
    operator.service.checkins.take(other, said.next(commands=result(command, "done")))
    assert operator.sees()[0].outcome is None


def test_after_a_quarter_of_an_hour_it_is_given_to_nobody(operator: Operator, let_in: LetIn, said: Said) -> None:
    mine = let_in(operator.service, "LV-01")
    operator.commands("LV-01")
    operator.clock.ahead += timedelta(minutes=15)
    assert operator.service.checkins.take(mine, said.next()) is None


def test_a_name_stays_no_longer_than_somebody_asks_for_it(operator: Operator, let_in: LetIn) -> None:
    let_in(operator.service, "LV-01")
    operator.commands("LV-01")
    operator.clock.ahead += timedelta(days=401)
    operator.commands("LV-01", Verb.REBOOT)
    assert [one.verb for one in operator.sees()] == [Verb.REBOOT]


def test_who_is_not_let_in_or_was_put_out_gets_no_command(operator: Operator, let_in: LetIn) -> None:
    operator.service.enrolment.expect("lindeveld", "LV-02")
    let_in(operator.service, "LV-01")
    operator.service.enrolment.revoke("lindeveld", "LV-01")
    for number in ("LV-01", "LV-02", "LV-03"):
        with pytest.raises(RefusedError, match=number):
            operator.commands(number)


def test_a_stolen_certificate_sees_its_own_kiosk_s_commands_until_its_row_is_revoked(
    running: Running, with_people: Fleet, remote: Agent, said: Said
) -> None:
    line = Line(running.url, remote.home / "kiosk.pem", running.ca, remote.home / "said.json")
    line.enrol(running.service.enrolment.expect("lindeveld", "LV-01"))
    line.close()
    other = Line(running.url, remote.home / "other.pem", running.ca, remote.home / "none")
    other.enrol(running.service.enrolment.expect("lindeveld", "LV-02"))
    other.close()
    operator = Operator(with_people, (running.service, running.clock))
    operator.commands("LV-02")
    trust = ssl.create_default_context(cafile=running.ca)
    trust.load_cert_chain(remote.home / "kiosk.pem")
    with httpx.Client(base_url=running.url, verify=trust) as thief:
        assert thief.post("/checkins", content=said.next()).status_code == 204
        operator.commands("LV-01")
        assert thief.post("/checkins", content=said.next()).status_code == 200
        running.service.enrolment.revoke("lindeveld", "LV-01")
        assert thief.post("/checkins", content=said.next()).status_code == 403


def test_from_the_operator_s_command_line_to_the_kiosk_and_back(
    running: Running, with_people: Fleet, remote: Agent, said: Said
) -> None:
    """Each part as it is run: the command line, the service over TLS, the agent; only the kiosk is played here."""
    settings = remote.settings()
    settings.write_text(f'{settings.read_text()}pem = "{remote.home}/kiosk.pem"\nsaid = "{remote.home}/said.json"\n')
    agent = ["--settings", str(settings)]
    home = with_people.work.home
    database = f"sqlite:///{running.service.engine.url.database}"
    asked = ["command", "lindeveld", "LV-01", "outOfService", "--key", str(home / "keys" / "lindeveld-1.pem")]
    at = ["--home", str(home), "--database", database]
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([*agent, "--enrol", running.service.enrolment.expect("lindeveld", "LV-01")]) == 0
        given = CliRunner().invoke(app, [*asked, "--json", *at])
        assert given.exit_code == 0, given.output
        assert main([*agent, "--once"]) == 0
    handed = json.loads((remote.told / "command.json").read_text())["command"]
    assert handed["verb"] == "outOfService"
    assert json.loads(given.stdout)["id"] == handed["id"]
    assert said.kiosk is not None
    said.kiosk |= {"at": running.clock().isoformat(), "commands": [{"id": handed["id"], "outcome": "done"}]}
    (remote.home / "said.json").write_bytes(msgspec.json.encode(said.kiosk))
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([*agent, "--once"]) == 0
    seen = CliRunner().invoke(app, ["commands", "lindeveld", "LV-01", "--json", *at])
    assert [(row["verb"], row["outcome"]) for row in json.loads(seen.output)] == [("outOfService", "done")]
    assert "gedaan" in CliRunner().invoke(app, ["commands", "lindeveld", "LV-01", *at]).output


@pytest.mark.expects_log("settings: unreachable")
def test_while_the_repository_is_not_heard_nobody_knows_who_may_command(
    running: Running, with_people: Fleet, remote: Agent
) -> None:
    """Whoever holds news back keeps a key alive that was taken away: it commands nothing."""
    settings = remote.settings()
    settings.write_text(f'{settings.read_text()}pem = "{remote.home}/kiosk.pem"\nsaid = "{remote.home}/said.json"\n')
    agent = ["--settings", str(settings)]
    timestamp = with_people.work.repository.folder / "metadata" / "timestamp.json"
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([*agent, "--enrol", running.service.enrolment.expect("lindeveld", "LV-01")]) == 0
        assert main([*agent, "--once"]) == 0
        Operator(with_people, (running.service, running.clock)).commands("LV-01")
        aside = timestamp.rename(timestamp.with_suffix(".aside"))
        assert main([*agent, "--once"]) == 1
        assert not (remote.told / "command.json").exists()
        aside.rename(timestamp)
        assert main([*agent, "--once"]) == 0
    assert (remote.told / "command.json").exists()


def test_a_key_that_does_not_sign_for_the_town_commands_nothing(with_people: Fleet, tmp_path: Path) -> None:
    home = with_people.work.home
    key = str(home / "keys" / "lindeveld-daily.pem")
    given = CliRunner().invoke(app, ["command", "lindeveld", "LV-01", "reboot", "--key", key, "--home", str(home)])
    assert given.exit_code == 1
    assert "tekent niet voor lindeveld" in str(given.exception)
    assert not (tmp_path / "fleet" / "fleet.db").exists()


# --- what a kiosk collected ------------------------------------------------------------------------------------------


@pytest.fixture
def line(running: Running, remote: Agent) -> Iterator[Line]:
    """The line of LV-01's agent, which was let in."""
    line = Line(running.url, remote.home / "kiosk.pem", running.ca, remote.home / "said.json")
    line.enrol(running.service.enrolment.expect("lindeveld", "LV-01"))
    yield line
    line.close()


def test_what_a_kiosk_collected_is_sent_once_and_fetched_by_the_command_of_the_manual(
    running: Running, with_people: Fleet, line: Line, tmp_path: Path
) -> None:
    file, out = tmp_path / "logs.cms", tmp_path / "LV-01.cms"
    line.send_logs(file)
    file.write_bytes(bytes(range(256)) * (4 << 12))  # 4 MB
    line.send_logs(file)
    at = ["--home", str(with_people.work.home), "--database", f"sqlite:///{running.service.engine.url.database}"]
    assert CliRunner().invoke(app, ["logs", "lindeveld", "LV-01", "--out", str(out), *at]).exit_code == 0
    assert out.read_bytes() == file.read_bytes()
    sent = running.service.commands.logs_of("lindeveld", "LV-01")[0]
    running.clock.ahead += timedelta(hours=1)
    line.send_logs(file)
    assert running.service.commands.logs_of("lindeveld", "LV-01")[0] == sent
    file.unlink()
    file.write_bytes(b"another")
    line.send_logs(file)
    assert running.service.commands.logs_of("lindeveld", "LV-01")[1] == b"another"
    with pytest.raises(RefusedError):
        running.service.commands.logs_of("lindeveld", "LV-02")


def test_nobody_leaves_logs_without_a_certificate_or_more_than_a_kiosk_has(running: Running, line: Line) -> None:
    trust = ssl.create_default_context(cafile=running.ca)
    with httpx.Client(base_url=running.url, verify=trust) as stranger:
        assert stranger.post("/logs", content=b"x").status_code == 403
    trust.load_cert_chain(line._pem)
    with httpx.Client(base_url=running.url, verify=trust) as thief:
        assert thief.post("/logs", content=b"").status_code == 413
        assert thief.post("/logs", content=iter([b"x"] * 10)).status_code == 413, "who does not say how long it is"
        assert thief.post("/logs", content=bytes((9 << 20) + 1)).status_code == 413
    with pytest.raises(RefusedError):
        running.service.commands.logs_of("lindeveld", "LV-01")
