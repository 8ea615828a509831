"""The kiosk forgets people: after ten visits nothing of anybody is found in what stays behind, however written."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest

from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from simulators.world import World
from soaking.handles import found_open
from soaking.personal import PIN, of_all, places_outside, reprint_codes
from soaking.search import found
from tests.waiting import wait_until

SECONDS = 40.0


# --- the search ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hide",
    [
        lambda name: name.encode(),
        lambda name: name.upper().encode("utf-16"),
        lambda name: unicodedata.normalize("NFD", name).encode(),
        lambda name: json.dumps({"name": name}).encode(),
        lambda name: quote(f"https://town.example/?name={name}").encode(),
        lambda name: b"\0\0junk" + gzip.compress(b"log" + name.encode()),
        lambda name: b"stream\n" + zlib.compress(zlib.compress(name.encode())),
    ],
    ids=["plain", "UTF-16", "decomposed", "JSON", "address", "gzip", "stream in a stream"],
)
def test_the_search_finds_a_name_however_it_is_written(tmp_path: Path, hide: Callable[[str], bytes]) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "kiosk.db-wal").write_bytes(b"SQLite" * 99 + hide("Zoë Élodie") + b"\xff" * 99)
    assert found(tmp_path, {"Zoë Élodie", "An Maria"}) == [f"'Zoë Élodie' in {tmp_path / 'below' / 'kiosk.db-wal'}"]


def test_the_search_finds_a_name_in_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "attest-85113099960.tmp").touch()
    assert len(found(tmp_path, {"85113099960"})) == 1


def test_the_search_finds_what_was_deleted_and_is_held_open_and_what_is_only_in_shared_memory(tmp_path: Path) -> None:
    """By a child of the process that is looked at: as a kiosk has children."""
    program = (
        "import os, sys, tempfile\n"
        "gone = tempfile.TemporaryFile(dir=sys.argv[1]); gone.write('Zoë Élodie'.encode()); gone.flush()\n"
        "shared = os.memfd_create('page'); os.write(shared, b'An Maria')\n"
        "print(flush=True); input()\n"
    )
    (tmp_path / "disk").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "disk")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert list((tmp_path / "disk").iterdir()) == []
        places = found_open(os.getpid(), {"Zoë Élodie", "An Maria"})
        child.communicate(b"\n")
    assert sorted(place.split(" in /")[0] for place in places) == ["'An Maria'", "'Zoë Élodie'"]


# --- ten residents ---------------------------------------------------------------------------------------------------


@dataclass
class Hall:
    """A world, a kiosk in it, and all that the kiosk ever said to the robot's finger."""

    world: World
    kiosk: KioskProcess
    tmp: Path
    said: list[dict[str, Any]] = field(default_factory=list)
    readers: list[set[int]] = field(default_factory=list)
    last_touch: tuple[str, float] = ("", 0.0)

    def visit(
        self,
        slug: str,
        at: Callable[[str, Resident], None] = lambda _moment, _resident: None,
        **habits: str | bool | tuple[str, ...],
    ) -> list[str]:
        """Let somebody come and go; the states that were seen."""
        slot = Slot(self.world.cards, f"1.8:{slug}")
        resident = Resident(self.kiosk, slot, self.world.residents[slug].pin)
        for habit, value in habits.items():
            setattr(resident, habit, value)
        resident._touched = self.last_touch  # the next one's first touch is no trembling of this one's hand

        def on_state(state: str) -> None:
            self._look_behind(state)
            at(state, resident)

        resident.on_state, resident.on_digit = on_state, lambda count: at(f"digit {count}", resident)
        self.kiosk.look()
        while not resident.see(self._next_screen()):
            pass
        self.last_touch = resident._touched
        return resident.states

    def document_readers(self) -> set[int]:
        """The children that check documents."""
        children = psutil.Process(self.kiosk.pid).children()
        return {child.pid for child in children if "printing.pdf_child" in child.cmdline()}

    def _next_screen(self) -> dict[str, Any]:
        while (told := self.kiosk.next(SECONDS)) is not None:
            self.said.append(told)
            assert "error" not in told, told
            if "state" in told:
                return told
        pytest.fail(f"the kiosk said nothing any more after {self.said[-1]}")

    def _look_behind(self, state: str) -> None:
        """While a document is in memory, note who read it; it is in no temporary file either."""
        if state in {"TakeCard", "Viewing", "Printing"}:
            self.readers.append(self.document_readers())
            assert list(self.tmp.rglob("*")) == []


CAME = ("an", "bram", "francois", "zoe", "longname", "foreigner", "noel", "alone", "agnes", "mart")


def pull_in_the_pin(moment: str, resident: Resident) -> None:
    if moment == "digit 3":
        resident.take_card()


def wait_with_the_card(moment: str, resident: Resident) -> None:
    if moment == "Checking":
        resident.waits_for_document = True


def ten_visits(hall: Hall) -> None:
    """Ten people, and what befalls them; who prints what is the proof that each came as far as meant."""

    def empty_the_tray(moment: str, _resident: Resident) -> None:
        if moment == "TakeCard":
            hall.world.printer.strike("paper-empty")

    assert "Printed" in hall.visit("an", wants_slip=True)
    assert "TakeCard" not in hall.visit("bram", stops_at="Checking")
    assert "Printed" in hall.visit("francois", products=("residence",))
    assert "Notice" in hall.visit("zoe", pull_in_the_pin)
    assert hall.visit("longname", wrong_first=True).count("EnterPin") == 2
    assert "Printed" in hall.visit("foreigner", products=("nationality",), wants_slip=True)
    assert "Printed" in hall.visit("noel", wait_with_the_card)
    assert "Viewing" in hall.visit("alone", looks_first=True)
    assert "Choosing" not in hall.visit("agnes", stops_at="EnterPin")
    assert "Printed" in hall.visit("mart", empty_the_tray)
    assert hall.world.printer.struck
    assert (len(hall.world.printer.received), len(hall.world.printer.printed)) == (7, 6)


def test_after_ten_visits_nothing_of_anybody_is_left(tmp_path: Path) -> None:
    """No name, number, PIN, address or word of a document: in no file, no log, no process that saw one."""
    home, tmp, out, data = (tmp_path / name for name in ("home", "tmp", "out", "kiosk"))
    for folder in (home, tmp):
        folder.mkdir()
    with World(tmp_path / "world", out=out, ms_per_sheet=100) as world:
        world.residents.update({slug: replace(person, pin=PIN) for slug, person in world.residents.items()})
        settings, log = tmp_path / "kiosk.toml", tmp_path / "kiosk.log"
        settings_file.write(settings, world, data)
        places = {"HOME": str(home), "TMPDIR": str(tmp), "XDG_CACHE_HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
        with KioskProcess(settings, {**world.environment, **places, "QT_QPA_PLATFORM": "offscreen"}, log) as kiosk:
            kiosk.wait_until_known()
            hall = Hall(world, kiosk, tmp)
            ten_visits(hall)
            seen = {pid for pids in hall.readers for pid in pids}
            wait_until(lambda: hall.document_readers() and not hall.document_readers() & seen)
            wait_until(lambda: reprint_codes(world))  # the document that failed was told to the town
            assert len(list((out / "sealed").glob("*.pdf"))) == 7
            secrets = of_all(world, CAME, out)
            left_behind = (data, log, home, tmp, *places_outside(world))
            while_running = [line for place in left_behind for line in found(place, secrets)]
            programs = kiosk.pid, world.cupsd.pid
            while_running += [line for pid in programs for line in found_open(pid, secrets)]
        afterwards = [line for place in left_behind for line in found(place, secrets)]
        spoken = tmp_path / "spoken"
        spoken.write_text(json.dumps(hall.said, ensure_ascii=False), encoding="utf-8")
        assert (data / "kiosk.db").exists()
        assert all(hall.readers)
    assert while_running + afterwards + found(spoken, secrets) == []
    assert list(tmp.rglob("*")) == []
