"""The tables of `docs/journeys.md`: what each journey, fault and card must lead to. Read here, written there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TABLES = Path(__file__).parent.parent / "docs" / "journeys.md"


@dataclass(frozen=True)
class Ending:
    """How a visit must end."""

    outcome: str
    sheets: int


@dataclass(frozen=True)
class FaultRow:
    """A fault: whether it strikes before the confirmation, how the visit must end, and what the screen says then.

    `journey` is the visit in which it is played.
    """

    name: str
    before: bool
    ending: Ending
    says: str
    journey: str = "certificate"


@dataclass(frozen=True)
class CardRow:
    """A card: how the visit must end, and what the screen says on which it does, where that is demanded."""

    ending: Ending
    says: str


def faults() -> dict[str, FaultRow]:
    """Give every fault by its name."""
    rows = [["certificate", *row] for row in _rows("Faults")] + _rows("Faults at a door")
    return {
        name: FaultRow(name, when == "before", Ending(outcome, int(sheets)), says, journey)
        for journey, name, when, _, outcome, sheets, says in rows
    }


def journeys() -> dict[str, Ending]:
    """Give how each journey ends when nothing goes wrong."""
    return {row[0]: Ending(row[2], int(row[3])) for row in _rows("Journeys")}


def cards() -> dict[str, CardRow]:
    """Give how a visit ends by the state of the card, by its holder or by its kind; `-` for a good card."""
    return {row[0]: CardRow(Ending(row[2], int(row[3])), row[4]) for row in _rows("Cards")}


def card_row(card: str) -> CardRow:
    """Give the row of a card, KIND:PERSON[:STATE]: its kind, state or holder, whichever has one, in this order."""
    kind, person, *state = card.split(":")
    table = cards()
    return next(table[name] for name in (kind, *state, person, "-") if name in table)


def played() -> list[str]:
    """Give the cards that are played, as KIND:PERSON[:STATE]."""
    return [row[0] for row in _rows("Cards", table=1)]


def _rows(title: str, table: int = 0) -> list[list[str]]:
    """Give the cells of a table under a heading."""
    section = TABLES.read_text(encoding="utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    tables = [part for part in section.split("\n\n") if part.lstrip().startswith("|")]
    lines = tables[table].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
