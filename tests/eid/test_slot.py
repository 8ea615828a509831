"""What is news at the slot, without a reader."""

from __future__ import annotations

import pytest

from hardware.devices import SlotChange
from hardware.eid.slot import SETTLE_SECONDS, Slot

FOUND, LOST, IN, OUT = SlotChange.READER_FOUND, SlotChange.READER_LOST, SlotChange.CARD_IN, SlotChange.CARD_OUT
THERE = SlotChange.CARD_THERE


@pytest.fixture
def told() -> list[SlotChange]:
    return []


@pytest.fixture
def slot(told: list[SlotChange]) -> Slot:
    """A reader that was found with an empty slot; what was told of that is not news any more."""
    slot = Slot(told.append)
    slot.looked(card=False, events=0)
    told.clear()
    return slot


def test_a_card_that_was_there_before_is_told_after_its_reader(told: list[SlotChange]) -> None:
    Slot(told.append).looked(card=True, events=7)
    assert told == [FOUND, THERE]


def test_a_swap_between_two_looks_is_a_card_out_and_a_card_in(slot: Slot, told: list[SlotChange]) -> None:
    slot.looked(card=True, events=1)
    slot.looked(card=True, events=3)
    assert told == [IN, OUT, IN]


def test_a_look_at_the_same_card_is_no_news(slot: Slot, told: list[SlotChange]) -> None:
    slot.looked(card=True, events=1)
    slot.looked(card=True, events=1)
    assert told == [IN]


def test_a_mute_card_after_one_move_is_no_card_for_the_move_was_a_removal(slot: Slot, told: list[SlotChange]) -> None:
    slot.looked(card=True, events=1)
    slot.looked(card=True, events=2, mute=True)
    slot.looked(card=True, events=2, mute=True)
    assert told == [IN, OUT]
    slot.looked(card=True, events=3)
    assert told == [IN, OUT, IN]


def test_a_removal_that_was_felt_first_leaves_no_mute_card_either(slot: Slot, told: list[SlotChange]) -> None:
    slot.looked(card=True, events=1)
    slot.felt_empty()
    slot.looked(card=True, events=2, mute=True)
    assert told == [IN, OUT]


def test_a_mute_card_that_comes_is_told(slot: Slot, told: list[SlotChange]) -> None:
    slot.looked(card=True, events=1, mute=True)
    slot.looked(card=True, events=3, mute=True)
    assert told == [IN, OUT, IN]


def test_the_counter_may_run_over(told: list[SlotChange]) -> None:
    slot = Slot(told.append)
    slot.looked(card=True, events=0xFFFF)
    slot.looked(card=True, events=1)
    assert told == [FOUND, THERE, OUT, IN]


def test_a_removal_that_was_felt_is_told_once(slot: Slot, told: list[SlotChange]) -> None:
    slot.looked(card=True, events=1)
    slot.felt_empty()
    slot.felt_empty()
    slot.looked(card=True, events=1)  # pcscd has not noticed yet
    slot.looked(card=False, events=2)
    assert told == [IN, OUT]


def test_a_new_card_after_a_felt_removal_is_told_though_pcscd_saw_no_empty_slot(
    slot: Slot, told: list[SlotChange]
) -> None:
    slot.looked(card=True, events=1)
    slot.felt_empty()
    slot.looked(card=True, events=3)
    assert told == [IN, OUT, IN]


def test_a_lost_reader_is_told_once_and_its_card_again_when_it_is_back(slot: Slot, told: list[SlotChange]) -> None:
    slot.looked(card=True, events=1)
    slot.lost()
    slot.lost()
    slot.looked(card=True, events=0)
    assert told == [IN, LOST, FOUND, THERE]


def test_no_reader_from_the_start_is_a_lost_one(told: list[SlotChange]) -> None:
    Slot(told.append).lost()
    assert told == [LOST]


@pytest.mark.parametrize(("after", "change"), [(0.5, THERE), (SETTLE_SECONDS + 0.5, IN)])
def test_a_card_that_appears_right_after_its_lost_reader_was_there_before(
    told: list[SlotChange], after: float, change: SlotChange
) -> None:
    now = [0.0]
    slot = Slot(told.append, lambda: now[0])
    slot.lost()
    slot.looked(card=False, events=0)
    now[0] = after
    slot.looked(card=True, events=1)
    slot.looked(card=False, events=2)
    assert told == [LOST, FOUND, change, OUT]


@pytest.mark.parametrize("there", [True, False], ids=["there at once", "there a moment later"])
def test_a_card_that_is_taken_out_and_put_in_again_is_one_that_was_put_in(
    told: list[SlotChange], *, there: bool
) -> None:
    """However soon after its reader came back: else the resident's own card would be taken for a forgotten one."""
    slot = Slot(told.append, lambda: 0.0)
    slot.lost()
    slot.looked(card=there, events=0)
    slot.looked(card=True, events=0 if there else 1)
    slot.looked(card=False, events=2)
    slot.looked(card=True, events=3)
    assert told == [LOST, FOUND, THERE, OUT, IN]
