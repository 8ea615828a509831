"""What staff reads at the compartments: nothing is called told that is not, and an open door leads nowhere else."""

from __future__ import annotations

import pytest

from kiosk_app.maintenance.compartments import ActEnded, DoorMoves, DoorStands, How, SecondCard, TellingTown
from kiosk_app.touches import HelpAsked, LanguageChosen, LanguagesAsked, StopPressed
from kiosk_app.visit import StaffAtWork
from ui.sample import EVENING, Sample, samples
from ui.screen import Screen
from ui.screens import screen_for

ALL = tuple(sample for sample in samples() if sample.name.startswith("shelf-"))
ENDED = tuple(sample for sample in ALL if sample.name.startswith("shelf-ended-"))


def painted(sample: Sample) -> Screen:
    return screen_for(sample.visit, sample.settings, EVENING)


def page(sample: Sample) -> object:
    assert isinstance(sample.visit.state, StaffAtWork)
    return sample.visit.state.work.page


@pytest.mark.parametrize("sample", ENDED, ids=lambda sample: sample.name)
def test_the_town_is_said_to_know_only_what_it_confirmed(sample: Sample) -> None:
    screen, ended = painted(sample), page(sample)
    assert isinstance(ended, ActEnded)
    said = " ".join((screen.title, *screen.lead))
    assert ("Het gemeentehuis weet" in said or "wist" in said) is (ended.how is How.TOLD)
    assert (screen.sign == "sign-done") <= (ended.how is How.TOLD)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_at_an_open_door_and_beside_the_card_of_another_only_the_bar_can_be_touched(sample: Sample) -> None:
    kept = isinstance(page(sample), DoorMoves | DoorStands | SecondCard | TellingTown)
    bar = (StopPressed, HelpAsked, LanguagesAsked, LanguageChosen)
    if kept:
        assert all(isinstance(choice.event, bar) for choice in painted(sample).choices)
    assert len(painted(sample).actions) <= 2  # the row holds no more


def test_what_stays_in_a_compartment_that_the_town_does_not_take_is_taken_out_again() -> None:
    refused = next(sample for sample in ENDED if sample.name == "shelf-ended-refused")
    screen = painted(refused)
    assert "Neem het er weer uit." in screen.lead
    assert "openDoor" in [choice.id for choice in screen.choices]
