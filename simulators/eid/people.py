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
    card = { issuedIn = "Hochfeld", months = "de", tags = { 18 = "01" } }  # where it differs from the usual
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
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
    issued_in: str = ""  # where not in the municipality of the address
    months: str = "nl"  # the language in which the date of birth is written
    tags: dict[int, str] = field(default_factory=dict, compare=False)  # further fields of the identity file

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
    card = row.get("card", {})
    assert isinstance(birth, dict) and isinstance(address, dict) and isinstance(card, dict)  # noqa: S101, PT018 - ours
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
        issued_in=str(card.get("issuedIn", "")),
        months=str(card.get("months", "nl")),
        tags={int(tag): str(value) for tag, value in card.get("tags", {}).items()},
    )
