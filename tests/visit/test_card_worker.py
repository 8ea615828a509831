"""The card reader's worker: a call that hangs, keys that wait, and what happens at the slot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Queue
from typing import cast

import pytest

from hardware.devices import Card, CardReader, Certificate, Health, Signature, SlotChange, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app import card_worker, effects, events
from kiosk_app.card_worker import CardWorker
from kiosk_app.visit import Challenge


class Reader:
    """A reader whose card can be kept from answering."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.answers = threading.Event()

    def recognise(self) -> Card:
        """Hang until told otherwise."""
        self.asked.set()
        self.answers.wait(10)
        raise DeviceFault(FaultCode.CARD_UNREADABLE)

    def sign_on_reader(self, _digest: bytes) -> Signature:
        """Hang as well."""
        self.asked.set()
        self.answers.wait(10)
        return Signature(b"signature")

    def cancel(self) -> None:
        """Take no notice, as a call that hangs."""

    def release(self) -> None:
        """Nothing to end."""

    def status(self) -> Status:
        """Be well."""
        return Status(Health.OK)

    def watch(self, on_change: Callable[[SlotChange], None]) -> None:
        """See nothing."""

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_card_call_that_hangs_makes_the_reader_unknown_and_answers_the_next_resident(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Past its deadline the visit goes on; when the call ends after all, the reader is asked how it does."""
    monkeypatch.setattr(card_worker, "CALL_SECONDS", 0.0)
    posted, noted, reader = list[events.Event](), Queue[Status](), Reader()
    worker = CardWorker(cast("CardReader", reader), "https://kiosk.example", posted.append, noted.put, typing=90.0)
    worker.start()
    try:
        worker.do(effects.RecogniseCard(1))
        assert reader.asked.wait(10)
        worker.do(effects.ReleaseCard(1))
        worker.do(effects.RecogniseCard(2))
        assert noted.get(timeout=10).health is Health.UNKNOWN
        assert posted == [events.CardFailed(2, FaultCode.READER_LOST)]
        reader.answers.set()
        while (told := noted.get(timeout=10)).health is Health.UNKNOWN:
            pass
        assert told.health is Health.OK
    finally:
        reader.answers.set()
        worker.stop()


@pytest.mark.parametrize(("typing", "hangs"), [(-60.0, True), (0.0, False)])
def test_keys_on_the_reader_hang_when_the_visit_waits_no_longer_and_the_reader_should_have_given_up(
    *, typing: float, hangs: bool
) -> None:
    """Until then the next card waits its turn. The reader gives up after 30 s (bTimeOut), a call has 5 more."""
    posted, noted, reader = list[events.Event](), Queue[Status](), Reader()
    worker = CardWorker(cast("CardReader", reader), "https://kiosk.example", posted.append, noted.put, typing=typing)
    worker.start()
    try:
        certificate = Certificate(b"der", "ES384", expired=False)
        worker.do(effects.SignOnReader(1, certificate, Challenge("id", "nonce")))
        assert reader.asked.wait(10)
        worker.do(effects.ReleaseCard(1))
        worker.do(effects.RecogniseCard(2))
        assert (posted == [events.CardFailed(2, FaultCode.READER_LOST)]) is hangs
    finally:
        reader.answers.set()
        worker.stop()


def test_a_card_that_lay_there_is_told_apart_from_one_that_is_put_in() -> None:
    """The visit hears which of the two it was."""
    posted = list[events.Event]()

    class Seen(Reader):
        def watch(self, on_change: Callable[[SlotChange], None]) -> None:
            for change in (SlotChange.READER_FOUND, SlotChange.CARD_THERE, SlotChange.CARD_OUT, SlotChange.CARD_IN):
                on_change(change)

    worker = CardWorker(cast("CardReader", Seen()), "https://kiosk.example", posted.append, lambda _: None, typing=90.0)
    worker.start()
    worker.stop()
    assert posted == [events.CardFound(), events.CardRemoved(), events.CardInserted()]
