"""A test town whose documents are typeset by typst and sealed by pyHanko under a CA of its own, and its checker."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from hardware.faults import DeviceFault
from printing.document_check import DocumentChecker

TEXT = """#set document(title: "Attest", date: datetime(year: 2026, month: 11, day: 24))
#set page(paper: "{paper}", flipped: {flipped})
#set text(lang: "nl")
= Attest van hoofdverblijfplaats
Dit is een proef van Lindeveld, op naam van Noëlle Maes.
{breaks}
"""


def typeset(pages: int = 1, paper: str = "a4", *, flipped: bool = False) -> bytes:
    source = TEXT.format(paper=paper, flipped=str(flipped).lower(), breaks="#pagebreak()\nVerder.\n" * (pages - 1))
    return bytes(typst.compile(source.encode(), pdf_standards=["ua-1", "a-2a"], ignore_system_fonts=True))


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None], **save: object) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        change(document)
        document.save(out, **save)  # type: ignore[arg-type]
    return out.getvalue()


def digest(pdf: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(pdf).digest()).decode()}:"


@dataclass(frozen=True)
class Town:
    """A town's CA and the seal under it."""

    ca: x509.Certificate
    sealer: signers.SimpleSigner

    @classmethod
    def found(cls, folder: Path) -> Town:
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca = _certificate("Proefstad CA", ca_key, None, ca_key)
        seal = _certificate("Proefstad zegel", key, ca, ca_key)
        (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
        (folder / "seal.pem").write_bytes(seal.public_bytes(Encoding.PEM))
        (folder / "seal.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        sealer = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]
            str(folder / "seal.key"), str(folder / "seal.pem")
        )
        assert isinstance(sealer, signers.SimpleSigner)
        return cls(ca, sealer)

    def seal(self, pdf: bytes, field: str = "Zegel") -> bytes:
        meta = signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES)
        out = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer=self.sealer)
        return bytes(out.getvalue())


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate | None,
    ca_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.subject if ca else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca is None, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=ca is not None,
                content_commitment=ca is not None,
                key_cert_sign=ca is None,
                crl_sign=ca is None,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(ca_key, hashes.SHA256())
    )


@dataclass(frozen=True)
class Desk:
    """A town, a checker that trusts it, and one good document."""

    folder: Path
    town: Town
    checker: DocumentChecker
    good: bytes
    typeset: Callable[..., bytes] = staticmethod(typeset)
    changed: Callable[..., bytes] = staticmethod(changed)
    digest: Callable[[bytes], str] = staticmethod(digest)
    another_town: Callable[[Path], Town] = staticmethod(Town.found)

    def check(self, pdf: bytes) -> int:
        return self.checker.check(pdf, digest(pdf), timeout=60).pages

    def refusal(self, pdf: bytes) -> DeviceFault:
        with pytest.raises(DeviceFault) as caught:
            self.check(pdf)
        assert not re.search("Maes|Lindeveld", str(caught.value))
        return caught.value


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("town")
    town = Town.found(folder)
    checker = DocumentChecker(folder / "ca.pem")
    checker.warm()
    yield Desk(folder, town, checker, town.seal(typeset()))
    checker.close()
