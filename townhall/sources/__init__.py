"""Where documents come from: one small promise, and a file for each source that keeps it.

The server asks a source what a resident may have, and has the document made or fetched. A source knows nothing of
kiosks, orders or HTTP. `demo` typesets certificates of fictitious residents.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from townhall.residents import Resident

COUNTER_ONLY = "counterOnly"
NOT_REGISTERED = "notRegistered"


@dataclass(frozen=True)
class Product:
    """A document that a resident may have, or may not: then `reason` says why (a code of the contract).

    `title` and `description` are Dutch; `price_in_cents` is in euro cents.
    """

    code: str
    title: str
    description: str
    languages: tuple[str, ...]
    price_in_cents: int
    available: bool
    reason: str | None


class DocumentUnavailable(Exception):
    """Asked for a document that `products` does not offer to this resident, or not in this language."""


class DocumentSource(Protocol):
    """What every source promises."""

    def products(self, resident: Resident) -> tuple[Product, ...]:
        """Every product this source knows, with whether this resident may have it here and now."""

    def document(
        self,
        resident: Resident,
        product_code: str,
        language: str,
        code: str,
        verify_url: str,
        issued: dt.date,
        valid_until: dt.date,
    ) -> bytes:
        """Make the PDF of one product, not yet sealed.

        `code` is printed as text, `verify_url` as text and as a QR code. `valid_until` is the last day.
        Raises DocumentUnavailable.
        """
