"""Frames of a Kerong CU48: what is asked of a board, and its answer found among noise, echoes and halves.

A request is `02 address lock command 03 sum`, an answer 18 bytes: `02 address lock 75`, six bytes with a bit for each
lock, six with a bit for each sensor, `03 sum`. The sum is of all bytes before it, modulo 256. A lock number of 30
(hexadecimal) means every lock of the board: no frame with it can be made here.
"""

from __future__ import annotations

from msgspec import Struct

START, END = 0x02, 0x03
ASK_STATUS, UNLOCK, ANSWER = 0x60, 0x61, 0x75
LOCKS = 48
BOARDS = 32  # what the switches on a board can say
ANSWER_SIZE = 18


class Bits(Struct, frozen=True):
    """What a board says: bit n of `locks` and of `sensors` is compartment n's."""

    locks: int
    sensors: int


def ask_status(address: int) -> bytes:
    """Ask a board for all its locks and sensors."""
    return _request(address, 0, ASK_STATUS)


def unlock(address: int, lock: int) -> bytes:
    """Give one lock a pulse. Raises ValueError for a number that is no lock's, so also for the one that means all."""
    if not 0 <= lock < LOCKS:
        raise ValueError("no such lock")
    return _request(address, lock, UNLOCK)


def answers(heard: bytes, address: int) -> list[Bits]:
    """Give every whole answer of that address in what was heard on the line; whatever else is in it, is skipped."""
    found = []
    at = 0
    while at + ANSWER_SIZE <= len(heard):
        frame = heard[at : at + ANSWER_SIZE]
        if _whole(frame, address):
            found.append(Bits(int.from_bytes(frame[4:10], "little"), int.from_bytes(frame[10:16], "little")))
            at += ANSWER_SIZE
        else:
            at += 1
    return found


def _request(address: int, lock: int, command: int) -> bytes:
    if not 0 <= address < BOARDS:
        raise ValueError("no such board")
    frame = bytes((START, address, lock, command, END))
    return frame + bytes((sum(frame) & 0xFF,))


def _whole(frame: bytes, address: int) -> bool:
    return (frame[0], frame[1], frame[3], frame[16]) == (START, address, ANSWER, END) and sum(
        frame[:17]
    ) & 0xFF == frame[17]
