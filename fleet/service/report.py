"""The month in figures, for a council: small figures are left out, and each thing stands there by its Dutch name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from msgspec import Struct

from config.checkin import Part
from config.figures import Ending, Place, Subject
from fleet.service.disclosure import FEWEST, Cell, Line, left_out
from fleet.service.figures import MonthError, Sums, span
from fleet.service.findings import PARTS, fault_in_words

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni", "juli"),
    *("augustus", "september", "oktober", "november", "december"),
)
ENDINGS = {
    Ending.GIVEN: "Gekregen",
    Ending.LATER: "Komt later",
    Ending.DROPPED: "Gestopt",
    Ending.FAILED: "Mislukt",
    Ending.UNKNOWN: "Onzeker",
}
SUBJECTS = {
    Subject.HOUSEHOLD: "Gezinssamenstelling",
    Subject.RESIDENCE: "Hoofdverblijfplaats",
    Subject.NATIONALITY: "Nationaliteit",
    Subject.RESIDENCE_HISTORY: "Hoofdverblijfplaats met historiek",
    Subject.LIFE: "Attest van leven",
    Subject.COHABITATION: "Wettelijke samenwoning",
    Subject.FOR_MARRIAGE: "Verblijfplaats voor een huwelijk",
    Subject.FUNERAL_WISHES: "Teraardebestelling",
    Subject.ELECTORAL: "Kiesregister",
    Subject.REGISTER_EXTRACT: "Uittreksel uit de registers",
    Subject.BIRTH: "Geboorteakte",
    Subject.MARRIAGE: "Huwelijksakte",
    Subject.CRIMINAL_595: "Strafregister, model 595",
    Subject.CRIMINAL_5961: "Strafregister, model 596.1",
    Subject.CRIMINAL_5962: "Strafregister, model 596.2",
    Subject.PREPARED: "Klaargelegd document",
    Subject.REPRINT: "Nieuwe afdruk",
    Subject.THING: "Iets uit een vakje",
    Subject.OTHER: "Andere documenten",
}
PLACES = {
    Place.REFUSED: "Er was niets te krijgen",
    Place.PAPER_LEFT: "Vraag naar vergeten papier",
    Place.CARD: "Kaart in de lezer",
    Place.PIN: "Pincode",
    Place.CODE: "Code van een bon of brief",
    Place.LIST: "Lijst van documenten, zonder kaart",
    Place.CHOOSING: "Document kiezen",
    Place.ASKING: "Vragen over het document",
    Place.CHECKING: "Nakijken en bevestigen",
    Place.WAITING: "Wachten op het document",
    Place.DOOR: "Aan een vakje",
}
SPANS = (
    *("onder 1 minuut", "1 tot 2 minuten", "2 tot 3 minuten"),
    *("3 tot 5 minuten", "5 tot 10 minuten", "boven 10 minuten"),
)
# Whose fault it is, by how its code begins; any other is the machine's.
_WHOSE = {
    "printer": Part.PRINTER,
    "paperSensor": Part.PAPER_SENSOR,
    "paper": Part.PRINTER,
    "cover": Part.PRINTER,
    "tray": Part.PRINTER,
    "toner": Part.PRINTER,
    "waste": Part.PRINTER,
    "reader": Part.CARD_READER,
    "receipt": Part.RECEIPT_PRINTER,
    "backend": Part.BACK_END,
    "keypad": Part.KEYPAD,
    "scanner": Part.SCANNER,
    "locker": Part.LOCKERS,
    "door": Part.LOCKERS,
    "speech": Part.SPEECH,
    "headset": Part.HEADSET,
}
# As many as somebody reads.
_MOST_FAULTS = 8
# Of what a figure is: of which cut (a building, or all), of what, which row of it, which column.
_EVERYWHERE = "*"
_ALL, _WANTED, _VISITS, _STOPS, _REACHED, _IN, _OUT = "", "wanted", "visits", "stops", "reached", "in", "out"

Figure = int | None


class Row(Struct, frozen=True):
    """A thing, and its figures in order; None: left out."""

    name: str
    figures: tuple[Figure, ...]


class Report(Struct, frozen=True):
    """One month of a town, or of one of its buildings. A row of `products` has each ending, all, and outside hours."""

    month: int
    town: str
    building: str
    provisional: bool
    kiosks: int
    visits: Figure
    outside: Figure
    products: tuple[Row, ...]
    all_products: Row
    spans: tuple[Row, ...]
    stopped: Figure
    stops: tuple[Row, ...]
    faults: tuple[Row, ...]
    open_share: float | None

    @property
    def title(self) -> str:
        """Say of when it is."""
        return f"{MONTHS[self.month % 100 - 1]} {self.month // 100}"

    @property
    def where(self) -> str:
        """Say of where it is."""
        return self.town.capitalize() + (f", {self.building}" if self.building else "")


def report_of(sums: Mapping[str, Sums], town: str, building: str, month: int, now: dt.datetime) -> Report:
    """Make the report of a town, or of one building. Raises MonthError where nothing was counted there."""
    if not sums or (building and building not in sums):
        raise MonthError(f"{town}{f', {building}' if building else ''}: van die maand zijn er geen cijfers")
    cuts = dict(sums) if len(sums) > 1 else {}  # the only building of a town is the town
    cuts[_EVERYWHERE] = Sums()
    for one in sums.values():
        cuts[_EVERYWHERE].take(one)
    at = building if building in cuts and building else _EVERYWHERE
    counts, lines = _table(cuts)
    hidden = left_out(counts, lines, [cell for cell in counts if cell[1] == _REACHED or cell[3] == _IN])

    def shown(kind: str, row: str, column: str) -> Figure:
        cell = (at, kind, row, column)
        return None if cell in hidden else counts[cell]

    def of_subject(row: str, name: str) -> Row:
        return Row(name, tuple(shown(_WANTED, row, column) for column in (*Ending, _ALL, _OUT)))

    here = cuts[at]
    return Report(
        month=month,
        town=town,
        building=building,
        provisional=now < span(month)[1],
        kiosks=here.kiosks,
        visits=shown(_VISITS, _ALL, _ALL),
        outside=shown(_VISITS, _ALL, _OUT),
        products=tuple(of_subject(one, SUBJECTS[one]) for one in SUBJECTS if any(here.wanted[one, e] for e in Ending)),
        all_products=of_subject(_ALL, "Samen"),
        spans=tuple(Row(name, (shown(_VISITS, f"{n}", _ALL),)) for n, name in enumerate(SPANS)),
        stopped=shown(_STOPS, _ALL, _ALL),
        stops=tuple(Row(name, (shown(_STOPS, place, _ALL),)) for place, name in PLACES.items() if here.stopped[place]),
        faults=tuple(_faults(here)),
        open_share=min(1.0, here.open_minutes / here.whole_minutes) if here.whole_minutes else None,
    )


def _table(cuts: Mapping[str, Sums]) -> tuple[dict[Cell, int], list[Line]]:
    """Give every figure about people in every cut, and what is the sum of what."""
    counts: dict[Cell, int] = {(cut, *cell): count for cut, sums in cuts.items() for cell, count in _figures_of(sums)}
    lines = [line for cut in cuts for line in _lines_of(cut)]
    buildings = [cut for cut in cuts if cut != _EVERYWHERE]
    if buildings:
        cells = [cell[1:] for cell in counts if cell[0] == _EVERYWHERE]
        lines += [Line((_EVERYWHERE, *cell), tuple((building, *cell) for building in buildings)) for cell in cells]
    return counts, lines


def _figures_of(sums: Sums) -> Iterator[tuple[tuple[str, str, str], int]]:
    for subject in (*Subject, _ALL):
        mine = [one for one in Subject if subject in {one, _ALL}]
        for ending in Ending:
            yield (_WANTED, subject, ending), sum(sums.wanted[one, ending] for one in mine)
        every = sum(sums.wanted[one, ending] for one in mine for ending in Ending)
        outside = sum(sums.wanted_outside[one] for one in mine)
        yield (_WANTED, subject, _ALL), every
        yield (_WANTED, subject, _OUT), outside
        yield (_WANTED, subject, _IN), every - outside
    yield (_VISITS, _ALL, _ALL), sums.visits
    yield (_VISITS, _ALL, _OUT), sums.outside
    yield (_VISITS, _ALL, _IN), sums.visits - sums.outside
    for number, count in enumerate(sums.spans):
        yield (_VISITS, f"{number}", _ALL), count
    stops = sum(sums.stopped.values())
    for place in Place:
        yield (_STOPS, place, _ALL), sums.stopped[place]
    yield (_STOPS, _ALL, _ALL), stops
    yield (_REACHED, _ALL, _ALL), sums.visits - stops


def _lines_of(cut: str) -> Iterator[Line]:
    def line(total: tuple[str, str, str], *parts: tuple[str, str, str]) -> Line:
        return Line((cut, *total), tuple((cut, *part) for part in parts))

    for subject in (*Subject, _ALL):
        yield line((_WANTED, subject, _ALL), *((_WANTED, subject, ending) for ending in Ending))
        yield line((_WANTED, subject, _ALL), (_WANTED, subject, _IN), (_WANTED, subject, _OUT))
    for column in (*Ending, _ALL, _IN, _OUT):
        yield line((_WANTED, _ALL, column), *((_WANTED, subject, column) for subject in Subject))
    yield line((_VISITS, _ALL, _ALL), (_VISITS, _ALL, _IN), (_VISITS, _ALL, _OUT))
    yield line((_VISITS, _ALL, _ALL), *((_VISITS, f"{number}", _ALL) for number in range(len(SPANS))))
    yield line((_STOPS, _ALL, _ALL), *((_STOPS, place, _ALL) for place in Place))
    yield line((_VISITS, _ALL, _ALL), (_STOPS, _ALL, _ALL), (_REACHED, _ALL, _ALL))


def _faults(sums: Sums) -> Iterator[Row]:
    """Give the most frequent faults; they are of machines, and one that was rare is left out as any small figure is."""
    for code, times in sums.faults.most_common(_MOST_FAULTS):
        part = next((whose for begin, whose in _WHOSE.items() if code.startswith(begin)), Part.MACHINE)
        yield Row(f"{PARTS[part]}: {fault_in_words(code) or code}", (times if times >= FEWEST else None,))
