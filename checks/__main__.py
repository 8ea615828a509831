"""Runs every check, prints a line for each, and exits 1 when one of them complains."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checks import house, licences, texts, tools, units

Check = Callable[[Path], list[str]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("types (mypy --strict)", tools.types),
    ("format (ruff format)", tools.formatting),
    ("lint (ruff check)", tools.lint),
    ("layers (import-linter)", tools.layers),
    ("screens (qmllint)", tools.screens),
    ("lock file (uv lock --check)", tools.lock),
    ("shell syntax (sh -n)", tools.shell),
    ("what services may do (systemd-analyze)", units.exposure),
    ("translations (gettext)", texts.complete),
    ("licences of dependencies", licences.allowed),
    ("length of files and functions", house.lengths),
    ("no path of one machine", house.machine_paths),
    ("tests that papers name", house.named_tests),
    ("publiccode.yml", house.publiccode),
    ("contract (OpenAPI)", house.contract),
    ("reference of settings", house.reference),
)


def run(project: Path) -> int:
    """Run all checks, two at a time as most are programs of their own. Returns how many complain."""
    complaints = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, findings in zip(
            (name for name, _ in CHECKS), pool.map(lambda check: check[1](project), CHECKS), strict=True
        ):
            print(f"{'FAIL' if findings else 'ok  '}  {name}", flush=True)
            for finding in findings:
                print(f"      {finding}")
            complaints += bool(findings)
    return complaints


if __name__ == "__main__":
    sys.exit(1 if run(Path.cwd()) else 0)
