"""A pcscd of our own, with a virtual reader, that leaves the machine's own pcscd and readers alone.

    with Pcscd() as pcscd:
        subprocess.run(["eidenv"], env=os.environ | pcscd.environment)
        with pcscd.used_here():
            ...  # PC/SC calls of this very process

The daemon runs in a mount namespace of its own: there its `/run` is a folder of ours, and no driver but vpcd's is to be
found, so that it never touches a real reader. It ends with whoever started it, however that one ends.
vpcd listens on every address of the machine and cannot be told otherwise; its ports are below the ephemeral range.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

READER_NAME = "Virtual PCD"
# Readers of this family have keys of their own and are asked for them with pseudo-APDUs (e-Contract/commons-eid, CCID).
PINPAD_READER_NAME = "VASCO DIGIPASS 870 (virtual)"
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
OPENSC_CONF = Path(__file__).parent / "eid" / "opensc.conf"
# vpcd takes two ports a reader; ten apart leaves room. Below 32768, where the kernel hands out none by itself.
PORTS = range(21000, 22000, 10)
# A daemon is up in some 15 ms; a busy machine may need a hundred times that.
START_SECONDS = 10.0
# It ends in a few ms; then it is made to.
STOP_SECONDS = 5.0
# sockaddr_un holds 108 bytes, the last of them zero.
MAX_SOCKET_PATH = 107

# $1 is our folder. The last line but one waits until our end of the pipe is closed: by stop(), or because we are gone.
SCRIPT = """
set -e
mount --make-rprivate /
mount --bind "$1/run" /run
mount --bind "$1/no-drivers" /usr/lib/pcsc/drivers  # of a real reader: libccid's
shift
setpriv --pdeathsig KILL "$@" </dev/null >/run/pcscd.log 2>&1 &
echo $!
exec >&-
cat >/dev/null || true
kill $! && wait $!
"""


class PcscdError(Exception):
    """The daemon cannot be started here; the message says why."""


class Pcscd:
    """One private daemon. `port` is where a card plugs in; `environment` is what PC/SC clients need."""

    def __init__(
        self, parent: Path | None = None, reader: str = READER_NAME, driver: Callable[[Path], Path] | None = None
    ) -> None:
        """Lay out a folder of its own in `parent` (the system's folder for temporary files); its path must be short.

        `driver` puts the reader's driver into a folder and gives its path; without it that is vpcd's.
        """
        self._reader = reader
        self._driver = driver or _vpcd
        self._claim, self.port = _claim_ports()
        self.folder = Path(tempfile.mkdtemp(prefix="pcscd-", dir=parent))
        self.socket = self.folder / "run" / "pcscd" / "pcscd.comm"
        self.environment = {"PCSCLITE_CSOCK_NAME": str(self.socket), "OPENSC_CONF": str(OPENSC_CONF)}
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lay_out()

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
        unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
        with (self.folder / "start.log").open("wb") as log:
            self._process = process = subprocess.Popen(
                [*unshare, "sh", "-c", SCRIPT, "pcscd-of-our-own", str(self.folder), *command],
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
        self._claim.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _lay_out(self) -> None:
        if not DRIVER.exists():
            raise PcscdError(f"{DRIVER} is missing (Debian package vsmartcard-vpcd)")
        if len(str(self.socket)) > MAX_SOCKET_PATH:
            raise PcscdError(f"the path of its socket is too long: {self.socket}")
        for name in ("run", "run/pcscd", "conf", "no-drivers"):
            (self.folder / name).mkdir(mode=0o755)
        self.folder.chmod(0o755)  # clients may be somebody else than root
        driver = self._driver(self.folder)
        (self.folder / "conf" / "vpcd").write_text(
            f'FRIENDLYNAME "{self._reader}"\nDEVICENAME /dev/null:{self.port:#x}\n'
            f"LIBPATH {driver}\nCHANNELID {self.port:#x}\n",
            encoding="ascii",
        )

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(str(self.socket))
            return True
        return False

    def _said(self) -> str:
        logs = (self.folder / "start.log", self.folder / "run" / "pcscd.log")
        return " ".join(log.read_text(errors="replace") for log in logs if log.exists()).strip()


def _vpcd(folder: Path) -> Path:
    return Path(shutil.copy(DRIVER, folder / DRIVER.name))


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


def _claim_ports() -> tuple[socket.socket, int]:
    """Two free ports, claimed against other tests and demos for as long as the claim is open.

    The claim is an abstract socket: it is gone with its process, and lives in the same namespace as the ports.
    """
    for port in PORTS:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0loket-vpcd-{port}")
            if _free(port) and _free(port + 1):
                return claim, port
        except OSError:
            pass
        claim.close()
    raise PcscdError(f"no free port between {PORTS.start} and {PORTS.stop}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 - as vpcd will
        except OSError:
            return False
    return True
