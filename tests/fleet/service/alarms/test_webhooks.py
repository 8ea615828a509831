"""A program that hears of alarms: signed so that it knows us, and never one that stands where it may not be."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
import tomli_w
import trustme

from fleet.service import webhooks
from fleet.service.alarm_settings import Webhook
from fleet.service.alarm_tables import messages
from fleet.service.webhooks import allowed, signature
from tests.fleet.service.alarms.outside import Program

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Clock, Said

# [Standard Webhooks 1.0, the example of its libraries]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LOOPBACK = ["127.0.0.0/8", "::1/128"]


def test_a_signature_is_that_of_the_standard() -> None:
    at = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    secret = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
        *("169.254.169.254", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"),
    ],
)
def test_what_is_not_of_the_world_is_not_allowed(address: str) -> None:
    """[IANA's registries of special-purpose addresses]"""
    hook = Webhook(town="lindeveld", url="https://a.example/", secret_file="s")
    assert not allowed(ipaddress.ip_address(address), hook)


def test_the_world_is_and_so_is_what_the_operator_named() -> None:
    hook = Webhook(town="lindeveld", url="https://a.example/", secret_file="s", networks=("10.1.0.0/16", "fc00::/7"))
    for address in ("193.191.245.1", "2a00:1450::1", "10.1.2.3", "::ffff:10.1.2.3", "fc00::1"):
        assert allowed(ipaddress.ip_address(address), hook)
    assert not allowed(ipaddress.ip_address("10.2.0.1"), hook)


@pytest.fixture
def program(authority: trustme.CA) -> Iterator[Program]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", "::1").configure_cert(tls)
    with Program(tls) as program:
        yield program


Told = Callable[..., tuple["Service", "Clock"]]


@pytest.fixture
def told(
    with_people: Fleet,
    file_database: str,
    make_service: Callable[[str], tuple[Service, Clock]],
    let_in: Callable[[Service, str], str],
    said: Said,
    authority: trustme.CA,
    tmp_path: Path,
) -> Told:
    """A service with a webhook at an address, which hears that a kiosk put its settings back: one round of it."""
    (tmp_path / "secret").write_text(SECRET)
    authority.cert_pem.write_to_path(tmp_path / "hook-ca.pem")

    def begin(url: str, networks: list[str]) -> tuple[Service, Clock]:
        hook = {"town": "lindeveld", "url": url, "secret_file": str(tmp_path / "secret"), "networks": networks}
        file = {"webhooks": [{**hook, "ca": str(tmp_path / "hook-ca.pem")}]}
        (with_people.work.home / "alarms.toml").write_text(tomli_w.dumps(file), encoding="utf-8")
        service, clock = make_service(file_database)
        who = let_in(service, "LV-01")
        assert said.kiosk is not None
        said.kiosk["inForce"]["sentBack"] = 1
        service.checkins.take(who, said.next())
        asyncio.run(service.couriers.round())
        return service, clock

    return begin


def row(service: Service) -> Any:  # noqa: ANN401 (a row)
    with service.engine.connect() as connection:
        return connection.execute(sa.select(messages)).one()


def test_a_program_hears_what_where_and_since_when(told: Told, program: Program) -> None:
    service, _ = told(f"https://localhost:{program.port}/loket?town=1", LOOPBACK)
    ((path, headers, content),) = program.heard
    assert path == "/loket?town=1"
    assert headers["host"] == f"localhost:{program.port}"
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    message = json.loads(content)
    assert message["type"] == "alarm.opened"
    assert {name: message["data"][name] for name in ("town", "kiosk", "key", "role")} == {
        "town": "lindeveld",
        "kiosk": "LV-01",
        "key": "sentBack",
        "role": "storing",
    }
    assert row(service).sent is not None


@pytest.mark.expects_log("staat op een adres dat niet mag")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_what_stands_on_this_machine_hears_nothing(told: Told, program: Program, host: str) -> None:
    service, _ = told(f"https://{host}:{program.port}/", [])
    assert program.heard == []
    assert row(service).over is not None


@pytest.mark.expects_log("zegt 302")
def test_nobody_is_sent_elsewhere_and_the_same_is_told_again_by_the_same_name(told: Told, program: Program) -> None:
    program.status = 302
    service, clock = told(f"https://localhost:{program.port}/", LOOPBACK)
    assert [path for path, _, _ in program.heard] == ["/"]
    program.status = 204
    clock.ahead = dt.timedelta(minutes=2)
    asyncio.run(service.couriers.round())
    names = {headers["webhook-id"] for _, headers, _ in program.heard}
    assert (len(program.heard), len(names)) == (2, 1)
    assert row(service).sent is not None


@pytest.mark.expects_log("antwoordt niet .ConnectError.")
def test_a_program_that_another_vouches_for_hears_nothing(told: Told) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    with Program(tls) as stranger:
        told(f"https://localhost:{stranger.port}/", LOOPBACK)
        assert stranger.heard == []


@pytest.mark.expects_log("antwoordt niet .ConnectTimeout.")
def test_a_program_that_says_nothing_is_given_up(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "DEADLINE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        service, _ = told(f"https://127.0.0.1:{mute.getsockname()[1]}/", LOOPBACK)
    assert (row(service).tries, row(service).over) == (1, None)
