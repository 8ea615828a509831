"""Whole visits on real parts by the keys beside the screen and the ears alone, with a headset in its socket."""

from __future__ import annotations

import io
import time
import wave
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from demo import settings_file
from demo.kiosk_process import KioskProcess
from simulators.sound_card import Sound, SoundCard
from simulators.world import World

SECONDS = 40.0
QUIET_SECONDS = 0.05
MOST_CHOICES = 40  # on one screen: the signs of a code, and what stands around them


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "world", out=tmp_path / "out", ms_per_sheet=100) as world:
        yield world


@pytest.fixture
def kiosk(world: World, tmp_path: Path) -> Iterator[KioskProcess]:
    settings = tmp_path / "kiosk.toml"
    settings_file.write(settings, world, tmp_path / "kiosk")
    environment = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
    with KioskProcess(settings, environment, tmp_path / "kiosk.log") as kiosk:
        kiosk.wait_until_known()
        yield kiosk


def until(kiosk: KioskProcess, fact: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """Wait until the screen tells this, and has nothing newer to tell."""
    deadline = time.monotonic() + SECONDS
    last: dict[str, object] = {}
    while time.monotonic() < deadline:
        kiosk.look()
        while (told := kiosk.next(QUIET_SECONDS)) is not None:
            last = told if "state" in told else last
        if last and fact(last):
            return last
    raise AssertionError(f"the screen never came; it was {last}")


def state(kiosk: KioskProcess, name: str) -> dict[str, object]:
    return until(kiosk, lambda told: told["state"] == name)


def lasts(sound: Sound) -> float:
    with wave.open(io.BytesIO(sound.wav)) as file:
        return float(file.getnframes() / file.getframerate())


def test_a_certificate_is_had_by_keys_and_ears_alone(world: World, kiosk: KioskProcess) -> None:
    """Nothing is touched, nothing is heard but in the headset, and each digit of the PIN sounds the same."""
    keys, card = world.keypad, world.sound_card
    world.jack.put_in()
    card.wait_for(1)
    world.cards.insert("1.8:an")
    state(kiosk, "EnterPin")
    for number, digit in enumerate(world.residents["an"].pin, 1):
        keys.press(digit)
        card.until(partial(has_ticked, card, number))
    keys.press("ok")
    state(kiosk, "Choosing")
    go_to(kiosk, keys.press, "product-householdComposition")
    state(kiosk, "Checking")
    go_to(kiosk, keys.press, "confirm")
    state(kiosk, "TakeCard")
    world.cards.pull()
    state(kiosk, "Printed")
    go_to(kiosk, keys.press, "paperTaken")
    state(kiosk, "Goodbye")
    assert {sound.outlet for sound in card.heard} == {"headset"}
    assert len(world.printer.printed) == 1


def with_code(kiosk: KioskProcess, world: World, code: str) -> None:
    """From the portal on, go by keys to a code, and type it sign by sign."""
    world.jack.put_in()
    world.sound_card.wait_for(1)
    go_to(kiosk, world.keypad.press, "documents")
    state(kiosk, "AskCard")
    go_to(kiosk, world.keypad.press, "code")
    state(kiosk, "EnterCode")
    for sign in code.replace("-", ""):
        go_to(kiosk, world.keypad.press, f"sign{sign}")
    go_to(kiosk, world.keypad.press, "typed")


@pytest.mark.timeout(240)
def test_a_document_is_had_with_a_code_by_keys_and_ears_alone(world: World, kiosk: KioskProcess) -> None:
    with_code(kiosk, world, world.deposit("an", title="Bewijs van inschrijving", access="code") or "")
    state(kiosk, "Checking")
    go_to(kiosk, world.keypad.press, "confirm")
    state(kiosk, "Printed")
    go_to(kiosk, world.keypad.press, "paperTaken")
    state(kiosk, "Goodbye")
    assert {sound.outlet for sound in world.sound_card.heard} == {"headset"}
    assert len(world.printer.printed) == 1


@pytest.mark.timeout(240)
def test_a_thing_is_had_from_its_compartment_by_keys_and_ears_alone(world: World, kiosk: KioskProcess) -> None:
    with_code(kiosk, world, world.put_in("voucher", 7) or "")
    assert state(kiosk, "DoorOpen")["compartment"] == 7
    heard = len(world.sound_card.heard)
    world.sound_card.wait_for(heard)
    world.reach(7)
    state(kiosk, "AskTaken")
    go_to(kiosk, world.keypad.press, "took")
    state(kiosk, "Goodbye")
    assert {sound.outlet for sound in world.sound_card.heard} == {"headset"}


def same_ticks(sounds: list[Sound]) -> int:
    """How often the sound was heard that was heard most, of those that are too short to say anything."""
    return max(Counter(sound.wav for sound in sounds if lasts(sound) < 0.2).values(), default=0)


def has_ticked(card: SoundCard, number: int) -> bool:
    return same_ticks(card.heard) == number


def has_moved(before: object, told: dict[str, object]) -> bool:
    return told["focus"] != before


def go_to(kiosk: KioskProcess, press: Callable[[str], None], choice: str) -> None:
    """Go on from choice to choice until the focus is on this one, and choose it."""
    here = until(kiosk, lambda _told: True)["focus"]
    if here == choice:
        press("ok")
        return
    for _ in range(MOST_CHOICES):
        press("6")
        here = until(kiosk, partial(has_moved, here))["focus"]
        if here == choice:
            press("ok")
            return
    raise AssertionError(f"no way to {choice}")
