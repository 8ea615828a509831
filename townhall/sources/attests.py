"""What stands on each document of the demo source: facts of one resident, in the words of the paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from townhall.catalogue import Product, Wanted
from townhall.residents import Resident
from townhall.typeset import Attest, Row, day

NOTICE = "Gemeente en inwoners op dit document zijn verzonnen. Het dient om het Loket 24/7 te tonen."
BELGIAN = "Belg"
REGISTER = "volgens de bevolkingsregisters"

People = Mapping[str, Resident]
Maker = Callable[[Resident, People, Product, Wanted], Attest]


class NothingRegistered(Exception):
    """The register has nothing of the kind about this person."""


def _household(resident: Resident, people: People, product: Product, _wanted: Wanted) -> Attest:
    """Who lives at the address, in the order of the register."""
    members = [(people[slug], relation) for slug, relation in resident.household]
    return _attest(
        resident,
        product,
        f"{REGISTER} bestaat het gezin van deze persoon uit {_counted(len(members))}.",
        Row("Adres", _address(resident)),
        heading="Samenstelling van het gezin",
        columns=("Naam", "Geboren", "Verwantschap"),
        members=tuple((member.name, day(member.birth_date), relation) for member, relation in members),
    )


def _residence(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """Where the resident has the main residence."""
    statement = f"{REGISTER} heeft deze persoon de hoofdverblijfplaats op het volgende adres."
    return _attest(resident, product, statement, Row("Hoofdverblijfplaats", _address(resident)))


def _nationality(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """Which nationality the register has."""
    statement = f"{REGISTER} heeft deze persoon de volgende nationaliteit."
    rows = Row("Adres", _address(resident)), Row("Nationaliteit", resident.nationality)
    return _attest(resident, product, statement, *rows)


def _history(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """Where the resident lives and lived."""
    return _attest(
        resident,
        product,
        f"{REGISTER} woont deze persoon op het volgende adres, en woonde die vroeger op de adressen hieronder.",
        Row("Hoofdverblijfplaats", _address(resident)),
        heading="Vorige adressen",
        columns=("Adres", "Van", "Tot"),
        members=tuple((home.address, day(home.since), day(home.until)) for home in resident.past_homes),
    )


def _life(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """The register has no death."""
    return _attest(resident, product, f"{REGISTER} is deze persoon in leven.", Row("Adres", _address(resident)))


def _cohabitation(resident: Resident, people: People, product: Product, _wanted: Wanted) -> Attest:
    """With whom the resident made a declaration of legal cohabitation."""
    bond = resident.cohabitation
    if bond is None:
        raise NothingRegistered
    statement = f"{REGISTER} woont deze persoon wettelijk samen."
    rows = Row("Adres", _address(resident)), Row("Samen met", people[bond.partner].name), Row("Sinds", day(bond.since))
    return _attest(resident, product, statement, *rows)


def _for_marriage(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """Where the resident lives, for the town where they marry."""
    where = f"{REGISTER} heeft deze persoon de hoofdverblijfplaats op het volgende adres."
    statement = f"{where} Dit attest dient voor een huwelijk."
    rows = Row("Hoofdverblijfplaats", _address(resident)), Row("Nationaliteit", resident.nationality)
    return _attest(resident, product, statement, *rows)


def _funeral(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """What the resident had written down for afterwards."""
    if resident.funeral is None:
        raise NothingRegistered
    statement = f"{REGISTER} legde deze persoon een verklaring af over de laatste wilsbeschikking."
    return _attest(resident, product, statement, Row("Verklaring", resident.funeral))


def _electoral(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """A Belgian stands in the register of voters of the town."""
    if resident.nationality != BELGIAN:
        raise NothingRegistered
    statement = "deze persoon is ingeschreven in het kiesregister van de gemeente."
    return _attest(resident, product, statement, Row("Adres", _address(resident)))


def _extract(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """What the population register has."""
    rows = (
        Row("Geslacht", "vrouw" if resident.sex == "F" else "man"),
        Row("Nationaliteit", resident.nationality),
        Row("Hoofdverblijfplaats", _address(resident)),
    )
    return _attest(resident, product, "dit staat over deze persoon in de bevolkingsregisters.", *rows)


def _birth(resident: Resident, _people: People, product: Product, _wanted: Wanted) -> Attest:
    """The act of birth, when it was drawn up in Belgium."""
    if not resident.parents:
        raise NothingRegistered
    parents = tuple(Row("Ouder", parent) for parent in resident.parents)
    sex = Row("Geslacht", "vrouwelijk" if resident.sex == "F" else "mannelijk")
    return _attest(resident, product, "dit staat in de geboorteakte van deze persoon.", sex, *parents)


def _marriage(resident: Resident, people: People, product: Product, _wanted: Wanted) -> Attest:
    """The act of marriage."""
    bond = resident.marriage
    if bond is None:
        raise NothingRegistered
    spouse = people[bond.partner]
    rows = (
        Row("Getrouwd", f"{day(bond.since)} in {bond.place}"),
        Row("Met", spouse.name),
        Row("Geboren", f"{day(spouse.birth_date)} in {spouse.birth_place}"),
    )
    return _attest(resident, product, "dit staat in de huwelijksakte van deze persoon.", *rows)


def _criminal(resident: Resident, _people: People, product: Product, wanted: Wanted) -> Attest:
    """What the criminal register has: of everybody here, nothing."""
    purpose = next((one.label for one in product.purposes if one.code == wanted.purpose), None)
    rows = (
        Row("Adres", _address(resident)),
        Row("Nationaliteit", resident.nationality),
        *((Row("Doel", purpose),) if purpose else ()),
        *((Row("Bestemd voor", wanted.recipient),) if wanted.recipient else ()),
        Row("Veroordelingen", "Geen"),
    )
    return _attest(resident, product, "dit staat over deze persoon in het strafregister.", *rows)


ATTESTS: Mapping[str, Maker] = {
    "householdComposition": _household,
    "residence": _residence,
    "nationality": _nationality,
    "residenceHistory": _history,
    "life": _life,
    "cohabitation": _cohabitation,
    "residenceForMarriage": _for_marriage,
    "funeralWishes": _funeral,
    "electoralRegister": _electoral,
    "registerExtract": _extract,
    "civilBirth": _birth,
    "civilMarriage": _marriage,
    "criminalRecord595": _criminal,
    "criminalRecord5961": _criminal,
    "criminalRecord5962": _criminal,
}


def _attest(
    resident: Resident,
    product: Product,
    statement: str,
    *rows: Row,
    heading: str = "",
    columns: tuple[str, ...] = (),
    members: tuple[tuple[str, ...], ...] = (),
) -> Attest:
    return Attest(
        title=product.title,
        municipality=resident.municipality,
        statement=statement,
        facts=(*_identity(resident), *rows),
        heading=heading,
        columns=columns,
        members=members,
        notice=NOTICE,
    )


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


def _counted(people: int) -> str:
    return "één persoon" if people == 1 else f"{people}\N{NO-BREAK SPACE}personen"
