"""How a kiosk is let in: by a code that is good once and for a day, over real TLS; and how it is put out again."""

from __future__ import annotations

import contextlib
import io
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.agent.__main__ import main
from config.agent.line import Line, LineError
from config.agent.told import AgentState, Told
from fleet.service.enrolment import RefusedError

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent
    from tests.fleet.service.conftest import Running, Said

Request = Callable[[], tuple[bytes, bytes]]


@pytest.fixture
def line(remote: Agent, running: Running) -> Iterator[Line]:
    """The line of LV-01's agent, which has no certificate yet."""
    line = Line(running.url, remote.home / "kiosk.pem", running.ca, remote.home / "said.json")
    yield line
    line.close()


def client(running: Running, pem: Path | None = None) -> httpx.Client:
    trust = ssl.create_default_context(cafile=running.ca)
    if pem is not None:
        trust.load_cert_chain(pem)
    return httpx.Client(base_url=running.url, verify=trust)


def enrolled(running: Running, line: Line, number: str = "LV-01") -> Path:
    line.enrol(running.service.enrolment.expect("lindeveld", number))
    return line._pem


# --- coming in -----------------------------------------------------------------------------------------------------


def test_a_kiosk_gets_its_certificate_with_the_command_of_the_manual_and_then_says_how_it_does(
    running: Running, remote: Agent
) -> None:
    code = running.service.enrolment.expect("lindeveld", "LV-01")
    settings = remote.settings()
    settings.write_text(f'{settings.read_text()}pem = "{remote.home}/kiosk.pem"\nsaid = "{remote.home}/said.json"\n')
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        assert main(["--settings", str(settings), "--enrol", code.lower().replace("-", " ")]) == 0
        assert main(["--settings", str(settings), "--once"]) == 0
    assert heard.getvalue().splitlines() == ["this kiosk is known to its fleet", "ok "]
    assert (remote.home / "kiosk.pem").stat().st_mode & 0o777 == 0o600
    (row,) = running.rows()
    assert row.seen is not None
    assert b'"alarm":null' in row.said


def test_what_the_kiosk_says_itself_comes_along(running: Running, line: Line, remote: Agent, said: Said) -> None:
    enrolled(running, line)
    assert said.kiosk is not None
    now = running.clock().isoformat()
    (remote.home / "said.json").write_bytes(msgspec.json.encode({**said.kiosk, "at": now}))
    line.tell(Told(remote.told).state())
    assert b'"part":"printer"' in running.rows()[0].said
    (remote.home / "said.json").write_bytes(msgspec.json.encode(said.kiosk))  # of this morning: it is silent now
    line.tell(Told(remote.told).state())
    assert b'"kiosk":null' in running.rows()[0].said


def test_a_kiosk_says_in_which_building_it_stands_when_it_comes_in(running: Running, remote: Agent) -> None:
    for building in ("Zaal 1; drop", "x" * 33):
        stranger = Line(running.url, remote.home / "x.pem", running.ca, remote.home / "said.json", building)
        with pytest.raises(LineError, match="no request"):
            stranger.enrol(running.service.enrolment.expect("lindeveld", "LV-02"))
        stranger.close()
    line = Line(running.url, remote.home / "kiosk.pem", running.ca, remote.home / "said.json", "stadhuis")
    enrolled(running, line)
    line.close()
    assert [(row.number, row.building) for row in running.rows()] == [("LV-01", "stadhuis"), ("LV-02", "")]


def test_a_code_is_good_once(running: Running, line: Line, tmp_path: Path) -> None:
    code = running.service.enrolment.expect("lindeveld", "LV-01")
    line.enrol(code)
    other = Line(running.url, tmp_path / "other.pem", running.ca, tmp_path / "none")
    with pytest.raises(LineError, match="not known"):
        other.enrol(code)
    assert not other.enrolled
    other.close()


def test_a_code_is_good_for_a_day(running: Running, line: Line) -> None:
    code = running.service.enrolment.expect("lindeveld", "LV-01")
    running.clock.ahead = timedelta(hours=24)
    with pytest.raises(LineError, match="not known"):
        line.enrol(code)


def test_a_second_code_makes_the_first_worth_nothing(running: Running, line: Line) -> None:
    first = running.service.enrolment.expect("lindeveld", "LV-01")
    running.service.enrolment.expect("lindeveld", "LV-01")
    with pytest.raises(LineError):
        line.enrol(first)


@pytest.mark.parametrize("number", ["lv-01", "L", "LV 01", "../LV", "LV-01" * 4])
def test_a_number_that_no_kiosk_has_is_refused(running: Running, number: str) -> None:
    with pytest.raises(RefusedError):
        running.service.enrolment.expect("lindeveld", number)


def test_the_fleet_says_who_a_kiosk_is_whatever_it_asks_for(running: Running, request_for: Request) -> None:
    given = running.service.enrolment.enrol(running.service.enrolment.expect("lindeveld", "LV-01"), request_for()[1])
    made = x509.load_pem_x509_certificate(given)
    assert made.subject.rfc4514_string() == "CN=LV-01,O=lindeveld"
    assert (made.not_valid_after_utc - running.clock()).days in {89, 90}
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize("request_", [b"", b"no request", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END"])
def test_what_is_no_request_costs_no_code(running: Running, request_: bytes, line: Line) -> None:
    code = running.service.enrolment.expect("lindeveld", "LV-01")
    with pytest.raises(RefusedError):
        running.service.enrolment.enrol(code, request_)
    line.enrol(code)


# --- the ninety days ------------------------------------------------------------------------------------------------


def test_a_certificate_is_renewed_in_time_and_the_old_one_counts_until_the_new_one_came(
    running: Running, line: Line
) -> None:
    pem = enrolled(running, line)
    old = pem.read_bytes()
    answer = running.rows()[0].fingerprint
    running.service.enrolment.renew(answer, _request_of(old))  # the answer to this one was lost
    line.tell(AgentState(running.clock()))
    assert running.rows()[0].fingerprint == answer
    line._certify("renewals", "")
    assert pem.read_bytes() != old
    line.tell(AgentState(running.clock()))
    (row,) = running.rows()
    assert row.fingerprint != answer
    assert row.next_fingerprint is None
    with pytest.raises(RefusedError):
        running.service.checkins.take(answer, b"")


@pytest.mark.parametrize(("days", "holds"), [(59, 31), (61, 90)])
def test_the_next_certificate_is_asked_for_at_two_thirds_of_the_ninety_days(
    running: Running, line: Line, days: int, holds: int
) -> None:
    running.clock.ahead = -timedelta(days=days)
    pem = enrolled(running, line)
    old = pem.read_bytes()
    running.clock.ahead = timedelta()
    line.tell(AgentState(running.clock()))
    assert (pem.read_bytes() != old) is (holds == 90)
    (row,) = running.rows()
    assert row.seen is not None
    assert timedelta(days=holds - 1) < row.certified_until - running.clock() < timedelta(days=holds + 1)


@pytest.mark.expects_log(r"no next certificate: not today")
def test_a_kiosk_that_gets_no_next_certificate_says_how_it_does_with_the_one_it_has(
    running: Running, line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    running.clock.ahead = -timedelta(days=61)
    enrolled(running, line)

    def refuse(*_: object) -> bytes:
        raise RefusedError("not today")

    monkeypatch.setattr(running.service.enrolment, "renew", refuse)
    for _ in range(2):
        line.tell(AgentState(running.clock()))
    assert running.rows()[0].sequence == 2
    assert caplog.messages.count("no next certificate: not today") == 1


def _request_of(pem: bytes) -> bytes:
    key = serialization.load_pem_private_key(pem, None)
    name = x509.Name([])
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    made = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


# --- who is not let in ----------------------------------------------------------------------------------------------


def test_a_stolen_certificate_speaks_for_its_own_kiosk_and_reads_nothing(
    running: Running, line: Line, said: Said
) -> None:
    pem = enrolled(running, line)
    running.service.enrolment.expect("lindeveld", "LV-02")
    with client(running, pem) as thief:
        assert thief.post("/checkins", content=said.next()).status_code == 204
        assert thief.get("/").headers["location"] == "/aanmelden"
        assert thief.get("/vandaag/lindeveld").headers["location"] == "/aanmelden"
        assert [row.seen is not None for row in running.rows()] == [True, False]
        running.service.enrolment.revoke("lindeveld", "LV-01")
        assert thief.post("/checkins", content=said.next()).status_code == 403
        assert thief.post("/renewals", json={"request": _request_of(pem.read_bytes()).decode()}).status_code == 403


def test_without_a_certificate_nobody_checks_in_whatever_a_header_says(
    running: Running, line: Line, said: Said
) -> None:
    pem = enrolled(running, line)
    shown = pem.read_text()[pem.read_text().index("-----BEGIN CERT") :].replace("\n", "%0A")
    headers = {"X-Client-Cert": shown, "X-SSL-Client-Verify": "SUCCESS", "X-Forwarded-For": "127.0.0.1"}
    with client(running) as caller:
        assert caller.post("/checkins", content=said.next(), headers=headers).status_code == 403
    assert running.rows()[0].seen is None


def test_a_certificate_that_another_signed_opens_no_line(
    running: Running, tmp_path: Path, certified: tuple[Path, Path], said: Said
) -> None:
    pem = tmp_path / "own.pem"
    pem.write_bytes(certified[1].read_bytes() + certified[0].read_bytes())
    with client(running, pem) as stranger, pytest.raises(httpx.TransportError):
        stranger.post("/checkins", content=said.next())


@pytest.mark.parametrize("size", [17 << 10, 1 << 20])
def test_what_is_too_long_is_not_read(running: Running, line: Line, size: int) -> None:
    pem = enrolled(running, line)
    with client(running, pem) as caller:
        assert caller.post("/checkins", content=b"[" * size).status_code == 422


def test_a_check_in_that_comes_a_second_time_is_had_before(running: Running, line: Line, said: Said) -> None:
    pem, told = enrolled(running, line), said.next()
    with client(running, pem) as caller:
        assert [caller.post("/checkins", content=told).status_code for _ in range(2)] == [204, 409]


@pytest.mark.expects_log("check-in: answered 403")
def test_a_kiosk_that_was_put_out_says_so_once_and_goes_on_with_its_settings(
    running: Running, line: Line, remote: Agent
) -> None:
    enrolled(running, line)
    running.service.enrolment.revoke("lindeveld", "LV-01")
    for _ in range(3):
        line.tell(AgentState(running.clock()))
    assert remote.round() == "ok"


def test_the_service_gives_out_the_repository_and_nothing_else_of_its_folder(running: Running) -> None:
    with client(running) as caller:
        assert caller.get("/metadata/timestamp.json").status_code == 200
        for path in (
            "/keys/online.pem",
            "/metadata/../keys/online.pem",
            "/metadata/%2e%2e/keys/online.pem",
            "/fleet.db",
        ):
            assert caller.get(path).status_code == 404
