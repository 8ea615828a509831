"""What the machine's worker finds, on real files, a real file system without room, and a real audit trail."""

from __future__ import annotations

import errno
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from config.settings import BackEnd
from hardware.devices import Health, Status
from hardware.faults import FaultCode
from kiosk_app import machine_worker
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.closing import Closings
from kiosk_app.machine_worker import MachineWorker, end_of
from kiosk_app.maintenance.secret import fits_pin, totp_key
from kiosk_app.maintenance.work import Closing
from kiosk_app.staff_command import make_pin, make_totp
from kiosk_app.store import Store
from kiosk_app.tables import audit
from simulators.astray import Astray

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def certificate(file: Path, ends: datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LV-01")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(ends - timedelta(days=365))
    file.write_bytes(builder.not_valid_after(ends).sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "kiosk")
    yield store
    store.close()


def look(data: Path, store: Store, *ends: datetime) -> Status:
    """Let the worker look once, and give what it said."""
    files = [certificate(data / f"{n}.pem", end) for n, end in enumerate(ends)] if ends else []
    back_end = (
        BackEnd(
            url="https://town.test",
            origin="https://town.test",
            ca=files[0],
            certificate=files[0],
            key=files[0],
            seal_ca=files[-1],
        )
        if files
        else None
    )
    told: queue.SimpleQueue[Status] = queue.SimpleQueue()
    worker = MachineWorker(data, back_end, AuditTrail(store), told.put, lambda: None)
    worker.start()
    status = told.get(timeout=20)
    worker.stop()
    return status


def test_a_machine_with_nothing_wrong_says_so(tmp_path: Path, store: Store) -> None:
    assert look(tmp_path, store, datetime.now(UTC) + timedelta(days=200)) == Status(Health.OK)


def test_a_certificate_that_has_ended_is_down_and_one_that_ends_soon_is_told_in_time(
    tmp_path: Path, store: Store
) -> None:
    now = datetime.now(UTC)
    ended = look(tmp_path, store, now - timedelta(days=1))
    assert ended == Status(Health.DOWN, (FaultCode.KIOSK_CERTIFICATE_EXPIRED,))
    ends = look(tmp_path, store, now + timedelta(days=29))
    assert ends == Status(Health.DEGRADED, (FaultCode.KIOSK_CERTIFICATE_ENDS,))
    assert look(tmp_path, store, now + timedelta(days=31)).health is Health.OK


def test_the_end_of_a_bundle_is_that_of_what_ends_first_and_what_is_none_has_none(tmp_path: Path) -> None:
    first, last = (certificate(tmp_path / str(days), NOON + timedelta(days=days)) for days in (3, 90))
    bundle = tmp_path / "bundle"
    bundle.write_bytes(last.read_bytes() + first.read_bytes())
    assert end_of(bundle) == NOON + timedelta(days=3)
    (tmp_path / "none").write_text("geen certificaat", encoding="utf-8")
    assert end_of(tmp_path / "none") is None
    assert end_of(tmp_path / "gone") is None


def test_a_disk_without_any_room_is_down_and_one_with_little_is_told(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(Path("/proc"), store) == Status(Health.DOWN, (FaultCode.JOURNAL_LOST,))  # it never has any
    monkeypatch.setattr(machine_worker, "LITTLE_ROOM", 1 << 60)  # no disk has so much
    assert look(tmp_path, store) == Status(Health.DEGRADED, (FaultCode.DISK_FULL,))


def test_a_disk_that_takes_nothing_more_is_down_however_much_room_it_has(tmp_path: Path) -> None:
    """By a process of its own, below which the disk goes wrong."""
    machine = Astray(tmp_path / "astray", tmp_path / "disk")
    machine.disk.mkdir()
    program = "import pathlib, sys; from kiosk_app import store; print(store.takes_more(pathlib.Path(sys.argv[1])))"

    def takes_more() -> str:
        command, environment = [sys.executable, "-c", program, str(machine.disk)], os.environ | machine.environment
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    said = [takes_more()]
    machine.refuse(errno.EROFS)
    said.append(takes_more())
    machine.mend()
    assert [*said, takes_more()] == ["True", "False", "True"]


def test_a_clock_before_what_was_last_written_down_was_set_back(tmp_path: Path, store: Store) -> None:
    AuditTrail(store).append(AuditLine(What.STARTED))
    assert look(tmp_path, store).health is Health.OK
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    with store.transaction() as connection:
        connection.execute(sa.update(audit).values(at=later))
    assert look(tmp_path, store) == Status(Health.DEGRADED, (FaultCode.CLOCK_BACK,))


@pytest.mark.expects_log("machine: a job failed with FileNotFoundError")
def test_a_look_that_fails_does_not_keep_a_closing_from_being_over(tmp_path: Path, store: Store) -> None:
    looked = threading.Event()
    worker = MachineWorker(tmp_path / "gone", None, AuditTrail(store), lambda _status: None, looked.set)
    worker.start()
    assert looked.wait(10)
    worker.stop()


def test_out_of_service_outlives_a_restart_and_ends_by_itself(tmp_path: Path) -> None:
    store = Store(tmp_path / "kiosk")
    Closings(store).close(Closing.REPAIR, NOON + timedelta(hours=4))
    store.close()
    store = Store(tmp_path / "kiosk")
    closings = Closings(store)
    assert closings.now(NOON + timedelta(hours=3)) == (Closing.REPAIR, NOON + timedelta(hours=4))
    assert closings.now(NOON + timedelta(hours=4)) is None
    assert closings.now(NOON) is None
    closings.close(Closing.EVENT, NOON + timedelta(hours=24))
    assert closings.now(NOON - timedelta(days=365)) is None  # no clock that was set back closes a kiosk for a year
    store.close()


def test_a_pin_is_typed_twice_and_only_its_hash_is_said() -> None:
    said: list[str] = []
    assert make_pin(said.append, lambda _: "493751")
    line = said[-1].removeprefix('pin = "').removesuffix('"')
    assert fits_pin(line, bytearray(b"493751"))
    assert not fits_pin(line, bytearray(b"493752"))
    assert not any("493751" in one for one in said)
    answers = iter(("493751", "493752"))
    assert not make_pin(said.append, lambda _: next(answers))
    assert not make_pin(said.append, lambda _: "123456")


def test_a_secret_for_an_app_is_in_a_file_that_others_cannot_read_and_is_never_written_over(tmp_path: Path) -> None:
    said: list[str] = []
    file = tmp_path / "T-03.totp"
    assert make_totp(file, "T-03", said.append)
    assert file.stat().st_mode & 0o007 == 0
    secret = file.read_text(encoding="ascii")
    assert len(totp_key(secret)) == 20
    assert not make_totp(file, "T-03", said.append)
    assert file.read_text(encoding="ascii") == secret
