"""Writes down what lies where, so that one claim opens one door once, whoever asks at the same time.

Every change begins with a write to the claim that it is about (`UPDATE … WHERE` its state): of two at once the second
waits there, and then finds it decided. One thing in a compartment is a unique column of the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from townhall.compartments.tables import (
    COLLECTIONS,
    DEPOSITS,
    STOCK_TAKINGS,
    THINGS,
    Collection,
    Deposit,
    Disagreement,
    Ended,
    Found,
    Outcome,
    Placed,
    Registered,
    Result,
    StockTaking,
    collection_of,
    deposit_of,
    stock_taking_of,
)
from townhall.ledger import ClaimTaken
from townhall.tables import CLAIMS, Claim, ClaimState, claim_of, values_of

# A thing in one of these states may be put into a compartment, when it lies in none.
TO_PUT_IN = (ClaimState.ANNOUNCED, ClaimState.WAITING, ClaimState.IN_DOUBT)


class PlaceTaken(Exception):
    """Something lies in that compartment already."""


class NotExpected(Exception):
    """The thing is not waiting to be put in (any more)."""


class _Undone(Exception):
    """It is not so any more; the transaction goes back."""


@dataclass(frozen=True)
class Emptying:
    """Staff opened a door to take something back."""

    found: Found
    staff: tuple[str, ...]
    at: dt.datetime


class Book:
    """What a town remembers of its compartments. Safe from threads and processes. Raises SQLAlchemyError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    # --- looking -----------------------------------------------------------------------------------------------------

    def lying(self, kiosk: str | None = None) -> tuple[Placed, ...]:
        """What lies behind doors now, of one kiosk or of all, by number."""
        where = sa.true() if kiosk is None else DEPOSITS.c.kiosk == kiosk
        return self._placed(sa.and_(DEPOSITS.c.ended.is_(None), where))

    def deposit(self, id_: UUID) -> Placed | None:
        """One deposit, also when it has ended."""
        return next(iter(self._placed(DEPOSITS.c.id == id_)), None)

    def where(self, thing: UUID) -> Placed | None:
        """The deposit of a thing that lies behind a door now."""
        return next(iter(self._placed(DEPOSITS.c.thing_there == thing)), None)

    def deposits(self, thing: UUID) -> tuple[Placed, ...]:
        """Every time that a thing was put in, oldest first."""
        return tuple(sorted(self._placed(DEPOSITS.c.thing == thing), key=lambda one: one.deposit.since))

    def outside(self) -> tuple[Registered, ...]:
        """What lies behind no door and is not over: to be put in, at the counter, or in doubt. Oldest first."""
        open_ = sa.and_(CLAIMS.c.root == THINGS.c.id, CLAIMS.c.state.in_([state.value for state in TO_PUT_IN]))
        there = sa.select(DEPOSITS.c.thing_there).where(DEPOSITS.c.thing_there.is_not(None))
        query = sa.select(THINGS.c.reference, CLAIMS).join(CLAIMS, open_).where(THINGS.c.id.not_in(there))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(CLAIMS.c.made_at)).mappings().all()
        return tuple(_registered(row) for row in rows)

    def reference(self, thing: UUID) -> str | None:
        """What is written on a thing."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(THINGS.c.reference).where(THINGS.c.id == thing)).scalar()

    def thing(self, reference: str) -> UUID | None:
        """The thing on which it is written."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(THINGS.c.id).where(THINGS.c.reference == reference)).scalar()

    def collection(self, ticket: UUID) -> Collection | None:
        """The leave that a ticket had."""
        found = self._collections(COLLECTIONS.c.ticket == ticket)
        return found[0] if found else None

    def collections(self, deposits: Sequence[UUID]) -> tuple[Collection, ...]:
        """Every leave to open the door of these deposits, oldest first."""
        return self._collections(COLLECTIONS.c.deposit.in_(deposits))

    def stock_taking(self, id_: UUID) -> StockTaking | None:
        """One of them."""
        return self._stock_taking(STOCK_TAKINGS.c.id == id_)

    def newest_stock_taking(self, kiosk: str) -> StockTaking | None:
        """The last one at a kiosk."""
        return self._stock_taking(STOCK_TAKINGS.c.kiosk == kiosk)

    # --- for staff ---------------------------------------------------------------------------------------------------

    def register(self, claim: Claim, reference: str) -> bool:
        """Write a thing down with its claim; False when the name or the reference is known."""
        try:
            with self._engine.begin() as connection:
                connection.execute(CLAIMS.insert().values(values_of(claim, CLAIMS)))
                connection.execute(THINGS.insert().values(id=claim.root, reference=reference))
        except sa.exc.IntegrityError:
            return False
        return True

    def put(self, deposit: Deposit, waiting: Claim) -> bool:
        """It lies in its compartment, and its claim waits from now on. False: there is a deposit of that name.

        Raises PlaceTaken, NotExpected.
        """
        fields = ("state", "access", "valid_until", "code_hash", "code_until", "ticket")
        values = {name: value for name, value in values_of(waiting, CLAIMS).items() if name in fields}
        which = CLAIMS.c.id == waiting.id, CLAIMS.c.state.in_([state.value for state in TO_PUT_IN])
        try:
            with self._engine.begin() as connection:
                if connection.execute(sa.update(CLAIMS).where(*which).values(values)).rowcount != 1:
                    raise NotExpected
                connection.execute(DEPOSITS.insert().values(_deposit_row(deposit)))
        except sa.exc.IntegrityError:
            if self.deposit(deposit.id) is not None:
                return False
            raise NotExpected if self.where(deposit.thing) else PlaceTaken from None
        return True

    def take_back(self, placed: Placed, emptying: Emptying) -> bool:
        """Staff took it out, or found nothing. False when a ticket has leave, or it is not as it was said to be."""
        after = ClaimState.WAITING if emptying.found is Found.THING else ClaimState.IN_DOUBT
        ended = Ended.TAKEN_BACK if emptying.found is Found.THING else Ended.MISSING
        busy = (ClaimState.BOUND.value, ClaimState.REPLACED.value)
        unsettled = CLAIMS.c.state.in_([ClaimState.WAITING.value, ClaimState.IN_DOUBT.value])
        try:
            with self._engine.begin() as connection:
                change = (
                    sa.update(CLAIMS)
                    .where(CLAIMS.c.id == placed.claim.id, CLAIMS.c.state.not_in(busy))
                    .values(state=sa.case((unsettled, after.value), else_=CLAIMS.c.state))
                )
                _must(_Undone, holds=connection.execute(change).rowcount == 1)
                _must(_Undone, holds=_end(connection, placed.deposit.id, ended, emptying.at, emptying.staff))
        except _Undone:
            return False
        return True

    def take_stock(self, said: StockTaking) -> bool:
        """Settle what was in doubt by what was found; False when there is a stock-taking of that name."""
        row = {"id": said.id, "kiosk": said.kiosk, "at": said.at, "staff": list(said.staff), "disagreements": []}
        row["found"] = [[number, found.value] for number, found in sorted(said.found.items())]
        try:
            with self._engine.begin() as connection:
                connection.execute(STOCK_TAKINGS.insert().values(row))
                found = [_settled(connection, said, number) for number in sorted(said.found)]
                kept = [[one.compartment, one.found.value, one.reference] for one in found if one is not None]
                mine = sa.update(STOCK_TAKINGS).where(STOCK_TAKINGS.c.id == said.id)
                connection.execute(mine.values(disagreements=kept))
        except sa.exc.IntegrityError:
            return False
        return True

    # --- for residents -----------------------------------------------------------------------------------------------

    def bind(self, wanted: Collection, today: dt.date) -> bool:
        """Give leave to open one door; False when the ticket is known. Raises ClaimTaken."""
        row = {name: getattr(wanted, name) for name in ("ticket", "kiosk", "owner", "claim", "deposit", "compartment")}
        bind = (
            sa.update(CLAIMS)
            .where(CLAIMS.c.id == wanted.claim, CLAIMS.c.state == ClaimState.WAITING.value)
            .where(CLAIMS.c.valid_until >= today)
            .values(state=ClaimState.BOUND.value, ticket=wanted.ticket)
        )
        there = sa.select(DEPOSITS.c.id).where(DEPOSITS.c.id == wanted.deposit, DEPOSITS.c.ended.is_(None))
        try:
            with self._engine.begin() as connection:
                free = connection.execute(bind).rowcount == 1
                _must(ClaimTaken, holds=free and connection.execute(there).first() is not None)
                # Last: it refers to the deposit; PostgreSQL then holds that row, which staff write to after the claim.
                connection.execute(COLLECTIONS.insert().values(at=wanted.at, **row))
        except sa.exc.IntegrityError:
            return False
        except ClaimTaken:
            if self.collection(wanted.ticket) is None:
                raise
            return False
        return True

    def report(self, collection: Collection, result: Result, now: dt.datetime) -> None:
        """What came of a door. The first report stands: nothing happens where one is known already."""
        mine = COLLECTIONS.c.ticket == collection.ticket
        said = {
            "outcome": result.outcome.value,
            "opened_at": result.opened_at,
            "closed_at": result.closed_at,
            "reasons": list(result.reasons),
        }
        collected = result.outcome is Outcome.COLLECTED
        # Staff who looked behind the door before the kiosk could tell found nothing: this is why.
        open_ = (ClaimState.BOUND, ClaimState.IN_DOUBT) if collected else (ClaimState.BOUND,)
        which = CLAIMS.c.ticket == collection.ticket, CLAIMS.c.state.in_([state.value for state in open_])
        with self._engine.begin() as connection:
            first = sa.update(COLLECTIONS).where(mine, COLLECTIONS.c.outcome.is_(None)).values(said)
            if connection.execute(first).rowcount != 1:
                return
            ours = connection.execute(sa.update(CLAIMS).where(*which).values(_after(result.outcome))).rowcount
            if ours and collected:
                _end(connection, collection.deposit, Ended.COLLECTED, now, (), Ended.MISSING)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _placed(self, which: sa.ColumnElement[bool]) -> tuple[Placed, ...]:
        query = sa.select(DEPOSITS, THINGS.c.reference).join(THINGS).where(which)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(DEPOSITS.c.kiosk, DEPOSITS.c.compartment)).mappings().all()
            roots = {row["thing"] for row in rows}
            newest = CLAIMS.select().where(CLAIMS.c.root.in_(roots), CLAIMS.c.state != ClaimState.REPLACED.value)
            claims = {row["root"]: claim_of(row) for row in connection.execute(newest).mappings()}
        return tuple(
            Placed(deposit_of(row), row["reference"], claims[row["thing"]]) for row in rows if row["thing"] in claims
        )

    def _collections(self, which: sa.ColumnElement[bool]) -> tuple[Collection, ...]:
        with self._engine.connect() as connection:
            rows = connection.execute(COLLECTIONS.select().where(which).order_by(COLLECTIONS.c.at)).mappings().all()
        return tuple(collection_of(row) for row in rows)

    def _stock_taking(self, which: sa.ColumnElement[bool]) -> StockTaking | None:
        newest = STOCK_TAKINGS.select().where(which).order_by(STOCK_TAKINGS.c.at.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(newest).mappings().first()
        return None if row is None else stock_taking_of(row)


def _after(outcome: Outcome) -> dict[str, object]:
    """What a claim is once its kiosk has told what came of the door."""
    match outcome:
        case Outcome.COLLECTED:
            return {"state": ClaimState.USED.value}
        case Outcome.NOT_OPENED | Outcome.NOTHING_TAKEN:
            return {"state": ClaimState.WAITING.value, "ticket": None}
        case Outcome.LEFT_OPEN | Outcome.FOUND_EMPTY | Outcome.UNKNOWN:
            return {"state": ClaimState.IN_DOUBT.value}


def _settled(connection: sa.Connection, said: StockTaking, number: int) -> Disagreement | None:
    """Take over what was found in one compartment; gives where that differs from what was known."""
    found, place = said.found[number], f"{said.kiosk}/{number}"
    lies = sa.select(DEPOSITS.c.id, DEPOSITS.c.thing, THINGS.c.reference).join(THINGS).where(DEPOSITS.c.place == place)
    row = connection.execute(lies).first()
    if row is None:
        return None if found is Found.EMPTY else Disagreement(number, found)
    claim = sa.update(CLAIMS).where(CLAIMS.c.root == row.thing)
    unsure = [ClaimState.BOUND.value, ClaimState.IN_DOUBT.value]
    if found is Found.THING:
        free = {"state": ClaimState.WAITING.value, "ticket": None}
        connection.execute(claim.where(CLAIMS.c.state.in_(unsure)).values(free))
        return None
    open_ = [*unsure, ClaimState.WAITING.value]
    connection.execute(claim.where(CLAIMS.c.state.in_(open_)).values(state=ClaimState.IN_DOUBT.value))
    _end(connection, row.id, Ended.MISSING, said.at, said.staff)
    return Disagreement(number, found, row.reference)


def _must(otherwise: type[Exception], *, holds: bool) -> None:
    """Undo the transaction around it unless this holds."""
    if not holds:
        raise otherwise


def _end(
    connection: sa.Connection,
    deposit: UUID,
    ended: Ended,
    at: dt.datetime,
    staff: tuple[str, ...],
    known: Ended | None = None,
) -> bool:
    """It lies there no more; False when that was known already, but for one reason that may be bettered (`known`)."""
    open_: sa.ColumnElement[bool] = DEPOSITS.c.ended.is_(None)
    if known is not None:
        open_ = sa.or_(open_, DEPOSITS.c.ended == known.value)
    gone = {"place": None, "thing_there": None, "ended": ended.value, "ended_at": at, "ended_staff": list(staff)}
    return connection.execute(sa.update(DEPOSITS).where(DEPOSITS.c.id == deposit, open_).values(gone)).rowcount == 1


def _deposit_row(deposit: Deposit) -> dict[str, object]:
    return {
        "id": deposit.id,
        "thing": deposit.thing,
        "kiosk": deposit.kiosk,
        "compartment": deposit.compartment,
        "staff": list(deposit.staff),
        "since": deposit.since,
        "place": deposit.place,
        "thing_there": deposit.thing,
    }


def _registered(row: sa.RowMapping) -> Registered:
    claim = {name: value for name, value in row.items() if name in CLAIMS.c}
    return Registered(row["reference"], claim_of(claim))  # type: ignore[arg-type]
