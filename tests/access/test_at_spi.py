"""Whole visits by accessibility actions alone, from another process over AT-SPI, in each language, on real parts."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
import tomli_w

from config.settings import Language
from demo import settings_file
from demo.kiosk_process import KioskProcess
from simulators.world import World

SECONDS = 40.0
PX_PER_MM = 1080 / 268  # of the example's panel
NAMES = {"nl": "Wijzigen", "fr": "Modifier", "en": "Change"}


class Hand(Protocol):
    def look(self) -> list[dict[str, Any]]: ...
    def press(self, name: str) -> bool: ...


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "world", out=tmp_path / "out", ms_per_sheet=100) as world:
        yield world


@pytest.fixture
def kiosk(world: World, tmp_path: Path, session: dict[str, str]) -> Iterator[KioskProcess]:
    file = tmp_path / "kiosk.toml"
    settings_file.write(file, world, tmp_path / "kiosk")
    told = {**tomllib.loads(file.read_text()), "languages": [one.value for one in Language]}
    file.write_text(tomli_w.dumps(told))
    with KioskProcess(file, {**world.environment, **session}, tmp_path / "kiosk.log") as kiosk:
        kiosk.wait_until_known()
        yield kiosk


def offered(hand: Hand, *names: str) -> list[dict[str, Any]]:
    """Wait until all of these are offered; give all there is, each fit for who cannot see or point."""
    deadline = time.monotonic() + SECONDS
    nodes: list[dict[str, Any]] = []
    while time.monotonic() < deadline:
        nodes = [node for node in hand.look() if node["showing"]]
        if set(names) <= {node["id"] for node in nodes}:
            return fit(nodes)
    raise AssertionError(f"never offered: {names}; there was {[node['id'] for node in nodes]}")


def fit(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for node in nodes:
        if node["role"] in {"button", "push button"}:
            assert node["name"], node
            assert node["focusable"], node
            assert min(node["size"]) >= 20 * PX_PER_MM - 1, node
        if node["role"] in {"label", "heading", "static"}:
            assert node["name"], node
    return nodes


def press(hand: Hand, *names: str) -> list[dict[str, Any]]:
    """Press each as soon as it is offered; give what was there at the last."""
    nodes: list[dict[str, Any]] = []
    for name in names:
        nodes = offered(hand, name)
        until(partial(hand.press, name))
    return nodes


def until(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not fact():
        assert time.monotonic() < deadline


def in_language(hand: Hand, language: Language) -> None:
    if language is not Language.NL:
        press(hand, "languages", f"language-{language}")
    until(lambda: "languages" in {node["id"] for node in hand.look()})


@pytest.mark.parametrize("language", Language)
@pytest.mark.usefixtures("kiosk")
def test_a_certificate_is_had_by_accessibility_actions_alone(world: World, hand: Hand, language: Language) -> None:
    pin = world.residents["an"].pin
    in_language(hand, language)
    world.cards.insert("1.8:an")
    press(hand, *(f"digit{digit}" for digit in pin))
    typed = offered(hand, "pinDone")
    for node in typed:
        told = f"{node['name']} {node['description']} {node['text']} {node['value']}"
        assert pin not in told, node
        assert node["value"] is None, node
    press(hand, "pinDone", "product-householdComposition")
    names = {node["id"]: node["name"] for node in press(hand, "confirm")}
    assert names["change"] == NAMES[language]
    until(lambda: "look" in {node["id"] for node in hand.look()})
    world.cards.pull()
    press(hand, "paperTaken", "leave")
    assert len(world.printer.printed) == 1


@pytest.mark.parametrize("language", Language)
@pytest.mark.usefixtures("kiosk")
def test_what_waits_under_a_code_is_had_by_accessibility_actions_alone(
    world: World, hand: Hand, language: Language
) -> None:
    code = world.deposit("an", title="Bewijs van inschrijving", access="code")
    assert code is not None
    in_language(hand, language)
    press(hand, "documents", "code", *(f"sign{sign}" for sign in code.replace("-", "")), "typed", "confirm")
    press(hand, "paperTaken", "leave")
    assert len(world.printer.printed) == 1
