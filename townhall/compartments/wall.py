"""What a town's compartments are, and what may lie in them: `lockers.toml`, read at the start.

days = 7                    # so long a thing may lie in its compartment

[[products]]
code = "passport"           # one of the contract's `LockerProductCode`
title = "Paspoort"
size = "small"              # the smallest that it fits in
needsCard = true            # the eID of its holder, never a code alone
fourEyes = true             # two cards of staff to put it in or take it out
kiosks = ["LV-01"]          # left out: at every kiosk that has compartments

[[compartments]]
kiosk = "LV-01"
numbers = [1, 2, 3]         # as on the doors; which board and lock these are, the kiosk's own settings say
size = "small"              # small, medium, large
low = true                  # can be reached from a wheelchair; left out: no
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

# [contract] identity cards of any kind are not among them: they are handed over at the counter alone.
CODES = ("passport", "drivingLicence", "parkingCard", "papers", "voucher", "key", "bag", "lendingItem")
# Nobody but their holder may have these, whatever a town would like.
ALWAYS_CARD = ("passport", "drivingLicence")
# A town's own words may not let one in by another name.
REFUSED = re.compile(
    r"identiteitskaart|kids-?\s?id|\be-?id(\b|-?kaart)|\bid[-\s]?kaart|(verblijfs|vreemdelingen)-?(kaart|titel|document)"
    r"|carte d.identit|(titre|carte) de s[ée]jour|personalausweis|aufenthaltstitel|(identity|residence) card",
    re.IGNORECASE,
)
DAYS, MOST_DAYS = 7, 60
HIGHEST = 999


class Size(Enum):
    """How large a compartment is."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True)
class LockerProduct:
    """Something that may lie in a compartment. No `kiosks`: at every one."""

    code: str
    title: str
    size: Size
    needs_card: bool
    four_eyes: bool
    kiosks: tuple[str, ...]

    def allowed_at(self, kiosk: str) -> bool:
        """Whether it may lie there."""
        return not self.kiosks or kiosk in self.kiosks


@dataclass(frozen=True)
class Compartment:
    """One of them. `low`: it can be reached from a wheelchair."""

    kiosk: str
    number: int
    size: Size
    low: bool


@dataclass(frozen=True)
class Wall:
    """Every compartment of a town, and what may lie in them for so long. A town without any has an empty one."""

    life: dt.timedelta = dt.timedelta(DAYS)
    products: tuple[LockerProduct, ...] = ()
    compartments: tuple[Compartment, ...] = ()

    def product(self, code: str) -> LockerProduct | None:
        """The product with this code."""
        return next((one for one in self.products if one.code == code), None)

    def at(self, kiosk: str) -> tuple[Compartment, ...]:
        """The compartments of a kiosk, by number."""
        mine = [one for one in self.compartments if one.kiosk == kiosk]
        return tuple(sorted(mine, key=lambda one: one.number))

    def compartment(self, kiosk: str, number: int) -> Compartment | None:
        """One of a kiosk."""
        return next((one for one in self.compartments if (one.kiosk, one.number) == (kiosk, number)), None)


def load(file: Path | None) -> Wall:
    """Read the file; without one there are none. Raises OSError, TOMLDecodeError, KeyError, ValueError."""
    if file is None:
        return Wall()
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    _only(table, "days", "products", "compartments")
    products = tuple(_product(row) for row in table.get("products", ()))
    compartments = tuple(one for row in table.get("compartments", ()) for one in _compartments(row))
    for name, found in (
        ("product", [one.code for one in products]),
        ("compartment", [(one.kiosk, one.number) for one in compartments]),
    ):
        if len(set(found)) < len(found):
            raise ValueError(f"a {name} comes twice")
    return Wall(_life(table.get("days", DAYS)), products, compartments)


def _life(days: object) -> dt.timedelta:
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise ValueError(f"days: a whole number from 1 to {MOST_DAYS}; not {days}")
    return dt.timedelta(days)


def _product(row: dict[str, Any]) -> LockerProduct:
    _only(row, "code", "title", "size", "needsCard", "fourEyes", "kiosks")
    code, title, needs_card = row["code"], row["title"], row.get("needsCard", row["code"] in ALWAYS_CARD)
    if code not in CODES or REFUSED.search(title):
        raise ValueError(f"{code} ({title}) may not lie in a compartment; what may: {', '.join(CODES)}")
    if code in ALWAYS_CARD and not needs_card:
        raise ValueError(f"{code} is given to the eID of its holder alone: needsCard cannot be false")
    return LockerProduct(
        code=code,
        title=title,
        size=Size(row.get("size", Size.SMALL.value)),
        needs_card=needs_card,
        four_eyes=row.get("fourEyes", False),
        kiosks=tuple(row.get("kiosks", ())),
    )


def _compartments(row: dict[str, Any]) -> list[Compartment]:
    _only(row, "kiosk", "numbers", "size", "low")
    wrong = [number for number in row["numbers"] if type(number) is not int or not 1 <= number <= HIGHEST]
    if wrong:
        raise ValueError(f"numbers: whole numbers from 1 to {HIGHEST}; not {wrong[0]}")
    size, low = Size(row["size"]), row.get("low", False)
    return [Compartment(row["kiosk"], number, size, low) for number in row["numbers"]]


def _only(row: dict[str, Any], *known: str) -> None:
    """A word that nobody reads is a mistake that nobody sees."""
    strange = set(row) - set(known)
    if strange:
        raise ValueError(f"unknown: {', '.join(sorted(strange))}")


def place(compartment: Compartment) -> dict[str, Any]:
    """A compartment, as the contract writes it."""
    return {"number": compartment.number, "size": compartment.size.value, "low": compartment.low}
