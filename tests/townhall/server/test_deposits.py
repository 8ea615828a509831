"""The town's software hands documents in: by certificate or token, once, and only what may lie on the shelf."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pikepdf
import pytest

from townhall.authority import make

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

Paper = Callable[..., bytes]
Seal = Callable[[bytes], bytes]
AN = "85113099960"
SECRET = "a secret of the software"


def why(response: httpx.Response) -> list[str]:
    """What a document was refused for."""
    assert response.status_code == 400, response.text
    assert response.json()["type"].endswith(":documentRejected")
    return [issue["type"].rsplit(":", 1)[-1] for issue in response.json()["issues"]]


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None], **how: object) -> bytes:
    """The same PDF, after something was done to it."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        change(document)
        document.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def test_the_same_deposit_twice_is_one_document_with_one_code(town: Town, ticket: str, paper: Paper) -> None:
    pdf = paper()
    assert town.office.announce(ticket, access="code").json()["state"] == "announced"
    assert town.office.announce(ticket, access="code").status_code == 200
    first, again = town.office.fill(ticket, pdf), town.office.fill(ticket, pdf)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["state"] == "waiting"
    assert "code" not in town.office.call("GET", f"/preparedDocuments/{ticket}").json()
    assert town.problem(town.office.announce(ticket, access="eid")) == "conflict"
    assert town.problem(town.office.fill(ticket, paper())) == "conflict"


def test_a_code_ends_after_two_weeks_also_where_its_document_waits_longer(town: Town, paper: Paper) -> None:
    today = dt.datetime.now(ZoneInfo("Europe/Brussels")).date()
    for waits, lives in ((30, 14), (5, 5)):
        last_day = (today + dt.timedelta(days=waits)).isoformat()
        deposited = town.office.deposit(paper(), access="code", validUntil=last_day)
        assert deposited["validUntil"] == last_day
        assert deposited["codeValidUntil"] == (today + dt.timedelta(days=lives)).isoformat()
    assert "codeValidUntil" not in town.office.deposit(paper(), access="eid")


def test_a_document_taken_back_is_gone_and_may_be_taken_back_again(town: Town, ticket: str, paper: Paper) -> None:
    town.office.announce(ticket)
    town.office.fill(ticket, paper())
    for _ in range(2):
        assert town.office.call("DELETE", f"/preparedDocuments/{ticket}").status_code == 204
    assert town.office.state(ticket) == "withdrawn"
    assert town.problem(town.office.fill(ticket, paper())) == "resourceNotFound"
    assert ticket not in str(town.kiosk.sign_in(town.eid.card(AN))["claims"])


def test_what_a_kiosk_has_in_hand_cannot_be_taken_back(town: Town, ticket: str, paper: Paper) -> None:
    deposited = town.office.deposit(paper())
    bearer = town.kiosk.bearer(town.eid.card(AN))
    town.kiosk.claim(bearer, ticket, deposited["id"])
    assert town.problem(town.office.call("DELETE", f"/preparedDocuments/{deposited['id']}")) == "conflict"
    town.kiosk.report(ticket, "printed")
    assert town.problem(town.office.call("DELETE", f"/preparedDocuments/{deposited['id']}")) == "conflict"


@pytest.mark.parametrize(
    ("said", "problem", "field"),
    [
        ({"municipality": 11001}, "otherMunicipality", None),
        ({"ssin": "85113099961"}, "schemaViolation", "ssin"),
        ({"ssin": None}, "schemaViolation", "ssin"),
        ({"validUntil": "2020-01-01"}, "schemaViolation", "validUntil"),
        ({"validUntil": "2027-13-01"}, "schemaViolation", "validUntil"),
        ({"productCode": "thickFile"}, "schemaViolation", "title"),
        ({"productCode": "criminalRecord595", "access": "code"}, "productUnavailable", None),
        ({"ssin": None, "orderId": "00000000-0000-4000-8000-000000000000"}, "resourceNotFound", None),
        ({"name": "An Peeters"}, "schemaViolation", "name"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_field(
    town: Town, ticket: str, said: dict[str, object], problem: str, field: str | None
) -> None:
    refused = town.office.announce(ticket, **said)
    assert town.problem(refused) == problem
    assert [issue["name"] for issue in refused.json().get("issues", [])] == ([field] if field else [])
    assert "8511" not in refused.text


def test_a_pdf_that_may_not_be_handed_out_is_refused_with_the_reason(
    town: Town, paper: Paper, seal: Seal, tmp_path: Path
) -> None:
    stranger = make(tmp_path, "LV-01").seal_ca.parent
    plain = paper(seal=None)
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc")
    cases = {
        "notPdf": b"%PDF-1.7 of sorts",
        "encrypted": changed(plain, lambda _: None, encryption=pikepdf.Encryption(owner="o", user="u")),
        "javaScript": seal(changed(plain, lambda pdf: setattr(pdf.Root, "OpenAction", script))),
        "externalAction": seal(changed(plain, lambda pdf: setattr(pdf.Root, "OpenAction", launch))),
        "embeddedFile": seal(changed(plain, lambda pdf: pdf.attachments.__setitem__("x", b"x"))),
        "pageSize": paper(size=(612, 792)),
        "tooManyPages": paper(pages=51),
        "noSeal": plain,
        "brokenSeal": paper().replace(b"/MediaBox", b"/MediaBoy", 1),
        "strangeSeal": paper(seal=stranger),
    }
    id_ = str(uuid4())
    town.office.announce(id_)
    for reason, pdf in cases.items():
        assert why(town.office.fill(id_, pdf)) == [reason]
        assert town.office.state(id_) == "announced"
    assert town.office.fill(id_, paper(pages=50)).json()["pages"] == 50


def test_the_digest_is_that_of_the_bytes_that_came(town: Town, ticket: str, paper: Paper) -> None:
    town.office.announce(ticket)
    assert why(town.office.fill(ticket, paper(), digest="A" * 43 + "=")) == ["digestMismatch"]


def test_300_megabytes_are_refused_before_they_are_sent(town: Town, ticket: str) -> None:
    where = urlsplit(town.hall.office_url)
    context = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
    context.load_cert_chain(town.hall.ca / "depositor.pem", town.hall.ca / "depositor.key")
    head = (
        f"PUT /kioskService/v1/preparedDocuments/{ticket}/document HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/pdf\r\nContent-Length: {300 << 20}\r\n\r\n"
    )
    with (
        socket.create_connection((where.hostname, where.port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(head.encode() + b"%PDF-" + bytes(100_000))
        said = line.recv(1024)
    assert said.startswith(b"HTTP/1.1 413 ")


def test_a_token_of_the_office_opens_the_same_door_as_a_certificate(town: Town, ticket: str) -> None:
    plain = type(town.office)(town.hall, town.office.contract)
    assert town.problem(plain.announce(ticket)) == "noAccessToken"
    asked = plain.http.post(
        f"{town.hall.office_url}/oauth2/token", data={"grant_type": "client_credentials"}, auth=("software", SECRET)
    )
    plain.contract.check("POST", "/oauth2/token", asked)
    token = asked.json()["access_token"]
    assert plain.announce(ticket).status_code == 401
    plain.http.headers["Authorization"] = f"Bearer {token}"
    assert plain.announce(ticket).status_code == 201
    plain.http.headers["Authorization"] = f"Bearer {token[:-1]}"
    assert town.problem(plain.announce(ticket)) == "invalidAccessToken"
    plain.http.close()


@pytest.mark.parametrize(
    ("form", "auth", "error"),
    [
        ({"grant_type": "client_credentials"}, ("software", "wrong secret"), "invalid_client"),
        ({"grant_type": "client_credentials"}, ("nobody", SECRET), "invalid_client"),
        ({"grant_type": "password"}, ("software", SECRET), "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "everything"}, ("software", SECRET), "invalid_scope"),
        ({}, ("software", SECRET), "invalid_request"),
    ],
)
def test_no_token_without_the_right_secret_and_scope(
    town: Town, form: dict[str, str], auth: tuple[str, str], error: str
) -> None:
    refused = town.office.http.post(f"{town.hall.office_url}/oauth2/token", data=form, auth=auth)
    town.office.contract.check("POST", "/oauth2/token", refused)
    assert refused.json() == {"error": error}
    assert refused.status_code == (401 if error == "invalid_client" else 400)


def test_a_kiosk_deposits_nothing_and_a_depositor_prints_nothing(town: Town) -> None:
    kiosk, depositor = ((town.hall.ca / f"{name}.pem", town.hall.ca / f"{name}.key") for name in ("kiosk", "depositor"))

    def ask(url: str, certificate: tuple[Path, Path]) -> None:
        context = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
        context.load_cert_chain(*certificate)
        httpx.get(f"{url}/kioskService/v1/preparedDocuments/{uuid4()}", verify=context, trust_env=False)

    # Python 3.13 leaves a broken line's error to the next line of the same thread, so each has a thread of its own.
    for url, certificate in ((town.hall.office_url, kiosk), (town.hall.url, depositor)):
        with (
            ThreadPoolExecutor(1) as thread,
            pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.ConnectError)),
        ):
            thread.submit(ask, url, certificate).result()


def test_what_was_asked_for_later_comes_to_who_asked_without_anybody_naming_them(
    town: Town, ticket: str, paper: Paper
) -> None:
    wanted = {"purpose": "youth", "recipient": "Speelplein De Lindebloesem", "channel": "paper"}
    bram = town.eid.card("83040299933")
    ordered = town.kiosk.order(town.kiosk.bearer(bram), ticket, "criminalRecord5962", **wanted)
    assert ordered.json()["status"] == "deferred"
    said = ordered.json()["deferred"]
    assert (said["notice"], said["collectAt"]) == ("eBox", "kiosk")
    days = dt.date.fromisoformat(said["expectedOn"]) - dt.datetime.now(ZoneInfo("Europe/Brussels")).date()
    assert days.days in {13, 14}
    for_the_order = {"ssin": None, "orderId": ticket, "productCode": "criminalRecord5962"}
    assert town.problem(town.office.announce(str(uuid4()), **{**for_the_order, "productCode": "residence"}))
    town.office.deposit(paper(), **for_the_order)
    (claim,) = (one for one in town.kiosk.sign_in(bram)["claims"]["items"] if "596.2" in one["title"])
    assert claim["kind"] == "preparedDocument"
    assert town.problem(town.office.announce(str(uuid4()), **for_the_order)) == "resourceNotFound", "it has come"
