"""The wheel, built twice from different folders: whoever builds it again gets the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

# The moment that is written into archives (SOURCE_DATE_EPOCH): 1 January 2026. Any would do, as long as it stays.
EPOCH = "1767225600"
# What lies in a checkout and is no source.
LEFT = shutil.ignore_patterns(".*", "__pycache__", "dist")


class NotReproducible(Exception):
    """Two builds of the same sources differ."""


def build(project: Path, out: Path) -> Path:
    """Build the wheel twice and give it. Raises NotReproducible, CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="loket-wheel-") as one, tempfile.TemporaryDirectory() as other:
        first, second = _built(project, Path(one)), _built(project, Path(other))
        if digest(first) != digest(second):
            raise NotReproducible(f"{first.name}: {digest(first)} and then {digest(second)}")
        out.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(first, out))


def digest(file: Path) -> str:
    """Give a file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _built(project: Path, folder: Path) -> Path:
    sources = folder / "sources"
    shutil.copytree(project, sources, ignore=LEFT)
    # Without --no-build-isolation uv fetches the build back end that pyproject.toml asks for, as pip does.
    command = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(folder / "dist"), str(sources)]
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH})
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel
