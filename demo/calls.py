"""The calls to the kernel that a unit takes away, put into a filter as systemd puts them: by libseccomp.

What each limit refuses, and with which error, is systemd's own [systemd.exec(5), src/shared/seccomp-util.c]; which
calls a group such as @system-service stands for is asked of the systemd of this machine. Only for `demo.limits`: what
is refused here, is refused for as long as the process lives.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
from collections.abc import Iterable
from typing import NamedTuple

_ALLOW = 0x7FFF0000
_EQUAL, _GREATER, _MASKED, _NOT_EQUAL = 4, 6, 7, 1
# New namespaces: of time, mounts, control groups, name, messages, users, processes, network. [linux/sched.h]
_NAMESPACES = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
# Of the policies of sched_setscheduler the last that is no realtime: other 0, batch 3, idle 5. [linux/sched.h]
_BATCH_IDLE = 5
_SET_ID = (0o4000, 0o2000)
_CREATES = (os.O_CREAT, 0o20000000)  # and __O_TMPFILE
_PROT_WRITE, _PROT_EXEC, _SHM_EXEC = 2, 4, 0o100000


class _Compare(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


class If(NamedTuple):
    """What an argument of a call must be for the call to be refused."""

    argument: int
    how: int
    a: int
    b: int = 0


def _refuses(error: int) -> int:
    return 0x00050000 | error  # SECCOMP_RET_ERRNO


class _Filter:
    """A filter that lets everything through, or refuses everything, but for its rules."""

    def __init__(self, otherwise: int = _ALLOW) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action: int, call: str, *conditions: If) -> None:
        """One more rule; a call that this kernel's architecture has not is passed over."""
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        compared = (_Compare * len(conditions))(*(_Compare(*one) for one in conditions))
        said = self._library.seccomp_rule_add_array(
            self._context, ctypes.c_uint32(action), number, ctypes.c_uint(len(conditions)), compared
        )
        if said < 0 and said != -errno.EACCES:  # the same as the filter does by itself
            raise OSError(-said, f"{call}: {os.strerror(-said)}")

    def load(self) -> None:
        """From here on it holds."""
        said = self._library.seccomp_load(self._context)
        if said < 0:
            raise OSError(-said, f"seccomp: {os.strerror(-said)}")


def no_memory_written_and_run() -> None:
    """MemoryDenyWriteExecute=yes."""
    rules = _Filter()
    both = _PROT_WRITE | _PROT_EXEC
    for call in ("mmap", "mmap2"):
        rules.add(_refuses(errno.EPERM), call, If(2, _MASKED, both, both))
    for call in ("mprotect", "pkey_mprotect"):
        rules.add(_refuses(errno.EPERM), call, If(2, _MASKED, _PROT_EXEC, _PROT_EXEC))
    rules.add(_refuses(errno.EPERM), "shmat", If(2, _MASKED, _SHM_EXEC, _SHM_EXEC))
    rules.load()


def one_personality() -> None:
    """LockPersonality=yes: Linux, as it is."""
    rules = _Filter()
    rules.add(_refuses(errno.EPERM), "personality", If(0, _NOT_EQUAL, 0))
    rules.load()


def address_families(names: Iterable[str]) -> None:
    """RestrictAddressFamilies=NAME…: no socket of another family. Raises AttributeError for one that nobody knows."""
    allowed = {int(getattr(socket, name)) for name in names}
    rules = _Filter()
    for other in set(range(max(allowed))) - allowed:
        rules.add(_refuses(errno.EAFNOSUPPORT), "socket", If(0, _EQUAL, other))
    rules.add(_refuses(errno.EAFNOSUPPORT), "socket", If(0, _GREATER, max(allowed)))
    rules.load()


def no_namespaces() -> None:
    """RestrictNamespaces=yes; clone3 is said not to be there, for its flags cannot be seen."""
    rules = _Filter()
    rules.add(_refuses(errno.ENOSYS), "clone3")
    rules.add(_refuses(errno.EPERM), "setns")
    for flag in _NAMESPACES:
        rules.add(_refuses(errno.EPERM), "unshare", If(0, _MASKED, flag, flag))
        rules.add(_refuses(errno.EPERM), "clone", If(0, _MASKED, flag, flag))
    rules.load()


def no_realtime() -> None:
    """RestrictRealtime=yes."""
    rules = _Filter()
    for policy in (1, 2):  # FIFO, RR
        rules.add(_refuses(errno.EPERM), "sched_setscheduler", If(1, _EQUAL, policy))
    rules.add(_refuses(errno.EPERM), "sched_setscheduler", If(1, _GREATER, _BATCH_IDLE))
    rules.load()


def no_set_id() -> None:
    """RestrictSUIDSGID=yes: no file that lends its owner's rights, made or changed."""
    rules = _Filter()
    for bit in _SET_ID:
        for call, mode in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2), ("creat", 1)):
            rules.add(_refuses(errno.EPERM), call, If(mode, _MASKED, bit, bit))
        for create in _CREATES:
            rules.add(_refuses(errno.EPERM), "open", If(1, _MASKED, create, create), If(2, _MASKED, bit, bit))
            rules.add(_refuses(errno.EPERM), "openat", If(2, _MASKED, create, create), If(3, _MASKED, bit, bit))
    rules.load()


def only(lines: list[str]) -> None:
    """SystemCallFilter=: what the lines allow, less what a line with ~ takes away; anything else fails with EPERM."""
    rules = _Filter(_refuses(errno.EPERM))
    for call in sorted(allowed(lines)):
        rules.add(_ALLOW, call)
    rules.load()


def allowed(lines: list[str]) -> set[str]:
    """Give the calls that a unit may make. The first line says whether it lists what may be, and ours all do."""
    groups = _groups()
    calls = _expand(["@default"], groups)  # always there [systemd.exec(5)]
    for line in lines:
        named = _expand(line.removeprefix("~").split(), groups)
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def _expand(words: list[str], groups: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    for word in words:
        found |= _expand(groups[word], groups) if word.startswith("@") else {word}
    return found


def _groups() -> dict[str, list[str]]:
    """Ask systemd which calls its groups are."""
    command = ["systemd-analyze", "syscall-filter", "--no-pager"]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    groups: dict[str, list[str]] = {}
    current: list[str] = []
    for line in said.stdout.splitlines():
        word = line.strip()
        if line.startswith("@"):
            current = groups.setdefault(word, [])
        elif word and not word.startswith("#"):
            current.append(word)
    return groups
