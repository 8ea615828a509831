"""Ask an authority's responder whether a card was revoked (RFC 6960). Nothing is kept: a card is lost at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import secrets
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from townhall.trust import SOUND_HASHES, Refusal, Refused, in_force, issued_by

# The kiosk waits eight seconds in all; a responder answers within a tenth.
ASK_SECONDS = 4.0
# The kiosk waits three seconds for an answer on health.
REACH_SECONDS = 1.0
MAX_ANSWER = 64 * 1024  # an answer with its responder's certificate is 2 kB
# How old an answer may be: as the Web eID libraries, which allow for clocks that differ.
MAX_AGE = dt.timedelta(minutes=15)
CLOCK_SKEW = dt.timedelta(minutes=5)
NONCE_BYTES = 32  # [RFC 9654 §2.1]


class _Useless(Exception):
    """An answer that proves nothing."""


class Revocation:
    """Asks one responder, whose address the town chose: an address inside a stranger's certificate is never called."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None)  # noqa: S113 - in `_ask`

    async def check(self, certificate: x509.Certificate, issuer: x509.Certificate, now: dt.datetime) -> None:
        """Return when the card is good. Raises Refused: CERTIFICATE_REVOKED or REVOCATION_UNKNOWN."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        # SHA-1 here names a certificate, it protects nothing; many responders know no other (RFC 5019 §2.1.1).
        name = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
        request = name.add_extension(x509.OCSPNonce(nonce), critical=False).build()
        try:
            answer = await self._ask(request.public_bytes(Encoding.DER))
            status = await asyncio.to_thread(_status, answer, request, issuer, nonce, now)
        except (_Useless, TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError):
            raise Refused(Refusal.REVOCATION_UNKNOWN) from None
        if status is ocsp.OCSPCertStatus.REVOKED:
            raise Refused(Refusal.CERTIFICATE_REVOKED)
        if status is not ocsp.OCSPCertStatus.GOOD:
            raise Refused(Refusal.REVOCATION_UNKNOWN)

    async def warm(self) -> None:
        """Ask nothing, so that the first resident does not wait for what is loaded at first use."""
        with contextlib.suppress(_Useless, TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError):
            async with asyncio.timeout(REACH_SECONDS):
                await self._ask(b"")

    async def reachable(self) -> bool:
        """Say whether the responder takes connections at this moment."""
        where = urlsplit(self._url)
        try:
            async with asyncio.timeout(REACH_SECONDS):
                _, writer = await asyncio.open_connection(where.hostname, where.port or 80)
        except (TimeoutError, OSError):
            return False
        writer.close()
        return True

    async def close(self) -> None:
        """Let go of the line."""
        await self._http.aclose()

    async def _ask(self, request: bytes) -> bytes:
        headers = {"Content-Type": "application/ocsp-request"}
        body = bytearray()
        async with (
            asyncio.timeout(ASK_SECONDS),
            self._http.stream("POST", self._url, content=request, headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise _Useless
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise _Useless
        return bytes(body)


def _status(
    answer: bytes, request: ocsp.OCSPRequest, issuer: x509.Certificate, nonce: bytes, now: dt.datetime
) -> ocsp.OCSPCertStatus:
    """What a sound and fresh answer says of the certificate in the request."""
    try:
        response = ocsp.load_der_ocsp_response(answer)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise _Useless
        _check_signature(response, issuer, now)
        _check_nonce(response, nonce)
        said = next(one for one in response.responses if _is_about(one, request))
    except (
        *(ValueError, TypeError, StopIteration, LookupError),
        *(InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.InvalidVersion),
    ):
        raise _Useless from None
    _check_fresh(said, now)
    return said.certificate_status


def _is_about(said: ocsp.OCSPSingleResponse, request: ocsp.OCSPRequest) -> bool:
    return (
        said.serial_number == request.serial_number
        and said.hash_algorithm.name == request.hash_algorithm.name
        and said.issuer_key_hash == request.issuer_key_hash
        and said.issuer_name_hash == request.issuer_name_hash
    )


def _check_fresh(said: ocsp.OCSPSingleResponse, now: dt.datetime) -> None:
    old = now - said.this_update_utc > MAX_AGE
    from_later = said.this_update_utc - now > CLOCK_SKEW
    over = said.next_update_utc is not None and said.next_update_utc + CLOCK_SKEW < now
    if old or from_later or over:
        raise _Useless


def _check_nonce(response: ocsp.OCSPResponse, nonce: bytes) -> None:
    """An answer with another question's nonce is a replay; one without is judged by its age."""
    try:
        said = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return
    if said != nonce:
        raise _Useless


def _check_signature(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: dt.datetime) -> None:
    """[RFC 6960 §4.2.2.2] the authority itself signs, or a responder that it certified for this purpose."""
    signer = next(c for c in (issuer, *response.certificates) if _is_named(c, response))
    if signer != issuer:
        purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        delegated = ExtendedKeyUsageOID.OCSP_SIGNING in purposes and issued_by(signer, issuer)
        if not delegated or not in_force(signer, now):
            raise _Useless
    algorithm, key = response.signature_hash_algorithm, signer.public_key()
    if not isinstance(algorithm, SOUND_HASHES):
        raise _Useless
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    else:
        raise _Useless


def _is_named(certificate: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    if response.responder_name is not None:
        return certificate.subject == response.responder_name
    digest = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest  # SHA-1 of the key's bits
    return digest == response.responder_key_hash
