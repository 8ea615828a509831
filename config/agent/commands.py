"""What is done with a command from the fleet: nothing, unless its town signed it for this kiosk and this moment.

The agent's own are done here, the kiosk's are laid down for it. Each is written down before either.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct
from securesystemslib.dsse import Envelope as Dsse
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Targets

from config import durable
from config.agent.told import Alarm
from config.agent.verify import Place
from config.commands import (
    HANDED,
    MOST_RESULTS,
    OF_AGENT,
    PAYLOAD_TYPE,
    Command,
    CommandBook,
    Envelope,
    Handed,
    Outcome,
    Result,
    Verb,
)
from config.targets import group

log = logging.getLogger(__name__)

# Two clocks that chrony keeps may differ by so much, and one that has just started by more: then it is asked again.
_SKEW = timedelta(minutes=2)


# With any other alarm the agent does not know whose word counts now, or cannot write down what it takes.
WELL_HEARD = frozenset({None, Alarm.SETTINGS, Alarm.TOO_NEW})


class _Named(Struct, frozen=True):
    """What is told apart of something that is no command."""

    id: UUID


class Commands:
    """Those of one kiosk. `trusted` is where python-tuf keeps what it verified, `do` what the agent can do itself."""

    def __init__(
        self,
        place: Place,
        trusted: Path,
        told: Path,
        do: Mapping[Verb, Callable[[], bool]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._place, self._trusted, self._told, self._do, self._now = place, trusted, told, do, now
        self._book = CommandBook(trusted.parent / "commands.json")
        # Of what nobody signed no more is kept than is said at the next check-in.
        self._refused: deque[Result] = deque(maxlen=MOST_RESULTS // 2)

    @property
    def results(self) -> tuple[Result, ...]:
        """What became of commands here; of the kiosk's own, it says itself how they ended."""
        return (*self._book.results[-MOST_RESULTS // 2 :], *self._refused)

    def take(self, answer: bytes) -> bool:
        """Take what came with an answer to a check-in; whether anything did."""
        if not answer:
            return False
        try:
            envelope = msgspec.json.decode(answer, type=Envelope)
        except (msgspec.MsgspecError, RecursionError):
            log.warning("command refused: the fleet's answer is none")
            return False
        try:
            said = Dsse.from_dict(msgspec.to_builtins(envelope))
        except ValueError:  # base64 or hex that is none
            log.warning("command refused: the fleet's answer is none")
            return False
        try:
            self._see_to(said)
        except OSError as error:
            log.warning("command not taken: it cannot be written down (%s)", error.strerror)
        return True

    def _see_to(self, said: Dsse) -> None:
        try:
            key = self._signed_by(said)
            command = msgspec.json.decode(said.payload, type=Command)
        except VerificationError:
            self._refuse(said.payload, Outcome.UNSIGNED)
        except (msgspec.MsgspecError, RecursionError):
            self._refuse(said.payload, Outcome.NO_COMMAND)
        else:
            self._obey(command, key)

    def _signed_by(self, said: Dsse) -> str:
        """Give the key of the town that signed. Raises VerificationError."""
        keys = operators(self._trusted, self._place.town)
        if said.payload_type != PAYLOAD_TYPE or not keys:
            raise VerificationError("no command")
        return next(iter(said.verify(keys, 1)))

    def _obey(self, command: Command, key: str) -> None:
        now = self._now()
        if self._book.had(command):
            return
        if (command.town, command.kiosk) != (self._place.town, self._place.kiosk):
            self._note(command.id, Outcome.FOREIGN)
        elif now >= command.expires or command.issued > now + _SKEW:
            self._note(command.id, Outcome.EXPIRED)
        else:
            self._book.take(command)
            log.info("command %s, signed by %s", command.verb, key[:12])
            self._do_or_hand(command, key)

    def _do_or_hand(self, command: Command, key: str) -> None:
        if command.verb in OF_AGENT:
            done = self._do[command.verb]()
            self._book.settle(command.id, Outcome.DONE if done else Outcome.FAILED)
        else:
            durable.write(self._told / HANDED, msgspec.json.encode(Handed(command=command, key=key)))

    def _refuse(self, payload: bytes, outcome: Outcome) -> None:
        """Say of something that is no command why, where it has a name at all."""
        try:
            self._note(msgspec.json.decode(payload, type=_Named).id, outcome)
        except (msgspec.MsgspecError, RecursionError):
            log.warning("command refused: %s", outcome)

    def _note(self, id_: UUID, outcome: Outcome) -> None:
        result = Result(id=id_, outcome=outcome)
        if result not in self._refused:
            log.warning("command refused: %s", outcome)
            self._refused.append(result)


def operators(trusted: Path, town: str) -> list[Key]:
    """Give the keys that sign for a town, as they were verified last; none where nothing ever was."""
    name = group(town)
    try:
        top, said = (Metadata[Targets].from_bytes((trusted / f"{at}.json").read_bytes()) for at in (Targets.type, name))
        top.signed.verify_delegate(name, said.signed_bytes, said.signatures)
    except (OSError, RepositoryError, ValueError):  # it was never heard, or nobody lets it speak any more
        return []
    delegations = said.signed.delegations
    role = (delegations.roles or {}).get(town) if delegations is not None else None
    return [delegations.keys[keyid] for keyid in role.keyids] if delegations is not None and role is not None else []
