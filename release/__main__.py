"""`./dev package` and `./dev release`: build what a town installs, and say what it is; 1 when something is amiss."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from release import evidence, package, wheel


def main(arguments: list[str] | None = None) -> int:
    """Build it all into a folder, a line for each."""
    parser = argparse.ArgumentParser(prog="./dev", description="Build what a town installs.")
    parser.add_argument("command", choices=("package", "release"))
    parser.add_argument("--out", type=Path, default=Path("dist"), help="where to (dist)")
    given = parser.parse_args(arguments)
    project, out = Path(__file__).resolve().parent.parent, given.out.resolve()
    try:
        built = wheel.build(project, out)
        _say(built, "built twice, the bytes equal")
        with tempfile.TemporaryDirectory(prefix="loket-parts-") as folder:
            package.install(project, built, Path(folder) / "kiosk")
            sbom = evidence.list_parts(project, Path(folder) / "kiosk", out)
        parts = evidence.compare(sbom, package.locked(project))
        _say(sbom, f"every part of it: {parts}, as they are locked with their hashes")
        _say(package.build(project, built, out), "for the Debian that this is")
        if given.command == "release":
            print(f"release: {evidence.ask_about(sbom)} parts, none known to be vulnerable")
    except (wheel.NotReproducible, evidence.Complaint, subprocess.CalledProcessError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


def _say(file: Path, what: str) -> None:
    print(f"release: {file.name}  {wheel.digest(file)}  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
