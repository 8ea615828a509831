"""The fictitious residents that virtual cards are made for, read from the town hall's own list.

One TOML file with a table for each resident, e.g.

    [[residents]]
    slug = "an"
    givenNames = "An Maria"
    surname = "Peeters"
    ssin = "85113099960"
    birth = { date = 1985-11-30, place = "Lindeveld", sex = "F" }
    nationality = "Belg"
    address = { street = "Kerkstraat 1", postcode = "9999", municipality = "Lindeveld" }
    documentType = "1"
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path

ADULT = 18  # [C18] no signature certificate below this age
TEST_PIN = "1234"


@dataclass(frozen=True, repr=False)
class Person:
    """What a card says of its holder. `ssin` is eleven digits, always of a range that is never issued."""

    slug: str
    given_names: str
    surname: str
    ssin: str
    born: dt.date
    birth_place: str
    sex: str
    nationality: str
    street: str
    postcode: str
    municipality: str
    document_type: str
    pin: str = TEST_PIN

    @property
    def minor(self) -> bool:
        """Below eighteen today."""
        today = dt.datetime.now(dt.UTC).date()
        return (today.year - self.born.year - ((today.month, today.day) < (self.born.month, self.born.day))) < ADULT


def load_residents(path: Path) -> dict[str, Person]:
    """Read the list, by slug. Raises OSError, TOMLDecodeError, KeyError."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {row["slug"]: _person(row) for row in table["residents"]}


def _person(row: dict[str, object]) -> Person:
    birth, address = row["birth"], row["address"]
    assert isinstance(birth, dict) and isinstance(address, dict)  # noqa: S101, PT018 - a list of our own
    return Person(
        slug=str(row["slug"]),
        given_names=str(row["givenNames"]),
        surname=str(row["surname"]),
        ssin=str(row["ssin"]),
        born=birth["date"],
        birth_place=str(birth["place"]),
        sex=str(birth["sex"]),
        nationality=str(row["nationality"]),
        street=str(address["street"]),
        postcode=str(address["postcode"]),
        municipality=str(address["municipality"]),
        document_type=str(row["documentType"]),
        pin=str(row.get("pin", TEST_PIN)),
    )
