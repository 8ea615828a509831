"""Codes that people read, type and compare: on a document, and for a reprint."""

from __future__ import annotations

import re
import secrets

# No letter or digit that is taken for another (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and no vowel, so no word either.
LETTERS, DIGITS = "CDFGHJKMNPQRTWXY", "34679"
ALPHABET = LETTERS + DIGITS
GROUPS, GROUP = 3, 4  # 21^12: nobody finds the code of another's document by trying
REPRINT_DIGITS = 2


def document_code() -> str:
    """Make the code of a document, e.g. "7KQ4-MX3P-9TRD"."""
    return "-".join(_signs(ALPHABET, GROUP) for _ in range(GROUPS))


def reprint_code() -> str:
    """Make the code of a reprint, e.g. "4F7K-39": short, for it works for two weeks and in one town only."""
    return f"{_signs(ALPHABET, GROUP)}-{_signs(DIGITS, REPRINT_DIGITS)}"


def read_document_code(typed: str) -> str | None:
    """Read what somebody typed, however grouped and in whatever case. None when it can be no code of ours."""
    signs = re.sub(r"[\s-]", "", typed).upper()
    if len(signs) != GROUPS * GROUP or not set(signs) <= set(ALPHABET):
        return None
    return "-".join(signs[start : start + GROUP] for start in range(0, len(signs), GROUP))


def _signs(alphabet: str, count: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(count))
