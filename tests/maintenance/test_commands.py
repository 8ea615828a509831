"""What maintenance has on the screen, from a terminal: `kiosk problems`, `history`, `report`, `close` and so on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import tomli_w

from hardware.devices import Health, Status
from hardware.faults import FAULTS, FaultCode
from kiosk_app import cli
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.closing import Closings
from kiosk_app.maintenance.work import Closing, Subject
from kiosk_app.part_book import PartBook
from kiosk_app.parts import Part
from kiosk_app.store import Store
from kiosk_app.tables import audit
from kiosk_app.trials import Trials

TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}
Kiosk = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The memory of a kiosk that runs, while a terminal asks beside it."""
    store = Store(tmp_path / "data")
    trail, book = AuditTrail(store), PartBook(store)
    trail.append(AuditLine(What.STARTED))
    for part, faults in ((Part.PRINTER, (FaultCode.PAPER_EMPTY,)), (Part.BACK_END, ())):
        book.note(part, Status(Health.DOWN if faults else Health.OK, faults))
        trail.append(AuditLine(What.PART_CHANGED, part=part, fault=faults[0] if faults else None))
    yield store
    store.close()


@pytest.fixture
def kiosk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Kiosk:
    file = tmp_path / "kiosk.toml"
    file.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(tmp_path / "data"), "town": TOWN}))

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main([*words, "--settings", str(file)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.usefixtures("store")
def test_what_is_wrong_is_said_with_its_steps_and_to_a_program(kiosk: Kiosk) -> None:
    code, said, _ = kiosk("problems")
    assert code == 1
    assert "Het papier is op (paperEmpty)" in said
    assert f"  1. {FAULTS[FaultCode.PAPER_EMPTY].steps[0]}" in said
    code, said, _ = kiosk("problems", "--json")
    told = json.loads(said)
    assert (code, told["parts"]) == (1, {"printer": "down", "backEnd": "ok"})
    (problem,) = told["problems"]
    assert (problem["fault"], problem["mender"]) == ("paperEmpty", "siteStaff")
    assert datetime.now(UTC) - datetime.fromisoformat(problem["since"]) < timedelta(minutes=5)


def test_what_was_mended_is_no_problem_any_more(kiosk: Kiosk, store: Store) -> None:
    PartBook(store).note(Part.PRINTER, Status(Health.OK))
    assert kiosk("problems")[0] == 0


def test_the_past_is_told_with_its_chain_and_a_chain_that_was_broken_is_said(kiosk: Kiosk, store: Store) -> None:
    code, said, _ = kiosk("history", "--json")
    told = json.loads(said)
    assert (code, told["whole"]) == (0, True)
    assert [row["what"] for row in told["rows"]] == ["partChanged", "partChanged", "kioskStarted"]
    _, said, _ = kiosk("history", "--only", "faults", "--json")
    assert [row["fault"] for row in json.loads(said)["rows"]] == ["paperEmpty"]
    with store.transaction() as connection:
        connection.execute(sa.update(audit).where(audit.c.number == 2).values(fault=None))
    code, said, _ = kiosk("history")
    assert code == 1
    assert "Let op: de keten klopt niet vanaf rij 2." in said


def test_out_of_service_and_back_leave_their_rows_in_a_chain_that_holds(kiosk: Kiosk, store: Store) -> None:
    """Terminal and kiosk write in turns, and each row hashes the one before it, whoever wrote that."""
    assert kiosk("close", "repair", "--hours", "4")[0] == 0
    now = datetime.now(UTC)
    closed = Closings(store).now(now)
    assert closed is not None
    assert closed[0] is Closing.REPAIR
    assert timedelta(hours=3, minutes=55) < closed[1] - now <= timedelta(hours=4)
    AuditTrail(store).append(AuditLine(What.PART_CHANGED, part=Part.SCANNER))
    assert kiosk("open")[0] == 0
    assert Closings(store).now(now) is None
    assert kiosk("filled", "printer")[0] == 0
    rows = [(row.what, row.staff) for row in AuditTrail(store).latest(4)]
    assert rows == [
        ("filled", "opdrachtregel"),
        ("opened", "opdrachtregel"),
        ("partChanged", ""),
        ("closed", "opdrachtregel"),
    ]
    assert AuditTrail(store).broken_at() is None


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("hours", ["0", "73"])
def test_longer_than_the_longest_closes_nothing(kiosk: Kiosk, store: Store, hours: str) -> None:
    assert kiosk("close", "repair", "--hours", hours)[0] == 2
    assert Closings(store).now(datetime.now(UTC)) is None


def test_the_report_has_the_tests_and_what_they_measured(kiosk: Kiosk, store: Store) -> None:
    Trials(store).keep(Subject.SCREEN, well=True, figure="gemiddeld 1,2 mm ernaast, hoogstens 3,0 mm")
    code, said, _ = kiosk("report")
    assert code == 0
    assert "hoogstens 3,0 mm" in said.replace("\n", " ")
    _, said, _ = kiosk("report", "--json")
    assert json.loads(said)["tests"][0]["figure"].endswith("3,0 mm")


def test_a_report_that_no_printer_printed_is_none(kiosk: Kiosk, store: Store) -> None:
    code, _, wrong = kiosk("report", "--print")
    assert code == 1
    assert "kwam niet uit de printer" in wrong
    assert "reportMade" not in {row.what for row in AuditTrail(store).latest(9)}


def test_a_kiosk_that_never_ran_has_nothing_to_tell(kiosk: Kiosk, tmp_path: Path) -> None:
    for words in (["problems"], ["history"], ["report"], ["supplies"], ["open"]):
        code, said, wrong = kiosk(*words)
        assert (code, said) == (2, "")
        assert "nog nooit gedraaid" in wrong
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("store")
def test_a_check_says_to_a_program_how_it_ended_and_is_kept_for_the_report(
    kiosk: Kiosk, store: Store, tmp_path: Path
) -> None:
    assert json.loads(kiosk("check", "printer", "--json")[1])["well"] is None  # this one has none
    file = tmp_path / "kiosk.toml"
    gone = {"device": str(tmp_path / "gone")}
    file.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(tmp_path / "data"), "town": TOWN, "keypad": gone}))
    code, said, _ = kiosk("check", "keypad", "--json")
    told = json.loads(said)
    assert (code, told["device"], told["well"]) == (1, "keypad", False)
    assert any(FaultCode.KEYPAD_LOST.value in line for line in told["lines"])
    assert [(one.subject, one.well) for one in Trials(store).results()] == [(Subject.KEYPAD, False)]
