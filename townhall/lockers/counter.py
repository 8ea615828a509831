"""What the counter does with things for compartments: registers them, gives and ends codes, closes what is settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from townhall.claims import code_refusal, demand, refusal
from townhall.codes import reference
from townhall.compartments.tables import Placed
from townhall.people import adds_up
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.tables import Access, Act, ActKind, Claim, ClaimKind, ClaimState

# What was registered and not put in within a month never will be.
EXPECTED_DAYS = dt.timedelta(days=30)
# Of 85 million references one may be taken; five times in a row never.
TRIES = 5
LANGUAGE = "nl"
# Whose a thing is that was registered for whoever gets its code: no hash of a national number begins so.
NOBODY = "nobody:"


@dataclass(frozen=True, repr=False)
class Registration:
    """What a clerk says of a thing that is to go into a compartment. No `ssin`: for whoever gets the code."""

    id: UUID
    product_code: str
    ssin: str | None


class Counter:
    """What clerks may do. Safe from threads. Raises Problem."""

    def __init__(self, service: Service) -> None:
        self._service, self._book, self._wall = service, service.book, service.town.wall

    def register(self, said: Registration, clerk: str) -> Claim:
        """Write down a thing that will be put into a compartment. Sent twice it is one thing."""
        product = self._wall.product(said.product_code)
        if product is None:
            raise Problem.of_field("productCode")
        if (said.ssin is None and product.needs_card) or (said.ssin is not None and not adds_up(said.ssin)):
            raise Problem.of_field("ssin")
        claim = Claim(
            id=said.id,
            root=said.id,
            kind=ClaimKind.COMPARTMENT,
            resident=f"{NOBODY}{said.id}" if said.ssin is None else self._service.reference.of(said.ssin),
            access=Access.EID if product.needs_card else Access.CODE,
            state=ClaimState.ANNOUNCED,
            product_code=product.code,
            title=product.title,
            language=LANGUAGE,
            copies=1,
            valid_until=self._service.today() + EXPECTED_DAYS,
            made_at=self._service.now(),
            depositor=clerk,
        )
        for _ in range(TRIES):
            if self._service.claims.of(said.id) is not None or self._book.register(claim, reference()):
                return claim
        raise Problem(ProblemType.CONFLICT)

    def code(self, claim: Claim) -> str | None:
        """The code of a thing that waits behind a door; None when there is none to give (now)."""
        has_one = claim.access is Access.CODE and claim.code_hash is not None
        good = code_refusal(claim, self._service.today()) is None and refusal(claim, self._service.today()) is None
        there = claim.state is ClaimState.WAITING and self._book.where(claim.root) is not None
        return self._service.vault.code_of(claim.id) if has_one and good and there else None

    def new_code(self, claim: Claim, clerk: str) -> Claim:
        """Let a new code stand in for the old one, or for none."""
        newest = self._behind_a_door(claim)
        if self.needs_card(newest):
            raise Problem(ProblemType.CODE_NEEDS_CARD)
        id_ = uuid4()
        hashed = self._service.vault.name_of(self._service.vault.code_of(id_))
        until = self._service.last_day_of_code()
        return self._replaced(newest, id_, clerk, ActKind.NEW_CODE, (Access.CODE, hashed, until))

    def end_code(self, claim: Claim, clerk: str) -> Claim:
        """From now on it is for the eID of its resident alone."""
        newest = self._behind_a_door(claim)
        if newest.access is Access.EID or self.is_nobodys(newest):
            raise Problem(ProblemType.CONFLICT)
        return self._replaced(newest, uuid4(), clerk, ActKind.CODE_ENDED, (Access.EID, None, None))

    def give(self, claim: Claim, clerk: str) -> None:
        """Its resident has it: got it at the counter, or (where that was in doubt) out of its compartment."""
        newest = self._newest(claim)
        if newest.state is ClaimState.WAITING and self._book.where(newest.root) is not None:
            raise Problem(ProblemType.COMPARTMENT_TAKEN)
        if not self._service.claims.give(newest, self._act(newest, clerk, ActKind.GIVEN)):
            raise Problem(ProblemType.CONFLICT)

    def told(self, claim: Claim, clerk: str) -> None:
        """Its resident was told that it can be collected."""
        self._service.claims.note(self._act(claim, clerk, ActKind.TOLD))

    def is_told(self, placed: Placed) -> bool:
        """Whether that was done since it was put in."""
        acts = self._service.claims.acts(placed.claim.root)
        return any(act.kind is ActKind.TOLD and act.at >= placed.deposit.since for act in acts)

    def needs_card(self, claim: Claim) -> bool:
        """Whether it is given to the eID of its holder alone, whatever a clerk would like."""
        product = self._wall.product(claim.product_code)
        return product is None or product.needs_card

    def is_nobodys(self, claim: Claim) -> bool:
        """Whether it was registered for whoever gets its code."""
        return claim.resident.startswith(NOBODY)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _newest(self, claim: Claim) -> Claim:
        newest = self._service.claims.newest(claim.root)
        if newest is None:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return newest

    def _behind_a_door(self, claim: Claim) -> Claim:
        newest = demand(self._newest(claim), self._service.today())
        if self._book.where(newest.root) is None:
            raise Problem(ProblemType.NOT_IN_COMPARTMENT)
        return newest

    def _replaced(
        self, old: Claim, id_: UUID, clerk: str, kind: ActKind, code: tuple[Access, str | None, dt.date | None]
    ) -> Claim:
        access, hashed, until = code
        new = replace(old, id=id_, access=access, code_hash=hashed, code_until=until)
        if not self._service.claims.replace(old, new, self._act(old, clerk, kind)):
            raise Problem(ProblemType.CONFLICT)
        return new

    def _act(self, claim: Claim, clerk: str, kind: ActKind) -> Act:
        return Act(self._service.now(), clerk, kind, claim.root)
