"""How settings get into the repository: a draft, signed by as many as a role asks for, and only then published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import tomli_w
from msgspec import Struct
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, TargetFile, Targets

from config import durable, targets
from config.rings import Stage
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


class Drafts:
    """The folder with drafts, beside the repository."""

    def __init__(self, folder: Path, repository: Repository) -> None:
        self._folder, self._repository = folder, repository

    def all(self) -> list[Draft]:
        """Give every draft that waits."""
        return [msgspec.json.decode(file.read_bytes(), type=Draft) for file in sorted(self._folder.glob("*.json"))]

    def sign(self, role: str, files: Mapping[str, bytes], signer: Signer) -> Draft | None:
        """Sign for what a role would say; None when it says just that already.

        A second signer signs the very same draft: once the files differ, it begins anew. Raises RepositoryError.
        """
        if signer.public_key.keyid not in self._repository.may_sign(role):
            raise RepositoryError(f"deze sleutel tekent niet voor {role}")
        now = self._repository.role(role).signed
        wanted = {path: TargetFile.from_data(path, content) for path, content in files.items()}
        if wanted == now.targets:
            return None
        metadata = self._begun(role, wanted, now.version + 1)
        if metadata is None:
            said = Targets.from_dict(now.to_dict())
            said.version, said.targets, said.expires = now.version + 1, wanted, expiry(role)
            metadata = Metadata(said)
        metadata.sign(signer, append=True)
        draft = Draft(role, metadata.to_bytes(), dict(files))
        self._folder.mkdir(parents=True, exist_ok=True)
        durable.write(self._folder / f"{role}.json", msgspec.json.encode(draft))
        return draft

    def signatures(self, draft: Draft) -> tuple[int, int]:
        """Say how many signed, and how many must."""
        return len(draft.said.signatures), self._repository.needed(draft.role)

    def publish(self, online: Signer, only: str | None = None) -> list[str]:
        """Give out every draft that enough have signed, or that of one role; and say again that the rest still holds.

        Raises RepositoryError.
        """
        drafts = [one for one in self.all() if only in {None, one.role} and self._enough(one)]
        files = {path: content for draft in drafts for path, content in draft.files.items()}
        self._repository.publish(online, {draft.role: draft.said for draft in drafts}, files)
        for draft in drafts:
            (self._folder / f"{draft.role}.json").unlink()
        return [draft.role for draft in drafts]

    def _enough(self, draft: Draft) -> bool:
        have, need = self.signatures(draft)
        return have >= need

    def _begun(self, role: str, wanted: Mapping[str, TargetFile], version: int) -> Metadata[Targets] | None:
        for draft in self.all():
            if draft.role == role and draft.said.signed.targets == wanted and draft.said.signed.version == version:
                return draft.said
        return None


def tell_stage(repository: Repository, online: Signer, whose: str, stage: Stage) -> None:
    """Say how far a change has come. Raises RepositoryError."""
    path = targets.stage(whose)
    content = tomli_w.dumps(msgspec.to_builtins(stage)).encode()
    _say_stage(repository, online, whose, {path: TargetFile.from_data(path, content)}, {path: content})


def renew_stages(repository: Repository, online: Callable[[], Signer], everybody: Iterable[str], now: datetime) -> None:
    """Say again how far changes have come, long before that holds no more. Raises RepositoryError."""
    versions = repository.versions()
    for whose in everybody:
        role = roles.rollout_role(whose)
        said = repository.role(role, versions[role]).signed
        if said.expires - now < roles.holds(role) / 2:
            _say_stage(repository, online(), whose, said.targets, {})


def _say_stage(
    repository: Repository,
    online: Signer,
    whose: str,
    wanted: dict[str, TargetFile],
    files: Mapping[str, bytes],
) -> None:
    role = roles.rollout_role(whose)
    said = Targets.from_dict(repository.role(role).signed.to_dict())
    said.version, said.expires, said.targets = said.version + 1, expiry(role), dict(wanted)
    metadata = Metadata(said)
    metadata.sign(online)
    repository.publish(online, {role: metadata}, files)
