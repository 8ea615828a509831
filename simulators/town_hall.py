"""The town hall's back end as a program of its own, and the hand that lets it fail.

hall = TownHall(folder, residents, pki.trust, ocsp.url)
hall.start()
...                        # kiosks connect to hall.url with the files in hall.ca
hall.stop(); hall.start()  # the same addresses, the same files
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from pysqlite3 import dbapi2

from simulators.daemon import Daemon
from simulators.ports import Port

PORTS = range(24000, 25000)
# It is up in two seconds, fonts and seal warm; a busy machine may need ten times that.
START_SECONDS = 30.0
PROJECT = Path(__file__).parent.parent
TOLD_OF_DOORS = sa.text("SELECT ticket, outcome FROM collections WHERE outcome IS NOT NULL").columns(
    ticket=sa.Uuid, outcome=sa.String
)
LOCKERS = PROJECT / "townhall" / "compartments" / "demo.toml"
TOLD = sa.text("SELECT ticket, outcome FROM print_results").columns(ticket=sa.Uuid, outcome=sa.String)


class TownHall:
    """One back end on three ports of its own, of a town whose one kiosk has compartments.

    `sealed`, where given, keeps a copy of every document it hands out; `database` is the URL of one that is not a file
    in its folder; `more` are further arguments of its own.
    """

    def __init__(
        self,
        folder: Path,
        residents: Path,
        eid_trust: Path,
        ocsp_url: str,
        sealed: Path | None = None,
        more: tuple[str | Path, ...] = (),
        database: str | None = None,
    ) -> None:
        self._folder = folder
        self._log = folder / "townhall.log"
        self._ports = Port(PORTS), Port(PORTS), Port(PORTS)
        kiosks, public, office = (port.number for port in self._ports)
        self.url = f"https://localhost:{kiosks}"
        self.public_url = f"http://127.0.0.1:{public}"
        self.office_url = f"https://localhost:{office}"
        self.ca = folder / "ca"
        self.database = database or f"sqlite:///{folder.resolve() / 'townhall.db'}"
        self._command = [
            *(sys.executable, "-m", "townhall", "--data", folder, "--residents", residents),
            *("--lockers", LOCKERS, "--eid-test-trust", eid_trust, "--ocsp", ocsp_url),
            *("--listen", f"127.0.0.1:{kiosks}", "--public", f"127.0.0.1:{public}"),
            *("--office", f"127.0.0.1:{office}"),
            *(("--keep-sealed", sealed) if sealed else ()),
            *(("--database", database) if database else ()),
            *more,
        ]
        self._program: Daemon | None = None

    @property
    def running(self) -> bool:
        """Whether it runs, be it paused."""
        return self._program is not None and self._program.running

    def start(self) -> None:
        """Start it and return when it serves; nothing happens when it does already. Raises DaemonError."""
        if self.running:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log.write_bytes(b"")
        self._program = Daemon(list(map(str, self._command)), self._log, {"PYTHONPATH": str(PROJECT)})
        self._program.wait_for(self._serves, START_SECONDS)

    def stop(self) -> None:
        """End it in order; kiosks are refused from now on."""
        if self._program is not None:
            self._program.stop()
            self._program = None

    def crash(self) -> None:
        """End it in the middle of whatever it does."""
        if self._program is not None:
            self._program.kill()
            self._program = None

    def told(self) -> dict[UUID, str]:
        """Give what kiosks told it of each ticket's document."""
        return self._told(TOLD)

    def told_of_doors(self) -> dict[UUID, str]:
        """Give what kiosks told it of each ticket's door."""
        return self._told(TOLD_OF_DOORS)

    def _told(self, query: sa.TextualSelect) -> dict[UUID, str]:
        url = sa.make_url(self.database)
        if url.get_backend_name() == "sqlite":
            engine = sa.create_engine(url, module=dbapi2, connect_args={"timeout": START_SECONDS})
        else:
            engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        engine.dispose()
        return {row.ticket: row.outcome for row in rows}

    def pause(self) -> None:
        """Let it hang: who connects waits."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on where it hung."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and give back its ports."""
        self.stop()
        for port in self._ports:
            port.release()

    def _signal(self, number: int) -> None:
        if self._program is not None:
            self._program.signal(number)

    def _serves(self) -> bool:
        """Whether it has said that it is ready, on the last whole line of its log."""
        lines = self._log.read_text(errors="replace").splitlines()
        return any(line.startswith('{"ready"') and json.loads(line)["url"] == self.url for line in lines)
