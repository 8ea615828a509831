"""Several workers behind a real nginx, on one PostgreSQL: any of them serves any kiosk, and nginx says who calls."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa
import trustme
from msgspec import Struct

from fleet.service.server import Service
from fleet.service.tables import kiosks
from simulators.daemon import Daemon, listens
from tests.fleet.service.console import PASSWORD

if TYPE_CHECKING:
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Said

PROJECT = Path(__file__).parents[3]
SECONDS = 30.0
# With so many open a worker begins; a shell or a unit gives a thousand.
FILES = 128


class Site(Struct, frozen=True):
    """Two workers and what stands before them."""

    url: str
    ca: Path
    sockets: list[Path]
    workers: list[Daemon]
    service: Service


@pytest.fixture(scope="module")
def site(
    template: Path,
    fleet_in: Callable[[Path], Fleet],
    migrated: str,
    authority: trustme.CA,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The processes that an operator runs, with the file for nginx that we ship."""
    folder = tmp_path_factory.mktemp("site")
    home = Path(shutil.copytree(template / "fleet", folder / "fleet"))
    service = Service(fleet_in(home).work, migrated)
    sockets = [folder / f"{number}.sock" for number in (1, 2)]
    begun = []
    for place in sockets:
        words = ["serve", "--unix", place, "--home", home, "--database", migrated]
        command = ["prlimit", f"--nofile={FILES}:{FILES * 10}", sys.executable, "-m", "fleet.cli", *map(str, words)]
        begun.append(Daemon(command, folder / f"{place.stem}.log"))
    try:
        for worker, place in zip(begun, sockets, strict=True):
            worker.wait_for(lambda place=place: listens(place), SECONDS)  # type: ignore[misc]
        port = free_port()
        begun.append(nginx(folder, home, sockets, authority, port))
        begun[-1].wait_for(lambda: answers(port), SECONDS)
        url = f"https://localhost:{port}"
        yield Site(url, folder / "ca.pem", sockets, begun[:2], service)
    finally:
        for daemon in reversed(begun):
            daemon.stop()
        service.engine.dispose()


def nginx(folder: Path, home: Path, sockets: list[Path], authority: trustme.CA, port: int) -> Daemon:
    mine = authority.issue_cert("localhost")
    mine.cert_chain_pems[0].write_to_path(folder / "server.pem")
    mine.private_key_pem.write_to_path(folder / "server.key")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    text = (PROJECT / "deploy/fleet/nginx.conf").read_text(encoding="utf-8")
    for there, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/loket247-fleet/", f"{folder}/"),
        ("/srv/vloot/", f"{home}/"),
        *((f"/run/loket247-fleet/{place.name}", f"{place}") for place in sockets),
    ):
        assert there in text
        text = text.replace(there, here)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # the sockets are for their owner and his group
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}include {folder}/site.conf;\n}}\n",
        encoding="utf-8",
    )
    return Daemon(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")], folder / "nginx.log")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as place:
        return int(place.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


Let = Callable[[Site, str], Path]


@pytest.fixture
def let(request_for: Callable[[], tuple[bytes, bytes]], tmp_path: Path) -> Let:
    """Let a kiosk in; gives its key and certificate in one file."""

    def enrol(site: Site, number: str) -> Path:
        key, asked = request_for()
        enrolment = site.service.enrolment
        file = tmp_path / f"{number}.pem"
        file.write_bytes(key + enrolment.enrol(enrolment.expect("lindeveld", number), asked))
        return file

    return enrol


def client(site: Site, pem: Path | None = None) -> httpx.Client:
    trust = ssl.create_default_context(cafile=site.ca)
    if pem is not None:
        trust.load_cert_chain(pem)
    return httpx.Client(base_url=site.url, verify=trust, timeout=SECONDS)


def header(pem: Path) -> dict[str, str]:
    """What nginx writes of a certificate."""
    text = pem.read_text()
    return {"X-Client-Cert": quote(text[text.index("-----BEGIN CERTIFICATE") :], safe="")}


def seen(site: Site, number: str) -> bool:
    with site.service.engine.connect() as connection:
        row = connection.execute(sa.select(kiosks).where(kiosks.c.number == number)).one()
    return row.seen is not None


def test_whoever_answers_knows_what_the_other_was_told(site: Site, let: Let, said: Said) -> None:
    pem, told = let(site, "LV-11"), said.next()
    with client(site, pem) as kiosk:
        assert kiosk.post("/checkins", content=told).status_code == 204
    for place in site.sockets:  # as nginx does
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(place)), base_url="http://fleet") as worker:
            assert worker.post("/checkins", content=told, headers=header(pem)).status_code == 409


def test_a_header_that_a_caller_wrote_is_worth_nothing(site: Site, let: Let, said: Said) -> None:
    mine, other = let(site, "LV-12"), let(site, "LV-13")
    with client(site) as nobody:
        for names in (header(other), {"x-client-cert": header(other)["X-Client-Cert"], "X-Forwarded-For": "::1"}):
            assert nobody.post("/checkins", content=said.next(), headers=names).status_code == 403
        twice = [*header(other).items(), *header(other).items()]
        assert nobody.post("/checkins", content=said.next(), headers=twice).status_code == 403
    with client(site, mine) as kiosk:
        assert kiosk.post("/checkins", content=said.next(), headers=header(other)).status_code == 204
    assert (seen(site, "LV-12"), seen(site, "LV-13")) == (True, False)


@pytest.mark.parametrize("shown", ["", "no certificate", "-----BEGIN CERTIFICATE-----%0AAAAA%0A-----END"])
def test_what_is_no_certificate_is_nobodys(site: Site, said: Said, shown: str) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(site.sockets[0])), base_url="http://fleet") as worker:
        answer = worker.post("/checkins", content=said.next(), headers={"X-Client-Cert": shown})
    assert answer.status_code == 403


def test_a_certificate_that_another_signed_gets_no_further_than_nginx(
    site: Site, tmp_path: Path, certified: tuple[Path, Path], said: Said
) -> None:
    pem = tmp_path / "own.pem"
    pem.write_bytes(certified[1].read_bytes() + certified[0].read_bytes())
    with client(site, pem) as stranger:
        assert stranger.post("/checkins", content=said.next()).status_code == 400


def test_a_socket_is_for_its_owner_and_the_group_of_nginx(site: Site) -> None:
    assert {place.stat().st_mode & 0o777 for place in site.sockets} == {0o660}


def test_two_people_at_two_workers_lose_nothing_of_each_other(site: Site) -> None:
    today = site.service.desk.today

    def closes(days: range) -> None:
        with client(site) as person:
            person.post("/aanmelden", data={"naam": "els", "wachtwoord": PASSWORD})
            page = person.get("/vandaag/lindeveld").text
            word = page.partition('name="woord" value="')[2].partition('"')[0]
            for ahead in days:
                form = {"woord": word, "dag": f"{today + timedelta(days=ahead)}"}
                assert person.post("/vandaag/lindeveld/sluitingsdag", data=form).status_code == 303

    with ThreadPoolExecutor() as pool:
        list(pool.map(closes, (range(8), range(8, 16))))
    assert len(site.service.desk.content("lindeveld").closed) == 16


def test_a_worker_takes_more_lines_than_it_was_given_files_to_begin_with(site: Site) -> None:
    with ExitStack() as stack:
        for _ in range(2 * FILES):
            line = stack.enter_context(socket.socket(socket.AF_UNIX))
            line.settimeout(SECONDS)
            line.connect(str(site.sockets[0]))
        transport = httpx.HTTPTransport(uds=str(site.sockets[0]))
        with httpx.Client(transport=transport, base_url="http://fleet", timeout=SECONDS) as worker:
            assert worker.get("/health").status_code == 200


def test_when_a_worker_dies_the_other_goes_on(site: Site, let: Let, said: Said) -> None:
    """The last of this file: nobody starts it again."""
    pem = let(site, "LV-14")
    site.workers[0].signal(signal.SIGKILL)
    for _ in range(4):
        with client(site, pem) as kiosk:
            assert kiosk.post("/checkins", content=said.next()).status_code == 204
