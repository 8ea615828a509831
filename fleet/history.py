"""What was ever signed in a repository, by which keys and when: nothing that was given out is changed afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Targets

from config.rings import stage
from config.targets import stage as stage_of
from fleet import roles
from fleet.by_hand import in_words
from fleet.repository import Repository


class Signed(Struct, frozen=True):
    """One version of what a role says. `keyids` are those of the keys that did sign it; `what` is for people."""

    at: datetime
    role: str
    version: int
    keyids: tuple[str, ...]
    what: str


def signed(repository: Repository) -> list[Signed]:
    """Give each version that says something else than the one before, or that nobody signed who may; oldest first.

    Raises RepositoryError.
    """
    found = [one for name, newest in repository.versions().items() for one in _of_role(repository, name, newest)]
    return sorted(found, key=lambda one: (one.at, one.role, one.version))


def _of_role(repository: Repository, name: str, newest: int) -> Iterator[Signed]:
    known, before = _keys(repository, name), Targets()
    for version in range(1, newest + 1):
        metadata = repository.role(name, version)
        said, keyids = metadata.signed, _signers(metadata, known)
        if not keyids or (said.targets, said.delegations) != (before.targets, before.delegations):
            what = _what(repository, name, before, said)
            yield Signed(said.expires - roles.holds(name), name, version, keyids, what)
        before = said


def _keys(repository: Repository, name: str) -> dict[str, Key]:
    """Give every key that whoever lets this role sign ever named."""
    known: dict[str, Key] = {}
    if name == Targets.type:
        for root in repository.roots():
            known |= root.signed.keys
        return known
    by = roles.delegator(name)
    for version in range(1, repository.versions()[by] + 1):
        delegations = repository.role(by, version).signed.delegations
        known |= delegations.keys if delegations is not None else {}
    return known


def _signers(metadata: Metadata[Targets], known: dict[str, Key]) -> tuple[str, ...]:
    return tuple(keyid for keyid in metadata.signatures if keyid in known and _is_by(metadata, known[keyid]))


def _is_by(metadata: Metadata[Targets], key: Key) -> bool:
    try:
        key.verify_signature(metadata.signatures[key.keyid], metadata.signed_bytes)
    except UnverifiedSignatureError:
        return False
    return True


def _what(repository: Repository, name: str, before: Targets, said: Targets) -> str:
    """Say in Dutch what this version changed."""
    path = stage_of(roles.delegator(name))
    if name.endswith("-rollout") and path in said.targets:
        come = stage(tomllib.loads(repository.content(name, said.version)[path].decode()))
        return f"ging rond: {in_words(come)}"
    paths = sorted({*before.targets, *said.targets})
    changed = [path for path in paths if before.targets.get(path) != said.targets.get(path)]
    who = ["wie er mag tekenen"] if said.delegations != before.delegations else []
    return ", ".join((*changed, *who))
