"""The folder that a web server gives out, or that is copied to a stick: signed metadata, and settings it speaks for.

`timestamp.json` is the last to be replaced, so a kiosk sees a whole new state or the whole old one. Nothing that was
given out is changed afterwards: a rollback is a new version with old content.
"""

from __future__ import annotations

import fcntl
import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from config import durable
from fleet import roles

_TIMESTAMP = "timestamp.json"
Coming = Mapping[str, Metadata[Targets]]
_NOTHING: Coming = MappingProxyType({})
# What goes into one packet anyway is not worth a second file. The last word, replaced in its place, is far shorter.
_SHORT = 1200


class Repository:
    """One repository in one folder; who writes takes turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._metadata, self._targets = folder / "metadata", folder / "targets"

    # --- reading ---------------------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """Whether anything was ever published here."""
        return (self._metadata / _TIMESTAMP).is_file()

    def root(self) -> Metadata[Root]:
        """Give who may sign now."""
        return self.roots()[-1]

    def roots(self) -> list[Metadata[Root]]:
        """Give who might sign ever, oldest first."""
        versions = sorted(int(file.name.partition(".")[0]) for file in self._metadata.glob("*.root.json"))
        return [Metadata[Root].from_bytes(self._read(f"{version}.root.json")) for version in versions]

    def timestamp(self) -> Metadata[Timestamp]:
        """Give the last word."""
        return Metadata[Timestamp].from_bytes(self._read(_TIMESTAMP))

    def snapshot(self) -> Metadata[Snapshot]:
        """Give which versions belong together now."""
        version = self.timestamp().signed.snapshot_meta.version
        return Metadata[Snapshot].from_bytes(self._read(f"{version}.snapshot.json"))

    def versions(self) -> dict[str, int]:
        """Give the version of each role that signs settings, or says who does. Raises RepositoryError."""
        found = {name.removesuffix(".json"): meta.version for name, meta in self.snapshot().signed.meta.items()}
        if roles.FLEET not in found:
            raise RepositoryError(f"{self.folder}: gemaakt door een oudere versie; begin opnieuw in een lege map")
        return found

    def role(self, name: str, version: int | None = None) -> Metadata[Targets]:
        """Give what a role says now, or said then."""
        at = version if version is not None else self.versions()[name]
        return Metadata[Targets].from_bytes(self._read(f"{at}.{name}.json"))

    def ages(self, name: str) -> bool:
        """Whether people must soon say again what a role says, or should have."""
        return roles.ages(name, self.role(name).signed.expires)

    def next_of(self, name: str) -> Targets:
        """Give what a role says now, as its next version."""
        said = Targets.from_dict(self.role(name).signed.to_dict())
        said.version, said.expires = said.version + 1, expiry(name)
        return said

    def content(self, name: str, version: int | None = None) -> dict[str, bytes]:
        """Give the files that a role speaks for now, or spoke for then."""
        said = self.role(name, version).signed.targets
        return {path: (self._targets / target.get_prefixed_paths()[0]).read_bytes() for path, target in said.items()}

    def verify(self, name: str, metadata: Metadata[Targets], coming: Coming = _NOTHING) -> None:
        """Check that enough signed of the keys that may, now or once what comes is out. Raises RepositoryError."""
        self._delegator(name, coming).verify_delegate(name, metadata.signed_bytes, metadata.signatures)

    def may_sign(self, name: str, coming: Coming = _NOTHING) -> set[str]:
        """Give the ids of the keys that may sign for a role."""
        return set(self._delegator(name, coming).get_delegated_role(name).keyids)

    def needed(self, name: str, coming: Coming = _NOTHING) -> int:
        """Say how many of them must."""
        return self._delegator(name, coming).get_delegated_role(name).threshold

    def _delegator(self, name: str, coming: Coming) -> Root | Targets:
        if name == Targets.type:
            return self.root().signed
        by = roles.delegator(name)
        return (coming[by] if by in coming else self.role(by)).signed

    def _read(self, name: str) -> bytes:
        return (self._metadata / name).read_bytes()

    # --- writing ---------------------------------------------------------------------------------------------------

    def publish(
        self,
        online: Signer,
        changed: Mapping[str, Metadata[Targets]],
        files: Mapping[str, bytes],
        root: Metadata[Root] | None = None,
    ) -> None:
        """Give out what roles say anew, and the files it speaks for. Nothing changed: say again that it still holds.

        Raises RepositoryError where too few signed; then nothing was given out.
        """
        self._metadata.mkdir(parents=True, exist_ok=True)
        with self._turn():
            self._publish(online, changed, files, root)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one process at a time write: a person at the command line, and the service that signs each hour."""
        with (self.folder / ".turn").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _publish(
        self,
        online: Signer,
        changed: Mapping[str, Metadata[Targets]],
        files: Mapping[str, bytes],
        root: Metadata[Root] | None,
    ) -> None:
        before = self.versions() if self.exists else {}
        for name, metadata in changed.items():
            if metadata.signed.version <= before.get(name, 0):
                raise RepositoryError(f"{name}: intussen is er iets anders uitgegeven; begin opnieuw")
            if root is None:
                self.verify(name, metadata, changed)
        for metadata in changed.values():
            for path, target in metadata.signed.targets.items():
                self._give_file(path, target, files)
        if root is not None:
            self._give_metadata(f"{root.signed.version}.root.json", root)
        for name, metadata in changed.items():
            self._give_metadata(f"{metadata.signed.version}.{name}.json", metadata)
        self._say(online, {name: metadata.signed.version for name, metadata in changed.items()})

    def _give_file(self, path: str, target: TargetFile, files: Mapping[str, bytes]) -> None:
        place = self._targets / target.get_prefixed_paths()[0]
        if place.is_file():
            return
        if path not in files:
            raise RepositoryError(f"{path}: signed for, and not there")
        target.verify_length_and_hashes(files[path])
        place.parent.mkdir(parents=True, exist_ok=True)
        durable.write(place, files[path])

    def _say(self, online: Signer, changed: Mapping[str, int]) -> None:
        """Sign which versions belong together, and last of all that this is the state now."""
        before = self.versions() if self.exists else {}
        number = self.timestamp().signed.version + 1 if self.exists else 1
        of_snapshot = self.timestamp().signed.snapshot_meta.version + 1 if self.exists else 1
        meta = {f"{name}.json": MetaFile(version) for name, version in (before | dict(changed)).items()}
        snapshot = Metadata(Snapshot(version=of_snapshot, expires=expiry("snapshot"), meta=meta))
        snapshot.sign(online)
        timestamp = Metadata(Timestamp(number, expires=expiry("timestamp"), snapshot_meta=MetaFile(of_snapshot)))
        timestamp.sign(online)
        self._give_metadata(f"{of_snapshot}.snapshot.json", snapshot)
        self._give_metadata(_TIMESTAMP, timestamp)

    def _give_metadata(self, name: str, metadata: Metadata[Any]) -> None:
        """Give it out; what is long also in fewer bytes beside it, for a server to give to whoever reads gzip."""
        said, packed = metadata.to_bytes(), self._metadata / f"{name}.gz"
        if len(said) > _SHORT:
            durable.write(packed, gzip.compress(said, mtime=0))
        else:
            packed.unlink(missing_ok=True)  # of a try that was broken off before the last word
        durable.write(self._metadata / name, said)


def expiry(role: str) -> datetime:
    """Say until when what a role signs now will hold."""
    return (datetime.now(UTC) + roles.holds(role)).replace(microsecond=0)


def said_by(name: str, content: Targets, signers: Sequence[Signer]) -> Metadata[Targets]:
    """Give what a role says from now on, signed by all of these."""
    content.expires = expiry(name)
    metadata = Metadata(content)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata


def found(repository: Repository, signers: roles.Signers) -> None:
    """Begin a repository, or give all its roles new keys; what towns had published stays published."""
    had = repository.exists
    before = repository.versions() if had else {}
    root = Metadata(roles.root_of(signers))
    root.signed.version = repository.root().signed.version + 1 if had else 1
    root.signed.expires = expiry("root")
    root.sign(signers.root)
    of_root = {Targets.type: roles.top_of(signers), roles.FLEET: roles.fleet_of(signers)}
    of_root |= {name: roles.group_of(signers, towns) for name, towns in roles.groups_of(signers).items()}
    said: dict[str, tuple[Targets, Sequence[Signer]]] = {name: (one, [signers.root]) for name, one in of_root.items()}
    for town, keys in signers.towns.items():
        said[town] = (roles.town_of(signers, town), keys)
        said[roles.daily_role(town)] = (Targets(), [signers.daily[town]])
    for whose in (roles.FLEET, *signers.towns):
        said[roles.rollout_role(whose)] = (Targets(), [signers.online])
    signed = {}
    for name, (content, keys) in said.items():
        if name in before:
            content.targets = repository.role(name).signed.targets
        content.version = before.get(name, 0) + 1
        signed[name] = said_by(name, content, keys)
    repository.publish(signers.online, signed, {}, root)
