"""The fictitious residents that the demo source knows: who they are, with whom they live, what they may have.

`residents.toml` is the list, and the virtual cards are made from the same tables. A table for each resident, and one
for each household of more than one, in the order of the register:

    municipality = "Lindeveld"

    [[households]]
    members = [["bram", "referentiepersoon"], ["an", "echtgenote"]]

What stands in an act is beside the card's facts: `parents`, `marriage`, `cohabitation`, `funeral`, `pastHomes`. Who has
none of it was born or married elsewhere, or never told.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESIDENTS = Path(__file__).with_name("residents.toml")
REFERENCE_PERSON = "referentiepersoon"
# Who gets a code at the counter or online stands before a kiosk within two weeks. A slip with a code lies about: the
# longer it works, the more of them work. What waits longer than a month is for the card, or for a new code.
CODE_DAYS, MOST_CODE_DAYS = 14, 30

Household = tuple[tuple[str, str], ...]


@dataclass(frozen=True, repr=False)
class Bond:
    """A marriage or a legal cohabitation: with whom (a slug), since when, and where it began."""

    partner: str
    since: dt.date
    place: str


@dataclass(frozen=True, repr=False)
class PastHome:
    """Where somebody lived, on one line, from and until a day."""

    address: str
    since: dt.date
    until: dt.date


@dataclass(frozen=True, repr=False)
class Resident:
    """What the register knows of one person. `ssin` is eleven digits; `sex` is "F" or "M".

    `household` names everybody at the address, the resident too: slug, and what they are to the reference person.
    """

    slug: str
    given_names: str
    surname: str
    ssin: str
    birth_date: dt.date
    birth_place: str
    sex: str
    nationality: str
    street: str
    postcode: str
    municipality: str
    registered: bool
    nothing: bool
    language: str
    household: Household
    parents: tuple[str, ...] = ()
    marriage: Bond | None = None
    cohabitation: Bond | None = None
    funeral: str | None = None
    past_homes: tuple[PastHome, ...] = ()

    @property
    def given_name(self) -> str:
        """The first of the given names, to greet with."""
        return self.given_names.split()[0]

    @property
    def name(self) -> str:
        """Given names and surname, as on a card."""
        return f"{self.given_names} {self.surname}"


@dataclass(frozen=True, repr=False)
class Register:
    """A town by name and NIS code, how long its codes live, and its people by national number."""

    municipality: str
    nis: int
    code_life: dt.timedelta
    people: dict[str, Resident]


def load(path: Path = RESIDENTS) -> Register:
    """Read the list. A town without fictitious residents has one with its name and code alone.

    Raises OSError, TOMLDecodeError, KeyError, ValueError.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    households = _households(table.get("households", ()))
    residents = [_resident(row, table["municipality"], households) for row in table.get("residents", ())]
    people = {resident.ssin: resident for resident in residents}
    return Register(table["municipality"], table["nis"], _code_life(table.get("codes", {})), people)


def _code_life(codes: dict[str, Any]) -> dt.timedelta:
    days = codes.get("days", CODE_DAYS)
    if set(codes) - {"days"} or type(days) is not int or not 1 <= days <= MOST_CODE_DAYS:
        raise ValueError(f"[codes] has one setting: days, a whole number from 1 to {MOST_CODE_DAYS}; not {codes}")
    return dt.timedelta(days)


def _households(rows: Any) -> dict[str, Household]:  # noqa: ANN401 - as TOML gives it
    found: dict[str, Household] = {}
    for row in rows:
        members = tuple((str(slug), str(relation)) for slug, relation in row["members"])
        found |= dict.fromkeys((slug for slug, _ in members), members)
    return found


def _resident(row: dict[str, Any], municipality: str, households: dict[str, Household]) -> Resident:
    birth, address, slug = row["birth"], row["address"], row["slug"]
    return Resident(
        slug=slug,
        given_names=row["givenNames"],
        surname=row["surname"],
        ssin=row["ssin"],
        birth_date=birth["date"],
        birth_place=birth["place"],
        sex=birth["sex"],
        nationality=row["nationality"],
        street=address["street"],
        postcode=address["postcode"],
        municipality=address["municipality"],
        registered=address["municipality"] == municipality,
        nothing=row.get("counterOnly", False),
        language=row.get("language", "nl"),
        household=households.get(slug, ((slug, REFERENCE_PERSON),)),
        parents=tuple(row.get("parents", ())),
        marriage=_bond(row.get("marriage")),
        cohabitation=_bond(row.get("cohabitation")),
        funeral=row.get("funeral"),
        past_homes=tuple(PastHome(**home) for home in row.get("pastHomes", ())),
    )


def _bond(row: dict[str, Any] | None) -> Bond | None:
    return None if row is None else Bond(row["partner"], row["since"], row["place"])
