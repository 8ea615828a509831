"""Runs the named bench, or all of them, and prints or keeps the rows."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import backend, collect, eid, fleet, growth, journey, paper, start, touching
from benchmarks.rows import Row, table

BENCHES: dict[str, Callable[[], list[Row]]] = {
    "eid": eid.rows,
    "journey": journey.rows,
    "start": start.rows,
    "screen": touching.rows,
    "print": paper.rows,
    "collect": collect.rows,
    "backend": backend.rows,
    "backend-postgresql": backend.rows_on_postgresql,
    "fleet": fleet.rows,
    "growth": growth.rows,
}
# Some rows of one of them, for who works on those alone.
PARTS: dict[str, Callable[[], list[Row]]] = {
    "fleet-checkins": fleet.check_ins,
    "fleet-changes": fleet.changes,
    "fleet-year": fleet.after_a_year,
}


def main() -> int:
    """Measure. Returns 0 when it measured, whatever the figures."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="?", choices=[*BENCHES, *PARTS], help="which bench; all of them without")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows to this file")
    asked = parser.parse_args()
    rows: list[Row] = []
    for name in [asked.name] if asked.name else BENCHES:
        print(f"bench {name}", file=sys.stderr)
        rows += (BENCHES | PARTS)[name]()
    print(table(rows))
    if asked.json:
        asked.json.write_text(json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
