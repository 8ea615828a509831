"""Frames of a lock board: as others wrote them down, and found in whatever a bad line makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.lockboard.frames import Bits, answers, ask_status, unlock

# The request for the first lock as public code of others has it: its sum is 66.
OTHERS_UNLOCK = bytes.fromhex("020000610366")
OTHERS_STATUS = bytes.fromhex("020000600365")
# An answer written out by hand: address 3; locks 0, 1 and 47; sensor 8. 02+03+75+03+80+01+03 = 101, so 01.
ANSWER = bytes.fromhex("020300750300000000800001000000000301")
BITS = Bits(locks=0x8000_0000_0003, sensors=0x100)


def test_requests_are_those_of_other_programs() -> None:
    assert unlock(0, 0) == OTHERS_UNLOCK
    assert ask_status(0) == OTHERS_STATUS


@pytest.mark.parametrize("lock", [-1, 0x30, 0x31, 255])
def test_no_frame_can_be_made_that_opens_more_than_one_lock(lock: int) -> None:
    with pytest.raises(ValueError, match="no such lock"):
        unlock(0, lock)


def test_an_answer_is_read_bit_by_bit() -> None:
    assert answers(ANSWER, 3) == [BITS]


def test_an_answer_of_another_board_is_none() -> None:
    assert answers(ANSWER, 2) == []


def test_an_answer_is_found_after_an_echo_and_half_a_frame() -> None:
    assert answers(ask_status(3) + ANSWER[:11] + ANSWER, 3) == [BITS]


def test_two_answers_are_two() -> None:
    assert answers(ANSWER + ANSWER, 3) == [BITS, BITS]


@pytest.mark.parametrize("at", [0, 1, 3, 4, 9, 15, 16, 17])
def test_an_answer_with_one_bit_wrong_is_none(at: int) -> None:
    broken = bytearray(ANSWER)
    broken[at] ^= 0x10
    assert answers(bytes(broken), 3) == []


@given(st.binary(max_size=60).filter(lambda noise: b"\x02" not in noise), st.binary(max_size=60))
def test_noise_hides_no_answer(before: bytes, after: bytes) -> None:
    assert answers(before + ANSWER + after, 3)[0] == BITS
