"""Power that is lost while settings come, load and are kept: a kiosk has whole ones, and none that it had given up."""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from config.activation import Activation
from config.bundle import decoded
from config.merge import Layer
from config.settings import read
from simulators.losing_disk import Deed, after_power_cut, deeds, environment, recorder

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "config" / "example.toml"
# How many disks are looked at; LOKET_SEED plays an earlier run again.
IMAGES = int(os.environ.get("LOKET_IMAGES", "30"))
SEED = int(os.environ.get("LOKET_SEED") or secrets.randbelow(2**32))
# Bundle after bundle is tried, started with and kept; what was done for good is said beside it, in the same order. The
# bundle of a number is the one that says this number for `idle`.
KIOSK = """
import os, sys
from pathlib import Path
from config.activation import HEALTH_WINDOW, Activation
from config.bundle import Bundle
from config.merge import Layer
from config.settings import read
from config import durable
disk, how = Path(sys.argv[1]), sys.argv[3]
if how == "nothing is synced":
    os.fsync = lambda _: None
if how == "the folder is not synced":
    durable.settle = lambda _: None
clock = [0.0]
said = os.open(disk / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def say(number, starts): os.write(said, f"{number} {starts}\\n".encode())
for number in range(20, 40):
    activation = Activation(disk / "settings", read(Path(sys.argv[2])), monotonic=lambda: clock[0])
    content = Bundle({Layer.FLEET: {"timeouts": {"idle": float(number)}}}).encoded()
    activation.try_out(content, frozenset()); say(number, activation.state.starts)
    for start in range(2):
        activation.begin(); say(number, activation.state.starts)
    clock[0] += HEALTH_WINDOW
    activation.judge(frozenset()); say(number, 0)
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorder(tmp_path_factory.mktemp("recorder"))


def recorded(tmp_path: Path, library: Path, how: str) -> list[Deed]:
    """Everything that a kiosk did to the folder of its settings while twenty sets came, one after another."""
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.mkdir()
    command = [sys.executable, "-c", KIOSK, str(disk), str(EXAMPLE), how]
    surroundings = {**os.environ, **environment(library, disk, log)}
    subprocess.run(command, cwd=PROJECT, env=surroundings, check=True, timeout=60)
    return list(deeds(log))


def wrong(disk: Path, said: list[str]) -> str:
    """Say what is amiss with a kiosk that starts from a disk, after what it had done for good; nothing is well."""
    number, starts = (int(word) for word in said[-1].split())
    activation = Activation(disk / "settings", read(EXAMPLE))
    left, content = activation.state.starts, activation.begin()
    if content is None:
        return f"none, after {number}"
    found = decoded(content).layers[Layer.FLEET]["timeouts"]["idle"]
    if found not in {float(number), float(number + 1)}:
        return f"{found} after {number}"
    return f"{left} starts after {starts}" if found == number and left > starts else ""


def looked_at(tmp_path: Path, library: Path, how: str) -> list[str]:
    """Look at disks of random moments; gives what is amiss with each, or nothing."""
    chance, done = random.Random(SEED), recorded(tmp_path, library, how)
    began = next(number for number, deed in enumerate(done) if deed.name == "said")
    found = []
    for number in range(IMAGES):
        until = chance.randrange(began + 2, len(done))
        disk = tmp_path / f"image{number}"
        disk.mkdir()
        after_power_cut([deed for deed in done[:until] if deed.name != "said"], chance, disk)
        said = b"".join(deed.data for deed in done[:until] if deed.name == "said" and deed.kind == "W")
        found.append(wrong(disk, said.decode().splitlines()))
    return found


@pytest.mark.timeout(120 + IMAGES)
def test_wherever_the_power_goes_a_kiosk_starts_on_whole_settings_and_no_start_is_forgotten(
    tmp_path: Path, library: Path
) -> None:
    assert {what for what in looked_at(tmp_path, library, "as it is") if what} == set(), f"LOKET_SEED={SEED}"


@pytest.mark.timeout(120 + IMAGES)
@pytest.mark.parametrize("how", ["nothing is synced", "the folder is not synced"])
def test_settings_that_do_not_wait_for_the_disk_are_lost(tmp_path: Path, library: Path, how: str) -> None:
    """The control: these disks do lose what was not synced, and the search above sees it."""
    lost = [what for what in looked_at(tmp_path, library, how) if what]
    print(f"{len(lost)} of {IMAGES} disks lost something")
    assert lost
