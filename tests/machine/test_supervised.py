"""A kiosk under a supervisor of the test's own, which does what the unit file asks of systemd and nothing else."""

from __future__ import annotations

import configparser
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from demo import settings_file
from demo.kiosk_process import KioskProcess

PROJECT = Path(__file__).parents[2]
SECONDS = 60.0
# The unit's own is twenty: a test that waits for a hang waits no longer than it must on a busy machine.
WATCHDOG_SECONDS = 4.0


def asked_of_systemd() -> dict[str, str]:
    """What the unit asks, where it asks it once."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as the manual says
    unit.read(PROJECT / "kiosk.service", encoding="utf-8")
    return dict(unit["Service"])


class Supervisor:
    """Starts a service, waits for its READY=1, ends it when it is silent, and begins it anew. [systemd.service(5)]"""

    def __init__(self, folder: Path, command: list[str], watchdog: float) -> None:
        self._address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._address)
        self._command, self._watchdog = command, watchdog
        self._pause = float(asked_of_systemd()["RestartSec"])
        self._log = (folder / "log").open("ab")
        self.service = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        told = {"NOTIFY_SOCKET": self._address, "WATCHDOG_USEC": str(int(self._watchdog * 1e6))}
        surroundings = {**os.environ, **told, "QT_QPA_PLATFORM": "offscreen"}
        return subprocess.Popen(self._command, cwd=PROJECT, env=surroundings, stdout=self._log, stderr=self._log)

    def hears(self, within: float = SECONDS) -> str:
        """Give the next word; nothing where it stays silent."""
        self._socket.settimeout(within)
        try:
            return self._socket.recv(256).decode()
        except TimeoutError:
            return ""

    def until_ready(self) -> None:
        """Wait for the portal."""
        deadline = time.monotonic() + SECONDS
        while self.hears() != "READY=1":
            assert time.monotonic() < deadline
            assert self.service.poll() is None

    def watch(self) -> int:
        """Watch as long as it lives; give how it ended, and begin it anew."""
        while self.service.poll() is None:
            if self.hears(self._watchdog) == "" and self.service.poll() is None:
                self.service.send_signal(signal.SIGABRT)
                try:
                    self.service.wait(1)
                except subprocess.TimeoutExpired:
                    self.service.kill()
                    self.service.wait()
        ended = self.service.returncode
        time.sleep(self._pause)
        self.service = self._start()
        return ended

    def close(self) -> None:
        self.service.kill()
        self.service.wait()
        self._socket.close()
        self._log.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    settings = tmp_path / "kiosk.toml"
    town = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://loket.example"}
    settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(tmp_path / "data"), "town": town}))
    command = [sys.executable, "-m", "kiosk_app.cli", "run", "--settings", str(settings)]
    supervisor = Supervisor(tmp_path, command, WATCHDOG_SECONDS)
    try:
        supervisor.until_ready()
        yield supervisor
    finally:
        supervisor.close()


def test_the_unit_leaves_time_enough_for_a_crash_and_a_hang_to_be_over_in_ten_and_thirty_seconds() -> None:
    """What is left is for the portal to come: docs/measurements.md says how long that takes."""
    asked = {name: float(value) for name, value in asked_of_systemd().items() if name in ("RestartSec", "WatchdogSec")}
    assert asked["RestartSec"] <= 2
    assert asked["WatchdogSec"] + asked["RestartSec"] <= 22
    assert (asked_of_systemd()["Type"], asked_of_systemd()["Restart"]) == ("notify", "always")


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGSTOP], ids=["crash", "hang"])
def test_after_a_crash_or_a_hang_the_portal_stands_again(supervisor: Supervisor, how: signal.Signals) -> None:
    assert supervisor.hears() == "WATCHDOG=1"
    began = time.monotonic()
    supervisor.service.send_signal(how)
    assert supervisor.watch() < 0
    supervisor.until_ready()
    print(f"{how.name}: the portal stands again after {time.monotonic() - began:.1f} s")
    assert supervisor.hears() == "WATCHDOG=1"


def test_a_kiosk_that_dies_again_and_again_rests_with_the_portal_alone_and_one_that_was_ended_does_not(
    tmp_path: Path,
) -> None:
    """The hall is still told, with its services; a visit cannot be begun. It comes back by itself."""
    settings, log = tmp_path / "kiosk.toml", tmp_path / "log"
    example = tomllib.loads(settings_file.EXAMPLE.read_text(encoding="utf-8"))
    hall = {name: example[name] for name in ("kiosk", "town", "services")}
    settings.write_text(tomli_w.dumps({**hall, "data": str(tmp_path / "data")}))
    with KioskProcess(settings, {"QT_QPA_PLATFORM": "offscreen"}, log) as kiosk:
        healthy: dict[str, Any] = {}
        for _ in range(5):
            kiosk.wait_until_known(offered=False)
            healthy = seen(kiosk)
            kiosk.kill()
            kiosk.start_again()
        deadline = time.monotonic() + SECONDS
        while "the kiosk was cut short too often of late" not in log.read_text():
            assert time.monotonic() < deadline
            seen(kiosk)
        resting = seen(kiosk)
        assert (resting["known"], resting["choices"]) == (False, healthy["choices"])
        kiosk.start_again()  # it was ended in order
        kiosk.wait_until_known(offered=False)


def seen(kiosk: KioskProcess) -> dict[str, Any]:
    """What stands on the screen, the first time that it tells."""
    kiosk.look()
    told = kiosk.next()
    assert told is not None
    return told
