"""Small files that are there whole or not at all, also after a power cut; each has one writer."""

from __future__ import annotations

import os
from pathlib import Path


def write(file: Path, content: bytes, mode: int = 0o644) -> None:
    """Put content in a file's place at once. Raises OSError; then what was there is there still."""
    draft = file.with_name(f".{file.name}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "wb") as out:
            os.fchmod(handle, mode)  # whatever the process's own mask is: another user reads some of these
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    settle(file.parent)


def settle(path: Path) -> None:
    """Have a file, or a folder itself, on disk: without the folder a name may be gone after a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
