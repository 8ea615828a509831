"""What is somebody's: names, numbers, PINs, addresses, the words on a document and the codes that give it again."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from pysqlite3 import dbapi2

from simulators.eid.people import Person
from simulators.world import RESIDENTS, World
from townhall.vault import Vault

# Twelve digits, as many as a card takes: too many to turn up by chance, which four would.
PIN = "904172836518"
# What a shorter word would find by chance.
SHORTEST = 5
_CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b")
_SECONDS = 40.0


def of_person(person: Person) -> set[str]:
    """What identifies somebody: names whole and in words, number in both forms, PIN, address, place of birth."""
    number = person.ssin
    dotted = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    words = f"{person.given_names} {person.surname}".replace("-", " ").split()
    place = set() if person.birth_place == person.municipality else {person.birth_place}
    whole = {person.given_names, person.surname, number, dotted, person.pin, person.street, *place}
    return {text for text in (*whole, *words) if len(text) >= SHORTEST}


def on_paper(pdf: Path) -> set[str]:
    """What a document says, line by line, as poppler reads it; its code also without dashes."""
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    lines = {line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST}
    codes = set(_CODE.findall(text))
    return lines | codes | {code.replace("-", "") for code in codes}


def household_of(slug: str) -> set[str]:
    """Everybody who stands on somebody's household composition."""
    households = tomllib.loads(RESIDENTS.read_text(encoding="utf-8"))["households"]
    members = [{member for member, _ in household["members"]} for household in households]
    return next((household for household in members if slug in household), {slug})


def reprint_codes(world: World) -> set[str]:
    """The codes that the town gave for a document again: whoever has one gets it."""
    database = f"file:{quote(str(world.town_hall.ca.parent / 'townhall.db'))}?mode=ro"
    vault = Vault(world.town_hall.ca.parent / "vault.key")  # no table has a code: it is drawn from its claim's name
    with contextlib.closing(dbapi2.connect(database, uri=True, timeout=_SECONDS)) as connection:
        rows = connection.execute("SELECT claim FROM print_results WHERE claim IS NOT NULL")
        return {vault.code_of(UUID(claim)) for (claim,) in rows}


def of_all(world: World, came: Iterable[str], out: Path) -> set[str]:
    """Everything of everybody who came or stood on a paper, what the papers said, and the codes to have one again."""
    people = {member for slug in came for member in household_of(slug)}
    said = {secret for person in people for secret in of_person(world.residents[person])}
    documents = (out / "sealed").glob("*.pdf")
    # "QEventPoint": Qt may complain of a touch and say where it was, which at the PIN pad is a digit.
    return said.union(reprint_codes(world), {"%PDF-", "QEventPoint"}, *map(on_paper, documents))


def places_outside(world: World) -> tuple[Path, ...]:
    """Where CUPS, printer, reader and town hall keep what they write down (the proof of a journey apart)."""
    reader = Path(world.pcscd.environment["PCSCLITE_CSOCK_NAME"]).parent
    return world.cupsd.folder, world.printer.spool.parent, reader, world.town_hall.ca.parent / "townhall.log"
