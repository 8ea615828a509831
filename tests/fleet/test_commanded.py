"""What a kiosk does when it is commanded: between visits, once, and what became of it is said and written down."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import tomli_w

from kiosk_app import beginning_anew
from kiosk_app.audit import AuditTrail
from kiosk_app.closing import Closings
from kiosk_app.commanded import Commands
from kiosk_app.store import Store

SECONDS = 60.0
PROJECT = Path(__file__).parents[2]

# A kiosk with its real screen that looks every tenth of a second, and tells how it does in a file.
KIOSK = """
import sys
from pathlib import Path
from kiosk_app import screened
screened.LOOK_SECONDS = 0.1
sys.exit(screened.run_as_told(*map(Path, sys.argv[1:]), windowed=False))
"""


def hand(folder: Path, verb: str, **other: object) -> UUID:
    """Lay a command down, as an agent does."""
    now = datetime.now(UTC)
    command: dict[str, Any] = {"id": uuid4(), "town": "lindeveld", "kiosk": "LV-01", "verb": verb}
    command |= {"issued": now, "expires": now + timedelta(minutes=15)} | other
    draft = folder / ".draft"
    draft.write_bytes(msgspec.json.encode({"command": command, "key": "5e" * 32}))
    draft.replace(folder / "command.json")
    return UUID(str(command["id"]))


class Means:
    """What a kiosk can do; remembers what was asked of it, and whether the kiosk was out of service then."""

    def __init__(self, closings: Closings) -> None:
        self._closings, self.succeeds, self.asked = closings, True, list[tuple[str, bool]]()

    def _did(self, what: str) -> bool:
        self.asked.append((what, self._closings.now(datetime.now(UTC)) is not None))
        return self.succeeds

    def restart(self) -> bool:
        return self._did("restart")

    def reboot(self) -> bool:
        return self._did("reboot")

    def test(self) -> bool:
        return self._did("test")

    def test_print(self) -> bool:
        return self._did("print")

    def collect_logs(self) -> bool:
        return self._did("logs")


class Kiosk:
    """A kiosk's memory on disk, and as many runs of it as a test wants."""

    def __init__(self, folder: Path, memory: Path) -> None:
        self.folder, self.told = folder, folder / "told"
        self.told.mkdir()
        shutil.copytree(memory, folder / "data")
        self.store = Store(folder / "data")
        self.trail, self.closings = AuditTrail(self.store), Closings(self.store)
        self.means = Means(self.closings)
        self.commands: Commands | None = None

    def begin(self) -> Commands:
        self.end()
        commands = self.commands = self._made()
        commands.start()
        return commands

    def cut_off(self, verb: str) -> None:
        """Begin, write down that a command is taken, and lose power."""
        commands = self._made()
        hand(self.told, verb)
        commands.look()

    def _made(self) -> Commands:
        memory = self.folder / "data", self.closings
        commands = Commands("LV-01", self.means, memory, lambda: None, self.trail.append)
        commands.listen_in(self.told)
        return commands

    def end(self) -> None:
        """End what is begun, whole."""
        if self.commands is not None:
            self.commands.stop()
            self.commands = None

    @property
    def is_closed(self) -> bool:
        return self.closings.now(datetime.now(UTC)) is not None

    def written(self) -> list[str]:
        assert self.trail.broken_at() is None
        return [f"{row.what} {row.staff}".strip() for row in reversed(self.trail.latest(100))]


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory in which nothing is written yet."""
    folder = tmp_path_factory.mktemp("memory")
    Store(folder).close()
    return folder


@pytest.fixture
def kiosk(tmp_path: Path, memory: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path, memory)
    yield kiosk
    kiosk.end()
    kiosk.store.close()


def outcomes(commands: Commands) -> list[str]:
    return [one.outcome.value for one in commands.results]


def test_out_of_service_and_back_is_kept_and_written_down_with_the_key_that_signed(kiosk: Kiosk) -> None:
    commands = kiosk.begin()
    hand(kiosk.told, "outOfService")
    commands.look()
    commands.stop()
    assert kiosk.is_closed
    commands = kiosk.begin()
    assert kiosk.is_closed
    hand(kiosk.told, "inService")
    commands.look()
    commands.stop()
    assert outcomes(commands) == ["done", "done"]
    assert kiosk.closings.now(datetime.now(UTC)) is None
    key = "key-5e5e5e5e5e5e"
    done = "commandDone"
    assert kiosk.written() == [f"commandOutOfService {key}", done, f"commandInService {key}", done]


@pytest.mark.parametrize(("verb", "asked"), [("selfTest", "test"), ("testPrint", "print")])
@pytest.mark.parametrize("succeeds", [True, False])
def test_nobody_is_served_while_it_tries_its_devices(kiosk: Kiosk, verb: str, asked: str, *, succeeds: bool) -> None:
    kiosk.means.succeeds = succeeds
    commands = kiosk.begin()
    hand(kiosk.told, verb)
    commands.look()
    commands.stop()
    assert kiosk.means.asked == [(asked, True)]
    assert not kiosk.is_closed
    assert outcomes(commands) == ["done" if succeeds else "failed"]


def test_who_had_it_out_of_service_finds_it_so_after_a_test(kiosk: Kiosk) -> None:
    commands = kiosk.begin()
    hand(kiosk.told, "outOfService")
    commands.look()
    hand(kiosk.told, "selfTest")
    commands.look()
    commands.stop()
    assert kiosk.is_closed


def test_a_command_that_lies_there_still_is_not_done_again(kiosk: Kiosk) -> None:
    """Not at the next look, not at the next start, not when it is laid down anew."""
    commands = kiosk.begin()
    id_ = hand(kiosk.told, "testPrint")
    commands.look()
    commands.look()
    commands = kiosk.begin()
    commands.look()
    hand(kiosk.told, "testPrint", id=id_)
    commands.look()
    commands.stop()
    assert kiosk.means.asked == [("print", True)]


def test_what_comes_too_late_is_not_done_and_said(kiosk: Kiosk) -> None:
    commands, now = kiosk.begin(), datetime.now(UTC)
    hand(kiosk.told, "reboot", issued=now - timedelta(minutes=16), expires=now - timedelta(minutes=1))
    commands.look()
    commands.stop()
    assert (kiosk.means.asked, outcomes(commands)) == ([], ["expired"])
    assert kiosk.written() == ["commandLate key-5e5e5e5e5e5e"]


@pytest.mark.parametrize("other", [{"kiosk": "LV-02"}, {"verb": "reload"}])
def test_what_is_for_another_is_left_alone(kiosk: Kiosk, other: dict[str, str]) -> None:
    commands = kiosk.begin()
    hand(kiosk.told, **{"verb": "reboot", **other})
    commands.look()
    commands.stop()
    assert (kiosk.means.asked, outcomes(commands), kiosk.written()) == ([], [], [])


@pytest.mark.expects_log("is no command|larger than")
@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"command": {"verb": "rm -rf"}}', b"x" * (2 << 20)])
def test_what_is_no_command_does_no_harm(kiosk: Kiosk, content: bytes) -> None:
    commands = kiosk.begin()
    (kiosk.told / "command.json").write_bytes(content)
    commands.look()
    hand(kiosk.told, "outOfService")
    commands.look()
    commands.stop()
    assert outcomes(commands) == ["done"]


@pytest.mark.expects_log("no command is taken")
def test_what_cannot_be_written_down_is_not_done(kiosk: Kiosk) -> None:
    (kiosk.folder / "data" / ".commands.json.draft").mkdir()
    commands = kiosk.begin()
    hand(kiosk.told, "testPrint")
    commands.look()
    commands.stop()
    assert kiosk.means.asked == []


def test_what_a_run_was_cut_off_at_is_unknown_and_a_restart_is_done_once_it_runs_again(kiosk: Kiosk) -> None:
    for verb in ("testPrint", "restart", "reboot"):
        kiosk.cut_off(verb)
    commands = kiosk.begin()
    assert outcomes(commands) == ["unknown", "done", "unknown"], "the machine itself has not begun anew"
    assert kiosk.means.asked == []


class Supervisor:
    """Begins a kiosk's own process as systemd does, and lays commands down for it."""

    def __init__(self, folder: Path) -> None:
        self.told, self._said, self._settings = folder / "told", folder / "said.json", folder / "kiosk.toml"
        self.told.mkdir()
        town = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://loket.example"}
        self._settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder / "data"), "town": town}))
        address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._env = {**os.environ, "NOTIFY_SOCKET": address, "QT_QPA_PLATFORM": "offscreen"}
        self._exec = ["sh", "-c", 'SYSTEMD_EXEC_PID=$$ exec "$@"', "sh", sys.executable, "-c", KIOSK]
        self.run = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        where = [str(one) for one in (self._settings, self.told, self._said)]
        self.run = subprocess.Popen([*self._exec, *where], cwd=PROJECT, env=self._env)
        return self.run

    def hears(self, id_: UUID) -> str:
        """Wait until the kiosk says how a command ended."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            said = msgspec.json.decode(self._said.read_bytes()) if self._said.exists() else {}
            found = [one["outcome"] for one in said.get("commands", []) if one["id"] == str(id_)]
            if found and found[0] != "begun":
                return str(found[0])
            time.sleep(0.05)
        raise AssertionError("the kiosk said nothing of it")

    def close(self) -> None:
        self.run.kill()
        self.run.wait(20)
        self._socket.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.close()


def test_a_kiosk_that_is_told_to_begin_anew_ends_by_itself_and_says_so_when_it_runs_again(
    supervisor: Supervisor,
) -> None:
    """A real process with its real screen; whoever supervises it begins it anew."""
    id_ = hand(supervisor.told, "restart")
    assert supervisor.run.wait(SECONDS) == 0
    supervisor.start()
    assert supervisor.hears(id_) == "done"
    id_ = hand(supervisor.told, "outOfService")
    assert supervisor.hears(id_) == "done"


# --- the machine itself ----------------------------------------------------------------------------------------------

REBOOT = PROJECT / "deploy" / "machine" / "usr" / "share" / "loket247" / "reboot"


def reboots(folder: Path, owner: str = "root") -> bool:
    """Whether what begins the machine anew would; here it only leaves a file."""
    command = [str(REBOOT), str(folder / "command.json"), owner, "0", "touch", str(folder / "rebooted")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode == 0) is (folder / "rebooted").exists()
    # Said just before a refusal is held: without that, a file that lies there is looked at without end.
    assert (done.returncode != 0) is (b"nobody signed for it" in done.stderr)
    return done.returncode == 0


def test_a_machine_begins_anew_where_its_agent_was_told_so_and_for_nobody_else(tmp_path: Path) -> None:
    assert not reboots(tmp_path), "a kiosk that only asks"
    hand(tmp_path, "testPrint")
    assert not reboots(tmp_path), "another verb"
    hand(tmp_path, "reboot")
    assert not reboots(tmp_path, "nobody"), "a file that the kiosk wrote itself"
    aside = (tmp_path / "command.json").rename(tmp_path / "aside")
    (tmp_path / "command.json").symlink_to(aside)
    assert not reboots(tmp_path), "a link to somebody's file"
    aside.replace(tmp_path / "command.json")
    before = time.time() - 20 * 60
    os.utime(tmp_path / "command.json", (before, before))
    assert not reboots(tmp_path), "of twenty minutes ago"
    os.utime(tmp_path / "command.json")
    assert reboots(tmp_path)


def test_a_kiosk_asks_for_a_reboot_and_says_that_none_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning_anew, "REBOOT_SECONDS", 0.0)
    asked: list[bool] = []
    monkeypatch.setattr("time.sleep", lambda _seconds: asked.append((tmp_path / "reboot").exists()))
    assert not beginning_anew.ask_for_reboot(tmp_path)
    assert asked == [True]
    assert not (tmp_path / "reboot").exists(), "nobody asks for it any more"
