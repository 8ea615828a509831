"""A child process that may be killed: for work that can hang in C, or that reads a stranger's bytes.

    child = Child("printing.pdf_child")
    pages = child.call("check", "seal-ca.pem", payload=pdf, timeout=5.0)

The child is a fresh interpreter that imports one module and answers calls to its functions. Parent and child speak
JSON and raw bytes, never pickle: a child that was taken over can say something untrue, not run anything here.
A function that gives a pair of a result and bytes has the bytes laid in memory that both see, beside the result.
A module may bound itself with `LIMITS`, a mapping of `resource.RLIMIT_…` to a number, set once it is imported.
What the child writes to its own output goes nowhere, for a parser's complaint may quote the document.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

from hardware.faults import DeviceFault, FaultCode
from hardware.shared_room import SharedRoom, other_side_of

# What a child may know of our surroundings: where programs and modules are, which language, which CUPS.
KEPT_ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"),
    *("PYTHONPATH", "PYTHONPYCACHEPREFIX", "VIRTUAL_ENV", "CUPS_SERVER"),
    *("PYTHONMALLOC", "MALLOC_PERTURB_", "GLIBC_TUNABLES"),  # it holds documents, too: its memory forgets as ours does
)
# An answer is a few fields; a child that wants to send more than this is not ours any more.
MAX_ANSWER = 1 << 20
# Beside them, at most the pixels of a page: A4 at 150 dpi takes 8.7 MB.
MAX_RAW = 12 << 20
# A detail goes to the log: one line, and short.
MAX_DETAIL = 200
# A killed process is gone within milliseconds, unless the kernel holds it; then it is left behind.
REAP_SECONDS = 1.0
# [core(5)] 0 does not stop a core dump that is piped to a program; 1 stops that one and is too small for any other.
NO_CORE_DUMP = 1

# Length of the JSON header, length of the raw bytes: a call's come after it, an answer's lie in the shared room.
_FRAME = struct.Struct(">II")


class ChildGone(Exception):
    """The child cannot answer any more. The next call starts a fresh one."""


class ChildTimeout(ChildGone):
    """The answer did not come in time; the child was killed."""


class ChildDied(ChildGone):
    """The child ended by itself, was closed during the call, or answered nonsense."""


class Child:
    """One child process, started at the first call or before, and started anew after it is gone."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def warm(self) -> None:
        """Start the child, so that its imports are done by the time of the first call. Returns at once."""
        self._started()

    def call(self, name: str, *args: object, payload: bytes = b"", timeout: float) -> object:
        """Run function `name` of the module in the child and return its JSON-able result: check it before use.

        Where bytes came beside it, return the pair. A `payload` that is not empty becomes the function's last argument.
        `timeout` is in seconds, for all of it.
        Raises DeviceFault as the child raised it (INTERNAL for what it did not foresee), ChildTimeout, ChildDied.
        """
        running = self._started()
        header = json.dumps({"name": name, "args": args}).encode()
        try:
            answer, raw = running.exchange(header, payload, time.monotonic() + timeout)
            result = _unpack(answer)
        except ChildGone:
            self._end(running)
            raise
        return (result, raw) if raw else result

    def close(self) -> None:
        """Kill the child and so give back its memory. From any thread; a call under way raises ChildDied."""
        with self._lock:
            running = self._running
        if running is not None:
            self._end(running)

    def _started(self) -> _Running:
        with self._lock:
            if self._running is None:
                self._running = _Running(self._module)
            return self._running

    def _end(self, running: _Running) -> None:
        with self._lock:
            if self._running is running:
                self._running = None
        running.end()


class _Running:
    """A started child: its process, our end of the socket and of its lifeline, and the memory both see."""

    def __init__(self, module: str) -> None:
        self._turn = threading.Lock()
        self._socket, theirs = socket.socketpair()
        # Held open and never written to: when this process ends, however it ends, the kernel kills the child.
        lifeline, self._lifeline = os.pipe()
        self._room = SharedRoom(MAX_RAW)
        given = (theirs.fileno(), lifeline, self._room.file)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "hardware.child", module, *map(str, given)],
                pass_fds=given,
                env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the kiosk, which then ends its children in order
            )
        except OSError:  # no memory, no handles: the next try must not find even fewer
            self._let_go()
            raise
        finally:
            theirs.close()
            os.close(lifeline)

    def exchange(self, header: bytes, payload: bytes, deadline: float) -> tuple[bytes, bytes]:
        """Send one call and return its answer: header and raw bytes. Raises ChildTimeout, ChildDied."""
        with self._turn:
            try:
                self._socket.settimeout(_left(deadline))
                self._socket.sendall(_FRAME.pack(len(header), len(payload)) + header + payload)
                length, extra = _FRAME.unpack(_receive(self._socket, _FRAME.size, deadline))
                if length > MAX_ANSWER or extra > MAX_RAW:
                    raise ChildDied("answer too long")
                answer = bytes(_receive(self._socket, length, deadline))
                return answer, self._room.take(extra) if extra else b""
            except TimeoutError:
                raise ChildTimeout from None
            except OSError as error:
                raise ChildDied(error.strerror) from None

    def end(self) -> None:
        """Kill, reap, and close. Twice is once."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(REAP_SECONDS)
        with self._turn:  # a call under way sees the end of its child before the socket goes
            self._let_go()

    def _let_go(self) -> None:
        self._socket.close()
        self._room.close()
        lifeline, self._lifeline = self._lifeline, -1
        if lifeline >= 0:
            os.close(lifeline)


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises TimeoutError when it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _receive(source: socket.socket, length: int, deadline: float | None) -> bytearray:
    """Read exactly `length` bytes. Raises TimeoutError past the deadline, ChildDied when the other side closed."""
    data = bytearray(length)
    view = memoryview(data)
    while view:
        source.settimeout(None if deadline is None else _left(deadline))
        count = source.recv_into(view)
        if not count:
            raise ChildDied("closed")
        view = view[count:]
    return data


def _unpack(answer: bytes) -> object:
    """Take a child's answer apart without believing it. Raises DeviceFault, ChildDied."""
    try:
        fields = json.loads(answer)
    except (ValueError, RecursionError):
        raise ChildDied("answer is not JSON") from None
    match fields:
        case {"result": result}:
            return result
        case {"fault": str(code), "detail": str(detail)}:
            raise DeviceFault(_fault_code(code), _one_line(detail))
        case _:
            raise ChildDied("answer has no known form")


def _fault_code(word: str) -> FaultCode:
    try:
        return FaultCode(word)
    except ValueError:
        raise ChildDied("unknown fault code") from None


def _one_line(detail: str) -> str:
    return "".join(letter for letter in detail[:MAX_DETAIL] if letter.isprintable())


# --- the child's own side ----------------------------------------------------------------------------------------


_Answer = tuple[dict[str, object], bytes]


def _serve(module_name: str, connection: socket.socket, room: mmap.mmap) -> None:
    """Answer calls until the parent closes. Between calls it sleeps in the kernel and never wakes."""
    module: ModuleType | None = None
    failure = {}
    try:
        module = importlib.import_module(module_name)
        gc.freeze()  # what came in with the module stays: no call waits until the collector has looked at it again
        _limit(module)
    except Exception as error:  # noqa: BLE001 the first caller is told; there is nobody else to tell
        failure = _unforeseen(error)
    while True:
        length, payload_length = _FRAME.unpack(_receive(connection, _FRAME.size, None))
        request = json.loads(_receive(connection, length, None))
        payload = bytes(_receive(connection, payload_length, None))
        answer, raw = (failure, b"") if failure else _answer(module, request["name"], request["args"], payload)
        del payload, request  # and not only when the next comes
        header = json.dumps(answer).encode()
        room[: len(raw)] = raw
        connection.sendall(_FRAME.pack(len(header), len(raw)) + header)


def _answer(module: ModuleType | None, name: str, args: list[object], payload: bytes) -> _Answer:
    if payload:
        args = [*args, payload]
    try:
        result, raw = _parted(getattr(module, name)(*args))
        json.dumps(result)
    except DeviceFault as fault:
        return {"fault": fault.code.value, "detail": fault.detail}, b""
    except Exception as error:  # noqa: BLE001 whatever a parser throws, the parent hears that it failed
        return _unforeseen(error), b""
    return {"result": result}, raw


def _parted(given: object) -> tuple[object, bytes]:
    match given:
        case (result, bytes() as raw):
            return result, raw
        case _:
            return given, b""


def _unforeseen(error: Exception) -> dict[str, object]:
    """Say what went wrong by type and place: the message of an exception may quote the document."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    return {"fault": FaultCode.INTERNAL.value, "detail": f"{type(error).__name__}{where}"}


def _limit(module: ModuleType) -> None:
    limits: dict[int, int] = {resource.RLIMIT_CORE: NO_CORE_DUMP, **getattr(module, "LIMITS", {})}
    for kind, value in limits.items():
        _, most = resource.getrlimit(kind)  # a kiosk's unit leaves less than that of some, and more cannot be had
        least = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (least, least))


def _die_with_parent(lifeline: int) -> None:
    """Have the kernel kill this process when the parent's end of the lifeline closes, even while C code hangs.

    PR_SET_PDEATHSIG would do so too, but already when the parent's *thread* that started us ends (prctl(2)).
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def main() -> None:
    """Run as `python -m hardware.child MODULE SOCKET LIFELINE ROOM`, by `Child` only."""
    module_name, (connection, lifeline, room) = sys.argv[1], map(int, sys.argv[2:])
    _die_with_parent(lifeline)
    with contextlib.suppress(ChildDied, OSError), socket.socket(fileno=connection) as parent:
        _serve(module_name, parent, other_side_of(room))


if __name__ == "__main__":
    main()
