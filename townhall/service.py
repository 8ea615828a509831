"""The parts of one back end, put together once at the start."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from townhall.calendar import date_of
from townhall.catalogue import Product
from townhall.claims import Claims
from townhall.compartments.book import Book
from townhall.compartments.wall import Wall
from townhall.guesses import Door, Guesses
from townhall.ledger import Ledger
from townhall.ocsp import Revocation
from townhall.seal import Sealer
from townhall.sessions import Clock, Sessions
from townhall.sources import DocumentSource
from townhall.trust import TrustStore
from townhall.vault import Vault

KEY_BYTES = 32


@dataclass(frozen=True)
class Town:
    """Which town this is: its name, its NIS code, its list of products, and the public address on its documents.

    `code_life` is how long a code lives after the day on which it is given; `wall` are its own compartments.
    """

    name: str
    nis: int
    products: tuple[Product, ...]
    verify_base: str
    code_life: dt.timedelta
    wall: Wall = Wall()

    def product(self, code: str) -> Product | None:
        """The product of the list with this code."""
        return next((product for product in self.products if product.code == code), None)


@dataclass(frozen=True)
class Service:
    """What every call needs. `sealed`, where given, keeps a copy of each document handed out: for a demo alone."""

    town: Town
    source: DocumentSource
    sealer: Sealer
    ledger: Ledger
    claims: Claims
    book: Book
    vault: Vault
    sessions: Sessions
    trust: TrustStore
    origin: str
    revocation: Revocation
    reference: Reference
    sealed: Path | None
    now: Clock

    def guesses_at(self, door: Door) -> Guesses:
        """The tries at one door, of all processes of this town together."""
        return Guesses(self.ledger.engine, self.vault.name_of, self.now, door)

    def today(self) -> dt.date:
        """The town's own date."""
        return date_of(self.now())

    def last_day_of_code(self) -> dt.date:
        """The last day of a code that is given today."""
        return self.today() + self.town.code_life


class Reference:
    """Points at a resident without naming them: a hash of the national number under a key of this town."""

    def __init__(self, file: Path) -> None:
        """Read the key, or make it at the first start. Raises OSError."""
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(secrets.token_bytes(KEY_BYTES))
        self._key = file.read_bytes()

    def of(self, ssin: str) -> str:
        """64 hexadecimal digits, always the same for one person."""
        return hmac.new(self._key, ssin.encode(), hashlib.sha256).hexdigest()
