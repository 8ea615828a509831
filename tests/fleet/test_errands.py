"""What somebody at the kiosk asks of its agent: pair it by a code, and take the settings that lie on a stick.

The sticks are folders, but one: an image on a loop device, mounted by what mounts a stick on a kiosk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import msgspec
import pytest

from config.agent.errands import Errands, Stick
from config.agent.line import Line
from config.agent.told import Told
from config.agent.verify import Place
from fleet import begin
from fleet.work import Work
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

PROJECT = Path(__file__).parents[2]
SECONDS = 30.0
ENGLISH = 'languages = ["nl", "en"]\n'
FRENCH = 'languages = ["nl", "fr"]\n'


class Site:
    """A kiosk's agent that heard its fleet once, and a stick with what the fleet gave out after that."""

    def __init__(self, fleet: Fleet, agent: Agent, mounted: Path) -> None:
        self.fleet, self.agent, self.mounted = fleet, agent, mounted
        fleet.say("fleet.toml", ENGLISH)
        self.before = mounted.parent / "before"
        shutil.copytree(agent.at, self.before)
        self.told = Told(agent.told)
        self.told.offer(agent.ask())
        mounted.mkdir()
        self.folder = mounted / "repository"

    def brings(self, text: str = FRENCH) -> Path:
        """Have a stick in which brings something new."""
        self.fleet.say("fleet.toml", text)
        shutil.copytree(self.agent.at, self.folder)
        return self.folder

    def takes(self) -> str:
        trusted = self.agent.home / "memory" / "trusted"
        place, root = Place("lindeveld", "", "LV-01"), self.agent.root.read_bytes()
        return Stick(place, root, trusted, self.mounted, self.told).take().value

    def remembered(self) -> dict[str, bytes]:
        """Everything that the agent keeps: what it offers, and which versions it has seen."""
        kept = [self.agent.told, self.agent.home / "memory"]
        return {str(file): file.read_bytes() for at in kept for file in at.rglob("*") if file.is_file()}


@pytest.fixture
def site(fleet: Fleet, agent: Agent, tmp_path: Path) -> Site:
    return Site(fleet, agent, tmp_path / "stick")


def test_what_a_stick_brings_is_offered_to_the_kiosk_and_the_second_time_it_is_nothing_new(site: Site) -> None:
    site.brings()
    assert site.takes() == "done"
    offered = msgspec.json.decode((site.agent.told / "offered.json").read_bytes())
    assert offered["layers"]["fleet"]["languages"] == ["nl", "fr"]
    assert site.takes() == "nothingNew"


# --- sticks that are not as they must be -----------------------------------------------------------------------------


def another_fleet(site: Site) -> None:
    """Signed by a fleet with other keys, and of the same shape."""
    other = Work(site.mounted.parent / "other")
    begin.begin(other, ["lindeveld"], 1, lambda _name: "")
    shutil.copytree(other.repository.folder, site.folder)


def changed(site: Site) -> None:
    for one in (site.brings() / "targets").glob("*.fleet.toml"):
        one.write_text(one.read_text().replace("fr", "de"))


def an_older_one(site: Site) -> None:
    site.fleet.say("fleet.toml", FRENCH)
    site.agent.ask()
    shutil.copytree(site.before, site.folder)


def a_link(site: Site) -> None:
    file = site.brings() / "metadata" / "timestamp.json"
    file.unlink()
    file.symlink_to(Path(site.agent.at) / "metadata" / "timestamp.json")


def a_folder_that_is_a_link(site: Site) -> None:
    folder = site.brings() / "metadata"
    shutil.rmtree(folder)
    folder.symlink_to(Path(site.agent.at) / "metadata")


def sixty_four_gigabytes(site: Site) -> None:
    os.truncate(site.brings() / "metadata" / "timestamp.json", 64 << 30)


def half_copied(site: Site) -> None:
    shutil.rmtree(site.brings() / "targets")


def torn(site: Site) -> None:
    file = site.brings() / "metadata" / "timestamp.json"
    os.truncate(file, file.stat().st_size // 2)


def no_settings(site: Site) -> None:
    site.brings('screens = "upright"\n')


def for_a_newer_kiosk(site: Site) -> None:
    site.brings('min_app_version = "99.0"\n')


def nothing(site: Site) -> None:
    """No stick came up."""


def holiday_pictures(site: Site) -> None:
    (site.mounted / "DCIM").mkdir()


HOSTILE = [
    (another_fleet, "refused"),
    (changed, "refused"),
    (an_older_one, "older"),
    (a_link, "gone"),
    (a_folder_that_is_a_link, "gone"),
    (sixty_four_gigabytes, "gone"),
    (half_copied, "gone"),
    (torn, "refused"),
    (no_settings, "noSettings"),
    (for_a_newer_kiosk, "tooNew"),
    (nothing, "noStick"),
    (holiday_pictures, "empty"),
]


@pytest.mark.expects_log("stick: nothing is taken")
@pytest.mark.parametrize(("spoil", "says"), HOSTILE, ids=lambda one: getattr(one, "__name__", ""))
def test_it_is_said_what_is_wrong_with_a_stick_and_nothing_is_changed(
    site: Site, spoil: Callable[[Site], None], says: str
) -> None:
    spoil(site)
    before = site.remembered()
    assert site.takes() == says
    assert site.remembered() == before


@pytest.mark.expects_log("stick: nothing is taken")
def test_a_stick_that_is_pulled_while_it_is_read_changes_nothing(site: Site) -> None:
    """The kernel's own word for it: a file that is there and cannot be read, as of a disk that went away."""
    files = [*(site.brings() / "targets").glob("*.fleet.toml")]
    for file in files:
        subprocess.run(["mount", "--bind", "/proc/self/mem", str(file)], check=True)
    before = site.remembered()
    try:
        assert site.takes() == "gone"
    finally:
        for file in files:
            subprocess.run(["umount", str(file)], check=True)
    assert site.remembered() == before
    assert site.takes() == "done", "and it is taken once it is in to the end"


# --- a stick that is mounted -----------------------------------------------------------------------------------------


@pytest.fixture
def image(site: Site, tmp_path: Path) -> Iterator[str]:
    """A stick with what the fleet gave out: an image on a loop device."""
    site.brings()
    file = tmp_path / "stick.img"
    with file.open("wb") as out:
        out.truncate(8 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-d", str(site.mounted), str(file)], check=True)
    shutil.rmtree(site.folder)
    found = subprocess.run(["losetup", "--find", "--show", str(file)], check=True, capture_output=True, text=True)
    yield found.stdout.strip()
    subprocess.run(["losetup", "--detach", found.stdout.strip()], check=True)


def mounts(at: Path) -> list[set[str]]:
    """How it is mounted there, by the kernel's word."""
    lines = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [set(line[3].split(",")) for line in lines if line[1] == str(at)]


def test_a_stick_is_mounted_read_only_while_it_is_asked_for_and_gone_after(
    site: Site, image: str, tmp_path: Path
) -> None:
    wish = tmp_path / "wish"
    wish.write_text("read\n")
    script = PROJECT / "deploy" / "machine" / "usr" / "share" / "loket247" / "stick"
    process = subprocess.Popen([str(script), str(wish), str(site.mounted), image])
    try:
        wait_until(lambda: mounts(site.mounted))
        (how,) = mounts(site.mounted)
        assert {"ro", "nosuid", "nodev", "noexec", "nosymfollow"} <= how
        assert site.takes() == "done"
        wish.unlink()
        assert process.wait(SECONDS) == 0
        assert mounts(site.mounted) == []
    finally:
        process.kill()
        process.wait()
        subprocess.run(["umount", "-q", str(site.mounted)], check=False)


# As USBGuard lists what it blocks [usbguard-rules.conf(5)]: a stick, one with two interfaces of storage, a stick that
# is also a keyboard, a keyboard that calls itself a stick, and a reader of cards.
BLOCKED = r"""
7: block id 0781:5567 serial "4C53" name "Cruzer" hash "k=" parent-hash "p=" via-port "1-2" with-interface 08:06:50
8: block id 0781:5568 serial "4C54" name "Two" hash "k=" via-port "1-3" with-interface { 08:06:50 08:06:62 }
9: block id 0bad:0001 serial "" name "Bad" hash "k=" via-port "1-4" with-interface { 08:06:50 03:01:01 }
10: block id 0bad:0002 serial "" name "a\" with-interface 08:06:50 \"b" hash "k=" via-port "1-5" with-interface 03:01:01
11: block id 08e6:3437 serial "" name "Reader" hash "k=" parent-hash "p=" via-port "1-6" with-interface 0b:00:00
"""


def interface(bus: Path, name: str, kind: str) -> Path:
    """Lay out one interface as sysfs does; gives where it says whether it is let in."""
    folder = bus / "devices" / name
    folder.mkdir(parents=True)
    (folder / "bInterfaceClass").write_text(f"{kind}\n")
    (folder / "authorized").write_text("0\n")
    return folder / "authorized"


def test_of_what_is_blocked_only_storage_is_let_in_and_blocked_again(tmp_path: Path) -> None:
    """A stand-in for USBGuard, which needs a bus: it lists, and writes down what it is asked. The bus is a folder."""
    folder, wish, did = tmp_path / "bin", tmp_path / "wish", tmp_path / "did"
    folder.mkdir()
    authorized = {
        name: interface(tmp_path / "bus", name, kind) for name, kind in (("1-2:1.0", "08"), ("1-6:1.0", "0b"))
    }
    (tmp_path / "list").write_text(BLOCKED.lstrip())
    stand_in = (
        f'#!/bin/sh\n[ "$1" = list-devices ] && exec cat {tmp_path}/list\necho "$@" >> {did}\n: > {tmp_path}/list\n'
    )
    (folder / "usbguard").write_text(stand_in)
    (folder / "usbguard").chmod(0o755)
    wish.write_text("read\n")
    script = PROJECT / "deploy" / "machine" / "usr" / "share" / "loket247" / "stick"
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    command = [str(script), str(wish), str(tmp_path / "up" / "mounted"), "", str(tmp_path / "bus")]
    process = subprocess.Popen(command, env=env)
    wait_until(lambda: did.exists() and len(did.read_text().splitlines()) == 2)
    wait_until(lambda: authorized["1-2:1.0"].read_text() == "1\n")
    assert (tmp_path / "bus" / "drivers_probe").read_text() == "1-2:1.0\n"
    wish.unlink()
    assert process.wait(SECONDS) == 0
    assert did.read_text().splitlines() == ["allow-device 7", "allow-device 8", "block-device 7", "block-device 8"]
    assert [file.read_text() for file in authorized.values()] == ["0\n", "0\n"]


# --- asked and answered ----------------------------------------------------------------------------------------------


def asked(folder: Path, errand: str, code: str = "") -> UUID:
    id_ = uuid4()
    (folder / "asked.json").write_bytes(msgspec.json.encode({"id": id_, "errand": errand, "code": code}))
    return id_


def answered(told: Path) -> tuple[UUID, str]:
    said = msgspec.json.decode((told / "answered.json").read_bytes())
    return UUID(said["id"]), said["ended"]


@pytest.fixture
def errands(site: Site, tmp_path: Path) -> Errands:
    """An agent whose address is a folder: it has no fleet."""
    stick = Stick(
        Place("lindeveld", "", "LV-01"), site.agent.root.read_bytes(), tmp_path / "seen", site.mounted, site.told
    )
    return Errands(tmp_path / "asked.json", site.agent.told, None, stick)


def test_each_errand_is_done_once_and_answered_by_its_number(site: Site, errands: Errands, tmp_path: Path) -> None:
    assert not errands.look()
    site.brings()
    first = asked(tmp_path, "stick")
    assert errands.look()
    assert answered(site.agent.told) == (first, "done")
    assert not errands.look()
    second = asked(tmp_path, "pair", "K7QM-X4RT-9CGH")
    assert errands.look()
    assert answered(site.agent.told) == (second, "noFleet")


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"id": "x", "errand": "format"}'])
def test_what_is_no_errand_is_none(errands: Errands, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "asked.json").write_bytes(content)
    assert not errands.look()


@pytest.mark.expects_log("not paired")
def test_a_fleet_that_does_not_answer_is_said(site: Site, tmp_path: Path) -> None:
    line = Line("https://127.0.0.1:9", tmp_path / "kiosk.pem", None, tmp_path / "said.json")
    stick = Stick(Place("lindeveld", "", "LV-01"), b"", tmp_path / "seen", site.mounted, site.told)
    id_ = asked(tmp_path, "pair", "K7QMX4RT9CGH")
    assert Errands(tmp_path / "asked.json", site.agent.told, line, stick).look()
    assert answered(site.agent.told) == (id_, "unreachable")
    assert not (tmp_path / "kiosk.pem").exists()
