"""Looks into the one thing that is read from a card, the authentication certificate, for what a visit must know of it.

That is two of its fields (RFC 5280 §4.1): which kind of key it holds, and until when it is valid. To trust it is the
back end's part. So it is walked here, and not parsed by `cryptography`, which takes a kiosk 80 ms and 16 MiB to load:
see docs/decisions/0012.
"""

from __future__ import annotations

import time

from hardware.devices import Certificate
from hardware.eid.apdu import unreadable
from hardware.faults import DeviceFault, FaultCode

# X.690: a length below this is the length; above it, how many bytes of length follow.
LONG_FORM = 0x80
SEQUENCE, INTEGER, BIT_STRING, OBJECT, VERSION = 0x30, 0x02, 0x03, 0x06, 0xA0
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
# Places in a TBSCertificate, its optional version left out.
VALIDITY, KEY, FIELDS = 3, 5, 6

RSA, EC = bytes.fromhex("2A864886F70D010101"), bytes.fromhex("2A8648CE3D0201")  # rsaEncryption, id-ecPublicKey
P_384 = bytes.fromhex("2B81040022")  # secp384r1
MOMENT, MOMENT_SIZE = "%Y%m%d%H%M%SZ", 15  # GeneralizedTime as RFC 5280 has it: then earlier is less
RSA_BITS = 2048  # applet 1.7; the 1024 bits of before are out of use

# Tag and content.
Element = tuple[int, bytes]


def der_length(start: bytes) -> int:
    """How many bytes the DER element takes that begins like this, its header included. Raises DeviceFault."""
    if start[:1] != bytes((SEQUENCE,)):
        raise unreadable("the certificate is not DER")
    return sum(_header(start))


def parse(der: bytes) -> Certificate:
    """Find out which algorithm fits its key and whether it has expired. Raises CARD_UNREADABLE, CARD_UNSUPPORTED."""
    whole = _elements(der)
    if len(whole) != 1:
        raise unreadable("more than a certificate")
    fields = _sequence(_sequence(whole[0], 3)[0], FIELDS)
    if fields[0][0] == VERSION:
        del fields[0]
    if len(fields) < FIELDS:
        raise unreadable("a certificate without a key")
    not_after = _sequence(fields[VALIDITY], 2)[1]
    now = time.strftime(MOMENT, time.gmtime())
    return Certificate(der, _algorithm(fields[KEY]), expired=_moment(not_after) < now)


def _moment(element: Element) -> str:
    """A UTCTime or a GeneralizedTime as the latter. Raises CARD_UNREADABLE."""
    tag, content = element
    text = content.decode("ascii", "replace")
    if tag == UTC_TIME:
        text = ("19" if text >= "5" else "20") + text  # RFC 5280 §4.1.2.5.1: of 1950 to 2049
    elif tag != GENERALIZED_TIME:
        raise unreadable("a certificate without an end")
    if len(text) != MOMENT_SIZE or not text[:-1].isdecimal() or text[-1] != "Z":
        raise unreadable("a certificate with an end that is none")
    return text


def _algorithm(key: Element) -> str:
    """SubjectPublicKeyInfo: its algorithm with parameters, and the key as bits."""
    algorithm, bits = _sequence(key, 2)[:2]
    kind, *parameters = _sequence(algorithm, 1)
    if kind == (OBJECT, EC) and parameters == [(OBJECT, P_384)]:
        return "ES384"
    if kind == (OBJECT, RSA) and _bits_of_modulus(bits) == RSA_BITS:
        return "RS256"
    raise DeviceFault(FaultCode.CARD_UNSUPPORTED, "a key that no Belgian eID in use has")


def _bits_of_modulus(key: Element) -> int:
    """RSAPublicKey (RFC 8017 §A.1.1): modulus and exponent, in a BIT STRING without unused bits."""
    tag, content = key
    inside = _elements(content[1:])
    if tag != BIT_STRING or content[:1] != b"\0" or len(inside) != 1:
        raise unreadable("a key that is none")
    tag, modulus = _sequence(inside[0], 2)[0]
    if tag != INTEGER:
        raise unreadable("a key without a modulus")
    return int.from_bytes(modulus, "big").bit_length()


def _sequence(element: Element, least: int) -> list[Element]:
    """What is in a SEQUENCE of at least so many. Raises CARD_UNREADABLE."""
    tag, content = element
    inside = _elements(content) if tag == SEQUENCE else []
    if len(inside) < least:
        raise unreadable("the certificate cannot be parsed")
    return inside


def _elements(content: bytes) -> list[Element]:
    """DER elements one after the other, with nothing between or behind them. Raises CARD_UNREADABLE."""
    found: list[Element] = []
    while content:
        header, length = _header(content)
        if header + length > len(content):
            raise unreadable("a part of the certificate is longer than the whole")
        found.append((content[0], content[header : header + length]))
        content = content[header + length :]
    return found


def _header(start: bytes) -> tuple[int, int]:
    """How long the header of a DER element is, and how long its content. Raises CARD_UNREADABLE."""
    if len(start) < 2:  # noqa: PLR2004 - a tag and a length
        raise unreadable("the certificate is not DER")
    if start[1] < LONG_FORM:
        return 2, start[1]
    count = start[1] - LONG_FORM
    if count not in {1, 2} or len(start) < 2 + count:
        raise unreadable("the certificate has an impossible length")
    return 2 + count, int.from_bytes(start[2 : 2 + count], "big")
