"""The outside world of alarms: a mail server (aiosmtpd) and a program that listens to a webhook, each on loopback."""

from __future__ import annotations

import asyncio
import http.server
import ssl
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """A mail server. `rcpt` and `data` are what it answers; `mute` hangs up without a word once it has the letter."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.letters: list[EmailMessage] = []
        self.to: list[str] = []
        self.rcpt: dict[str, str] = {}
        self.data, self.mute = "250 OK", False
        self._lines: list[SMTP] = []
        self._tls, self._loop = tls, asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self) -> None:
        def line() -> SMTP:
            self._lines.append(
                SMTP(self, tls_context=self._tls, require_starttls=self._tls is not None, loop=self._loop)
            )
            return self._lines[-1]

        self._server = await self._loop.create_server(line, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
        for line in self._lines:
            if isinstance(line.transport, asyncio.Transport):
                line.transport.abort()
        await asyncio.sleep(0)  # the loop hears of it

    @property
    def calls(self) -> int:
        """How often somebody came by."""
        return len(self._lines)

    @property
    def texts(self) -> list[str]:
        """What each letter says."""
        return [letter.get_content() for letter in self.letters]

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters]

    # --- as aiosmtpd calls it ---

    async def handle_RCPT(  # noqa: N802 (as the library has it)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if address not in self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        if self.data.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content or b"", policy=default))  # type: ignore[arg-type]
            self.to.extend(envelope.rcpt_tos)
        if self.mute and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return self.data


class Program:
    """A program of the town that hears of alarms: HTTPS, and what it answers."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                outer.heard.append((self.path, {key.lower(): value for key, value in self.headers.items()}, content))
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815 (as the library has it)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()
