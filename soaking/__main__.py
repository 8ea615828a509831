"""`./dev soak`: many visits, one in ten with a fault; exits 1 when a limit is passed."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from soaking.plot import plot
from soaking.run import soak

VISITS = 5000


def main() -> int:
    """Soak, and say what was seen."""
    parser = argparse.ArgumentParser(prog="./dev soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visits", type=int, default=VISITS, help=f"how many people come ({VISITS})")
    parser.add_argument("--minutes", type=float, help="end after this time, with as many as came by then")
    parser.add_argument("--seed", type=int, default=1, help="who they are, and in which order")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure to this file")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw memory, handles and pages (SVG)")
    asked = parser.parse_args()
    if asked.visits < 2:  # noqa: PLR2004  one visit is compared with nothing
        parser.error("--visits: two at least")
    with tempfile.TemporaryDirectory(prefix="loket-soak-") as folder:
        seen = soak(Path(folder), asked.visits, asked.seed, _say, asked.minutes)
    print(f"{seen.visits} visits in {seen.minutes:.1f} min, {len(seen.struck)} with a fault")
    for line in seen.lines():
        print(line)
    if asked.json:
        asked.json.write_text(json.dumps(asdict(seen), indent=1) + "\n")
    if asked.plot:
        asked.plot.write_text(plot(seen), encoding="utf-8")
    return 1 if any(line.well is False for line in seen.lines()) else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
