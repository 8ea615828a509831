"""What systemd hears of a kiosk, on a real socket of the test's own: beats while it lives, silence when it hangs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import tomli_w

from config.settings import load
from kiosk_app.loop import PlainLoop
from kiosk_app.wiring import Kiosk
from tests.memory.test_upkeep import audit_pages, copied_today, cut_off, spoil
from tests.waiting import wait_until

PROJECT = Path(__file__).parents[2]
# As WatchdogSec=: silent for so long, a service is ended. On a busy machine a beat still comes within it.
WATCHDOG_SECONDS = 2.0
SECONDS = 60.0

# A kiosk with its real screen, visit and workers, and a hand that holds one of its threads up, as a call that does not
# return would. What it is told comes on its standard input. It runs under two of the unit's limits, set as systemd sets
# them: no new privileges, and, where the kernel has it, no memory that is written and run. [prctl(2)]
HELD = """
import ctypes, sys, threading
prctl = ctypes.CDLL(None).prctl
assert prctl(38, 1, 0, 0, 0) == 0
prctl(65, 1, 0, 0, 0)
from pathlib import Path
from config.settings import load
from kiosk_app import touches
from kiosk_app.screened import Screened
kiosk = Screened(load(Path(sys.argv[1])), size_px=(540, 960))
gate = threading.Event()
def hand():
    for line in sys.stdin:
        match line.strip():
            case "hold the visit":
                kiosk.app.call_soon(gate.wait)
            case "hold a worker":
                kiosk._kiosk._longest = 0.1
                kiosk._kiosk._scribe.submit(gate.wait)
            case "let go":
                gate.set()
            case touch:
                kiosk.app.call_soon(lambda touch=touch: kiosk.post(getattr(touches, touch)()))
threading.Thread(target=hand, daemon=True).start()
sys.exit(kiosk.run())
"""


class Systemd:
    """The other end of NOTIFY_SOCKET, and the process that it started."""

    def __init__(self, folder: Path) -> None:
        address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        settings = folder / "kiosk.toml"
        town = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://loket.example"}
        settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder / "data"), "town": town}))
        self._log = (folder / "log").open("w+")
        watchdog = str(int(WATCHDOG_SECONDS * 1e6))
        self.service = subprocess.Popen(
            [sys.executable, "-c", HELD, settings],
            cwd=PROJECT,
            env={**os.environ, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": watchdog},
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            text=True,
            bufsize=1,
        )

    def hears(self, within: float) -> str:
        """Give the next word; nothing where it stays silent."""
        self._socket.settimeout(within)
        try:
            return self._socket.recv(256).decode()
        except TimeoutError:
            return ""

    def hears_silence(self) -> bool:
        """Say whether it is silent for as long as would end it, soon."""
        return any(self.hears(WATCHDOG_SECONDS) == "" for _ in range(20))

    def tell(self, what: str) -> None:
        stdin: IO[str] | None = self.service.stdin
        assert stdin is not None
        stdin.write(f"{what}\n")

    def close(self) -> None:
        self.service.kill()
        self.service.communicate()
        self._socket.close()
        self._log.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    systemd = Systemd(tmp_path)
    try:
        assert systemd.hears(SECONDS) == "READY=1"
        assert systemd.hears(SECONDS) == "WATCHDOG=1"
        yield systemd
    finally:
        systemd.close()


@pytest.mark.parametrize("held", ["hold the visit", "hold a worker"])
def test_systemd_hears_nothing_of_a_kiosk_that_hangs_and_hears_it_again_when_it_lives(
    systemd: Systemd, held: str
) -> None:
    systemd.tell(held)
    assert systemd.hears_silence()
    assert systemd.service.poll() is None
    systemd.tell("let go")
    assert systemd.hears(SECONDS) == "WATCHDOG=1"


def test_a_kiosk_that_is_stopped_says_nothing(systemd: Systemd) -> None:
    systemd.service.send_signal(signal.SIGSTOP)
    assert systemd.hears_silence()


def test_the_nightly_restart_waits_until_nobody_is_at_the_kiosk(systemd: Systemd) -> None:
    systemd.tell("HelpAsked")
    assert systemd.hears(SECONDS) == "WATCHDOG=1"
    systemd.service.send_signal(signal.SIGUSR1)
    assert [systemd.hears(SECONDS) for _ in range(3)] == ["WATCHDOG=1"] * 3
    assert systemd.service.poll() is None
    systemd.tell("StillHere")
    assert systemd.service.wait(SECONDS) == 0


def test_a_printer_that_never_answers_holds_its_worker_up(tmp_path: Path) -> None:
    """The device is a socket of the test's own that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings = tmp_path / "kiosk.toml"
        town = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://loket.example"}
        printer = {"host": "127.0.0.1", "port": mute.getsockname()[1]}
        table = {"kiosk": "LV-01", "data": str(tmp_path / "data"), "town": town, "receipt_printer": printer}
        settings.write_text(tomli_w.dumps(table))
        kiosk = Kiosk(load(settings), PlainLoop())
        kiosk.start()
        call, _ = mute.accept()
        held_up = []
        for kiosk._longest in (0.0, SECONDS):
            held_up.append(kiosk.held_up)
        assert held_up == [True, False]
        call.close()
        kiosk.stop()


def test_a_kiosk_whose_memory_is_damaged_begins_anew_by_itself_and_puts_it_aside(tmp_path: Path) -> None:
    """Nobody is there, and nobody has to come: what began it begins it again."""
    data = tmp_path / "data"
    data.mkdir()
    cut_off(data)
    spoil(data, audit_pages(data)[0])
    copied_today(data)
    first = Systemd(tmp_path)
    assert first.service.wait(SECONDS) == 0
    first.close()
    assert list(data.glob("unreadable-*")) == []
    (tmp_path / "notify").unlink()
    second = Systemd(tmp_path)
    assert second.hears(SECONDS) == "READY=1"
    wait_until(lambda: list(data.glob("unreadable-*")) != [])
    assert [second.hears(SECONDS) for _ in range(3)] == ["WATCHDOG=1"] * 3
    assert second.service.poll() is None
    second.close()
