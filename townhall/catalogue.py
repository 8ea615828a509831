"""What this town gives out: `catalogue.toml`, read once, and what an order of each must say."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).with_name("catalogue.toml")
DAYS = {"D": 1, "W": 7, "M": 30}
YOUNGEST = 12  # the first card with a PIN comes at twelve


class Channel(Enum):
    """How a resident wants it."""

    PAPER = "paper"
    EBOX = "eBox"


@dataclass(frozen=True)
class Purpose:
    """What a document can be for. `needs_recipient`: an order also says who will receive it."""

    code: str
    label: str
    needs_recipient: bool


@dataclass(frozen=True)
class Product:
    """One document of the list. `title`, `description` and purposes are Dutch; `lead_time` is an ISO 8601 duration."""

    code: str
    category: str
    title: str
    description: str
    languages: tuple[str, ...]
    price_in_cents: int
    deferred: bool
    lead_time: str | None
    max_copies: int
    min_age: int
    purposes: tuple[Purpose, ...]
    paper_on_explicit_request: bool
    needs_card: bool

    def days(self) -> int:
        """The lead time in days; 0 without one."""
        return int(self.lead_time[1:-1]) * DAYS[self.lead_time[-1]] if self.lead_time else 0


@dataclass(frozen=True, repr=False)
class Wanted:
    """What one order asks for. `recipient` is what a resident typed, so it is in no log and in no table."""

    language: str
    copies: int = 1
    purpose: str | None = None
    recipient: str | None = None
    channel: Channel | None = None


class WantedWrongly(Exception):
    """An order that lacks what its product asks for, or says what it does not: `field` is the contract's name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def check(product: Product, wanted: Wanted) -> None:
    """Hold an order to its product. Raises WantedWrongly."""
    purpose = next((one for one in product.purposes if one.code == wanted.purpose), None)
    if wanted.copies > product.max_copies:
        raise WantedWrongly("copies")
    if bool(product.purposes) != (wanted.purpose is not None) or (wanted.purpose is not None and purpose is None):
        raise WantedWrongly("purpose")
    if (purpose is not None and purpose.needs_recipient) != (wanted.recipient is not None):
        raise WantedWrongly("recipient")
    if product.paper_on_explicit_request != (wanted.channel is not None):
        raise WantedWrongly("channel")


def load(path: Path = CATALOGUE) -> tuple[Product, ...]:
    """Read the list, in its order. Raises OSError, TOMLDecodeError, KeyError, ValueError."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["products"]
    return tuple(_product(row) for row in rows)


def _product(row: dict[str, Any]) -> Product:
    lead_time = row.get("leadTime")
    if lead_time is not None and not re.fullmatch(r"P[0-9]{1,3}[DWM]", lead_time):
        raise ValueError(f"{row['code']}: leadTime {lead_time}")
    return Product(
        code=row["code"],
        category=row["category"],
        title=row["title"],
        description=row["description"],
        languages=tuple(row.get("languages", ("nl",))),
        price_in_cents=row.get("priceInCents", 0),
        deferred=row.get("delivery") == "deferred",
        lead_time=lead_time,
        max_copies=row.get("maxCopies", 1),
        min_age=row.get("minAge", YOUNGEST),
        purposes=tuple(
            Purpose(one["code"], one["label"], one.get("needsRecipient", False)) for one in row.get("purposes", ())
        ),
        paper_on_explicit_request=row.get("paperOnExplicitRequest", False),
        needs_card=row.get("needsCard", False),
    )


def age_on(day: dt.date, born: dt.date) -> int:
    """How old somebody is on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
