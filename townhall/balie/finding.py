"""Finds out what became of a ticket or a code. No answer has a name in it: there is none to give."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from townhall.codes import read_claim_code, read_document_code, read_reference
from townhall.service import Service
from townhall.tables import Claim, Order, PrintResult


@dataclass(frozen=True)
class Ticket:
    """An order, what the kiosk said of it, and what came of that: a reprint, or what was asked for and came later."""

    order: Order
    result: PrintResult | None
    claims: tuple[Claim, ...]


class Finding:
    """Answers a clerk's questions. Safe from threads."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def where(self, typed: str) -> str | None:
        """The page about what somebody typed: a ticket, or what a slip, a paper or a thing says; None: none of ours."""
        code = read_claim_code(typed)
        if code is not None:
            claim = self._service.claims.of_code(self._service.vault.name_of(code))
            return None if claim is None else f"stuk/{claim.id}"
        printed = read_document_code(typed)
        if printed is not None:
            order = self._service.ledger.order_of_code(printed)
            return None if order is None else f"ticket/{order.ticket}"
        written = read_reference(typed)
        if written is not None:
            thing = self._service.book.thing(written)
            return None if thing is None else f"stuk/{thing}"
        try:
            id_ = UUID(typed.strip())
        except ValueError:
            return None
        if self._service.ledger.order(id_) is not None:
            return f"ticket/{id_}"
        return None if self._service.claims.of(id_) is None else f"stuk/{id_}"

    def ticket(self, ticket: UUID) -> Ticket | None:
        """All there is to say of a ticket."""
        order = self._service.ledger.order(ticket)
        if order is None:
            return None
        return Ticket(order, self._service.ledger.result(ticket), self._service.claims.of_order(ticket))
