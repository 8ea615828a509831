"""The town's own software, that hands in sealed documents for residents to collect.

with Office(town_hall) as office:
    deposited = office.deposit(pdf, ssin="85113099960", access="code")
    deposited.code             # for who has no card
    office.state(deposited)    # "waiting", then "collected"
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from simulators.town_hall import TownHall

# Its town's NIS code, in the list of fictitious residents; no town has this number.
MUNICIPALITY = 99_999
KEPT = dt.timedelta(days=14)
# A document is judged in a child that may have to be started first.
SECONDS = 60.0


@dataclass(frozen=True)
class Deposited:
    """A document on the shelf. `code` is there when a code is enough to collect it."""

    id: str
    code: str | None


class Office:
    """A client of the office's listener, with a certificate of the town's authority for depositors."""

    def __init__(self, hall: TownHall) -> None:
        context = ssl.create_default_context(cafile=str(hall.ca / "ca.pem"))
        context.load_cert_chain(hall.ca / "depositor.pem", hall.ca / "depositor.key")
        url = f"{hall.office_url}/kioskService/v1"
        self._http = httpx.Client(verify=context, base_url=url, trust_env=False, timeout=SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def deposit(
        self,
        pdf: bytes,
        *,
        ssin: str | None = None,
        order: str | None = None,
        access: str = "eid",
        product: str = "townDocument",
        title: str | None = "Jouw document van de gemeente",
    ) -> Deposited:
        """Hand a sealed PDF in, for a resident or for a ticket that waits for it. Raises httpx.HTTPStatusError."""
        path = f"/preparedDocuments/{uuid4()}"
        said = {
            "ssin": ssin,
            "orderId": order,
            "municipality": MUNICIPALITY,
            "productCode": product,
            "title": title,
            "language": "nl",
            "validUntil": (dt.datetime.now(dt.UTC).astimezone().date() + KEPT).isoformat(),
            "access": access,
        }
        self._put(path, json={name: value for name, value in said.items() if value is not None})
        digest = base64.b64encode(hashlib.sha256(pdf).digest()).decode()
        headers = {"Content-Type": "application/pdf", "Content-Digest": f"sha-256=:{digest}:"}
        answer = self._put(f"{path}/document", content=pdf, headers=headers)
        return Deposited(answer["id"], answer.get("code"))

    def state(self, deposited: Deposited) -> str:
        """What became of it. Raises httpx.HTTPStatusError."""
        response = self._http.get(f"/preparedDocuments/{deposited.id}")
        response.raise_for_status()
        return str(response.json()["state"])

    def _put(self, path: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401 - as httpx takes it
        response = self._http.put(path, **content)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer
