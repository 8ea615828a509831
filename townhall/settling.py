"""What became of a ticket on paper, and what its resident may have instead.

Printed: the claim is used up, and the document gone. Stopped before anything came out: the claim is free again, and a
product can simply be ordered anew. Anything else: a reprint waits, for the same person's card and behind a code.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import uuid4

from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.tables import Access, Claim, ClaimKind, ClaimState, Order, PrintResult

REPRINT_LIFE = dt.timedelta(days=14)
# Of thousands of millions of codes one may be taken; five times in a row never.
CODE_TRIES = 5


@dataclass(frozen=True)
class Report:
    """What a kiosk said: `printed`, `failed`, `unknown` or `stopped`, how many sheets, and codes of faults."""

    outcome: str
    sheets: int | None
    reasons: tuple[str, ...]


def settled(service: Service, order: Order, report: Report) -> PrintResult:
    """Write the result down with its remedy. A second report of the same ticket finds the first one's."""
    for _ in range(CODE_TRIES):
        known = service.ledger.result(order.ticket)
        if known is not None:
            return known
        stand_in = _stand_in(service, order) if _owes(order, report) else None
        result = _result(order, report, stand_in)
        if service.ledger.add_result(order, result, _claim_after(report, stand_in), stand_in):
            return result
    raise Problem(ProblemType.REGISTER_UNAVAILABLE)


def _owes(order: Order, report: Report) -> bool:
    """Whether something that should have come out did not. Who stops a product before it came wants none."""
    if order.document is None or report.outcome == "printed":
        return False
    return report.outcome != "stopped" or (order.claim is not None and bool(report.sheets))


def _claim_after(report: Report, stand_in: Claim | None) -> ClaimState:
    if stand_in is not None:
        return ClaimState.REPLACED
    return ClaimState.WAITING if report.outcome == "stopped" and not report.sheets else ClaimState.USED


def _result(order: Order, report: Report, stand_in: Claim | None) -> PrintResult:
    remedy = "none"
    if _owes(order, report):
        remedy = "counter" if stand_in is None else "reprintCode"
    return PrintResult(
        ticket=order.ticket,
        outcome=report.outcome,
        sheets_printed=report.sheets,
        reasons=report.reasons,
        remedy=remedy,
        claim=None if stand_in is None else stand_in.id,
        valid_until=None if stand_in is None else _last_day(stand_in),
        needs_card=stand_in is not None and stand_in.access is Access.EID,
    )


def _last_day(stand_in: Claim) -> dt.date:
    """The day to write on a slip: with a code on it, that of the code."""
    needs_code = stand_in.access is Access.CODE and stand_in.code_until is not None
    return stand_in.code_until if needs_code else stand_in.valid_until  # type: ignore[return-value]


def _stand_in(service: Service, order: Order) -> Claim | None:
    """A claim for the same paper; None when its document is kept no more, and only the counter can help."""
    if order.document is None or service.ledger.document(order.document) is None:
        return None
    before = None if order.claim is None else service.claims.of(order.claim)
    product, id_ = service.town.product(order.product_code), uuid4()
    valid_until = service.today() + REPRINT_LIFE
    needs_card = product is not None and product.needs_card
    return Claim(
        id=id_,
        root=id_ if before is None else before.root,
        kind=ClaimKind.REPRINT,
        resident=order.owner if before is None else before.resident,
        access=(Access.EID if needs_card else Access.CODE) if before is None else before.access,
        state=ClaimState.WAITING,
        product_code=order.product_code,
        title=order.title,
        language=order.language,
        copies=order.copies,
        valid_until=valid_until,
        made_at=service.now(),
        code_hash=service.vault.name_of(service.vault.code_of(id_)),
        of_ticket=order.ticket,
        pages=None if before is None else before.pages,
        document=order.document,
        code_until=min(valid_until, service.last_day_of_code()),
    )
