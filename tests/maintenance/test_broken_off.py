"""Power lost while somebody mends, and two who mend: what the next one is told, and what the trail says of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.maintenance import happenings, work
from kiosk_app.parts import Part
from kiosk_app.store import Store
from kiosk_app.trials import Trials
from tests.maintenance.at_kiosk import PIN, Site, app_code, is_written

IN = AuditLine(What.STAFF_ENTERED, 4, staff="T-03")
OUT = AuditLine(What.STAFF_LEFT, 4, staff="T-03")
BEGAN = AuditLine(What.TEST_BEGAN, 4, part=Part.PRINTER, staff="T-03")
PASSED = AuditLine(What.TEST_PASSED, 4, part=Part.PRINTER, staff="T-03")
STOPPED = AuditLine(What.TEST_STOPPED, 4, staff="T-03")
START, RESTART = AuditLine(What.STARTED), AuditLine(What.RESTART_ASKED, 4, staff="T-03")
TOLD = AuditLine(What.PART_CHANGED, part=Part.PRINTER)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((START, IN, OUT, START), None),
        ((START, IN, RESTART, START), None),
        ((START, IN, START), ("T-03", "", "")),
        ((START, IN, BEGAN, TOLD, START, TOLD), ("T-03", "testBegan", "printer")),
        ((START, IN, BEGAN, PASSED, START), ("T-03", "", "")),
        ((START, IN, BEGAN, STOPPED, START), ("T-03", "", "")),
        ((START, IN, BEGAN, START, START), ("T-03", "testBegan", "printer")),  # it went out once more
        ((START, IN, BEGAN, START, IN), ("T-03", "testBegan", "printer")),  # who came in now is told of it
        ((START, IN, BEGAN, START, IN, OUT), None),  # and has seen it
        ((START, IN, BEGAN, START, IN, OUT, START), None),
        ((START,), None),
        ((), None),
    ],
)
def test_maintenance_that_nobody_ended_is_told_until_somebody_has_seen_it(
    tmp_path: Path, lines: tuple[AuditLine, ...], found: tuple[str, str, str] | None
) -> None:
    store = Store(tmp_path)
    trail = AuditTrail(store)
    trail.append(*lines)
    told = trail.broken_off()
    assert (None if told is None else (told.staff, told.what, told.part)) == found
    store.close()


@pytest.mark.usefixtures("left_as_found")
def test_after_a_power_cut_in_the_middle_of_a_test_the_next_start_says_which_and_no_result_is_kept(
    site: Site, tmp_path: Path
) -> None:
    """What lies on the disk in that moment is what a kiosk finds that begins after it."""
    before = {one.subject: one for one in Trials(site.kiosk._store).results()}.get(work.Subject.SCANNER)
    site.tries(work.Subject.SCANNER)
    site.says("Houd een QR-code voor de scanner.")
    is_written(site, ("staffEntered", "T-03"), ("testBegan", "T-03"))
    shutil.copytree(site.data, tmp_path / "after")
    store = Store(tmp_path / "after")
    trail = AuditTrail(store)
    trail.append(START)
    told = trail.broken_off()
    assert told is not None
    assert (told.staff, told.what, told.part) == ("T-03", "testBegan", "scanner")
    assert trail.broken_at() is None
    assert {one.subject: one for one in Trials(store).results()}.get(work.Subject.SCANNER) == before
    store.close()


@pytest.mark.usefixtures("left_as_found")
def test_a_second_technician_ends_the_first_one_s_maintenance_and_types_a_code_of_their_own(site: Site) -> None:
    site.comes_in("T-03", PIN)
    site.touch(happenings.RoomAsked(work.Room.PROBLEMS))
    site.page_is(work.Problems)
    site.insert("T-04")
    assert site.page_is(work.EnterCode).staff == "T-04"
    site.code(app_code())
    assert site.page_is(work.Menu).staff == "T-04"  # not where the other one was
    is_written(site, ("staffEntered", "T-03"), ("staffLeft", "T-03"), ("staffCardIn", "T-04"), ("staffEntered", "T-04"))


@pytest.mark.usefixtures("left_as_found")
def test_the_card_pulled_during_a_test_leaves_a_row_that_it_was_stopped(site: Site) -> None:
    site.tries(work.Subject.SCANNER)
    site.says("Houd een QR-code voor de scanner.")
    site.pull()
    is_written(site, ("testBegan", "T-03"), ("testStopped", "T-03"), ("staffLeft", "T-03"))
