"""An OCSP responder for the test authority: says of a card's certificate whether it was revoked (RFC 6960).

    with OcspResponder() as ocsp:
        pki = Pki(folder, ocsp.url)
        ocsp.serve(pki)

As a program: `python -m simulators.ocsp FOLDER` serves the authority in FOLDER, says its address on the first line and
ends on SIGTERM.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime as dt
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from simulators.eid.pki import Pki, Signer

# How long an answer may be believed. The real responders of the eID give about as much.
VALID = dt.timedelta(hours=1)
# A request for one certificate takes some 100 bytes.
MAX_REQUEST = 10_000


class OcspResponder:
    """A responder on a free port of the loopback address. Answers TRY_LATER until it knows whom to answer for."""

    def __init__(self, port: int = 0) -> None:
        self._pki: Pki | None = None
        self._signers: list[tuple[Signer, Signer]] = []
        self.asked = 0
        responder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                self._reply(self.rfile.read(min(length, MAX_REQUEST)))

            def do_GET(self) -> None:
                try:
                    self._reply(base64.b64decode(unquote(self.path.lstrip("/"))))
                except binascii.Error:
                    self._reply(b"")

            def _reply(self, request: bytes) -> None:
                body = responder.answer(request)
                self.send_response(200)
                self.send_header("Content-Type", "application/ocsp-response")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay quiet: a request names a certificate."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="ocsp", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def serve(self, pki: Pki) -> None:
        """Answer for this authority from now on."""
        authorities = (pki.citizen_ec, pki.citizen_rsa)
        self._signers = [(authority, pki.ocsp_signer(authority)) for authority in authorities]
        self._pki = pki

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: bytes) -> bytes:
        """The DER response to a DER request."""
        self.asked += 1
        try:
            asked = ocsp.load_der_ocsp_request(request)
            signer = self._of(asked)
        except ValueError:
            return _refuse(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if self._pki is None:
            return _refuse(ocsp.OCSPResponseStatus.TRY_LATER)
        if signer is None:
            return _refuse(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        return self._respond(asked, signer, revoked=_revoked(self._pki.revoked, asked.serial_number))

    def _of(self, asked: ocsp.OCSPRequest) -> Signer | None:
        """Who answers for the authority that the request names, by the hash of its key."""
        for authority, signer in self._signers:
            if _key_hash(authority, asked.hash_algorithm) == asked.issuer_key_hash:
                return signer
        return None

    def _respond(self, asked: ocsp.OCSPRequest, signer: Signer, *, revoked: bool) -> bytes:
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                issuer_name_hash=asked.issuer_name_hash,
                issuer_key_hash=asked.issuer_key_hash,
                serial_number=asked.serial_number,
                algorithm=asked.hash_algorithm,
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=now,
                next_update=now + VALID,
                revocation_time=now if revoked else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
            .certificates([signer.certificate])
        )
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(signer.key, hashes.SHA384()).public_bytes(serialization.Encoding.DER)


def _key_hash(authority: Signer, algorithm: hashes.HashAlgorithm) -> bytes:
    """The hash of the key's bits alone, as RFC 6960 §4.1.1 asks."""
    key = authority.certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        bits = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    else:
        bits = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    digest = hashes.Hash(algorithm)
    digest.update(bits)
    return digest.finalize()


def _revoked(file: Path, serial: int) -> bool:
    """Whether the serial number is in the list, which is read anew: a card may be revoked at any moment."""
    if not file.exists():
        return False
    return f"{serial:x}" in file.read_text(encoding="ascii").split()


def _refuse(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(serialization.Encoding.DER)


def main() -> int:
    """Serve one authority until told to end."""
    parser = argparse.ArgumentParser(prog="simulators.ocsp", description="OCSP responder of a test authority")
    parser.add_argument("folder", type=Path, help="the authority's folder; made when it is not there")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with OcspResponder(arguments.port) as responder:
        responder.serve(Pki(arguments.folder, responder.url))
        print(responder.url, flush=True)
        signal.sigwait(ends)
    return 0


if __name__ == "__main__":
    sys.exit(main())
