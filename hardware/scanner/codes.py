"""Makes whole codes of what a scanner sends in pieces: from prefix to suffix, of the kinds that are wanted."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct

# The fullest QR code holds 7089 digits; with prefix, kind and suffix that stays below this.
LONGEST = 8192
# A scanner sends a code without a pause; one that is cut off is no beginning of the next.
PAUSE_SECONDS = 1.0


class Form(Struct, frozen=True):
    """How a scanner is set: what stands before and after each code, and which kinds are wanted.

    `kinds` are letters of AIM identifiers (ISO/IEC 15424): Q for QR, d for Data Matrix, C for Code 128. With any, each
    code must begin with its identifier, as "]Q1", which is taken off.
    """

    prefix: str = ""
    suffix: str = "\r"
    kinds: str = ""


class Assembler:
    """Gives `on_code` each code once; "" for one that is not as it should be. Keeps no code that was given."""

    def __init__(self, form: Form, on_code: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._form = form
        self._suffix = form.suffix.encode()
        self._on_code = on_code
        self._now = now
        self._heard = b""
        self._at = 0.0
        self._too_long = False

    def hear(self, part: bytes) -> None:
        """Take in what came."""
        now = self._now()
        if now - self._at > PAUSE_SECONDS:
            self._heard, self._too_long = b"", False
        self._at = now
        *whole, self._heard = (self._heard + part).split(self._suffix)
        for code in whole:
            too_long, self._too_long = self._too_long or len(code) > LONGEST, False
            self._tell(b"" if too_long else code, broken=too_long)
        if len(self._heard) > LONGEST:
            self._heard, self._too_long = b"", True

    def _tell(self, code: bytes, *, broken: bool) -> None:
        bare = code.strip(b"\r\n")
        if bare or broken:  # between the CR and the LF of a suffix there is nothing
            self._on_code(self._text(bare))

    def _text(self, code: bytes) -> str:
        """Take off what the scanner put round it; "" where it is not as the scanner is set, or no text."""
        try:
            text = code.decode()
        except UnicodeDecodeError:
            return ""
        form = self._form
        if not text.startswith(form.prefix):
            return ""
        text = text[len(form.prefix) :]
        if form.kinds:
            if not (text[:1] == "]" and text[1:2] and text[1:2] in form.kinds):
                return ""
            text = text[3:]
        return "".join(sign for sign in text if sign.isprintable())  # a GS between fields, a BOM, a NUL
