"""The files that a kiosk's print service is installed with: everything here runs on them too, and they are strict."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench

ROOT = Path(__file__).parents[3]
DEPLOYED = ROOT / "deploy" / "cups"
# Where things are, and who runs it: all that may be otherwise in a test or a demo.
PLACES = {
    *("ServerRoot", "RequestRoot", "TempDir", "CacheDir", "StateDir"),
    *("AccessLog", "ErrorLog", "PageLog", "Listen"),
}
PEOPLE = {"User", "Group", "SystemGroup", "DefaultAuthType"}


def said(file: Path) -> list[str]:
    """What a configuration says, without comments."""
    lines = (line.strip() for line in file.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["cupsd.conf", "cups-files.conf"])
def test_the_simulated_print_service_differs_from_a_kiosks_only_in_places_and_people(name: str) -> None:
    others = PLACES if os.geteuid() == 0 else PLACES | PEOPLE
    cupsd = Cupsd()
    ours = [line for line in said(cupsd.folder / "etc" / name) if line.split()[0] not in others]
    cupsd.close()
    theirs = [line for line in said(DEPLOYED / name) if line.split()[0] not in others]
    if os.geteuid() != 0:  # there everybody may do everything, because nobody is an administrator
        ours, theirs = (_before_the_policy(lines) for lines in (ours, theirs))
    assert ours == theirs


def _before_the_policy(lines: list[str]) -> list[str]:
    return lines[: lines.index("<Policy default>")] if "<Policy default>" in lines else lines


def test_cups_itself_finds_no_mistake_in_a_kiosks_files() -> None:
    command: list[str | Path] = [
        "/usr/sbin/cupsd",
        "-t",
        "-c",
        DEPLOYED / "cupsd.conf",
        "-s",
        DEPLOYED / "cups-files.conf",
    ]
    judged = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f'"{DEPLOYED / "cupsd.conf"}" is OK' in judged.stdout + judged.stderr


def test_a_kiosks_print_service_listens_on_its_socket_alone_and_lets_nobody_administer_it_unasked() -> None:
    lines = said(DEPLOYED / "cupsd.conf")
    assert [line for line in lines if re.match("Listen|Port|SSL", line)] == ["Listen /run/cups/cups.sock"]
    for line in ("WebInterface No", "Browsing Off", "PreserveJobFiles No", "ErrorPolicy abort-job"):
        assert line in lines
    assert [line for line in lines if line.startswith("DefaultAuthType")] == ["DefaultAuthType Basic"]
    assert "ServerRoot /etc/cups" in said(DEPLOYED / "cups-files.conf")  # where the unit lets it make queues


def test_the_purge_takes_jobs_away_and_nothing_else(tmp_path: Path) -> None:
    spool, cache = tmp_path / "spool", tmp_path / "cache"
    for folder in (spool / "tmp", cache):
        folder.mkdir(parents=True)
    for file in (spool / "c00001", spool / "d00001-001", spool / "tmp" / "half", cache / "job.cache", cache / "kept"):
        file.touch()
    subprocess.run([DEPLOYED / "purge", spool, cache], check=True)
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == ["kept"]


def test_the_kiosks_user_prints_and_takes_its_job_back_but_changes_no_queue(
    cupsd: Cupsd, bench: PrinterBench, pdf: bytes
) -> None:
    """As on a kiosk: a user in no group of the print service. Where nobody is root, everybody is that user."""
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from hardware.cups import child\n"
        "from hardware.cups.options import job_options\n"
        "if os.geteuid() == 0:\n"
        "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "server, device = sys.argv[2:]\n"
        "one = child.create(server, 'kiosk', 'one', job_options())\n"
        "assert child.send(server, 'kiosk', one, sys.stdin.buffer.read())\n"
        "two = child.create(server, 'kiosk', 'two', job_options())\n"
        "child.cancel(server, 'kiosk', device, 'two', two)\n"
        "os.execv('/usr/sbin/lpadmin', ['lpadmin', '-h', server, '-x', 'kiosk'])\n"
    )
    command = [sys.executable, "-c", script, str(ROOT), cupsd.socket, bench.uri]
    ended = subprocess.run(command, input=pdf, capture_output=True, check=False, timeout=30)
    if os.geteuid() == 0:
        assert ended.returncode != 0
        assert ended.stderr.startswith(b"lpadmin: ")  # it came as far as that, and no further
    assert bench.wait_for_printed(1, 10)
    assert len(bench.received) == 1
    assert cupsd.waiting("kiosk") == []
