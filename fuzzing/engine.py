"""The engine's own process: instruments the driver, and tries inputs until the limits on its command line."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hardware.eid"]):
    from fuzzing.targets import Targets


def main() -> None:
    """Try inputs. Does not return: the engine ends the process."""
    folder = Path(tempfile.mkdtemp(prefix="loket-fuzz-keys-"))
    targets = Targets(folder)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    atheris.Setup(sys.argv, targets.try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
