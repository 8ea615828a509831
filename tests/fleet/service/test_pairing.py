"""From the hands of a technician to the fleet: a kiosk's worker, the agent's own process, the service over TLS."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk_app import errand_worker
from kiosk_app.effects import DoWork
from kiosk_app.errand_worker import ErrandWorker
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.maintenance.errands import Ended, Errand, ErrandEnded
from kiosk_app.maintenance.wishes import EndErrand, RunErrand
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet
    from tests.fleet.service.conftest import Running

SECONDS = 60.0


class Hands:
    """Somebody of staff who asks something of the kiosk, and reads what comes of it."""

    def __init__(self, told: Path, said: Path) -> None:
        self._heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.said = said
        self.worker = ErrandWorker("LV-01", lambda _now: b"", self._heard.put)
        self.worker.connect(told, said)
        self.worker.start()

    def ask(self, errand: Errand, code: str = "") -> None:
        self.worker.do(DoWork(7, RunErrand(errand, code)))

    def reads(self) -> tuple[Errand, Ended]:
        answer = self._heard.get(timeout=SECONDS)
        assert isinstance(answer, WorkAnswered)
        assert isinstance(answer.what, ErrandEnded)
        assert answer.visit == 7
        return answer.what.errand, answer.what.ended


@pytest.fixture
def hands(remote: Agent) -> Iterator[Hands]:
    said = remote.home / "said"
    said.mkdir()
    remote.told.mkdir(exist_ok=True)
    hands = Hands(remote.told, said)
    yield hands
    hands.worker.stop()


@pytest.fixture
def stick(remote: Agent) -> Path:
    """Where a stick comes up."""
    place = remote.home / "stick"
    place.mkdir()
    return place


@pytest.fixture
def at_work(remote: Agent, hands: Hands, stick: Path) -> Iterator[None]:
    """The agent, as the process that it is."""
    settings = remote.settings()
    more = f'pem = "{remote.home}/kiosk.pem"\nsaid = "{hands.said}/said.json"\nstick = "{stick}"\n'
    settings.write_text(settings.read_text() + more)
    command = [sys.executable, "-m", "config.agent", "--settings", str(settings)]
    process = subprocess.Popen(command, env=os.environ)
    yield
    process.terminate()
    process.wait(20)


@pytest.mark.usefixtures("at_work")
def test_a_technician_pairs_the_kiosk_by_the_code_and_it_says_how_it_does_at_once(
    running: Running, hands: Hands, remote: Agent
) -> None:
    code = running.service.enrolment.expect("lindeveld", "LV-01")
    hands.ask(Errand.PAIR, "23456789ABCD")
    assert hands.reads() == (Errand.PAIR, Ended.BAD_CODE)
    hands.ask(Errand.PAIR, code.replace("-", ""))
    assert hands.reads() == (Errand.PAIR, Ended.DONE)
    assert not (hands.said / "asked.json").exists(), "a code is good for a day"
    wait_until(lambda: running.rows()[0].seen is not None)
    assert (remote.home / "kiosk.pem").exists()


@pytest.mark.usefixtures("at_work")
def test_a_technician_loads_a_stick_that_comes_while_it_is_asked_for(
    with_people: Fleet, hands: Hands, remote: Agent, stick: Path
) -> None:
    hands.ask(Errand.STICK)
    wait_until((hands.said / "stick").exists)
    brought = remote.home / "brought"
    with_people.write("fleet.toml", 'languages = ["nl", "de"]\n')
    with_people.sign("root")
    with_people.give_out()
    shutil.copytree(with_people.work.repository.folder, brought, ignore=shutil.ignore_patterns(".*"))
    brought.rename(stick / "repository")
    # The service signs anew meanwhile, and the agent may hear of it by the line: then the stick brings less.
    assert hands.reads() in {(Errand.STICK, ended) for ended in (Ended.DONE, Ended.NOTHING_NEW, Ended.OLDER)}
    assert b'"de"' in (remote.told / "offered.json").read_bytes()
    assert not (hands.said / "stick").exists(), "nobody asks for it any more"


def test_where_no_agent_answers_that_is_said(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errand_worker, "_AGENT_SECONDS", 0.3)
    hands.ask(Errand.PAIR, "23456789ABCD")
    assert hands.reads() == (Errand.PAIR, Ended.NO_AGENT)


def test_whoever_leaves_hears_nothing_more_and_the_stick_is_let_go_of(hands: Hands) -> None:
    hands.ask(Errand.STICK)
    wait_until((hands.said / "stick").exists)
    hands.worker.do(DoWork(7, EndErrand()))
    wait_until(lambda: not (hands.said / "stick").exists())
    hands.ask(Errand.PAIR, "23456789ABCD")
    hands.worker.do(DoWork(7, EndErrand()))
    hands.worker.stop()
    assert not (hands.said / "asked.json").exists()
    assert hands._heard.empty()
