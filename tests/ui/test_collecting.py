"""What is said to who came for a thing, when its door stays shut."""

from __future__ import annotations

import pytest

from config.settings import load
from hardware.faults import FaultCode
from kiosk_app.doors import Collecting, Thing
from kiosk_app.events import BackEndFailed
from kiosk_app.step import step
from kiosk_app.visit import Visit
from ui.narration import sentences
from ui.sample import EVENING, EXAMPLE
from ui.sample_doors import PASSPORT, VOUCHER
from ui.screens import screen_for


@pytest.mark.parametrize("rest", [(), (VOUCHER,)])
@pytest.mark.parametrize("fault", [FaultCode.BACKEND_DOWN, FaultCode.BACKEND_SLOW, FaultCode.BACKEND_ANSWER])
def test_nobody_who_came_for_a_thing_is_sent_away_to_ask_for_a_document(
    fault: FaultCode, rest: tuple[Thing, ...]
) -> None:
    visit, _ = step(Visit(1, Collecting(PASSPORT, rest)), BackEndFailed(1, fault))
    screen = screen_for(visit, load(EXAMPLE), EVENING)
    said = " ".join((screen.title, *screen.lead, *sentences(screen, private=True))).lower()
    assert "later opnieuw" in said or "minuten opnieuw" in said
    assert "document" not in said
    assert "online" not in said
    assert screen.qr is None
