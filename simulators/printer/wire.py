"""The bytes of IPP as a printer reads and writes them [RFC 8010]: apart from the kiosk's own, to disagree with it.

What a client sends is kept as bytes under its name; whoever needs a number or a word takes it from there.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

_HEADER = struct.Struct(">BBHI")  # version, operation or status, request id
_LENGTH = struct.Struct(">H")
_NUMBER = struct.Struct(">i")


class Group(IntEnum):
    """What begins a group of attributes, and what ends them all [RFC 8010 §3.5.1]."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04


class Kind(IntEnum):
    """Kinds of value [RFC 8010 §3.5.2]."""

    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RESOLUTION = 0x32
    RANGE = 0x33
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49


# The first of them is no value of any kind; whatever is below begins or ends a group.
FIRST_KIND = 0x10
_NUMBERS = (Kind.INTEGER, Kind.ENUM)

Value = int | bool | str | tuple[int, ...]
Attribute = tuple[Kind, str, Sequence[Value]]


class NoIppError(Exception):
    """These bytes are no request."""


@dataclass(frozen=True)
class Request:
    """A request: the values of each attribute as they came, in the order they came, and the document behind them."""

    version: tuple[int, int]
    operation: int
    number: int
    wishes: dict[str, list[bytes]] = field(default_factory=dict)
    document: bytes = b""

    def word(self, name: str, otherwise: str = "") -> str:
        """Give the first value of an attribute as a word."""
        return self.words(name)[0] if name in self.wishes else otherwise

    def words(self, name: str) -> list[str]:
        """Give all values of an attribute as words."""
        return [value.decode(errors="replace") for value in self.wishes.get(name, [])]

    def count(self, name: str, otherwise: int = 0) -> int:
        """Give an attribute that is a number."""
        value = self.wishes.get(name, [b""])[0]
        return int(_NUMBER.unpack(value)[0]) if len(value) == _NUMBER.size else otherwise


def read(body: bytes) -> Request:
    """Take a request apart. Raises NoIppError."""
    try:
        major, minor, operation, number = struct.unpack_from(">BBHI", body)
        wishes, end = _attributes(body, _HEADER.size)
    except (struct.error, IndexError):
        raise NoIppError from None
    return Request((major, minor), operation, number, wishes, body[end:])


def _attributes(body: bytes, at: int) -> tuple[dict[str, list[bytes]], int]:
    found: dict[str, list[bytes]] = {}
    name = ""
    while (tag := body[at]) != Group.END:
        at += 1
        if tag < FIRST_KIND:
            continue
        label, at = _part(body, at)
        value, at = _part(body, at)
        name = label.decode(errors="replace") or name  # a further value of the same attribute has no name
        found.setdefault(name, []).append(value)
    return found, at + 1


def _part(body: bytes, at: int) -> tuple[bytes, int]:
    (length,) = _LENGTH.unpack_from(body, at)
    end = at + _LENGTH.size + length
    if end > len(body):
        raise IndexError
    return body[at + _LENGTH.size : end], end


def answer(request: Request, status: int, groups: Sequence[tuple[Group, Sequence[Attribute]]] = ()) -> bytes:
    """Put an answer together, in the version that was asked in."""
    version = request.version if request.version[0] else (1, 1)
    first: list[Attribute] = [
        (Kind.CHARSET, "attributes-charset", ["utf-8"]),
        (Kind.LANGUAGE, "attributes-natural-language", ["en"]),
    ]
    parts = [_HEADER.pack(*version, status, request.number)]
    for group, attributes in ((Group.OPERATION, first), *groups):
        parts.append(bytes([group]))
        parts += [_written(kind, name, values) for kind, name, values in attributes]
    return b"".join(parts) + bytes([Group.END])


def _written(kind: Kind, name: str, values: Sequence[Value]) -> bytes:
    parts = []
    for number, value in enumerate(values):
        label, data = b"" if number else name.encode(), _value(kind, value)
        parts.append(bytes([kind]) + _LENGTH.pack(len(label)) + label + _LENGTH.pack(len(data)) + data)
    return b"".join(parts)


def _value(kind: Kind, value: Value) -> bytes:
    match value:
        case bool():
            return bytes([value])
        case int():
            return _NUMBER.pack(value) if kind in _NUMBERS else b""
        case str():
            return value.encode()
        case (across, feed, unit) if kind is Kind.RESOLUTION:
            return struct.pack(">iib", across, feed, unit)
        case _:
            return b"".join(_NUMBER.pack(number) for number in value)
