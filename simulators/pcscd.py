"""A pcscd of our own, with virtual readers on USB, that leaves the machine's own pcscd and readers alone.

    with Pcscd() as pcscd:
        subprocess.run(["eidenv"], env=os.environ | pcscd.environment)
        with pcscd.used_here():
            ...  # PC/SC calls of this very process
        pcscd.unplug(READER_A)  # and plug it in again

The daemon runs in namespaces of its own: there its `/run` and `/sys` are folders of ours, no driver but ours is to be
found, so that it never touches a real reader, and nobody else hears what is said of devices that are not there. It ends
with whoever started it, however that one ends.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.usb import udev
from simulators.usb.bus import DIGIPASS, QUICK_READER, READER_A, READER_B, READER_WITH_KEYS, Bus, DriverError

__all__ = ["DIGIPASS", "QUICK_READER", "READER_A", "READER_B", "READER_WITH_KEYS", "Pcscd", "PcscdError"]

OPENSC_CONF = Path(__file__).parent / "eid" / "opensc.conf"
# A daemon is up in some 15 ms; a busy machine may need a hundred times that.
START_SECONDS = 10.0
# It ends in a few ms; then it is made to.
STOP_SECONDS = 5.0
# It has a reader within some 10 ms of udev's message; one that it was not listening for yet is said again.
AGAIN_SECONDS = 0.2
# sockaddr_un holds 108 bytes, the last of them zero.
MAX_SOCKET_PATH = 107

# $1 is our folder. The last line but one tells what udev says, until our end of the pipe is closed: by stop(), or
# because we are gone. libudev asks whether a /sys is a sysfs, unless told not to (systemd, docs/ENVIRONMENT.md).
SCRIPT = f"""
set -e
mount --make-rprivate /
mount --bind "$1/run" /run
mount --bind "$1/sys" /sys
mount --bind "$1/drivers" /usr/lib/pcsc/drivers
shift
SYSTEMD_DEVICE_VERIFY_SYSFS=0 setpriv --pdeathsig KILL "$@" </dev/null >/run/pcscd.log 2>&1 &
echo $!
exec >&-
{shlex.join((sys.executable, "-I", "-S", udev.__file__))} || true
kill $! && wait $!
"""


class PcscdError(Exception):
    """The daemon cannot be started here; the message says why."""


class Pcscd:
    """One private daemon. `slot` is where a card goes in; `environment` is what PC/SC clients need."""

    def __init__(self, reader: str | None = READER_A, parent: Path | None = None) -> None:
        """Plug in a reader, or none; make a folder in `parent` (that for temporary files), whose path must be short."""
        self.folder = Path(tempfile.mkdtemp(prefix="pcscd-", dir=parent))
        self.socket = self.folder / "run" / "pcscd" / "pcscd.comm"
        self.environment = {"PCSCLITE_CSOCK_NAME": str(self.socket), "OPENSC_CONF": str(OPENSC_CONF)}
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        if len(str(self.socket)) > MAX_SOCKET_PATH:
            raise PcscdError(f"the path of its socket is too long: {self.socket}")
        for name in ("run", "run/pcscd", "conf"):
            (self.folder / name).mkdir(mode=0o755)
        self.folder.chmod(0o755)  # clients may be somebody else than root
        try:
            self._bus = Bus(self.folder)
        except DriverError as error:
            raise PcscdError(str(error)) from None
        self.reader = reader or READER_A  # the one that is meant where none is named
        self._plugged: list[str] = []
        if reader is not None:
            self._bus.plug(reader)
            self._plugged.append(reader)

    # --- readers ------------------------------------------------------------------------------------------------------

    def slot(self, reader: str | None = None) -> Path:
        """Where a card goes into a reader."""
        return self._bus.slot(reader or self.reader)

    def plug(self, reader: str) -> Path:
        """Put a reader's cable in, if it is out; gives its slot, once a daemon that runs has it. Raises PcscdError."""
        if reader in self._plugged:
            return self.slot(reader)
        said = self._bus.plug(reader)
        self._plugged.append(reader)
        if self._process is not None:
            self._until_taken(reader, said)
        return self.slot(reader)

    def unplug(self, reader: str) -> None:
        """Pull a reader's cable out: nothing crosses it any more, and a moment later the daemon hears so from udev."""
        if reader not in self._plugged:
            return
        self._plugged.remove(reader)
        self._tell(self._bus.unplug(reader))

    def _until_taken(self, reader: str, said: str = "") -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.slot(reader).exists():
            if time.monotonic() > deadline:
                raise PcscdError(f"pcscd does not take {reader}: {self._said()}")
            if said:
                self._tell(said)
            until = time.monotonic() + AGAIN_SECONDS
            while not self.slot(reader).exists() and time.monotonic() < until:
                time.sleep(0.002)

    def _tell(self, line: str) -> None:
        """Have udev say something; a daemon that does not run looks by itself when it starts."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    # --- the daemon ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the daemon and return when it answers. Raises PcscdError with its log."""
        command = [*_pcscd_command(), "--config", str(self.folder / "conf")]
        user = () if os.geteuid() == 0 else ("--map-root-user",)
        for reader in self._plugged:
            self.slot(reader).unlink(missing_ok=True)  # of a daemon that crashed
        with (self.folder / "start.log").open("wb") as log:
            self._process = process = subprocess.Popen(
                ["unshare", *user, "--mount", "--net", "sh", "-c", SCRIPT, "pcscd", str(self.folder), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self.pid = int((process.stdout.readline() if process.stdout else b"") or 0)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.pid or time.monotonic() > deadline:
                said = self._said()
                self.stop()
                raise PcscdError(f"pcscd does not start: {said}")
            time.sleep(0.005)
        for reader in self._plugged:
            self._until_taken(reader)

    def stop(self) -> None:
        """End the daemon; the cards in its readers stay where they are."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the group of our own making: sh and pcscd
            process.wait()
        if process.stdout:
            process.stdout.close()
        self.socket.unlink(missing_ok=True)

    @contextlib.contextmanager
    def used_here(self) -> Iterator[None]:
        """Let the PC/SC calls of this process come here; afterwards they go where they went before.

        libpcsclite reads the socket's name once in a process's life (pcsc-lite, winscard_msg.c), and there may be
        several daemons in it, one after the other: so the name is that of a link, which points to the one in use.
        """
        link = Path(tempfile.gettempdir()) / f"pcscd-of-{os.getpid()}.comm"
        before = link.readlink() if link.is_symlink() else None
        _point(link, self.socket)
        named, os.environ["PCSCLITE_CSOCK_NAME"] = os.environ.get("PCSCLITE_CSOCK_NAME"), str(link)
        try:
            yield
        finally:
            _point(link, before)
            if named is None:
                del os.environ["PCSCLITE_CSOCK_NAME"]
            else:
                os.environ["PCSCLITE_CSOCK_NAME"] = named

    def crash(self) -> None:
        """Let the daemon die without a word; `start` brings up a fresh one."""
        os.kill(self.pid, signal.SIGKILL)
        self.stop()

    def restart(self) -> None:
        """What a technician or a package update does to it."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it and remove all it left."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(str(self.socket))
            return True
        return False

    def _said(self) -> str:
        logs = (self.folder / "start.log", self.folder / "run" / "pcscd.log")
        return " ".join(log.read_text(errors="replace") for log in logs if log.exists()).strip()


def _point(link: Path, target: Path | None) -> None:
    link.unlink(missing_ok=True)
    if target is not None:
        link.symlink_to(target)


def _pcscd_command() -> list[str]:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    program = shutil.which("pcscd", path=path)
    if program is None:
        raise PcscdError("pcscd is missing (Debian package pcscd)")
    said = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    # 2.x refuses even root when polkit is not running; 1.9 does not know the option.
    knows = "--disable-polkit" in said.stdout + said.stderr
    return [program, "--foreground", *(["--disable-polkit"] if knows else [])]
