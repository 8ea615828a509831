"""Starts a back end for a demo town: makes what is missing, warms up, serves, and says where on one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import logging
import shutil
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path

from cryptography import x509

from townhall import catalogue, database, residents
from townhall.authority import Authority, make
from townhall.balie import accounts
from townhall.claims import Claims
from townhall.compartments import wall
from townhall.compartments.book import Book
from townhall.ledger import Ledger
from townhall.mtls import read
from townhall.ocsp import Revocation
from townhall.office import office_app
from townhall.opening import Openings
from townhall.pdf_judge import PdfJudge
from townhall.seal import Sealer
from townhall.server import Tls, kiosk_app, kiosk_listener, office_listener, public_listener, serve
from townhall.service import Reference, Service, Town
from townhall.sessions import Sessions, utc_now
from townhall.sources.demo import DemoSource
from townhall.sources.prepared import PreparedSource
from townhall.trust import TrustStore
from townhall.vault import Vault
from townhall.verify import Verification

BACKLOG = 128


def main() -> int:
    """Serve until told to end."""
    arguments = _arguments()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    arguments.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if arguments.revoke:
        return _revoke(arguments)
    authority = make(arguments.data / "ca", arguments.kiosk)
    kiosks = _unix(arguments.unix) if arguments.unix else _bound(arguments.listen)
    public, office = _bound(arguments.public), _bound(arguments.office)
    url = arguments.origin if arguments.unix else _secure_url(kiosks)
    public_url = f"http://{public.getsockname()[0]}:{public.getsockname()[1]}"
    judge = PdfJudge((authority.seal_ca, *arguments.seal_ca))
    service = _service(arguments, authority, arguments.origin or url, arguments.verify_base or public_url)
    _warm(service)
    tls = Tls(authority.server, authority.server_key, authority.ca)
    desk = office_app(service, judge, accounts.load(arguments.accounts))
    announce = json.dumps({"ready": True, "url": url, "publicUrl": public_url, "officeUrl": _secure_url(office)})
    listeners = {
        kiosk_listener(kiosk_app(service), None if arguments.unix else tls): kiosks,
        office_listener(desk, replace(tls, callers=authority.depositor_ca)): office,
        public_listener(Verification(service).app()): public,
    }
    try:
        threading.Thread(target=judge.warm).start()
        asyncio.run(serve(service, listeners, announce))
    finally:
        judge.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="townhall", description="Reference back end of Loket 24/7")
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="keys and database; made when it is not there")
    add("--residents", type=Path, default=residents.RESIDENTS, metavar="FILE", help="fictitious residents (TOML)")
    add("--eid-trust", type=Path, metavar="PEM", help="Belgium's roots and the authorities of real cards")
    add("--eid-test-trust", type=Path, metavar="PEM", help="instead: those of test cards, for a town that is none")
    add("--ocsp", metavar="URL", help="responder that knows which cards were revoked")
    add("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="where kiosks connect, with mutual TLS")
    add("--unix", type=Path, metavar="SOCKET", help="instead: a socket for a proxy that checks kiosks' certificates")
    add("--public", default="127.0.0.1:0", metavar="HOST:PORT", help="where /verify/CODE is served")
    add(
        "--office",
        default="127.0.0.1:0",
        metavar="HOST:PORT",
        help="where clerks and the town's software connect",
    )
    add("--accounts", type=Path, metavar="FILE", help="who may use the office, and hand documents in (office.toml)")
    add("--source", choices=("demo", "prepared"), default="demo", help="where documents come from")
    add("--catalogue", type=Path, default=catalogue.CATALOGUE, metavar="FILE", help="what this town gives out (TOML)")
    add("--lockers", type=Path, metavar="FILE", help="the town's own compartments, and what may lie in them (TOML)")
    add("--seal-ca", type=Path, action="append", default=[], metavar="PEM", help="accept seals of this authority too")
    add("--origin", metavar="URL", help="what cards sign for; else where kiosks connect")
    add("--database", metavar="URL", help="SQLAlchemy URL; else SQLite in --data")
    add("--kiosk", default="LV-01", metavar="NAME", help="the kiosk to make a certificate for")
    add("--verify-base", metavar="URL", help="the public address to print on documents; else where it is served")
    add("--keep-sealed", type=Path, metavar="DIR", help="keep a copy of every sealed document (demo, tests)")
    add("--revoke", type=Path, metavar="PEM", help="take no call from this kiosk certificate any more, and end")
    arguments = parser.parse_args()
    if arguments.eid_trust and arguments.eid_test_trust:
        parser.error("real cards or test cards, never both: --eid-trust or --eid-test-trust")
    if not arguments.revoke and not ((arguments.eid_trust or arguments.eid_test_trust) and arguments.ocsp):
        parser.error("to serve it needs --eid-trust and --ocsp")
    if arguments.unix and not arguments.origin:
        parser.error("--unix needs --origin")
    return arguments


def _revoke(arguments: argparse.Namespace) -> int:
    """Write the row that a running back end looks for at each call."""
    kiosk = read(x509.load_pem_x509_certificate(arguments.revoke.read_bytes()))
    if kiosk is None:
        print(f"{arguments.revoke}: not a kiosk's certificate", file=sys.stderr)  # noqa: T201 - to who typed it
        return 1
    ledger = Ledger(database.opened(_database(arguments)))
    ledger.revoke_kiosk(kiosk.name, kiosk.fingerprint)
    ledger.close()
    return 0


def _database(arguments: argparse.Namespace) -> str:
    return str(arguments.database or f"sqlite:///{arguments.data.resolve() / 'townhall.db'}")


def _service(arguments: argparse.Namespace, authority: Authority, origin: str, verify_base: str) -> Service:
    if arguments.keep_sealed:
        arguments.keep_sealed.mkdir(parents=True, exist_ok=True)
        shutil.copy(authority.seal_ca, arguments.keep_sealed / "seal-ca.pem")
    register, products = residents.load(arguments.residents), catalogue.load(arguments.catalogue)
    engine = database.opened(_database(arguments))
    openings = Openings(arguments.data / "closed.toml")
    return Service(
        town=Town(
            name=register.municipality,
            nis=register.nis,
            products=products,
            verify_base=verify_base.rstrip("/"),
            code_life=register.code_life,
            wall=wall.load(arguments.lockers),
        ),
        source=PreparedSource() if arguments.source == "prepared" else DemoSource(register.people, products, openings),
        sealer=Sealer(authority.seal, authority.seal_key, authority.seal_ca),
        ledger=Ledger(engine),
        claims=Claims(engine),
        book=Book(engine),
        vault=Vault(arguments.data / "vault.key"),
        sessions=Sessions(),
        trust=_trust(arguments),
        origin=origin,
        revocation=Revocation(arguments.ocsp),
        reference=Reference(arguments.data / "reference.key"),
        sealed=arguments.keep_sealed,
        now=utc_now,
    )


def _trust(arguments: argparse.Namespace) -> TrustStore:
    if arguments.eid_test_trust:
        return TrustStore.load_tests(arguments.eid_test_trust)
    return TrustStore.load(arguments.eid_trust)


def _warm(service: Service) -> None:
    """Seal a page that nobody gets, so that the first resident does not wait for libraries."""
    service.sealer.warm()
    service.ledger.check()
    service.source.warm()


def _bound(address: str) -> socket.socket:
    """A listening socket at HOST:PORT. It says that it is TCP: without, asyncio leaves Nagle's 40 ms in each answer."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    place = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind((host, int(port)))
    place.listen(BACKLOG)
    return place


def _unix(path: Path) -> socket.socket:
    """A socket that only our own user and group reach: whoever writes to it can name any kiosk."""
    path.unlink(missing_ok=True)
    place = socket.socket(socket.AF_UNIX)
    place.bind(str(path))
    path.chmod(0o660)
    place.listen(BACKLOG)
    return place


def _secure_url(place: socket.socket) -> str:
    return f"https://{_host(place)}:{place.getsockname()[1]}"


def _host(place: socket.socket) -> str:
    host = str(place.getsockname()[0])
    return "localhost" if ipaddress.ip_address(host).is_loopback else host


if __name__ == "__main__":
    sys.exit(main())
