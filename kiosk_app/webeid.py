"""What the card signs to prove who is here: the digest of the Web eID authentication format."""

from __future__ import annotations

import hashlib

# JWA name -> its hash (web-eid system architecture: the same hash for origin, nonce and signature).
_HASHES = {"ES384": hashlib.sha384, "RS256": hashlib.sha256}


def digest_to_sign(algorithm: str, origin: str, nonce: str) -> bytes:
    """Give H(H(origin) || H(nonce)): 48 bytes for ES384, 32 for RS256. KeyError for another algorithm."""
    hashed = _HASHES[algorithm]
    return hashed(hashed(origin.encode()).digest() + hashed(nonce.encode()).digest()).digest()
