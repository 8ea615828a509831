"""Memory that a child and its parent both see: an answer of many bytes is laid there instead of being sent.

It takes memory once it is written to, and is wiped as soon as it was read: between answers it holds nothing of anybody.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os

# Whoever reads memory that a taken-over child made shorter gets SIGBUS: its size stands for good.
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class SharedRoom:
    """So many bytes of memory without a name; the other side takes part by the number of its file."""

    def __init__(self, size: int) -> None:
        self.file = os.memfd_create("answer", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.file, size)
        fcntl.fcntl(self.file, fcntl.F_ADD_SEALS, _SEALS)
        self._memory = mmap.mmap(self.file, size)

    def take(self, length: int) -> bytes:
        """Copy the first so many bytes out, and leave nothing of them."""
        taken = self._memory[:length]
        # In place: so many zeros to copy from would cost the kernel more than drawing the page did.
        ctypes.memset(ctypes.addressof(ctypes.c_char.from_buffer(self._memory)), 0, len(taken))
        return taken

    def close(self) -> None:
        """Give the memory back. Twice is once."""
        self._memory.close()
        if self.file >= 0:
            os.close(self.file)
            self.file = -1


def other_side_of(file: int) -> mmap.mmap:
    """Map a room in the process that was started with its file."""
    return mmap.mmap(file, os.fstat(file).st_size)
