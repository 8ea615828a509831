"""A clerk who registers things for compartments, and the doors of a kiosk as staff and residents find them there."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

if TYPE_CHECKING:
    from simulators.town_hall import TownHall
    from tests.townhall.server.conftest import Caller, Town

AN = "85113099960"
SECRET = "a secret of the software"


class Clerk:
    """Els at the counter, by forms alone."""

    def __init__(self, hall: TownHall) -> None:
        context = ssl.create_default_context(cafile=str(hall.ca / "ca.pem"))
        base, origin = f"{hall.office_url}/balie/", {"Origin": hall.office_url}
        self.http = httpx.Client(verify=context, base_url=base, headers=origin, trust_env=False, timeout=20)
        self.come_in()

    def come_in(self) -> None:
        self.http.post("aanmelden", data={"naam": "els", "wachtwoord": SECRET})
        (self.word,) = set(re.findall(r'name="woord" value="(\w+)"', self.page("vakjes")))

    def page(self, path: str) -> str:
        response = self.http.get(path)
        assert response.status_code == 200, response.text
        return response.text

    def send(self, path: str, **fields: str) -> httpx.Response:
        return self.http.post(path, data={"woord": self.word, **fields})

    def register(self, product: str, ssin: str = "") -> tuple[str, str]:
        """Give the number of a thing, and what is written on it."""
        sent = self.send("vakjes/registreren", id=str(uuid4()), product=product, rijksregisternummer=ssin)
        assert sent.status_code == 303, sent.text
        id_ = sent.headers["location"].rsplit("/", 1)[-1]
        (reference,) = re.findall(r'id="kenmerk">([^<]+)<', self.page(f"stuk/{id_}"))
        return id_, reference

    def code(self, id_: str) -> str | None:
        found = re.findall(r'class="code"[^>]*>([^<]+)<', self.page(f"stuk/{id_}"))
        return found[0] if found else None


@dataclass(frozen=True)
class Doors:
    """The compartments of one kiosk, by the calls of that kiosk."""

    town: Town
    kiosk: Caller

    def free(self) -> int:
        """The number of a compartment in which nothing lies."""
        found = self.kiosk.call("GET", "/compartments").json()["items"]
        return int(next(one["number"] for one in found if one["state"] == "free"))

    def compartment(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.kiosk.call("GET", f"/compartments/{number}").json()
        return found

    def expected(self) -> list[str]:
        return [one["reference"] for one in self.kiosk.call("GET", "/expectedDeposits").json()["items"]]

    def put(
        self, reference: str, number: int, keys: tuple[str, ...] = ("els-1", "jan-2"), id_: str = ""
    ) -> httpx.Response:
        body = {"reference": reference, "compartment": number, "staffKeys": list(keys)}
        return self.kiosk.call("PUT", f"/deposits/{id_ or uuid4()}", body)

    def take_back(self, deposit: str, found: str = "thing", keys: tuple[str, ...] = ("els-1",)) -> httpx.Response:
        return self.kiosk.call("PUT", f"/deposits/{deposit}/takeBack", {"found": found, "staffKeys": list(keys)})

    def stock(self, number: int, found: str, id_: str = "") -> httpx.Response:
        body = {"items": [{"compartment": number, "found": found}], "staffKeys": ["els-1"]}
        return self.kiosk.call("PUT", f"/stockTakings/{id_ or uuid4()}", body)

    def leave(self, bearer: str, ticket: str, claim: str) -> httpx.Response:
        return self.kiosk.call("PUT", f"/collections/{ticket}", {"claimId": claim}, bearer)

    def report(self, ticket: str, outcome: str, **more: object) -> httpx.Response:
        return self.kiosk.call("PUT", f"/collections/{ticket}/result", {"outcome": outcome, **more})

    def claims_of(self, ssin: str = AN) -> dict[str, dict[str, Any]]:
        """What waits behind somebody's eID, by claim."""
        signed_in = self.kiosk.sign_in(self.town.eid.card(ssin))
        return {one["id"]: one for one in signed_in["claims"]["items"]}


class Lying:
    """Something that lies behind a door of the town's first kiosk."""

    def __init__(self, doors: Doors, clerk: Clerk, product: str = "voucher", ssin: str = AN) -> None:
        self.kiosk, self.clerk = doors.kiosk, clerk
        self.id, self.reference = clerk.register(product, ssin)
        self.number = doors.free()
        answer = doors.put(self.reference, self.number)
        assert answer.status_code == 201, answer.text
        self.deposit = str(answer.json()["id"])

    @property
    def code(self) -> str:
        code = self.clerk.code(self.id)
        assert code is not None
        return code

    def session(self) -> tuple[str, dict[str, Any]]:
        """Type its code; gives the token, and the one claim."""
        opened = self.kiosk.type_code(self.code)
        assert opened.status_code == 201, opened.text
        (claim,) = opened.json()["claims"]["items"]
        return opened.json()["session"]["accessToken"], claim


@pytest.fixture(scope="module")
def clerk(_town: Town) -> Iterator[Clerk]:
    clerk = Clerk(_town.hall)
    yield clerk
    clerk.http.close()


@pytest.fixture
def here(town: Town) -> Doors:
    """The kiosk that has compartments."""
    return Doors(town, town.kiosk)


@pytest.fixture
def there(town: Town) -> Doors:
    """Another kiosk of the same town, that has none."""
    return Doors(town, town.other)


@pytest.fixture
def lay(here: Doors, clerk: Clerk) -> Callable[..., Lying]:
    """Puts something behind a door: a voucher for An, but for what is said otherwise."""
    return lambda product="voucher", ssin=AN: Lying(here, clerk, product, ssin)


@pytest.fixture
def lying(lay: Callable[..., Lying]) -> Lying:
    return lay()
