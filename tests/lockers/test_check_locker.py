"""`kiosk check locker` as a technician runs it, on a simulated wall with a bench for a hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from config.settings import SettingsError, load
from simulators.lockboard import Wall

TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}
COMPARTMENTS = [{"number": 11, "board": 0, "lock": 0}, {"number": 12, "board": 1, "lock": 47}]


def settings(folder: Path, lockers: dict[str, Any] | None) -> Path:
    named = {} if lockers is None else {"lockers": {"device": str(folder / "lockers"), **lockers}}
    path = folder / "kiosk.toml"
    path.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder), "town": TOWN, **named}))
    return path


class Check:
    """The command, under way."""

    def __init__(self, path: Path, *options: str) -> None:
        command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "locker", "--settings", str(path), *options]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        pipe = subprocess.PIPE
        self.program = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        self.said = ""

    def until(self, words: str) -> None:
        assert self.program.stdout is not None
        while words not in self.said:
            sign = self.program.stdout.read(1)
            assert sign, self.said
            self.said += sign

    def answer(self, line: str) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()

    def end(self) -> int:
        assert self.program.stdout is not None
        self.said += self.program.stdout.read()
        return self.program.wait(20)


@pytest.fixture
def started() -> Iterator[list[Check]]:
    checks: list[Check] = []
    yield checks
    for check in checks:
        with check.program:
            check.program.kill()


def start(started: list[Check], path: Path, *options: str) -> Check:
    started.append(Check(path, *options))
    return started[-1]


def test_a_good_wall_passes_and_no_door_is_opened_unasked(wall: Wall, tmp_path: Path, started: list[Check]) -> None:
    check = start(started, settings(tmp_path, {"compartments": COMPARTMENTS}))
    assert check.end() == 0
    assert check.said.splitlines() == [
        "2 vakjes antwoorden; 0 staan open.",
        "Er is geen deur geopend; met --open NUMMER wel. Alles in orde.",
    ]
    assert wall.pulses == []


def test_a_door_that_is_named_is_opened_and_shut_again(wall: Wall, tmp_path: Path, started: list[Check]) -> None:
    check = start(started, settings(tmp_path, {"compartments": COMPARTMENTS}), "--open", "12")
    check.until("Staat de deur van vakje 12 open")
    assert wall.open_doors() == {(1, 47)}
    check.answer("j")
    for _ in range(2):
        check.until("Sluit de deur van vakje 12.")
        check.said = ""
        wall.shut(1, 47)
    assert check.end() == 0
    assert check.said.endswith("Alles in orde.\n")
    assert set(wall.pulses) == {(1, 47)}


def test_another_door_than_the_settings_say_fails_the_check(wall: Wall, tmp_path: Path, started: list[Check]) -> None:
    del wall
    check = start(started, settings(tmp_path, {"compartments": COMPARTMENTS}), "--open", "11")
    check.until("Staat de deur")
    check.answer("n")
    assert check.end() == 1
    assert "FOUT: vakje 11 is een andere deur" in check.said


def test_a_dead_board_is_told_with_what_to_do(wall: Wall, tmp_path: Path, started: list[Check]) -> None:
    wall.boards[1].dead = True
    check = start(started, settings(tmp_path, {"compartments": COMPARTMENTS}))
    assert check.end() == 1
    assert "FOUT: De vakjes antwoorden niet (lockersLost: compartments 12-12)\n  1. " in check.said


def test_a_number_that_is_on_no_door_opens_nothing(wall: Wall, tmp_path: Path, started: list[Check]) -> None:
    check = start(started, settings(tmp_path, {"compartments": COMPARTMENTS}), "--open", "13")
    assert check.end() == 1
    assert "vakje 13 staat niet in de instellingen" in check.said
    assert wall.pulses == []


def test_a_kiosk_without_compartments_is_fine(tmp_path: Path, started: list[Check]) -> None:
    check = start(started, settings(tmp_path, None))
    assert check.end() == 0
    assert check.said == "De instellingen noemen er geen: dit loket werkt zonder.\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"compartments": []},
        {"compartments": COMPARTMENTS, "baud": 12345},
        {"compartments": [*COMPARTMENTS, {"number": 11, "lock": 5}]},
        {"compartments": [*COMPARTMENTS, {"number": 13, "lock": 0}]},
        {"compartments": [{"number": 1, "lock": 0x30}]},
    ],
)
def test_compartments_that_cannot_be_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="lockers"):
        load(settings(tmp_path, wrong))
