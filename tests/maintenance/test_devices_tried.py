"""The tests of devices, each as a technician runs it on the screen of a whole kiosk, on real drivers and their benches.

What goes wrong during a test (a cable, a card, a person who leaves) ends it with a sentence and nothing half done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.faults import FaultCode
from kiosk_app import check_keypad, events
from kiosk_app.maintenance import happenings, work
from kiosk_app.trials import Trials
from kiosk_app.visit import Portal, StaffAtWork
from simulators.ipp_printer import MS_PER_SHEET
from simulators.wall import compartments, place
from tests.maintenance.at_kiosk import SECONDS, Site, is_written, troubles


@pytest.fixture(autouse=True)
def left_as_found(site: Site) -> Iterator[None]:
    yield
    site.leaves()


def result(site: Site, subject: work.Subject) -> bool | None:
    """How the last test of something ended, as the kiosk keeps it."""
    kept = {one.subject: one.well for one in Trials(site.kiosk._store).results()}
    return kept.get(subject)


def test_the_scanner_is_tried_with_the_kiosk_s_own_and_the_code_opens_nothing(site: Site) -> None:
    site.tries(work.Subject.SCANNER)
    site.says("Houd een QR-code voor de scanner.")
    site.world.scanner.scan("4F7K-9XQR")
    site.says("Houd dezelfde code")
    site.world.scanner.scan("4F7K-9XQR")
    page = site.tested()
    assert page.well, page.lines
    assert "4F7K" not in "".join(page.lines)
    assert result(site, work.Subject.SCANNER)


def test_the_keypad_is_tried_key_by_key_and_no_key_leads_anywhere_meanwhile(site: Site) -> None:
    site.tries(work.Subject.KEYPAD)
    site.says("Druk op elke toets")
    for key in (*"1234567890", "cancel", "ok", "erase"):  # cancel would end the visit, were it the kiosk's now
        site.world.keypad.press(key)
    page = site.tested()
    assert page.well, page.lines
    assert len([line for line in page.lines if line.startswith("Toets ")]) == len(check_keypad.NEEDED)


def test_a_key_that_is_dead_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_keypad, "HAND_SECONDS", 0.5)
    site.tries(work.Subject.KEYPAD)
    site.says("Druk op elke toets")
    for key in (*"123456789", "ok", "erase"):
        site.world.keypad.press(key)
    page = site.tested()
    assert not page.well
    assert "FOUT: deze toetsen werden niet gezien: 0" in page.lines
    site.touch(happenings.BackAsked())
    site.page_is(work.Tests)
    site.world.keypad.press("cancel")  # given back: it ends the visit again
    site.until(lambda visit: not isinstance(visit.state, StaffAtWork))


def test_both_outlets_are_heard_and_the_plug_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in site.world.sound_card.environment.items():
        monkeypatch.setenv(name, value)
    before = len(site.world.sound_card.heard)
    site.tries(work.Subject.SPEECH)
    site.answers("uit de luidspreker")
    site.says("Steek een hoofdtelefoon in.")
    site.world.jack.put_in()
    site.answers("in de hoofdtelefoon")
    site.says("Trek hem er weer uit.")
    site.world.jack.pull_out()
    page = site.tested()
    assert page.well, page.lines
    assert [sound.outlet for sound in site.world.sound_card.wait_for(before + 2)][before:] == ["speaker", "headset"]


def test_who_heard_nothing_says_no_and_the_test_has_failed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in site.world.sound_card.environment.items():
        monkeypatch.setenv(name, value)
    site.tries(work.Subject.SPEECH)
    site.answers("uit de luidspreker", yes=False)
    page = site.tested()
    assert not page.well
    assert result(site, work.Subject.SPEECH) is False


def test_the_service_the_line_and_its_certificates_are_tried(site: Site) -> None:
    site.tries(work.Subject.BACK_END)
    assert site.tested().well
    site.touch(happenings.BackAsked())
    site.page_is(work.Tests)
    site.touch(happenings.TestAsked(work.Subject.NETWORK))
    page = site.tested()
    assert page.well, page.lines
    said = "\n".join(page.lines)
    steps = ("Naam gevonden", "Certificaat van het loket", "Versleuteling TLSv1", "Certificaat van de dienst", "Klok")
    assert [step for step in steps if step not in said] == []
    is_written(site, ("testPassed", "T-03"))


def test_a_service_that_is_gone_is_said_with_what_to_do(site: Site) -> None:
    site.world.town_hall.stop()
    try:
        for subject in (work.Subject.BACK_END, work.Subject.NETWORK):
            site.tries(subject)
            page = site.tested()
            assert not page.well
            assert any(line.strip().startswith("1. ") for line in page.lines), page.lines
            site.leaves()
    finally:
        site.world.town_hall.start()
    site.until(lambda visit: visit.offer.documents is None)


def systemctl(folder: Path, *, watched: bool) -> None:
    """Put in the place of systemctl what prints what a real one printed of our unit (systemd 252)."""
    of_kiosk = f"WatchdogUSec={'20s' if watched else '0'}\nWatchdogTimestamp=Fri 2026-11-27 02:00:00 CET\nNRestarts=1"
    program = folder / "systemctl"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *kiosk.service*) echo "{of_kiosk}";; *) echo "RuntimeWatchdogUSec=30s";; esac\n'
    )
    program.chmod(0o755)


@pytest.mark.parametrize("watched", [True, False])
def test_who_watches_the_kiosk_is_said(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, watched: bool
) -> None:
    systemctl(tmp_path, watched=watched)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    site.tries(work.Subject.WATCHDOG)
    page = site.tested()
    assert page.well is watched, page.lines
    assert ("FOUT: niemand waakt over het loket" in page.lines) is not watched


def test_each_lock_is_asked_for_and_only_that_door_opens(site: Site) -> None:
    """One opens, behind the second something lies, and the rest is left alone by who goes away."""
    wall = site.world.lockers
    before = len(wall.pulses)
    numbers = sorted(int(one["number"]) for one in compartments())
    site.tries(work.Subject.EACH_LOCK)
    site.answers(f"Mag vakje {numbers[0]} open?")
    site.answers(f"Staat de deur van vakje {numbers[0]} open")
    wall.shut(*place(numbers[0]))
    site.answers(f"Sluit de deur van vakje {numbers[0]}")
    site.answers(f"Mag vakje {numbers[1]} open?", yes=False)
    site.page_is(work.Testing, lambda page: f"vakje {numbers[2]} open" in getattr(page, "question", ""))
    assert wall.pulses[before:] == [place(numbers[0])]
    site.touch(happenings.BackAsked())
    site.page_is(work.Tests)
    assert result(site, work.Subject.EACH_LOCK) is None


def test_a_lock_that_holds_its_door_is_named(site: Site) -> None:
    board, lock = place(1)
    site.world.lockers.at(board, lock).stuck = True
    try:
        site.tries(work.Subject.EACH_LOCK)
        site.answers("Mag vakje 1 open?")
        site.page_is(work.Testing, lambda page: "Mag vakje 2 open?" in getattr(page, "question", ""))
        state = site.kiosk.core.visit.state
        assert isinstance(state, StaffAtWork)
        assert isinstance(state.work.page, work.Testing)
        assert any(FaultCode.DOOR_STUCK.value in line for line in state.work.page.lines)
    finally:
        site.world.lockers.at(board, lock).stuck = False


# --- what goes wrong meanwhile ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject", [work.Subject.SCANNER, work.Subject.KEYPAD, work.Subject.SPEECH, work.Subject.EACH_LOCK]
)
def test_the_card_pulled_during_a_test_ends_it_and_keeps_no_result(
    site: Site, monkeypatch: pytest.MonkeyPatch, subject: work.Subject
) -> None:
    for name, value in site.world.sound_card.environment.items():
        monkeypatch.setenv(name, value)
    kept, before = result(site, subject), len(site.world.lockers.pulses)
    site.tries(subject)
    site.page_is(work.Testing, lambda page: bool(getattr(page, "lines", ()) or getattr(page, "question", "")))
    site.pull()
    assert isinstance(site.kiosk.core.visit.state, Portal)
    site.tries(work.Subject.NETWORK)  # the next one is not kept waiting by it
    assert site.tested().well
    assert result(site, subject) is kept
    assert len(site.world.lockers.pulses) == before


def test_a_scanner_unplugged_during_its_own_test_ends_it_with_what_to_do(site: Site) -> None:
    site.tries(work.Subject.SCANNER)
    site.says("Houd een QR-code voor de scanner.")
    site.world.scanner.unplug()
    try:
        page = site.tested()
        assert not page.well
        assert any(FaultCode.SCANNER_LOST.value in line for line in page.lines), page.lines
        assert any(line.strip().startswith("1. ") for line in page.lines)
        site.until(lambda visit: FaultCode.SCANNER_LOST in troubles(visit))
    finally:
        site.world.scanner.plug()
    site.until(lambda visit: FaultCode.SCANNER_LOST not in troubles(visit))
    is_written(site, ("testBegan", "T-03"), ("testFailed", "T-03"))


def test_a_keypad_unplugged_during_its_own_test_ends_it_with_what_to_do(site: Site) -> None:
    site.tries(work.Subject.KEYPAD)
    site.says("Druk op elke toets")
    site.world.keypad.press("1")
    site.says("Toets 1 gezien")
    site.world.keypad.unplug()
    try:
        page = site.tested()
        assert not page.well
        assert any(FaultCode.KEYPAD_LOST.value in line for line in page.lines), page.lines
    finally:
        site.world.keypad.plug()
    site.until(lambda visit: FaultCode.KEYPAD_LOST not in troubles(visit))


def test_a_printer_without_power_in_the_middle_of_its_test_is_never_said_to_have_printed(site: Site) -> None:
    bench = site.world.printer
    before = len(bench.received)
    bench.set_speed(20_000)
    try:
        site.tries(work.Subject.PRINTER)
        assert bench.wait_for_received(before + 1, SECONDS)
        bench.power_cut()
    finally:
        bench.set_speed(MS_PER_SHEET)
        bench.power_on()
    page = site.tested()
    assert not page.well
    assert any(line.startswith("FOUT") for line in page.lines), page.lines
    site.until(lambda visit: visit.offer.documents is None)
    is_written(site, ("testBegan", "T-03"), ("testFailed", "T-03"))


def test_a_second_card_of_staff_is_not_let_in_on_the_first_one_s_right(site: Site) -> None:
    """Two technicians: the first one's turn ends when the card is out, and the second types a code of their own."""
    site.comes_in("T-03")
    site.touch(happenings.RoomAsked(work.Room.SERVICE))
    site.insert("S-01")  # which takes the first one out
    assert site.page_is(work.EnterCode).staff == "S-01"
    site.touch(happenings.RoomAsked(work.Room.SERVICE))
    site.touch(happenings.ReasonAsked(work.Closing.REPAIR))
    site.touch(happenings.CloseAsked(work.Closing.REPAIR, 4))
    site.kiosk.core.post(events.StopPressed())
    site.until(lambda visit: not isinstance(visit.state, StaffAtWork))
    assert site.kiosk.core.visit.offer.documents is None
    is_written(site, ("staffEntered", "T-03"), ("staffLeft", "T-03"), ("staffCardIn", "S-01"))
