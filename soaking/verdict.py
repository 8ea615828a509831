"""The limits of a soak, each with its reason, and whether a kiosk kept within them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from soaking.probe import Held, per_thousand

# Twenty thousand visits are three months between two updates: 20 MiB of a machine's 4 GiB.
MEMORY_PER_THOUSAND = 1.0
# Two hundred visits see every page, every fault and every person: what is kept once is kept by then.
WARM_UP = 200
# A slope over fewer visits than that says more of chance than of the kiosk.
ENOUGH = 1000
# Under a fifth of a second a page is felt as the answer to the touch.
PAGE_MS = 200.0


@dataclass(frozen=True)
class Line:
    """One figure with its limit; `well` is None where too few visits were made to judge."""

    name: str
    value: str
    limit: str
    well: bool | None

    def __str__(self) -> str:
        """The line as it is read."""
        said = {True: "ok", False: "TOO MUCH", None: "not judged: too few visits"}[self.well]
        return f"{self.name}: {self.value} (limit {self.limit}): {said}"


@dataclass
class Soak:
    """What was seen of a soak."""

    visits: int = 0
    looks: list[Held] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    remembered: list[str] = field(default_factory=list)
    minutes: float = 0.0
    went_wrong: str = ""

    @property
    def before(self) -> tuple[int, int, int]:
        """The most handles, threads and children in the first half: a line to the town is open or not, by the clock."""
        half = [look.counted for look in self.looks if look.visits <= self.visits / 2] or [self.looks[0].counted]
        return tuple(max(each) for each in zip(*half, strict=True))

    def lines(self) -> list[Line]:
        """Hold it against the limits; give no more than what went wrong where too little was seen."""
        if not self.looks or not self.pages:
            return [Line("visits that went wrong", self.went_wrong, "none", well=False)]
        warm = [look for look in self.looks if look.visits >= min(WARM_UP, self.visits // 2)]
        before, last = self.before, self.looks[-1]
        judged = self.visits >= ENOUGH
        slope = per_thousand(warm) if judged else 0.0
        slowest = percentile(self.pages, 99)
        return [
            Line("visits that went wrong", self.went_wrong or "none", "none", not self.went_wrong),
            Line(
                "memory per 1,000 visits",
                f"{slope:+.2f} MiB" if judged else "",
                f"{MEMORY_PER_THOUSAND} MiB",
                slope < MEMORY_PER_THOUSAND if judged else None,
            ),
            _no_more("handles", before[0], last.handles),
            _no_more("threads", before[1], last.threads),
            _no_more("child processes", before[2], last.children),
            Line("page after a touch, 99 in 100", f"{slowest:.1f} ms", f"{PAGE_MS:.0f} ms", slowest < PAGE_MS),
            _nothing("left behind", self.left),
            _nothing("in its memory", self.remembered),
        ]


def _no_more(name: str, before: int, after: int) -> Line:
    return Line(name, f"{before} → {after}", "no more", after <= before)


def _nothing(name: str, seen: list[str]) -> Line:
    return Line(name, ", ".join(seen[:5]) or "nothing", "nothing", not seen)


def percentile(figures: Sequence[float], share: int) -> float:
    """Give the figure that so many in a hundred do not pass."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]
