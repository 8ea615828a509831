"""The agent's line to a server: real TLS on loopback, and whatever a server can do to hold it up or to deceive it."""

from __future__ import annotations

import gzip
import http.server
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from msgspec import structs
from tuf.api.exceptions import DownloadError, DownloadHTTPError, DownloadLengthMismatchError

from config.agent.__main__ import main
from config.agent.fetch import SlowDownError, WebFetcher
from config.agent.line import Line
from config.agent.told import AgentState

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet


# Eight megabytes of which eight kilobytes come over the line.
UNPACKED = 8 << 20
PACKED = gzip.compress(bytes(UNPACKED))


class Handler(http.server.SimpleHTTPRequestHandler):
    """Gives out a folder; a word in the address says how."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        match unquote(self.path.rpartition("/")[2]):
            case "drip":
                self._drip()
            case "endless":
                self._flood()
            case "later":
                self._say(503, {"Retry-After": "120"})
            case "much later":
                self._say(503, {"Retry-After": "²"})
            case "cookie":
                self._say(200, {"Set-Cookie": f"a={'x' * 2000}; Path=/"})
            case "heard":
                self._say(503, {"Retry-After": str(len(self.headers.get("Cookie", "")))})
            case "bomb" | "torn" | "garbled" | "brotli" | "after" as how:
                self._packed(how)
            case "hollow":
                self._packed_of_nothing()
            case "elsewhere":
                self._say(302, {"Location": "/root.json"})
            case _:
                super().do_GET()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/endless/"):
            self._flood()
        else:
            self._drip()

    def _flood(self) -> None:
        """As much as anybody takes."""
        self.send_response(200)
        self.send_header("Content-Length", str(64 << 30))
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(1 << 16))
        except OSError:
            self.close_connection = True

    def _say(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _packed(self, how: str) -> None:
        """Small on the line and large once it is unpacked; what cannot be unpacked; and what has an end and goes on."""
        body = {"torn": PACKED[:-9], "garbled": PACKED[:20] + b"x" * 20}.get(how, PACKED)
        self.send_response(200)
        self.send_header("Content-Encoding", "br" if how == "brotli" else "gzip")
        self.send_header("Content-Length", str(64 << 30 if how == "after" else len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
            while how == "after":
                self.wfile.write(bytes(1 << 16))
        except OSError:
            self.close_connection = True

    def _packed_of_nothing(self) -> None:
        """The head of a packed file, with a name in it that has no end."""
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(64 << 30))
        self.end_headers()
        try:
            self.wfile.write(b"\x1f\x8b\x08\x08" + bytes(6))
            while True:
                self.wfile.write(b"x" * (1 << 16))
        except OSError:
            self.close_connection = True

    def _drip(self) -> None:
        """One byte every tenth of a second, for as long as anybody listens."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing on a test's output."""


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A line that was refused or given up is what is tested here."""


@pytest.fixture
def server(tmp_path: Path, certified: tuple[Path, Path]) -> Iterator[str]:
    """Serve the repository over TLS; gives the address."""
    folder = tmp_path / "fleet" / "repository"
    folder.mkdir(parents=True, exist_ok=True)
    at = Quiet(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certified)
    at.socket = context.wrap_socket(at.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=at.serve_forever, args=(0.05,))
    thread.start()
    yield f"https://localhost:{at.server_port}"
    at.shutdown()
    thread.join()
    at.server_close()


@pytest.fixture
def fetcher(certified: tuple[Path, Path]) -> Iterator[WebFetcher]:
    fetcher = WebFetcher(certified[0], total=1.0)
    yield fetcher
    fetcher.close()


def test_settings_come_over_a_server_s_line(
    begun: Callable[..., Fleet], agent: Agent, server: str, certified: tuple[Path, Path]
) -> None:
    fleet = begun()
    fleet.say("fleet.toml", 'languages = ["nl", "en"]\n')
    over = structs.replace(agent, at=server, ca=str(certified[0]))
    assert over.round() == "ok"
    assert b'"languages"' in (agent.told / "offered.json").read_bytes()


@pytest.mark.parametrize("town", ["", "Lindeveld", "écaussinnes", "fleet", "*", "../x", "lindeveld\n"])
def test_an_agent_of_a_town_that_can_be_none_does_not_begin(
    agent: Agent, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], town: str
) -> None:
    """Of the fleet's settings it would take those for all, and never say that it looks for its own where none are."""
    agent.root.parent.mkdir()
    agent.root.write_bytes(b"{}")
    monkeypatch.setattr("tests.fleet.conftest.TOWN", town.replace("\n", "\\n"))
    assert main(["--settings", str(agent.settings()), "--once"]) == 2
    assert "town" in capsys.readouterr().err


def test_a_server_whose_name_nobody_vouches_for_is_not_asked(
    begun: Callable[..., Fleet], agent: Agent, server: str
) -> None:
    begun().say("fleet.toml", 'languages = ["nl", "en"]\n')
    assert structs.replace(agent, at=server).round().startswith("unreachable")


def test_a_file_that_drips_is_given_up(server: str, fetcher: WebFetcher) -> None:
    """Each byte comes in time, and the file would take a day: it ends after the second that it may take."""
    with pytest.raises(DownloadError, match="too slow"):
        fetcher.download_bytes(f"{server}/drip", 1_000_000)


def test_a_file_that_never_ends_is_given_up(server: str, fetcher: WebFetcher) -> None:
    with pytest.raises(DownloadLengthMismatchError):
        fetcher.download_bytes(f"{server}/endless", 1_000_000)


@pytest.mark.expects_log("check-in: LineError")
@pytest.mark.parametrize("way", ["endless", "drip"])
def test_an_answer_to_a_check_in_that_never_ends_is_given_up(
    server: str, certified: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("config.agent.line._SECONDS", 0.5)
    pem = tmp_path / "kiosk.pem"
    pem.write_bytes(certified[1].read_bytes() + certified[0].read_bytes())
    line = Line(f"{server}/{way}", pem, certified[0], tmp_path / "said.json")
    now = datetime.now(UTC)
    assert line.tell(AgentState(now, now)) == b""
    line.close()


def test_a_server_may_ask_to_come_back_later(server: str, fetcher: WebFetcher) -> None:
    with pytest.raises(SlowDownError) as caught:
        fetcher.download_bytes(f"{server}/later", 1_000_000)
    assert caught.value.seconds == 120


def test_a_time_to_come_back_that_is_no_number_is_an_answer_as_any_other(server: str, fetcher: WebFetcher) -> None:
    with pytest.raises(DownloadHTTPError):
        fetcher.download_bytes(f"{server}/much%20later", 1_000_000)


def test_nothing_is_kept_for_a_server_that_hands_out_cookies(server: str, fetcher: WebFetcher) -> None:
    fetcher.download_bytes(f"{server}/cookie", 1_000_000)
    with pytest.raises(SlowDownError) as caught:
        fetcher.download_bytes(f"{server}/heard", 1_000_000)
    assert caught.value.seconds == 0


def test_what_is_endless_once_unpacked_is_given_up_before_it_fills_the_memory(server: str, fetcher: WebFetcher) -> None:
    with pytest.raises(DownloadLengthMismatchError):
        fetcher.download_bytes(f"{server}/bomb", UNPACKED - 1)
    pieces = [len(piece) for piece in fetcher.fetch(f"{server}/bomb")]
    assert sum(pieces) == UNPACKED
    assert max(pieces) <= 64 << 10, "of what it becomes, a small piece is in memory at a time"


def test_what_unpacks_to_nothing_for_ever_is_given_up(server: str, fetcher: WebFetcher) -> None:
    """No byte of it counts: its time does."""
    with pytest.raises(DownloadError, match="too slow"):
        fetcher.download_bytes(f"{server}/hollow", 1_000_000)


@pytest.mark.parametrize("how", ["torn", "garbled", "brotli"])
def test_what_cannot_be_unpacked_is_no_file(server: str, fetcher: WebFetcher, how: str) -> None:
    with pytest.raises(DownloadError):
        fetcher.download_bytes(f"{server}/{how}", UNPACKED)


def test_what_goes_on_after_its_end_is_not_waited_for(server: str, fetcher: WebFetcher) -> None:
    assert fetcher.download_bytes(f"{server}/after", UNPACKED) == bytes(UNPACKED)


def test_nobody_is_sent_elsewhere(server: str, fetcher: WebFetcher) -> None:
    with pytest.raises(DownloadError):
        fetcher.download_bytes(f"{server}/elsewhere", 1_000_000)
