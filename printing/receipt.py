"""What stands on a slip: which documents came out or not, what to do about it, and nothing about a person.

The layout is plain data in, `Slip` out: wrapping and letters are the driver's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hardware.devices import Slip, SlipLine, SlipStyle

_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
NBSP = "\N{NO-BREAK SPACE}"
BLANK = SlipLine("")


@dataclass(frozen=True, repr=False)
class Reprint:
    """A code that opens one free reprint, up to and including a day."""

    code: str
    valid_until: date | None = None


@dataclass(frozen=True, repr=False)
class SlipDocument:
    """One document: its product, how it ended in a sentence, its short ticket reference, and its code if any."""

    title: str
    outcome: str
    ticket: str
    reprint: Reprint | None = None


def lay_out(
    town: str, kiosk: str, printed_at: datetime, documents: tuple[SlipDocument, ...], counter: str = ""
) -> Slip:
    """Lay out the slip of one visit.

    `town` is the name in the header, `kiosk` the number on the kiosk, `printed_at` local time, `counter` a sentence
    with the counter's hours. The QR code holds the reprint code as it stands on the paper; with several
    codes there is none, for nobody could tell which of them it is.
    """
    lines = [SlipLine(town, SlipStyle.TITLE), SlipLine(f"Loket 24/7 · {kiosk}"), SlipLine(_moment(printed_at)), BLANK]
    for document in documents:
        lines += [*_document(document), BLANK]
    codes = [document.reprint for document in documents if document.reprint is not None]
    if codes:
        lines += [SlipLine(_how_to_use(len(codes))), BLANK]
    if counter:
        lines.append(SlipLine(f"Balie: {counter}"))
    return Slip(tuple(lines), codes[0].code if len(codes) == 1 else None)


def _document(document: SlipDocument) -> list[SlipLine]:
    lines = [SlipLine(document.title), SlipLine(document.outcome), SlipLine(f"Nummer: {document.ticket}")]
    if document.reprint is None:
        return lines
    lines += [BLANK, SlipLine(document.reprint.code, SlipStyle.CODE)]
    if document.reprint.valid_until is not None:
        lines.append(SlipLine(f"Geldig tot en met {spelled_out(document.reprint.valid_until)}."))
    return lines


def _how_to_use(codes: int) -> str:
    if codes == 1:
        return "Met deze code is het document gratis, hier of aan de balie. Toon ze aan niemand anders."
    return "Met deze codes zijn de documenten gratis, hier of aan de balie. Toon ze aan niemand anders."


def spelled_out(when: date) -> str:
    """Give a day in words: '7 december 2026'."""
    return f"{when.day}{NBSP}{_MONTHS[when.month - 1]}{NBSP}{when.year}"


def _moment(when: datetime) -> str:
    return f"{spelled_out(when)}, {when.hour}.{when.minute:02}{NBSP}uur"
