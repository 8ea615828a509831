"""Writes down what was ordered and what became of it, so that each claim is used once whoever asks at the same time.

Whatever belongs together is one transaction, and each of these begins with the write that decides: of two at once the
second waits there, and then finds it decided.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import sqlalchemy as sa

from townhall.tables import (
    CLAIMS,
    DOCUMENTS,
    ORDERS,
    RESULTS,
    REVOKED_KIOSKS,
    Claim,
    ClaimState,
    Order,
    PrintResult,
    order_of,
    values_of,
)


class ClaimTaken(Exception):
    """The claim of an order is not waiting (any more)."""


class Ledger:
    """Orders, results, revoked certificates. Safe from threads; what was added is on disk. Raises SQLAlchemyError."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def check(self) -> None:
        """Ask the database anything at all."""
        with self.engine.connect() as connection:
            connection.execute(sa.select(1))

    def revoke_kiosk(self, kiosk: str, fingerprint: str) -> None:
        """Take no call from this certificate (SHA-256, hexadecimal) any more. Doing it twice is fine."""
        try:
            with self.engine.begin() as connection:
                connection.execute(REVOKED_KIOSKS.insert().values(kiosk=kiosk, fingerprint=fingerprint))
        except sa.exc.IntegrityError:
            return

    def is_revoked(self, fingerprint: str) -> bool:
        """Whether a kiosk's certificate was revoked."""
        with self.engine.connect() as connection:
            which = REVOKED_KIOSKS.select().where(REVOKED_KIOSKS.c.fingerprint == fingerprint)
            return connection.execute(which).first() is not None

    def order(self, ticket: UUID) -> Order | None:
        """The order with this ticket."""
        return self._order(ORDERS.c.ticket == ticket)

    def order_of_code(self, code: str) -> Order | None:
        """The order whose document bears this code."""
        return self._order(ORDERS.c.code == code)

    def add_order(self, order: Order, closed: bytes | None = None, keep_until: dt.date | None = None) -> bool:
        """Write it down with its document (encrypted), and bind its claim; False when the ticket is known already.

        Raises ClaimTaken. With the ticket of another order of this very claim it is False too.
        """
        try:
            with self.engine.begin() as connection:
                connection.execute(ORDERS.insert().values(values_of(order, ORDERS)))
                if order.claim is not None and not self._bound(connection, order):
                    raise ClaimTaken
                if closed is not None:
                    row = {"id": order.document, "content": closed, "keep_until": keep_until}
                    connection.execute(DOCUMENTS.insert().values(row))
        except sa.exc.IntegrityError:
            return False
        return True

    def document(self, id_: UUID) -> bytes | None:
        """A document as it is kept: encrypted."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(DOCUMENTS.c.content).where(DOCUMENTS.c.id == id_)).scalar()

    def result(self, ticket: UUID) -> PrintResult | None:
        """What was said of this ticket."""
        with self.engine.connect() as connection:
            row = connection.execute(RESULTS.select().where(RESULTS.c.ticket == ticket)).mappings().first()
        return None if row is None else PrintResult(**{**row, "reasons": tuple(row["reasons"])})

    def add_result(self, order: Order, result: PrintResult, claim_after: ClaimState, stand_in: Claim | None) -> bool:
        """Write down what became of an order, what its claim (if it has one) is from now on, and what stands in for it.

        The document goes with the paper, stays for the claim that is free again, or passes to the stand-in. False when
        a result is known already (or, hardly ever, the stand-in's code is another's).
        """
        try:
            with self.engine.begin() as connection:
                connection.execute(RESULTS.insert().values(values_of(result, RESULTS)))
                freed = claim_after is ClaimState.WAITING
                after = {"state": claim_after.value, **({"ticket": None} if freed else {})}
                connection.execute(sa.update(CLAIMS).where(CLAIMS.c.ticket == order.ticket).values(after))
                which = DOCUMENTS.c.id == order.document
                if stand_in is not None:
                    connection.execute(CLAIMS.insert().values(values_of(stand_in, CLAIMS)))
                    connection.execute(sa.update(DOCUMENTS).where(which).values(keep_until=stand_in.valid_until))
                elif order.claim is None or not freed:
                    connection.execute(sa.delete(DOCUMENTS).where(which))
        except sa.exc.IntegrityError:
            return False
        return True

    def sweep(self, today: dt.date) -> None:
        """Forget the documents whose last day has passed."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(DOCUMENTS).where(DOCUMENTS.c.keep_until < today))

    def _bound(self, connection: sa.Connection, order: Order) -> bool:
        bind = (
            sa.update(CLAIMS)
            .where(CLAIMS.c.id == order.claim)
            .where(CLAIMS.c.state == ClaimState.WAITING.value, CLAIMS.c.valid_until >= order.issued)
            .values(state=ClaimState.BOUND.value, ticket=order.ticket)
        )
        return connection.execute(bind).rowcount == 1

    def _order(self, which: sa.ColumnElement[bool]) -> Order | None:
        with self.engine.connect() as connection:
            row = connection.execute(ORDERS.select().where(which)).mappings().first()
        return None if row is None else order_of(row)
