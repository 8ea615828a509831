"""A PostgreSQL server of one's own: data in a folder that is gone with it, and no way in but a socket in that folder.

server = PostgreSql()
server.start()
server.url                 # postgresql://…, an empty database
server.database()          # the URL of one more
server.close()
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from simulators.daemon import Daemon, DaemonError, listens

# initdb takes two seconds, the start a quarter; a busy machine may need ten times that.
START_SECONDS = 30.0
USER = "postgres"
DEBIAN = Path("/usr/lib/postgresql")
# A test's data need not outlive the machine.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgreSql:
    """One server. It runs as Debian's own user for it, for it refuses to run as root."""

    def __init__(self, *, durable: bool = False) -> None:
        """`durable`: every commit waits for the disk, as in a town hall."""
        self._settings = () if durable else QUICK
        # Its own place, not the caller's: another user must get at it, and a socket's path is short.
        self._folder = Path(tempfile.mkdtemp(prefix="loket-pg-"))
        self._program: Daemon | None = None
        self._databases = 0

    def start(self) -> None:
        """Make the data and serve them. Raises DaemonError."""
        binaries = _binaries()
        if os.geteuid() == 0:
            owner = pwd.getpwnam(USER)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        made = [binaries / "initdb", "-D", self._folder / "data", "-A", "trust", "-U", USER, "--no-sync"]
        _run([*_as_user(), *made, "-E", "UTF8", "--locale=C"])
        log = self._folder / "log"
        options = ("listen_addresses=", f"unix_socket_directories={self._folder}", *self._settings)
        command = [*_as_user(), binaries / "postgres", "-D", self._folder / "data"]
        settings = [word for option in options for word in ("-c", option)]
        self._program = Daemon([str(word) for word in (*command, *settings)], log)
        self._program.wait_for(lambda: listens(self._folder / ".s.PGSQL.5432"), START_SECONDS)
        self._program.wait_for(self._takes_calls, START_SECONDS)

    @property
    def url(self) -> str:
        """Where the database that was there first is."""
        return self._url(USER)

    def database(self) -> str:
        """Make one more, empty, and give its URL."""
        self._databases += 1
        name = f"town{self._databases}"
        _run([_binaries() / "createdb", "-h", self._folder, "-U", USER, name])
        return self._url(name)

    def close(self) -> None:
        """End it, and forget everything."""
        if self._program is not None:
            self._program.signal(signal.SIGINT)  # do not wait for who is still connected
            self._program.stop()
            self._program = None
        shutil.rmtree(self._folder)

    def _takes_calls(self) -> bool:
        ready = [str(_binaries() / "pg_isready"), "-q", "-h", str(self._folder)]
        return subprocess.run(ready, check=False).returncode == 0

    def _url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={quote(str(self._folder), safe='')}"


def _as_user() -> list[str]:
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if os.geteuid() == 0 else []


def _binaries() -> Path:
    """The newest version that Debian has here."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if not found:
        raise DaemonError("postgresql is missing here (./dev installs it)")
    return found[-1].parent


def _run(command: list[object]) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=START_SECONDS, cwd="/")
    if done.returncode:
        raise DaemonError(f"{words[0]}: {done.stderr.strip()[-500:]}")
