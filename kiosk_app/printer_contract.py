"""What every page printer promises (`hardware.devices.Printer`), as one list of checks for the tests and for on site.

A new driver, or a new simulator, is judged by it: the tests run it behind the real CUPS with a bench for a hand,
`kiosk check printer` on any printer with a person for a hand. Each check finds a printer that is well, with paper in it
and nothing to do, and leaves it so. What is said names nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from hardware.devices import DeviceJob, DeviceJobState, Health, JobTrace, Printer, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import CheckFailed, Say, explain
from printing.job import PrintRun, UnfinishedJob, job_name
from printing.progress import JobPhase, Progress
from printing.trial_sheet import FRAME_HEIGHT, FRAME_WIDTH, trial_sheet

# A technician stands beside it: a tray that is filled now still counts, and nobody waits longer than for a resident.
PAPER_SECONDS, SILENCE_SECONDS = 60.0, 60.0
# A person takes a while to open a tray.
HAND_SECONDS = 120.0
# What was not held back would be at the printer within this time, and what was called back has ended there.
SETTLE_SECONDS, END_SECONDS = 1.0, 10.0
LOOK_SECONDS = 0.1

_OUT_OF_PAPER = (FaultCode.PAPER_EMPTY, FaultCode.TRAY_MISSING)
_ENDED = (DeviceJobState.COMPLETED, DeviceJobState.ABORTED, DeviceJobState.CANCELED, DeviceJobState.GONE)

Check = Callable[["Trial"], None]


class Hand(Protocol):
    """Whoever stands at the printer."""

    def take_paper(self) -> None:
        """Have the paper taken out of the tray."""

    def give_paper(self) -> None:
        """Have it put back."""

    def sheets(self) -> int | None:
        """Say how many sheets ever came out; None: nobody counts them."""


class _NoJournal:
    """A trial sheet is nobody's document: there is nothing to remember, and nothing to tell the town."""

    def requested(self, ticket: UUID, attempt: int) -> None:
        """Nothing."""

    def handed(self, ticket: UUID, job_uuid: str, pages: int, copies: int, trace: JobTrace) -> None:
        """Nothing."""

    def printing(self, ticket: UUID, sheets: int | None) -> None:
        """Nothing."""

    def ended(self, ticket: UUID, phase: JobPhase, sheets: int | None, fault: FaultCode | None) -> None:
        """Nothing."""

    def unfinished(self) -> list[UnfinishedJob]:
        """Nothing."""
        return []


class Trial:
    """One printer under trial: its driver, where it is said what was found, and the hand beside it, if there is one."""

    def __init__(self, printer: Printer, say: Say, hand: Hand | None = None) -> None:
        self.printer, self.say, self.hand = printer, say, hand

    def sheet(
        self,
        ticket: UUID,
        cancelled: threading.Event,
        on_progress: Callable[[Progress], None],
        lines: tuple[str, ...] = (),
    ) -> Progress:
        """Print a trial sheet (with these lines on it), as a document is printed, and give how it ended."""
        moment = datetime.now().astimezone()
        text = lines or ("Loket 24/7: testblad", f"{moment:%d-%m-%Y %H:%M}", "Noëlle, één, naïef, façade, 1234567890")
        run = PrintRun(self.printer, _NoJournal(), paper_wait=PAPER_SECONDS, print_silence=SILENCE_SECONDS)
        return run.run(ticket, 1, trial_sheet(text), 1, on_progress, cancelled)

    def tell(self, progress: Progress) -> None:
        """Say it when the printer waits for somebody."""
        if progress.phase is JobPhase.PAUSED and progress.fault is not None:
            explain(self.say, progress.fault, word=f"De printer wacht (hoogstens {PAPER_SECONDS:.0f} s)")

    def stays(self, name: str, state: DeviceJobState, otherwise: str) -> None:
        """Look at a job for a while, in which it may not change. Raises CheckFailed."""
        begun = time.monotonic()
        while time.monotonic() - begun < SETTLE_SECONDS:
            if (job := self.printer.look(name)).state is not state:
                raise CheckFailed(f"{otherwise} (de printer zegt {job.state.value})")
            time.sleep(LOOK_SECONDS)

    def ending(self, name: str) -> DeviceJob:
        """Look at a job until it has ended, or should have."""
        begun = time.monotonic()
        while (job := self.printer.look(name)).state not in _ENDED and time.monotonic() - begun < END_SECONDS:
            time.sleep(LOOK_SECONDS)
        return job

    def becomes(self, fact: Callable[[Status], bool], otherwise: str) -> None:
        """Wait until the printer's health is such. Raises CheckFailed."""
        begun = time.monotonic()
        while not fact(self.printer.status()):
            if time.monotonic() - begun > HAND_SECONDS:
                raise CheckFailed(otherwise)
            time.sleep(LOOK_SECONDS)


# --- without paper ---------------------------------------------------------------------------------------------------


def is_well(trial: Trial) -> None:
    """A printer that can print says so."""
    if trial.printer.status().health not in (Health.OK, Health.DEGRADED):
        raise CheckFailed("de printer zegt dat hij niet kan afdrukken")


def lists_the_same(trial: Trial) -> None:
    """It lists the same of itself twice, and a way by which a document gets to it."""
    facts = trial.printer.facts()
    if trial.printer.facts() != facts:
        raise CheckFailed("de tweede keer zegt de printer iets anders over zichzelf")
    if facts.way is None or facts.queue.way is None:
        raise CheckFailed("er is geen weg naar deze printer")


def knows_no_stranger(trial: Trial) -> None:
    """Of a job that nobody sent, nothing is known."""
    job = trial.printer.look(job_name(uuid4(), 1))
    if job.state is not DeviceJobState.GONE:
        raise CheckFailed(f"van een taak die niemand stuurde, zegt de printer {job.state.value}")


def holds_back(trial: Trial) -> None:
    """A job that was made stays with CUPS; called back, it ends without a sheet and takes no document any more."""
    name, other = job_name(uuid4(), 1), job_name(uuid4(), 1)
    uuid, another = trial.printer.create(name), trial.printer.create(other)
    try:
        if uuid == another:
            raise CheckFailed("twee taken hebben hetzelfde kenmerk")
        trial.stays(name, DeviceJobState.NOT_THERE_YET, "een taak zonder document is toch al onderweg")
    finally:
        for one in (name, other):
            trial.printer.cancel(one)
    job = trial.ending(name)
    if job.state is not DeviceJobState.CANCELED or job.impressions:
        raise CheckFailed(f"een taak die is teruggeroepen, eindigt als {job.state.value}")
    if trial.printer.send(uuid, trial_sheet(("Loket 24/7: dit blad mag er niet zijn",))):
        raise CheckFailed("een taak die is teruggeroepen, neemt toch nog een document aan")
    trial.printer.cancel(name)
    trial.say("Een taak wacht tot het loket ze vrijgeeft, en laat zich terugroepen.")


# --- with a sheet of paper -------------------------------------------------------------------------------------------


def prints_once(trial: Trial) -> None:
    """A sheet comes out, the printer says so and goes on saying so, and nothing makes a second one of it."""
    ticket, before = uuid4(), _sheets(trial)
    trial.say("Testblad: naar de printer gestuurd.")
    begun = time.monotonic()
    ending = trial.sheet(ticket, threading.Event(), trial.tell)
    if ending.phase is not JobPhase.PRINTED:
        raise DeviceFault(ending.fault or FaultCode.PRINT_FAILED, f"{ending.sheets or 0} bladen volgens de printer")
    counted = "zonder te tellen" if ending.sheets is None else f"{ending.sheets} blad geteld"
    trial.say(f"De printer zegt: afgedrukt, {counted} ({time.monotonic() - begun:.1f} s).")
    if ending.sheets not in (None, 1) or _more(trial, before) not in (None, 1):
        raise CheckFailed("de printer telt iets anders dan het ene blad dat er moest komen")
    trial.printer.cancel(job_name(ticket, 1))
    trial.stays(job_name(ticket, 1), DeviceJobState.COMPLETED, "een blad dat er ligt, heet even later anders")
    if _more(trial, before) not in (None, 1):
        raise CheckFailed("er kwam een tweede blad uit")
    trial.say(f"  Meet het kader op het blad: {FRAME_WIDTH} mm breed, {FRAME_HEIGHT} mm hoog.")
    trial.say("  Is het kleiner: zet in het menu van de printer verkleinen of 'passend maken' af.")


# --- with a hand at the tray -----------------------------------------------------------------------------------------


def waits_for_paper(trial: Trial) -> None:
    """An empty tray is told before and during a job; filled again, the sheet comes out, once."""
    hand, heard = _hand(trial), list[Progress]()
    before = hand.sheets()
    _empty(trial, hand)
    given = False

    def give(progress: Progress) -> None:
        nonlocal given
        heard.append(progress)
        if progress.phase is JobPhase.PAUSED and progress.fault in _OUT_OF_PAPER and not given:
            given = True
            hand.give_paper()

    ending = trial.sheet(uuid4(), threading.Event(), give)
    if not given:
        hand.give_paper()
        raise CheckFailed("de printer zegt tijdens een taak niet dat er papier ontbreekt")
    if ending.phase is not JobPhase.PRINTED or _more(trial, before) not in (None, 1):
        raise CheckFailed("na het bijvullen kwam het blad er niet één keer uit")
    _filled(trial)
    trial.say("Zonder papier wacht de printer, en na het bijvullen drukt hij af.")


def lets_go_of_what_waits(trial: Trial) -> None:
    """What waits for paper and is called back never comes out, though the tray is filled."""
    hand = _hand(trial)
    before, ticket, cancelled = hand.sheets(), uuid4(), threading.Event()
    _empty(trial, hand)

    def call_back(progress: Progress) -> None:
        if progress.phase is JobPhase.PAUSED:
            cancelled.set()

    ending = trial.sheet(ticket, cancelled, call_back)
    hand.give_paper()
    _filled(trial)
    if ending.phase is not JobPhase.FAILED or ending.sheets:
        raise CheckFailed(f"een taak die op papier wacht en is teruggeroepen, eindigt als {ending.phase.value}")
    job = trial.ending(job_name(ticket, 1))
    if job.state is not DeviceJobState.CANCELED or _more(trial, before) not in (None, 0):
        raise CheckFailed("een taak die is teruggeroepen, kwam na het bijvullen toch nog uit de printer")
    trial.say("Wat op papier wacht en is teruggeroepen, komt er niet meer uit. Kijk na: er ligt geen tweede blad.")


WITHOUT_PAPER: tuple[Check, ...] = (is_well, lists_the_same, knows_no_stranger, holds_back)
WITH_PAPER: tuple[Check, ...] = (prints_once,)
WITH_A_HAND: tuple[Check, ...] = (waits_for_paper, lets_go_of_what_waits)
CHECKS = WITHOUT_PAPER + WITH_PAPER + WITH_A_HAND


# --- how -------------------------------------------------------------------------------------------------------------


def _hand(trial: Trial) -> Hand:
    if trial.hand is None:
        raise CheckFailed("hier moet iemand bij de lade staan")
    return trial.hand


def _sheets(trial: Trial) -> int | None:
    return trial.hand.sheets() if trial.hand is not None else None


def _more(trial: Trial, before: int | None) -> int | None:
    now = _sheets(trial)
    return None if now is None or before is None else now - before


def _empty(trial: Trial, hand: Hand) -> None:
    hand.take_paper()
    trial.becomes(lambda status: bool(set(status.faults) & set(_OUT_OF_PAPER)), "de printer mist zijn papier niet")


def _filled(trial: Trial) -> None:
    trial.becomes(lambda status: status.health in (Health.OK, Health.DEGRADED), "de printer ziet zijn papier niet")
