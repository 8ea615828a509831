"""A figure with its peer and its target, as a line to read and as JSON to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Peer:
    """Somebody else's figure for the same work; `command` is how to repeat it."""

    name: str
    command: str
    value: float


@dataclass(frozen=True)
class Row:
    """One figure: the median of `n` measurements in `unit`.

    The target is a limit for ours divided by the peer's; without a peer, for ours itself; None where it only informs.
    """

    name: str
    ours: float
    unit: str
    n: int
    target: float | None = None
    peer: Peer | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's."""
        return self.ours / self.peer.value if self.peer and self.peer.value else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met. None: there is none."""
        measured = self.ratio if self.peer else self.ours
        if self.target is None or measured is None:
            return None
        return measured <= self.target if self.better == "lower" else measured >= self.target

    def as_json(self) -> dict[str, object]:
        """The row with the keys that every report of this project uses."""
        return {
            "name": self.name,
            "ours": self.ours,
            "peer": self.peer.value if self.peer else None,
            "peerName": self.peer.name if self.peer else None,
            "peerCommand": self.peer.command if self.peer else None,
            "ratio": self.ratio,
            "target": self.target,
            "better": self.better,
            "unit": self.unit,
            "n": self.n,
        }


HEAD = ("", "ours", "peer", "ratio", "target", "met", "n", "peer's name")


def table(rows: Sequence[Row]) -> str:
    """The rows side by side, for a terminal."""
    lines = [HEAD, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    limit = "≤" if row.better == "lower" else "≥"
    return (
        row.name,
        f"{row.ours:.4g} {row.unit}",
        f"{row.peer.value:.4g} {row.unit}" if row.peer else "",
        f"{row.ratio:.3f}" if row.ratio is not None else "",
        f"{limit} {row.target:g}" if row.target is not None else "",
        {True: "yes", False: "NO", None: ""}[row.met],
        str(row.n),
        row.peer.name if row.peer else "",
    )
