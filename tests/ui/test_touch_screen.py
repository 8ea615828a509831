"""Real touches of a real display server, from outside the kiosk's process."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo.kiosk_process import KioskProcess
from simulators.touch_screen import TouchScreen
from tests.waiting import wait_until

WIDTH, HEIGHT = 1080, 1920
HELP = (540, 1870)  # the middle of the bar
SEED = 20261127
SECONDS = 20.0
RAIN_SECONDS, TOUCHES_PER_SECOND = 6.0, 300
# Ten points that a panel tells of two hundred times a second; `LOKET_SECONDS=60` is told of in docs/measurements.md.
STORM_SECONDS, POINTS, TIMES_PER_SECOND = float(os.environ.get("LOKET_SECONDS", "3")), 10, 200
MIB = 2**20

PORTAL = """
kiosk = "LV-01"
data = "{data}"
[town]
name = "Gemeente Lindeveld"
municipality = "Lindeveld"
online_desk = "https://loket.lindeveld.example"
"""


@pytest.fixture(scope="module")
def glass() -> Iterator[TouchScreen]:
    with TouchScreen(WIDTH, HEIGHT) as glass:
        yield glass


@pytest.fixture(scope="module")
def kiosk(glass: TouchScreen, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KioskProcess]:
    folder = tmp_path_factory.mktemp("kiosk")
    file = folder / "kiosk.toml"
    file.write_text(PORTAL.format(data=folder / "data"))
    display = {"DISPLAY": glass.name, "QT_QPA_PLATFORM": "xcb"}
    with KioskProcess(file, display, folder / "kiosk.log") as kiosk:
        kiosk.wait_until_known(offered=False)
        yield kiosk


def tap(glass: TouchScreen, at: tuple[int, int]) -> None:
    """As a person does: a tenth of a second, and then a look at what came of it."""
    glass.down(*at)
    glass.settle()
    time.sleep(0.1)
    glass.up(*at)
    glass.settle()


def overlays(kiosk: KioskProcess) -> list[str | None]:
    """What stood over the page, each time that something happened until now."""
    kiosk.look()
    told = [kiosk.next(SECONDS)]
    while (more := kiosk.next(0.3)) is not None:
        told.append(more)
    return [one["overlay"] for one in told if one is not None]


def taps_until_help(kiosk: KioskProcess, glass: TouchScreen) -> int:
    for count in range(1, 10):
        tap(glass, HELP)
        if "help" in overlays(kiosk):
            return count
    raise AssertionError("no tap was taken any more")


def rain(glass: TouchScreen, seconds: float) -> None:
    """Touch at random, with up to ten points at once: first ten of them, as of a hand."""
    chance, lies = random.Random(SEED), dict[int, tuple[float, float]]()
    until = time.monotonic() + seconds
    for number in range(10):
        lies[number] = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)
        glass.down(*lies[number], number)
    while time.monotonic() < until:
        number = chance.randrange(10)
        if number in lies:
            glass.up(*lies.pop(number), number)
        else:
            lies[number] = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)
            glass.down(*lies[number], number)
        time.sleep(0.5 / TOUCHES_PER_SECOND)
    for number, place in lies.items():
        glass.up(*place, number)
    glass.settle()


def storm(glass: TouchScreen, seconds: float) -> int:
    """Have ten points wander over the glass, each lifted and laid down elsewhere now and then; gives how many moves."""
    chance = random.Random(SEED)
    places = [(chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)) for _ in range(POINTS)]
    for finger, place in enumerate(places):
        glass.down(*place, finger)
    began, times = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        for finger, (x, y) in enumerate(places):
            if chance.random() < 0.02:
                glass.up(x, y, finger)
                places[finger] = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)
                glass.down(*places[finger], finger)
            else:
                places[finger] = (x + chance.uniform(-20, 20)) % WIDTH, (y + chance.uniform(-20, 20)) % HEIGHT
                glass.move(*places[finger], finger)
        times += 1
        time.sleep(max(0.0, began + times / TIMES_PER_SECOND - time.monotonic()))
    for finger, place in enumerate(places):
        glass.up(*place, finger)
    glass.settle()
    return times * POINTS


def test_a_palm_seconds_of_rain_and_a_finger_on_a_real_panel(kiosk: KioskProcess, glass: TouchScreen) -> None:
    for finger in range(10):
        glass.down(HELP[0] + 20 * (finger % 3), HELP[1] - 10 * finger, finger)
    for finger in range(10):
        glass.up(HELP[0] + 20 * (finger % 3), HELP[1] - 10 * finger, finger)
    glass.settle()
    assert set(overlays(kiosk)) == {None}
    rain(glass, 1.0)
    held = memory(kiosk)
    rain(glass, RAIN_SECONDS)
    assert set(overlays(kiosk)) == {None}, "no touch of the rain was anybody's"
    assert memory(kiosk) - held < 4 * MIB
    assert taps_until_help(kiosk, glass) <= 2


@pytest.mark.timeout(120 + 3 * STORM_SECONDS)
def test_a_storm_of_ten_points_two_hundred_times_a_second_leaves_the_portal_and_a_kiosk_at_rest(
    kiosk: KioskProcess, glass: TouchScreen
) -> None:
    close_help(kiosk)
    held, process = memory(kiosk), psutil.Process(kiosk.pid)
    moves = storm(glass, STORM_SECONDS)
    ended = time.monotonic()
    wait_until(lambda: process.cpu_percent(0.25) < 10)
    print(f"{moves / STORM_SECONDS:.0f} moves a second; at rest {time.monotonic() - ended:.1f} s after the last")
    assert set(overlays(kiosk)) == {None}, "no touch of the storm was anybody's"
    assert memory(kiosk) - held < 4 * MIB
    assert taps_until_help(kiosk, glass) <= 2


def close_help(kiosk: KioskProcess) -> None:
    """Close the page that a test before left open."""
    kiosk.look()
    while (told := kiosk.next(SECONDS)) is not None and told["overlay"] is not None:
        kiosk.touch("goOn")
        kiosk.next(SECONDS)
        kiosk.look()


def memory(kiosk: KioskProcess) -> int:
    return int(psutil.Process(kiosk.pid).memory_full_info().uss)


def test_a_running_kiosk_has_no_dialogue_no_browser_and_no_text_field_to_open(kiosk: KioskProcess) -> None:
    """What Qt has of them stands in libraries of their own: none was ever loaded."""
    loaded = {line.split("/")[-1] for line in Path(f"/proc/{kiosk.pid}/maps").read_text().splitlines() if "/" in line}
    qt = {name for name in loaded if name.startswith("libQt6")}
    assert any("Quick" in name for name in qt)
    assert [name for name in qt if re.search("Widgets|Dialogs|WebEngine|WebView|PrintSupport|Controls2", name)] == []
