"""How a command is made: a verb for one kiosk, signed with a key of its town."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import msgspec
from msgspec import Struct
from securesystemslib.dsse import Envelope as Dsse
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError

from config.commands import LONGEST, PAYLOAD_TYPE, Command, Verb
from fleet.repository import Repository


class Signed(Struct, frozen=True):
    """A command, the key that signed it, and how it travels."""

    command: Command
    key: str
    envelope: bytes


def signed(repository: Repository, signer: Signer, kiosk: tuple[str, str], verb: Verb, now: datetime) -> Signed:
    """Sign. Raises RepositoryError for a key that does not sign for the town."""
    town, number = kiosk
    key = signer.public_key.keyid
    if key not in repository.may_sign(town):
        raise RepositoryError(f"deze sleutel tekent niet voor {town}")
    issued = now.replace(microsecond=0)
    command = Command(id=uuid4(), town=town, kiosk=number, verb=verb, issued=issued, expires=issued + LONGEST)
    envelope = Dsse(msgspec.json.encode(command), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return Signed(command, key, msgspec.json.encode(envelope.to_dict()))
