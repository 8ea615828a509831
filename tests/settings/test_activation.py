"""New settings on trial: they stay where they do no harm, go where they do, and a kiosk always has whole ones."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from config import durable
from config.activation import HEALTH_WINDOW, STARTS, Activation, Verdict
from config.bundle import MOST_BYTES, Bundle, name_of
from config.merge import Layer
from config.settings import Settings, SettingsError, read

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "config" / "example.toml"
WELL = frozenset({"printer", "cardReader"})
KILLS = 150

# Tries out one bundle after another and keeps each, saying so once it is kept; ends only when it is killed. A process
# that has all it needs in memory makes such children, each killed at a moment of its own.
LOOP = """
import os, random, signal, sys, time
from pathlib import Path
from config.activation import HEALTH_WINDOW, Activation
from config.bundle import Bundle, name_of
from config.merge import Layer
from config.settings import read
folder, example, kills = Path(sys.argv[1]), read(Path(sys.argv[2])), int(sys.argv[3])
chance = random.Random(247)
def work(out):
    clock = [0.0]
    activation = Activation(folder, example, monotonic=lambda: clock[0])
    for number in range(1, 1_000_000):
        content = Bundle({Layer.FLEET: {"timeouts": {"idle": 20.0 + (os.getpid() * 997 + number) % 500}}}).encoded()
        activation.begin()
        if activation.examine(content) is None:
            continue
        activation.try_out(content, frozenset())
        clock[0] += HEALTH_WINDOW
        activation.judge(frozenset())
        os.write(out, (name_of(content) + "\\n").encode())
kept, kept_in_all, bad = None, 0, []
for kill in range(kills):
    back, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(back)
        work(out)
    os.close(out)
    first = os.read(back, 65).decode().split() if kill % 3 else []
    time.sleep(chance.random() * 0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(back) as said:
        names = first + [line.strip() for line in said if len(line) == 65]
    kept_in_all += len(names)
    kept = names[-1] if names else kept
    content = Activation.in_force(folder)
    whole = content is not None and any(file.name == name_of(content) for file in folder.iterdir())
    started = Activation(folder, example).begin()
    if kept is not None and (not whole or started is None):
        bad.append(kill)
print(kept_in_all, *bad)
"""


def bundle(idle: float = 75.0, **more: object) -> bytes:
    return Bundle({Layer.FLEET: {"timeouts": {"idle": idle}, **more}}).encoded()


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class Machine:
    """A kiosk's folder, and what happens to its settings over several starts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        self.machine: dict[str, Any] = read(EXAMPLE)

    def start(self) -> Activation:
        return Activation(self.folder, self.machine, monotonic=self.clock)

    def taken(self, content: bytes, well: frozenset[str] = WELL) -> Activation:
        """Have a bundle put on trial by a kiosk that runs."""
        activation = self.start()
        activation.begin()
        assert activation.examine(content) is not None
        activation.try_out(content, well)
        return activation

    def kept(self, content: bytes) -> None:
        activation = self.taken(content)
        self.clock.at += HEALTH_WINDOW
        assert activation.judge(WELL) is Verdict.COMMITTED


@pytest.fixture
def kiosk(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "settings")


def test_a_kiosk_that_was_never_told_anything_runs_on_its_own(kiosk: Machine) -> None:
    assert kiosk.start().begin() is None


def test_what_does_no_harm_for_as_long_as_the_window_stays(kiosk: Machine) -> None:
    activation = kiosk.taken(bundle())
    kiosk.clock.at += HEALTH_WINDOW - 1
    assert activation.judge(frozenset()) is Verdict.WAITING
    kiosk.clock.at += 1
    assert activation.judge(WELL) is Verdict.COMMITTED
    assert kiosk.start().begin() == bundle()
    assert kiosk.start().state.trial is None


def test_a_printer_that_stopped_working_under_it_sends_it_back(kiosk: Machine) -> None:
    kiosk.kept(bundle(60.0))
    activation = kiosk.taken(bundle(75.0))
    kiosk.clock.at += HEALTH_WINDOW
    assert activation.judge(frozenset({"cardReader"})) is Verdict.REVERTED
    assert kiosk.start().begin() == bundle(60.0)


def test_what_was_already_down_does_not_count_against_it(kiosk: Machine) -> None:
    activation = kiosk.taken(bundle(), frozenset({"cardReader"}))
    kiosk.clock.at += HEALTH_WINDOW
    assert activation.judge(frozenset({"cardReader"})) is Verdict.COMMITTED


def test_what_was_sent_back_is_never_tried_again(kiosk: Machine) -> None:
    activation = kiosk.taken(bundle())
    activation.revert()
    for again in (activation, kiosk.start()):
        assert again.examine(bundle()) is None
    assert activation.examine(bundle(76.0)) is not None


def test_a_second_change_within_the_window_does_not_hide_what_the_first_broke(kiosk: Machine) -> None:
    activation = kiosk.taken(bundle(75.0))
    activation.try_out(bundle(76.0), frozenset())
    kiosk.clock.at += HEALTH_WINDOW
    assert activation.judge(frozenset({"cardReader"})) is Verdict.REVERTED


def test_settings_that_end_the_kiosk_at_every_start_are_left_by_themselves(kiosk: Machine) -> None:
    kiosk.kept(bundle(60.0))
    kiosk.taken(bundle(75.0))
    began = [kiosk.start().begin() for _ in range(STARTS + 1)]
    assert began == [bundle(75.0)] * STARTS + [bundle(60.0)]
    assert name_of(bundle(75.0)) in kiosk.start().state.quarantined


def test_settings_that_do_not_pass_the_dry_run_are_never_on_the_screen(kiosk: Machine) -> None:
    def refuse(_: Settings) -> None:
        raise SettingsError("the portal cannot be made")

    activation = Activation(kiosk.folder, kiosk.machine, refuse)
    with pytest.raises(SettingsError, match="portal"):
        activation.examine(bundle())
    assert activation.running is None
    assert activation.examine(bundle()) is None  # said once


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"[" * 100_000, b'{"layers": {"fleet": {"timeouts": 3}}}', b'{"layers": {"moon": {}}}', b"\x00"],
)
def test_what_is_no_settings_is_refused(kiosk: Machine, content: bytes) -> None:
    activation = kiosk.start()
    with pytest.raises(SettingsError):
        activation.examine(content)
    assert kiosk.start().begin() is None


@pytest.mark.parametrize("spoil", ["cut", "another", "gone", "huge"])
def test_a_bundle_that_is_not_as_it_was_written_makes_way(kiosk: Machine, spoil: str) -> None:
    kiosk.kept(bundle(60.0))
    kiosk.taken(bundle(75.0))
    file = kiosk.folder / name_of(bundle(75.0))
    match spoil:
        case "cut":
            os.truncate(file, 10)
        case "another":
            file.write_bytes(bundle(90.0))
        case "gone":
            file.unlink()
        case _:
            os.truncate(file, MOST_BYTES + 1)
    assert kiosk.start().begin() == bundle(60.0)


@pytest.mark.parametrize("content", [b"", b"{", b'{"good": "../../etc/passwd"}', b'{"starts": "many"}', b"\xff"])
def test_a_memory_that_cannot_be_read_leaves_the_installers_own(kiosk: Machine, content: bytes) -> None:
    kiosk.kept(bundle())
    (kiosk.folder / "state.json").write_bytes(content)
    assert kiosk.start().begin() is None


def test_settings_that_no_longer_fit_the_machine_make_way(kiosk: Machine) -> None:
    """The installer changed the file on the machine meanwhile, or the kiosk is of a later version."""
    kiosk.kept(bundle(60.0, printer={"queue": "second-floor"}))
    del kiosk.machine["printer"]
    assert kiosk.start().begin() is None


def test_on_a_full_disk_nothing_is_tried_and_the_last_good_ones_serve(
    kiosk: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.kept(bundle(60.0))
    activation = kiosk.taken(bundle(75.0))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(durable, "write", full)
    with pytest.raises(OSError, match="space"):
        activation.try_out(bundle(90.0), WELL)
    assert kiosk.start().begin() == bundle(60.0)


def test_only_what_may_still_be_needed_is_kept(kiosk: Machine) -> None:
    for idle in range(60, 70):
        kiosk.kept(bundle(float(idle)))
    assert len(list(kiosk.folder.iterdir())) == 2


def test_killed_at_any_moment_a_kiosk_has_whole_settings() -> None:
    """150 times kill -9 while settings change as fast as they can; what was kept is never lost for none at all.

    In memory: there a disk does not slow it down, so more changes are struck.
    """
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        command = [sys.executable, "-c", LOOP, f"{folder}/settings", str(EXAMPLE), str(KILLS)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr
    kept, *bad = (int(word) for word in done.stdout.split())
    assert bad == []
    assert kept > KILLS, "they were killed at work, not before it"
