"""What the town forgets, on both makes of database: a line as a whole, once it is over and a year is past."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from tests.waiting import wait_until
from townhall import database, retention, server
from townhall.claims import Claims
from townhall.compartments.book import Book
from townhall.compartments.tables import Collection, Deposit, Found, Outcome, Result, StockTaking
from townhall.ledger import Ledger
from townhall.tables import (
    METADATA,
    Access,
    Act,
    ActKind,
    Claim,
    ClaimKind,
    ClaimState,
    Order,
    OrderKind,
    PrintResult,
)

DAY = dt.timedelta(days=1)
LAST = dt.date(2026, 11, 26)  # of everything here
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
YEAR_AND_A_MONTH = 396 * DAY  # as docs/privacy.md says it


@pytest.fixture
def engine(new_database: Callable[[], str]) -> Iterator[sa.Engine]:
    engine = database.opened(new_database())
    yield engine
    engine.dispose()


def rows(engine: sa.Engine) -> dict[str, int]:
    """How many rows stand in each table that has any, but of the documents: they go by themselves."""
    with engine.connect() as connection:
        found = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
        }
    return {name: count for name, count in found.items() if count and name not in ("documents", "doors")}


def claim(kind: ClaimKind, **other: object) -> Claim:
    id_ = uuid4()
    made = Claim(
        id=id_,
        root=id_,
        kind=kind,
        resident="somebody",
        access=Access.EID,
        state=ClaimState.ANNOUNCED,
        product_code="residence",
        title="Attest",
        language="nl",
        copies=1,
        valid_until=LAST,
        made_at=NOW,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def printed(engine: sa.Engine, of: Claim | None) -> Order:
    """An order and its result; without a claim it was made on the spot."""
    ledger = Ledger(engine)
    made = Order(
        ticket=uuid4(), kiosk="LV-01", owner="somebody", wish="wish", kind=OrderKind.PAPER, product_code="residence",
        language="nl", title="Attest", copies=1, issued=NOW.date(), valid_until=LAST, claim=of.id if of else None,
        document=of.id if of else None,
    )  # fmt: skip
    assert ledger.add_order(made)
    said = PrintResult(made.ticket, "printed", 1, (), "none", None, None, needs_card=False)
    assert ledger.add_result(made, said, ClaimState.USED, None)
    return made


def prepared(engine: sa.Engine) -> UUID:
    """A document that was handed in, printed, and told of."""
    claims = Claims(engine)
    one = claim(ClaimKind.PREPARED)
    assert claims.add(one)
    assert claims.fill(replace(one, state=ClaimState.WAITING, document=one.id, content_hash="x", pages=1), b"closed")
    claims.note(Act(NOW, "els", ActKind.WITHDRAWN, one.root))
    printed(engine, one)
    return one.root


def put_in(engine: sa.Engine) -> tuple[Claim, Deposit]:
    """A thing in a compartment."""
    book, one = Book(engine), claim(ClaimKind.COMPARTMENT)
    assert book.register(one, f"R{str(one.id)[:6]}")
    there = Deposit(uuid4(), one.root, "LV-01", 1, ("els-1",), NOW)
    assert book.put(there, replace(one, state=ClaimState.WAITING))
    return one, there


def test_a_line_that_is_over_goes_as_a_whole_after_a_year_and_a_month(engine: sa.Engine) -> None:
    prepared(engine)
    printed(engine, None)
    assert retention.forget(engine, LAST + YEAR_AND_A_MONTH) == 0
    assert rows(engine) == {"claims": 1, "document_orders": 2, "print_results": 2, "acts": 1}
    assert retention.forget(engine, LAST + YEAR_AND_A_MONTH + DAY) == 1
    assert rows(engine) == {}


def test_what_lies_in_a_compartment_is_never_forgotten_and_what_was_collected_is(engine: sa.Engine) -> None:
    book = Book(engine)
    one, there = put_in(engine)
    assert book.take_stock(StockTaking(uuid4(), "LV-01", NOW, ("els-1",), {1: Found.THING}, ()))
    much_later = LAST + 3 * YEAR_AND_A_MONTH
    assert retention.forget(engine, much_later) == 0
    assert rows(engine) == {"claims": 1, "things": 1, "deposits": 1}  # the look at the shelf is long past
    wanted = Collection(uuid4(), "LV-01", "somebody", one.id, there.id, 1, NOW)
    assert book.bind(wanted, LAST)
    book.report(wanted, Result(Outcome.COLLECTED, NOW, NOW, ()), NOW)
    assert retention.forget(engine, LAST + YEAR_AND_A_MONTH + DAY) == 1
    assert rows(engine) == {}


def test_a_reprint_that_is_owed_keeps_its_order(engine: sa.Engine) -> None:
    order = printed(engine, None)
    owed = claim(ClaimKind.REPRINT, state=ClaimState.WAITING, of_ticket=order.ticket, valid_until=LAST + 5 * DAY)
    assert Claims(engine).add(owed)
    retention.forget(engine, LAST + YEAR_AND_A_MONTH + DAY)
    assert rows(engine) == {"claims": 1, "document_orders": 1, "print_results": 1}
    retention.forget(engine, LAST + YEAR_AND_A_MONTH + 6 * DAY)
    assert rows(engine) == {}


def test_of_many_lines_some_go_at_once_and_the_rest_the_next_time(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(3):
        prepared(engine)
    day = LAST + YEAR_AND_A_MONTH + DAY
    assert [retention.forget(engine, day), retention.forget(engine, day), retention.forget(engine, day)] == [2, 1, 0]


def test_a_town_that_serves_forgets_by_itself(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over is looked for each day, along with what is swept every quarter of a minute."""
    prepared(engine)
    monkeypatch.setattr(server, "SWEEP_SECONDS", 0.01)
    day = LAST + YEAR_AND_A_MONTH + DAY
    sessions = SimpleNamespace(sweep=lambda: None)
    town = SimpleNamespace(sessions=sessions, ledger=Ledger(engine), today=lambda: day)

    async def serves() -> None:
        sweeping = asyncio.create_task(server._sweep(town))  # type: ignore[arg-type]
        await asyncio.to_thread(wait_until, lambda: not rows(engine))
        sweeping.cancel()

    asyncio.run(serves())
