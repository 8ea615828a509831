"""A fleet on this machine: the fleet service, two kiosks and their agents, each a process of its own, over real TLS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import tomli_w
import trustme
from playwright.sync_api import Page

from demo.kiosk_process import KioskProcess
from fleet import begin, keys
from fleet.service.people import hashed
from fleet.work import Work
from simulators.daemon import Daemon

TOWN, KIOSKS = "lindeveld", ("LV-01", "LV-02")
PEOPLE: dict[str, dict[str, object]] = {
    "els": {"towns": [TOWN], "proposes": [TOWN]},
    "omar": {"operator": True, "approves": [TOWN]},
}
PASSWORD = "een lang wachtwoord"  # noqa: S105 (of two people who do not exist)
EXAMPLE = Path(__file__).parent.parent / "config" / "example.toml"
START_SECONDS = 30.0
_LOOK_SECONDS = 0.1
# What a kiosk is without: this demo is about what stands on its portal, and `./dev demo` about the rest.
_LEFT_OUT = ("back_end", "card_reader", "printer", "receipt_printer", "services", "announcements")


class DemoFleet:
    """Begins a fleet in a folder, and serves it until the end of the block; `through` runs each of its programs."""

    def __init__(self, folder: Path, through: tuple[str, ...] = ()) -> None:
        self._folder, self._ends, self._through = folder, ExitStack(), through
        self.home = folder / "fleet"
        self._example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
        self._port = _free_port()
        self.url = f"https://localhost:{self._port}"
        self._ca = folder / "ca.pem"

    def __enter__(self) -> Self:
        """Make the keys, sign the hall's services, and serve. Raises DaemonError."""
        work = Work(self.home)
        begin.begin(work, [TOWN], 1, lambda _name: "")
        services = {"services": self._example["services"]}
        (work.settings / TOWN / "tenant.toml").write_text(tomli_w.dumps(services), encoding="utf-8")
        work.drafts.sign(TOWN, work.files_of(TOWN), keys.load(work.keys / f"{TOWN}-1.pem"))
        work.drafts.publish(keys.load(work.keys / "online.pem"))
        password = hashed(PASSWORD)
        people = [{"name": name, "password": password, **may} for name, may in PEOPLE.items()]
        (self.home / "people.toml").write_text(tomli_w.dumps({"people": people}), encoding="utf-8")
        self._certify()
        files = ["--certificate", f"{self._folder}/server.pem", "--key", f"{self._folder}/server.key"]
        command = ["serve", *files, "--home", str(self.home), "--port", str(self._port)]
        service = self._runs("service", "fleet.cli", *command)
        service.wait_for(self._answers, START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process that was started."""
        self._ends.close()

    def sign(self, change: int) -> None:
        """Sign what two people agreed on, with the town's key, and give it out."""
        key = f"{self.home}/keys/{TOWN}-1.pem"
        _run("fleet.cli", "sign", "--key", key, "--change", str(change), "--home", str(self.home), typed="ja\n")
        _run("fleet.cli", "publish", "--home", str(self.home))

    @staticmethod
    def enter(page: Page, name: str) -> None:
        """Have somebody come in, in a browser."""
        page.context.clear_cookies()
        page.goto("/aanmelden")
        page.get_by_label("Naam").fill(name)
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name="Aanmelden").click()

    def let_in(self, number: str, slips: Mapping[str, object] | None = None) -> Path:
        """Let a kiosk in as its installer does, with a slip printer or none; gives its settings file."""
        folder = self._folder / number
        folder.mkdir()
        own = {key: value for key, value in self._example.items() if key not in _LEFT_OUT}
        own |= {"receipt_printer": slips} if slips is not None else {}
        settings = folder / "kiosk.toml"
        settings.write_text(tomli_w.dumps({**own, "kiosk": number, "data": str(folder / "data")}), encoding="utf-8")
        told = {"url": self.url, "root": f"{self.home}/root.json", "town": TOWN, "kiosk": number, "ca": str(self._ca)}
        places = {"memory": "trusted", "told": "told", "pem": "kiosk.pem", "said": "said.json"}
        told |= {name: str(folder / place) for name, place in places.items()}
        (folder / "agent.toml").write_text(tomli_w.dumps(told), encoding="utf-8")
        said = _run("fleet.cli", "enrol", TOWN, number, "--home", str(self.home))
        code = said.split("--enrol ", 1)[1].split()[0]
        _run("config.agent", "--settings", f"{folder}/agent.toml", "--enrol", code)
        return settings

    def begin_agent(self, settings: Path) -> None:
        """Have the agent of a kiosk begin its rounds."""
        self._runs(f"agent-{settings.parent.name}", "config.agent", "--settings", str(settings.with_name("agent.toml")))

    def kiosk(self, number: str, slips: Mapping[str, object] | None = None) -> KioskProcess:
        """Let a kiosk in, and run it under the robot's finger; its agent begins once it says how it does."""
        settings = self.let_in(number, slips)
        environment = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
        log, told = settings.with_name("kiosk.log"), settings.with_name("told")
        process = KioskProcess(settings, environment, log, told, self._through)
        self._ends.enter_context(process)
        deadline = time.monotonic() + START_SECONDS
        while not settings.with_name("said.json").exists() and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        self.begin_agent(settings)
        return process

    def _answers(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self._port)) == 0

    def _runs(self, name: str, module: str, *words: str) -> Daemon:
        daemon = Daemon([sys.executable, "-m", *self._through, module, *words], self._folder / f"{name}.log")
        self._ends.callback(daemon.stop)
        return daemon

    def _certify(self) -> None:
        authority = trustme.CA()
        mine = authority.issue_cert("localhost")
        authority.cert_pem.write_to_path(self._ca)
        mine.cert_chain_pems[0].write_to_path(self._folder / "server.pem")
        mine.private_key_pem.write_to_path(self._folder / "server.key")


def _run(module: str, *words: str, typed: str = "") -> str:
    wide = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=wide, input=typed).stdout


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as place:
        return int(place.getsockname()[1])
