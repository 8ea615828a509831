"""Keys that sign: Ed25519, each in a file of its own, with a passphrase where a person uses it; and public halves."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, Key, SSlibKey

# A passphrase is typed some ten times a year, and who finds the file may guess for as long as they like.
SHORTEST_PASSPHRASE = 12
# How a key begins that is no file: a PKCS#11 URI (fleet.cards).
ON_CARD = "pkcs11:"


class KeyFileError(Exception):
    """A key cannot be used: no such file, no key, or another passphrase. The message is a Dutch sentence."""


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


def save_public(key: Key, file: Path) -> None:
    """Write down what others may know of a key; never over another. Raises FileExistsError."""
    text = str(key.keyval["public"])
    if key.keytype == "ed25519":  # kept as 32 bytes; of any other kind as the text of such a file
        raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
        text = raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with file.open("x", encoding="ascii") as out:
        out.write(text)


def public(file: Path) -> SSlibKey:
    """Read what others know of a key. Raises KeyFileError."""
    try:
        return SSlibKey.from_crypto(load_pem_public_key(_read(file)))
    except ValueError as error:
        raise KeyFileError(f"{file.name}: geen publieke sleutel waarmee getekend kan worden") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{file}: niet te lezen ({error.strerror})") from error
