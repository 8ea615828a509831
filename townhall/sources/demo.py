"""Documents of fictitious residents, typeset on the spot from `residents.toml`."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from uuid import UUID

from townhall.calendar import date_of
from townhall.catalogue import Channel, Product, Wanted, age_on
from townhall.opening import Openings
from townhall.people import Person
from townhall.residents import Resident
from townhall.sources import (
    COUNTER_ONLY,
    NOT_REGISTERED,
    NOTHING_REGISTERED,
    SOURCE_CLOSED,
    Deferred,
    DocumentUnavailable,
    Offer,
)
from townhall.sources.attests import ATTESTS, NothingRegistered, People
from townhall.typeset import Attest, Stamp, Typesetter
from townhall.webeid import Holder

LOG = logging.getLogger(__name__)


class DemoSource:
    """Keeps the promise of `DocumentSource` for the residents of the list, by national number. Safe from threads."""

    def __init__(self, residents: Mapping[str, Resident], products: tuple[Product, ...], openings: Openings) -> None:
        self._residents = residents
        self._people: People = {resident.slug: resident for resident in residents.values()}
        self._products = products
        self._openings = openings
        self._typesetter = Typesetter()

    def warm(self) -> None:
        """Typeset a page that nobody gets."""
        nothing = Attest(title="-", municipality="-", statement="-", facts=())
        self._typesetter.attest(nothing, Stamp("-", "-", dt.date.min, dt.date.min))

    def person(self, holder: Holder) -> Person | None:
        """Somebody of the list who lives in this town."""
        resident = self._residents.get(holder.ssin)
        return resident if resident is not None and resident.registered else None

    def offers(self, person: Person | None, now: dt.datetime) -> tuple[Offer, ...]:
        """Every product, with the reason why not."""
        return tuple(self._offer(product, person, now) for product in self._products)

    def document(self, person: Person, product: Product, wanted: Wanted, stamp: Stamp) -> bytes:
        """Typeset one document: A4, tagged, not yet sealed. Raises DocumentUnavailable, TypesetError."""
        resident = self._allowed(person, product, wanted)
        return self._typesetter.attest(ATTESTS[product.code](resident, self._people, product, wanted), stamp)

    def send(self, ticket: UUID, person: Person, product: Product, wanted: Wanted) -> None:
        """Nobody in this town has an eBox: that it was sent is all there is to know."""
        self._allowed(person, product, wanted)
        LOG.info("to the eBox: %s, ticket %s", product.code, ticket)

    def begin(self, _ticket: UUID, person: Person, product: Product, wanted: Wanted, today: dt.date) -> Deferred:
        """The police would be asked now. On paper it waits at the kiosk; else it comes in the eBox."""
        self._allowed(person, product, wanted)
        at = "eBox" if wanted.channel is Channel.EBOX else "kiosk"
        return Deferred(today + dt.timedelta(days=product.days()), notice="eBox", collect_at=at)

    def _offer(self, product: Product, person: Person | None, now: dt.datetime) -> Offer:
        opening = self._openings.of(product.category, now)
        reason = self._reason(product, self._resident(person), date_of(now)) if person else None
        if reason is None and not opening.open:
            reason = SOURCE_CLOSED
        return Offer(product, opening, reason)

    def _reason(self, product: Product, resident: Resident | None, today: dt.date) -> str | None:
        if resident is None or not resident.registered:
            return NOT_REGISTERED
        # Nothing can be paid at a kiosk yet: what has a price is for the counter.
        if resident.nothing or product.price_in_cents or age_on(today, resident.birth_date) < product.min_age:
            return COUNTER_ONLY
        try:
            ATTESTS[product.code](resident, self._people, product, Wanted("nl"))
        except NothingRegistered:
            return NOTHING_REGISTERED
        except KeyError:  # the town gives it out, and this source cannot make it
            return COUNTER_ONLY
        return None

    def _allowed(self, person: Person, product: Product, wanted: Wanted) -> Resident:
        resident, today = self._resident(person), date_of(dt.datetime.now(dt.UTC))
        refused = wanted.language not in product.languages or self._reason(product, resident, today) is not None
        if resident is None or refused:
            raise DocumentUnavailable(product.code)
        return resident

    def _resident(self, person: Person) -> Resident | None:
        return person if isinstance(person, Resident) else self._residents.get(person.ssin)
