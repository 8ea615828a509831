"""How settings get into the repository: a draft, signed by as many as a role asks for, and only then published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from securesystemslib.signer import Key, Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Delegations, Metadata, TargetFile, Targets

from config import durable
from fleet import roles
from fleet.repository import Repository, expiry


class Draft(Struct, frozen=True):
    """What a role would say, with the files it speaks for. It travels from one signer to the next as one file."""

    role: str
    metadata: bytes
    files: dict[str, bytes]

    @property
    def said(self) -> Metadata[Targets]:
        """The signed part."""
        return Metadata[Targets].from_bytes(self.metadata)


class Count(Struct, frozen=True):
    """How many signed what a role would say, and how many must."""

    role: str
    signed: int
    needed: int


class Drafts:
    """A folder with drafts: beside the repository, or on the stick on which they come from another signer."""

    def __init__(self, folder: Path, repository: Repository) -> None:
        self._folder, self._repository = folder, repository

    def all(self) -> list[Draft]:
        """Give every draft that waits. Raises RepositoryError for what is none."""
        return [_read(file) for file in sorted(self._folder.glob("*.json"))]

    def may_sign(self, role: str) -> set[str]:
        """Give the ids of the keys that may sign for a role, once what waits is given out."""
        return self._repository.may_sign(role, self._coming())

    def owed(self) -> dict[str, str]:
        """Name the roles of which other keys will sign, and who lets them: they must first say again what they say."""
        found: dict[str, str] = {}
        for by, said in self._coming().items():
            before, after = (_signers(one.signed) for one in (self._repository.role(by), said))
            found |= {role: by for role in before.keys() & after.keys() if before[role] != after[role]}
        return found

    def sign(self, role: str, files: Mapping[str, bytes], signer: Signer) -> Draft | None:
        """Sign for what a role would say; None when it says just that already, and will for a while.

        A second signer signs the very same draft: once the files differ, it begins anew. Raises RepositoryError.
        """
        self._refuse_stranger(role, signer)
        wanted = {path: TargetFile.from_data(path, content) for path, content in files.items()}
        same = wanted == self._repository.role(role).signed.targets and role not in self.owed()
        if same and not self._repository.ages(role):
            return None
        said = self._repository.next_of(role)
        said.targets = wanted
        return self._signed(role, self._begun(role, said) or Metadata(said), files, signer)

    def let_sign(self, role: str, keys: Sequence[Key], need: int, signer: Signer) -> None:
        """Sign that other keys sign for a role, and draft for them what it says already, which they then sign.

        Both are given out at once. Raises RepositoryError.
        """
        by = roles.delegator(role)
        self._refuse_stranger(by, signer)
        if waiting := self._coming().keys() & {by, role}:
            raise RepositoryError(f"er wacht al iets van {min(waiting)}: geef dat eerst uit, of wis het ontwerp")
        if not 0 < need <= len({key.keyid for key in keys}):
            raise RepositoryError(f"{need} handtekeningen van {len(keys)} sleutels: dat kan niet")
        said = self._repository.next_of(by)
        said.delegations = _with(said.delegations, role, keys, need)
        self._signed(by, Metadata(said), self._repository.content(by), signer)
        self._keep(role, Metadata(self._repository.next_of(role)), self._repository.content(role))

    def countersign(self, draft: Draft, signer: Signer) -> Draft:
        """Sign what somebody else began, who may have put anything in it. Raises RepositoryError."""
        self._refuse_stranger(draft.role, signer)
        self.refuse_dishonest(draft)
        return self._signed(draft.role, draft.said, draft.files, signer)

    def refuse_dishonest(self, draft: Draft) -> None:
        """Refuse a draft that would do more than its files show, or comes too late. Raises RepositoryError."""
        said, now = draft.said.signed, self._repository.role(draft.role).signed
        if said.version != now.version + 1:
            raise RepositoryError(f"{draft.role}: intussen is er iets anders uitgegeven; begin opnieuw")
        if said.delegations != now.delegations or said.unrecognized_fields != now.unrecognized_fields:
            raise RepositoryError(f"{draft.role}: dit ontwerp verandert wie mag tekenen; teken dat niet hier")
        if said.expires > expiry(draft.role):
            raise RepositoryError(f"{draft.role}: dit ontwerp zou langer gelden dan het mag")
        shown = {path: TargetFile.from_data(path, content) for path, content in draft.files.items()}
        if said.targets != shown:
            raise RepositoryError(f"{draft.role}: dit ontwerp zegt iets anders dan zijn bestanden")

    def count(self, draft: Draft) -> Count:
        """Say how many of those who may signed, and how many must."""
        have = draft.said.signatures.keys() & self.may_sign(draft.role)
        return Count(draft.role, len(have), self._repository.needed(draft.role, self._coming()))

    def publish(self, online: Signer, only: str | None = None) -> list[str]:
        """Give out every draft that enough have signed, or that of one role; and say again that the rest still holds.

        Raises RepositoryError.
        """
        drafts = [one for one in self._ready() if only in {None, one.role}]
        files = {path: content for draft in drafts for path, content in draft.files.items()}
        self._repository.publish(online, {draft.role: draft.said for draft in drafts}, files)
        for draft in drafts:
            (self._folder / f"{draft.role}.json").unlink()
        return [draft.role for draft in drafts]

    def _ready(self) -> list[Draft]:
        """Give those that enough signed. Who signs for a role changes together with what it says, or not at all."""
        enough = {one.role: one for one in self.all() if self._enough(one)}
        owed = self.owed()
        waiting = {by for role, by in owed.items() if role not in enough or by not in enough}
        return [one for role, one in enough.items() if role not in waiting and owed.get(role) not in waiting]

    def _enough(self, draft: Draft) -> bool:
        count = self.count(draft)
        return count.signed >= count.needed

    def _signed(self, role: str, metadata: Metadata[Targets], files: Mapping[str, bytes], signer: Signer) -> Draft:
        metadata.sign(signer, append=True)
        return self._keep(role, metadata, files)

    def _keep(self, role: str, metadata: Metadata[Targets], files: Mapping[str, bytes]) -> Draft:
        draft = Draft(role, metadata.to_bytes(), dict(files))
        self._folder.mkdir(parents=True, exist_ok=True)
        durable.write(self._folder / f"{role}.json", msgspec.json.encode(draft))
        return draft

    def _refuse_stranger(self, role: str, signer: Signer) -> None:
        if signer.public_key.keyid not in self.may_sign(role):
            raise RepositoryError(f"deze sleutel tekent niet voor {role}")

    def _coming(self) -> dict[str, Metadata[Targets]]:
        return {draft.role: draft.said for draft in self.all()}

    def _begun(self, role: str, wanted: Targets) -> Metadata[Targets] | None:
        said = self._coming().get(role)
        same = said is not None and (said.signed.targets, said.signed.version) == (wanted.targets, wanted.version)
        return said if same else None


def _read(file: Path) -> Draft:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Draft)
    except msgspec.MsgspecError as error:
        raise RepositoryError(f"{file}: geen ontwerp") from error


def _signers(said: Targets) -> dict[str, tuple[frozenset[str], int]]:
    rows = said.delegations.roles if said.delegations is not None else None
    return {name: (frozenset(row.keyids), row.threshold) for name, row in (rows or {}).items()}


def _with(delegations: Delegations | None, role: str, keys: Sequence[Key], need: int) -> Delegations:
    """Give the same, with other keys for one role; a key that signs for nobody any more is left out."""
    if delegations is None or delegations.roles is None:
        raise RepositoryError(f"{role}: daar tekent niemand voor")
    rows = delegations.roles
    rows[role].keyids, rows[role].threshold = [key.keyid for key in keys], need
    known = delegations.keys | {key.keyid: key for key in keys}
    used = {keyid for row in rows.values() for keyid in row.keyids}
    return Delegations({keyid: key for keyid, key in known.items() if keyid in used}, rows)
