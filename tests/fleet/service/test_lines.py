"""Many lines of one worker: what each holds, what they share, and that nobody hears another's."""

from __future__ import annotations

import gc
import socket
import ssl
import weakref
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
import pytest

from fleet.service import pauses

if TYPE_CHECKING:
    from tests.fleet.service.conftest import Running, Said

SECONDS = 30.0
Wanted = TypeVar("Wanted")


class Line:
    """A kiosk's line, of which the test carries each byte itself."""

    def __init__(self, running: Running, pem: Path) -> None:
        trust = ssl.create_default_context(cafile=running.ca)
        trust.load_cert_chain(pem)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trust.wrap_bio(self._in, self._out, server_hostname="localhost")
        self._socket = socket.create_connection(("127.0.0.1", int(running.url.rpartition(":")[2])), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._until(self._tls.do_handshake)

    def says(self, content: bytes) -> Iterator[None]:
        """Check in, a few bytes at a time."""
        head = f"POST /checkins HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
        self._tls.write(head.encode() + content)
        record = self._out.read()
        for begin in range(0, len(record), 7):
            self._socket.sendall(record[begin : begin + 7])
            yield

    def answer(self) -> bytes:
        """Give the status of the answer."""
        return self._until(lambda: self._tls.read(4096))[9:12]

    def close(self) -> None:
        self._socket.close()

    def _until(self, step: Callable[[], Wanted]) -> Wanted:
        while True:
            try:
                wanted = step()
            except ssl.SSLWantReadError:
                self._socket.sendall(self._out.read())
                self._in.write(self._socket.recv(4096))
            else:
                self._socket.sendall(self._out.read())
                return wanted


def test_lines_that_come_in_bit_by_bit_at_one_moment_stay_apart(
    running: Running, request_for: Callable[[], tuple[bytes, bytes]], said: Said, tmp_path: Path
) -> None:
    """They share the room for what comes in."""
    lines = []
    for number in ("LV-01", "LV-02", "LV-03"):
        key, asked = request_for()
        enrolment = running.service.enrolment
        pem = tmp_path / f"{number}.pem"
        pem.write_bytes(key + enrolment.enrol(enrolment.expect("lindeveld", number), asked))
        lines.append(Line(running, pem))
    for _ in range(2):  # the second call finds nothing of the first
        told = [said.next() for _ in lines]
        for _ in zip_longest(*(line.says(one) for line, one in zip(lines, told, strict=True))):
            pass
        assert [line.answer() for line in lines] == [b"204"] * 3
        assert [row.sequence for row in running.rows()] == [msgspec.json.decode(one)["sequence"] for one in told]
    for line in lines:
        line.close()


def knot() -> weakref.ref[Callable[[], object]]:
    """Make something that only holds itself."""

    def held() -> object:
        return held

    return weakref.ref(held)


@pytest.fixture
def nothing_apart() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("nothing_apart")
def test_what_was_set_apart_and_then_let_go_is_found_when_everything_is_looked_through() -> None:
    let_go = knot()
    pauses.set_apart()
    gc.collect()
    assert let_go() is not None, "what is set apart costs no time"
    pauses.look_through()
    assert let_go() is None
