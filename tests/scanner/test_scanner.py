"""Both scanners: one that types, by input_event structs through a pipe; one on a serial line, a pseudo-terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from hardware.credentials import CodeScanner
from hardware.devices import Health, Status
from hardware.faults import FaultCode
from hardware.scanner import Form, KeyboardScanner, SerialScanner
from simulators import scanner as simulated

DEADLINE = 20.0
LOST = Status(Health.DOWN, (FaultCode.SCANNER_LOST,))


class Bench:
    """A driver that listens, the simulated scanner, and what was told."""

    def __init__(self, driver: CodeScanner, device: simulated.KeyboardScanner | simulated.SerialScanner) -> None:
        self.driver, self.device = driver, device
        self.codes: Queue[str] = Queue()
        self.told: Queue[Status] = Queue()
        driver.watch(self.codes.put, self.told.put)
        assert self.told.get(timeout=DEADLINE) == Status(Health.OK)

    def scan(self, code: str) -> None:
        if isinstance(self.device, simulated.SerialScanner):
            self.device.send(code.encode() + b"\r")
        else:
            self.device.scan(code)

    def read(self) -> str:
        return self.codes.get(timeout=DEADLINE)


@pytest.fixture(params=["keys", "serial"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    path = tmp_path / "scanner"
    device = simulated.KeyboardScanner(path) if request.param == "keys" else simulated.SerialScanner(path)
    driver = KeyboardScanner(path, Form()) if request.param == "keys" else SerialScanner(path, 9600, Form())
    bench = Bench(driver, device)
    yield bench
    driver.close()
    device.close()


def test_a_code_comes_as_it_was_scanned(bench: Bench) -> None:
    bench.scan("4F7K-9XQR")
    bench.scan("https://loket.lindeveld.example/?a=B_c~d|{e}")
    assert [bench.read(), bench.read()] == ["4F7K-9XQR", "https://loket.lindeveld.example/?a=B_c~d|{e}"]


def test_a_code_of_four_thousand_signs_is_whole(bench: Bench) -> None:
    code = "4F7K-9XQR:" * 410
    bench.scan(code)
    assert bench.read() == code


def test_a_control_code_is_left_out(bench: Bench) -> None:
    bench.scan("4F7K\x1d9XQR")
    assert bench.read() == "4F7K9XQR"


def test_a_scanner_that_is_unplugged_in_a_code_is_found_again_and_keeps_nothing_of_it(bench: Bench) -> None:
    if isinstance(bench.device, simulated.SerialScanner):
        bench.device.send(b"4F7K-")
    else:
        bench.device.type("F")
    bench.device.unplug()
    assert bench.told.get(timeout=DEADLINE) == LOST
    bench.device.plug()
    assert bench.told.get(timeout=DEADLINE) == Status(Health.OK)
    bench.scan("C79Y-3DTW")
    assert bench.read() == "C79Y-3DTW"


def test_no_log_tells_what_was_scanned(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        bench.scan("4F7K-9XQR")
        bench.read()
    assert caplog.text == ""
    assert "4F7K" not in repr(bench.driver)


def test_a_scanner_that_is_not_there_says_so(tmp_path: Path) -> None:
    for driver in (KeyboardScanner(tmp_path / "nothing", Form()), SerialScanner(tmp_path / "nothing", 9600, Form())):
        told: Queue[Status] = Queue()
        driver.watch(lambda _: None, told.put)
        assert told.get(timeout=DEADLINE) == LOST
        driver.close()


# A file that is neither a pipe nor a device cannot be grabbed: its keystrokes could reach the screen too.
def test_a_keyboard_that_cannot_be_had_alone_is_not_listened_to(tmp_path: Path) -> None:
    (tmp_path / "shared").write_bytes(b"x" * 240)
    codes: Queue[str] = Queue()
    told: Queue[Status] = Queue()
    driver = KeyboardScanner(tmp_path / "shared", Form())
    driver.watch(codes.put, told.put)
    assert told.get(timeout=DEADLINE) == LOST
    driver.close()
    assert codes.empty()
