"""What the keys of a scanner write that types like a keyboard of the United States, as they all do from the factory."""

from __future__ import annotations

# linux/input-event-codes.h: the rows of keys from their first code on, without and with shift.
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
PLAIN = {code: sign for first, plain, _ in _ROWS for code, sign in enumerate(plain, first)}
SHIFTED = {code: sign for first, _, shifted in _ROWS for code, sign in enumerate(shifted, first)}
# Enter of either block, tab.
PLAIN |= {28: "\r", 96: "\r", 15: "\t"}
SHIFTED |= {28: "\r", 96: "\r", 15: "\t"}
SHIFTS, CONTROLS = (42, 54), (29, 97)
RELEASED, PRESSED = 0, 1


class Typist:
    """Keeps which of shift and control are down; control with a letter is a control code, as the GS of control-]."""

    def __init__(self) -> None:
        self._down: set[int] = set()

    def sign(self, code: int, value: int) -> str:
        """Give what a key event writes; mostly nothing."""
        if code in (*SHIFTS, *CONTROLS):
            (self._down.discard if value == RELEASED else self._down.add)(code)
            return ""
        if value != PRESSED:
            return ""
        sign = (SHIFTED if self._down.intersection(SHIFTS) else PLAIN).get(code, "")
        if sign and self._down.intersection(CONTROLS):
            return chr(ord(sign.upper()) & 0x1F)
        return sign
