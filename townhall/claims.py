"""What waits for whom: claims found, announced, filled, withdrawn. That each is used once is the `ledger`'s care."""

from __future__ import annotations

import datetime as dt
from hmac import compare_digest
from uuid import UUID

import sqlalchemy as sa

from townhall.problems import Problem, ProblemType
from townhall.tables import (
    ACTS,
    CLAIMS,
    DOCUMENTS,
    Act,
    Claim,
    ClaimKind,
    ClaimState,
    act_of,
    claim_of,
    values_of,
)

OPEN = (ClaimState.ANNOUNCED.value, ClaimState.WAITING.value, ClaimState.IN_DOUBT.value)
# A thing is told of when its last day has passed too, and when nobody knows where it is: the counter helps.
TOLD = (ClaimState.WAITING, ClaimState.IN_DOUBT)


class Claims:
    """The claims of a town. Safe from threads. Raises SQLAlchemyError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, id_: UUID) -> Claim | None:
        """The claim with this name."""
        return self._one(CLAIMS.c.id == id_)

    def of_code(self, code_hash: str) -> Claim | None:
        """The claim of a code, looked for by its keyed hash and then compared in constant time.

        How long the database looks tells nothing about a code: without the key nobody knows which hash they ask for.
        """
        found = self._one(CLAIMS.c.code_hash == code_hash)
        return found if found is not None and compare_digest(found.code_hash or "", code_hash) else None

    def of_resident(self, resident: str, today: dt.date) -> tuple[Claim, ...]:
        """What waits for a person now, oldest first."""
        can_be_had = sa.and_(CLAIMS.c.state == ClaimState.WAITING.value, CLAIMS.c.valid_until >= today)
        told = CLAIMS.c.state.in_([state.value for state in TOLD])
        things = sa.and_(CLAIMS.c.kind == ClaimKind.COMPARTMENT.value, told)
        return self._many(sa.and_(CLAIMS.c.resident == resident, sa.or_(can_be_had, things)))

    def of_order(self, ticket: UUID) -> tuple[Claim, ...]:
        """What stands in for an order, or came of it later."""
        return self._many(CLAIMS.c.of_ticket == ticket)

    def newest(self, root: UUID) -> Claim | None:
        """The last of a line: the one that nothing stands in for."""
        return self._one(sa.and_(CLAIMS.c.root == root, CLAIMS.c.state != ClaimState.REPLACED.value))

    def never_collected(self, before: dt.datetime, ended_after: dt.date) -> tuple[Claim, ...]:
        """What was made before a moment and still waits, or waited in vain until after a day; oldest first."""
        return self._many(
            sa.and_(
                CLAIMS.c.state == ClaimState.WAITING.value,
                CLAIMS.c.valid_until > ended_after,
                CLAIMS.c.made_at < before,
            )
        )

    def add(self, claim: Claim) -> bool:
        """Write it down; False when the name is known already."""
        try:
            with self._engine.begin() as connection:
                connection.execute(CLAIMS.insert().values(values_of(claim, CLAIMS)))
        except sa.exc.IntegrityError:
            return False
        return True

    def fill(self, filled: Claim, closed: bytes) -> bool:
        """Put the document (encrypted) into a claim that was announced: from now on it waits. False: it was not so."""
        fields = ("state", "content_hash", "pages", "document", "code_hash", "code_until")
        values = {name: value for name, value in values_of(filled, CLAIMS).items() if name in fields}
        which = CLAIMS.c.id == filled.id, CLAIMS.c.state == ClaimState.ANNOUNCED.value
        try:
            with self._engine.begin() as connection:
                if connection.execute(sa.update(CLAIMS).where(*which).values(values)).rowcount != 1:
                    return False
                row = {"id": filled.document, "content": closed, "keep_until": filled.valid_until}
                connection.execute(DOCUMENTS.insert().values(row))
        except sa.exc.IntegrityError:
            return False
        return True

    def withdraw(self, claim: Claim, act: Act) -> bool:
        """Nobody gets it any more, and its document is gone. False when a ticket has it, or it is over."""
        return self._end(claim, ClaimState.WITHDRAWN, act)

    def give(self, claim: Claim, act: Act) -> bool:
        """Somebody got it at the counter: it is used up as if it were printed. False: as with `withdraw`."""
        return self._end(claim, ClaimState.USED, act)

    def note(self, act: Act) -> None:
        """Write down what was done to a line of claims where that changes none of them."""
        with self._engine.begin() as connection:
            connection.execute(ACTS.insert().values(values_of(act, ACTS)))

    def acts(self, root: UUID) -> tuple[Act, ...]:
        """What was done to a line of claims, oldest first."""
        with self._engine.connect() as connection:
            which = ACTS.select().where(ACTS.c.root == root).order_by(ACTS.c.id)
            return tuple(act_of(row) for row in connection.execute(which).mappings())

    def replace(self, old: Claim, new: Claim, act: Act) -> bool:
        """Let another claim stand in for one that waits: a new code for the same document. False: it does not wait."""
        which = CLAIMS.c.id == old.id, CLAIMS.c.state == ClaimState.WAITING.value
        try:
            with self._engine.begin() as connection:
                change = sa.update(CLAIMS).where(*which).values(state=ClaimState.REPLACED.value)
                if connection.execute(change).rowcount != 1:
                    return False
                connection.execute(CLAIMS.insert().values(values_of(new, CLAIMS)))
                kept = sa.update(DOCUMENTS).where(DOCUMENTS.c.id == new.document)
                connection.execute(kept.values(keep_until=new.valid_until))
                connection.execute(ACTS.insert().values(values_of(act, ACTS)))
        except sa.exc.IntegrityError:
            return False
        return True

    def _end(self, claim: Claim, state: ClaimState, act: Act) -> bool:
        which = CLAIMS.c.id == claim.id, CLAIMS.c.state.in_(OPEN)
        with self._engine.begin() as connection:
            change = sa.update(CLAIMS).where(*which).values(state=state.value)
            if connection.execute(change).rowcount != 1:
                return False
            connection.execute(sa.delete(DOCUMENTS).where(DOCUMENTS.c.id == claim.document))
            connection.execute(ACTS.insert().values(values_of(act, ACTS)))
        return True

    def _one(self, which: sa.ColumnElement[bool]) -> Claim | None:
        found = self._many(which)
        return found[0] if found else None

    def _many(self, which: sa.ColumnElement[bool]) -> tuple[Claim, ...]:
        with self._engine.connect() as connection:
            rows = connection.execute(CLAIMS.select().where(which).order_by(CLAIMS.c.made_at)).mappings().all()
        return tuple(claim_of(row) for row in rows)


def refusal(claim: Claim, today: dt.date) -> ProblemType | None:
    """Why a claim cannot be had now; None when it can."""
    match claim.state:
        case ClaimState.ANNOUNCED:
            return ProblemType.CODE_UNKNOWN
        case ClaimState.BOUND:
            return ProblemType.CODE_IN_USE
        case ClaimState.IN_DOUBT:
            return ProblemType.NOT_IN_COMPARTMENT
        case ClaimState.USED | ClaimState.REPLACED:
            return ProblemType.CODE_USED
        case ClaimState.WITHDRAWN:
            return ProblemType.CODE_WITHDRAWN
        case ClaimState.WAITING:
            return ProblemType.CODE_EXPIRED if claim.valid_until < today else None


def code_refusal(claim: Claim, today: dt.date) -> ProblemType | None:
    """As `refusal`, for who comes with its code: that may be over while the card still opens the claim."""
    why_not = None if is_told(claim, today) else refusal(claim, today)
    return ProblemType.CODE_EXPIRED if why_not is None and code_is_over(claim, today) else why_not


def is_told(claim: Claim, today: dt.date) -> bool:
    """Whether who may have it sees it at a kiosk: it can be had, or the counter has it."""
    is_thing = claim.kind is ClaimKind.COMPARTMENT and claim.state in TOLD
    return is_thing or refusal(claim, today) is None


def code_is_over(claim: Claim, today: dt.date) -> bool:
    """Whether it has a code whose last day has passed."""
    return claim.code_until is not None and claim.code_until < today


def demand(claim: Claim | None, today: dt.date) -> Claim:
    """The claim, when it can be had now. Raises Problem."""
    if claim is None:
        raise Problem(ProblemType.RESOURCE_NOT_FOUND)
    if (why_not := refusal(claim, today)) is not None:
        raise Problem(why_not)
    return claim
