"""Who may connect, what anybody may see, and what is remembered."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from simulators.town_hall import TownHall
from townhall.tables import METADATA

if TYPE_CHECKING:
    from tests.townhall.conftest import Eid, Responder
    from tests.townhall.server.conftest import Contract, Town

PROJECT = Path(__file__).parents[3]
AN, ELSEWHERE, NOTHING, NOBODY = "85113099960", "90021799907", "77090800082", "00010199974"


def code_of(town: Town, ticket: str) -> str:
    text = subprocess.run(
        ["pdftotext", town.sealed / f"{ticket}.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"/verify/([0-9A-Z-]+)", text.replace("\n", ""))
    assert found is not None
    return re.sub(r"[^0-9A-Z-].*", "", found[1])[:14]


def test_the_public_page_vouches_for_a_document_and_names_nobody(town: Town, ticket: str, contract: Contract) -> None:
    town.kiosk.order(town.kiosk.bearer(town.eid.card(AN)), ticket)
    code = code_of(town, ticket)
    for typed in (code, code.lower().replace("-", ""), f"{code} "):
        url = f"{town.hall.public_url}/verify/{typed}"
        page = httpx.get(url, trust_env=False)
        facts = httpx.get(url, headers={"Accept": "application/json"}, trust_env=False)
        for answer in (page, facts):
            contract.check("GET", f"/verify/{code}", answer)
            assert answer.status_code == 200
            assert not re.search(r"Peeters|\bAn\b|Kerkstraat|8511|999.?60", answer.text)
        assert "Dit document is echt" in page.text
        assert "Attest van hoofdverblijfplaats" in page.text
        assert (facts.json()["genuine"], facts.json()["valid"]) == (True, True)
        assert facts.json()["municipality"] == "Lindeveld"


@pytest.mark.parametrize("code", ["CCCC-CCCC-CCCC", "x", "%3Cscript%3E", "a" * 3000])
def test_a_code_that_was_never_given_is_not_genuine(town: Town, contract: Contract, code: str) -> None:
    url = f"{town.hall.public_url}/verify/{code}"
    page = httpx.get(url, trust_env=False)
    facts = httpx.get(url, headers={"Accept": "application/json"}, trust_env=False)
    for answer in (page, facts):
        contract.check("GET", "/verify/x", answer)
        assert answer.status_code == 404
    assert "kennen we niet" in page.text
    assert "<script" not in page.text
    assert facts.json() == {"genuine": False}


def test_the_public_listener_serves_nothing_of_the_kiosks(town: Town) -> None:
    for path in ("/kioskService/v1/health", "/kioskService/v1/authenticationChallenges", "/docs", "/openapi.json"):
        assert httpx.get(f"{town.hall.public_url}{path}", trust_env=False).status_code == 404


def test_without_a_kiosks_certificate_there_is_no_line(town: Town, tmp_path: Path) -> None:
    context = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        httpx.get(f"{town.hall.url}/kioskService/v1/health", verify=context, trust_env=False)
    key = tmp_path / "stranger.key"
    certificate = tmp_path / "stranger.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", "/CN=LV-01", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    context.load_cert_chain(certificate, key)
    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        httpx.get(f"{town.hall.url}/kioskService/v1/health", verify=context, trust_env=False)


def test_the_town_halls_own_certificate_is_no_kiosks(town: Town) -> None:
    context = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
    context.load_cert_chain(town.hall.ca / "server.pem", town.hall.ca / "server.key")
    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        httpx.get(f"{town.hall.url}/kioskService/v1/health", verify=context, trust_env=False)


def test_a_kiosk_that_was_stolen_is_cut_off_in_the_middle_of_its_line(
    town: Town, another_kiosk: Callable[[str], tuple[Path, Path]]
) -> None:
    certificate, key = another_kiosk("LV-03")
    stolen = type(town.kiosk)(town.hall, town.kiosk.contract, town.kiosk.tools, certificate, key)
    with stolen.http:
        stolen.challenge()
        revoke = [sys.executable, "-m", "townhall", "--data", str(town.folder), "--database", town.hall.database]
        revoke.append("--revoke")
        assert subprocess.run([*revoke, str(certificate)], cwd=PROJECT, check=False).returncode == 0
        refused = stolen.call("POST", "/authenticationChallenges", {})
        assert (refused.status_code, town.problem(refused)) == (403, "kioskRevoked")
        assert town.kiosk.challenge()
        assert subprocess.run([*revoke, str(town.hall.ca / "server.pem")], cwd=PROJECT, check=False).returncode == 1


def test_old_tls_is_refused(town: Town) -> None:
    asked = f"localhost:{httpx.URL(town.hall.url).port}"
    done = subprocess.run(
        ["openssl", "s_client", "-connect", asked, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        input=b"",
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert b"Cipher is (NONE)" in done.stdout


def test_a_header_cannot_make_one_kiosk_another(town: Town) -> None:
    forged = urllib.parse.quote((town.hall.ca.parent.parent / "LV-02.pem").read_text())
    made = town.kiosk.call("POST", "/authenticationChallenges", {}, **{"X-Client-Cert": forged}).json()
    assert town.problem(town.other.answer((made["id"], made["nonce"]), town.eid.card(AN))) == "challengeUnknown"


def test_one_line_serves_a_whole_visit_refusals_included(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    calls = [
        town.kiosk.call("GET", "/health"),
        town.kiosk.answer(town.kiosk.challenge(), town.eid.card(NOBODY)),
        town.kiosk.order(bearer, ticket),
        town.kiosk.order(bearer, ticket, "nationality"),
        town.kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer),
        town.kiosk.call("DELETE", f"/sessions/{uuid4()}"),
        town.kiosk.report(ticket, "printed"),
    ]
    lines = {call.extensions["network_stream"].get_extra_info("client_addr") for call in calls}
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothingHere", 404), ("POST", "/health", 405), ("GET", "/documentOrders/no-uuid", 400)],
)
def test_what_is_not_in_the_contract_is_a_problem_too(town: Town, method: str, path: str, status: int) -> None:
    refused = town.kiosk.http.request(method, path)
    assert refused.status_code == status
    assert town.problem(refused)


def test_a_body_is_not_read_without_end(town: Town) -> None:
    long = town.kiosk.http.put(f"/documentOrders/{uuid4()}", content=b"{" + b" " * 100_000)
    assert town.problem(long) == "payloadTooLarge"
    endless = town.kiosk.http.put(f"/documentOrders/{uuid4()}", content=iter([b"{"]))
    assert town.problem(endless) == "lengthRequired"
    nested = town.kiosk.http.post("/authenticationChallenges", content=b"[" * 60_000)
    assert town.problem(nested) == "schemaViolation"


def test_nobody_can_be_found_in_what_the_town_hall_keeps(town: Town, book: sa.Engine) -> None:
    who = "68042399958"
    session = town.kiosk.sign_in(town.eid.card(who))["session"]
    bearer, tickets = session["accessToken"], [str(uuid4()), str(uuid4())]
    for ticket, outcome in zip(tickets, ("printed", "failed"), strict=True):
        town.kiosk.order(bearer, ticket, "householdComposition")
        town.kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer)
        town.kiosk.report(ticket, outcome, reasons=["paperJam"])
    town.kiosk.call("DELETE", session["href"].removeprefix("/kioskService/v1"))
    kept = rows_of(book)
    assert tickets[0] in kept
    kept += (town.folder / "townhall.log").read_text() + " ".join(town.kiosk.paths)
    for file in town.folder.glob("townhall.db*"):  # SQLite's own, its log of writes too
        kept += file.read_bytes().decode("latin-1") + file.read_bytes().decode("utf-8", "ignore")
    for trace in (who, "68.04.23", "999.58", "François", "Łukasz", "Größe", bearer, "%PDF"):
        assert trace not in kept


def rows_of(book: sa.Engine) -> str:
    """Every field of every row of every table, bytes as text."""
    assert set(sa.inspect(book).get_table_names()) == {*METADATA.tables, "alembic_version"}, "no table is left out"
    with book.connect() as connection:
        fields = [
            field for table in METADATA.tables.values() for row in connection.execute(table.select()) for field in row
        ]
    return "\n".join(str(field, "latin-1") if isinstance(field, bytes) else str(field) for field in fields)


def test_a_restart_forgets_who_was_signed_in_and_knows_every_document(
    eid: Eid, responder: Responder, tmp_path: Path, contract: Contract, town: Town, new_book: str | None
) -> None:
    trust, residents = tmp_path / "trust.pem", PROJECT / "townhall" / "residents.toml"
    trust.write_bytes(eid.trust)
    hall = TownHall(tmp_path / "hall", residents, trust, responder.url, database=new_book)
    hall.start()
    try:
        make = type(town.kiosk)
        kiosk = make(hall, contract, town.kiosk.tools, hall.ca / "kiosk.pem", hall.ca / "kiosk.key")
        url, ticket = hall.url, str(uuid4())
        bearer = kiosk.bearer(eid.card(AN))
        kiosk.order(bearer, ticket)
        hall.crash()
        assert not hall.running
        with pytest.raises(httpx.TransportError):
            kiosk.http.get("/health")
        hall.start()
        assert hall.url == url
        assert town.problem(kiosk.order(bearer, ticket)) == "invalidAccessToken"
        again = kiosk.bearer(eid.card(AN))
        assert kiosk.order(again, ticket).status_code == 200
        assert kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=again).content.startswith(b"%PDF-")
        assert kiosk.report(ticket, "printed").json() == {"remedy": "none"}
        hall.pause()
        with pytest.raises(httpx.TimeoutException):
            kiosk.http.get("/health", timeout=0.3)
        hall.resume()
        assert kiosk.http.get("/health").json() == {"status": "UP"}
        kiosk.http.close()
    finally:
        hall.close()


@pytest.fixture
def behind_proxy(town: Town, responder: Responder, tmp_path: Path) -> Iterator[httpx.Client]:
    """A town hall on a unix socket, as behind nginx."""
    trust, place = tmp_path / "trust.pem", tmp_path / "socket"
    trust.write_bytes(town.eid.trust)
    command = [sys.executable, "-m", "townhall", "--data", tmp_path / "data", "--eid-test-trust", trust]
    command += ["--ocsp", responder.url, "--unix", place, "--origin", "https://kiosk.example"]
    command += ["--database", town.hall.database]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, cwd=PROJECT) as program:
        assert program.stdout is not None
        try:
            assert json.loads(program.stdout.readline())["url"] == "https://kiosk.example"
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(place)), base_url="http://town") as client:
                yield client
        finally:
            program.terminate()


def test_behind_a_proxy_its_word_on_the_certificate_counts(town: Town, behind_proxy: httpx.Client) -> None:
    path = "/kioskService/v1/authenticationChallenges"
    shown = urllib.parse.quote((town.hall.ca / "kiosk.pem").read_text())
    assert behind_proxy.post(path, headers={"X-Client-Cert": shown}).status_code == 201
    own = urllib.parse.quote((town.hall.ca / "server.pem").read_text())
    for headers in ({}, {"X-Client-Cert": "nonsense"}, {"X-Client-Cert": own}):
        assert town.problem(behind_proxy.post(path, headers=headers)) == "noKioskCertificate"
