"""What the tests' child runs: a few honest functions and a few bad ones."""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from hardware.faults import DeviceFault, FaultCode

LIMITS = {resource.RLIMIT_FSIZE: 0, resource.RLIMIT_AS: 400 << 20}


def add(left: int, right: int) -> int:
    return left + right


def measure(name: str, payload: bytes) -> list[object]:
    return [name, len(payload), payload[:4].hex()]


def paint(count: int) -> tuple[list[int], bytes]:
    return [count], bytes(range(256)) * count


def own_pid() -> int:
    return os.getpid()


def environment() -> list[str]:
    return sorted(os.environ)


def limits() -> list[list[int]]:
    return [list(resource.getrlimit(kind)) for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE)]


def write(path: str) -> None:
    Path(path).write_bytes(b"x")


def swallow_memory() -> int:
    return len(bytearray(1 << 30))


def hang(tell: str = "") -> None:
    """Hang for ever, after a byte into the pipe `tell` where there is one."""
    if tell:
        with Path(tell).open("wb") as pipe:
            pipe.write(b".")
    while True:
        time.sleep(60)


def hang_deaf(tell: str = "") -> None:
    """Hang as C code does that has blocked every signal it may."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    hang(tell)


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def refuse() -> None:
    raise DeviceFault(FaultCode.DOCUMENT_FORMAT, "501 pages\nand a second line")


def quote_document() -> None:
    sys.stderr.write("Maes")
    raise ValueError("Maes")


def not_json() -> object:
    return object()


def answer_raw(text: str) -> None:
    """Answer as a child would that somebody else has taken over."""
    connection = int(sys.argv[2])
    os.write(connection, bytes.fromhex(text))
    hang()
