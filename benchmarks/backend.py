"""The town's side: two hundred kiosks at once, a thousand documents handed in, and a million tickets in the book.

One worker on SQLite (or, as a bench of its own, on a PostgreSQL whose commits wait for the disk), real TLS with a
certificate for each kiosk, a real responder for revocation. Caller and town hall share the machine, so what is measured
is what a kiosk in the same building would see. Typesetting and sealing an attest ("make") runs in half of the visits,
and its own call is left out of the figures.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

import sqlalchemy as sa

from benchmarks.callers import Kiosk, Software, Times, Town
from benchmarks.rounds import interleave
from benchmarks.rows import Peer, Row
from simulators.postgresql import PostgreSql
from townhall import database
from townhall.tables import CLAIMS, ORDERS, RESULTS

KIOSKS = 200
VISIT_SECONDS = 60.0
DEPOSITS = 1000
# As many lines as a program of a town keeps open.
LINES = 4
TICKETS = 1_000_000
CHUNK = 20_000
# One ticket in fifty fails and leaves a claim; the book of a million was filled over years.
ONE_FAILS_IN = 50
ROUNDS, LIVES = 9, 15
MADE, JUDGED = "make", "hand in"  # their time is typesetting, sealing, and judging a PDF: not the book's


# Gives the URL of an empty database, for a town that keeps its things in a folder.
Book = Callable[[Path], str]


def rows() -> list[Row]:
    """Every figure of this bench, on SQLite."""
    return _rows(lambda folder: f"sqlite:///{folder / 'townhall.db'}")


def rows_on_postgresql() -> list[Row]:
    """The same on PostgreSQL."""
    server = PostgreSql(durable=True)
    server.start()
    try:
        return _rows(lambda _folder: server.database())
    finally:
        server.close()


def _rows(book: Book) -> list[Row]:
    with _town("crowd", book) as (town, _):
        crowd = asyncio.run(_crowd(town))
        seconds = asyncio.run(_deposits(town))
    measured = [value for name, values in crowd.of.items() if name != MADE for value in values]
    return [
        Row(f"slowest of a hundred calls, {KIOSKS} kiosks", _p99(measured), "ms", len(measured), target=150),
        Row("a call in the middle", median(measured), "ms", len(measured)),
        Row("typesetting and sealing, with its call", median(crowd.of[MADE]), "ms", len(crowd.of[MADE])),
        Row(f"{DEPOSITS} documents handed in", seconds, "s", DEPOSITS, target=60),
        *_growth(book),
    ]


# --- a crowd ---------------------------------------------------------------------------------------------------------


async def _crowd(town: Town) -> Times:
    """Each kiosk has one visit, spread over a minute; every other one with a card, the rest with a code."""
    kiosks, software = [Kiosk(town, f"LV-{number:03}") for number in range(KIOSKS)], Software(town)
    codes = [await software.deposit(Times()) for _ in range(KIOSKS // 2)]
    for kiosk in kiosks:
        await kiosk.public_list(Times())  # the line stands, as it does in a kiosk that is on
    times, started = Times(), time.monotonic()

    async def visit(number: int, kiosk: Kiosk) -> None:
        await asyncio.sleep(number * VISIT_SECONDS / KIOSKS - (time.monotonic() - started))
        await kiosk.public_list(times)
        await (kiosk.with_card(times) if number % 2 else kiosk.with_code(codes[number // 2], times))

    await asyncio.gather(*(visit(number, kiosk) for number, kiosk in enumerate(kiosks)))
    await asyncio.gather(software.close(), *(kiosk.close() for kiosk in kiosks))
    return times


async def _deposits(town: Town) -> float:
    software = [Software(town) for _ in range(LINES)]
    await asyncio.gather(*(one.deposit(Times()) for one in software))
    started = time.monotonic()

    async def line(one: Software) -> None:
        for _ in range(DEPOSITS // LINES):
            await one.deposit(Times())

    await asyncio.gather(*map(line, software))
    seconds = time.monotonic() - started
    for one in software:
        await one.close()
    return seconds


# --- a full book -----------------------------------------------------------------------------------------------------


def _growth(book: Book) -> list[Row]:
    """The same lives of documents beside an empty and a full book, in turns."""
    with _town("empty", book) as (empty, _), _town("full", book) as (full, url):
        _fill(url)
        taken = {"full": Times(), "empty": Times()}
        towns = {"full": full, "empty": empty}
        names = {name: (lambda name=name: asyncio.run(_lives(towns[name], taken[name]))) for name in towns}
        interleave(names, ROUNDS)
    full_medians, empty_medians = (
        {name: median(values) for name, values in times.of.items()} for times in taken.values()
    )
    peer, count = "the same on an empty book", ROUNDS * LIVES
    counted = [name for name in full_medians if name not in {MADE, JUDGED}]
    worst = max(counted, key=lambda name: full_medians[name] / empty_medians[name])
    sums = [sum(medians[name] for name in counted) for medians in (full_medians, empty_medians)]
    return [
        Row(f"a visit's calls with {TICKETS:,} tickets", sums[0], "ms", count, 1.2, Peer(peer, "", sums[1])),
        Row(
            f"the call that grew most ({worst})",
            full_medians[worst],
            "ms",
            count,
            1.2,
            Peer(peer, "", empty_medians[worst]),
        ),
    ]


async def _lives(town: Town, times: Times) -> None:
    kiosk, software = Kiosk(town, "LV-001"), Software(town)
    await kiosk.public_list(Times())
    await software.deposit(Times())  # both lines stand
    for _ in range(LIVES):
        await kiosk.public_list(times)
        await kiosk.with_code(await software.deposit(times), times)
        await kiosk.with_card(times)
    await kiosk.close()
    await software.close()


def _fill(url: str) -> None:
    """Write a million tickets with what became of them, as years of use would have."""
    engine, day = database.opened(url), dt.date(2026, 1, 1)
    for start in range(0, TICKETS, CHUNK):
        orders = [_order(day) for _ in range(CHUNK)]
        failed = orders[::ONE_FAILS_IN]
        with engine.begin() as connection:
            connection.execute(sa.insert(ORDERS), orders)
            connection.execute(sa.insert(RESULTS), [_result(order) for order in orders])
            connection.execute(sa.insert(CLAIMS), [_claim(order, day) for order in failed])
        if start % (TICKETS // 5) == 0:
            print(f"{start + CHUNK} tickets written", file=sys.stderr)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for chore in ("VACUUM ANALYZE", "CHECKPOINT"):  # what years of use leave time for
                connection.exec_driver_sql(chore)
    engine.dispose()


def _order(day: dt.date) -> dict[str, object]:
    return {
        "ticket": uuid4(),
        "kiosk": f"LV-{secrets.randbelow(KIOSKS):03}",
        "owner": secrets.token_hex(32),
        "wish": secrets.token_hex(32),
        "kind": "paper",
        "product_code": "residence",
        "language": "nl",
        "title": "Attest van hoofdverblijfplaats",
        "copies": 1,
        "code": secrets.token_hex(7),
        "issued": day,
        "valid_until": day,
    }


def _result(order: dict[str, object]) -> dict[str, object]:
    said = {"ticket": order["ticket"], "outcome": "printed", "sheets_printed": 1, "reasons": [], "remedy": "none"}
    return {**said, "needs_card": False}


def _claim(order: dict[str, object], day: dt.date) -> dict[str, object]:
    id_ = uuid4()
    return {
        "id": id_,
        "root": id_,
        "kind": "reprint",
        "resident": order["owner"],
        "access": "code",
        "code_hash": secrets.token_hex(32),
        "state": "used",
        "of_ticket": order["ticket"],
        "product_code": order["product_code"],
        "title": order["title"],
        "language": "nl",
        "copies": 1,
        "valid_until": day,
        "made_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    }


# --- in common -------------------------------------------------------------------------------------------------------


@contextmanager
def _town(name: str, book: Book) -> Iterator[tuple[Town, str]]:
    """Give a town and the URL of its database."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        url = book(Path(folder))
        town = Town(Path(folder) / name, ("--database", url))
        try:
            yield town, url
        finally:
            town.close()


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[-1]
