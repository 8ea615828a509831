"""The kiosk's memory: what is written is there after a crash, fits the migrations, and names nobody."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from hardware.devices import JobTrace
from hardware.faults import FaultCode
from kiosk_app import migrations
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.database import engine_of
from kiosk_app.journal import Journal
from kiosk_app.store import SCHEMA, Store, StoreError
from kiosk_app.tables import audit, doors, metadata, staff_acts, tickets
from printing.job import UnfinishedJob
from printing.progress import JobPhase, Progress

TICKET = UUID("6f2c1b1e-0000-4000-8000-000000000001")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh memory."""
    store = Store(tmp_path)
    yield store
    store.close()


def test_the_schema_is_the_newest_migration(tmp_path: Path) -> None:
    """What the code expects, what Alembic makes, and what the tables say are one."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA
    Store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "kiosk.db")) as made:
        for table in metadata.tables.values():
            columns = {row[1]: row[2] for row in made.execute(f"PRAGMA table_info({table.name})")}
            assert columns == {column.name: str(column.type) for column in table.columns}


def test_a_ticket_written_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    """A process killed right after a step was acknowledged has that step on disk."""
    script = (
        "import os, signal, sys; from pathlib import Path; from uuid import UUID\n"
        "from kiosk_app.store import Store; from kiosk_app.journal import Journal\n"
        "journal = Journal(Store(Path(sys.argv[1]))); ticket = UUID(sys.argv[2])\n"
        "journal.ordered(ticket, 'residence'); journal.requested(ticket, 1)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path), str(TICKET)], check=False)
    assert ended.returncode == -9
    with closing(Store(tmp_path)) as store:
        (unfinished,) = Journal(store).unfinished()
    assert unfinished.ticket == TICKET


def test_an_ending_is_reported_once(store: Store) -> None:
    """Endings wait in the journal until the back end confirmed them."""
    journal = Journal(store)
    journal.ordered(TICKET, "residence")
    assert journal.never_begun() == [TICKET]
    assert journal.unreported() == []
    journal.ended(TICKET, JobPhase.FAILED, 1, FaultCode.PAPER_JAM)
    assert journal.unreported() == [(TICKET, Progress(JobPhase.FAILED, 1, FaultCode.PAPER_JAM))]
    journal.reported(TICKET)
    assert journal.unreported() == []
    assert journal.never_begun() == []


def test_where_a_job_went_and_since_when_its_printer_was_on_is_there_after_a_crash(tmp_path: Path) -> None:
    """The same printer is asked, and one that was off in between is not believed."""
    trace = JobTrace("second", 899, 1_795_000_000, two_sided=True)
    with closing(Store(tmp_path)) as store:
        journal = Journal(store)
        journal.ordered(TICKET, "residence")
        journal.requested(TICKET, 1)
        journal.handed(TICKET, "urn:uuid:1", 6, 2, trace)
    with closing(Store(tmp_path)) as store:
        assert Journal(store).unfinished() == [
            UnfinishedJob(TICKET, 1, 6, "urn:uuid:1", JobPhase.HANDED, None, copies=2, trace=trace)
        ]


def test_from_the_hand_over_on_paper_may_lie_there_until_somebody_says_that_none_does(store: Store) -> None:
    """The mark is on disk before the first sheet: a power cut at any moment leaves the question for the next visit."""
    journal = Journal(store)
    journal.ordered(TICKET, "residence")
    journal.requested(TICKET, 1)
    assert not journal.paper_may_lie()
    journal.handed(TICKET, "urn:uuid:1", 1, 1, JobTrace("kiosk"))
    assert journal.paper_may_lie()
    journal.ended(TICKET, JobPhase.PRINTED, 1, None)
    journal.reported(TICKET)
    assert journal.paper_may_lie()
    journal.taken()
    assert not journal.paper_may_lie()


@pytest.mark.parametrize(
    ("phase", "sheets", "lies"),
    [
        (JobPhase.UNKNOWN, None, True),
        (JobPhase.FAILED, 1, True),
        (JobPhase.FAILED, 0, False),
    ],
)
def test_paper_lies_only_where_some_may_have_come_out(
    store: Store, phase: JobPhase, sheets: int | None, *, lies: bool
) -> None:
    """What surely gave no sheet is not asked for."""
    journal = Journal(store)
    journal.ordered(TICKET, "residence")
    journal.ended(TICKET, phase, sheets, FaultCode.PRINT_UNKNOWN)
    assert journal.paper_may_lie() is lies


def test_a_memory_of_the_first_release_is_brought_up_to_date_and_loses_nothing(tmp_path: Path) -> None:
    """Its tickets stay; of the last one nobody knows whether its paper was taken, so that is asked once."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = engine_of(tmp_path / "kiosk.db")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for number, at in enumerate(("2026-11-25T09:00:00.000+00:00", "2026-11-25T10:00:00.000+00:00")):
            row = {"ticket": str(UUID(int=number)), "product": "residence", "attempt": 1, "phase": "printed"}
            words = ", ".join([*row, "changed_at"])
            connection.execute(
                sa.text(f"INSERT INTO ticket ({words}) VALUES (:ticket, :product, :attempt, :phase, :at)"),
                {**row, "at": at},
            )
    engine.dispose()
    with closing(Store(tmp_path)) as store:
        journal = Journal(store)
        assert [ticket for ticket, _ in journal.unreported()] == [UUID(int=0), UUID(int=1)]
        assert journal.paper_may_lie()
        with store.transaction() as connection:
            taken = connection.execute(sa.select(tickets.c.taken_at).order_by(tickets.c.changed_at)).scalars().all()
        assert taken == ["2026-11-25T09:00:00.000+00:00", None]


def test_an_ending_stands_whichever_worker_comes_late(store: Store) -> None:
    """The document could not be had before the printer's worker came to prepare for it: it has ended, once."""
    journal = Journal(store)
    journal.ordered(TICKET, "residence")
    journal.ended(TICKET, JobPhase.FAILED, 0, FaultCode.BACKEND_DOWN)
    journal.ordered(TICKET, "residence")
    journal.requested(TICKET, 1)
    assert journal.unfinished() == []
    assert journal.unreported() == [(TICKET, Progress(JobPhase.FAILED, 0, FaultCode.BACKEND_DOWN))]


@pytest.mark.parametrize(
    "tamper", ["UPDATE audit SET what='signedIn' WHERE number=2", "DELETE FROM audit WHERE number=2"]
)
def test_a_changed_audit_row_breaks_the_chain(store: Store, tamper: str) -> None:
    """A row that was changed or taken out is found, by its number."""
    trail = AuditTrail(store)
    trail.append(AuditLine(What.STARTED), AuditLine(What.VISIT_BEGAN, 1))
    trail.append(AuditLine(What.ORDERED, 1, uuid4()), AuditLine(What.VISIT_ENDED, 1))
    assert trail.broken_at() is None
    with store.transaction() as connection:
        connection.execute(sa.text(tamper))
    assert trail.broken_at() == 2


def test_no_column_could_hold_a_person() -> None:
    """Every text column is a code, a random number, a time or a hash: none is long enough to be a free text."""
    for table in (tickets, audit, doors, staff_acts):
        for column in table.columns:
            short = isinstance(column.type, sa.String) and (column.type.length or 999) <= 64
            assert short or isinstance(column.type, sa.Integer), column


def test_a_broken_database_is_a_clear_error(tmp_path: Path) -> None:
    """An unreadable file is said to be one."""
    (tmp_path / "kiosk.db").write_bytes(b"this is no database, whatever its name says" * 50)
    with pytest.raises(StoreError, match=r"kiosk\.db"):
        Store(tmp_path)


def test_a_journal_that_cannot_be_written_says_so_and_keeps_what_it_had(tmp_path: Path) -> None:
    """The kernel lets no file of the process grow any more, as when the disk is full."""
    program = (
        "import resource, sys; from pathlib import Path; from uuid import UUID\n"
        "from kiosk_app.store import Store; from kiosk_app.journal import Journal\n"
        "from printing.job import JournalLost\n"
        "journal = Journal(Store(Path(sys.argv[1]))); ticket = UUID(sys.argv[2])\n"
        "journal.ordered(ticket, 'residence')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try:\n"
        "    journal.requested(ticket, 1)\n"
        "except JournalLost:\n"
        "    print('lost')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(TICKET)], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "lost\n"
    with closing(Store(tmp_path)) as store:
        assert Journal(store).never_begun() == [TICKET]
