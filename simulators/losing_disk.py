"""A disk that loses its power: what a program wrote is recorded, and given back as it may have been at any moment.

Only what was synced is sure. Of what was written since, each sector of 512 bytes is there or not, by chance; a file
that was cut or deleted since may be so or not, until the file, or the folder, is synced. So may one that was named
otherwise; of several, those that came last are the ones undone. It never undoes what was synced, nor writes half a
sector.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from struct import Struct

SOURCE = Path(__file__).with_suffix(".c")
SECTOR = 512
_HEAD = Struct("=cHQI")


@dataclass(frozen=True)
class Deed:
    """What was done to a file: W written, T cut to `offset` bytes, S synced, U deleted, R named as the data says.

    The folder has no name; a folder in it has one, and is only ever synced.
    """

    kind: str
    name: str
    offset: int
    data: bytes


@dataclass
class _Renaming:
    """A name that may yet be undone: the file that has it now, the name it had, and the file that had it before."""

    old: str
    new: str
    file: _File
    before: _File | None


@dataclass
class _File:
    """What is sure of a file, and what was done since."""

    sure: bytearray = field(default_factory=bytearray)
    exists: bool = False
    since: list[Deed] = field(default_factory=list)


def recorder(folder: Path) -> Path:
    """Build what is loaded into the program."""
    library = folder / "losing_disk.so"
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl", "-pthread"]
    subprocess.run(command, check=True)
    return library


def environment(library: Path, disk: Path, log: Path) -> dict[str, str]:
    """Give what a program needs whose writes to `disk` are recorded in `log`."""
    return {"LD_PRELOAD": str(library), "LOKET_DISK": str(disk), "LOKET_DISK_LOG": str(log)}


def deeds(log: Path) -> Iterator[Deed]:
    """Give what was done, in order."""
    data, at = log.read_bytes(), 0
    while at < len(data):
        kind, letters, offset, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        name = data[at : at + letters].decode()
        at += letters
        yield Deed(kind.decode(), name, offset, data[at : at + length])
        at += length


def after_power_cut(done: list[Deed], chance: Random, disk: Path) -> None:
    """Write the files as they may be found when the power goes after these deeds."""
    files: dict[str, _File] = {}
    renamed: list[_Renaming] = []
    for deed in done:
        if deed.kind == "S" and deed.name not in files:
            renamed = [one for one in renamed if not one.new.startswith(deed.name)]
            for name, file in files.items():
                if name.startswith(deed.name):
                    _settle_deletion(file)
            continue
        if deed.kind == "R":
            new = deed.data.decode()
            renamed.append(_Renaming(deed.name, new, files.pop(deed.name), files.get(new)))
            files[new] = renamed[-1].file
            continue
        file = files.setdefault(deed.name, _File())
        if deed.kind != "S":
            file.since.append(deed)
            continue
        for one in file.since:
            _do(file, one)
        file.since = []
    for renaming in reversed(renamed[chance.randint(0, len(renamed)) :]):
        _undo(renaming, files)
    for name, file in files.items():
        for deed in file.since:
            for part in _surviving(deed, chance):
                _do(file, part)
        if file.exists:
            (disk / name).parent.mkdir(exist_ok=True)
            (disk / name).write_bytes(file.sure)


def _undo(one: _Renaming, files: dict[str, _File]) -> None:
    del files[one.new]
    if one.before is not None:
        files[one.new] = one.before
    files.setdefault(one.old, one.file)


def _settle_deletion(file: _File) -> None:
    """A deletion is sure now, and with it goes what was done to the file before."""
    last = max((number for number, deed in enumerate(file.since) if deed.kind == "U"), default=None)
    if last is not None:
        _do(file, file.since[last])
        del file.since[: last + 1]


def _surviving(deed: Deed, chance: Random) -> Iterator[Deed]:
    if deed.kind != "W":
        if chance.random() < 0.5:  # noqa: PLR2004  as likely as not
            yield deed
        return
    at = 0
    while at < len(deed.data):
        length = SECTOR - (deed.offset + at) % SECTOR
        if chance.random() < 0.5:  # noqa: PLR2004  as above
            yield Deed("W", deed.name, deed.offset + at, deed.data[at : at + length])
        at += length


def _do(file: _File, deed: Deed) -> None:
    match deed.kind:
        case "W":
            end = deed.offset + len(deed.data)
            file.sure.extend(bytes(max(0, end - len(file.sure))))
            file.sure[deed.offset : end] = deed.data
            file.exists = True
        case "T":
            file.sure.extend(bytes(max(0, deed.offset - len(file.sure))))
            del file.sure[deed.offset :]
            file.exists = True
        case "U":
            file.sure.clear()
            file.exists = False
        case _:
            raise ValueError(deed.kind)
