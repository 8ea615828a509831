"""The numeric keypad: input_event structs through a pipe, as the kernel writes them."""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from hardware.devices import Health, KeypadKey
from hardware.faults import FaultCode
from hardware.keypad import EvdevKeypad
from kiosk_app.events import Event, LastErased, PinEntered, StopPressed
from kiosk_app.keypad_worker import KeypadWorker

DEADLINE = 20.0
# linux/input-event-codes.h
KEY_ESC, KEY_1, KEY_0, KEY_BACKSPACE, KEY_A, KEY_KP5, KEY_KP0, KEY_KPENTER, KEY_NUMERIC_7 = (
    *(1, 2, 11, 14, 30, 76, 82, 96, 519),
)
EV_SYN, EV_KEY = 0, 1
UP, DOWN, HELD = 0, 1, 2


def written(kind: int, code: int, value: int) -> bytes:
    return struct.pack("llHHi", 1, 2, kind, code, value)


def press(code: int) -> bytes:
    return written(EV_KEY, code, DOWN) + written(EV_SYN, 0, 0) + written(EV_KEY, code, UP)


@pytest.fixture
def device(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "event0")
    return tmp_path / "event0"


@pytest.fixture
def typed() -> Queue[int | KeypadKey]:
    return Queue()


@pytest.fixture
def keypad(device: Path, typed: Queue[int | KeypadKey]) -> Iterator[EvdevKeypad]:
    driver = EvdevKeypad(device)
    driver.watch(typed.put, typed.put)
    yield driver
    driver.close()


@pytest.fixture
def keys(keypad: EvdevKeypad, device: Path) -> Iterator[int]:
    """The kernel's end."""
    del keypad
    end = os.open(device, os.O_WRONLY)
    yield end
    os.close(end)


def test_every_block_of_digits_types_digits(keys: int, typed: Queue[int | KeypadKey]) -> None:
    for code in (KEY_1, KEY_0, KEY_KP5, KEY_KP0, KEY_NUMERIC_7):
        os.write(keys, press(code))
    assert [typed.get(timeout=DEADLINE) for _ in range(5)] == [1, 0, 5, 0, 7]


def test_the_coloured_keys_are_ok_erase_and_cancel(keys: int, typed: Queue[int | KeypadKey]) -> None:
    for code in (KEY_KPENTER, KEY_BACKSPACE, KEY_ESC):
        os.write(keys, press(code))
    assert [typed.get(timeout=DEADLINE) for _ in range(3)] == [KeypadKey.OK, KeypadKey.ERASE, KeypadKey.CANCEL]


def test_a_key_that_is_held_or_let_go_or_is_a_letter_types_nothing(keys: int, typed: Queue[int | KeypadKey]) -> None:
    os.write(keys, written(EV_KEY, KEY_1, HELD) + written(EV_KEY, KEY_1, UP) + press(KEY_A) + press(KEY_0))
    assert typed.get(timeout=DEADLINE) == 0
    assert typed.empty()


def test_an_event_that_comes_in_two_parts_is_one_key(keys: int, typed: Queue[int | KeypadKey]) -> None:
    whole = press(KEY_KP5)
    os.write(keys, whole[:10])
    os.write(keys, whole[10:])
    assert typed.get(timeout=DEADLINE) == 5


def test_a_keypad_that_was_unplugged_is_found_again(
    keypad: EvdevKeypad, device: Path, typed: Queue[int | KeypadKey]
) -> None:
    for code, digit in ((KEY_1, 1), (KEY_KP5, 5)):
        end = os.open(device, os.O_WRONLY)
        os.write(end, press(code))
        assert typed.get(timeout=DEADLINE) == digit
        os.close(end)
    keypad.close()
    assert keypad.status().faults == (FaultCode.KEYPAD_LOST,)


def test_a_keypad_that_is_not_there_says_so(tmp_path: Path) -> None:
    driver = EvdevKeypad(tmp_path / "nothing")
    driver.watch(lambda _: None, lambda _: None)
    assert driver.status().health is Health.DOWN
    driver.close()
    driver.close()


# A file that is neither a pipe nor a device cannot be grabbed: then it is not listened to.
def test_what_cannot_be_had_alone_is_not_listened_to(tmp_path: Path) -> None:
    (tmp_path / "shared").write_bytes(press(KEY_1))
    heard: Queue[int | KeypadKey] = Queue()
    driver = EvdevKeypad(tmp_path / "shared")
    driver.watch(heard.put, heard.put)
    driver.close()
    assert heard.empty()


def test_no_log_tells_what_was_typed(
    keys: int, typed: Queue[int | KeypadKey], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        os.write(keys, press(KEY_KP5))
        typed.get(timeout=DEADLINE)
    assert caplog.text == ""


def test_keys_do_in_a_visit_what_their_namesakes_on_the_screen_do(device: Path) -> None:
    told: Queue[int | Event] = Queue()
    worker = KeypadWorker(EvdevKeypad(device), told.put, told.put)
    worker.start()
    end = os.open(device, os.O_WRONLY)
    for code in (KEY_KP5, KEY_BACKSPACE, KEY_KPENTER, KEY_ESC):
        os.write(end, press(code))
    assert [told.get(timeout=DEADLINE) for _ in range(4)] == [5, LastErased(), PinEntered(), StopPressed()]
    worker.stop()
    os.close(end)
