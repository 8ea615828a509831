"""Runs a module of ours under the limits of its unit, as systemd would set them, where systemd does not run.

`python -m demo.limits UNIT FOLDER MODULE [ARGUMENT…]`: only FOLDER can be written. Each limit is read from the unit and
set by the kernel's own means [systemd.exec(5)]; `demo.calls` has the calls that may not be made. What needs systemd
itself stands in `LEFT_OUT` with its reason; a limit that nobody here knows ends the run, so that none is forgotten.
As root, or where a user may have a namespace of their own.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from demo import calls

UNIT = Path(__file__).parent.parent / "kiosk.service"

# Of [Service], what says how it is begun and ended, and what cannot be set here.
LEFT_OUT = {
    "Type NotifyAccess WatchdogSec TimeoutStartSec TimeoutStopSec ExecStart Restart RestartSec": "how it is begun",
    "User Group PrivateUsers": "who runs this keeps their name, and no right of it: the capabilities go",
    "StateDirectory StateDirectoryMode RuntimeDirectory RuntimeDirectoryMode": "FOLDER stands for them",
    "MemoryMax MemorySwapMax TasksMax DevicePolicy": "control groups belong to who runs the machine",
    "ProtectHome PrivateTmp": "the project, and the world it is tried in, may lie there: they are read-only",
    "KeyringMode RemoveIPC": "systemd's own housekeeping",
}
# Their calls are in none of the lists that a unit of ours allows, and their files are read-only here.
COVERED = (
    "ProtectClock ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectControlGroups"
)
# What a unit says of its memory: without it, what was freed would be found in it, and other calls be made.
MEMORY = ("PYTHONMALLOC", "MALLOC_PERTURB_", "GLIBC_TUNABLES")

_libc = ctypes.CDLL(None, use_errno=True)
# As linux/mount.h, prctl.h, sched.h and capability.h have them.
_MS_BIND, _MS_MOVE, _MS_REC, _MS_PRIVATE = 0x1000, 0x2000, 0x4000, 0x40000
_AT_RECURSIVE, _MOUNT_SETATTR, _RDONLY = 0x8000, 442, 1
_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_CAPBSET_DROP, _NO_NEW_PRIVS, _MDWE = 24, 38, 65
_CAPABILITY_VERSION_3 = 0x20080522
_NODES = ("null", "zero", "full", "random", "urandom", "tty")


def read(unit: Path) -> dict[str, list[str]]:
    """Give what [Service] of a unit asks for, each word of it by its name."""
    section = unit.read_text(encoding="utf-8").partition("[Service]")[2].partition("\n[")[0]
    found: dict[str, list[str]] = {}
    for line in section.splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def memory_settings(unit: Path = UNIT) -> dict[str, str]:
    """Give what a unit says of its memory, as an environment."""
    said = (line.split("=", 1) for line in read(unit).get("Environment", ()))
    return {line[0]: line[1] for line in said if line[0] in MEMORY}


def main(arguments: list[str]) -> None:
    """Become the module, under the limits."""
    unit, folder, *module = arguments
    asked = read(Path(unit))
    known = {name for names in (*LEFT_OUT, COVERED) for name in names.split()} | {"Environment"} | SET.keys()
    if unknown := asked.keys() - known:
        raise SystemExit(f"demo.limits: nobody here knows {', '.join(sorted(unknown))}")
    own = {"HOME": folder, "TMPDIR": folder, "PYTHONDONTWRITEBYTECODE": "1", **memory_settings(Path(unit))}
    Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    _folders(Path(folder), private_devices="PrivateDevices" in asked, hidden_processes="ProtectProc" in asked)
    for name, limit in SET.items():
        if name in asked:
            limit(asked[name])
    os.execve(sys.executable, [sys.executable, "-m", *module], {**os.environ, **own})  # noqa: S606  becoming it is the aim


def _done(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source: str, target: Path, kind: str = "", flags: int = 0, how: str = "") -> None:
    _done(_libc.mount(source.encode(), str(target).encode(), kind.encode(), flags, how.encode()), f"mount {target}")


def _set_attributes(place: Path, flags: int, give: int, take: int) -> None:
    attributes = (ctypes.c_uint64 * 4)(give, take, 0, 0)
    at = ctypes.c_int(-100)  # AT_FDCWD
    said = _libc.syscall(_MOUNT_SETATTR, at, str(place).encode(), flags, attributes, ctypes.sizeof(attributes))
    _done(said, f"mount_setattr {place}")


def _folders(writable: Path, *, private_devices: bool, hidden_processes: bool) -> None:
    """ProtectSystem=strict and its like: a view of the machine's files of its own, in which one folder is written."""
    user, group = os.getuid(), os.getgid()
    _done(_libc.unshare(_NEW_MOUNTS if user == 0 else _NEW_USER | _NEW_MOUNTS), "unshare")
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _mount("none", Path("/"), flags=_MS_REC | _MS_PRIVATE)
    _mount(str(writable), writable, flags=_MS_BIND)
    if private_devices:
        _few_devices()
    if hidden_processes and user == 0:  # a namespace of one's own has no processes of its own to show
        _mount("proc", Path("/proc"), "proc", how="subset=pid,hidepid=invisible")
    _set_attributes(Path("/"), _AT_RECURSIVE, _RDONLY, 0)
    _set_attributes(writable, 0, 0, _RDONLY)
    _set_attributes(Path("/dev/shm"), 0, 0, _RDONLY)  # noqa: S108  the kernel's own


def _few_devices() -> None:
    place = Path(tempfile.mkdtemp(prefix="loket-dev-"))
    _mount("tmpfs", place, "tmpfs", how="mode=755,size=64k")
    for name in _NODES:
        (place / name).touch()
        _mount(f"/dev/{name}", place / name, flags=_MS_BIND)
    for name in ("shm", "pts"):
        (place / name).mkdir()
        _mount(f"/dev/{name}", place / name, flags=_MS_BIND)
    _mount(str(place), Path("/dev"), flags=_MS_MOVE)
    place.rmdir()


def _no_core(values: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (int(values[-1]),) * 2)


def _mask(values: list[str]) -> None:
    os.umask(int(values[-1], 8))


def _no_capabilities(values: list[str]) -> None:
    if values != [""]:
        raise SystemExit("demo.limits: only a unit that leaves no capability can be tried")
    one = 0
    while _libc.prctl(_CAPBSET_DROP, one, 0, 0, 0) == 0:  # until there is none of that number
        one += 1
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _done(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def _nothing_new(_: list[str]) -> None:
    _done(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def _no_write_and_run(_: list[str]) -> None:
    _libc.prctl(_MDWE, 1, 0, 0, 0)  # kernels before 6.3 have none; the calls themselves are refused as well
    calls.no_memory_written_and_run()


# In the order in which they can be set: what the next one needs is taken away after it, and the list of calls last.
SET: dict[str, Callable[[list[str]], None]] = {
    "ProtectSystem": lambda _: None,  # set by `_folders`, as are the three below
    "PrivateDevices": lambda _: None,
    "PrivateMounts": lambda _: None,
    "ProtectProc": lambda _: None,
    "ProcSubset": lambda _: None,
    "LimitCORE": _no_core,
    "UMask": _mask,
    "AmbientCapabilities": lambda _: None,  # none is left to be ambient
    "CapabilityBoundingSet": _no_capabilities,
    "NoNewPrivileges": _nothing_new,
    "MemoryDenyWriteExecute": _no_write_and_run,
    "LockPersonality": lambda _: calls.one_personality(),
    "RestrictAddressFamilies": lambda values: calls.address_families(" ".join(values).split()),
    "RestrictNamespaces": lambda _: calls.no_namespaces(),
    "RestrictRealtime": lambda _: calls.no_realtime(),
    "RestrictSUIDSGID": lambda _: calls.no_set_id(),
    "SystemCallArchitectures": lambda _: None,  # libseccomp ends what calls by another
    "SystemCallErrorNumber": lambda _: None,  # EPERM, in `calls`
    "SystemCallFilter": calls.only,
}

if __name__ == "__main__":
    main(sys.argv[1:])
