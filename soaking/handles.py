"""What processes hold open and nobody sees in a folder: files that were deleted since, and memory that is shared as one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from soaking.search import unpacked

# What a program has from the machine; nobody's words are written there.
_NOT_OURS = ("/dev/", "/proc/", "/sys/", "/usr/", "/lib")
_SHARED = "/memfd:"


def held_open(pid: int) -> Iterator[tuple[str, bytes]]:
    """Give each file that a process and its children hold open, by name, with what is in it and packed in it."""
    process = psutil.Process(pid)
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.Error, FileNotFoundError):
            for handle in Path(f"/proc/{one.pid}/fd").iterdir():
                yield from _read(handle)


def _read(handle: Path) -> Iterator[tuple[str, bytes]]:
    with contextlib.suppress(OSError):  # closed meanwhile
        name = os.readlink(handle)
        if name.startswith(_SHARED) or (name.startswith("/") and not name.startswith(_NOT_OURS) and handle.is_file()):
            for layer in unpacked(handle.read_bytes()):
                yield f"{name} held open", layer
