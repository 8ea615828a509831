"""The protocol we speak to the device, checked against ipptool and against nonsense."""

from __future__ import annotations

import re
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.cups import ipp
from hardware.cups.ipp import Device, IppError, Operation, Silent, Tag, Unreachable
from simulators.ipp_printer import PrinterBench

Asked = Callable[[str, float], Device]


def answer(*attributes: tuple[int, bytes, bytes], status: int = 0) -> bytes:
    """Write an answer by the letter of [RFC 8010 §3.1]."""
    body = struct.pack(">BBHIB", 2, 0, status, 1, 0x02)
    for tag, name, value in attributes:
        body += struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value
    return body + b"\x03"


@pytest.fixture
def asked() -> Iterator[Asked]:
    with ExitStack() as stack:

        def device(uri: str, seconds: float) -> Device:
            return stack.enter_context(closing(Device(uri, seconds)))

        yield device


def test_what_we_read_is_what_ipptool_reads(bench: PrinterBench, asked: Asked) -> None:
    wanted = ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "sides-supported", "media-default"]
    said = asked(bench.uri, 5).ask(Operation.GET_PRINTER_ATTRIBUTES, [(Tag.KEYWORD, "requested-attributes", wanted)])
    printer = said.of(Tag.PRINTER_GROUP)[0]
    ipptool = ["ipptool", "-tv", bench.uri, "get-printer-attributes.test"]
    told = subprocess.run(ipptool, capture_output=True, text=True, check=True).stdout
    theirs = {name: re.search(rf"^ +{name} \(.*\) = (.*)$", told, re.MULTILINE) for name in wanted}
    assert {name: match and match[1] for name, match in theirs.items()} == {
        "printer-state": {3: "idle"}[int(str(printer["printer-state"][0]))],
        "printer-state-reasons": ",".join(map(str, printer["printer-state-reasons"])),
        "printer-is-accepting-jobs": str(printer["printer-is-accepting-jobs"][0]).lower(),
        "sides-supported": ",".join(map(str, printer["sides-supported"])),
        "media-default": printer["media-default"][0],
    }


def test_a_device_is_asked_over_tls_as_well(bench: PrinterBench, asked: Asked) -> None:
    device = asked(bench.uri.replace("ipp:", "ipps:"), 5)
    assert device.ask(Operation.GET_PRINTER_ATTRIBUTES, []).of(Tag.PRINTER_GROUP)


def test_values_that_other_readers_stumble_on_are_read() -> None:
    language = b"\x00\x02nl" + b"\x00\x03abc"
    body = answer(
        (0x21, b"job-id", b"\x00\x00\x00\x07"),
        (0x36, b"job-name", language),  # nameWithLanguage
        (0x12, b"job-impressions-completed", b""),  # unknown
        (0x13, b"job-media-sheets-completed", b""),  # no-value
        (0x44, b"job-state-reasons", b"one"),
        (0x44, b"", b"two"),
    )
    assert ipp.decode(body).of(Tag.JOB_GROUP) == [
        {
            "job-id": [7],
            "job-name": ["abc"],
            "job-impressions-completed": [None],
            "job-media-sheets-completed": [None],
            "job-state-reasons": ["one", "two"],
        }
    ]


WHOLE = answer(
    (0x21, b"job-id", b"\x00\x00\x00\x07"), (0x36, b"job-name", b"\x00\x02nl\x00\x01x"), (0x22, b"b", b"\x01")
)


@given(st.binary(max_size=200) | st.integers(0, len(WHOLE) - 1).map(lambda end: WHOLE[:end]))
def test_nonsense_is_told_apart_and_nothing_else_happens(body: bytes) -> None:
    try:
        ipp.decode(body)
    except IppError:
        return
    assert body != WHOLE


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_spoilt_byte_is_read_or_refused(at: int, byte: int) -> None:
    spoilt = WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    with suppress(IppError):
        groups = ipp.decode(spoilt).groups
        assert all(isinstance(name, str) for _, attributes in groups for name in attributes)


class Impostor(BaseHTTPRequestHandler):
    """Something at the printer's address that is no printer."""

    reply = 200, b""

    def do_POST(self) -> None:
        status, body = self.reply
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def impostor() -> Iterator[Device]:
    with HTTPServer(("127.0.0.1", 0), Impostor) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with closing(Device(f"ipp://127.0.0.1:{server.server_port}/ipp/print", 2)) as device:
            yield device
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"<html>"),
        (302, WHOLE),
        (200, b"<html>a router's own page</html>"),
        (200, b""),
        (200, WHOLE[:-1]),
        (200, bytes(ipp.MAX_ANSWER + 1)),
        (200, answer(status=0x0406)),
    ],
)
def test_an_answer_that_is_no_answer_is_an_error(
    impostor: Device, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    monkeypatch.setattr(Impostor, "reply", (status, body))
    with pytest.raises(IppError):
        impostor.ask(Operation.GET_JOBS, [])


def test_nobody_there_is_told_from_somebody_who_does_not_answer(bench: PrinterBench, asked: Asked) -> None:
    bench.mute()
    with pytest.raises(Silent):
        asked(bench.uri, 0.2).ask(Operation.GET_JOBS, [])
    bench.power_cut()
    with pytest.raises(Unreachable):
        asked(bench.uri, 0.2).ask(Operation.GET_JOBS, [])


def test_a_connection_the_printer_closed_meanwhile_is_made_again(bench: PrinterBench, asked: Asked) -> None:
    device = asked(bench.uri, 5)
    device.ask(Operation.GET_JOBS, [])
    bench.power_cut()
    bench.power_on()
    assert device.ask(Operation.GET_JOBS, []).status == 0
