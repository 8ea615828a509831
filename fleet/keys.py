"""Keys that sign: Ed25519, each in a file of its own, with a passphrase where a person uses it."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner

# A passphrase is typed some ten times a year, and who finds the file may guess for as long as they like.
SHORTEST_PASSPHRASE = 12


class KeyFileError(Exception):
    """A key cannot be read: no such file, no key, or another passphrase."""


def new_seed() -> bytes:
    """Make the 32 bytes that are a key."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def signer_of(seed: bytes) -> CryptoSigner:
    """Give the key that is made of 32 bytes."""
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))


def save(seed: bytes, file: Path, passphrase: str = "") -> None:
    """Write a key for its owner's eyes alone; never over another. Raises FileExistsError."""
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(pem)


def is_locked(file: Path) -> bool:
    """Say whether a key asks for a passphrase. Raises KeyFileError."""
    return b"ENCRYPTED" in _read(file)


def load(file: Path, passphrase: str = "") -> CryptoSigner:
    """Read a key. Raises KeyFileError."""
    try:
        key = load_pem_private_key(_read(file), passphrase.encode() or None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{file.name}: geen sleutel, of een andere wachtzin") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{file.name}: geen Ed25519-sleutel")
    return CryptoSigner(key)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{file}: niet te lezen ({error.strerror})") from error
