"""What the kiosk's memory acknowledged is there after a power cut, and after a kill in the middle of a transaction."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from kiosk_app.audit import AuditTrail
from kiosk_app.store import Store
from kiosk_app.tables import audit, tickets
from simulators.losing_disk import Deed, after_power_cut, deeds, environment, recorder

PROJECT = Path(__file__).parents[2]
# How many disks are looked at, and how often the kiosk's memory is killed; LOKET_SEED plays an earlier run again.
IMAGES = int(os.environ.get("LOKET_IMAGES", "30"))
KILLS = int(os.environ.get("LOKET_KILLS", "6"))
SEED = int(os.environ.get("LOKET_SEED") or secrets.randbelow(2**32))
# The order of a ticket's life: what was acknowledged, or more, is there.
PHASES = ["waiting", "requested", "handed", "printing", "printed", "reported"]

# The kiosk's own memory, as its workers use it: a ticket from order to report beside its audit lines, over and over.
# Each step that was acknowledged is said in a file beside it, which is recorded in the same order.
WRITER = """
import os, sys
from pathlib import Path
from uuid import UUID
from hardware.devices import JobTrace
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.journal import Journal
from kiosk_app.store import Store
from printing.progress import JobPhase
folder, rounds, begin, lax = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "lax"
store = Store(folder)
if lax:
    store._engine.raw_connection().driver_connection.execute("PRAGMA synchronous=NORMAL")
journal, trail = Journal(store), AuditTrail(store)
said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def say(what): os.write(said, (what + "\\n").encode())
print("ready", flush=True)
for number in range(begin, begin + rounds):
    ticket = UUID(int=number)
    journal.ordered(ticket, "residence"); say(f"{number} waiting")
    trail.append(AuditLine(What.ORDERED, number, ticket), AuditLine(What.PRINT_BEGAN, number, ticket))
    say(f"audit {trail.head()[0]}")
    journal.requested(ticket, 1); say(f"{number} requested")
    journal.handed(ticket, f"urn:uuid:{number}", 1, 1, JobTrace("kiosk")); say(f"{number} handed")
    journal.printing(ticket, 0); say(f"{number} printing")
    journal.ended(ticket, JobPhase.PRINTED, 1, None); say(f"{number} printed")
    trail.append(AuditLine(What.PRINT_ENDED, number, ticket)); say(f"audit {trail.head()[0]}")
    journal.reported(ticket); say(f"{number} reported")
os._exit(0)
"""


def write(
    folder: Path, rounds: int, begin: int = 0, how: str = "as it is", more: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), str(rounds), str(begin), how]
    surroundings = {**os.environ, **(more or {})}
    return subprocess.Popen(command, cwd=PROJECT, env=surroundings, stdout=subprocess.PIPE, text=True)


def lost(folder: Path, said: list[str]) -> list[str]:
    """What was acknowledged and is not there; what does not hold together."""
    known: dict[UUID, int] = {}
    head = 0
    for line in said:
        who, what = line.split()
        if who == "audit":
            head = int(what)
        else:
            known[UUID(int=int(who))] = PHASES.index(what)
    with closing(Store(folder)) as store:
        with store.transaction() as connection:
            rows = connection.execute(sa.select(tickets.c.ticket, tickets.c.phase, tickets.c.reported_at)).all()
            last = connection.execute(sa.select(sa.func.max(audit.c.number))).scalar() or 0
            whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        there = {UUID(row.ticket): PHASES.index("reported" if row.reported_at else row.phase) for row in rows}
        missing = [f"ticket {t}: {PHASES[p]}" for t, p in known.items() if there.get(t, -1) < p]
        missing += [f"audit row {head}"] if last < head else []
        missing += [f"audit chain at {broken}"] if (broken := AuditTrail(store).broken_at()) is not None else []
        return missing + ([str(whole)] if whole != "ok" else [])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorder(tmp_path_factory.mktemp("recorder"))


def recorded(tmp_path: Path, library: Path, how: str) -> list[Deed]:
    """Everything that a memory did to its disk over sixty tickets, its making and a checkpoint included."""
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.mkdir()
    with write(disk, 60, how=how, more=environment(library, disk, log)) as program:
        assert program.communicate()[0] == "ready\n"
    assert program.returncode == 0
    return list(deeds(log))


def images(done: list[Deed], tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """Disks of random moments after the memory was made, each with what had been acknowledged by then."""
    chance = random.Random(SEED)
    began = next(number for number, deed in enumerate(done) if deed.name == "said")
    for number in range(IMAGES):
        until = chance.randrange(began, len(done))
        disk = tmp_path / f"image{number}"
        disk.mkdir()
        after_power_cut([deed for deed in done[:until] if deed.name != "said"], chance, disk)
        said = b"".join(deed.data for deed in done[:until] if deed.name == "said" and deed.kind == "W")
        yield disk, said.decode().splitlines()


@pytest.mark.timeout(120 + IMAGES)
def test_after_a_power_cut_at_any_moment_everything_that_was_acknowledged_is_there(
    tmp_path: Path, library: Path
) -> None:
    done = recorded(tmp_path, library, "as it is")
    missing = {disk.name: lost(disk, said) for disk, said in images(done, tmp_path)}
    assert len(missing) == IMAGES
    assert {name: what for name, what in missing.items() if what} == {}, f"LOKET_SEED={SEED}"


@pytest.mark.timeout(120 + IMAGES)
def test_a_memory_that_does_not_wait_for_the_disk_loses_what_it_acknowledged(tmp_path: Path, library: Path) -> None:
    """The control: these disks do lose what was not synced, and the search above would see it."""
    done = recorded(tmp_path, library, "lax")
    missing = [what for disk, said in images(done, tmp_path) if (what := lost(disk, said))]
    print(f"{len(missing)} of {IMAGES} disks lost something")
    assert missing


@pytest.mark.timeout(120 + 3 * KILLS)
def test_a_memory_killed_in_the_middle_of_a_transaction_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    chance, said = random.Random(SEED), list[str]()
    for kill in range(KILLS):
        program = write(tmp_path, 10_000, 10_000 * kill)
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(chance.uniform(0, 0.2))
        program.kill()
        program.communicate()
        assert program.returncode == -signal.SIGKILL
        said = (tmp_path / "said").read_text().splitlines()
        assert lost(tmp_path, said) == [], f"LOKET_SEED={SEED}, kill {kill}"
    assert len(said) > KILLS
