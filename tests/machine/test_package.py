"""What a release is made of, built for real: the same bytes twice, every file where a machine looks for it."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from checks.units import exposure
from kiosk_app.doctor_finds import ENABLED, EXPOSURE, MASKED
from release import evidence, package, wheel

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    package.lay_out(PROJECT, root)
    return root


def test_the_wheel_is_the_same_bytes_when_it_is_built_again(tmp_path: Path) -> None:
    built = wheel.build(PROJECT, tmp_path / "out")
    again = wheel.build(PROJECT, tmp_path / "again")
    assert built.read_bytes() == again.read_bytes()


def test_sources_that_differ_make_another_wheel(tmp_path: Path) -> None:
    """The comparison would see a difference."""
    sources = tmp_path / "sources"
    shutil.copytree(PROJECT, sources, ignore=wheel.LEFT)
    (sources / "kiosk_app" / "loop.py").write_text("# another loop\n", encoding="utf-8")
    digests = {wheel.digest(wheel.build(folder, tmp_path / folder.name)) for folder in (PROJECT, sources)}
    assert len(digests) == 2


def test_each_file_that_a_unit_names_is_in_the_package_or_debians(laid_out: Path) -> None:
    units = [*laid_out.glob("usr/lib/systemd/system/*.service"), *laid_out.glob("usr/lib/systemd/system/*.d/*.conf")]
    named = {
        word
        for unit in units
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("Exec")
        for word in re.findall(r"/usr/share/loket247/\S+", line)
    }
    assert named
    for file in named:
        assert (laid_out / file.lstrip("/")).is_file(), file


def test_the_installation_begins_what_the_doctor_looks_for(laid_out: Path) -> None:
    said = (PROJECT / "deploy" / "debian" / "postinst").read_text(encoding="utf-8")
    (line,) = (line for line in said.splitlines() if line.startswith("systemctl enable"))
    began = set(line.split()[3:])
    assert began <= set(ENABLED)
    for unit in began:
        text = (laid_out / "usr/lib/systemd/system" / unit).read_text(encoding="utf-8")
        assert "WantedBy=" in text
    masked = {path.name for path in (laid_out / "etc/systemd/system").iterdir() if path.readlink() == Path("/dev/null")}
    assert masked == set(MASKED)


def test_the_units_are_read_by_systemd_without_a_complaint(laid_out: Path, tmp_path: Path) -> None:
    """Programs that are on a kiosk alone are put where the units look for them."""
    root = tmp_path / "machine"
    shutil.copytree(laid_out, root, symlinks=True)
    for system in ("usr/lib/systemd/system",):
        shutil.copytree(Path("/") / system, root / system, symlinks=True, dirs_exist_ok=True)
    ours = ("opt/loket247/bin/kiosk", "opt/loket247/bin/loket247-agent")
    for program in (*ours, "usr/bin/cage", "usr/bin/env", "usr/sbin/nft", "usr/bin/systemctl"):
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        (root / program).write_text("#!/bin/sh\n")
        (root / program).chmod(0o755)
    units = sorted(path.name for path in laid_out.glob("usr/lib/systemd/system/*.*") if path.is_file())
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={root}", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not [line for line in done.stderr.splitlines() if "loket247" in line or "kiosk.service" in line]


def test_a_unit_that_may_do_more_than_its_limit_is_found(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "deploy", tmp_path / "deploy", symlinks=True)
    strict = (PROJECT / "kiosk.service").read_text(encoding="utf-8")
    (tmp_path / "kiosk.service").write_text(strict, encoding="utf-8")
    assert exposure(tmp_path) == []
    (tmp_path / "kiosk.service").write_text(strict.replace("NoNewPrivileges=yes\n", ""), encoding="utf-8")
    assert any(line.startswith("kiosk.service: ") and "NoNewPrivileges" in line for line in exposure(tmp_path))
    (tmp_path / "kiosk.service").write_text(strict, encoding="utf-8")
    (tmp_path / "deploy/machine/usr/lib/systemd/system/cups.service.d/loket247.conf").unlink()
    assert any(line.startswith("cups.service: ") for line in exposure(tmp_path))


LOCKED = """\
# as uv writes it
attrs==26.1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via pyhanko
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
typing-extensions==4.16.0 \\
    --hash=sha256:dd
"""


def listed(folder: Path, **parts: str) -> Path:
    file = folder / "sbom.cdx.json"
    named = [{"name": name, "version": version} for name, version in parts.items()]
    file.write_text(json.dumps({"components": [*named, {"name": "loket247", "version": "0.1.0"}]}))
    return file


def test_a_list_of_parts_is_what_was_locked_with_its_hashes(tmp_path: Path) -> None:
    assert evidence.compare(listed(tmp_path, attrs="26.1.0", typing_extensions="4.16.0"), LOCKED) == 2
    for other in ({"attrs": "26.1.0"}, {"attrs": "26.1.0", "typing_extensions": "4.16.0", "left-pad": "1.0"}):
        with pytest.raises(evidence.Complaint, match=r"alone: (typing-extensions|left-pad)=="):
            evidence.compare(listed(tmp_path, **other), LOCKED)
    with pytest.raises(evidence.Complaint, match="without a hash: attrs"):
        evidence.compare(listed(tmp_path, attrs="26.1.0"), "attrs==26.1.0\n")


def test_the_lock_of_this_project_can_be_read_and_holds_a_hash_of_every_part(tmp_path: Path) -> None:
    with pytest.raises(evidence.Complaint, match=r"alone: .*msgspec==.*pyside6-essentials=="):
        evidence.compare(listed(tmp_path), package.locked(PROJECT))


def test_a_question_about_vulnerabilities_that_nobody_answers_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the index cannot be reached, the tool itself is told by nobody that all is well."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    sbom = tmp_path / "sbom.cdx.json"
    sbom.write_text(json.dumps({"components": [{"name": "msgspec", "version": "0.20.0"}]}))
    with pytest.raises(evidence.Complaint, match="could not be asked"):
        evidence.ask_about(sbom)


def test_the_firewalls_rules_and_the_print_services_folders_are_where_the_readme_says(laid_out: Path) -> None:
    """Each path that the README of the package names is in it."""
    said = (PROJECT / "deploy" / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`(/(?:usr|etc)/[^`*\s]+)`", said)
    assert named
    for path in named:
        assert os.path.lexists(laid_out / path.lstrip("/")) or path == "/etc/loket247/kiosk.toml", path


def test_the_watchdog_ends_a_kiosk_that_hangs_within_thirty_seconds() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(PROJECT / "kiosk.service", encoding="utf-8")
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service["Restart"] == "always"
    assert int(service["WatchdogSec"]) + int(service["RestartSec"]) < 30


def test_each_service_of_ours_has_a_limit_to_how_open_it_may_be(laid_out: Path) -> None:
    """A unit that is added is judged from its first day, and so is each of Debian's that we changed."""
    system = laid_out / "usr/lib/systemd/system"
    ours = {path.name for path in system.glob("*.service")}
    changed = {path.name.removesuffix(".d") for path in system.glob("*.service.d")}
    assert ours | changed == set(EXPOSURE)
