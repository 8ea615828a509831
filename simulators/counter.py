"""The counter of a town: registers a thing on its page, has it put behind a door of the kiosk, and reads its code.

counter = Counter(hall.office_url, hall.url, hall.ca)
code = counter.put_in("voucher", 7)
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from uuid import uuid4

import httpx
from argon2 import PasswordHasher

SECONDS = 30.0
CLERK, PASSWORD = "els", "an example's password"
STAFF_KEYS = ("D-01", "D-02")


def accounts(file: Path) -> Path:
    """Write down who may use the page of the counter."""
    hashed = PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1).hash(PASSWORD)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'[[clerks]]\nname = "{CLERK}"\npassword = "{hashed}"\nrole = "balie"\n', encoding="utf-8")
    return file


class Counter:
    """A clerk at the page, by its forms alone, and the line of the kiosk at which things are put in."""

    def __init__(self, office_url: str, kiosk_url: str, files: Path) -> None:
        """Raises httpx.HTTPError where nobody answers."""
        trusted = ssl.create_default_context(cafile=str(files / "ca.pem"))
        self._page = httpx.Client(
            base_url=f"{office_url}/balie/", verify=trusted, timeout=SECONDS, headers={"Origin": office_url}
        )
        self._page.post("aanmelden", data={"naam": CLERK, "wachtwoord": PASSWORD})
        known = ssl.create_default_context(cafile=str(files / "ca.pem"))
        known.load_cert_chain(files / "kiosk.pem", files / "kiosk.key")
        self._kiosk = httpx.Client(base_url=f"{kiosk_url}/kioskService/v1", verify=known, timeout=SECONDS)

    def put_in(self, product: str, compartment: int, ssin: str = "") -> str | None:
        """Have a thing lie behind a door; give its code where it has one. Raises httpx.HTTPStatusError."""
        id_, reference = self.register(product, ssin)
        said = {"reference": reference, "compartment": compartment, "staffKeys": list(STAFF_KEYS)}
        self._kiosk.put(f"/deposits/{uuid4()}", json=said).raise_for_status()
        return self.code(id_)

    def register(self, product: str, ssin: str = "") -> tuple[str, str]:
        """Register a thing that is to be put in; give its number, and what is written on it."""
        word = _found(r'name="woord" value="(\w+)"', self._read("vakjes"))
        fields = {"woord": word or "", "id": str(uuid4()), "product": product, "rijksregisternummer": ssin}
        sent = self._page.post("vakjes/registreren", data=fields)
        id_ = sent.headers.get("location", "").rsplit("/", 1)[-1]
        reference = _found(r'id="kenmerk">([^<]+)<', self._read(f"stuk/{id_}"))
        if reference is None:
            raise RuntimeError("the counter's page shows no reference")
        return id_, reference

    def withdraw(self, id_: str) -> None:
        """Close the claim on a thing: what lies behind a door is to be taken out. Raises httpx.HTTPStatusError."""
        word = _found(r'name="woord" value="(\w+)"', self._read(f"stuk/{id_}")) or ""
        answer = self._page.post(f"stuk/{id_}/terug", data={"woord": word})
        if not answer.has_redirect_location:
            answer.raise_for_status()

    def lies(self) -> dict[int, str]:
        """Give what is written on each thing behind a door of the kiosk, by the town's own word."""
        told = self._kiosk.get("/compartments").raise_for_status().json()["items"]
        return {one["number"]: one["deposit"]["reference"] for one in told if "deposit" in one}

    def code(self, id_: str) -> str | None:
        """Read the code of a thing; None where it has none."""
        return _found(r'class="code"[^>]*>([^<]+)<', self._read(f"stuk/{id_}"))

    def close(self) -> None:
        """Let go of both lines."""
        self._page.close()
        self._kiosk.close()

    def _read(self, path: str) -> str:
        return self._page.get(path).raise_for_status().text


def _found(pattern: str, page: str) -> str | None:
    found = re.search(pattern, page)
    return found[1] if found else None
