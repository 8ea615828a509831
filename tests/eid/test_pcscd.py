"""The private pcscd: several at once, gone with whoever started it, and the machine's own left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from hardware.eid.pcsc import Context
from simulators.pcscd import READER_A, READER_B, Pcscd

STARTS_ONE_AND_HANGS = """
from simulators.pcscd import Pcscd
pcscd = Pcscd()
pcscd.start()
print(pcscd.pid, pcscd.folder, flush=True)
input()
"""


def readers() -> list[str]:
    context = Context()
    try:
        return context.readers()
    finally:
        context.close()


def test_two_at_once_do_not_meet() -> None:
    with Pcscd() as one, Pcscd() as other:
        assert one.socket != other.socket
        other.plug(READER_B)
        with one.used_here():
            assert readers() == [f"{READER_A} 00 00"]
            with other.used_here():
                one.stop()
                assert readers() == [f"{READER_A} 00 00", f"{READER_B} 01 00"]


def test_it_ends_with_whoever_started_it_even_when_that_one_is_killed() -> None:
    starter = subprocess.Popen(
        [sys.executable, "-P", "-c", STARTS_ONE_AND_HANGS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    assert starter.stdin is not None
    pid, folder = starter.stdout.readline().split()
    ended = os.pidfd_open(int(pid))
    try:
        starter.send_signal(signal.SIGKILL)
        starter.wait()
        waited = subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], timeout=20, check=False)
        assert waited.returncode == 0
    finally:
        os.close(ended)
        starter.stdin.close()
        starter.stdout.close()
        subprocess.run(["rm", "-rf", folder], check=True)


def test_the_machines_own_socket_and_drivers_are_not_touched() -> None:
    before = Path("/run/pcscd").exists()
    with Pcscd() as ours:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
        assert str(ours.folder) not in mounts
        assert Path("/run/pcscd").exists() is before
        inside = Path(f"/proc/{ours.pid}/mounts").read_text(encoding="utf-8")
        assert " /usr/lib/pcsc/drivers " in inside
        assert Path("/sys/kernel").exists()
        assert Path(f"/proc/{ours.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()


def test_nothing_is_left_of_it() -> None:
    with Pcscd() as ours:
        folder = ours.folder
    assert not folder.exists()
