"""Forgets what the town has no use for any more. How long a row is kept is here, and nowhere else (docs/privacy.md).

A line of claims goes as a whole, with its tickets, results, doors and what was done to it: once its last day is long
past, and nothing of it lies in a compartment. A document itself goes much sooner (`ledger`).
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from townhall.compartments.tables import COLLECTIONS, DEPOSITS, STOCK_TAKINGS, THINGS
from townhall.tables import ACTS, CLAIMS, ORDERS, RESULTS

# A year and a month after the last day on which it was of use: a complaint is over, and a yearly audit saw its year.
KEPT = dt.timedelta(days=396)
# So many lines at once, for others wait meanwhile; the rest goes the next time.
AT_ONCE = 200


def forget(engine: sa.Engine, today: dt.date) -> int:
    """Forget what is over; give how many lines went: with `AT_ONCE`, there may be more. Raises SQLAlchemyError."""
    before = today - KEPT
    moment = dt.datetime.combine(before, dt.time(), dt.UTC)
    with engine.begin() as connection:
        roots = connection.execute(_over(before, moment)).scalars().all()
        claims = sa.select(CLAIMS.c.id).where(CLAIMS.c.root.in_(roots))
        deposits = sa.select(DEPOSITS.c.id).where(DEPOSITS.c.thing.in_(roots))
        owed = sa.select(CLAIMS.c.of_ticket).where(CLAIMS.c.of_ticket.is_not(None), CLAIMS.c.root.not_in(roots))
        # An order without a claim was made on the spot; while a reprint is owed for it, it stays.
        spot = sa.and_(ORDERS.c.claim.is_(None), ORDERS.c.valid_until < before, ORDERS.c.ticket.not_in(owed))
        orders = sa.select(ORDERS.c.ticket).where(sa.or_(ORDERS.c.claim.in_(claims), spot))
        for table, which in (
            (RESULTS, RESULTS.c.ticket.in_(orders)),
            (ORDERS, ORDERS.c.ticket.in_(orders)),
            (COLLECTIONS, sa.or_(COLLECTIONS.c.deposit.in_(deposits), COLLECTIONS.c.claim.in_(claims))),
            (DEPOSITS, DEPOSITS.c.thing.in_(roots)),
            (THINGS, THINGS.c.id.in_(roots)),
            (ACTS, ACTS.c.root.in_(roots)),
            (CLAIMS, CLAIMS.c.root.in_(roots)),
            (STOCK_TAKINGS, STOCK_TAKINGS.c.at < moment),
        ):
            connection.execute(sa.delete(table).where(which))
    return len(roots)


def _over(before: dt.date, moment: dt.datetime) -> sa.Select[tuple[object]]:
    """Name the lines that are over: their last day is past, and nothing of them lies anywhere or was put in since."""
    there = sa.select(DEPOSITS.c.thing).where(sa.or_(DEPOSITS.c.place.is_not(None), DEPOSITS.c.ended_at >= moment))
    running = sa.select(CLAIMS.c.root).join(ORDERS, ORDERS.c.claim == CLAIMS.c.id).where(ORDERS.c.valid_until >= before)
    return (
        sa.select(CLAIMS.c.root)
        .where(CLAIMS.c.root.not_in(there), CLAIMS.c.root.not_in(running))
        .group_by(CLAIMS.c.root)
        .having(sa.func.max(CLAIMS.c.valid_until) < before)
        .limit(AT_ONCE)
    )
