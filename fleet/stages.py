"""How far a change has come, signed by the machines' key: by the service that sees how kiosks do, or by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec
import tomli_w
from securesystemslib.signer import Signer
from tuf.api.metadata import TargetFile

from config import targets
from config.rings import Stage
from fleet import roles
from fleet.repository import Repository, said_by


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
    said = repository.next_of(role)
    said.targets = dict(wanted)
    repository.publish(online, {role: said_by(role, said, [online])}, files)
