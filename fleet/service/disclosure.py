"""Which figures of a table would tell of a handful of people, by themselves or once others are taken from a total.

A small figure is left out; and as many others that it cannot be worked out: not from one line of the table, and not
from all lines together. What is left out stays out in every cut of the table: two reports side by side tell no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

# Under this a figure is about few enough people to guess who.
FEWEST = 5
# Equations are solved in the whole numbers below a large prime: exact, and no fraction grows.
_PRIME = (1 << 61) - 1

# Which cut of the table, and which row and column of it; empty: of all.
Cell = tuple[str, ...]


class Line(Struct, frozen=True):
    """A total, and what it is the sum of."""

    total: Cell
    parts: tuple[Cell, ...]


def left_out(counts: Mapping[Cell, int], lines: Iterable[Line], unseen: Iterable[Cell] = ()) -> frozenset[Cell]:
    """Say which cells to leave out. `unseen` are those that are shown nowhere, and can be worked out all the same."""
    few = {cell for cell, count in counts.items() if 0 < count < FEWEST}
    table = _Table(counts, list(lines), few, {cell for cell in unseen if counts[cell]} - few)
    while (beside := table.gives_away()) is not None:
        table.hidden.add(beside)
    return frozenset(table.hidden)


class _Table:
    """A table, and what of it is hidden so far. `unseen` may be known: they hide nothing by themselves."""

    def __init__(self, counts: Mapping[Cell, int], lines: Sequence[Line], few: set[Cell], unseen: set[Cell]) -> None:
        self._counts, self._lines, self._few, self._unseen = counts, lines, few, unseen
        self.hidden = few | unseen
        self._of_part: dict[Cell, list[Line]] = defaultdict(list)
        for line in lines:
            for part in line.parts:
                self._of_part[part].append(line)

    def gives_away(self) -> Cell | None:
        """Name what must be left out too, if anything: the smallest beside a cell that could be worked out."""
        for line in self._lines:
            if self._tells(line):
                return self._smallest([line])
        known = sorted(_worked_out(self._lines, self.hidden) & self._few)
        if not known:
            return None
        near = [line for line in self._lines if known[0] in {line.total, *line.parts}]
        return self._smallest(near) or self._smallest(self._lines)

    def _tells(self, line: Line) -> bool:
        """Whether a line by itself tells one hidden cell, or of a few people together."""
        parts = [part for part in line.parts if part in self.hidden]
        if line.total in self.hidden:
            return not parts and line.total not in self._unseen and self._counts[line.total] > 0
        together = sum(self._counts[part] for part in parts)
        return 0 < together < FEWEST or (len(parts) == 1 and parts[0] not in self._unseen)

    def _smallest(self, lines: Sequence[Line]) -> Cell | None:
        """Give the part that is still shown and costs least; a total only where there is no other; or None."""
        parts = {part for line in lines for part in line.parts if part not in self.hidden and self._counts[part]}
        totals = {line.total for line in lines if line.total not in self.hidden}
        return min(parts or totals, key=self._cost, default=None)

    def _cost(self, cell: Cell) -> tuple[int, int, Cell]:
        """Say how much must go along with it, about; then how much it tells itself."""
        return sum(self._goes_along(line, cell) for line in self._of_part[cell]), self._counts[cell], cell

    def _goes_along(self, line: Line, cell: Cell) -> int:
        """Nothing where a part is hidden already; else one more part, or the total and what that is in."""
        if not self.hidden.isdisjoint(line.parts):
            return 0
        return 1 if any(self._counts[part] for part in line.parts if part != cell) else 3


def _worked_out(lines: Sequence[Line], hidden: set[Cell]) -> set[Cell]:
    """Give the hidden cells that follow from what is shown: each line is an equation, and they are solved together."""
    solved: dict[Cell, dict[Cell, int]] = {}
    for line in lines:
        equation: dict[Cell, int] = {}
        for cell, sign in ((line.total, -1), *((part, 1) for part in line.parts)):
            if cell in hidden:
                equation[cell] = equation.get(cell, 0) + sign
        _solve(solved, {cell: times % _PRIME for cell, times in equation.items()})
    return {cell for cell, equation in solved.items() if len(equation) == 1}


def _solve(solved: dict[Cell, dict[Cell, int]], equation: dict[Cell, int]) -> None:
    """Add an equation to those that are solved: each of them for a cell that stands in no other."""
    for cell in [cell for cell in equation if cell in solved]:
        _take_off(equation, solved[cell], equation[cell])
    if not equation:
        return
    pivot = min(equation)
    inverse = pow(equation[pivot], -1, _PRIME)
    equation = {cell: times * inverse % _PRIME for cell, times in equation.items()}
    for other in solved.values():
        if pivot in other:
            _take_off(other, equation, other[pivot])
    solved[pivot] = equation


def _take_off(equation: dict[Cell, int], other: dict[Cell, int], times: int) -> None:
    for cell, count in other.items():
        left = (equation.get(cell, 0) - times * count) % _PRIME
        if left:
            equation[cell] = left
        else:
            equation.pop(cell, None)
