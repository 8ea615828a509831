"""The three listeners of a back end: kiosks over mutual TLS (or behind a proxy), the office, and the public page."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import signal
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from townhall import retention
from townhall.defects import DefectReports
from townhall.lockers.collecting import Collecting
from townhall.lockers.storing import Storing
from townhall.mtls import BehindProxy, CallerProtocol
from townhall.offers import Offers
from townhall.ordering import Ordering
from townhall.service import Service
from townhall.sign_in import SignIn
from townhall.web import BASE, new_app

# A kiosk keeps its line open while a PIN is typed, and hangs up itself after two minutes: we must not be first.
KEEP_ALIVE_SECONDS = 150
# An order takes 50 ms; what has not finished by then never will.
END_SECONDS = 1
SWEEP_SECONDS = 15.0


@dataclass(frozen=True)
class Tls:
    """The files of mutual TLS: our certificate and key, and the authority that callers are certified by."""

    certificate: Path
    key: Path
    callers: Path


class Listener(uvicorn.Server):
    """uvicorn that says when it serves, and leaves the signals to whoever runs several."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets)
        self.serving.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def kiosk_app(service: Service) -> FastAPI:
    """The kiosk service of the contract."""
    router = APIRouter(prefix=BASE)

    async def health() -> JSONResponse:
        """DOWN without the database; DEGRADED when nobody can sign in for want of the responder."""
        try:
            await asyncio.to_thread(service.ledger.check)
        except sa.exc.SQLAlchemyError:
            return JSONResponse({"status": "DOWN"}, 503)
        return JSONResponse({"status": "UP" if await service.revocation.reachable() else "DEGRADED"})

    router.add_api_route("/health", health, methods=["GET"])
    app = new_app()
    documents = Offers(service).router(), SignIn(service).router(), Ordering(service).router()
    doors = Collecting(service).router(), Storing(service).router()
    for routes in (router, *documents, *doors, DefectReports(service).router()):
        app.include_router(routes)
    return app


def kiosk_listener(app: ASGIApp, tls: Tls | None) -> Listener:
    """The listener for kiosks. Without `tls` it believes a proxy's header, and belongs on a unix socket."""
    return Listener(_config(BehindProxy(app)) if tls is None else _config(app, **_secured(tls, ssl.CERT_REQUIRED)))


def office_listener(app: ASGIApp, tls: Tls) -> Listener:
    """The listener for the town's software, which may show a certificate, and for clerks, who have none."""
    return Listener(_config(app, **_secured(tls, ssl.CERT_OPTIONAL)))


def public_listener(app: ASGIApp) -> Listener:
    """The listener for the public page."""
    return Listener(_config(app))


async def serve(service: Service, listeners: dict[Listener, socket.socket], announce: str) -> None:
    """Serve until SIGTERM or SIGINT; print `announce` when every listener does."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, listeners)
    await service.revocation.warm()
    sweeper = asyncio.create_task(_sweep(service))
    serving = [asyncio.create_task(listener.serve([place])) for listener, place in listeners.items()]
    for listener in listeners:
        await listener.serving.wait()
    print(announce, flush=True)  # noqa: T201 - the one line that whoever started us waits for
    await asyncio.gather(*serving)
    sweeper.cancel()
    await service.revocation.close()
    service.ledger.close()


def _config(app: ASGIApp, **more: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        **{"http": "h11", **more},  # type: ignore[arg-type]
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
    )


def _secured(tls: Tls, demand: ssl.VerifyMode) -> dict[str, object]:
    return {
        "http": CallerProtocol,
        "ssl_certfile": tls.certificate,
        "ssl_keyfile": tls.key,
        "ssl_ca_certs": str(tls.callers),
        "ssl_cert_reqs": demand,
        "ssl_context_factory": _strict,
    }


def _strict(_config: uvicorn.Config, usual: object) -> ssl.SSLContext:
    context = usual()  # type: ignore[operator]
    assert isinstance(context, ssl.SSLContext)  # noqa: S101 - uvicorn's own
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _end(listeners: dict[Listener, socket.socket]) -> None:
    for listener in listeners:
        listener.should_exit = True


async def _sweep(service: Service) -> None:
    looked: dt.date | None = None  # on which day what is too old was looked for: it looks at every line
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        service.sessions.sweep()
        with contextlib.suppress(sa.exc.SQLAlchemyError):  # the next turn finds what this one left
            today = service.today()
            await asyncio.to_thread(service.ledger.sweep, today)
            if (
                looked != today
                and await asyncio.to_thread(retention.forget, service.ledger.engine, today) < retention.AT_ONCE
            ):
                looked = today
