"""`kiosk doctor` on folders that are laid out as a machine: what is amiss is said, with its remedy."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from kiosk_app.cli import main
from kiosk_app.doctor import Finding, Judgement, Machine, Symptom, examine
from kiosk_app.doctor_finds import limits, memory, ours, services, settings, units
from release import package

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A folder with our files and Debian's own units, that nothing runs."""
    root = tmp_path / "machine"
    package.lay_out(PROJECT, root)
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True, dirs_exist_ok=True)
    return Machine(root)


def amiss(machine: Machine, symptom: Symptom) -> dict[str, str]:
    """What is amiss, and its remedy."""
    return {found.what: found.remedy for found in symptom(machine) if found.judgement is Judgement.AMISS}


def test_a_machine_without_settings_is_told_where_to_begin(machine: Machine) -> None:
    (remedy,) = amiss(machine, settings).values()
    assert "example.toml" in remedy


def test_a_key_that_others_may_read_is_amiss(machine: Machine) -> None:
    folder = machine.path("etc/loket247")
    shutil.copy(PROJECT / "config" / "example.toml", folder / "kiosk.toml")
    for name in ("ca.pem", "kiosk.pem", "kiosk.key", "seal-ca.pem"):
        (folder / name).touch(mode=0o640)
    assert amiss(machine, settings) == {}
    (folder / "kiosk.key").chmod(0o644)
    assert list(amiss(machine, settings)) == ["/etc/loket247/kiosk.key is voor niemand anders"]
    (folder / "seal-ca.pem").unlink()
    assert "/etc/loket247/seal-ca.pem is er" in amiss(machine, settings)


def test_a_terminal_that_is_not_masked_is_amiss(machine: Machine) -> None:
    assert not [what for what in amiss(machine, units) if "begint nooit" in what]
    machine.path("etc/systemd/system/getty@.service").unlink()
    assert amiss(machine, units)["getty@.service begint nooit"] == "systemctl mask getty@.service"


def test_a_unit_that_was_loosened_is_amiss(machine: Machine) -> None:
    assert not [what for what in amiss(machine, units) if "mag weinig" in what]
    rival = machine.path("etc/systemd/system/kiosk.service.d/loose.conf")
    rival.parent.mkdir()
    rival.write_text("[Service]\nNoNewPrivileges=no\nPrivateDevices=no\n")
    (what,) = (what for what in amiss(machine, units) if "mag weinig" in what)
    assert what.startswith("kiosk.service")


def test_a_firewall_that_knows_nobody_is_amiss_until_an_address_is_named(machine: Machine) -> None:
    assert "de firewall kent adressen" in amiss(machine, services)
    with machine.path("etc/loket247/egress.nft").open("a") as egress:
        egress.write("add element inet loket247 services { 192.0.2.10 }\n")
    assert "de firewall kent adressen" not in amiss(machine, services)


def test_what_only_a_running_machine_shows_is_no_fault_of_one_that_does_not_run(machine: Machine) -> None:
    assert not machine.runs
    assert [found.judgement for found in memory(machine)] == [Judgement.WELL, Judgement.UNSEEN]


def test_a_running_machine_is_judged_by_its_kernel_its_spool_and_who_listens(machine: Machine) -> None:
    """What /proc says, written down as a kernel writes it. [proc(5)]"""
    machine.path("run/systemd/system").mkdir(parents=True)
    for name, text in {
        "proc/sys/kernel/sysrq": "438\n",
        "proc/mounts": "/dev/sda1 / ext4 rw 0 0\n/dev/sda2 /var/spool/cups ext4 rw 0 0\n",
        "proc/swaps": "Filename Type Size Used Priority\n/dev/sda3 partition 1 0 -2\n",
        "proc/net/tcp": "sl local_address rem_address st\n"
        "0: 0100007F:0277 00000000:0000 0A\n1: 00000000:1F90 00000000:0000 0A\n2: 00000000:0016 00000000:0000 0A\n",
    }.items():
        machine.path(name).parent.mkdir(parents=True, exist_ok=True)
        machine.path(name).write_text(text)
    found = amiss(machine, memory)
    assert found["kernel.sysrq = 0"].startswith("Nu 438")
    assert {"documenten staan alleen in het geheugen", "geen wisselgeheugen"} <= found.keys()
    assert found["niemand luistert op het netwerk"] == "Poort [8080]: wie is dat?"
    machine.path("proc/mounts").write_text("tmpfs /var/spool/cups tmpfs rw 0 0\n")
    assert "documenten staan alleen in het geheugen" not in amiss(machine, memory)


def test_the_last_line_counts_and_only_what_is_amiss_fails() -> None:
    said: list[str] = []
    well, unseen = Finding("a", Judgement.WELL), Finding("b", Judgement.UNSEEN, "kijk later")
    assert examine(Machine(), [lambda _: [well, unseen]], said.append)
    assert said[-1].startswith("1 in orde, 0 mis, 1 ")
    assert not examine(Machine(), [lambda _: [Finding("c", Judgement.AMISS, "doe iets")]], said.append)
    assert "     → doe iets" in said


def test_on_this_desk_the_command_says_that_nothing_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert re.search(r"^MIS  het pakket loket247", said, re.MULTILINE)
    assert "apt-get install --reinstall loket247" in said


def test_a_program_reads_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is False
    assert any(line.startswith("MIS  het pakket loket247") for line in told["lines"])


def test_a_log_a_terminal_or_a_usb_guard_that_somebody_set_otherwise_is_amiss(machine: Machine) -> None:
    """systemd reads files of /etc after ours: what counts is what it makes of them all. [systemd-system.conf(5)]"""
    guard = machine.path("etc/usbguard/usbguard-daemon.conf")
    guard.parent.mkdir()
    guard.write_text(
        "ImplicitPolicyTarget=block\nPresentDevicePolicy=apply-policy\nInsertedDevicePolicy=apply-policy\n"
    )
    assert amiss(machine, limits) == {}
    for part, line in {"journald": "[Journal]\nForwardToConsole=yes\n", "logind": "[Login]\nNAutoVTs=6\n"}.items():
        folder = machine.path(f"etc/systemd/{part}.conf.d")
        folder.mkdir(parents=True)
        (folder / "99-other.conf").write_text(line)
    guard.write_text("#ImplicitPolicyTarget=block\nImplicitPolicyTarget=allow\n")
    found = amiss(machine, limits)
    assert found["het logboek blijft klein en komt nooit op een scherm"].startswith("ForwardToConsole=yes: ")
    assert found["geen terminal om naartoe te gaan, geen toets die slaapt"].startswith("NAutoVTs=6: ")
    assert "ImplicitPolicyTarget=block" in found["USBGuard houdt buiten wat hij niet kent"]
    assert len(found) == 3


@pytest.mark.parametrize("file", ["udev/rules.d/70-loket247.rules", "sysctl.d/60-loket247.conf"])
def test_a_file_that_takes_the_place_of_one_of_ours_is_mentioned(machine: Machine, file: str) -> None:
    rival = machine.path(f"etc/{file}")
    said = f"/etc/{file} verandert hoe dit loket draait"
    assert said not in {found.what for found in ours(machine)}
    rival.parent.mkdir(parents=True)
    rival.symlink_to("/dev/null")
    assert said in {found.what for found in ours(machine)}
