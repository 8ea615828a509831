"""What the head key says, said again unchanged before it runs out: who may sign in this fleet, once a year."""

from __future__ import annotations

from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets

from fleet import keys, roles
from fleet.repository import Repository, expiry, said_by
from fleet.work import Work


def renew(work: Work, head: Signer) -> list[str]:
    """Give out anew all that the head key alone signs; gives the names of those roles, the root first.

    A town's own word is said again by its own keys (`Drafts.sign`). Raises RepositoryError, OSError.
    """
    repository = work.repository
    if head.public_key.keyid not in repository.root().signed.roles[Root.type].keyids:
        raise RepositoryError("dit is niet de hoofdsleutel van deze vloot")
    mine = [name for name in repository.versions() if _signs_alone(repository, name, head)]
    if waiting := {draft.role for draft in work.drafts.all()} & {*mine}:
        raise RepositoryError(f"er wacht al iets van {min(waiting)}: geef dat eerst uit, of wis het ontwerp")
    said = {name: said_by(name, repository.next_of(name), [head]) for name in mine}
    root = _next_root(repository, head)
    repository.publish(keys.load(work.keys / "online.pem"), said, {}, root)
    return [Root.type, *mine]


def _signs_alone(repository: Repository, name: str, head: Signer) -> bool:
    """Whether that key signs for a role that is no town's, and no other must."""
    if name not in {Targets.type, roles.FLEET} and roles.delegator(name) != Targets.type:
        return False
    return head.public_key.keyid in repository.may_sign(name) and repository.needed(name) == 1


def _next_root(repository: Repository, head: Signer) -> Metadata[Root]:
    """Give the same root as its next version, for which the one before it vouches."""
    before = repository.root().signed
    root = Metadata(Root.from_dict(before.to_dict()))
    root.signed.version, root.signed.expires = before.version + 1, expiry(Root.type)
    root.sign(head)
    before.verify_delegate(Root.type, root.signed_bytes, root.signatures)
    return root
