"""`./dev demo`: a visit by hand on a display, or a scripted one without."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from demo.journey import DEFAULT_CARD, DEFAULT_JOURNEY, Journey, UnknownName, play


def main() -> int:
    """Play; 0 when the visit ended as it must, 1 when it did not, 2 for what cannot be played."""
    parser = argparse.ArgumentParser(
        prog="./dev demo", description="The kiosk on simulators, with a real pcscd and cupsd."
    )
    parser.add_argument("--headless", action="store_true", help="a scripted visit, no window")
    parser.add_argument("--journey", metavar="NAME", help=f"{DEFAULT_JOURNEY}, unless told otherwise")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the proof goes")
    parser.add_argument("--fault", metavar="NAME", help="see docs/journeys.md")
    parser.add_argument("--card", default=DEFAULT_CARD, metavar="KIND:PERSON[:STATE]")
    given = parser.parse_args()
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    by_hand = display and not given.headless
    scripted = [f"--{name}" for name in ("journey", "out", "fault") if getattr(given, name) is not None]
    if by_hand and scripted:
        print(f"demo: {', '.join(scripted)} needs --headless: a visit by hand has no script", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="loket-demo-") as folder:
        if by_hand:
            from demo.by_hand import run

            return run(Path(folder), given.card)
        out = given.out or Path(tempfile.mkdtemp(prefix="loket-journey-"))
        journey = DEFAULT_JOURNEY if given.journey is None else given.journey
        try:
            ended_well = play(Journey(journey, given.card, given.fault, out), Path(folder))
        except UnknownName as error:
            print(f"demo: no {error}", file=sys.stderr)
            return 2
    print(f"demo: {'as it must be' if ended_well else 'NOT as it must be'}; see {out}")
    return 0 if ended_well else 1


if __name__ == "__main__":
    raise SystemExit(main())
