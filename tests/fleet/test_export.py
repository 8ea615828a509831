"""What a kiosk puts on a stick for its operator: opened by openssl with the one key, and by nobody else."""

from __future__ import annotations

import io
import json
import queue
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.effects import DoWork
from kiosk_app.errand_worker import ErrandWorker
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.export import NoKeyError, sealed
from kiosk_app.maintenance.errands import Ended, Errand, ErrandEnded
from kiosk_app.maintenance.wishes import RunErrand
from kiosk_app.means import SiteMeans
from kiosk_app.store import Store

if TYPE_CHECKING:
    from config.settings import Settings
    from kiosk_app.makers import SiteMakers

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
SCRIPT = Path(__file__).parents[2] / "deploy" / "machine" / "usr" / "share" / "loket247" / "stick"
SECONDS = 60.0


def openssl(*words: object, content: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *map(str, words)], input=content, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The operator's key and certificate, by the command of the manual; and another's."""
    folder = tmp_path_factory.mktemp("keys")
    for name, kind in (("operator", "rsa:2048"), ("other", "rsa:2048"), ("curve", "ec")):
        curve = ["-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else []
        where = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"]
        openssl("req", "-x509", "-newkey", kind, *curve, "-nodes", "-days", 9, "-subj", "/CN=Beheer", *where)
    return folder


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuditTrail]:
    store = Store(tmp_path_factory.mktemp("data"))
    trail = AuditTrail(store)
    trail.append(AuditLine(What.STARTED), AuditLine(What.STAFF_ENTERED, 1, staff="T-03"))
    yield trail
    store.close()


def opened(content: bytes, keys: Path, name: str = "operator") -> zipfile.ZipFile:
    return zipfile.ZipFile(
        io.BytesIO(openssl("cms", "-decrypt", "-inform", "DER", "-inkey", keys / f"{name}.key", content=content))
    )


def test_the_operator_opens_it_with_openssl_and_can_follow_the_chain(keys: Path, trail: AuditTrail) -> None:
    journal = ("echo", "Nov 27 08:00:00 kiosk: began")
    content = sealed("LV-01", trail, (keys / "operator.crt").read_text(), NOW, journal)
    assert b"staffEntered" not in content
    packed = opened(content, keys)
    assert json.loads(packed.read("about.json")) | {"version": ""} == {
        "kiosk": "LV-01",
        "version": "",
        "at": "2026-11-27T08:00:00+00:00",
        "brokenAt": None,
    }
    assert packed.read("log.txt") == b"Nov 27 08:00:00 kiosk: began\n"
    rows = [json.loads(line) for line in packed.read("audit.jsonl").splitlines()]
    assert [row["what"] for row in rows] == ["kioskStarted", "staffEntered"]
    before = "0" * 64
    for row in rows:
        told = {key: value for key, value in row.items() if key != "hash" and (key, value) != ("staff", None)}
        assert row["previous"] == before
        before = row["hash"]
        assert sha256(json.dumps(told, sort_keys=True).encode()).hexdigest() == before


def test_nobody_else_opens_it(keys: Path, trail: AuditTrail) -> None:
    content = sealed("LV-01", trail, (keys / "operator.crt").read_text(), NOW, ("true",))
    with pytest.raises((subprocess.CalledProcessError, zipfile.BadZipFile)):
        opened(content, keys, "other")


@pytest.mark.parametrize("certificate", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "curve"])
def test_without_a_key_that_can_open_it_there_is_none(keys: Path, trail: AuditTrail, certificate: str) -> None:
    text = (keys / "curve.crt").read_text() if certificate == "curve" else certificate
    with pytest.raises(NoKeyError):
        sealed("LV-01", trail, text, NOW)


def test_a_machine_that_tells_no_log_is_said_in_it(keys: Path, trail: AuditTrail) -> None:
    content = sealed("LV-01", trail, (keys / "operator.crt").read_text(), NOW, ("no-such-program",))
    assert opened(content, keys).read("log.txt").startswith(b"no journal")


# --- on a stick ------------------------------------------------------------------------------------------------------


class Stick:
    """An image on a loop device, and what mounts it on a kiosk, begun once it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.said, self.place = folder / "said", folder / "up" / "mounted"
        self.said.mkdir()
        self.place.parent.mkdir()
        self._image, self._device = folder / "stick.img", ""

    def made(self, size: int = 8 << 20, *how: str) -> None:
        with self._image.open("wb") as out:
            out.truncate(size)
        subprocess.run(["mkfs.ext4", "-q", str(self._image)], check=True)
        command = ["losetup", "--find", "--show", *how, str(self._image)]
        self._device = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def asked(self, worker: ErrandWorker) -> None:
        """Ask for it, mount it when it is asked for, and wait until it is let go of."""
        worker.do(DoWork(3, RunErrand(Errand.EXPORT)))
        wish = self.said / "stick"
        while not wish.exists():
            pass
        subprocess.run([str(SCRIPT), str(wish), str(self.place), self._device], check=False, timeout=SECONDS)

    def files(self) -> dict[str, bytes]:
        subprocess.run(["mount", "-o", "ro", self._device, str(self.place)], check=True)
        found = {
            file.name: file.read_bytes() for file in self.place.iterdir() if file.is_file() and not file.is_symlink()
        }
        subprocess.run(["umount", str(self.place)], check=True)
        return found

    def close(self) -> None:
        subprocess.run(["umount", "-q", str(self.place)], check=False)
        if self._device:
            subprocess.run(["losetup", "--detach", self._device], check=True)


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Stick]:
    stick = Stick(tmp_path)
    yield stick
    stick.close()


Make = Callable[[Callable[[datetime], bytes]], tuple[ErrandWorker, Callable[[], Ended]]]


@pytest.fixture
def worker(stick: Stick) -> Iterator[Make]:
    began: list[ErrandWorker] = []

    def make(export: Callable[[datetime], bytes]) -> tuple[ErrandWorker, Callable[[], Ended]]:
        heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
        began.append(ErrandWorker("LV-01", export, heard.put, stick.place.parent / "copied"))
        began[-1].connect(stick.said, stick.said)
        began[-1].start()

        def ends() -> Ended:
            answer = heard.get(timeout=SECONDS)
            assert isinstance(answer, WorkAnswered)
            assert isinstance(answer.what, ErrandEnded)
            return answer.what.ended

        return began[-1], ends

    yield make
    for one in began:
        one.stop()


def test_it_is_on_the_stick_and_nowhere_else(stick: Stick, worker: Make, keys: Path, trail: AuditTrail) -> None:
    certificate = (keys / "operator.crt").read_text()
    stick.made()
    asks, ends = worker(lambda now: sealed("LV-01", trail, certificate, now, ("true",)))
    stick.asked(asks)
    assert ends() is Ended.DONE
    ((name, content),) = stick.files().items()
    assert name.startswith("LV-01-2")
    assert opened(content, keys).testzip() is None
    assert [file.name for file in stick.said.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("how", [(8 << 20, "--read-only"), (1 << 20,)], ids=["write-protected", "full"])
def test_a_stick_that_takes_nothing_is_said(stick: Stick, worker: Make, how: tuple[int, str]) -> None:
    stick.made(*how)
    asks, ends = worker(lambda _now: bytes(2 << 20))
    stick.asked(asks)
    assert ends() is Ended.NOT_WRITTEN


def test_what_only_root_may_read_is_not_copied_by_a_link(stick: Stick, worker: Make, tmp_path: Path) -> None:
    """A kiosk that somebody took over may lay down anything beside its wish."""
    stick.made()
    (stick.said / "export").mkdir()
    (tmp_path / "secret").write_text("only for root")
    (stick.said / "export" / "a.cms").symlink_to(tmp_path / "secret")
    asks, ends = worker(lambda _now: b"x")
    stick.asked(asks)
    assert ends() is Ended.DONE
    assert "only for root" not in "".join(content.decode(errors="replace") for content in stick.files().values())


def test_without_a_key_nothing_is_asked_of_the_stick(stick: Stick, worker: Make, trail: AuditTrail) -> None:
    asks, ends = worker(partial(sealed, "LV-01", trail, ""))
    asks.do(DoWork(3, RunErrand(Errand.EXPORT)))
    assert ends() is Ended.NO_KEY
    assert not (stick.said / "stick").exists()


# --- for the agent to send -------------------------------------------------------------------------------------------


def means(export: Callable[[datetime], bytes], said: Path) -> SiteMeans:
    made = SiteMeans(cast("Settings", None), cast("SiteMakers", None), export)
    made.said = said
    return made


def test_what_is_collected_is_laid_down_where_the_agent_looks(keys: Path, trail: AuditTrail, tmp_path: Path) -> None:
    certificate = (keys / "operator.crt").read_text()
    assert means(lambda now: sealed("LV-01", trail, certificate, now, ("true",)), tmp_path).collect_logs()
    assert opened((tmp_path / "logs.cms").read_bytes(), keys).testzip() is None
    assert (tmp_path / "logs.cms").stat().st_mode & 0o777 == 0o644, "the agent is another user"


@pytest.mark.expects_log("no logs are collected")
def test_nothing_is_collected_that_nobody_could_open(trail: AuditTrail, tmp_path: Path) -> None:
    assert not means(partial(sealed, "LV-01", trail, ""), tmp_path).collect_logs()
    assert list(tmp_path.iterdir()) == []
