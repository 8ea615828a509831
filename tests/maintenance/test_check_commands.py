"""`kiosk check keypad`, `network` and `watchdog` as a technician runs them, each a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import CERT_REQUIRED, PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread

import pytest
import tomli_w
import trustme

from simulators.keypad import VirtualKeypad

# Seconds that a machine with other things to do may take between two looks at one clock.
SLACK = 10
TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}


def command(subject: str, folder: Path, **tables: object) -> list[str]:
    settings = folder / "kiosk.toml"
    settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder), "town": TOWN, **tables}))
    more = [] if subject == "watchdog" else ["--settings", str(settings)]
    return [sys.executable, "-P", "-m", "kiosk_app.cli", "check", subject, *more]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **more}


def run(subject: str, folder: Path, **tables: object) -> tuple[int, str]:
    done = subprocess.run(
        command(subject, folder, **tables), capture_output=True, text=True, env=environment(), timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


# --- the keypad ------------------------------------------------------------------------------------------------------


def test_every_key_of_a_keypad_is_asked_for(tmp_path: Path) -> None:
    device = VirtualKeypad(tmp_path / "keypad")
    asked, last = command("keypad", tmp_path, keypad={"device": str(device.path)}), ""
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True, env=environment()) as check:
        assert check.stdout is not None
        for line in check.stdout:
            if line.startswith("Druk op elke toets"):
                for key in (*"0987654321", "erase", "ok"):
                    device.press(key)
            last = line.strip()
    assert check.returncode == 0
    assert last == "Alles in orde."
    device.close()


def test_a_keypad_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    code, said = run("keypad", tmp_path, keypad={"device": str(tmp_path / "gone")})
    assert code == 1
    assert "keypadLost" in said
    assert "  1. Kijk of de kabel van het toetsenbord goed vastzit." in said


@pytest.mark.parametrize("subject", ["keypad", "network"])
def test_a_kiosk_without_one_is_well(tmp_path: Path, subject: str) -> None:
    assert run(subject, tmp_path)[0] == 0


# --- the network -----------------------------------------------------------------------------------------------------


class Town:
    """A town's service that says what time it is, over TLS, and asks for the kiosk's certificate."""

    def __init__(self, folder: Path) -> None:
        self.off = timedelta()
        self.ca, self.other = trustme.CA(), trustme.CA()
        for name, ca in (("ca", self.ca), ("other", self.other)):
            ca.cert_pem.write_to_path(str(folder / f"{name}.pem"))
        self.issue(folder)
        town = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response_only(200)
                self.send_header("Date", format_datetime(datetime.now(UTC) + town.off, usegmt=True))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_said: object) -> None:
                """Say nothing of it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_verify_locations(folder / "ca.pem")
        self.ca.issue_cert("localhost").configure_cert(context)
        context.verify_mode = CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.folder = folder

    def issue(self, folder: Path, *, ends: timedelta = timedelta(days=90)) -> None:
        """Give the kiosk a certificate."""
        cert = self.ca.issue_cert("kiosk", not_after=datetime.now(UTC) + ends)
        cert.private_key_pem.write_to_path(str(folder / "kiosk.key"))
        cert.cert_chain_pems[0].write_to_path(str(folder / "kiosk.pem"))

    def tables(self, host: str = "localhost", ca: str = "ca") -> dict[str, str]:
        """Give the settings of a kiosk of this town."""
        url = f"https://{host}:{self.server.server_address[1]}"
        files = {"certificate": "kiosk.pem", "key": "kiosk.key", "seal_ca": "ca.pem", "ca": f"{ca}.pem"}
        return {"url": url, "origin": url, **{name: str(self.folder / file) for name, file in files.items()}}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.server.shutdown()
    town.server.server_close()


def test_a_way_to_the_town_that_is_well_is_said_step_by_step(tmp_path: Path, town: Town) -> None:
    code, said = run("network", tmp_path, back_end=town.tables())
    assert code == 0, said
    assert abs(int(said.partition("die van de dienst: ")[2].split()[0])) <= SLACK
    assert said.splitlines()[-1] == "Alles in orde."


def test_a_name_that_nobody_knows_is_the_first_thing_said(tmp_path: Path, town: Town) -> None:
    code, said = run("network", tmp_path, back_end=town.tables(host="loket.invalid"))  # [RFC 6761 §6.4]
    assert code == 1
    assert "FOUT: de naam loket.invalid is niet te vinden" in said
    assert "Certificaat" not in said


def test_a_service_that_another_authority_vouches_for_is_refused(tmp_path: Path, town: Town) -> None:
    code, said = run("network", tmp_path, back_end=town.tables(ca="other"))
    assert code == 1
    assert "FOUT: het certificaat van de dienst klopt niet" in said


def test_a_certificate_that_has_ended_and_one_that_soon_will_are_told_apart(tmp_path: Path, town: Town) -> None:
    town.issue(tmp_path, ends=timedelta(days=12, hours=1))
    code, said = run("network", tmp_path, back_end=town.tables())
    assert code == 0, said
    assert "nog 12 dagen, vraag nu een nieuw" in said
    town.issue(tmp_path, ends=timedelta(days=-1))
    code, said = run("network", tmp_path, back_end=town.tables())
    assert code == 1
    assert "FOUT: het certificaat van het loket is verlopen" in said


def test_a_clock_that_is_off_is_said_in_seconds(tmp_path: Path, town: Town) -> None:
    town.off = timedelta(minutes=7)
    code, said = run("network", tmp_path, back_end=town.tables())
    assert code == 1
    off = int(said.partition("die van de dienst: ")[2].split()[0])
    assert abs(off + 420) <= SLACK
    assert "FOUT: beide klokken verschillen te veel" in said


def test_nobody_who_answers_is_said(tmp_path: Path, town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    tables = town.tables()
    tables["url"] = f"https://localhost:{free}"
    code, said = run("network", tmp_path, back_end=tables)
    assert code == 1
    assert "FOUT: niemand neemt op" in said


# --- the watchdog ----------------------------------------------------------------------------------------------------


def test_where_systemd_does_not_run_it_nobody_watches(tmp_path: Path) -> None:
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    (tmp_path / "systemctl").write_text("#!/bin/sh\necho System has not been booted with systemd >&2; exit 1\n")
    (tmp_path / "systemctl").chmod(0o755)
    done = subprocess.run(
        command("watchdog", tmp_path),
        capture_output=True,
        text=True,
        env=environment(PATH=path),
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "FOUT: systemd antwoordt niet" in done.stdout
