"""Many people at one kiosk, one in ten with a fault: it holds after the last of them what it held before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from soaking.hall import Hall
from soaking.people import FAULTED, visitors
from soaking.probe import Held, per_thousand
from soaking.run import soak
from soaking.search import remembered
from soaking.verdict import Line, Soak, percentile

# `./dev soak` lets five thousand come.
VISITS = int(os.environ.get("LOKET_VISITS", "60"))


@pytest.mark.timeout(600)
def test_sixty_people_one_in_ten_with_a_fault_leave_nothing_and_the_kiosk_as_it_was(tmp_path: Path) -> None:
    """Memory is judged over a thousand visits, and pages by the clock: neither by this test."""
    seen = soak(tmp_path, VISITS, 1, print)
    said = {line.name: line for line in seen.lines()}
    assert (seen.visits, len(seen.struck)) == (VISITS, VISITS // FAULTED)
    assert len(seen.pages) > VISITS
    judged = "visits that went wrong", "handles", "threads", "child processes", "left behind", "in its memory"
    assert [str(said[name]) for name in judged if not said[name].well] == []


def test_who_stands_there_now_is_found_in_the_memory_of_the_kiosk(tmp_path: Path) -> None:
    """What finds nothing afterwards must be able to find something: here the name that the screen greets."""
    with Hall(tmp_path) as hall:
        person = hall.world.residents["zoe"]
        assert remembered(hall.kiosk.pid, {person.surname, person.ssin}) == set()
        hall.world.cards.insert("1.8:zoe")
        hall.wait_for(lambda: (hall.kiosk.next() or {}).get("state") == "EnterPin", "the page for a PIN")
        assert remembered(hall.kiosk.pid, {person.surname, person.ssin}) == {person.surname, person.ssin}


def looks(*memory: float, handles: int = 40) -> list[Held]:
    return [Held(200 + 100 * number, each, handles, 20, 2) for number, each in enumerate(memory)]


def lines_of(seen: Soak) -> dict[str, Line]:
    return {line.name: line for line in seen.lines()}


def test_a_kiosk_that_grows_by_two_mebibytes_in_a_thousand_visits_is_found() -> None:
    grown = Soak(1200, looks(*(200 + 0.2 * number for number in range(11))), [10.0])
    assert lines_of(grown)["memory per 1,000 visits"].well is False
    steady = Soak(1200, looks(*(200 + 0.05 * number for number in range(11))), [10.0])
    assert lines_of(steady)["memory per 1,000 visits"].well is True
    assert per_thousand(looks(1.0, 1.5, 2.0)) == pytest.approx(5.0)


def test_a_slope_over_a_few_visits_is_not_judged() -> None:
    few = lines_of(Soak(20, looks(100, 300)[:1], [10.0]))["memory per 1,000 visits"]
    assert (few.well, few.value) == (None, "")


def test_one_handle_more_and_one_page_in_fifty_too_late_are_found() -> None:
    seen = Soak(1200, [*looks(200, 200, 200), Held(1200, 200, 41, 20, 2)], [10.0] * 49 + [250.0])
    assert {name: line.well for name, line in lines_of(seen).items()} == {
        "visits that went wrong": True,
        "memory per 1,000 visits": True,
        "handles": False,
        "threads": True,
        "child processes": True,
        "page after a touch, 99 in 100": False,
        "left behind": True,
        "in its memory": True,
    }


def test_ninety_nine_in_a_hundred_do_not_pass_the_ninety_ninth() -> None:
    assert percentile([float(number) for number in range(1, 101)], 99) == 99
    assert percentile([7.0], 99) == 7


def test_the_same_seed_has_the_same_people_come() -> None:
    assert list(visitors(50, 4)) == list(visitors(50, 4))
    assert list(visitors(50, 4)) != list(visitors(50, 5))


def test_the_command_refuses_one_visit_alone() -> None:
    """It would be compared with nothing."""
    said = subprocess.run(
        [sys.executable, "-m", "soaking", "--visits", "1"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert "two at least" in said.stderr
