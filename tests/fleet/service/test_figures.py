"""The month for the council: what kiosks counted, once, and small figures left out; a page, a table and one A4."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from typer.testing import CliRunner

from config.figures import Place
from config.settings import load
from fleet.cli import app
from fleet.service import figures, report, report_files
from fleet.service.figure_tables import figures as table
from fleet.service.figures import MonthError, summed
from fleet.service.spreadsheet import safe
from fleet.service.tables import kiosks
from kiosk_app.events import DocumentsAsked, StopPressed
from kiosk_app.figures import Figures
from kiosk_app.step import step
from kiosk_app.visit import Visit
from tests.fleet.service.console import enter, press, sound

if TYPE_CHECKING:
    from fleet.service.report import Report
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Clock, Running, Said

PROJECT = Path(__file__).parents[3]
Made = tuple["Service", "Clock"]
LetIn = Callable[["Service", str], str]
BOOKS = (str(UUID(int=1)), str(UUID(int=2)))
# Noon on the last Friday of November; and the Thursday after it is over.
FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 3, 12, tzinfo=UTC)


def month(**more: object) -> dict[str, object]:
    """What a kiosk tells of November, written without the code that reads it."""
    told = {"book": BOOKS[0], "began": "2026-10-01T08:00:00Z", "month": 202611, "openMinutes": 43_000}
    return {**told, "visits": 10, "outside": 6, "spans": [4, 2, 2, 1, 1, 0], **more}


# A month of one kiosk. What of it is small, and what follows from that, stands in the test of it.
NOVEMBER = month(
    visits=90,
    outside=61,
    spans=[10, 20, 45, 10, 5, 0],
    wanted=[
        *(["residence", "given", 30, 20], ["residence", "failed", 6, 5], ["residence", "dropped", 7, 0]),
        *(["householdComposition", "given", 12, 7], ["householdComposition", "failed", 8, 8]),
        *(["householdComposition", "dropped", 9, 1], ["criminalRecord595", "given", 3, 3]),
        ["criminalRecord595", "dropped", 5, 2],
    ],
    stopped=[["pin", 6], ["card", 9]],
    faults=[["paperEmpty", 7], ["paperJam", 2]],
)


class Kiosk:
    """One kiosk that was let in, and what it tells."""

    def __init__(self, made: Made, shown: str, said: Said) -> None:
        self.service, self.clock = made
        self._shown, self._said = shown, said

    def tells(self, *months: dict[str, object]) -> None:
        assert self._said.kiosk is not None
        self._said.kiosk["figures"] = list(months)
        self.service.checkins.take(self._shown, self._said.next())

    def falls_silent(self) -> None:
        self.service.checkins.take(self._shown, self._said.next(kiosk=None))

    def stands_in(self, building: str) -> None:
        with self.service.engine.begin() as connection:
            connection.execute(sa.update(kiosks).where(kiosks.c.fingerprint == self._shown).values(building=building))

    @property
    def rows(self) -> list[Any]:
        with self.service.engine.connect() as connection:
            return list(connection.execute(sa.select(table).order_by(table.c.month, table.c.book)))

    def visits(self, of: int = 202611) -> int:
        with self.service.engine.connect() as connection:
            return sum(one.visits for one in summed(connection, "lindeveld", of, DECEMBER).values())

    def report(self, building: str = "", now: datetime = DECEMBER) -> Report:
        with self.service.engine.connect() as connection:
            sums = summed(connection, "lindeveld", 202611, now)
        return report.report_of(sums, "lindeveld", building, 202611, now)


@pytest.fixture
def kiosk(database: str, make_service: Callable[[str], Made], let_in: LetIn, said: Said) -> Kiosk:
    made = make_service(database)
    return Kiosk(made, let_in(made[0], "LV-01"), said)


@pytest.fixture
def alone(file_database: str, make_service: Callable[[str], Made], let_in: LetIn, said: Said) -> Kiosk:
    """The same, on SQLite."""
    made = make_service(file_database)
    return Kiosk(made, let_in(made[0], "LV-01"), said)


# --- kept, once ------------------------------------------------------------------------------------------------------


def test_what_is_told_a_hundred_times_counts_once_and_what_is_more_takes_its_place(kiosk: Kiosk) -> None:
    for _ in range(3):
        kiosk.tells(month())
    assert kiosk.visits() == 10
    kiosk.tells(month(visits=11, spans=[5, 2, 2, 1, 1, 0]))
    assert kiosk.visits() == 11
    kiosk.tells(month())
    assert kiosk.visits() == 11, "what is less is older, whichever comes last"
    kiosk.falls_silent()
    kiosk.tells(month(visits=12, spans=[6, 2, 2, 1, 1, 0]))
    assert kiosk.visits() == 12, "a kiosk that was silent begins no count anew"
    assert len(kiosk.rows) == 1


def test_a_kiosk_with_another_disk_begins_another_book_and_both_count(kiosk: Kiosk) -> None:
    kiosk.tells(month())
    kiosk.tells(month(book=BOOKS[1], visits=3, spans=[3, 0, 0, 0, 0, 0]))
    assert kiosk.visits() == 13


def test_two_months_are_two_and_two_years_are_kept(kiosk: Kiosk) -> None:
    kiosk.tells(month(month=202610, visits=7), month())
    assert (kiosk.visits(202610), kiosk.visits()) == (7, 10)
    kiosk.clock.ahead = timedelta(days=700)
    kiosk.tells(month(month=202810), month(month=202809))
    assert [row.month for row in kiosk.rows] == [202611, 202809, 202810]
    kiosk.clock.ahead = timedelta(days=800)
    kiosk.tells(month(month=202901))
    assert [row.month for row in kiosk.rows] == [202809, 202810, 202901]


def test_a_kiosk_that_lies_fills_no_disk(alone: Kiosk) -> None:
    """Whoever stole its certificate may say what it likes of that one kiosk; and not more than this of it."""
    for number in range(100):
        alone.tells(month(book=str(UUID(int=number))), month(month=203001 + number % 12))
    assert len(alone.rows) == figures.MOST_BOOKS


@pytest.mark.parametrize(
    "wrong",
    [
        {"month": 1},
        {"spans": [1]},
        {"wanted": [["An Peeters", "given", 1, 0]]},
        {"who": "An"},
        {"began": "2028-09-01T00:00:00"},
    ],
)
def test_what_is_no_figure_is_refused(alone: Kiosk, wrong: dict[str, object]) -> None:
    with pytest.raises(Exception, match=r"Expected|Invalid|unknown"):
        alone.tells(month(**wrong))
    assert alone.rows == []


# --- added up --------------------------------------------------------------------------------------------------------


def test_a_month_as_it_would_be_reckoned_by_hand(kiosk: Kiosk) -> None:
    """Three criminal records were given: too few to tell.

    8 in the row less the 5 beside them would tell them, and 45 in the column less the others; so the 5 goes, and the 12
    of the column; and for the 5 and the 12 the 9 where they meet. Of outside hours no more than 3 were inside for the
    8: 43 - 25, 29 - 16, 8 - 5 = 3, so that 5 goes too; and 46 outside in all less 41 would tell it: so does the 16.
    """
    kiosk.tells(NOVEMBER)
    made = kiosk.report()
    assert (made.visits, made.outside, made.stopped, made.kiosks, made.provisional) == (90, 61, 15, 1, False)
    assert {row.name: row.figures for row in (*made.products, made.all_products)} == {
        "Gezinssamenstelling": (None, 0, None, 8, 0, 29, None),
        "Hoofdverblijfplaats": (30, 0, 7, 6, 0, 43, 25),
        "Strafregister, model 595": (None, 0, None, 0, 0, 8, None),
        "Samen": (45, 0, 21, 14, 0, 80, 46),
    }
    assert [row.figures for row in made.spans] == [(10,), (20,), (45,), (10,), (5,), (0,)]
    assert {row.name: row.figures for row in made.stops} == {"Kaart in de lezer": (9,), "Pincode": (6,)}
    assert [(row.name, row.figures) for row in made.faults] == [
        ("Printer: het papier is op", (7,)),
        ("Printer: er zit papier vast", (None,)),
    ]
    assert made.open_share is not None
    assert round(made.open_share, 4) == 0.9954  # 43,000 of the 43,200 minutes of November


def test_time_in_which_a_kiosk_was_not_yet_there_or_said_nothing(kiosk: Kiosk) -> None:
    began = "2026-11-16T00:00:00+01:00"  # 15 days of November: 21,600 minutes
    kiosk.tells(month(began=began, openMinutes=10_800))
    assert kiosk.report().open_share == 0.5
    kiosk.tells(month(began=began, openMinutes=99_999))
    assert kiosk.report().open_share == 1.0
    kiosk.tells(month(began=began, openMinutes=99_999), month(began=began, month=202610))
    with kiosk.service.engine.connect() as connection:
        (december,) = summed(connection, "lindeveld", 202612, datetime(2027, 1, 2, tzinfo=UTC)).values()
    assert (december.open_minutes, december.whole_minutes) == (0, 31 * 24 * 60), "silent for a month is no month off"


def test_the_month_that_runs_is_provisional_and_one_to_come_is_refused(kiosk: Kiosk) -> None:
    kiosk.tells(month())
    assert kiosk.report(now=FRIDAY).provisional
    with kiosk.service.engine.connect() as connection:
        for wrong, why in ((202712, "nog komen"), (202600, "geen maand")):
            with pytest.raises(MonthError, match=why):
                summed(connection, "lindeveld", wrong, FRIDAY)
        with pytest.raises(MonthError, match="geen cijfers"):
            report.report_of(summed(connection, "beekdorp", 202611, FRIDAY), "beekdorp", "", 202611, FRIDAY)


def test_two_buildings_beside_their_town_do_not_tell_the_small_one(alone: Kiosk, let_in: LetIn) -> None:
    """20 certificates in the one, 3 in the other: neither the town's report nor the first building's may tell."""
    from tests.fleet.service.conftest import Said as Another

    alone.stands_in("stadhuis")
    alone.tells(month(wanted=[["residence", "given", 20, 10], ["life", "given", 30, 10]]))
    other = Kiosk((alone.service, alone.clock), let_in(alone.service, "LV-02"), Another())
    other.stands_in("bibliotheek")
    other.tells(month(wanted=[["residence", "given", 3, 0], ["life", "given", 40, 30]]))
    given = {
        building: {row.name: row.figures[0] for row in alone.report(building).products}
        for building in ("", "stadhuis", "bibliotheek")
    }
    assert given["bibliotheek"]["Hoofdverblijfplaats"] is None
    assert None in {given[""]["Hoofdverblijfplaats"], given["stadhuis"]["Hoofdverblijfplaats"]}
    for there in given.values():
        whole = {name: there[name] for name in ("Hoofdverblijfplaats", "Attest van leven")}
        assert set(whole.values()) & {3} == set()


def test_what_a_kiosk_counts_comes_to_the_report_as_it_was(alone: Kiosk, tmp_path: Path) -> None:
    """The kiosk's own book, its file, a second run of it, and what its teller would lay down."""
    settings = load(PROJECT / "config" / "example.toml")
    for _ in range(2):
        book = Figures(tmp_path / "figures.json", settings, lambda write: write())
        before = Visit()
        for event in (DocumentsAsked(), StopPressed()) * 3:
            after, effects = step(before, event)
            book.saw(before, event, after, effects)
            before = after
    again = Figures(tmp_path / "figures.json", settings, lambda write: write())
    alone.tells(*msgspec.to_builtins(again.told, str_keys=True, builtin_types=(datetime, UUID)))
    (said,) = again.told
    with alone.service.engine.connect() as connection:
        (sums,) = summed(connection, "lindeveld", said.month, alone.clock()).values()
    assert (sums.visits, sum(sums.spans), sums.stopped) == (6, 6, {Place.CARD: 6})


# --- as files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *("=1+1", "+1", "-1", "@sum(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "\N{FULLWIDTH EQUALS SIGN}1"),
        *(" =1", "\N{NO-BREAK SPACE}=1", "\N{ZERO WIDTH NO-BREAK SPACE} =1"),
    ],
)
def test_no_cell_is_taken_for_a_formula(value: str) -> None:
    assert safe(value) == f"'{value}"


def test_figures_and_words_stay_as_they_are() -> None:
    assert [safe(value) for value in (-5, 0.5, None, "LV-01", "a=b")] == [-5, 0.5, None, "LV-01", "a=b"]


def test_the_table_is_one_of_rfc_4180_and_says_what_was_left_out(alone: Kiosk) -> None:
    alone.tells(NOVEMBER)
    content = report_files.csv_of(alone.report())
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    header, *rows = csv.reader(io.StringIO(content.decode()))
    assert header == ["maand", "gemeente", "gebouw", "onderdeel", "wat", "uitkomst", "aantal", "weggelaten"]
    assert {len(row) for row in rows} == {len(header)}
    found = {tuple(row[3:6]): row[6:] for row in rows}
    assert found["producten", "Hoofdverblijfplaats", "Gekregen"] == ["30", "nee"]
    assert found["producten", "Strafregister, model 595", "Gekregen"] == ["", "ja"]
    assert found["bezoeken", "buiten de uren van de balie", ""] == ["61", "nee"]
    assert {row[0] for row in rows} == {"2026-11"}


def full() -> dict[str, object]:
    """As much as a month can hold: every product, every place, every fault that a page has room for."""
    wanted = [
        [one.value, end.value, 1000 + at, 500] for at, one in enumerate(report.SUBJECTS) for end in report.ENDINGS
    ]
    stopped = [[place.value, 100] for place in report.PLACES]
    faults = [[code, 50] for code in ("paperEmpty", "paperJam", "backendDown", "readerLost", "receiptLost", "tonerLow")]
    return month(visits=123_456, outside=99_999, spans=[99_999] * 6, wanted=wanted, stopped=stopped, faults=faults)


@pytest.mark.parametrize("told", [month(), NOVEMBER, full()], ids=["nothing", "some", "all"])
def test_it_is_one_a4_that_a_screen_reader_can_read(alone: Kiosk, told: dict[str, object], tmp_path: Path) -> None:
    alone.tells(told)
    file = tmp_path / "report.pdf"
    file.write_bytes(report_files.pdf_of(alone.report()))
    facts = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    about = {line.partition(":")[0]: line.partition(":")[2].strip() for line in facts.splitlines()}
    assert (about["Pages"], about["Tagged"]) == ("1", "yes")
    assert about["Page size"].endswith("(A4)")
    assert about["Title"] == "Loket 24/7 in Lindeveld: november 2026"
    subprocess.run(["qpdf", "--check", file], capture_output=True, check=True)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "uit te rekenen" in " ".join(text.split()) or "uitrekenen" in text
    for row in alone.report().products:
        assert row.name in text


# --- from the command line and on a page -----------------------------------------------------------------------------


@pytest.fixture
def counted(running: Running, let_in: LetIn, said: Said) -> Kiosk:
    """A service on its port, with a November and an October."""
    kiosk = Kiosk((running.service, running.clock), let_in(running.service, "LV-01"), said)
    kiosk.tells(month(month=202610), NOVEMBER)
    return kiosk


def test_the_operator_s_command_writes_both_files(counted: Kiosk, with_people: Fleet, tmp_path: Path) -> None:
    url = f"sqlite:///{counted.service.engine.url.database}"
    at = ["--home", str(with_people.work.home), "--database", url]
    table, page = tmp_path / "november.csv", tmp_path / "november.pdf"
    asked = ["report", "--month", "2026-11", "--csv", str(table), "--pdf", str(page)]
    given = CliRunner().invoke(app, [*asked, *at])
    assert given.exit_code == 0, given.output
    assert b"Hoofdverblijfplaats,Gekregen,30" in table.read_bytes()
    assert page.read_bytes().startswith(b"%PDF-1.7")
    seen = CliRunner().invoke(app, ["report", "--month", "2026-11", *at])
    assert "90 bezoeken" in seen.output
    assert "68 % buiten de uren van de balie" in seen.output
    for wrong in (["--month", "november"], ["--month", "2031-01"], ["--month", "2026-11", "--site", "nergens"]):
        assert CliRunner().invoke(app, ["report", *wrong, *at]).exit_code == 1


@pytest.mark.usefixtures("counted")
def test_a_person_of_the_town_sees_it_and_takes_both_files_along(page: Page, tmp_path: Path) -> None:
    enter(page)
    press(page, page.get_by_role("link", name="Cijfers"))
    assert page.get_by_role("heading", name="Lindeveld, oktober 2026").is_visible(), "the last month that is over"
    page.get_by_label("Maand").select_option("2026-11")
    press(page, page.get_by_role("button", name="Toon"))
    assert page.get_by_text("De maand loopt nog").is_visible()
    assert page.get_by_role("row", name="Hoofdverblijfplaats 30").is_visible()
    sound(page)
    for name, begins in (("PDF", b"%PDF-"), ("CSV", b"maand,")):
        with page.expect_download() as waited:
            page.get_by_role("link", name=name).click()
        file = Path(shutil.copy(waited.value.path(), tmp_path / name))
        assert waited.value.suggested_filename == f"loket-lindeveld-2026-11.{name.lower()}"
        assert file.read_bytes().startswith(begins)


@pytest.mark.usefixtures("counted")
def test_nobody_sees_another_town_s_figures(page: Page) -> None:
    page.goto("/cijfers")
    assert page.url.endswith("/aanmelden")
    enter(page)
    for path in (
        "/cijfers?gemeente=beekdorp",
        "/cijfers?gebouw=x",
        "/cijfers?maand=x",
        "/cijfers/bestand.exe?maand=2026-11",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404, path
