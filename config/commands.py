"""What an operator may have one kiosk do at once: a fixed list of verbs, for a quarter of an hour, and never twice.

The command line signs a `Command`, the fleet service holds it, the agent verifies it and hands it to the kiosk. A
command has no arguments: nobody can say more with it than its verb.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, structs

from config import durable
from config.targets import TENANT

PAYLOAD_TYPE = "application/vnd.loket247.command+json"
# Long enough for a kiosk that checks in once a minute and has a resident now; too short to lie in wait.
LONGEST = timedelta(minutes=15)
# What a kiosk says of commands in a check-in; an operator gives a few a day.
MOST_RESULTS = 8
# As the agent lays it down for the kiosk.
HANDED = "command.json"
# As the kiosk lays down what it collected, for its agent to send: encrypted, some megabytes at most.
COLLECTED, MOST_COLLECTED = "logs.cms", 9 << 20

_Moment = Annotated[datetime, Meta(tz=True)]
_Key = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Verb(StrEnum):
    """All that can be commanded."""

    RELOAD = "reload"  # look for settings now
    ROTATE_KEY = "rotateKey"  # make another key, and get a certificate for it
    RESTART = "restart"
    REBOOT = "reboot"
    OUT_OF_SERVICE = "outOfService"
    IN_SERVICE = "inService"
    SELF_TEST = "selfTest"
    TEST_PRINT = "testPrint"
    COLLECT_LOGS = "collectLogs"


# What the agent itself does; everything else is the kiosk's.
OF_AGENT = frozenset({Verb.RELOAD, Verb.ROTATE_KEY})


class Word(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Strict about what it does not know."""


class Command(Word, frozen=True):
    """One verb for one kiosk, from one moment until another."""

    id: UUID
    town: Annotated[str, Meta(pattern=rf"^{TENANT}$")]
    kiosk: Annotated[str, Meta(pattern=r"^[A-Z0-9-]{2,16}$")]
    verb: Verb
    issued: _Moment
    expires: _Moment

    def __post_init__(self) -> None:
        """Refuse one that holds for longer than any may. Raises ValueError, in a document ValidationError."""
        if not timedelta() < self.expires - self.issued <= LONGEST:
            raise ValueError(f"expires: not within {LONGEST} after it was issued")


class Signature(Word, frozen=True):
    """Who signed."""

    keyid: _Key
    sig: Annotated[str, Meta(max_length=128)]


class Envelope(Word, frozen=True):
    """A command as it travels: DSSE, in its JSON form."""

    payload: Annotated[str, Meta(max_length=2048)]
    payload_type: Annotated[str, Meta(max_length=64)]
    signatures: Annotated[tuple[Signature, ...], Meta(max_length=8)]


class Outcome(StrEnum):
    """What became of a command. The last four were never begun."""

    BEGUN = "begun"  # it is the kiosk's now
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the kiosk was cut off while it was at it, and does it no more
    EXPIRED = "expired"  # nobody left the kiosk in time
    FOREIGN = "foreign"  # for another kiosk
    UNSIGNED = "unsigned"  # no key of the town signed it
    NO_COMMAND = "noCommand"  # a verb that is not in the list, or no command at all


class Result(Word, frozen=True):
    """What became of one."""

    id: UUID
    outcome: Outcome


class Handed(Word, frozen=True):
    """A command that the agent verified, and the key that signed it."""

    command: Command
    key: _Key


class Entry(Struct, frozen=True):
    """A command that was taken. `boot` is the run of the machine in which that was."""

    id: UUID
    verb: Verb
    expires: datetime
    outcome: Outcome
    boot: str = ""


class _Written(Struct, frozen=True):
    floor: datetime | None = None
    entries: tuple[Entry, ...] = ()


class CommandBook:
    """Which commands were taken, in one small file: each is written down before it is done, so none is done twice.

    What ends before the latest that was ever taken began is refused, whatever the clock says now: so a name may be
    forgotten, and a clock that is set back brings nothing back. Safe from threads.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written, self._turn = _read(file), threading.Lock()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What was taken of late, oldest first."""
        return self._written.entries

    @property
    def results(self) -> tuple[Result, ...]:
        """How those ended."""
        return tuple(Result(id=one.id, outcome=one.outcome) for one in self.entries[-MOST_RESULTS:])

    def had(self, command: Command) -> bool:
        """Say whether it was taken before, or may have been."""
        floor = self._written.floor
        known = any(one.id == command.id for one in self.entries)
        return known or (floor is not None and command.expires <= floor)

    def take(self, command: Command, outcome: Outcome = Outcome.BEGUN, boot: str = "") -> None:
        """Write down that it is taken. Raises OSError; then it was not."""
        entry = Entry(command.id, command.verb, command.expires, outcome, boot)
        with self._turn:
            floor = max(self._written.floor or command.issued, command.issued)
            older = self.entries
            # Those that the floor refuses by itself are kept only to be told of.
            spare = [one for one in older if one.expires <= floor][: max(0, len(older) - MOST_RESULTS + 1)]
            self._keep(_Written(floor, (*(one for one in older if one not in spare), entry)))

    def settle(self, id_: UUID, outcome: Outcome) -> None:
        """Write down how it ended. Raises OSError."""
        with self._turn:
            entries = [structs.replace(one, outcome=outcome) if one.id == id_ else one for one in self.entries]
            self._keep(_Written(self._written.floor, tuple(entries)))

    def _keep(self, written: _Written) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(self._file, msgspec.json.encode(written), 0o600)
        self._written = written


def _read(file: Path) -> _Written:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Written)
    except FileNotFoundError:
        return _Written()
    except (OSError, msgspec.MsgspecError):  # whatever was taken and is forgotten, ends before this
        return _Written(datetime.now(UTC) + LONGEST)
