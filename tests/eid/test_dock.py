"""The dock: every virtual card and the keypad, by the buttons of its window, as the kiosk's own drivers see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Queue
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton

from hardware.devices import Health, KeypadKey, SlotChange, Status
from hardware.eid import EidReader
from hardware.keypad import EvdevKeypad
from simulators.dock import Dock
from simulators.world import World

DEADLINE = 20.0
Seen = TypeVar("Seen")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def dock(world: World) -> Dock:
    QApplication.instance() or QApplication(["dock"])
    return Dock(world, "1.7:an:lastTry")


@pytest.fixture
def click(dock: Dock) -> Callable[[str], None]:
    """Click the button with this text."""
    buttons = {button.text(): button for button in dock.findChildren(QPushButton)}
    return lambda text: buttons[text].click()


def until(seen: Queue[Seen], wanted: Seen) -> None:
    while seen.get(timeout=DEADLINE) != wanted:
        pass


def test_any_card_can_be_chosen_by_kind_person_and_state(
    world: World, dock: Dock, click: Callable[[str], None]
) -> None:
    kind, person, state = dock.findChildren(QComboBox)
    assert (kind.currentText(), person.currentText(), state.currentText()) == ("1.7", "an", "lastTry")
    offered = [{box.itemText(at) for at in range(box.count())} for box in (kind, person, state)]
    assert offered[0] == {"1.8", "1.7", "hybrid", "1.1", "bank"}
    assert offered[1] == set(world.residents)
    assert {"normal", "expired", "blocked", "lastTry", "revoked", "notActivated", "stranger", "mute"} <= offered[2]
    kind.setCurrentText("1.8")
    state.setCurrentText("blocked")
    seen: Queue[SlotChange] = Queue()
    with world.pcscd.used_here():
        reader = EidReader()
        reader.watch(seen.put)
        click("Steek in")
        until(seen, SlotChange.CARD_IN)
        card = reader.recognise()
        reader.release()
        click("Trek uit")
        until(seen, SlotChange.CARD_OUT)
        reader.close()
    assert (card.applet.value, card.tries_left) == ("1.8", 0)


def test_the_keys_and_the_cable_of_the_keypad_are_there(world: World, click: Callable[[str], None]) -> None:
    typed: Queue[int | KeypadKey] = Queue()
    told: Queue[Status] = Queue()
    keypad = EvdevKeypad(world.keypad.path)
    keypad.watch(typed.put, typed.put, told.put)
    until(told, Status(Health.OK))
    for text in ("5", "0", "Wis", "OK", "Stop"):
        click(text)
    expected = [5, 0, KeypadKey.ERASE, KeypadKey.OK, KeypadKey.CANCEL]
    assert [typed.get(timeout=DEADLINE) for _ in expected] == expected
    click("Kabel uit")
    assert told.get(timeout=DEADLINE).health is Health.DOWN
    click("Kabel in")
    assert told.get(timeout=DEADLINE).health is Health.OK
    keypad.close()


def test_the_cable_of_the_reader_is_pulled_and_put_in_again_by_its_buttons(
    world: World, click: Callable[[str], None]
) -> None:
    seen: Queue[SlotChange] = Queue()
    with world.pcscd.used_here():
        reader = EidReader()
        reader.watch(seen.put)
        try:
            until(seen, SlotChange.READER_FOUND)
            click("Lezer uit")
            until(seen, SlotChange.READER_LOST)
            click("Lezer uit")
            click("Lezer in")
            until(seen, SlotChange.READER_FOUND)
            click("Lezer in")
        finally:
            reader.close()
    assert not world.cards.inserted
