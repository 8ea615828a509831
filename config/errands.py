"""What somebody at the kiosk asks of its agent, and how it answers: two small files, each with one writer.

The kiosk writes `ASKED` beside what it says of itself, the agent `ANSWERED` beside what it offers.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

ASKED = "asked.json"
ANSWERED = "answered.json"
# Both are a few hundred bytes.
_MOST_BYTES = 4 << 10


class Errand(StrEnum):
    """What can be asked."""

    PAIR = "pair"  # make the kiosk known to its fleet, by a code that is good once
    STICK = "stick"  # take the settings on the stick that is in
    EXPORT = "export"  # put log and audit trail on a stick; the kiosk itself does this


class Ended(StrEnum):
    """How it went."""

    DONE = "done"
    NOTHING_NEW = "nothingNew"  # these settings were had
    NO_AGENT = "noAgent"  # it does not answer
    # of pairing
    NO_FLEET = "noFleet"  # the installer named no server
    UNREACHABLE = "unreachable"
    BAD_CODE = "badCode"
    # of a stick
    NO_STICK = "noStick"
    EMPTY = "empty"  # no settings are on it
    GONE = "gone"  # it was pulled, or cannot be read to its end
    REFUSED = "refused"  # not signed by who must
    OLDER = "older"
    EXPIRED = "expired"
    NO_SETTINGS = "noSettings"  # signed well, and no settings
    TOO_NEW = "tooNew"  # for a newer version of the kiosk
    DISK = "disk"  # this machine can write nothing
    # of what goes out
    NO_KEY = "noKey"  # the settings name nobody who could open it
    NOT_WRITTEN = "notWritten"  # the stick is full, or takes nothing


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """One errand. `code` is what goes with pairing."""

    id: UUID
    errand: Errand
    code: Annotated[str, Meta(max_length=32)] = ""


class Answered(Struct, frozen=True, forbid_unknown_fields=True):
    """How one went."""

    id: UUID
    ended: Ended


def read_asked(file: Path) -> Asked | None:
    """Give what the kiosk asks; None where it asks nothing that can be read."""
    return _read(file, Asked)


def read_answered(file: Path) -> Answered | None:
    """Give what the agent answered last; None where it never did."""
    return _read(file, Answered)


_Said = TypeVar("_Said", Asked, Answered)


def _read(file: Path, kind: type[_Said]) -> _Said | None:
    try:
        with file.open("rb") as opened:
            return msgspec.json.decode(opened.read(_MOST_BYTES), type=kind)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None
