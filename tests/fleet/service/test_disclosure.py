"""Small figures stay untold: also for who has the totals, every other figure of the table, and paper to reckon on.

Whoever reads a table here knows nothing of how figures are left out, and tries all others that would look the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest

from fleet.service.disclosure import Cell, Line, left_out

TOTAL = "all"


def table(rows: list[list[int]]) -> tuple[dict[Cell, int], list[Line]]:
    """A table of two sides with its totals."""
    high, wide = range(len(rows)), range(len(rows[0]))
    counts: dict[Cell, int] = {(f"{y}", f"{x}"): rows[y][x] for y in high for x in wide}
    counts |= {(f"{y}", TOTAL): sum(rows[y]) for y in high}
    counts |= {(TOTAL, f"{x}"): sum(row[x] for row in rows) for x in wide}
    counts[TOTAL, TOTAL] = sum(map(sum, rows))
    across = [*(f"{y}" for y in high), TOTAL]
    down = [*(f"{x}" for x in wide), TOTAL]
    lines = [Line((y, TOTAL), tuple((y, f"{x}") for x in wide)) for y in across]
    lines += [Line((TOTAL, x), tuple((f"{y}", x) for y in high)) for x in down]
    return counts, lines


def others(rows: list[list[int]], hidden: frozenset[Cell]) -> Iterator[dict[Cell, int]]:
    """Every table that differs by one here and there, and shows the same where anything is shown."""
    cells = list(product(range(len(rows)), range(len(rows[0]))))
    steps = [(-1, 0, 1) if (f"{y}", f"{x}") in hidden else (0,) for y, x in cells]
    was, _ = table(rows)
    for step in product(*steps):
        guess = [row.copy() for row in rows]
        for (y, x), by in zip(cells, step, strict=True):
            guess[y][x] += by
        counts, _ = table(guess)
        if all(counts[cell] == was[cell] for cell in was if cell not in hidden):
            yield counts


def test_a_table_without_small_figures_is_shown_whole() -> None:
    counts, lines = table([[5, 20], [0, 7]])
    assert left_out(counts, lines) == frozenset()


def test_a_small_figure_takes_one_along_in_its_row_and_one_in_its_column() -> None:
    """3 is small. Without more, 33 - 30 tells it, and so does 13 - 10; and the fourth corner closes the square."""
    counts, lines = table([[3, 30, 50], [10, 20, 60], [40, 70, 80]])
    assert left_out(counts, lines) == {("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")}


def test_two_small_figures_in_a_row_that_are_few_together_take_a_third_along() -> None:
    """Each is hidden by the other, and still it is known that they are three people."""
    counts, lines = table([[1, 2, 50]])
    assert {("0", "0"), ("0", "1"), ("0", "2")} <= left_out(counts, lines)


def test_two_small_figures_that_are_many_together_are_enough() -> None:
    total: Cell = (TOTAL,)
    counts: dict[Cell, int] = {("a",): 4, ("b",): 3, ("c",): 50, total: 57}
    assert left_out(counts, [Line(total, (("a",), ("b",), ("c",)))]) == {("a",), ("b",)}


def test_where_there_is_nothing_beside_it_the_total_goes_too() -> None:
    counts, lines = table([[3, 0], [40, 60]])
    hidden = left_out(counts, lines)
    assert ("0", TOTAL) in hidden
    assert ("0", "1") not in hidden, "that nobody did is nobody's secret"


def test_a_figure_that_is_shown_nowhere_is_not_told_by_those_that_are() -> None:
    """Of 100 visits 97 were in the evening: nobody wrote down that three were not."""
    total: Cell = ("visits",)
    counts: dict[Cell, int] = {("day",): 3, ("evening",): 97, total: 100}
    assert left_out(counts, [Line(total, (("day",), ("evening",)))], [("day",)]) == {("day",), ("evening",)}
    counts = {("day",): 40, ("evening",): 60, total: 100}
    assert left_out(counts, [Line(total, (("day",), ("evening",)))], [("day",)]) == {("day",)}


@pytest.mark.parametrize("seed", range(20))
def test_another_table_always_shows_the_same_and_has_another_small_figure(seed: int) -> None:
    chance = random.Random(seed)
    high, wide = chance.choice([(2, 2), (2, 3), (3, 2), (3, 3)])
    rows = [[chance.choice([0, 0, 1, 2, 3, 6, 9, 40]) for _ in range(wide)] for _ in range(high)]
    counts, lines = table(rows)
    hidden = left_out(counts, lines)
    known = {cell for cell, count in counts.items() if 0 < count < 5}
    assert known <= hidden
    for guess in others(rows, hidden):
        known = {cell for cell in known if guess[cell] == counts[cell]}
        if not known:
            break
    assert known == set()


def test_buildings_side_by_side_tell_no_more_than_their_town() -> None:
    """Two buildings: 20 of 23 in the one, so three in the other. Neither report may say so, nor may the town's."""
    counts: dict[Cell, int] = {("a", "x"): 20, ("b", "x"): 3, ("*", "x"): 23}
    hidden = left_out(counts, [Line(("*", "x"), (("a", "x"), ("b", "x")))])
    assert hidden == {("b", "x"), ("a", "x")}
