"""The town's key to what it keeps of people: documents are sealed away under it, codes and wishes known only as hashes.

One secret of 32 bytes, in a file for its owner alone; each use has a key of its own, derived by HKDF. Without the file
the database tells nobody anything, and no code works any more.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from townhall import codes

KEY_BYTES = 32
NONCE_BYTES = 12  # [SP 800-38D §5.2.1.1] what AES-GCM is made for


class VaultError(Exception):
    """What was kept cannot be opened: another key, or somebody changed it."""


class Vault:
    """Opens and closes what is kept. Safe from threads."""

    def __init__(self, file: Path) -> None:
        """Read the secret, or make it at the first start. Raises OSError."""
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(secrets.token_bytes(KEY_BYTES))
        secret = file.read_bytes()
        self._documents = AESGCM(_derived(secret, b"documents"))
        self._codes, self._names = _derived(secret, b"codes"), _derived(secret, b"names")

    def close(self, name: UUID, content: bytes) -> bytes:
        """Encrypt a document; it opens under the same name alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._documents.encrypt(nonce, content, name.bytes)

    def open(self, name: UUID, closed: bytes) -> bytes:
        """Decrypt it. Raises VaultError."""
        try:
            return self._documents.decrypt(closed[:NONCE_BYTES], closed[NONCE_BYTES:], name.bytes)
        except InvalidTag:
            raise VaultError("not ours, or changed") from None

    def code_of(self, claim: UUID) -> str:
        """The code of a claim: drawn from its name, so that it can be said again and is written down nowhere."""
        return codes.from_bytes(hmac.digest(self._codes, claim.bytes, "sha256"))

    def name_of(self, secret: str) -> str:
        """A secret's name in the database: 64 hexadecimal digits, that lead back to it only through the key."""
        return hmac.new(self._names, secret.encode(), hashlib.sha256).hexdigest()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"townhall " + purpose).derive(secret)
