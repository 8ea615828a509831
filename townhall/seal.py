"""Seal a document for the town: PAdES (ETSI EN 319 142) with EC P-256, by pyHanko.

The seal is an electronic seal of an organisation, not a person's signature: it says where a document comes from and
that nothing has changed since. It carries its certificates, so that a reader needs the seal's CA alone.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import fields, signers

FIELD = "Zegel"
A4 = (0, 0, 595, 842)  # points


class SealError(Exception):
    """The town's seal cannot be used: its key, certificate or chain cannot be read. The message names the file."""


class Sealer:
    """The town's seal, its key read once. Some 20 ms a document; safe from threads, not from inside an event loop."""

    def __init__(self, certificate: Path, key: Path, chain: Path) -> None:
        """All three are PEM files; `chain` holds the seal's CA. Raises SealError."""
        for file in (certificate, key, chain):
            if not file.is_file():
                raise SealError(f"{file}: no such file")
        self._signer = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]
            str(key), str(certificate), ca_chain_files=(str(chain),)
        )
        if self._signer is None:
            raise SealError(f"{key}: not the key of {certificate.name}, or not PEM")

    def seal(self, pdf: bytes, title: str) -> bytes:
        """Seal `pdf` by an incremental update; `title` is the reason in the seal, e.g. "Attest van nationaliteit".

        Raises pyhanko's PdfReadError when `pdf` is none.
        """
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            subfilter=fields.SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            reason=title,
        )
        out = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer=self._signer)
        return bytes(out.getvalue())

    def warm(self) -> None:
        """Seal an empty page, so that the first resident does not wait for what is loaded at first use."""
        blank = BytesIO()
        writer = PdfFileWriter()  # type: ignore[no-untyped-call]
        nothing = writer.add_object(generic.StreamObject(stream_data=b""))
        page = PageObject(contents=nothing, media_box=A4)  # type: ignore[no-untyped-call]
        writer.insert_page(page)  # type: ignore[no-untyped-call]
        writer.write(blank)  # type: ignore[no-untyped-call]
        self.seal(blank.getvalue(), "")
