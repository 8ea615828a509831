"""What the database decides of compartments, on both makes of it: one claim, one door, and nothing is ever lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townhall import database
from townhall.claims import Claims
from townhall.compartments.book import Book, Emptying, NotExpected, PlaceTaken
from townhall.compartments.tables import COLLECTIONS, DEPOSITS, Collection, Deposit, Found, Outcome, Result, StockTaking
from townhall.ledger import ClaimTaken
from townhall.tables import CLAIMS, Access, Claim, ClaimKind, ClaimState

TODAY = dt.date(2026, 11, 26)
NOW = dt.datetime(2026, 11, 26, 19, 0, tzinfo=dt.UTC)
REFERENCES = count()


@pytest.fixture(scope="module")
def engine(new_database: Callable[[], str]) -> Iterator[sa.Engine]:
    engine = database.opened(new_database())
    yield engine
    engine.dispose()


@pytest.fixture
def book(engine: sa.Engine) -> Book:
    return Book(engine)


@pytest.fixture
def claims(engine: sa.Engine) -> Claims:
    return Claims(engine)


def registered(book: Book) -> Claim:
    """Something that a clerk wrote down."""
    id_ = uuid4()
    claim = Claim(
        id=id_,
        root=id_,
        kind=ClaimKind.COMPARTMENT,
        resident="somebody",
        access=Access.EID,
        state=ClaimState.ANNOUNCED,
        product_code="passport",
        title="Paspoort",
        language="nl",
        copies=1,
        valid_until=TODAY,
        made_at=NOW,
    )
    assert book.register(claim, f"R{next(REFERENCES)}")
    return claim


def waits(claim: Claim) -> Claim:
    """The same claim, as it is once the thing lies there."""
    return replace(claim, state=ClaimState.WAITING)


def deposit(claim: Claim, kiosk: str, number: int = 1) -> Deposit:
    return Deposit(uuid4(), claim.root, kiosk, number, ("els-1",), NOW)


def wanted(claim: Claim, there: Deposit) -> Collection:
    return Collection(uuid4(), there.kiosk, "somebody", claim.id, there.id, there.compartment, NOW)


def result(outcome: Outcome) -> Result:
    return Result(outcome, NOW, NOW, ())


def lies(book: Book, kiosk: str) -> tuple[Claim, Deposit]:
    """Something that was put in."""
    claim = registered(book)
    there = deposit(claim, kiosk)
    assert book.put(there, waits(claim))
    return claim, there


def together(*works: Callable[[], object]) -> list[object]:
    """Do them at one instant."""
    gate = Barrier(len(works))

    def one(work: Callable[[], object]) -> object:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def tried(work: Callable[[], object]) -> Callable[[], object]:
    """The same, where losing is an answer."""

    def safe() -> object:
        try:
            return work()
        except (ClaimTaken, NotExpected, PlaceTaken):
            return False

    return safe


def test_of_many_tickets_at_one_instant_one_has_leave(book: Book, claims: Claims) -> None:
    for turn in range(10):
        claim, there = lies(book, f"many-{turn}")
        asked = [tried(lambda: book.bind(wanted(claim, there), TODAY)) for _ in range(6)]  # noqa: B023
        assert sum(map(bool, together(*asked))) == 1
        found = claims.of(claim.id)
        assert found is not None
        assert found.state is ClaimState.BOUND


def test_a_resident_and_staff_at_one_instant_and_one_of_them_has_the_thing(book: Book, claims: Claims) -> None:
    for turn in range(10):
        claim, there = lies(book, f"race-{turn}")
        placed = book.deposit(there.id)
        assert placed is not None
        emptying = Emptying(Found.THING, ("els-1",), NOW)
        had_leave, taken_back = together(
            tried(lambda: book.bind(wanted(claim, there), TODAY)),  # noqa: B023
            tried(lambda: book.take_back(placed, emptying)),  # noqa: B023
        )
        assert bool(had_leave) is not bool(taken_back)
        found = claims.of(claim.id)
        assert found is not None
        assert (found.state is ClaimState.BOUND) is bool(had_leave)
        assert (book.where(claim.root) is None) is bool(taken_back)


def test_one_compartment_and_one_thing_are_filled_once_whoever_puts_in(book: Book) -> None:
    for turn in range(10):
        one, other = registered(book), registered(book)
        puts = [
            tried(lambda: book.put(deposit(one, f"put-{turn}", 1), waits(one))),  # noqa: B023
            tried(lambda: book.put(deposit(one, f"put-{turn}", 2), waits(one))),  # noqa: B023
            tried(lambda: book.put(deposit(other, f"put-{turn}", 1), waits(other))),  # noqa: B023
        ]
        together(*puts)
        lying = book.lying(f"put-{turn}")
        assert 1 <= len(lying) <= 2
        assert len({found.deposit.compartment for found in lying}) == len(lying)
        assert len({found.deposit.thing for found in lying}) == len(lying)


def test_a_door_opens_on_the_last_day_and_not_the_day_after(book: Book) -> None:
    claim, there = lies(book, "last-day")
    with pytest.raises(ClaimTaken):
        book.bind(wanted(claim, there), TODAY + dt.timedelta(days=1))
    assert book.bind(wanted(claim, there), TODAY)


# What can happen at the wall, at every moment; SILENT: the kiosk lost its power before it could tell.
DOORS = [outcome.value for outcome in Outcome] + ["silent"]
STAFF = ["put", "back-thing", "back-empty", "stock-thing", "stock-empty", "tell-late"]
STEPS = st.lists(st.sampled_from([*DOORS, *DOORS, *STAFF]), min_size=1, max_size=14)


class Wall:
    """One thing, one compartment, a kiosk whose reports may come late, and staff who do what they like."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine, self.book, self.claims = engine, Book(engine), Claims(engine)
        self.kiosk = f"wall-{uuid4().hex[:12]}"
        self.claim = registered(self.book)
        self.thing = self.claim.root
        self.untold: list[Collection] = []

    def play(self, step: str) -> None:
        match step:
            case "put":
                tried(lambda: self.book.put(deposit(self.claim, self.kiosk), waits(self.claim)))()
            case "back-thing" | "back-empty":
                placed = self.book.where(self.thing)
                if placed is not None:
                    self.book.take_back(placed, Emptying(Found(step.split("-")[1]), ("els-1",), NOW))
            case "stock-thing" | "stock-empty":
                found = {1: Found(step.split("-")[1])}
                self.book.take_stock(StockTaking(uuid4(), self.kiosk, NOW, ("els-1",), found))
            case "tell-late":
                for collection in self.untold:
                    self.book.report(collection, result(Outcome.COLLECTED), NOW)
                self.untold.clear()
            case _:
                self.visit(step)

    def visit(self, outcome: str) -> None:
        placed = self.book.where(self.thing)
        if placed is None:
            return
        leave = wanted(self.claim, placed.deposit)
        if not tried(lambda: self.book.bind(leave, TODAY))():
            return
        if outcome == "silent":
            self.untold.append(leave)
        else:
            self.book.report(leave, result(Outcome(outcome)), NOW)

    def holds(self) -> None:
        """Compartments, claims and doors agree."""
        claim = self.claims.of(self.thing)
        assert claim is not None
        with self.engine.connect() as connection:
            mine = DEPOSITS.c.thing == self.thing
            deposits = connection.execute(sa.select(DEPOSITS).where(mine)).mappings().all()
            names = [row["id"] for row in deposits]
            leaves = connection.execute(sa.select(COLLECTIONS).where(COLLECTIONS.c.deposit.in_(names))).mappings().all()
            tickets = connection.execute(sa.select(CLAIMS.c.ticket).where(CLAIMS.c.id == self.thing)).scalars().all()
        behind = [row for row in deposits if row["ended"] is None]
        assert len(behind) <= 1
        collected = [row for row in leaves if row["outcome"] == "collected"]
        assert (claim.state is ClaimState.USED) is any(row["ended"] == "collected" for row in deposits)
        if claim.state is ClaimState.USED:
            assert claim.ticket in {row["ticket"] for row in collected}, "never collected without a door that opened"
            assert not behind
        elif claim.state is ClaimState.BOUND:
            assert behind
            assert [row["outcome"] for row in leaves if row["ticket"] in tickets] == [None], (
                "one leave, not told of yet"
            )
        else:
            outside = {one.claim.id for one in self.book.outside()}
            assert bool(behind) is not (self.thing in outside), "never lost: behind a door, or known to be elsewhere"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_compartments_claims_and_doors_agree_after_any_order_of_events(engine: sa.Engine, steps: list[str]) -> None:
    wall = Wall(engine)
    wall.play("put")
    for step in steps:
        wall.play(step)
        wall.holds()


def test_a_report_that_comes_again_changes_nothing(book: Book, claims: Claims) -> None:
    claim, there = lies(book, "again")
    leave = wanted(claim, there)
    book.bind(leave, TODAY)
    book.report(leave, result(Outcome.NOTHING_TAKEN), NOW)
    second = wanted(claim, there)
    assert book.bind(second, TODAY)
    book.report(leave, result(Outcome.COLLECTED), NOW)
    found = claims.of(claim.id)
    assert found is not None
    assert (found.state, found.ticket) == (ClaimState.BOUND, second.ticket)
    kept = book.collection(leave.ticket)
    assert kept is not None
    assert kept.result is not None
    assert kept.result.outcome is Outcome.NOTHING_TAKEN


def test_the_same_deposit_is_known_and_a_document_is_none(book: Book) -> None:
    claim, there = lies(book, "known")
    assert not book.put(there, waits(claim))
    assert book.deposit(UUID(int=0)) is None
