"""`kiosk check scanner` as a technician runs it: what it says, and that it does not say what it read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from simulators.scanner import KeyboardScanner

TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[KeyboardScanner]:
    device = KeyboardScanner(tmp_path / "scanner")
    yield device
    device.close()


def start(folder: Path, *, named: bool = True, kinds: str = "") -> subprocess.Popen[str]:
    devices = {"scanner": {"device": str(folder / "scanner"), "kinds": kinds}} if named else {}
    settings = folder / "kiosk.toml"
    settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder), "town": TOWN, **devices}))
    command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "scanner", "--settings", str(settings)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def until(check: subprocess.Popen[str], words: str) -> str:
    said = ""
    assert check.stdout is not None
    for line in check.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"it never said {words!r}: {said}")


def test_a_scanner_that_reads_the_same_twice_is_fine_and_the_code_is_not_said(
    tmp_path: Path, scanner: KeyboardScanner
) -> None:
    with start(tmp_path) as check:
        said = until(check, "Houd een QR-code")
        scanner.scan("4F7K-9XQR")
        said += until(check, "Houd dezelfde code")
        scanner.scan("4F7K-9XQR")
        said += until(check, "Alles in orde.")
        assert check.wait(20) == 0
    assert "Gelezen: 9 tekens." in said
    assert "4F7K" not in said


def test_one_that_reads_something_else_the_second_time_fails(tmp_path: Path, scanner: KeyboardScanner) -> None:
    with start(tmp_path) as check:
        until(check, "Houd een QR-code")
        scanner.scan("4F7K-9XQR")
        until(check, "Houd dezelfde code")
        scanner.scan("4F7K-9XQ")
        until(check, "FOUT: de tweede keer las hij iets anders")
        assert check.wait(20) == 1


def test_one_that_is_set_otherwise_than_the_settings_say_fails(tmp_path: Path, scanner: KeyboardScanner) -> None:
    with start(tmp_path, kinds="Q") as check:
        until(check, "Houd een QR-code")
        scanner.scan("4F7K-9XQR")
        until(check, "FOUT: dit is geen code zoals in de instellingen")
        assert check.wait(20) == 1


def test_one_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    with start(tmp_path) as check:
        said = until(check, "  2. ")
        assert check.wait(20) == 1
    assert "FOUT: De scanner werkt nu niet (scannerLost)" in said


def test_a_kiosk_without_a_scanner_is_fine(tmp_path: Path) -> None:
    with start(tmp_path, named=False) as check:
        until(check, "De instellingen noemen er geen: dit loket werkt zonder.")
        assert check.wait(20) == 0
