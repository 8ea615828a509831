"""Puts documents on the shelf for residents, and takes them off: what the town's software and a clerk both do.

A document is announced (what, and for whom), then filled with its sealed PDF; from then on it waits as a claim. Whoever
calls has been let in already; here it is decided what may lie on the shelf.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from enum import Enum
from uuid import UUID, uuid4

from townhall.claims import code_is_over, demand
from townhall.pdf_judge import PdfJudge, Rejected
from townhall.people import adds_up
from townhall.problems import DOCUMENT, Problem, ProblemType
from townhall.service import Service
from townhall.tables import Access, Act, ActKind, Claim, ClaimKind, ClaimState, Order, OrderKind


@dataclass(frozen=True, repr=False)
class Announcement:
    """What a document is, and for whom: a national number, or the ticket of an order that waits for it."""

    ssin: str | None
    order_id: UUID | None
    municipality: int
    product_code: str
    title: str | None
    language: str
    valid_until: dt.date
    access: Access


class ShelfState(Enum):
    """How something on the shelf stands, in the contract's words."""

    ANNOUNCED = "announced"
    WAITING = "waiting"
    COLLECTED = "collected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    IN_DOUBT = "inDoubt"


class Shelf:
    """The shelf of one town. Safe from threads. Raises Problem."""

    def __init__(self, service: Service, judge: PdfJudge) -> None:
        self._service, self._judge = service, judge

    def announce(self, id_: UUID, said: Announcement, depositor: str) -> tuple[Claim, bool]:
        """Write down what comes; the second value is whether that is new."""
        name = self._service.vault.name_of(json.dumps(asdict(said), sort_keys=True, default=_plain))
        known = self._service.claims.of(id_)
        if known is None:
            claim = self._announced(id_, said, depositor, name)
            if self._service.claims.add(claim):
                return claim, True
            known = self._service.claims.of(id_)
        if known is None or known.announcement != name:
            raise Problem(ProblemType.CONFLICT)
        return known, False

    def fill(self, id_: UUID, pdf: bytes) -> tuple[Claim, bool]:
        """Put the PDF in, when it is one that this town hands out; the second value is whether that is new."""
        claim = self.first(id_)
        if claim.state is ClaimState.WITHDRAWN:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        content = self._service.vault.name_of(hashlib.sha256(pdf).hexdigest())
        if claim.content_hash is None:
            vault, has_code = self._service.vault, claim.access is Access.CODE
            filled = replace(
                claim,
                state=ClaimState.WAITING,
                content_hash=content,
                pages=self._pages(pdf),
                document=claim.id,
                code_hash=vault.name_of(vault.code_of(claim.id)) if has_code else None,
                code_until=min(claim.valid_until, self._service.last_day_of_code()) if has_code else None,
            )
            if self._service.claims.fill(filled, vault.close(claim.id, pdf)):
                return filled, True
            claim = self.first(id_)
        if claim.content_hash != content:
            raise Problem(ProblemType.CONFLICT)
        return claim, False

    def first(self, id_: UUID) -> Claim:
        """What was announced under this name."""
        claim = self._service.claims.of(id_)
        if claim is None or claim.kind is not ClaimKind.PREPARED or claim.id != claim.root:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return claim

    def state(self, claim: Claim) -> ShelfState:
        """How it stands, whatever stands in for it now."""
        newest = self._service.claims.newest(claim.root) or claim
        over = newest.valid_until < self._service.today()
        match newest.state:
            case ClaimState.USED:
                return ShelfState.COLLECTED
            case ClaimState.WITHDRAWN:
                return ShelfState.WITHDRAWN
            case ClaimState.IN_DOUBT:
                return ShelfState.IN_DOUBT
            case ClaimState.BOUND | ClaimState.REPLACED:
                return ShelfState.WAITING
            case ClaimState.ANNOUNCED:
                return ShelfState.EXPIRED if over else ShelfState.ANNOUNCED
            case ClaimState.WAITING:
                return ShelfState.EXPIRED if over else ShelfState.WAITING

    def code(self, claim: Claim) -> str | None:
        """The code of what waits; None when there is none to give (any more)."""
        if claim.code_hash is None or claim.state is not ClaimState.WAITING or claim.access is not Access.CODE:
            return None
        if code_is_over(claim, self._service.today()):
            return None
        return self._service.vault.code_of(claim.id)

    def withdraw(self, claim: Claim, actor: str) -> None:
        """Take it off the shelf; doing it twice is fine. `actor`: the clerk or program that does it."""
        newest = self._service.claims.newest(claim.root) or claim
        if self._service.claims.withdraw(newest, self._act(newest, actor, ActKind.WITHDRAWN)):
            return
        now = self._service.claims.of(newest.id)
        if now is None or now.state is not ClaimState.WITHDRAWN:
            raise Problem(ProblemType.CONFLICT)

    def give(self, claim: Claim, actor: str) -> None:
        """Somebody got it at the counter; at a kiosk it is used up from now on."""
        newest = demand(self._service.claims.newest(claim.root), self._service.today())
        if not self._service.claims.give(newest, self._act(newest, actor, ActKind.GIVEN)):
            raise Problem(ProblemType.CONFLICT)

    def new_code(self, claim: Claim, actor: str) -> Claim:
        """Let a new code stand in for what waits: for whose old one is lost or over, or who has no card at hand."""
        newest = demand(self._service.claims.newest(claim.root), self._service.today())
        product, id_ = self._service.town.product(newest.product_code), uuid4()
        if product is not None and product.needs_card:
            raise Problem(ProblemType.CODE_NEEDS_CARD)
        code_until = self._service.last_day_of_code()
        new = replace(
            newest,
            id=id_,
            access=Access.CODE,
            valid_until=max(newest.valid_until, code_until),
            made_at=self._service.now(),
            code_hash=self._service.vault.name_of(self._service.vault.code_of(id_)),
            code_until=code_until,
            announcement=None,
            content_hash=None,
        )
        if not self._service.claims.replace(newest, new, self._act(newest, actor, ActKind.NEW_CODE)):
            raise Problem(ProblemType.CONFLICT)
        return new

    # --- how ---------------------------------------------------------------------------------------------------------

    def _act(self, claim: Claim, actor: str, kind: ActKind) -> Act:
        return Act(self._service.now(), actor, kind, claim.root)

    def _announced(self, id_: UUID, said: Announcement, depositor: str, name: str) -> Claim:
        town = self._service.town
        product, order = town.product(said.product_code), self._waiting_order(said)
        if said.municipality != town.nis:
            raise Problem(ProblemType.OTHER_MUNICIPALITY)
        if said.ssin is not None and not adds_up(said.ssin):
            raise Problem.of_field("ssin")
        if said.valid_until < self._service.today():
            raise Problem.of_field("validUntil")
        title = said.title or (None if product is None else product.title)
        if title is None:
            raise Problem.of_field("title")
        if said.access is Access.CODE and product is not None and product.needs_card:
            raise Problem(ProblemType.PRODUCT_UNAVAILABLE)
        return Claim(
            id=id_,
            root=id_,
            kind=ClaimKind.PREPARED,
            resident=order.owner if order else self._service.reference.of(said.ssin or ""),
            access=said.access,
            state=ClaimState.ANNOUNCED,
            product_code=said.product_code,
            title=title,
            language=said.language,
            copies=1,
            valid_until=said.valid_until,
            made_at=self._service.now(),
            of_ticket=said.order_id,
            announcement=name,
            depositor=depositor,
        )

    def _waiting_order(self, said: Announcement) -> Order | None:
        """The deferred order that this document is for, once: whoever ordered it is known by no number here."""
        if (said.ssin is None) == (said.order_id is None):
            raise Problem.of_field("ssin")
        if said.order_id is None:
            return None
        order = self._service.ledger.order(said.order_id)
        done = any(claim.state is not ClaimState.WITHDRAWN for claim in self._service.claims.of_order(said.order_id))
        if order is None or order.kind is not OrderKind.DEFERRED or done:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        if order.product_code != said.product_code:
            raise Problem.of_field("productCode")
        return order

    def _pages(self, pdf: bytes) -> int:
        try:
            return self._judge.pages(pdf)
        except Rejected as rejected:
            raise rejection(rejected.why) from None


def rejection(why: str) -> Problem:
    """A PDF is not taken, in the contract's word for why."""
    issue = {"type": f"{DOCUMENT}:{why}", "in": "body", "name": "document"}
    return Problem(ProblemType.DOCUMENT_REJECTED, [issue])


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else str(value)
