"""The authorities of a demo town, made at the first start: who may connect, and who may seal.

    ca.pem            signs server.pem (the back end) and kiosk.pem (one kiosk): mutual TLS
    seal-ca.pem       signs seal.pem: the town's electronic seal
    depositor-ca.pem  signs depositor.pem: the town's software that hands documents in

A town in production brings its own certificates instead. Every subject here says DEMO. Keys are readable by their
owner alone. A second start uses what is there; a certificate that lacks, ends within a month or bears another name is
issued again on its own key.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DEPOSITOR = "burgerzaken"
ORGANISATION = "Gemeente Lindeveld (DEMO)"
CA_LIFE = dt.timedelta(days=3650)
LEAF_LIFE = dt.timedelta(days=365)
RENEW_BEFORE = dt.timedelta(days=30)  # a demo that runs for weeks never meets the end of a certificate
CLOCK_SKEW = dt.timedelta(hours=1)  # two machines may differ


@dataclass(frozen=True)
class Authority:
    """Where the files of one demo town are, all PEM: certificates, and their keys."""

    ca: Path
    server: Path
    server_key: Path
    kiosk: Path
    kiosk_key: Path
    seal_ca: Path
    seal: Path
    seal_key: Path
    depositor_ca: Path
    depositor: Path
    depositor_key: Path


@dataclass(frozen=True)
class _Issuer:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make(folder: Path, kiosk: str) -> Authority:
    """Make what is not there yet, for the kiosk with this number (e.g. "LV-01"). Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    ca = _authority(folder / "ca.pem", "DEMO Lindeveld CA")
    seal_ca = _authority(folder / "seal-ca.pem", "DEMO Lindeveld Seal CA")
    depositor_ca = _authority(folder / "depositor-ca.pem", "DEMO Lindeveld Depositor CA")
    _leaf(folder / "server.pem", "localhost", ca, TLS, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), LOCAL)
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    _leaf(folder / "kiosk.pem", kiosk, ca, TLS, client)
    _leaf(folder / "depositor.pem", DEPOSITOR, depositor_ca, TLS, client)
    _leaf(folder / "seal.pem", "DEMO Lindeveld Elektronisch Zegel", seal_ca, SEAL)
    return Authority(
        ca=folder / "ca.pem",
        server=folder / "server.pem",
        server_key=folder / "server.key",
        kiosk=folder / "kiosk.pem",
        kiosk_key=folder / "kiosk.key",
        seal_ca=folder / "seal-ca.pem",
        seal=folder / "seal.pem",
        seal_key=folder / "seal.key",
        depositor_ca=folder / "depositor-ca.pem",
        depositor=folder / "depositor.pem",
        depositor_key=folder / "depositor.key",
    )


def _usage(*allowed: str) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in allowed for name in names})


TLS = _usage("digital_signature")
# [RFC 5280 §4.2.1.3] content commitment, once called non-repudiation: for documents, never for a connection.
SEAL = _usage("content_commitment")
LOCAL = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])


def _authority(file: Path, name: str) -> _Issuer:
    key = _key(file.with_suffix(".key"))
    certificate = _usable(file, name, key)
    if certificate is None:
        certificate = (
            _builder(_subject(name), _subject(name), key, CA_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(file, certificate.public_bytes(Encoding.PEM), 0o644)
    return _Issuer(key, certificate)


def _leaf(file: Path, name: str, issuer: _Issuer, usage: x509.KeyUsage, *extensions: x509.ExtensionType) -> None:
    key = _key(file.with_suffix(".key"))
    known = _usable(file, name, key)
    if known is not None and _issued_by(known, issuer):
        return
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = (
        _builder(_subject(name), issuer.certificate.subject, key, LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(above, critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    _write(file, builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM), 0o644)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, life: dt.timedelta
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usable(file: Path, name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate | None:
    if not file.exists():
        return None
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    fits = certificate.subject == _subject(name) and certificate.public_key() == key.public_key()
    return certificate if fits and certificate.not_valid_after_utc - dt.datetime.now(dt.UTC) > RENEW_BEFORE else None


def _issued_by(certificate: x509.Certificate, issuer: _Issuer) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer.certificate)
    except (ValueError, InvalidSignature):
        return False
    return True


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    if file.exists():
        key = load_pem_private_key(file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - written below
        return key
    key = ec.generate_private_key(ec.SECP256R1())
    _write(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    return key


def _write(file: Path, content: bytes, mode: int) -> None:
    """Write whole or not at all, and never readable by more people than `mode` says."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
    draft.replace(file)
