"""The kiosk's memory looks after itself: damage is put aside and told, a copy is made, what is too old is given up."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psutil
import pytest
import sqlalchemy as sa

from hardware.faults import FaultCode
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.journal import Journal
from kiosk_app.store import Damaged, Store, StoreError, store_in
from kiosk_app.tables import audit, tickets
from kiosk_app.upkeep import AUDIT_KEPT, TICKETS_KEPT, Upkeep, give_up
from printing.progress import JobPhase
from tests.waiting import wait_until

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory in which nothing is written yet."""
    folder = tmp_path_factory.mktemp("made")
    Store(folder).close()
    return folder / "kiosk.db"


@pytest.fixture(autouse=True)
def at_hand(made: Path, tmp_path: Path) -> None:
    shutil.copy(made, tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def told_in_the_end(upkeep: Upkeep, now: datetime) -> set[FaultCode]:
    """What it says once the audit trail is looked through."""
    wait_until(lambda: list(upkeep.faults(now)) is not None and not upkeep.looks)
    return set(upkeep.faults(now))


def rows_of(file: Path, query: str) -> list[tuple[object, ...]]:
    """Ask a database with Python's own SQLite."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.execute(query))


def cut_off(folder: Path) -> None:
    """Leave a memory with some tickets, and with a log that nobody played back, as after a power cut."""
    store = Store(folder)
    for number in range(200):
        Journal(store).ordered(UUID(int=number), "residence")
    AuditTrail(store).append(*[AuditLine(What.VISIT_BEGAN, number) for number in range(500)])
    wal = (folder / "kiosk.db-wal").read_bytes()
    store.close()
    (folder / "kiosk.db-wal").write_bytes(wal)


@pytest.mark.expects_log("cannot be read and is put aside in unreadable-")
@pytest.mark.parametrize("damage", ["no database", "holes"])
def test_a_memory_that_cannot_be_read_is_put_aside_whole_and_a_new_one_begun(tmp_path: Path, damage: str) -> None:
    cut_off(tmp_path)
    file = tmp_path / "kiosk.db"
    if damage == "no database":
        file.write_bytes(b"a disk that lost its mind" * 400)
        (tmp_path / "kiosk.db-wal").unlink()  # it would hold every page
    else:
        data = bytearray(file.read_bytes())
        for at in range(8192, len(data), 4096):
            data[at : at + 4096] = random.Random(at).randbytes(4096)
        file.write_bytes(data)
        (tmp_path / "kiosk.db-wal").write_bytes(b"\0" * 64)
    broken = file.read_bytes()
    with closing(store_in(tmp_path)) as store:
        assert store.was_damaged
        assert Journal(store).never_begun() == []
        Journal(store).ordered(UUID(int=1), "residence")
    (aside,) = tmp_path.glob("unreadable-*")
    assert (aside / "kiosk.db").read_bytes() == broken
    with closing(store_in(tmp_path)) as store:
        assert Journal(store).never_begun() == [UUID(int=1)]


def audit_pages(folder: Path) -> list[int]:
    """Number the pages of a database on which rows of the audit trail lie, oldest first."""
    pages = enumerate((folder / "kiosk.db").read_bytes()[at : at + 4096] for at in range(0, 4096 * 1000, 4096))
    # [sqlite.org/fileformat.html §1.6] 0x0d: a leaf of a table
    return [number for number, page in pages if page[:1] == b"\x0d" and b"visitBegan" in page]


def overwrite(folder: Path, number: int) -> None:
    with (folder / "kiosk.db").open("r+b") as file:
        file.seek(number * 4096)
        file.write(b"\xff" * 4096)


def spoil(folder: Path, number: int) -> None:
    """Have a power cut leave nonsense on one page, and a log that holds nothing."""
    overwrite(folder, number)
    (folder / "kiosk.db-wal").write_bytes(b"\0" * 64)


def copied_today(folder: Path) -> None:
    """Have no copy be due: it is the look at the trail that finds it."""
    (folder / "copy").mkdir()
    (folder / "copy" / "kiosk.db").touch()


@pytest.mark.expects_log("the kiosk's memory is damaged: the next start looks through all of it")
@pytest.mark.expects_log("cannot be read and is put aside in unreadable-")
@pytest.mark.parametrize("where", ["oldest row", "free page"])
def test_damage_that_is_in_nobodys_way_holds_up_no_start_and_is_put_aside_at_the_next(
    tmp_path: Path, where: str
) -> None:
    """The trail is a year long: what decides whether something is printed is looked through first, and is whole."""
    cut_off(tmp_path)
    if where == "oldest row":
        spoil(tmp_path, audit_pages(tmp_path)[0])
    else:
        free_a_page(tmp_path)
    copied_today(tmp_path)
    calls: list[None] = []
    with closing(store_in(tmp_path)) as store:
        assert len(Journal(store).never_begun()) == 200
        upkeep = Upkeep(store, lambda: calls.append(None))
        assert told_in_the_end(upkeep, datetime.now(UTC)) == {FaultCode.MEMORY_DAMAGED}
        assert calls, "whoever runs it begins anew, once nobody is there"
    with closing(store_in(tmp_path)) as store:
        assert Journal(store).never_begun() == []


def free_a_page(folder: Path) -> None:
    """Have old rows go as upkeep does, and the page that says which are free now spoilt."""
    with closing(sqlite3.connect(folder / "kiosk.db")) as connection:
        connection.execute("DELETE FROM audit WHERE number < 200")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # [sqlite.org/fileformat.html §1.3] at 32: the first page that says so, counted from one
    first = int.from_bytes((folder / "kiosk.db").read_bytes()[32:36], "big")
    assert first
    spoil(folder, first - 1)


@pytest.mark.expects_log("cannot be read and is put aside in unreadable-")
def test_an_audit_trail_that_cannot_be_gone_on_with_is_put_aside_at_once(tmp_path: Path) -> None:
    """Its end is where a disk was at work when the power went."""
    cut_off(tmp_path)
    spoil(tmp_path, audit_pages(tmp_path)[-1])
    with closing(store_in(tmp_path)) as store:
        trail = AuditTrail(store)
        assert (store.was_damaged, trail.head()) == (True, None)
        trail.append(AuditLine(What.STARTED))


@pytest.mark.expects_log("the kiosk's memory is damaged: the next start looks through all of it")
def test_what_was_looked_through_whole_and_is_damaged_all_the_same_does_not_begin_for_ever(tmp_path: Path) -> None:
    """A disk that spoils what it is given would have it begin anew each half minute."""
    cut_off(tmp_path)
    copied_today(tmp_path)
    (tmp_path / "kiosk.db-suspect").touch()
    calls: list[None] = []
    with closing(Store(tmp_path)) as store:
        with store.transaction() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        overwrite(tmp_path, audit_pages(tmp_path)[0])
        faults = told_in_the_end(Upkeep(store, lambda: calls.append(None)), datetime.now(UTC))
        assert faults == {FaultCode.MEMORY_DAMAGED}
    assert calls == []


def test_a_memory_that_was_cut_off_and_is_whole_is_not_put_aside(tmp_path: Path) -> None:
    cut_off(tmp_path)
    with closing(store_in(tmp_path)) as store:
        assert not store.was_damaged
        assert len(Journal(store).never_begun()) == 200


def test_a_disk_that_cannot_be_written_is_no_damage(tmp_path: Path) -> None:
    """Nothing is put aside because of it: what is there may be whole."""
    (tmp_path / "kiosk.db").unlink()
    (tmp_path / "kiosk.db").mkdir()
    with pytest.raises(StoreError) as told:
        store_in(tmp_path)
    assert not isinstance(told.value, Damaged)
    assert list(tmp_path.glob("unreadable-*")) == []


def test_damage_is_told_also_where_it_cannot_be_written_down(tmp_path: Path) -> None:
    """A disk that found itself damaged takes no file: of the doubt at the next start nothing can be left there."""
    with closing(Store(tmp_path / "kiosk")) as store:
        assert not store.was_damaged
        shutil.rmtree(tmp_path / "kiosk")
        store.suspect()
        # The next start would know no more: to begin anew for it would go on for ever.
        assert (store.was_damaged, store.wants_a_start) == (True, False)


def test_damage_is_told_until_somebody_takes_it_away(tmp_path: Path, store: Store) -> None:
    upkeep = Upkeep(store)
    assert told_in_the_end(upkeep, NOW) == set()
    aside = tmp_path / "unreadable-20261127T031500"
    aside.mkdir()
    assert told_in_the_end(upkeep, NOW) == {FaultCode.MEMORY_DAMAGED}
    aside.rmdir()
    assert told_in_the_end(upkeep, NOW) == set()


def test_each_day_there_is_a_copy_of_everything_that_was_written(tmp_path: Path, store: Store) -> None:
    upkeep, journal, copy = Upkeep(store), Journal(store), tmp_path / "copy" / "kiosk.db"
    journal.ordered(UUID(int=1), "residence")
    now = datetime.now(UTC)
    told_in_the_end(upkeep, now)
    assert rows_of(copy, "SELECT product FROM ticket") == [("residence",)]
    journal.ordered(UUID(int=2), "nationality")
    told_in_the_end(upkeep, now + timedelta(hours=1))
    assert len(rows_of(copy, "SELECT product FROM ticket")) == 1
    told_in_the_end(upkeep, now + timedelta(hours=21))
    assert len(rows_of(copy, "SELECT product FROM ticket")) == 2
    assert rows_of(copy, "PRAGMA integrity_check") == [("ok",)]


def test_a_clock_that_was_set_back_does_not_stop_the_copies(tmp_path: Path, store: Store) -> None:
    copy = tmp_path / "copy" / "kiosk.db"
    told_in_the_end(Upkeep(store), datetime.now(UTC))
    ahead = (datetime.now(UTC) + timedelta(days=365)).timestamp()
    os.utime(copy, (ahead, ahead))
    told_in_the_end(Upkeep(store), datetime.now(UTC))
    assert copy.stat().st_mtime < ahead


@pytest.mark.expects_log("no copy of the kiosk's memory could be made")
@pytest.mark.expects_log("the kiosk's memory is damaged: the next start looks through all of it")
def test_a_damage_that_the_copy_shows_is_told_and_leaves_the_copy_of_before(tmp_path: Path) -> None:
    """The next start looks through it, and begins anew."""
    with closing(Store(tmp_path)) as store:
        AuditTrail(store).append(*[AuditLine(What.VISIT_BEGAN, number) for number in range(2000)])
        store.copy()
    good = (tmp_path / "copy" / "kiosk.db").read_bytes()
    pages = (tmp_path / "kiosk.db").stat().st_size // 4096
    with (tmp_path / "kiosk.db").open("r+b") as file:
        file.seek(pages // 2 * 4096)
        file.write(b"\xff" * 8192)
    calls: list[None] = []
    with closing(Store(tmp_path)) as store:
        upkeep = Upkeep(store, lambda: calls.append(None))
        assert FaultCode.MEMORY_DAMAGED in told_in_the_end(upkeep, datetime.now(UTC) + timedelta(days=2))
    assert calls
    assert (tmp_path / "copy" / "kiosk.db").read_bytes() == good
    with pytest.raises(Damaged):
        Store(tmp_path)


@pytest.mark.expects_log("the audit trail does not hold from row 2 on")
def test_at_a_start_a_changed_audit_row_is_told(store: Store) -> None:
    AuditTrail(store).append(*[AuditLine(What.VISIT_BEGAN, number) for number in range(3)])
    with store.transaction() as connection:
        connection.execute(sa.text("UPDATE audit SET fault='paperJam' WHERE number=2"))
    assert told_in_the_end(Upkeep(store), NOW) == {FaultCode.AUDIT_BROKEN}


@pytest.mark.parametrize("ends", [True, False], ids=["to its end", "until the kiosk ends"])
def test_what_else_is_amiss_is_told_while_the_audit_trail_is_looked_through(
    tmp_path: Path, store: Store, *, ends: bool
) -> None:
    """A year of it takes half a minute, at each start."""
    (tmp_path / "unreadable-20261127T031500").mkdir()
    upkeep = Upkeep(store)
    assert set(upkeep.faults(NOW)) == {FaultCode.MEMORY_DAMAGED}
    assert upkeep.looks
    if ends:
        told_in_the_end(upkeep, NOW)
        assert not upkeep.looks
    upkeep.stop()
    assert [child for child in psutil.Process().children() if "kiosk_app.chain" in child.cmdline()] == []


def aged(store: Store, table: sa.Table, where: sa.ColumnElement[bool], age: timedelta, column: str) -> None:
    with store.transaction() as connection:
        stamp = (NOW - age).isoformat(timespec="milliseconds")
        connection.execute(sa.update(table).where(where).values({column: stamp}))


def test_a_ticket_is_given_up_once_it_is_old_and_the_town_knows(store: Store) -> None:
    journal, day = Journal(store), timedelta(days=1)
    for number in (1, 2, 3):
        journal.ordered(UUID(int=number), "residence")
        journal.ended(UUID(int=number), JobPhase.PRINTED, 1, None)
    for number in (1, 2):
        journal.reported(UUID(int=number))
    for number, age in ((1, TICKETS_KEPT + day), (2, TICKETS_KEPT - day), (3, TICKETS_KEPT + day)):
        aged(store, tickets, tickets.c.ticket == str(UUID(int=number)), age, "changed_at")
    give_up(store, NOW)
    with store.transaction() as connection:
        left = connection.execute(sa.select(tickets.c.ticket).order_by(tickets.c.ticket)).scalars().all()
    assert left == [str(UUID(int=2)), str(UUID(int=3))]


def test_a_clock_that_leapt_a_year_makes_nothing_old_before_a_day_of_it_is_over(tmp_path: Path, store: Store) -> None:
    """What was kept for three months is not lost to a wrong clock that somebody sets right."""
    journal, copy, real = Journal(store), tmp_path / "copy" / "kiosk.db", datetime.now(UTC)
    journal.ordered(UUID(int=1), "residence")
    journal.ended(UUID(int=1), JobPhase.PRINTED, 1, None)
    journal.reported(UUID(int=1))
    told_in_the_end(Upkeep(store), real)
    ahead = real + timedelta(days=365)
    told_in_the_end(Upkeep(store), ahead)
    assert journal.first_at() is not None
    os.utime(copy, (ahead.timestamp(),) * 2)
    told_in_the_end(Upkeep(store), ahead + timedelta(days=1))
    assert journal.first_at() is None


def test_a_kiosk_that_is_on_one_day_a_week_forgets_too(tmp_path: Path, store: Store) -> None:
    journal, copy, now = Journal(store), tmp_path / "copy" / "kiosk.db", datetime.now(UTC)
    journal.ordered(UUID(int=1), "residence")
    journal.ended(UUID(int=1), JobPhase.PRINTED, 1, None)
    journal.reported(UUID(int=1))
    weeks = 0
    while journal.first_at() is not None and weeks < 60:
        told_in_the_end(Upkeep(store), now)
        os.utime(copy, (now.timestamp(),) * 2)
        now, weeks = now + timedelta(days=7), weeks + 1
    assert timedelta(days=7 * weeks) < TICKETS_KEPT + timedelta(days=21)


def test_the_audit_trail_holds_after_its_oldest_rows_were_given_up_and_not_when_somebody_took_more(
    store: Store,
) -> None:
    trail = AuditTrail(store)
    old = (NOW - AUDIT_KEPT - timedelta(days=1)).isoformat(timespec="milliseconds")
    trail.append(*[AuditLine(What.VISIT_BEGAN, number) for number in range(10)])
    rewrite(store, dict.fromkeys(range(1, 7), old))
    assert trail.broken_at() is None
    head = trail.head()
    give_up(store, NOW)
    with store.transaction() as connection:
        assert connection.execute(sa.select(sa.func.min(audit.c.number))).scalar() == 7
    assert (trail.broken_at(), trail.head()) == (None, head)
    trail.append(AuditLine(What.VISIT_ENDED, 10))
    assert trail.broken_at() is None
    with store.transaction() as connection:
        connection.execute(sa.text("DELETE FROM audit WHERE number = 7"))
    assert trail.broken_at() == 7


def rewrite(store: Store, moments: dict[int, str]) -> None:
    """Write the chain again with other moments, by its definition: SHA-256 of a row's JSON, keys in order."""
    import hashlib
    import json

    with store.transaction() as connection:
        previous = "0" * 64
        for row in connection.execute(sa.select(audit).order_by(audit.c.number)).mappings().all():
            told = {**row, "at": moments.get(row["number"], NOW.isoformat()), "previous": previous}
            told = {key: value for key, value in told.items() if key not in ("hash", "staff")}
            previous = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
            changed = sa.update(audit).where(audit.c.number == row["number"])
            connection.execute(changed.values(at=told["at"], previous=told["previous"], hash=previous))
