"""The little IPP we speak to the printer itself: what it says of its state and its jobs, and Cancel-Job.

Encoding: RFC 8010. Operations and attributes: RFC 8011. pycups 2.0.4 has a codec too, but it gives up on a whole answer
that holds a name with its language or an 'unknown' count, and crashes on the values of a 'no-value'; a printer may send
all three.
"""

from __future__ import annotations

import http.client
import ssl
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

# Hundreds of old jobs fit; more than this is no answer of a printer.
MAX_ANSWER = 1 << 20
# [RFC 8011 §4.1.7] every status below it is a success.
FIRST_ERROR_STATUS = 0x0100
DEFAULT_PORT = 631

_HEADER = struct.Struct(">BBHI")  # version, operation or status, request id
_CHARSET, _LANGUAGE = "utf-8", "en"


class Operation(IntEnum):
    """What we ask of a device [RFC 8011 §5.4.15]."""

    CANCEL_JOB = 0x0008
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class Tag(IntEnum):
    """Delimiters and kinds of value that we read or write; whatever else a device sends is skipped [RFC 8010 §3.5]."""

    OPERATION_GROUP = 0x01
    JOB_GROUP = 0x02
    END = 0x03
    PRINTER_GROUP = 0x04
    LAST_DELIMITER = 0x0F
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTET_STRING = 0x30
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    NATURAL_LANGUAGE = 0x48
    MIME_TYPE = 0x49


Value = int | bool | str | None
Attributes = dict[str, list[Value]]
Wish = tuple[Tag, str, list[str] | int]  # an attribute of a request


class IppError(Exception):
    """The device answered with something that is no IPP, or with a status that is no success."""


class Unreachable(Exception):
    """No connection to the device came about: nothing can have reached it, and it cannot have said anything."""


class Silent(Exception):
    """The device took the connection and did not answer."""


class _HungUp(Silent):
    """The device closed the connection instead of answering."""


@dataclass(frozen=True)
class Message:
    """An answer: its status, and its groups of attributes in the order they came. Values we cannot read are None."""

    status: int
    groups: tuple[tuple[int, Attributes], ...]

    def of(self, tag: Tag) -> list[Attributes]:
        """Give the groups of one kind."""
        return [attributes for kind, attributes in self.groups if kind == tag]


def encode(operation: Operation, attributes: Sequence[Wish]) -> bytes:
    """Write a request: operation attributes only, version 2.0."""
    first: list[Wish] = [
        (Tag.CHARSET, "attributes-charset", [_CHARSET]),
        (Tag.NATURAL_LANGUAGE, "attributes-natural-language", [_LANGUAGE]),
    ]
    parts = [_HEADER.pack(2, 0, operation, 1), bytes([Tag.OPERATION_GROUP])]
    for tag, name, value in (*first, *attributes):
        values = [struct.pack(">i", value)] if isinstance(value, int) else [text.encode() for text in value]
        for number, data in enumerate(values):
            label = b"" if number else name.encode()  # a further value has no name of its own
            parts.append(struct.pack(">BH", tag, len(label)) + label + struct.pack(">H", len(data)) + data)
    return b"".join(parts) + bytes([Tag.END])


def decode(body: bytes) -> Message:
    """Read an answer, and believe nothing of it. Raises IppError."""
    try:
        _major, _minor, status, _request = _HEADER.unpack_from(body)
        return Message(status, tuple(_groups(body)))
    except struct.error:
        raise IppError("the answer was cut short") from None


def _groups(body: bytes) -> list[tuple[int, Attributes]]:
    groups: list[tuple[int, Attributes]] = []
    at, name = _HEADER.size, ""
    while True:
        (tag,) = struct.unpack_from(">B", body, at)
        at += 1
        if tag == Tag.END:
            return groups
        if tag <= Tag.LAST_DELIMITER:
            groups.append((tag, {}))
            continue
        label, at = _field(body, at)
        data, at = _field(body, at)
        if not groups:
            raise IppError("an attribute outside any group")
        name = label.decode(errors="replace") or name
        groups[-1][1].setdefault(name, []).append(_value(tag, data))


def _field(body: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", body, at)
    end = at + 2 + length
    if end > len(body):
        raise IppError("the answer was cut short")
    return body[at + 2 : end], end


def _value(tag: int, data: bytes) -> Value:
    match tag:
        case Tag.INTEGER | Tag.ENUM if len(data) == struct.calcsize(">i"):
            return int.from_bytes(data, "big", signed=True)
        case Tag.BOOLEAN:
            return data == b"\x01"
        case Tag.TEXT_WITH_LANGUAGE | Tag.NAME_WITH_LANGUAGE:
            _language, at = _field(data, 0)
            return _field(data, at)[0].decode(errors="replace")
        case Tag.TEXT | Tag.NAME | Tag.KEYWORD | Tag.URI | Tag.MIME_TYPE | Tag.OCTET_STRING:
            return data.decode(errors="replace")
        case _:
            return None


class Device:
    """A printer at an `ipp:` or `ipps:` address. The connection is kept: some of them take long to make a new one."""

    def __init__(self, uri: str, seconds: float) -> None:
        self.uri = uri
        self._seconds = seconds
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, operation: Operation, attributes: Sequence[Wish]) -> Message:
        """Ask one thing; `printer-uri` is added. Raises Unreachable, Silent, IppError."""
        body = encode(operation, [(Tag.URI, "printer-uri", [self.uri]), *attributes])
        kept = self._connection is not None
        try:
            return self._exchange(body)
        except _HungUp:
            if not kept:
                raise
            return self._exchange(body)  # printers hang up on idle connections

    def close(self) -> None:
        """Let go of the connection; the next question makes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, body: bytes) -> Message:
        connection = self._connection or self._connect()
        self._connection = None
        try:
            connection.request("POST", urlsplit(self.uri).path or "/", body, {"Content-Type": "application/ipp"})
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER + 1)
        except TimeoutError:
            connection.close()
            raise Silent from None
        except (OSError, http.client.HTTPException):
            connection.close()
            raise _HungUp from None
        if response.status != http.client.OK or len(answer) > MAX_ANSWER:
            connection.close()
            raise IppError(f"HTTP {response.status}, {len(answer)} bytes")
        self._connection = connection
        message = decode(answer)
        if message.status >= FIRST_ERROR_STATUS:
            raise IppError(f"status {message.status:#06x}")
        return message

    def _connect(self) -> http.client.HTTPConnection:
        place = urlsplit(self.uri)
        host, port = place.hostname or "", place.port or DEFAULT_PORT
        connection = http.client.HTTPConnection(host, port, timeout=self._seconds)
        if place.scheme == "ipps":
            connection = http.client.HTTPSConnection(host, port, timeout=self._seconds, context=_printers_own())
        try:
            connection.connect()
        except (TimeoutError, ssl.SSLError):
            connection.close()
            raise Silent from None
        except OSError:
            connection.close()
            raise Unreachable from None
        return connection


def _printers_own() -> ssl.SSLContext:
    """Take the certificate that a printer made for itself: no document passes here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
