"""The recovery sheet: the root key on paper, in lines that a person can type again, each with a check of its own."""

from __future__ import annotations

from hashlib import sha256

_LINE = 4  # bytes of the key in a line: two groups of four signs and a check of two
_BYTES = 32


class SheetError(Exception):
    """What was typed is not what stands on a sheet; the message names the line."""


def lines_of(seed: bytes) -> list[str]:
    """Write a key in eight lines, e.g. `1  0f3a 99c1  7b`."""
    rows = [seed[at : at + _LINE] for at in range(0, _BYTES, _LINE)]
    return [f"{n}  {row.hex()[:4]} {row.hex()[4:]}  {_check(n, row)}" for n, row in enumerate(rows, 1)]


def seed_of(typed: list[str]) -> bytes:
    """Read those eight lines again, with or without blanks and in any case. Raises SheetError."""
    if len(typed) != _BYTES // _LINE:
        raise SheetError(f"er zijn {_BYTES // _LINE} regels nodig, en dit zijn er {len(typed)}")
    return b"".join(_row(number, line) for number, line in enumerate(typed, 1))


def sheet(tenants: str, seed: bytes, key_id: str, day: str) -> str:
    """Give the whole sheet, for one page of paper."""
    rows = "\n".join(f"        {line}" for line in lines_of(seed))
    return f"""HERSTELBLAD LOKET 24/7                                         {day}

Gemeente: {tenants}
Sleutel:  {key_id[:16]}

Met deze regels kan je de hoofdsleutel opnieuw maken. Wie ze heeft, kan alle
loketten iets anders laten doen.

 - Druk dit blad twee keer af op een printer met een kabel, en wis het bestand.
 - Steek elk blad in een omslag. Plak die dicht en zet je naam over de rand.
 - Leg er een in de kluis van het gemeentehuis en een in een ander gebouw.
 - Schrijf in het register wie er wanneer bij was.

{rows}

Is de hoofdsleutel weg of gestolen? Typ dan:  fleet recover
"""


def _check(number: int, row: bytes) -> str:
    return sha256(bytes([number]) + row).hexdigest()[:2]


def _row(number: int, line: str) -> bytes:
    signs = "".join(line.split()).lower()
    try:
        row = bytes.fromhex(signs[1:9])
    except ValueError:
        row = b""
    if len(row) != _LINE or signs != f"{number}{row.hex()}{_check(number, row)}":
        raise SheetError(f"regel {number} klopt niet")
    return row
