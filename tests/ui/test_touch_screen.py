"""Real touches of a real display server, from outside the kiosk's process."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import psutil
import pytest

from demo.kiosk_process import KioskProcess
from simulators.touch_screen import TouchScreen

WIDTH, HEIGHT = 1080, 1920
HELP = (540, 1870)  # the middle of the bar
SEED = 20261127
SECONDS = 20.0
STORM_SECONDS, TOUCHES_PER_SECOND = 10.0, 300
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


def test_a_palm_ten_seconds_of_rain_and_a_finger_on_a_real_panel(kiosk: KioskProcess, glass: TouchScreen) -> None:
    for finger in range(10):
        glass.down(HELP[0] + 20 * (finger % 3), HELP[1] - 10 * finger, finger)
    for finger in range(10):
        glass.up(HELP[0] + 20 * (finger % 3), HELP[1] - 10 * finger, finger)
    glass.settle()
    assert set(overlays(kiosk)) == {None}
    rain(glass, 1.0)
    held = memory(kiosk)
    rain(glass, STORM_SECONDS)
    assert set(overlays(kiosk)) == {None}, "no touch of the rain was anybody's"
    assert memory(kiosk) - held < 4 * MIB
    assert taps_until_help(kiosk, glass) <= 2


def memory(kiosk: KioskProcess) -> int:
    return int(psutil.Process(kiosk.pid).memory_full_info().uss)
