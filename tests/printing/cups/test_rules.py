"""The rules of a job's life that no simulator can be brought to show: a device whose words contradict each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import chain, repeat
from uuid import uuid4

import pytest

from hardware.devices import PLAIN, DeviceJob, DeviceJobState, Health, JobTrace, PaperWish, PrinterFacts, Status
from hardware.faults import DeviceFault, FaultCode
from printing.job import JobJournal, PrintRun
from printing.progress import JobPhase, Progress

S = DeviceJobState


class WordsOnly:
    """A printer that says what it was told to say, and its last word over and over."""

    def __init__(self, *words: DeviceJob, deaf: bool = False) -> None:
        self._words: Iterator[DeviceJob] = chain(words, repeat(words[-1]))
        self._deaf = deaf
        self.asked_to_cancel = 0
        self.sent = 0

    def status(self) -> Status:
        return Status(Health.UNKNOWN)

    def facts(self) -> PrinterFacts:
        raise DeviceFault(FaultCode.PRINTER_LOST)

    def create(self, job_name: str, _wish: PaperWish = PLAIN) -> str:
        return f"urn:uuid:{job_name}"

    def trace(self, _job_name: str) -> JobTrace:
        return JobTrace()

    def recall(self, _job_name: str, _job_uuid: str | None, _trace: JobTrace) -> bool:
        return True

    def send(self, _job_uuid: str, _pdf: bytes) -> bool:
        self.sent += 1
        if self._deaf:
            raise DeviceFault(FaultCode.PRINTER_LOST)
        return True

    def look(self, _job_name: str) -> DeviceJob:
        return next(self._words)

    def cancel(self, _job_name: str) -> None:
        self.asked_to_cancel += 1

    def close(self) -> None:
        return


def ending(printer: WordsOnly, journal: JobJournal, pages: int = 2) -> Progress:
    run = PrintRun(printer, journal, paper_wait=0.05, print_silence=0.05)
    return run.run(uuid4(), 1, b"%PDF", pages, lambda _: None, threading.Event())


UNKNOWN = FaultCode.PRINT_UNKNOWN


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ([DeviceJob(S.COMPLETED, 2)], Progress(JobPhase.PRINTED, 2)),
        ([DeviceJob(S.COMPLETED, 3)], Progress(JobPhase.PRINTED, 3)),
        ([DeviceJob(S.COMPLETED)], Progress(JobPhase.PRINTED, None)),
        ([DeviceJob(S.PRINTING, 2), DeviceJob(S.COMPLETED)], Progress(JobPhase.PRINTED, 2)),
        ([DeviceJob(S.COMPLETED, 1)], Progress(JobPhase.UNKNOWN, 1, UNKNOWN)),
        ([DeviceJob(S.COMPLETED, 0)], Progress(JobPhase.UNKNOWN, 0, UNKNOWN)),
        ([DeviceJob(S.GONE)], Progress(JobPhase.UNKNOWN, None, UNKNOWN)),
        ([DeviceJob(S.PRINTING, 1), DeviceJob(S.GONE)], Progress(JobPhase.UNKNOWN, 1, UNKNOWN)),
        ([DeviceJob(S.ABORTED, 1)], Progress(JobPhase.FAILED, 1, FaultCode.PRINT_FAILED)),
        ([DeviceJob(S.CANCELED, 1)], Progress(JobPhase.FAILED, 1, FaultCode.PRINT_FAILED)),
        ([DeviceJob(S.CANCELED, 2)], Progress(JobPhase.UNKNOWN, 2, UNKNOWN)),
        ([DeviceJob(S.ABORTED, 2)], Progress(JobPhase.UNKNOWN, 2, UNKNOWN)),
    ],
)
def test_only_a_device_that_completed_and_counted_every_page_has_printed(
    words: list[DeviceJob], end: Progress, journal: JobJournal
) -> None:
    assert ending(WordsOnly(*words), journal) == end


@pytest.mark.parametrize("state", [S.NOT_THERE_YET, S.PRINTING, S.SILENT])
def test_a_job_without_news_is_called_back_and_never_called_printed(
    state: DeviceJobState, journal: JobJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printing.job.STOP_SECONDS", 0.1)
    printer = WordsOnly(DeviceJob(state, 1 if state is S.PRINTING else None))
    end = ending(printer, journal)
    assert (end.phase, end.fault) == (JobPhase.UNKNOWN, UNKNOWN)
    assert printer.asked_to_cancel == 1


def test_a_device_that_counts_no_sheets_is_given_time_for_each_page(
    journal: JobJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printing.job.SECONDS_PER_PAGE", 0.2)
    words = [DeviceJob(S.PRINTING)] * 5 + [DeviceJob(S.COMPLETED)]  # a quarter of a second without news
    assert ending(WordsOnly(*words), journal, pages=10) == Progress(JobPhase.PRINTED, None)


def test_a_job_whose_sending_failed_half_way_is_never_sent_again(journal: JobJournal) -> None:
    printer = WordsOnly(DeviceJob(S.CANCELED, 0), deaf=True)
    assert ending(printer, journal) == Progress(JobPhase.FAILED, 0, FaultCode.PRINTER_LOST)
    assert (printer.sent, printer.asked_to_cancel) == (1, 1)


def test_a_warning_light_does_not_pause_a_job_that_moves(journal: JobJournal) -> None:
    empty = (FaultCode.PAPER_EMPTY,)
    words = [DeviceJob(S.PRINTING, 1), DeviceJob(S.PRINTING, 2, empty), DeviceJob(S.COMPLETED, 2, empty)]
    heard: list[Progress] = []
    run = PrintRun(WordsOnly(*words), journal, paper_wait=1, print_silence=1)
    run.run(uuid4(), 1, b"%PDF", 2, heard.append, threading.Event())
    assert JobPhase.PAUSED not in [progress.phase for progress in heard]
