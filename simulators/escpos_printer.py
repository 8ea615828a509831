"""An ESC/POS printer on a TCP port: answers what a real one answers, draws what it prints, and can go wrong.

    with EscPosPrinter() as printer:
        printer.bench.strike_after(3, "paper_out")
        ...  # a client connects to printer.port

Real-time commands are answered as they come in, even while the printing stands still; everything else waits its turn.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.escpos_roll import LINE, Roll, set_up, take

# DLE EOT n: status, at once. DLE DC4 8: forget what is not printed yet. [ESC/POS, real-time commands]
REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])|(\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08)")
# A real-time command that may still be on its way at the end of what came in.
UNFINISHED = re.compile(rb"\x10(?:\x04|\x14(?:\x08(?:\x01(?:\x03(?:\x14(?:\x01(?:\x06\x02?)?)?)?)?)?)?)?$")
CLEARED = b"\x37\x25\x00"
NAME = b"\x5fLoket simulator\x00"


@dataclass(frozen=True)
class SlipOut:
    """A slip as it came out: its text, its picture (PNG)."""

    text: str
    png: bytes


class Bench:
    """What hands can do to the printer. Every change is seen at once."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._facts = {"paper_out": False, "paper_low": False, "cover_open": False, "cutter_jam": False, "mute": False}
        self._after: dict[int, Callable[[], None]] = {}
        self._lines = 0
        self.seconds_per_line = 0.0
        self.powered = True
        self._on_power: list[Callable[[], None]] = []
        self._on_change: list[Callable[[], None]] = []

    def put(self, fact: str, *, on: bool = True) -> None:
        """Set `paper_out`, `paper_low`, `cover_open`, `cutter_jam` or `mute`; KeyError for any other."""
        with self.changed:
            self._facts[fact]
            self._facts[fact] = on
            self.changed.notify_all()
        for told in self._on_change:
            told()

    def strike_after(self, lines: int, fact: str) -> None:
        """Set a fact after that many more lines: the roll ends, the cover is opened."""
        self._at(lines, lambda: self.put(fact))

    def lose_power_after(self, lines: int) -> None:
        """Cut the power after that many more lines."""
        self._at(lines, self.power_off)

    def power_off(self) -> None:
        """Cut the power: connections break, what was not printed is gone, the port is closed."""
        self._power(on=False)

    def power_on(self) -> None:
        """Give power again, on the same port."""
        self._power(on=True)

    def has(self, fact: str) -> bool:
        """Whether it is so now."""
        return self._facts[fact]

    @property
    def stands_still(self) -> bool:
        """Whether nothing can be printed now."""
        return self.has("paper_out") or self.has("cover_open") or self.has("cutter_jam")

    def status(self, which: int) -> int:
        """Answer DLE EOT 1 to 4."""
        out, cover, jam = self.has("paper_out"), self.has("cover_open"), self.has("cutter_jam")
        low = out or self.has("paper_low")
        bits = {
            1: 0x08 * self.stands_still,
            2: 0x04 * cover | 0x20 * out | 0x40 * jam,
            3: 0x08 * jam,
            4: 0x0C * low | 0x60 * out,
        }
        return 0x12 | bits[which]

    def automatic_status(self) -> bytes:
        """Answer GS a: four bytes that tell the same."""
        out, low = self.has("paper_out"), self.has("paper_low")
        first = 0x10 | 0x08 * self.stands_still | 0x20 * self.has("cover_open")
        return bytes((first, 0x08 * self.has("cutter_jam"), 0x03 * (low or out) | 0x0C * out, 0x0F))

    def line_printed(self) -> None:
        """Count a line, and let happen what was to happen after it."""
        self._lines += 1
        if strike := self._after.pop(self._lines, None):
            strike()

    def on_power(self, told: Callable[[], None]) -> None:
        """Have the printer hear of its power."""
        self._on_power.append(told)

    def on_change(self, told: Callable[[], None]) -> None:
        """Have the printer hear of a fact that changed."""
        self._on_change.append(told)

    def _at(self, lines: int, strike: Callable[[], None]) -> None:
        self._after[self._lines + lines] = strike

    def _power(self, *, on: bool) -> None:
        with self.changed:
            self.powered = on
            self.changed.notify_all()
        for told in self._on_power:
            told()


class EscPosPrinter:
    """The printer: `port` is where it listens, `bench` what hands can do, `slips` what came out."""

    def __init__(self, port: int = 0, folder: Path | None = None, host: str = "127.0.0.1") -> None:
        """Listen on loopback; port 0 is any free one. Slips are also kept in `folder`, where there is one."""
        self._host = host
        self.bench = Bench()
        self.slips: list[SlipOut] = []
        self.received = bytearray()
        self._folder = folder
        self._roll = Roll()
        self._buffer = bytearray()
        self._closed = threading.Event()
        self._cleared = 0
        self._tells_changes = False
        self._clients: set[socket.socket] = set()
        self._listener = _listen(host, port)
        self.port = int(self._listener.getsockname()[1])
        self.bench.on_power(self._power_changed)
        self.bench.on_change(self._tell_change)
        self._start(self._accept, self._listener)
        self._start(self._print)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Switch off for good."""
        self._closed.set()
        self.bench.power_off()

    def wait_for_slips(self, count: int, timeout: float) -> bool:
        """Wait until that many slips came out; False when they did not, after `timeout` seconds."""
        with self.bench.changed:
            return self.bench.changed.wait_for(lambda: len(self.slips) >= count, timeout)

    def wait_for_bytes(self, count: int, timeout: float) -> bool:
        """Wait until that many bytes came in; False when they did not, after `timeout` seconds."""
        with self.bench.changed:
            return self.bench.changed.wait_for(lambda: len(self.received) >= count, timeout)

    @property
    def paper_in_the_printer(self) -> bytes:
        """The picture (PNG) of what is printed and not cut off."""
        return self._roll.picture()

    @staticmethod
    def _start(work: Callable[..., None], *args: object) -> None:
        threading.Thread(target=work, args=args, daemon=True).start()

    # --- the line ---

    def _power_changed(self) -> None:
        if self.bench.powered:
            self._listener = _listen(self._host, self.port)
            self._start(self._accept, self._listener)
            return
        for one in (self._listener, *self._clients):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._forget()
        self._roll.reset()
        self._tells_changes = False

    def _accept(self, listener: socket.socket) -> None:
        """Serve one client after another, as a printer's network card does."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self._clients.add(client)
            with contextlib.suppress(OSError), client:
                self._serve(client)
            self._clients.discard(client)

    def _serve(self, client: socket.socket) -> None:
        pending = b""
        while data := client.recv(4096):
            with self.bench.changed:
                self.received += data
                self.bench.changed.notify_all()
            pending = self._real_time(client, pending + data)
            held = UNFINISHED.search(pending)
            cut = held.start() if held else len(pending)
            with self.bench.changed:
                self._buffer += pending[:cut]
                self.bench.changed.notify_all()
            pending = pending[cut:]

    def _real_time(self, client: socket.socket, data: bytes) -> bytes:
        """Answer the real-time commands in what came in, and give the rest."""

        def answer(found: re.Match[bytes]) -> bytes:
            if found[1]:
                self._say(bytes((self.bench.status(found[1][0]),)), client)
            else:
                self._forget()
                self._say(CLEARED, client)
            return b""

        return REAL_TIME.sub(answer, data)

    def _tell_change(self) -> None:
        """A printer that was told GS a tells of a change by itself."""
        if self._tells_changes:
            self._say(self.bench.automatic_status())

    def _say(self, answer: bytes, client: socket.socket | None = None) -> None:
        if self.bench.has("mute"):
            return
        for one in [client] if client else list(self._clients):
            with contextlib.suppress(OSError):
                one.sendall(answer)

    # --- the engine ---

    def _print(self) -> None:
        """Do one command after another; what needs paper waits for it."""
        while (command := self._next()) is not None:
            if _needs_paper(command) and not self._paper_comes():
                continue
            self._do(command)

    def _next(self) -> bytes | None:
        """Wait for the next whole command; None when the printer is gone for good."""
        with self.bench.changed:
            while not self._closed.is_set():
                if self.bench.powered and (command := take(self._buffer)) is not None:
                    return command
                self.bench.changed.wait()
        return None

    def _paper_comes(self) -> bool:
        """Wait until printing can go on; False when it need not any more, for the buffer was cleared."""
        with self.bench.changed:
            before = self._cleared
            self.bench.changed.wait_for(lambda: self._cleared != before or not self.bench.stands_still)
            return self._cleared == before

    def _forget(self) -> None:
        """Drop what is not printed yet."""
        with self.bench.changed:
            self._buffer.clear()
            self._roll.line = []
            self._cleared += 1
            self.bench.changed.notify_all()

    def _do(self, command: bytes) -> None:
        match command[:2]:
            case b"\n":
                self._roll.end_line()
                self._line_done()
            case b"\x1bd":
                for _ in range(command[2]):
                    self._roll.feed(LINE)
                    self._line_done()
            case b"\x1bJ":
                self._roll.feed(command[2])
            case b"\x1dv":
                self._roll.raster(command)
                self._line_done()
            case b"\x1dV":
                self._cut()
            case b"\x1d(" if command[2:3] == b"H" and command[5:7] == b"\x30\x30":
                self._say(b"\x37\x22" + command[7:11] + b"\x00")
            case b"\x1da":
                self._tells_changes = bool(command[2])
                self._tell_change()
            case b"\x1dr":
                self._say(bytes((0x03 * self.bench.has("paper_low"),)))
            case b"\x1dI":
                self._say(NAME)
            case text if text[0] >= 0x20:  # noqa: PLR2004 no control character
                self._roll.write(command)
            case _:
                set_up(self._roll, command)

    def _line_done(self) -> None:
        self.bench.line_printed()
        with self.bench.changed:
            self.bench.changed.wait_for(lambda: not self.bench.powered, self.bench.seconds_per_line)

    def _cut(self) -> None:
        text, png = self._roll.cut()
        with self.bench.changed:
            self.slips.append(SlipOut(text, png))
            if self._folder is not None:
                (self._folder / f"slip-{len(self.slips):02}.png").write_bytes(png)
            self.bench.changed.notify_all()


def _needs_paper(command: bytes) -> bool:
    """Whether it moves the paper, or tells that all before it is printed."""
    return command[:2] in (b"\n", b"\x1bd", b"\x1bJ", b"\x1dv", b"\x1dV", b"\x1d(")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen()
    return listener


def main() -> None:
    """Run one printer until SIGTERM or Ctrl-C, with its slips in a folder."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--out", type=Path, help="folder for the pictures of slips")
    options.add_argument("--fact", action="append", default=[], help="paper_out, paper_low, cover_open, …")
    told = options.parse_args()
    with EscPosPrinter(told.port, told.out) as printer:
        for fact in told.fact:
            printer.bench.put(fact)
        print(printer.port, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
