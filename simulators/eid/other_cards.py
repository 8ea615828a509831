"""Cards that are no eID: of a bank, or in the wrong way round."""

from __future__ import annotations

# A bank card: ISO 7816-3 direct convention, T=0, five historical bytes.
BANK_ATR = bytes.fromhex("3B6500002063CB6800")
NO_ATR = b""


class BankCard:
    """A card that is no eID: it knows none of our applications."""

    def atr(self) -> bytes:
        """Answer to reset."""
        return BANK_ATR

    def power_on(self) -> None:
        """Nothing to forget."""

    def power_off(self) -> None:
        """Nothing to forget."""

    def transmit(self, apdu: bytes) -> bytes:
        """6A82 to SELECT, 6D00 to the rest."""
        return bytes.fromhex("6A82" if apdu[1:2] == b"\xa4" else "6D00")


class MuteCard(BankCard):
    """A card in the wrong way round, or dead: no answer to its reset."""

    def atr(self) -> bytes:
        """Nothing that is one."""
        return NO_ATR
