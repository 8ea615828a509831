"""The authorities of a demo town: each certificate for its own purpose, judged by openssl, made again when it must."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from townhall.authority import Authority, make


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make(tmp_path_factory.mktemp("authority"), "LV-01")


def ran(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_openssl_trusts_each_certificate_for_its_own_purpose(authority: Authority) -> None:
    ran("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority.ca, authority.server)
    ran("openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", authority.ca, authority.kiosk)
    ran("openssl", "verify", "-x509_strict", "-CAfile", authority.seal_ca, authority.seal)
    ran(
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslclient",
        "-CAfile",
        authority.depositor_ca,
        authority.depositor,
    )
    subject = ran("openssl", "x509", "-in", authority.kiosk, "-noout", "-subject", "-nameopt", "RFC2253")
    assert subject.startswith("subject=CN=LV-01,")
    assert "Non Repudiation" in ran("openssl", "x509", "-in", authority.seal, "-noout", "-ext", "keyUsage")
    local = ran("openssl", "x509", "-in", authority.server, "-noout", "-ext", "subjectAltName")
    assert "DNS:localhost" in local
    assert "IP Address:127.0.0.1" in local


def test_a_kiosk_cannot_pass_for_the_back_end(authority: Authority) -> None:
    done = subprocess.run(
        ["openssl", "verify", "-purpose", "sslserver", "-CAfile", authority.ca, authority.kiosk],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0


def test_keys_are_for_their_owner_alone(authority: Authority) -> None:
    keys = sorted(authority.ca.parent.glob("*.key"))
    assert [key.name for key in keys] == [
        *("ca.key", "depositor-ca.key", "depositor.key", "kiosk.key", "seal-ca.key", "seal.key", "server.key"),
    ]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_a_second_start_uses_what_is_there(tmp_path: Path) -> None:
    make(tmp_path, "LV-01")
    first = contents(tmp_path)
    make(tmp_path, "LV-01")
    assert contents(tmp_path) == first


def test_another_kiosk_number_changes_that_certificate_alone(tmp_path: Path) -> None:
    make(tmp_path, "LV-01")
    first = contents(tmp_path)
    make(tmp_path, "LV-02")
    second = contents(tmp_path)
    assert {name for name in second if second[name] != first[name]} == {"kiosk.pem"}


def test_a_lost_authority_is_replaced_with_all_it_issued(tmp_path: Path) -> None:
    authority = make(tmp_path, "LV-01")
    authority.ca.unlink()
    authority.ca.with_suffix(".key").unlink()
    make(tmp_path, "LV-01")
    ran("openssl", "verify", "-CAfile", authority.ca, authority.server, authority.kiosk)
