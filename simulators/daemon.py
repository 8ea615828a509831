"""A program that runs in the background as long as whoever started it lives, and no longer.

A small shell stands between us and the program. It reads from a pipe of ours that nothing is ever written to: when that
closes, by `stop` or because we are gone in whatever way, it ends the program. PR_SET_PDEATHSIG would not do: it also
strikes when only the *thread* that started the program ends (prctl(2)), and a bench is played from many threads.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

# Programs of Debian's sbin, for a PATH that leaves it out.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"

# What a message quotes of a program's log.
MAX_SAID = 500

# Standard input is the lifeline. A background job's own input would be /dev/null, so it is kept as descriptor 3.
# Two seconds after the polite end comes the other one: a program that was stopped (SIGSTOP) hears nothing polite.
SCRIPT = """
exec 3<&0
"$@" 3<&- </dev/null >&2 &
program=$!
{ cat <&3 >/dev/null; kill -TERM $program; sleep 2; kill -KILL $program; } >/dev/null 2>&1 &
guard=$!
echo $program
exec >/dev/null
wait $program
code=$?
kill $guard
exit $code
"""


class DaemonError(Exception):
    """A program cannot be started here; the message says why."""


class Daemon:
    """One running program. What it says on either output goes to the end of `log`."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._log = log
        with log.open("ab") as output:
            self._shell = subprocess.Popen(
                ["sh", "-c", SCRIPT, "daemon", find(command[0]), *command[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C is for us, who then end it in order
            )
        assert self._shell.stdout is not None  # noqa: S101 - it was asked for
        self.pid = int(self._shell.stdout.readline() or 0)
        self._shell.stdout.close()

    @property
    def running(self) -> bool:
        """Whether the program still runs."""
        return self._shell.poll() is None

    def wait_for(self, fact: Callable[[], bool], seconds: float) -> None:
        """Return as soon as `fact` holds. Raises DaemonError, with what the program said, when it does not."""
        deadline = time.monotonic() + seconds
        while not fact():
            if not self.running or time.monotonic() > deadline:
                raise DaemonError(f"does not answer: {self.said()}")
            time.sleep(0.002)

    def signal(self, number: int) -> None:
        """Send the program a signal, unless it has ended."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def stop(self) -> None:
        """End the program and return when it is gone."""
        if self._shell.stdin is not None:
            self._shell.stdin.close()
        self._shell.wait()

    def kill(self) -> None:
        """End it without a word of warning, as a power cut does."""
        self.signal(signal.SIGKILL)
        self.stop()

    def said(self) -> str:
        """Give the end of what the program wrote, on one line."""
        return " ".join(self._log.read_text(errors="replace").split())[-MAX_SAID:]


def listens(path: Path) -> bool:
    """Say whether somebody takes connections at a unix socket; that its file is there says less."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def find(program: str) -> str:
    """Give the path of a program. Raises DaemonError when it is not installed."""
    path = shutil.which(program, path=PATH)
    if path is None:
        raise DaemonError(f"{program} is missing here (./dev installs it)")
    return path
