"""Certificates of fictitious residents, typeset on the spot from `residents.toml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from townhall.residents import Resident
from townhall.sources import COUNTER_ONLY, NOT_REGISTERED, DocumentUnavailable, Product
from townhall.typeset import Attest, Row, Typesetter, day

LANGUAGES = ("nl",)  # a Flemish town's acts are in Dutch unless the resident asks otherwise (language law)
NOTICE = "Gemeente en inwoners op dit attest zijn verzonnen. Het dient om het Loket 24/7 te tonen."


@dataclass(frozen=True)
class _Kind:
    """One product. Titles as in the ministerial decree of 21 April 2017, descriptions in plain words."""

    code: str
    title: str
    description: str
    attest: Callable[[DemoSource, Resident], Attest]


class DemoSource:
    """Keeps the promise of `DocumentSource` for the residents of the list, by national number. Safe from threads."""

    def __init__(self, residents: Mapping[str, Resident]) -> None:
        self._by_slug = {resident.slug: resident for resident in residents.values()}
        self._typesetter = Typesetter()

    def products(self, resident: Resident) -> tuple[Product, ...]:
        """Every attest; none of them for who is registered elsewhere or has to come to the counter."""
        reason = _reason(resident)
        return tuple(
            Product(kind.code, kind.title, kind.description, LANGUAGES, 0, reason is None, reason) for kind in KINDS
        )

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
        """Typeset one attest: A4, tagged, not yet sealed. Raises DocumentUnavailable."""
        kind = next((kind for kind in KINDS if kind.code == product_code), None)
        if kind is None or language not in LANGUAGES or _reason(resident) is not None:
            raise DocumentUnavailable(product_code)
        return self._typesetter.attest(
            kind.attest(self, resident), code=code, verify_url=verify_url, issued=issued, valid_until=valid_until
        )

    def household(self, resident: Resident) -> Attest:
        """Who lives at the address, in the order of the register."""
        members = [(self._by_slug[slug], relation) for slug, relation in resident.household]
        return Attest(
            title="Attest van gezinssamenstelling",
            municipality=resident.municipality,
            statement=f"volgens de bevolkingsregisters bestaat het gezin van deze persoon uit {_people(len(members))}.",
            facts=(*_identity(resident), Row("Adres", _address(resident))),
            heading="Samenstelling van het gezin",
            columns=("Naam", "Geboren", "Verwantschap"),
            members=tuple((member.name, day(member.birth_date), relation) for member, relation in members),
            notice=NOTICE,
        )

    def residence(self, resident: Resident) -> Attest:
        """Where the resident has the main residence."""
        return Attest(
            title="Attest van hoofdverblijfplaats",
            municipality=resident.municipality,
            statement="volgens de bevolkingsregisters heeft deze persoon de hoofdverblijfplaats op het volgende adres.",
            facts=(*_identity(resident), Row("Hoofdverblijfplaats", _address(resident))),
            notice=NOTICE,
        )

    def nationality(self, resident: Resident) -> Attest:
        """Which nationality the register has."""
        return Attest(
            title="Attest van nationaliteit",
            municipality=resident.municipality,
            statement="volgens de bevolkingsregisters heeft deze persoon de volgende nationaliteit.",
            facts=(
                *_identity(resident),
                Row("Adres", _address(resident)),
                Row("Nationaliteit", resident.nationality),
            ),
            notice=NOTICE,
        )


KINDS = (
    _Kind(
        "householdComposition",
        "Attest van gezinssamenstelling",
        "Wie er op jouw adres woont",
        DemoSource.household,
    ),
    _Kind("residence", "Attest van hoofdverblijfplaats", "Ook bekend als bewijs van woonst", DemoSource.residence),
    _Kind("nationality", "Attest van nationaliteit", "Welke nationaliteit je hebt", DemoSource.nationality),
)


def _reason(resident: Resident) -> str | None:
    if not resident.registered:
        return NOT_REGISTERED
    return COUNTER_ONLY if resident.nothing else None


def _identity(resident: Resident) -> tuple[Row, ...]:
    return (
        Row("Naam", resident.surname),
        Row("Voornamen", resident.given_names),
        Row("Geboren", f"{day(resident.birth_date)} in {resident.birth_place}"),
        Row("Rijksregisternummer", _printed(resident.ssin)),
    )


def _address(resident: Resident) -> str:
    return f"{resident.street}\n{resident.postcode} {resident.municipality}"


def _printed(ssin: str) -> str:
    return f"{ssin[:2]}.{ssin[2:4]}.{ssin[4:6]}-{ssin[6:9]}.{ssin[9:]}"


def _people(count: int) -> str:
    return "één persoon" if count == 1 else f"{count}\N{NO-BREAK SPACE}personen"
