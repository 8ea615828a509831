from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from config.hands import Touch
from ui.fingers import Deed, Finger, Fingers

SEED = 20261127


@dataclass
class Page:
    number: int = 1

    def __call__(self) -> int:
        return self.number


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Panel:
    """Fingers on a panel of 268 × 476 mm, and what came of them."""

    touch: Touch = Touch()
    page: Page = field(default_factory=Page)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.fingers = Fingers(self.touch, self.page, self.clock)

    def down(self, when: float, number: int = 0, x: float = 100, y: float = 100, wide: float = 12) -> Deed:
        return self.fingers.down(Finger(number, x, y, wide, when))

    def up(self, when: float, number: int = 0, x: float = 100, y: float = 100) -> Deed:
        return self.fingers.up(Finger(number, x, y, 12, when))

    def tap(self, when: float, x: float = 100, y: float = 100) -> bool:
        """Tap for a tenth of a second; say whether it counted."""
        return (self.down(when, x=x, y=y), self.up(when + 0.1, x=x, y=y)) == (Deed.PRESS, Deed.RELEASE)


def test_a_tap_presses_and_acts_when_it_is_lifted() -> None:
    panel = Panel()
    assert panel.down(1.0) is Deed.PRESS
    assert panel.up(1.1) is Deed.RELEASE


def test_a_slow_finger_is_as_good_as_a_quick_one() -> None:
    panel = Panel()
    assert panel.down(1.0) is Deed.PRESS
    assert panel.up(20.0) is Deed.RELEASE


def test_what_is_over_before_a_finger_could_be_lifted_does_nothing() -> None:
    panel = Panel()
    panel.down(1.0)
    assert panel.up(1.008) is Deed.LET_GO
    assert panel.tap(2.0)


def test_two_equal_digits_in_a_row_are_two() -> None:
    panel = Panel()
    assert [panel.tap(when) for when in (1.0, 1.16, 1.32)] == [True] * 3


@pytest.mark.parametrize(("again", "counts"), [(0.05, True), (0.5, False)])
def test_a_hand_that_trembles_strikes_once_where_the_town_gives_it_time(again: float, counts: bool) -> None:  # noqa: FBT001
    panel = Panel(Touch(again=again))
    assert panel.tap(1.0)
    assert panel.tap(1.4, x=105) is counts
    assert panel.tap(1.8, x=160), "elsewhere it is another touch"


def test_a_palm_presses_nothing_by_its_width() -> None:
    panel = Panel()
    assert panel.down(1.0, wide=45) is Deed.NOTHING
    assert panel.up(1.3) is Deed.NOTHING
    assert panel.tap(2.0)


def test_a_palm_that_is_laid_down_begins_as_a_fingertip() -> None:
    panel = Panel()
    assert panel.down(1.0) is Deed.PRESS
    assert panel.fingers.moved(Finger(0, 100, 100, 44, 1.05)) is Deed.LET_GO
    assert panel.up(1.3) is Deed.NOTHING


def test_fingers_that_come_down_together_press_nothing_and_the_next_one_does() -> None:
    panel = Panel()
    assert panel.down(1.0, 0) is Deed.PRESS
    assert panel.down(1.03, 1, x=120) is Deed.LET_GO
    assert [panel.down(1.03 + 0.02 * n, n, x=100 + 20 * n) for n in range(2, 10)] == [Deed.NOTHING] * 8
    assert [panel.up(1.5, n) for n in range(10)] == [Deed.NOTHING] * 10
    assert panel.tap(2.0)


def test_a_hand_that_rests_on_the_glass_keeps_no_other_from_it() -> None:
    panel = Panel()
    for number in range(3):
        panel.down(1.0, number, x=20 + 20 * number)
    assert panel.down(3.0, 7, x=200) is Deed.PRESS
    assert panel.up(3.1, 7, x=200) is Deed.RELEASE


def test_a_second_hand_waits_until_the_first_finger_is_lifted() -> None:
    panel = Panel()
    assert panel.down(1.0, 0) is Deed.PRESS
    assert panel.down(1.3, 1, x=180) is Deed.NOTHING
    assert panel.up(1.4, 1, x=180) is Deed.NOTHING
    assert panel.up(1.5, 0) is Deed.RELEASE


def test_a_finger_whose_end_the_panel_forgot_keeps_nobody_out() -> None:
    panel = Panel()
    assert panel.down(1.0, 0) is Deed.PRESS
    assert panel.down(7.0, 1, x=180) is Deed.PRESS
    assert panel.up(7.1, 1, x=180) is Deed.RELEASE


def test_a_page_that_changed_under_the_finger_gets_nothing_of_it() -> None:
    panel = Panel()
    panel.down(1.0)
    panel.page.number += 1
    assert panel.up(1.1) is Deed.LET_GO
    assert panel.tap(2.0)


def test_the_touch_that_lights_a_dark_panel_presses_nothing() -> None:
    panel = Panel(Touch(dark_after=600))
    panel.clock.seconds += 601
    assert not panel.tap(1.0)
    panel.clock.seconds += 1
    assert panel.tap(2.0)
    panel.clock.seconds += 599
    assert panel.tap(601.0)


def test_a_panel_that_stays_lit_is_touched_at_once() -> None:
    panel = Panel()
    panel.clock.seconds += 86_400
    assert panel.tap(1.0)


def test_where_the_panel_lost_sight_of_them_no_finger_presses() -> None:
    panel = Panel()
    panel.down(1.0)
    assert panel.fingers.gone() is Deed.LET_GO
    assert panel.up(1.1) is Deed.NOTHING


def test_the_clock_of_a_display_begins_anew_after_49_days_and_nobody_notices() -> None:
    panel = Panel()
    assert panel.tap(2**32 / 1000)
    assert panel.tap(0.5)
    panel.down(2**32 / 1000, 3)
    assert panel.tap(1.5)


@pytest.mark.parametrize("in_a_second", [20, 100, 500])
def test_rain_on_the_glass_presses_nothing_and_is_over_when_it_is_over(in_a_second: int) -> None:
    """Its first drops may pass for fingers: nobody can tell one drop from one tap."""
    rain, panel = random.Random(SEED), Panel()
    drops: list[tuple[float, int, int, float, float]] = []
    when = 0.0
    for number in range(10 * in_a_second):
        when += rain.expovariate(in_a_second)
        at = rain.uniform(0, 268), rain.uniform(0, 476)
        drops += [(when, 1, number, *at), (when + rain.uniform(0.005, 0.3), 0, number, *at)]
    deeds = []
    for moment, comes, number, x, y in sorted(drops):
        deeds.append((moment, (panel.down if comes else panel.up)(moment, number, x, y)))
    counted = [moment for moment, deed in deeds if deed is Deed.RELEASE]
    assert all(moment < 10 / in_a_second + 0.5 for moment in counted)
    assert len(counted) <= 2
    assert panel.tap(when + 0.5)
