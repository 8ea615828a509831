"""A cupsd of our own, beside the machine's: one unix socket, one folder, nothing left behind.

    with Cupsd() as cupsd:
        cupsd.add_queue("kiosk", "ipp://localhost:23000/ipp/print")
        os.environ.update(cupsd.environment)  # for lp, ipptool and whatever else asks CUPS_SERVER

Runs on the files of a real kiosk (`deploy/cups`): no network listener, no history of documents, a purge of the spool
before each start, so that a crash can never print a job a second time. Runs as root and as anybody else.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.daemon import PATH, Daemon, DaemonError, find, listens

A4 = Path(__file__).parent / "printer" / "a4.ppd"
# It is up in some 20 ms; a busy machine may need a hundred times that.
START_SECONDS = 10.0
# The files of a real kiosk, and what differs here: where things are and who we are.
DEPLOYED = Path(__file__).parent.parent / "deploy" / "cups"
FOLDERS = {
    "ServerRoot": "{folder}/etc",
    "RequestRoot": "{folder}/spool",
    "TempDir": "{folder}/spool/tmp",
    "CacheDir": "{folder}/cache",
    "StateDir": "{folder}/state",
    "AccessLog": "{folder}/log/access_log",
    "ErrorLog": "{folder}/log/error_log",
    "PageLog": "{folder}/log/page_log",
}
POLICY = re.compile(r"<Policy default>.*?</Policy>", re.DOTALL)
# Who is not root belongs to no group that may make a queue; so here, and only here, everybody may do everything.
OPEN_POLICY = """<Policy default>
  JobPrivateAccess default
  JobPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>"""


class Cupsd:
    """One private daemon. `socket` is what settings call the CUPS server; `policy` stands instead of a kiosk's own."""

    def __init__(self, policy: str | None = None) -> None:
        # Not below a folder that only root may enter: its helpers run as lp, and would fail without a word.
        self.folder = Path(tempfile.mkdtemp(prefix="loket-cupsd-"))
        self.socket = str(self.folder / "run" / "cups.sock")
        self.environment = {"CUPS_SERVER": self.socket}
        self._daemon: Daemon | None = None
        self._lay_out(policy)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The daemon's process, 0 when it does not run."""
        return self._daemon.pid if self._daemon else 0

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._daemon is not None and self._daemon.running

    def waiting(self, queue: str) -> list[str]:
        """Give the jobs that have not ended in a queue, a line each."""
        lpstat = [find("lpstat"), "-h", self.socket, "-W", "not-completed", "-o", queue]
        return subprocess.run(lpstat, capture_output=True, text=True, check=True, timeout=30).stdout.splitlines()

    def start(self) -> None:
        """Purge the spool, start the daemon and return when it answers. Raises DaemonError with its log."""
        (self.folder / "spool").chmod(0o770)
        subprocess.run([DEPLOYED / "purge", self.folder / "spool", self.folder / "cache"], check=True)
        self._start()

    def lock_spool(self) -> None:
        """Let nobody write in the spool any more, the daemon neither; `mend` ends that."""
        self.stop()
        self._start(("setpriv", "--bounding-set", "-dac_override") if os.geteuid() == 0 else ())
        (self.folder / "spool").chmod(0o550)

    def mend(self) -> None:
        """Have it run, and write: it is started anew where it does not."""
        if not self.running or not (self.folder / "spool").stat().st_mode & stat.S_IWUSR:
            self.stop()
            self.start()

    @property
    def documents(self) -> list[Path]:
        """The documents that lie in the spool."""
        return list((self.folder / "spool").glob("d[0-9]*"))

    def _start(self, bound: tuple[str, ...] = ()) -> None:
        etc = self.folder / "etc"
        command = ["cupsd", "-f", "-c", str(etc / "cupsd.conf"), "-s", str(etc / "cups-files.conf")]
        self._daemon = Daemon([*bound, find(command[0]), *command[1:]], self.folder / "log" / "start.log")
        self._daemon.wait_for(lambda: listens(Path(self.socket)), START_SECONDS)

    def stop(self) -> None:
        """End the daemon in order; it ends the jobs it has under way."""
        if self._daemon is not None:
            self._daemon.stop()
            self._daemon = None

    def crash(self) -> None:
        """Let the daemon die without a word; `start` brings up a fresh one."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon = None

    def close(self) -> None:
        """End it and remove all it left."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_queue(self, name: str, printer: str) -> None:
        """Make the queue of a kiosk, by a kiosk's own script; `printer` is `ipp://…`. Raises DaemonError."""
        self._administer(str(DEPLOYED / "make-queue"), name, printer)

    def break_filter(self, name: str) -> None:
        """Make the queue one that turns documents into pixels first, by a program that fails on every one of them."""
        ppd = self.folder / "etc" / "broken.ppd"
        takes = '*cupsFilter2: "application/pdf application/pdf 0 -"'
        ppd.write_text(A4.read_text().replace(takes, '*cupsFilter2: "application/pdf image/pwg-raster 0 /bin/false"'))
        self._administer("lpadmin", "-p", name, "-P", str(ppd))

    def _administer(self, *command: str) -> None:
        """Run a command; lpadmin warns of what is deprecated, and what it says counts only when it fails."""
        surroundings = {**os.environ, **self.environment, "PATH": PATH}
        made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, env=surroundings)
        if made.returncode:
            raise DaemonError(f"{Path(command[0]).name}: {made.stderr.strip()}")

    def _lay_out(self, policy: str | None) -> None:
        root = os.geteuid() == 0
        gid = grp.getgrnam("lp").gr_gid if root else os.getegid()
        self.folder.chmod(0o711)
        for name in ("etc", "run", "spool", "spool/tmp", "cache", "state", "log"):
            folder = self.folder / name
            folder.mkdir()
            os.chown(folder, -1, gid)
            folder.chmod(0o755 if name == "run" else 0o770)
        files = {name: path.format(folder=self.folder) for name, path in FOLDERS.items()}
        server = {"Listen": self.socket}
        if not root:
            files |= {"User": pwd.getpwuid(os.geteuid()).pw_name, "Group": grp.getgrgid(gid).gr_name}
            files["SystemGroup"] = "root"  # it must differ from Group
            server["DefaultAuthType"] = "None"
            policy = policy or OPEN_POLICY
        self._write("cups-files.conf", files)
        self._write("cupsd.conf", server, policy)

    def _write(self, name: str, changes: dict[str, str], policy: str | None = None) -> None:
        """Write a kiosk's file with other values for some of its words."""
        lines = (DEPLOYED / name).read_text().splitlines()
        kept = [line for line in lines if line.split(" ")[0] not in changes]
        text = "\n".join((*kept, *(f"{word} {value}" for word, value in changes.items()), ""))
        text = text if policy is None else POLICY.sub(lambda _: policy, text)
        (self.folder / "etc" / name).write_text(text)
