"""What may happen to things in compartments: who calls has been let in already, and `book` keeps it to once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID

from townhall.claims import demand
from townhall.codes import read_reference
from townhall.compartments.book import Emptying, NotExpected, PlaceTaken
from townhall.compartments.tables import Collection, Deposit, Ended, Placed, Registered, Result, StockTaking
from townhall.compartments.wall import Compartment, LockerProduct
from townhall.ledger import ClaimTaken
from townhall.making import is_of
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.sessions import Session
from townhall.tables import Access, Claim, ClaimKind, ClaimState

# A clerk may give a new code while staff takes something back; five times in a row never.
TRIES = 5
TWO_CARDS = 2


class CollectAt(Enum):
    """Where a resident gets a thing, in the contract's words."""

    KIOSK = "kiosk"
    OTHER_KIOSK = "otherKiosk"
    COUNTER = "counter"


@dataclass(frozen=True)
class Whereabouts:
    """Where a thing can be collected; `compartment` where that is a door of the kiosk that asks."""

    collect_at: CollectAt
    kiosk: str | None = None
    compartment: Compartment | None = None


class DepositState(Enum):
    """How something that was put in stands, in the contract's words."""

    WAITING = "waiting"
    TO_TAKE_BACK = "toTakeBack"
    IN_DOUBT = "inDoubt"
    COLLECTED = "collected"
    TAKEN_BACK = "takenBack"


class Lockers:
    """The compartments of one town. Safe from threads. Raises Problem."""

    def __init__(self, service: Service) -> None:
        self._service, self._book, self._wall = service, service.book, service.town.wall

    # --- for residents -----------------------------------------------------------------------------------------------

    def whereabouts(self, claim: Claim, kiosk: str) -> Whereabouts:
        """Where who may have it gets it."""
        placed = self._book.where(claim.root)
        over = claim.state is not ClaimState.WAITING or claim.valid_until < self._service.today()
        if placed is None or over:
            return Whereabouts(CollectAt.COUNTER)
        if placed.deposit.kiosk != kiosk:
            return Whereabouts(CollectAt.OTHER_KIOSK, placed.deposit.kiosk)
        compartment = self._wall.compartment(kiosk, placed.deposit.compartment)
        if compartment is None:  # the town took it out of its list with something in it
            return Whereabouts(CollectAt.COUNTER)
        return Whereabouts(CollectAt.KIOSK, kiosk, compartment)

    def open(self, session: Session, ticket: UUID, id_: UUID) -> tuple[Collection, bool]:
        """Give a ticket leave to open one door; the second value is whether that is new."""
        known = self._book.collection(ticket)
        if known is None and self._bound(session, ticket, id_):
            return self.collection(ticket, session.kiosk), True
        known = known or self._book.collection(ticket)
        if known is None or (known.kiosk, known.owner, known.claim) != (session.kiosk, session.owner, id_):
            raise Problem(ProblemType.CONFLICT)
        return known, False

    def collection(self, ticket: UUID, kiosk: str) -> Collection:
        """The leave that a ticket of this kiosk has or had."""
        found = self._book.collection(ticket)
        if found is None or found.kiosk != kiosk:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return found

    def report(self, ticket: UUID, kiosk: str, result: Result) -> Result:
        """Take down what came of a door; gives what stands."""
        collection = self.collection(ticket, kiosk)
        self._book.report(collection, result, self._service.now())
        return self.collection(ticket, kiosk).result or result

    # --- for staff at a kiosk ----------------------------------------------------------------------------------------

    def compartment(self, kiosk: str, number: int) -> Compartment | None:
        """One of this kiosk's."""
        return self._wall.compartment(kiosk, number)

    def compartments(self, kiosk: str) -> list[tuple[Compartment, Placed | None]]:
        """Every compartment of a kiosk, and what lies in it."""
        lies = {placed.deposit.compartment: placed for placed in self._book.lying(kiosk)}
        return [(one, lies.get(one.number)) for one in self._wall.at(kiosk)]

    def expected(self, kiosk: str) -> list[tuple[Registered, LockerProduct]]:
        """What may be put in at this kiosk, oldest first."""
        found = ((one, self._wall.product(one.claim.product_code)) for one in self._book.outside())
        return [
            (one, product)
            for one, product in found
            if product is not None and product.allowed_at(kiosk) and not self._given_up(one.claim)
        ]

    def put(self, deposit_id: UUID, kiosk: str, said: tuple[str, int, tuple[str, ...]]) -> tuple[Placed, bool]:
        """It lies in a compartment: reference, number, cards of staff. The second value is whether that is new."""
        typed, number, staff = said
        known = self._book.deposit(deposit_id)
        if known is None:
            deposit, waiting = self._to_put(deposit_id, kiosk, typed, number, staff)
            try:
                if self._book.put(deposit, waiting):
                    return self.deposit(deposit_id, kiosk), True
            except PlaceTaken:
                raise Problem(ProblemType.COMPARTMENT_TAKEN) from None
            except NotExpected:
                raise Problem(ProblemType.RESOURCE_NOT_FOUND) from None
            known = self._book.deposit(deposit_id)
        same = (kiosk, read_reference(typed), number, sorted(staff))
        if known is None or _said(known) != same:
            raise Problem(ProblemType.CONFLICT)
        return known, False

    def deposit(self, id_: UUID, kiosk: str) -> Placed:
        """Something that was put in at this kiosk."""
        found = self._book.deposit(id_)
        if found is None or found.deposit.kiosk != kiosk:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return found

    def take_back(self, id_: UUID, kiosk: str, emptying: Emptying) -> Placed:
        """Staff took it out; a second report finds the first one's."""
        for _ in range(TRIES):  # its claim may make way for another in between: a clerk gives a new code
            placed = self.deposit(id_, kiosk)
            if placed.deposit.ended is Ended.COLLECTED:
                raise Problem(ProblemType.CODE_USED)
            if placed.deposit.ended is not None:
                return placed
            product = self._wall.product(placed.claim.product_code)
            _demand_cards(product, emptying.staff)
            if placed.claim.state is ClaimState.BOUND:
                raise Problem(ProblemType.CODE_IN_USE)
            if self._book.take_back(placed, emptying):
                return self.deposit(id_, kiosk)
        raise Problem(ProblemType.CODE_IN_USE)

    def take_stock(self, said: StockTaking) -> tuple[StockTaking, bool]:
        """Settle what was in doubt by what staff found; the second value is whether that is new."""
        if any(self.compartment(said.kiosk, number) is None for number in said.found):
            raise Problem.of_field("items")
        new = self._book.take_stock(said)
        known = self._book.stock_taking(said.id)
        if known is None or _content(known) != _content(said):
            raise Problem(ProblemType.CONFLICT)
        return known, new

    def state(self, placed: Placed) -> DepositState:
        """How something that was put in stands."""
        match placed.deposit.ended:
            case Ended.COLLECTED:
                return DepositState.COLLECTED
            case Ended.TAKEN_BACK:
                return DepositState.TAKEN_BACK
            case Ended.MISSING:
                return DepositState.IN_DOUBT
            case None:
                pass
        match placed.claim.state:
            case ClaimState.BOUND:
                return DepositState.WAITING
            case ClaimState.IN_DOUBT:
                return DepositState.IN_DOUBT
            case ClaimState.WAITING if placed.claim.valid_until >= self._service.today():
                return DepositState.WAITING
        return DepositState.TO_TAKE_BACK

    # --- how ---------------------------------------------------------------------------------------------------------

    def _bound(self, session: Session, ticket: UUID, id_: UUID) -> bool:
        claim, today = self._service.claims.of(id_), self._service.today()
        if claim is None or claim.kind is not ClaimKind.COMPARTMENT or not is_of(claim, session):
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        demand(claim, today)
        placed = self._book.where(claim.root)
        if placed is None or self.whereabouts(claim, session.kiosk).compartment is None:
            raise Problem(ProblemType.NOT_IN_COMPARTMENT)
        deposit = placed.deposit
        wanted = Collection(
            ticket=ticket,
            kiosk=session.kiosk,
            owner=session.owner,
            claim=claim.id,
            deposit=deposit.id,
            compartment=deposit.compartment,
            at=self._service.now(),
        )
        try:
            return self._book.bind(wanted, today)
        except ClaimTaken:
            demand(self._service.claims.of(id_), today)
            raise Problem(ProblemType.CODE_IN_USE) from None  # it was free again the moment after

    def _to_put(self, id_: UUID, kiosk: str, typed: str, number: int, staff: tuple[str, ...]) -> tuple[Deposit, Claim]:
        """A deposit, and what its claim is from then on."""
        claim = self._expected_claim(typed)
        product = self._wall.product(claim.product_code)
        if product is None or not product.allowed_at(kiosk):
            raise Problem(ProblemType.PRODUCT_UNAVAILABLE)
        if self.compartment(kiosk, number) is None:
            raise Problem.of_field("compartment")
        _demand_cards(product, staff)
        access = Access.EID if product.needs_card else claim.access
        vault, has_code = self._service.vault, access is Access.CODE
        waiting = replace(
            claim,
            access=access,
            state=ClaimState.WAITING,
            ticket=None,
            valid_until=self._service.today() + self._wall.life,
            code_hash=vault.name_of(vault.code_of(claim.id)) if has_code else None,
            code_until=self._service.last_day_of_code() if has_code else None,
        )
        return Deposit(id_, claim.root, kiosk, number, tuple(sorted(staff)), self._service.now()), waiting

    def _expected_claim(self, typed: str) -> Claim:
        written = read_reference(typed)
        thing = None if written is None else self._book.thing(written)
        claim = None if thing is None else self._service.claims.newest(thing)
        if claim is None or self._given_up(claim):
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return claim

    def _given_up(self, claim: Claim) -> bool:
        return claim.state is ClaimState.ANNOUNCED and claim.valid_until < self._service.today()


def _said(placed: Placed) -> tuple[str, str, int, list[str]]:
    deposit = placed.deposit
    return deposit.kiosk, placed.reference, deposit.compartment, sorted(deposit.staff)


def _content(said: StockTaking) -> object:
    return said.kiosk, sorted(said.staff), {number: found.value for number, found in said.found.items()}


def _demand_cards(product: LockerProduct | None, staff: tuple[str, ...]) -> None:
    """Two cards where the product asks for four eyes. Raises Problem."""
    if product is not None and product.four_eyes and len(set(staff)) < TWO_CARDS:
        raise Problem(ProblemType.SECOND_KEY_NEEDED)
