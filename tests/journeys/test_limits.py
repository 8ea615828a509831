"""A kiosk under the limits of its own unit, set as systemd sets them: it can do all that a visit asks, and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tomli_w

from demo import calls, limits
from demo.journey import Journey, play
from fleet import begin, keys
from fleet.work import Work

PROJECT = Path(__file__).parents[2]
UNITS = PROJECT / "deploy" / "machine" / "usr" / "lib" / "systemd" / "system"

# What somebody who took the kiosk over would try first; what the kernel answers is [systemd.exec(5)].
TRIED = """
import ctypes, errno, json, mmap, os, socket, sys
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_ssize_t
def answer(act):
    try:
        said = act()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done" if said is None or int(said) >= 0 else errno.errorcode[ctypes.get_errno()]
own = Path(sys.argv[1])
status = Path("/proc/self/status").read_text()
print(json.dumps({
    "write what is its own": answer(lambda: (own / "mine").touch()),
    "write in the house": answer(lambda: (Path(sys.argv[2]) / "mine").touch()),
    "write beside the machine's files": answer(lambda: Path("/etc/mine").touch()),
    "memory that is written and run": answer(lambda: libc.mmap(None, 4096, 7, 34, -1, 0)),
    "mount": answer(lambda: libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)),
    "a namespace": answer(lambda: libc.unshare(0x10000000)),
    "a raw line": answer(lambda: socket.socket(17, socket.SOCK_RAW)),
    "a line to the kernel": answer(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
    "look into another process": answer(lambda: libc.ptrace(0, 0, 0, 0)),
    "a file that lends rights": answer(lambda: os.chmod(own / "mine", 0o4755)),
    "be first in line": answer(lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))),
    "set the clock": answer(lambda: libc.syscall(227, 0, 0)),
    "another kernel": answer(lambda: libc.syscall(246, 0, 0, 0, 0)),
    "devices": sorted(os.listdir("/dev")),
    "capabilities": {line.split()[0]: line.split()[1] for line in status.splitlines() if line.startswith("Cap")},
}))
"""
REFUSED = {
    "write in the house": "EROFS",
    "write beside the machine's files": "EROFS",
    "memory that is written and run": "EPERM",
    "mount": "EPERM",
    "a namespace": "EPERM",
    "a raw line": "EAFNOSUPPORT",
    "a line to the kernel": "EAFNOSUPPORT",
    "look into another process": "EPERM",
    "a file that lends rights": "EPERM",
    "be first in line": "EPERM",
    "set the clock": "EPERM",
    "another kernel": "EPERM",
}


def test_a_certificate_is_printed_under_every_limit_of_the_unit(tmp_path: Path) -> None:
    """Reader, town, journal, documents and CUPS in a process each: none of it asks for what the unit takes."""
    out = tmp_path / "out"
    assert play(Journey("certificate", "1.8:an", None, out, limited=True), tmp_path)
    assert json.loads((out / "journey.json").read_text())["outcome"] == "printed"
    complaints = [line for line in (tmp_path / "kiosk.log").read_text().splitlines() if not line.startswith("INFO")]
    assert complaints == []


def test_an_agent_fetches_and_verifies_what_was_signed_under_every_limit_of_its_unit(tmp_path: Path) -> None:
    work = Work(tmp_path / "fleet")
    begin.begin(work, ["lindeveld"], 1, lambda _name: "")
    (work.settings / "lindeveld" / "tenant.toml").write_text('languages = ["nl", "fr"]\n')
    work.drafts.sign("lindeveld", work.files_of("lindeveld"), keys.load(work.keys / "lindeveld-1.pem"))
    work.drafts.publish(keys.load(work.keys / "online.pem"))
    own = tmp_path / "agent"
    places = {"memory": f"{own}/trusted", "told": f"{own}/told"}
    fleet = {"url": f"{work.home}/repository", "root": f"{work.home}/root.json", "town": "lindeveld", "kiosk": "LV-01"}
    (tmp_path / "agent.toml").write_text(tomli_w.dumps({**fleet, **places}))
    command = [sys.executable, "-m", "demo.limits", str(UNITS / "loket247-agent.service"), str(own), "config.agent"]
    command += ["--settings", str(tmp_path / "agent.toml"), "--once"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "ok"
    assert b"fr" in (own / "told" / "offered.json").read_bytes()


@pytest.mark.parametrize("unit", [limits.UNIT, UNITS / "loket247-agent.service"], ids=["kiosk", "agent"])
def test_what_a_unit_takes_away_is_gone(tmp_path: Path, unit: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "tried.py").write_text(TRIED)
    command = [sys.executable, "-m", "demo.limits", str(unit), str(own), "tried", str(own), str(PROJECT)]
    surroundings = {**os.environ, "PYTHONPATH": f"{PROJECT}:{own}"}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert set(said.pop("capabilities").values()) == {"0" * 16}
    assert said.pop("devices") == ["full", "null", "pts", "random", "shm", "tty", "urandom", "zero"]
    assert said.pop("write what is its own") == "done"
    assert said == REFUSED


def test_a_limit_that_nobody_can_set_here_ends_the_trial(tmp_path: Path) -> None:
    unit = tmp_path / "kiosk.service"
    unit.write_text(limits.UNIT.read_text(encoding="utf-8").replace("[Install]", "RootImage=/kiosk.img\n[Install]"))
    command = [sys.executable, "-m", "demo.limits", str(unit), str(tmp_path), "this"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "demo.limits: nobody here knows RootImage")


def test_a_group_of_calls_is_taken_away_from_what_was_allowed() -> None:
    """[systemd.exec(5)] a line with ~ takes away, in the order of the unit."""
    few = calls.allowed(["@system-service", "~@privileged @resources"])
    assert {"read", "openat", "execve", "prlimit64"} <= few
    assert few.isdisjoint({"setpriority", "chroot", "mount", "reboot"})
    assert "setpriority" in calls.allowed(["@system-service"])
