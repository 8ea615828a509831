"""The numeric keypad: input_event structs through a pipe, as the kernel writes them."""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest
from msgspec.structs import replace

from config.settings import Keypad, load
from hardware.devices import Health, KeypadKey, Status
from hardware.faults import FaultCode
from hardware.keypad import EvdevKeypad
from kiosk_app.health import Part
from kiosk_app.keypad_worker import KeypadWorker
from kiosk_app.loop import PlainLoop
from kiosk_app.wiring import Kiosk

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"
DEADLINE = 20.0
# linux/input-event-codes.h
KEY_ESC, KEY_1, KEY_0, KEY_BACKSPACE, KEY_A, KEY_KP5, KEY_KP0, KEY_KPENTER, KEY_NUMERIC_7 = (
    *(1, 2, 11, 14, 30, 76, 82, 96, 519),
)
KEY_KPASTERISK, KEY_RIGHT, KEY_VOLUMEUP = 55, 106, 115
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
    driver.watch(typed.put, typed.put, lambda _: None)
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


def plugged_in(device: Path, events: bytes) -> int:
    """Give the kernel's end, with a first word on it; the driver may still be letting go of the end before."""
    while True:
        end = os.open(device, os.O_WRONLY)
        try:
            os.write(end, events)
        except BrokenPipeError:
            os.close(end)
        else:
            return end


def test_a_keypad_that_was_unplugged_is_found_again(
    keypad: EvdevKeypad, device: Path, typed: Queue[int | KeypadKey]
) -> None:
    for code, digit in ((KEY_1, 1), (KEY_KP5, 5)):
        end = plugged_in(device, press(code))
        assert typed.get(timeout=DEADLINE) == digit
        os.close(end)
    keypad.close()
    assert keypad.status().faults == (FaultCode.KEYPAD_LOST,)


def test_a_keypad_that_is_unplugged_and_plugged_in_again_is_told_each_time_once(device: Path) -> None:
    told: Queue[Status] = Queue()
    worker = KeypadWorker(EvdevKeypad(device), lambda _: None, told.put)
    end = os.open(device, os.O_RDWR)  # so that it is there before it is looked for
    worker.start()
    assert told.get(timeout=DEADLINE) == Status(Health.OK)
    device.unlink()
    os.close(end)
    assert told.get(timeout=DEADLINE) == Status(Health.DOWN, (FaultCode.KEYPAD_LOST,))
    os.mkfifo(device)
    assert told.get(timeout=DEADLINE) == Status(Health.OK)
    worker.stop()
    assert told.empty()


class StepLoop(PlainLoop):
    """A loop whose `run` returns after the next work that comes from a worker."""

    def call_soon(self, work: Callable[[], None]) -> None:
        super().call_soon(work)
        self.stop()


def test_a_keypad_that_is_lost_is_a_part_of_the_kiosk_and_stops_nothing(tmp_path: Path) -> None:
    """The kiosk notes it, and offers what it offered: a PIN can be typed on the screen."""
    nothing_else = dict.fromkeys(("back_end", "card_reader", "printer", "receipt_printer"))
    keypad, loop = Keypad(device=tmp_path / "nothing"), StepLoop()
    kiosk = Kiosk(replace(load(EXAMPLE), data=tmp_path / "data", keypad=keypad, **nothing_else), loop)
    kiosk.start()
    offered = kiosk.health.offer
    while not kiosk.health.complete:
        loop.run()
    assert kiosk.health.statuses[Part.KEYPAD].faults == (FaultCode.KEYPAD_LOST,)
    assert kiosk.health.offer == offered
    kiosk.stop()


def test_a_keypad_that_is_not_there_says_so(tmp_path: Path) -> None:
    driver = EvdevKeypad(tmp_path / "nothing")
    told: Queue[Status] = Queue()
    driver.watch(lambda _: None, lambda _: None, told.put)
    assert told.get(timeout=DEADLINE) == Status(Health.DOWN, (FaultCode.KEYPAD_LOST,))
    driver.close()
    driver.close()
    assert told.empty()


# A file that is neither a pipe nor a device cannot be grabbed: then it is not listened to.
def test_what_cannot_be_had_alone_is_not_listened_to(tmp_path: Path) -> None:
    (tmp_path / "shared").write_bytes(press(KEY_1))
    heard: Queue[int | KeypadKey] = Queue()
    driver = EvdevKeypad(tmp_path / "shared")
    told: Queue[Status] = Queue()
    driver.watch(heard.put, heard.put, told.put)
    assert told.get(timeout=DEADLINE).health is Health.DOWN
    driver.close()
    assert heard.empty()


def test_no_log_tells_what_was_typed(
    keys: int, typed: Queue[int | KeypadKey], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        os.write(keys, press(KEY_KP5))
        typed.get(timeout=DEADLINE)
    assert caplog.text == ""


def test_every_key_goes_to_the_visit(device: Path) -> None:
    told: Queue[int | KeypadKey] = Queue()
    worker = KeypadWorker(EvdevKeypad(device), told.put, lambda _: None)
    worker.start()
    end = os.open(device, os.O_WRONLY)
    for code in (KEY_KP5, KEY_BACKSPACE, KEY_KPENTER, KEY_KPASTERISK, KEY_VOLUMEUP, KEY_RIGHT):
        os.write(end, press(code))
    keys = [KeypadKey.ERASE, KeypadKey.OK, KeypadKey.VOICE, KeypadKey.LOUDER, KeypadKey.NEXT]
    assert [told.get(timeout=DEADLINE) for _ in range(6)] == [5, *keys]
    worker.stop()
    os.close(end)
