"""Passwords of clerks and secrets of depositors, as argon2id hashes (RFC 9106).

`python -m townhall.passwords` reads one from the keyboard and writes the hash to put into `office.toml`.
"""

from __future__ import annotations

import getpass
import sys

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The library's defaults: 64 MiB, three passes, some 50 ms.
_HASHER = PasswordHasher()
# Checked when there is no such person, so that this takes as long as for one who exists. Nothing has this hash.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5aGFzdGhpczE2$bm9ib2R5aGFzdGhpc3Bhc3N3b3JkYXRhbGxhdGFsbCE"
SHORTEST = 10


def hashed(password: str) -> str:
    """The hash to keep."""
    return _HASHER.hash(password)


def fits(known: str | None, password: str) -> bool:
    """Whether this is the password of that hash; None is nobody's. Some 50 ms either way."""
    try:
        _HASHER.verify(known or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def main() -> int:
    """Hash what is typed."""
    password = getpass.getpass("Wachtwoord: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST:
        print(f"Kies er een van minstens {SHORTEST} tekens.", file=sys.stderr)  # noqa: T201 - to who typed it
        return 1
    print(hashed(password))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
