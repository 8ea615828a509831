"""What `kiosk doctor` looks for on a machine, one function a symptom; the order is that in which one would mend it."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from config.settings import Settings, SettingsError, load
from kiosk_app.doctor import Finding, Judgement, Machine, Symptom, judged

SETTINGS = "etc/loket247/kiosk.toml"
EGRESS = "etc/loket247/egress.nft"
USERS = ("loket247", "loket247-agent", "loket247-pcsc")
# Who is in one of these can print for others, mount, read devices or become root.
STRONG_GROUPS = {"root", "sudo", "adm", "lp", "lpadmin", "disk", "input", "video", "plugdev", "shadow", "docker"}
ENABLED = (
    *("kiosk.service", "loket247-agent.service", "loket247-firewall.service", "loket247-nightly.timer"),
    *("loket247-stick.path", "loket247-reboot.path", "loket247-printer.path", "var-spool-cups.mount"),
    *("cups.service", "pcscd.socket", "usbguard.service", "chrony.service"),
)
MASKED = ("getty@.service", "autovt@.service", "serial-getty@.service", "ctrl-alt-del.target")
# What opens a way in, or announces the kiosk; a second clock fights with the first.
UNWANTED = ("cups-browsed", "avahi-daemon", "systemd-timesyncd", "gdm3", "lightdm", "sddm", "xserver-xorg-core")
# How open a unit may be (systemd-analyze security; ten times its score): `./dev check` holds the same. The screen
# has devices, the firewall the kernel's rules, queues are root's to make, and a stick is mounted for all to see.
EXPOSURE = {
    "kiosk.service": 12,
    "loket247-agent.service": 12,
    "pcscd.service": 10,
    "cups.service": 35,
    "loket247-screen.service": 15,
    "loket247-firewall.service": 15,
    "loket247-printer.service": 22,
    "loket247-nightly.service": 10,
    "loket247-reboot.service": 10,
    "loket247-stick.service": 40,
}
# Files of ours in /usr/lib that one of the same name in /etc takes the place of.
REPLACEABLE = (
    *("udev/rules.d/70-loket247.rules", "sysctl.d/60-loket247.conf", "sysusers.d/loket247.conf"),
    *(f"systemd/{part}.conf.d/60-loket247.conf" for part in ("journald", "logind", "system")),
)
# A new device is asked of the rules, and what no rule knows stays outside. [usbguard-daemon.conf(5)]
USBGUARD = {
    "ImplicitPolicyTarget": "block",
    "PresentDevicePolicy": "apply-policy",
    "InsertedDevicePolicy": "apply-policy",
}
OVERRULED = "Wat daar staat, gaat boven ons bestand: haal het weg, of zet in onze documentatie waarom het moet."


def ours(machine: Machine) -> Iterator[Finding]:
    """Our own files, as dpkg brought them."""
    code, said = machine.asks("dpkg", f"--root={machine.root}", "--verify", "loket247")
    # Its third column says c for what an administrator may change.
    changed = [line.split()[-1] for line in said.splitlines() if " c /" not in line]
    yield judged(
        "het pakket loket247 staat er, en niemand veranderde zijn bestanden",
        well=code == 0 and not changed,
        remedy=f"apt-get install --reinstall loket247 ({', '.join(changed[:3]) or 'niet geïnstalleerd'})",
    )
    rivals = [
        f"/etc/systemd/system/{unit}{end}"
        for unit in EXPOSURE
        for end in ("", ".d")
        if machine.path(f"etc/systemd/system/{unit}{end}").exists()
    ]
    rivals += [f"/etc/{file}" for file in REPLACEABLE if os.path.lexists(machine.path(f"etc/{file}"))]
    for rival in rivals:
        yield Finding(f"{rival} verandert hoe dit loket draait", Judgement.UNSEEN, OVERRULED)


def packages(machine: Machine) -> Iterator[Finding]:
    """What does not belong on a kiosk."""
    listing = ("dpkg-query", f"--admindir={machine.path('var/lib/dpkg')}", "-W", "-f=${Package} ${db:Status-Status}\n")
    _, said = machine.asks(*listing)
    present = {line.split()[0] for line in said.splitlines() if line.endswith(" installed")}
    found = sorted(present.intersection(UNWANTED))
    yield judged("geen pakketten die het loket openzetten", well=not found, remedy=f"apt-get purge {' '.join(found)}")
    if "openssh-server" in present:
        yield Finding(
            "er is een ssh-server",
            Judgement.UNSEEN,
            f"Alleen wie in `admins` van /{EGRESS} staat, komt erin. Niet nodig? apt-get purge openssh-server",
        )


def users(machine: Machine) -> Iterator[Finding]:
    """The users: there, without a shell, and in no strong group."""
    for user in USERS:
        try:
            entry = pwd.getpwnam(user)
        except KeyError:
            yield Finding(f"gebruiker {user}", Judgement.AMISS, "systemd-sysusers loket247.conf")
            continue
        groups = {group.gr_name for group in grp.getgrall() if user in group.gr_mem} & STRONG_GROUPS
        closed = entry.pw_shell.endswith(("nologin", "false"))
        yield judged(
            f"gebruiker {user} kan niet inloggen en heeft geen macht",
            well=closed and not groups,
            remedy=f"usermod -s /usr/sbin/nologin -G '' {user}",
        )
    folder = machine.path("etc/loket247")
    mode = folder.stat().st_mode if folder.is_dir() else 0o777
    yield judged(
        "/etc/loket247 is alleen voor root en het loket",
        well=not mode & (stat.S_IRWXO | stat.S_IWGRP),
        remedy="chown root:loket247 /etc/loket247; chmod 0750 /etc/loket247",
    )


def settings(machine: Machine) -> Iterator[Finding]:
    """The kiosk's own settings, and the files that they name."""
    try:
        told = load(machine.path(SETTINGS))
    except SettingsError as error:
        yield Finding(f"instellingen: {error}", Judgement.AMISS, "Begin van /usr/share/doc/loket247/example.toml")
        return
    yield Finding("de instellingen kloppen", Judgement.WELL)
    yield judged(
        "het geheugen ligt waar het loket mag schrijven",
        well=told.data == Path("/var/lib/loket247"),
        remedy='data = "/var/lib/loket247"',
    )
    yield from _keys(machine, told)


def _keys(machine: Machine, told: Settings) -> Iterator[Finding]:
    if told.back_end is None:
        return
    end = told.back_end
    for file in (end.ca, end.certificate, end.seal_ca, end.key):
        there = machine.path(str(file).lstrip("/"))
        yield judged(f"{file} is er", well=there.is_file(), remedy=f"Zet het bestand op {file}")
    key = machine.path(str(end.key).lstrip("/"))
    if key.is_file():
        yield judged(
            f"{end.key} is voor niemand anders",
            well=not key.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP),
            remedy=f"chown root:loket247 {end.key}; chmod 0640 {end.key}",
        )


def units(machine: Machine) -> Iterator[Finding]:
    """What begins with the machine, what never does, and how open each service is."""
    for unit in ENABLED:
        _, said = machine.asks("systemctl", f"--root={machine.root}", "is-enabled", unit)
        yield judged(f"{unit} begint mee", well=said.endswith("enabled"), remedy=f"systemctl enable {unit}")
    for unit in MASKED:
        _, said = machine.asks("systemctl", f"--root={machine.root}", "is-enabled", unit)
        yield judged(f"{unit} begint nooit", well=said.endswith("masked"), remedy=f"systemctl mask {unit}")
    for unit, limit in EXPOSURE.items():
        command = ("systemd-analyze", "security", f"--root={machine.root}", "--offline=yes", f"--threshold={limit}")
        code, said = machine.asks(*command, unit)
        last = said.splitlines()[-1].split(":", 1)[-1].strip() if said else "niet te zien"
        yield judged(f"{unit} mag weinig ({last})", well=code == 0, remedy="apt-get install --reinstall loket247")


def services(machine: Machine) -> Iterator[Finding]:
    """The files of the print service, the firewall, the clock and the updates, each judged by its own program."""
    cups = machine.path("usr/share/loket247/cups")
    code, said = machine.asks("cupsd", "-t", "-c", f"{cups}/cupsd.conf", "-s", f"{cups}/cups-files.conf")
    yield judged("cupsd aanvaardt zijn instellingen", well=code == 0, remedy=said or "apt-get install cups-daemon")
    code, said = machine.asks("nft", "-c", "-f", str(machine.path("usr/share/loket247/firewall.nft")))
    yield judged("nft aanvaardt de firewall", well=code == 0, remedy=said or "apt-get install nftables")
    named = any(line.startswith("add element") for line in machine.read(EGRESS).splitlines())
    yield judged(
        "de firewall kent adressen", well=named, remedy=f"Vul /{EGRESS} in, dan systemctl reload loket247-firewall"
    )
    code, said = machine.asks("chronyd", "-p", "-f", str(machine.path("etc/chrony/chrony.conf")))
    wanted = {"port 0", "cmdport 0"}.issubset(said.splitlines())
    yield judged(
        "de klok vraagt de tijd en geeft hem aan niemand", well=code == 0 and wanted, remedy="apt-get install chrony"
    )
    _, said = machine.asks(
        "apt-config", "dump", "APT::Periodic::Unattended-Upgrade", "Unattended-Upgrade::Automatic-Reboot"
    )
    yield judged(
        "beveiligingsupdates komen vanzelf",
        well='Unattended-Upgrade "1"' in said and 'Automatic-Reboot "true"' in said,
        remedy="apt-get install --reinstall -o Dpkg::Options::=--force-confmiss loket247",
    )


def limits(machine: Machine) -> Iterator[Finding]:
    """What systemd, the log, the seat and USBGuard keep to, after every file that may say otherwise."""
    for part, what in (
        ("journald", "het logboek blijft klein en komt nooit op een scherm"),
        ("logind", "geen terminal om naartoe te gaan, geen toets die slaapt"),
        ("system", "de waakhond van de machine staat aan"),
    ):
        asked = _said(machine.read(f"usr/lib/systemd/{part}.conf.d/60-loket247.conf"))
        _, said = machine.asks("systemd-analyze", f"--root={machine.root}", "cat-config", f"systemd/{part}.conf")
        now = _said(said)
        other = [f"{name}={now.get(name, '')}" for name, value in asked.items() if now.get(name) != value]
        remedy = f"{', '.join(other)}: systemd-analyze cat-config systemd/{part}.conf zegt waar dat staat"
        yield judged(
            what, well=bool(asked) and not other, remedy=remedy if other else "apt-get install --reinstall loket247"
        )
    guard = _said(machine.read("etc/usbguard/usbguard-daemon.conf"))
    other = [f"{name}={value}" for name, value in USBGUARD.items() if guard.get(name) != value]
    remedy = f"Zet in /etc/usbguard/usbguard-daemon.conf: {', '.join(other)}; systemctl restart usbguard"
    yield judged("USBGuard houdt buiten wat hij niet kent", well=not other, remedy=remedy)


def _said(text: str) -> dict[str, str]:
    """Give what a file of settings says; of the same name the last one counts."""
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith(("#", ";")))
    return {name.strip(): value.strip() for name, sign, value in lines if sign}


def memory(machine: Machine) -> Iterator[Finding]:
    """The library that keeps the journal: before 3.51.3 two connections could harm each other's file."""
    from pysqlite3 import dbapi2

    yield judged(
        f"SQLite {dbapi2.sqlite_version}",
        well=dbapi2.sqlite_version_info >= (3, 51, 3),
        remedy="apt-get install --reinstall loket247",
    )
    if not machine.runs:
        yield Finding("spool, kernel, wisselgeheugen, poorten", Judgement.UNSEEN, "Start deze machine en kijk opnieuw.")
        return
    yield from _kernel(machine)
    yield from _running(machine)


def _kernel(machine: Machine) -> Iterator[Finding]:
    for line in machine.read("usr/lib/sysctl.d/60-loket247.conf").splitlines():
        name, _, value = (part.strip() for part in line.partition("="))
        if value and not line.startswith("#"):
            now = machine.read(f"proc/sys/{name.replace('.', '/')}")
            yield judged(f"{name} = {value}", well=now == value, remedy=f"Nu {now or 'niets'}: sysctl --system")


def _running(machine: Machine) -> Iterator[Finding]:
    mounts = [line.split() for line in machine.read("proc/mounts").splitlines()]
    spool = [kind for _, where, kind, *_ in mounts if where == "/var/spool/cups"]
    yield judged(
        "documenten staan alleen in het geheugen",
        well=spool == ["tmpfs"],
        remedy="systemctl start var-spool-cups.mount",
    )
    swap = [line.split()[0] for line in machine.read("proc/swaps").splitlines()[1:]]
    yield judged("geen wisselgeheugen", well=not swap, remedy="swapoff -a, en haal het uit /etc/fstab")
    yield judged(
        "niemand luistert op het netwerk", well=not (open_ := _listening(machine)), remedy=f"Poort {open_}: wie is dat?"
    )
    for unit in ("kiosk.service", "loket247-screen.service", "cups.service", "loket247-firewall.service"):
        _, said = machine.asks("systemctl", "is-active", unit)
        yield judged(f"{unit} draait", well=said == "active", remedy=f"journalctl -b -u {unit}")


def _listening(machine: Machine) -> list[int]:
    """TCP ports that others can reach, ssh apart: the firewall has its own list for that."""
    found = set()
    for table in ("proc/net/tcp", "proc/net/tcp6"):
        for line in machine.read(table).splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, port = local.rsplit(":", 1)
            at_home = address.endswith("7F") or address in {"0" * 24 + "01000000", "0000000000000000FFFF00000100007F"}
            if state == "0A" and not at_home and int(port, 16) != 22:  # noqa: PLR2004 (ssh)
                found.add(int(port, 16))
    return sorted(found)


def hardware(machine: Machine) -> Iterator[Finding]:
    """What only a real machine has."""
    rules = [line for line in machine.read("etc/usbguard/rules.conf").splitlines() if line.startswith("allow")]
    if rules:
        yield Finding(f"USBGuard kent {len(rules)} toestellen", Judgement.WELL)
    else:
        remedy = "Steek alles in en doe: usbguard generate-policy > /etc/usbguard/rules.conf"
        yield Finding("USBGuard kent nog geen toestel", Judgement.UNSEEN, remedy)
    for node, what in (("dev/watchdog0", "waakhond van de machine"), ("dev/dri/card0", "scherm"), ("dev/tpm0", "TPM")):
        there = machine.runs and machine.path(node).exists()
        remedy = "" if there else f"Geen /{node}: kijk in het BIOS of hij aan staat."
        yield Finding(what, Judgement.WELL if there else Judgement.UNSEEN, remedy)


SYMPTOMS: tuple[Symptom, ...] = (ours, packages, users, settings, units, services, limits, memory, hardware)
