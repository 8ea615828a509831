"""The TLS side of a line: as this kiosk, as nobody, as an impostor, and as a machine that was never updated."""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
import warnings
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID


def trusting(ca: Path) -> ssl.SSLContext:
    """Trust the back end's authority and show no certificate. Raises OSError."""
    context = ssl.create_default_context(cafile=str(ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def as_kiosk(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Show a kiosk's certificate too. Raises OSError."""
    context = trusting(ca)
    context.load_cert_chain(certificate, key)
    return context


def outdated(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Speak nothing newer than TLS 1.1. Raises OSError."""
    context = as_kiosk(ca, certificate, key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def as_impostor(ca: Path, certificate: Path) -> ssl.SSLContext:
    """Show a certificate with the kiosk's own name and purpose, issued by nobody. Raises OSError, ValueError."""
    kiosk = x509.load_pem_x509_certificate(certificate.read_bytes())
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(kiosk.subject)
        .issuer_name(kiosk.issuer)
        .public_key(key.public_key())
        .serial_number(kiosk.serial_number)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    context = trusting(ca)
    with tempfile.NamedTemporaryFile() as file:  # the ssl module reads files only
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write(made.public_bytes(Encoding.PEM) + private)
        file.flush()
        context.load_cert_chain(file.name)
    return context
