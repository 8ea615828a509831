"""`./dev demo`: a visit by hand on a display, or a scripted one without."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.journey import DEFAULT_CARD, DEFAULT_JOURNEY, Journey, UnknownName, play
from simulators.postgresql import PostgreSql

POSTGRESQL = "postgresql"


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
    parser.add_argument("--limited", action="store_true", help="the kiosk under the limits of its unit")
    parser.add_argument("--fleet", action="store_true", help="the operator's side and two kiosks")
    parser.add_argument("--town-database", choices=("sqlite", POSTGRESQL), help="what the town's service writes in")
    given = parser.parse_args()
    by_hand = _on_display(given)
    wanted = {"journey": given.journey, "out": given.out, "fault": given.fault, "town-database": given.town_database}
    scripted = [f"--{name}" for name, value in wanted.items() if value is not None]
    scripted += ["--limited"] if given.limited else []
    if by_hand and scripted:
        print(f"demo: {', '.join(scripted)} needs --headless: a visit by hand has no script", file=sys.stderr)
        return 2
    if given.fleet:
        return _fleet(given)
    with tempfile.TemporaryDirectory(prefix="loket-demo-") as folder:
        if by_hand:
            from demo.by_hand import run

            return run(Path(folder), given.card)
        out = given.out or Path(tempfile.mkdtemp(prefix="loket-journey-"))
        journey = DEFAULT_JOURNEY if given.journey is None else given.journey
        try:
            with _database(given.town_database) as database:
                asked = Journey(journey, given.card, given.fault, out, limited=given.limited)
                ended_well = play(asked, Path(folder), database)
        except UnknownName as error:
            print(f"demo: no {error}", file=sys.stderr)
            return 2
    print(f"demo: {'as it must be' if ended_well else 'NOT as it must be'}; see {out}")
    return 0 if ended_well else 1


def _on_display(given: argparse.Namespace) -> bool:
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(display) and not given.headless


def _fleet(given: argparse.Namespace) -> int:
    """Show a fleet, or have the story of one played; 2 for what it has no part in."""
    from demo import fleet_story

    if given.journey or given.fault or given.town_database or (given.out and _on_display(given)):
        print("demo: --fleet knows --headless and --out", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="loket-fleet-") as folder:
        if _on_display(given):
            return fleet_story.by_hand(Path(folder))
        out = given.out or Path(tempfile.mkdtemp(prefix="loket-fleet-pictures-"))
        ended_well = fleet_story.play(Path(folder), out)
    print(f"demo: {'as it must be' if ended_well else 'NOT as it must be'}; see {out}")
    return 0 if ended_well else 1


@contextmanager
def _database(make: str | None) -> Iterator[str | None]:
    """Give the URL of a PostgreSQL of this demo's own where one is asked for; SQLite is a file that nobody starts."""
    if make != POSTGRESQL:
        yield None
        return
    server = PostgreSql()
    try:
        server.start()
        yield server.database()
    finally:
        server.close()


if __name__ == "__main__":
    raise SystemExit(main())
