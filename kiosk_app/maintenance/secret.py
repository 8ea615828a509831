"""The second factor: a PIN, of which only a hash is kept (scrypt, RFC 7914), or an app's code (TOTP, RFC 6238)."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from hashlib import scrypt
from itertools import pairwise

CODE_DIGITS = 6
STEP_SECONDS = 30
# One step early or late: a telephone's clock and ours differ by some seconds, and typing takes some.
_WINDOW = (0, -1, 1)
# 32 MiB and a tenth of a second: a leaked hash still falls in a day, which is why a PIN never opens anything alone.
_COST, _BLOCK, _MEMORY = 1 << 15, 8, 64 << 20
_SALT_BYTES, _SECRET_BYTES, _SHORTEST_KEY = 16, 20, 16


class WeakPin(ValueError):
    """A PIN that whoever looks on guesses first."""


def pin_hash(pin: str) -> str:
    """Give what stands in the settings for a PIN. Raises WeakPin."""
    if len(pin) != CODE_DIGITS or not pin.isdecimal() or not pin.isascii():
        raise WeakPin(f"{CODE_DIGITS} cijfers")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) <= 2:  # noqa: PLR2004  111111, 123456, 121212
        raise WeakPin("te makkelijk te raden")
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt:{salt.hex()}:{_hashed(pin.encode(), salt).hex()}"


def fits_pin(kept: str, code: bytearray) -> bool:
    """Say whether this is the PIN of that hash."""
    _, salt, hashed = kept.split(":")
    return hmac.compare_digest(_hashed(code, bytes.fromhex(salt)), bytes.fromhex(hashed))


def new_totp_secret() -> str:
    """Give a fresh secret for an app, as it stands in its file and as an app takes it (base32)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def totp_key(secret: str) -> bytes:
    """Give the key that a secret stands for. Raises ValueError for what is none."""
    key = base64.b32decode(secret.strip(), casefold=True)
    if len(key) < _SHORTEST_KEY:
        raise ValueError("too short")
    return key


def totp_step(key: bytes, code: bytearray, now: datetime) -> int | None:
    """Give the step of time whose code this is; None for none."""
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    app = TOTP(key, CODE_DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  what every app speaks; only HMAC rests on it
    here = int(now.timestamp()) // STEP_SECONDS
    for step in (here + near for near in _WINDOW):
        if hmac.compare_digest(app.generate(step * STEP_SECONDS), bytes(code)):
            return step
    return None


def _hashed(pin: bytes | bytearray, salt: bytes) -> bytes:
    return scrypt(pin, salt=salt, n=_COST, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=32)
