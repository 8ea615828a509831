"""Lets atheris look for an input that raises anything but the driver's own fault. Exits 0 when there was none.

The engine ends its process by itself, so it gets one of its own; what it found lies in the folder it names.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 1_000_000
# No login with an answer of any kind takes a thousandth of this: an input that does hangs the driver.
SECONDS_PER_INPUT = 5


def main() -> int:
    """Run the engine and say what came of it."""
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help="how many inputs")
    parser.add_argument("--seconds", type=int, default=0, help="stop after this time; 0: when all were tried")
    parser.add_argument("--found", type=Path, metavar="DIR", help="where an input that breaks something is kept")
    asked = parser.parse_args()
    found = asked.found or Path(tempfile.mkdtemp(prefix="loket-fuzz-"))
    found.mkdir(parents=True, exist_ok=True)
    limits = [f"-runs={asked.runs}", f"-max_total_time={asked.seconds}", f"-timeout={SECONDS_PER_INPUT}"]
    begun = time.monotonic()
    command = [sys.executable, "-m", "fuzzing.engine", *limits, "-max_len=4096", f"-artifact_prefix={found}/"]
    code = subprocess.run(command, check=False).returncode
    said = "nothing but the driver's own faults" if code == 0 else f"an input that breaks something, in {found}"
    print(f"{time.monotonic() - begun:.0f} s: {said}")
    return 0 if code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
