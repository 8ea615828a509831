"""Whether a certificate hangs under the authorities that the town pinned (RFC 5280 §6). Nothing is fetched.

Real cards and test cards have files of their own, and a town has one of both: a test card can be made by anybody who
has its key. A file for real cards stands on the roots of Belgium, by their fingerprints, and on no other.

A PEM file holds roots (self-signed) and the intermediates that issue cards' certificates. Trust goes through a pinned
intermediate only: what a root signed directly is no citizen's certificate, and an intermediate that nobody pinned is
a stranger, whoever signed it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from townhall.belgian_roots import BELGIAN_ROOTS

# SHA-1 can be collided (Leurent & Peyrin 2020), and no eID certificate that is still in force was signed with it.
SOUND_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class Refusal(Enum):
    """Why nobody signs in with this card now."""

    CERTIFICATE_UNTRUSTED = "certificateUntrusted"
    CERTIFICATE_EXPIRED = "certificateExpired"
    CERTIFICATE_REVOKED = "certificateRevoked"
    REVOCATION_UNKNOWN = "revocationUnknown"
    SIGNATURE_INVALID = "signatureInvalid"
    CHALLENGE_EXPIRED = "challengeExpired"


class Refused(Exception):
    """A sign-in that is refused. Holds nothing of who asked."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Untrusted(Exception):
    """No pinned authority vouches for it. The message says why, and quotes nothing of the certificate."""


class TrustError(Exception):
    """The file of pinned authorities cannot be used. The message names the file."""


@dataclass(frozen=True)
class TrustStore:
    """The pinned authorities: each intermediate with its chain, nearest first, root last."""

    chains: tuple[tuple[x509.Certificate, ...], ...]

    @classmethod
    def load(cls, file: Path, belgian: Container[str] = BELGIAN_ROOTS) -> Self:
        """Read a PEM file with roots and intermediates of real cards; `belgian` has the roots' SHA-256 in hex.

        Raises TrustError when a chain in it does not close, for any other root, and for an authority of test cards.
        """
        pinned = _read(file)
        if any(map(_is_for_tests, pinned)):
            raise TrustError(f"{file}: holds an authority of test cards")
        if any(_self_signed(one) and one.fingerprint(hashes.SHA256()).hex() not in belgian for one in pinned):
            raise TrustError(f"{file}: holds a root that is none of Belgium's")
        return cls._pinned(pinned, file)

    @classmethod
    def load_tests(cls, file: Path) -> Self:
        """Read a PEM file with roots and intermediates of test cards, each of which says so.

        Raises TrustError when a chain in it does not close, and for an authority that does not say TEST.
        """
        pinned = _read(file)
        if not all(map(_is_for_tests, pinned)):
            raise TrustError(f"{file}: holds an authority that does not say TEST")
        return cls._pinned(pinned, file)

    @classmethod
    def _pinned(cls, pinned: list[x509.Certificate], file: Path) -> Self:
        roots = [certificate for certificate in pinned if _self_signed(certificate)]
        others = [certificate for certificate in pinned if not _self_signed(certificate)]
        try:
            chains = tuple(_chain(intermediate, others, roots) for intermediate in others)
        except (Untrusted, ValueError) as error:
            raise TrustError(f"{file}: {error}") from None
        if not chains:
            raise TrustError(f"{file}: holds no intermediate under a root")
        return cls(chains)

    def issuer_of(self, certificate: x509.Certificate, at: dt.datetime) -> x509.Certificate:
        """Find the pinned intermediate that issued it and that is itself in force at `at`. Raises Untrusted."""
        for chain in self.chains:
            if issued_by(certificate, chain[0]):
                if all(in_force(authority, at) for authority in chain):
                    return chain[0]
                raise Untrusted("its authority is not in force")
        raise Untrusted("no pinned authority issued it")


def _read(file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise TrustError(f"{file}: cannot be read ({type(error).__name__})") from None


def _is_for_tests(certificate: x509.Certificate) -> bool:
    """Test authorities say so in their name: "eID TEST (EC) Root CA" (Fedict/eid-mw), "TEST Citizen CA" (ours)."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return any(re.search(r"\bTEST\b", str(name.value)) for name in names)


def in_force(certificate: x509.Certificate, at: dt.datetime) -> bool:
    """Say whether the certificate's own dates include `at`."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether names and signature fit, with a hash that is still sound."""
    try:
        if not isinstance(certificate.signature_hash_algorithm, SOUND_HASHES):
            return False
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _self_signed(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer and issued_by(certificate, certificate)


def _chain(
    lowest: x509.Certificate, others: list[x509.Certificate], roots: list[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Climb from an intermediate to a root, checking at each step that it may issue what lies below."""
    chain = [lowest]
    while chain[-1] not in roots:
        _check_authority(chain[-1], below=len(chain) - 1)
        above = next((a for a in (*roots, *others) if a not in chain and issued_by(chain[-1], a)), None)
        if above is None:
            raise Untrusted("an authority in it hangs under no root in it")
        chain.append(above)
    _check_authority(chain[-1], below=len(chain) - 1)
    return tuple(chain)


def _check_authority(certificate: x509.Certificate, below: int) -> None:
    """Hold it to being an authority that may have `below` authorities between itself and a card [§4.2.1.9]."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise Untrusted("an authority in it does not say that it is one") from None
    if not basic.ca or not usage.key_cert_sign:
        raise Untrusted("a certificate in it is no authority")
    if basic.path_length is not None and basic.path_length < below:
        raise Untrusted("an authority in it stands higher than it may")
