"""What processes hold open and no folder shows: files that were deleted since, and shared memory in their form."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil

from soaking.search import hits, unpacked

# What a program has from the machine; nobody's words are written there.
_NOT_OURS = ("/dev/", "/proc/", "/sys/", "/usr/", "/lib")
_SHARED = "/memfd:"


def found_open(pid: int, secrets: set[str]) -> list[str]:
    """Which secrets are in what a process or one of its children holds open."""
    return [f"{secret!r} in {place}" for secret, place in hits(_held_open(pid), secrets)]


def _held_open(pid: int) -> Iterator[tuple[str, bytes]]:
    """Give each file that a process and its children hold open, by name, with what is in it and packed in it."""
    process = psutil.Process(pid)
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.Error, FileNotFoundError):
            for handle in Path(f"/proc/{one.pid}/fd").iterdir():
                yield from _read(handle)


def _read(handle: Path) -> Iterator[tuple[str, bytes]]:
    with contextlib.suppress(OSError):  # closed meanwhile
        name = str(handle.readlink())
        if name.startswith(_SHARED) or (name.startswith("/") and not name.startswith(_NOT_OURS) and handle.is_file()):
            for layer in unpacked(handle.read_bytes()):
                yield f"{name} held open", layer
