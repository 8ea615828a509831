"""The parts of one back end, put together once at the start."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from townhall.ocsp import Revocation
from townhall.residents import Resident
from townhall.seal import Sealer
from townhall.sessions import Clock, Sessions
from townhall.sources import DocumentSource
from townhall.tables import Tables
from townhall.trust import TrustStore

KEY_BYTES = 32


@dataclass(frozen=True)
class Service:
    """What every call needs. `sealed`, where given, keeps a copy of each sealed document: for a demo alone."""

    residents: dict[str, Resident]
    source: DocumentSource
    sealer: Sealer
    tables: Tables
    sessions: Sessions
    trust: TrustStore
    origin: str
    revocation: Revocation
    reference: Reference
    municipality: str
    verify_base: str
    sealed: Path | None
    now: Clock


class Reference:
    """Points at a resident without naming them: a hash of the national number under a key of this town."""

    def __init__(self, file: Path) -> None:
        """Read the key, or make it at the first start. Raises OSError."""
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(secrets.token_bytes(KEY_BYTES))
        self._key = file.read_bytes()

    def of(self, resident: Resident) -> str:
        """64 hexadecimal digits, always the same for one person."""
        return hmac.new(self._key, resident.ssin.encode(), hashlib.sha256).hexdigest()
