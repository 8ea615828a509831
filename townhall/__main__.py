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
from pathlib import Path

from cryptography import x509

from townhall import residents
from townhall.authority import Authority, make
from townhall.mtls import read
from townhall.ocsp import Revocation
from townhall.seal import Sealer
from townhall.server import Tls, kiosk_app, kiosk_listener, public_listener, serve
from townhall.service import Reference, Service
from townhall.sessions import Sessions, utc_now
from townhall.sources.demo import DemoSource
from townhall.tables import Tables
from townhall.trust import TrustStore
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
    public = _bound(arguments.public)
    url = arguments.origin if arguments.unix else f"https://{_host(kiosks)}:{kiosks.getsockname()[1]}"
    public_url = f"http://{public.getsockname()[0]}:{public.getsockname()[1]}"
    service = _service(arguments, authority, arguments.origin or url, arguments.verify_base or public_url)
    _warm(service)
    tls = None if arguments.unix else Tls(authority.server, authority.server_key, authority.ca)
    announce = json.dumps({"ready": True, "url": url, "publicUrl": public_url})
    listeners = {
        kiosk_listener(kiosk_app(service), tls): kiosks,
        public_listener(Verification(service).app()): public,
    }
    asyncio.run(serve(service, listeners, announce))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="townhall", description="Reference back end of Loket 24/7")
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="keys and database; made when it is not there")
    add("--residents", type=Path, default=residents.RESIDENTS, metavar="FILE", help="fictitious residents (TOML)")
    add("--eid-trust", type=Path, metavar="PEM", help="eID roots and citizen authorities")
    add("--ocsp", metavar="URL", help="responder that knows which cards were revoked")
    add("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="where kiosks connect, with mutual TLS")
    add("--unix", type=Path, metavar="SOCKET", help="instead: a socket for a proxy that checks kiosks' certificates")
    add("--public", default="127.0.0.1:0", metavar="HOST:PORT", help="where /verify/CODE is served")
    add("--origin", metavar="URL", help="what cards sign for; else where kiosks connect")
    add("--database", metavar="URL", help="SQLAlchemy URL; else SQLite in --data")
    add("--kiosk", default="LV-01", metavar="NAME", help="the kiosk to make a certificate for")
    add("--verify-base", metavar="URL", help="the public address to print on documents; else where it is served")
    add("--keep-sealed", type=Path, metavar="DIR", help="keep a copy of every sealed document (demo, tests)")
    add("--revoke", type=Path, metavar="PEM", help="take no call from this kiosk certificate any more, and end")
    arguments = parser.parse_args()
    if not arguments.revoke and not (arguments.eid_trust and arguments.ocsp):
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
    tables = Tables(_database(arguments))
    tables.revoke_kiosk(kiosk.name, kiosk.fingerprint)
    tables.close()
    return 0


def _database(arguments: argparse.Namespace) -> str:
    return str(arguments.database or f"sqlite:///{arguments.data.resolve() / 'townhall.db'}")


def _service(arguments: argparse.Namespace, authority: Authority, origin: str, verify_base: str) -> Service:
    if arguments.keep_sealed:
        arguments.keep_sealed.mkdir(parents=True, exist_ok=True)
        shutil.copy(authority.seal_ca, arguments.keep_sealed / "seal-ca.pem")
    known = residents.load(arguments.residents)
    return Service(
        residents=known,
        source=DemoSource(known),
        sealer=Sealer(authority.seal, authority.seal_key, authority.seal_ca),
        tables=Tables(_database(arguments)),
        sessions=Sessions(),
        trust=TrustStore.load(arguments.eid_trust),
        origin=origin,
        revocation=Revocation(arguments.ocsp),
        reference=Reference(arguments.data / "reference.key"),
        municipality=next(resident.municipality for resident in known.values() if resident.registered),
        verify_base=verify_base.rstrip("/"),
        sealed=arguments.keep_sealed,
        now=utc_now,
    )


def _warm(service: Service) -> None:
    """Make and seal a page that nobody gets, so that the first resident does not wait for fonts and libraries."""
    service.sealer.warm()
    service.tables.check()
    day = service.now().date()
    for resident in service.residents.values():
        for product in service.source.products(resident):
            if product.available:
                service.source.document(resident, product.code, product.languages[0], "-", "-", day, day)
                return


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


def _host(place: socket.socket) -> str:
    host = str(place.getsockname()[0])
    return "localhost" if ipaddress.ip_address(host).is_loopback else host


if __name__ == "__main__":
    sys.exit(main())
