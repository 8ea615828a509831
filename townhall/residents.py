"""The fictitious residents that the demo source knows: who they are, with whom they live, what they may have.

`residents.toml` is the list, and the virtual cards are made from the same tables. A table for each resident, and one
for each household of more than one, in the order of the register:

    municipality = "Lindeveld"

    [[households]]
    members = [["bram", "referentiepersoon"], ["an", "echtgenote"]]
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESIDENTS = Path(__file__).with_name("residents.toml")
REFERENCE_PERSON = "referentiepersoon"

Household = tuple[tuple[str, str], ...]


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

    @property
    def name(self) -> str:
        """Given names and surname, as on a card."""
        return f"{self.given_names} {self.surname}"


def load(path: Path = RESIDENTS) -> dict[str, Resident]:
    """Read the list, by national number. Raises OSError, TOMLDecodeError, KeyError."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    households = _households(table.get("households", ()))
    residents = (_resident(row, table["municipality"], households) for row in table["residents"])
    return {resident.ssin: resident for resident in residents}


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
    )
