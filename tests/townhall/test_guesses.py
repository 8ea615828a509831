"""Codes cannot be guessed: ten thousand tries from fifty kiosks, and two processes of a town that count together."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import pytest
import sqlalchemy as sa

from townhall import database
from townhall.codes import ALPHABET
from townhall.guesses import CODES, Guesses
from townhall.problems import Problem, ProblemType
from townhall.tables import GUESSES

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
TEN_THOUSAND, FIFTY = 10_000, 50
PROJECT = Path(__file__).parents[2]
# Another process of the same town: it tries at a kiosk of its own as often as it may, and says how often that was.
OTHER_PROCESS = """
import datetime as dt, sys
from townhall import database
from townhall.guesses import CODES, Guesses
from townhall.problems import Problem
guesses = Guesses(database.opened(sys.argv[1]), str, lambda: dt.datetime.fromisoformat(sys.argv[2]), CODES)
print("ready", flush=True)
sys.stdin.readline()
let_in = 0
for number in range(200):
    try:
        guesses.begin(f"{sys.argv[3]}-{number % 25}")
        let_in += 1
    except Problem:
        pass
print(let_in)
"""


@pytest.fixture
def engine(new_database: Callable[[], str]) -> Iterator[sa.Engine]:
    engine = database.opened(new_database())
    yield engine
    engine.dispose()


def test_ten_thousand_guesses_from_fifty_kiosks_are_looked_at_a_hundred_times(engine: sa.Engine) -> None:
    guesses = Guesses(engine, str, lambda: NOW, CODES)
    kiosks = [f"LV-{number:02}" for number in range(FIFTY)]
    refusals: set[tuple[ProblemType, int]] = set()

    def tried(kiosk: str) -> bool:
        try:
            guesses.begin(kiosk)
        except Problem as problem:
            refusals.add((problem.kind, problem.retry_seconds))
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(tried, islice(cycle(kiosks), TEN_THOUSAND)))
    assert looked_at == 100
    assert refusals == {(ProblemType.TOO_MANY_FAILED_REQUESTS, 600)}
    # Were a thousand codes waiting, these would find one with odds of less than one in a hundred thousand.
    assert looked_at * 1000 / len(ALPHABET) ** 8 < 1e-5
    # Without any limit it would still be less than one in a thousand.
    assert TEN_THOUSAND * 1000 / len(ALPHABET) ** 8 < 1e-3


def test_two_processes_of_a_town_at_the_same_instant_let_a_hundred_tries_in_together(engine: sa.Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", OTHER_PROCESS, url, NOW.isoformat()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": PROJECT}
    with (
        subprocess.Popen([*command, "one"], **pipes) as one,  # type: ignore[call-overload]
        subprocess.Popen([*command, "two"], **pipes) as two,  # type: ignore[call-overload]
    ):
        for process in (one, two):
            assert process.stdout.readline() == "ready\n"
        for process in (one, two):
            process.stdin.write("\n")
            process.stdin.flush()
        let_in = [int(process.stdout.readline()) for process in (one, two)]
    assert sum(let_in) == 100
    with pytest.raises(Problem):
        Guesses(engine, str, lambda: NOW, CODES).begin("a third")


def test_a_resident_with_a_good_code_is_no_guesser_and_time_forgives(engine: sa.Engine) -> None:
    time = [NOW]
    guesses = Guesses(engine, str, lambda: time[0], CODES)
    for _ in range(50):
        guesses.forgive(guesses.begin("LV-01"))
    for _ in range(10):
        guesses.begin("LV-01")
    time[0] += 4 * MINUTE
    with pytest.raises(Problem) as refused:
        guesses.begin("LV-01")
    assert refused.value.retry_seconds == 360
    guesses.begin("LV-02")
    time[0] += 6 * MINUTE
    guesses.begin("LV-01")


def test_what_was_tried_is_kept_no_longer_than_it_counts_and_under_no_name(engine: sa.Engine) -> None:
    time = [NOW]
    guesses = Guesses(engine, lambda name: f"hidden {len(name)}", lambda: time[0], CODES)
    for number in range(30):
        guesses.begin(f"name {number:02}")
        time[0] += MINUTE
    with engine.connect() as connection:
        kept = connection.execute(sa.select(GUESSES.c.who)).scalars().all()
    assert kept == ["hidden 7"] * 10
