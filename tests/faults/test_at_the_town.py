"""Each fault that comes from the town's side or of a document, on the real client and the real reader of documents.

The bench is a service over real TLS that answers what a test wants. What closes is the same call, a moment later.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pikepdf
import pytest
import trustme

from config.settings import BackEnd
from hardware.devices import Certificate, Signature
from hardware.faults import FaultCode
from kiosk_app.products import Details, Product
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Challenge
from printing.document_check import DocumentChecker
from tests.client.misbehaving import NONCE, OURS, RESIDENCE, TICKET, TOKEN_ANSWER, http, town_hall
from tests.faults.bench import Bench, of_call
from tests.printing.document.conftest import Desk, Town, changed, digest, typeset

CLAIM = UUID(int=7)
SESSION = TOKEN_ANSWER["session"]
Call = Callable[[TownHallClient], Awaitable[object]]


class Service:
    """The town's service: it answers well, until it is told otherwise."""

    def __init__(self) -> None:
        # The status and the problem of all that it is asked; who signs in is let by, where that is not about it.
        self.refusal: tuple[int, str] | None = None
        self.waits = 0.0
        self.products: list[dict[str, Any]] = [{"code": "residence", "title": "Attest", "available": True}]
        self.claim: dict[str, Any] = {"collectAt": "kiosk", "compartment": {"number": 7}}
        self.body: bytes | None = None

    async def reply(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.waits)
        signs_in = b"/response" in request.partition(b"\r\n")[0]
        if self.refusal is not None and (not signs_in or self.refusal[1] in AT_SIGN_IN.values()):
            writer.write(self._refused(*self.refusal))
        elif self.body is not None:
            writer.write(http(201, self.body, "Content-Type: application/json"))
        else:
            writer.write(self._well(request.decode(errors="replace").partition("\r\n")[0]))

    @staticmethod
    def _refused(status: int, kind: str) -> bytes:
        problem = {"type": f"urn:problem-type:townhall:kioskService:{kind}", "title": "x", "status": status}
        return http(status, json.dumps(problem).encode(), "Content-Type: application/problem+json")

    def _well(self, line: str) -> bytes:
        if line.startswith("GET") and line.split()[1].endswith("/document"):
            return http(200, b"%PDF", "Content-Type: application/pdf")
        if "/documentOrders/" in line:
            answer: dict[str, Any] = {"status": "ready", "href": OURS, "document": {"copies": 1}}
        elif "/codeSessions" in line:
            claim = {"id": str(CLAIM), "kind": "compartment", "title": "Paspoort", **self.claim}
            answer = {"session": SESSION, "claims": {"items": [claim]}}
        elif line.startswith("POST"):
            answer = {"id": str(CLAIM), "nonce": NONCE}
        else:
            answer = {**TOKEN_ANSWER, "documentProducts": {"items": self.products}}
        return http(201, json.dumps(answer).encode(), "Content-Type: application/json")


Line = tuple[Service, asyncio.Runner, TownHallClient]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder, ca, service = tmp_path_factory.mktemp("certificates"), trustme.CA(), Service()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    for name in ("server", "kiosk"):
        issued = ca.issue_cert("localhost", common_name=name)
        issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
        issued.cert_chain_pems[0].write_to_path(str(folder / f"{name}.pem"))
    with town_hall(folder, service.reply) as (runner, client):
        yield service, runner, client


def signs_in(client: TownHallClient) -> Awaitable[tuple[object, tuple[Product, ...]]]:
    certificate = Certificate(b"d", "ES384", expired=False)
    return client.sign_in(1, Challenge("1", NONCE), certificate, Signature(b"s"))


async def orders(client: TownHallClient) -> object:
    await signs_in(client)
    return await client.order(1, TICKET, RESIDENCE, Details(RESIDENCE.key))


def opens(client: TownHallClient) -> Awaitable[tuple[Product, ...]]:
    return client.open_code(1, "CCCCCCCC")


AT_SIGN_IN = {
    FaultCode.CERTIFICATE_EXPIRED: "certificateExpired",
    FaultCode.CERTIFICATE_REVOKED: "certificateRevoked",
    FaultCode.CERTIFICATE_UNTRUSTED: "certificateUntrusted",
    FaultCode.SIGN_IN_REFUSED: "signatureInvalid",
    FaultCode.NOT_REGISTERED: "notResident",
}
AT_ORDER = {FaultCode.PRODUCT_UNAVAILABLE: "productUnavailable"}
AT_CODE = {
    FaultCode.CODE_UNKNOWN: "codeUnknown",
    FaultCode.CODE_USED: "codeUsed",
    FaultCode.CODE_EXPIRED: "codeExpired",
    FaultCode.CODE_WITHDRAWN: "codeWithdrawn",
    FaultCode.CODE_IN_USE: "codeInUse",
    FaultCode.CODE_NEEDS_CARD: "codeNeedsCard",
    FaultCode.CODES_PAUSED: "tooManyFailedRequests",
}
REFUSALS: dict[FaultCode, tuple[str, Call]] = {
    **{code: (kind, signs_in) for code, kind in AT_SIGN_IN.items()},
    **{code: (kind, orders) for code, kind in AT_ORDER.items()},
    **{code: (kind, opens) for code, kind in AT_CODE.items()},
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_of_the_town_is_said_and_the_next_one_is_served(line: Line, code: FaultCode) -> None:
    service, runner, client = line
    kind, call = REFUSALS[code]
    bench = Bench(
        lambda: setattr(service, "refusal", (403, kind)),
        lambda: setattr(service, "refusal", None),
        of_call(lambda: run(runner, call(client))),
    )
    bench.is_seen_and_closes(code)


def run(runner: asyncio.Runner, call: Awaitable[object]) -> object:
    async def awaited() -> object:
        return await call

    return runner.run(awaited())


IN_THE_LIST: dict[FaultCode, dict[str, Any]] = {
    FaultCode.COUNTER_ONLY: {"available": False, "reason": "counterOnly"},
    FaultCode.COSTS_MONEY: {"priceInCents": 1500},
    FaultCode.SOURCE_CLOSED: {"source": {"open": False}},
}


@pytest.mark.parametrize("code", IN_THE_LIST)
def test_what_cannot_be_had_says_why_and_can_be_had_again(line: Line, code: FaultCode) -> None:
    service, runner, client = line
    well = service.products

    def says() -> set[FaultCode]:
        _, (product,) = runner.run(awaited(signs_in(client)))
        return {product.refusal} if product.refusal is not None else set()

    bench = Bench(
        lambda: setattr(service, "products", [{**well[0], **IN_THE_LIST[code]}]),
        lambda: setattr(service, "products", well),
        says,
    )
    bench.is_seen_and_closes(code)


async def awaited(call: Awaitable[Any]) -> Any:  # noqa: ANN401 (whatever the call gives)
    return await call


BEHIND_A_CODE: dict[FaultCode, dict[str, Any]] = {
    FaultCode.WAITS_ELSEWHERE: {"collectAt": "otherKiosk"},
    FaultCode.WAITS_AT_COUNTER: {"collectAt": "counter"},
}


@pytest.mark.parametrize("code", BEHIND_A_CODE)
def test_what_lies_elsewhere_says_where_and_is_had_once_it_lies_here(line: Line, code: FaultCode) -> None:
    service, runner, client = line
    well = service.claim

    def says() -> set[FaultCode]:
        (product,) = runner.run(awaited(opens(client)))
        return {product.refusal} if product.refusal is not None else set()

    bench = Bench(lambda: setattr(service, "claim", BEHIND_A_CODE[code]), lambda: setattr(service, "claim", well), says)
    bench.is_seen_and_closes(code)


ON_THE_LINE: dict[FaultCode, tuple[str, Any, Any]] = {
    FaultCode.BACKEND_DOWN: ("refusal", (503, "registerUnavailable"), None),
    FaultCode.BACKEND_SLOW: ("waits", 2.0, 0.0),
    FaultCode.BACKEND_ANSWER: ("body", b"{not json", None),
}


@pytest.mark.parametrize("code", ON_THE_LINE)
def test_a_service_that_does_not_work_is_said_and_serves_again(line: Line, code: FaultCode) -> None:
    service, runner, client = line
    name, broken, well = ON_THE_LINE[code]
    bench = Bench(
        lambda: setattr(service, name, broken),
        lambda: setattr(service, name, well),
        of_call(lambda: run(runner, client.challenge())),
    )
    bench.is_seen_and_closes(code)


def test_a_certificate_that_is_not_there_is_said_and_serves_once_it_is(line: Line, tmp_path: Path) -> None:
    _, runner, client = line
    good: BackEnd = client._settings
    key = tmp_path / "kiosk.key"

    def call() -> None:
        other = TownHallClient(
            BackEnd(
                url=good.url, origin=good.origin, ca=good.ca, certificate=good.certificate, key=key, seal_ca=good.ca
            )
        )
        try:
            run(runner, other.challenge())
        finally:
            run(runner, other.close())

    key.write_bytes(good.key.read_bytes())
    bench = Bench(key.unlink, lambda: key.write_bytes(good.key.read_bytes()), of_call(call))
    bench.is_seen_and_closes(FaultCode.SETTINGS_INVALID)


# --- documents -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("town")
    town = Town.found(folder)
    checker = DocumentChecker(folder / "ca.pem")
    yield Desk(folder, town, checker, town.seal(typeset()))
    checker.close()


def with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


DOCUMENTS: dict[FaultCode, Callable[[Desk], bytes]] = {
    FaultCode.DOCUMENT_BROKEN: lambda desk: desk.good[:-200],
    FaultCode.DOCUMENT_SEAL: lambda _desk: typeset(),
    FaultCode.DOCUMENT_FORBIDDEN: lambda desk: desk.town.seal(changed(typeset(), with_script)),
    FaultCode.DOCUMENT_FORMAT: lambda desk: desk.town.seal(typeset(paper="a5")),
}


@pytest.mark.parametrize("code", DOCUMENTS)
def test_a_document_that_may_not_be_printed_says_why_and_the_next_one_passes(desk: Desk, code: FaultCode) -> None:
    on_its_way = [desk.good]

    def arrives() -> None:
        desk.checker.check(on_its_way[0], digest(on_its_way[0]), timeout=60)

    bench = Bench(
        lambda: on_its_way.__setitem__(0, DOCUMENTS[code](desk)),
        lambda: on_its_way.__setitem__(0, desk.good),
        of_call(arrives),
    )
    bench.is_seen_and_closes(code)


BENCHES = {*REFUSALS, *IN_THE_LIST, *BEHIND_A_CODE, *ON_THE_LINE, *DOCUMENTS, FaultCode.SETTINGS_INVALID}
