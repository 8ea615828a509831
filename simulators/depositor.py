"""The town's own software: it hands in a sealed document for a resident, as a town can from its first day on.

depositor = Depositor(hall.office_url, hall.ca, municipality=99999)
code = depositor.deposit("85113099960", title="Bewijs van inschrijving", access="code")
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ssl
from io import BytesIO
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

SECONDS = 30.0
# A document waits at the counter's pace: weeks, not years.
WAITS = dt.timedelta(days=30)
PAGE = """#set page(paper: "a4", margin: 30mm)
#set document(title: "{title}", date: datetime(year: 2026, month: 11, day: 23))
#set text(size: 12pt)
= {title}
Dit document maakte de eigen software van de gemeente. Het ligt klaar voor wie het aanvroeg."""


class Depositor:
    """One program of the town, with its certificate of the town's authority for depositors."""

    def __init__(self, office_url: str, files: Path, municipality: int) -> None:
        self._files = files
        self._municipality = municipality
        context = ssl.create_default_context(cafile=str(files / "ca.pem"))
        context.load_cert_chain(files / "depositor.pem", files / "depositor.key")
        self._http = httpx.Client(base_url=f"{office_url}/kioskService/v1", verify=context, timeout=SECONDS)

    def deposit(self, ssin: str, *, title: str, access: str) -> str | None:
        """Announce a document and hand it in; give its code where a code is enough. Raises httpx.HTTPStatusError."""
        pdf = self._sealed(title)
        path = f"/preparedDocuments/{uuid4()}"
        announced = {
            "ssin": ssin,
            "municipality": self._municipality,
            "productCode": "townDocument",
            "title": title,
            "language": "nl",
            "validUntil": (dt.datetime.now(ZoneInfo("Europe/Brussels")).date() + WAITS).isoformat(),
            "access": access,
        }
        self._http.put(path, json=announced).raise_for_status()
        digest = base64.b64encode(hashlib.sha256(pdf).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/pdf"}
        answer = self._http.put(f"{path}/document", content=pdf, headers=headers).raise_for_status().json()
        return str(answer["code"]) if "code" in answer else None

    def close(self) -> None:
        """Let go of the line."""
        self._http.close()

    def _sealed(self, title: str) -> bytes:
        """Typeset a page and seal it with the town's seal, as its software does at the town's sealing service."""
        page = typst.compile(PAGE.format(title=title).encode())
        key, certificate = str(self._files / "seal.key"), str(self._files / "seal.pem")
        signer = signers.SimpleSigner.load(key, certificate)  # type: ignore[no-untyped-call]  # pyHanko left it untyped
        if signer is None:
            raise RuntimeError("the town has no seal")
        metadata = signers.PdfSignatureMetadata(
            field_name="Seal", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        out = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(bytes(page))), metadata, signer=signer)
        return bytes(out.getvalue())
