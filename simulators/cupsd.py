"""A cupsd of our own, beside the machine's: one unix socket, one folder, nothing left behind.

    with Cupsd() as cupsd:
        cupsd.add_queue("kiosk", "ipp://localhost:23000/ipp/print")
        os.environ.update(cupsd.environment)  # for lp, ipptool and whatever else asks CUPS_SERVER

Configured as on a kiosk: no network listener, no history of documents, a purge of the spool before each start, so that
a crash can never print a job a second time. Runs as root and as anybody else.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from simulators.daemon import Daemon, DaemonError, find, listens

A4 = Path(__file__).parent / "printer" / "a4.ppd"
# It is up in some 20 ms; a busy machine may need a hundred times that.
START_SECONDS = 10.0
# Debian's cupsd gives up root for these when it runs a filter; everybody else stays who they are.
SERVICE_USER, SERVICE_GROUP = "lp", "lp"

FILES = """
ServerRoot {folder}/etc
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/state
DataDir /usr/share/cups
ServerBin /usr/lib/cups
AccessLog {folder}/log/access_log
ErrorLog {folder}/log/error_log
PageLog {folder}/log/page_log
User {user}
Group {group}
SystemGroup {system_group}
LogFilePerm 0600
SyncOnClose No
"""

# debug would write job names and options into the log; the other numbers are those of a kiosk.
# DirtyCleanInterval 0: the job is on disk before CUPS answers, so that a crash leaves nothing half known.
# PreserveJobHistory: seconds for which CUPS still knows how a job ended; its data file is gone at that moment.
# JobPrivateValues none: a job is found by its name, also after a restart of the kiosk.
SERVER = """
LogLevel warn
Listen {socket}
WebInterface No
Browsing Off
BrowseLocalProtocols none
DefaultShared No
DefaultAuthType None
PreserveJobFiles No
PreserveJobHistory 300
MaxJobs 50
AutoPurgeJobs Yes
MaxJobTime 120
DirtyCleanInterval 0
ErrorPolicy abort-job
JobRetryInterval 5
MaxLogSize 0
IdleExitTimeout 0
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues none
  <Limit All>
    Order deny,allow
    Allow localhost
  </Limit>
</Policy>
"""

# What a crash may leave of a job: control files, documents, the cache that names them.
REMAINS = ("spool/c[0-9]*", "spool/d[0-9]*", "spool/tmp/*", "cache/job.cache*")


class Cupsd:
    """One private daemon. `socket` is what a settings file calls the CUPS server."""

    def __init__(self) -> None:
        # Not below a folder that only root may enter: its helpers run as lp, and would fail without a word.
        self.folder = Path(tempfile.mkdtemp(prefix="loket-cupsd-"))
        self.socket = str(self.folder / "run" / "cups.sock")
        self.environment = {"CUPS_SERVER": self.socket}
        self._daemon: Daemon | None = None
        self._lay_out()

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
        for pattern in REMAINS:
            for remains in self.folder.glob(pattern):
                remains.unlink()
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
        """Make a raw queue: the printer at `ipp://…` gets the very bytes that were sent, and options beside them.

        `waitjob=false`: once the printer has it all, CUPS lets go, so a job that prints is never sent again.
        `contimeout=10`: a printer that is off gets nothing later, when the resident has gone.
        """
        device = f"{printer}?{urlencode({'waitjob': 'false', 'contimeout': 10})}"
        self._administer("-p", name, "-E", "-v", device, "-o", "printer-error-policy=abort-job")

    def break_filter(self, name: str) -> None:
        """Make the queue one that turns documents into pixels first, by a program that fails on every one of them."""
        ppd = self.folder / "etc" / "broken.ppd"
        takes = '*cupsFilter2: "application/pdf application/pdf 0 -"'
        ppd.write_text(A4.read_text().replace(takes, '*cupsFilter2: "application/pdf image/pwg-raster 0 /bin/false"'))
        self._administer("-p", name, "-P", str(ppd))

    def _administer(self, *words: str) -> None:
        """Run lpadmin; it warns of what is deprecated, and what it says counts only when it fails."""
        command = [find("lpadmin"), "-h", self.socket, *words]
        made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        if made.returncode:
            raise DaemonError(f"lpadmin: {made.stderr.strip()}")

    def _lay_out(self) -> None:
        if os.geteuid() == 0:
            user, group, system_group = SERVICE_USER, SERVICE_GROUP, "root"
            gid = grp.getgrnam(group).gr_gid
        else:
            user, gid = pwd.getpwuid(os.geteuid()).pw_name, os.getegid()
            group = grp.getgrgid(gid).gr_name
            system_group = "root"  # it must differ from Group
        self.folder.chmod(0o711)
        for name in ("etc", "run", "spool", "spool/tmp", "cache", "state", "log"):
            folder = self.folder / name
            folder.mkdir()
            os.chown(folder, -1, gid)
            folder.chmod(0o755 if name == "run" else 0o770)
        fields = {"folder": self.folder, "user": user, "group": group, "system_group": system_group}
        (self.folder / "etc" / "cups-files.conf").write_text(FILES.format(**fields))
        (self.folder / "etc" / "cupsd.conf").write_text(SERVER.format(socket=self.socket))
