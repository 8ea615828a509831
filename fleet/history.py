"""What was ever signed in a repository, by which keys and when: nothing that was given out is changed afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from msgspec import Struct
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets

from config.rings import stage
from config.settings import SettingsError
from config.targets import stage as stage_of
from fleet import roles
from fleet.by_hand import in_words
from fleet.repository import Repository

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Signed(Struct, frozen=True):
    """One version of what a role says. `at` is None where nobody can read it any more; `what` is for people.

    `keyids` are those of the keys that signed it, and none where they are not enough of those that might.
    """

    at: datetime | None
    role: str
    version: int
    keyids: tuple[str, ...]
    what: str


def signed(repository: Repository) -> list[Signed]:
    """Give each version that says something else than the one before, oldest first; and each that is amiss.

    Raises RepositoryError.
    """
    found = [one for name, newest in repository.versions().items() for one in _of_role(repository, name, newest)]
    return sorted(found, key=lambda one: (one.at or _LONG_AGO, one.role, one.version))


def _of_role(repository: Repository, name: str, newest: int) -> Iterator[Signed]:
    by, before = _delegators(repository, name), Targets()
    for version in range(1, newest + 1):
        metadata = _read(repository, name, version)
        if metadata is None:
            yield Signed(None, name, version, (), "weg, of niet te lezen")
            continue
        said, keyids = metadata.signed, _signers(metadata, name, by)
        if not keyids or (said.targets, said.delegations) != (before.targets, before.delegations):
            what = _what(repository, name, before, said)
            yield Signed(said.expires - roles.holds(name), name, version, keyids, what)
        before = said


def _read(repository: Repository, name: str, version: int) -> Metadata[Targets] | None:
    try:
        return repository.role(name, version)
    except (OSError, RepositoryError):
        return None


def _delegators(repository: Repository, name: str) -> list[Root | Targets]:
    """Give whoever lets this role sign, as it stands and as it ever stood."""
    if name == Targets.type:
        return [root.signed for root in repository.roots()]
    by = roles.delegator(name)
    versions = range(1, repository.versions()[by] + 1)
    return [one.signed for version in versions if (one := _read(repository, by, version)) is not None]


def _signers(metadata: Metadata[Targets], name: str, by: list[Root | Targets]) -> tuple[str, ...]:
    """Give the keys that signed, by the first word of whoever lets this role sign by which they were enough."""
    for one in by:
        with suppress(ValueError):  # it did not let this role sign yet
            result = one.get_verification_result(name, metadata.signed_bytes, metadata.signatures)
            if result.verified:
                return tuple(result.signed)
    return ()


def _what(repository: Repository, name: str, before: Targets, said: Targets) -> str:
    """Say in Dutch what this version changed."""
    path = stage_of(roles.delegator(name))
    if name.endswith("-rollout") and path in said.targets:
        try:
            come = stage(tomllib.loads(repository.content(name, said.version)[path].decode()))
        except (OSError, ValueError, SettingsError):
            return "ging rond: niet te lezen hoe ver"
        return f"ging rond: {in_words(come)}"
    paths = sorted({*before.targets, *said.targets})
    changed = [path for path in paths if before.targets.get(path) != said.targets.get(path)]
    who = ["wie er mag tekenen"] if said.delegations != before.delegations else []
    return ", ".join((*changed, *who))
