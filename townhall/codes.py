"""Codes that people read, type and compare: on a document, and to collect one.

Guessing: a code to collect is one of 21^8 = 37.8 thousand million. Somebody who tries 10,000 codes, unhindered, while
1,000 wait in this town, finds one with odds of 1 in 3,800; `guesses` lets 100 of these tries through in ten minutes,
from however many kiosks, which makes it 1 in 380,000. Four letters and two digits, as a reprint had before, were one of
1.6 million: with the same 1,000 waiting, every sixteen-hundredth try would have hit.
"""

from __future__ import annotations

import re
import secrets

# No letter or digit that is taken for another (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and no vowel, so no word either.
ALPHABET = "CDFGHJKMNPQRTWXY34679"
# How many groups of how many signs.
DOCUMENT = 3, 4  # 21^12: nobody finds the code of another's document by trying
CLAIM = 2, 4
REFERENCE = 2, 3  # is written on a thing by hand, and opens nothing


def document_code() -> str:
    """Make the code of a document, e.g. "7KQ4-MX3P-9TRD"."""
    return _drawn(DOCUMENT)


def reference() -> str:
    """Make what is written on a thing that goes into a compartment, e.g. "K7Q-4XR"."""
    return _drawn(REFERENCE)


def from_bytes(random: bytes) -> str:
    """Write 32 random bytes as a code to collect something with, e.g. "4F7K-9XQR"."""
    number, signs = int.from_bytes(random), ""
    groups, length = CLAIM
    for _ in range(groups * length):
        number, sign = divmod(number, len(ALPHABET))
        signs += ALPHABET[sign]
    return _grouped(signs, length)


def read_document_code(typed: str) -> str | None:
    """Read what somebody typed, however grouped and in whatever case. None when it can be no code of ours."""
    return _read(typed, DOCUMENT)


def read_claim_code(typed: str) -> str | None:
    """As `read_document_code`, for a code to collect something with."""
    return _read(typed, CLAIM)


def read_reference(typed: str) -> str | None:
    """As `read_document_code`, for what is written on a thing."""
    return _read(typed, REFERENCE)


def _drawn(size: tuple[int, int]) -> str:
    groups, length = size
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(groups * length)), length)


def _read(typed: str, size: tuple[int, int]) -> str | None:
    groups, length = size
    signs = re.sub(r"[\s-]", "", typed).upper()
    return _grouped(signs, length) if len(signs) == groups * length and set(signs) <= set(ALPHABET) else None


def _grouped(signs: str, length: int) -> str:
    return "-".join(signs[start : start + length] for start in range(0, len(signs), length))
