"""What a kiosk tells its fleet once a minute: how it does, in words of a fixed list, numbers, moments and digests.

There is no field that could hold a name, a document or a sentence: not because it is filtered out, but because nothing
here has room for it. The kiosk writes `Said` for its agent, the agent sends `CheckIn`, the fleet service reads it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from config.commands import MOST_RESULTS, Result
from config.figures import Count, Month
from hardware.fault_codes import FaultCode

# The kiosk writes it at most so often, and the agent takes it for a kiosk that is silent when it is older by far.
SAID_EVERY = 30.0
SAID_HOLDS = 300.0
# A check-in is about a kilobyte; what is larger was not made by an agent.
MOST_BYTES = 16 << 10

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Results = Annotated[tuple[Result, ...], Meta(max_length=MOST_RESULTS)]
Version = Annotated[str, Meta(pattern=r"^\d{1,5}(\.\d{1,5}){0,3}$")]


class Word(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A table of a check-in: strict about what it does not know."""


class Part(StrEnum):
    """A part of a kiosk, by the kiosk's own words (kiosk_app.parts)."""

    CARD_READER = "cardReader"
    PRINTER = "printer"
    BACK_END = "backEnd"
    RECEIPT_PRINTER = "receiptPrinter"
    KEYPAD = "keypad"
    PAPER_SENSOR = "paperSensor"
    SCANNER = "scanner"
    LOCKERS = "lockers"
    SPEECH = "speech"
    HEADSET = "headset"
    MACHINE = "machine"


class Health(StrEnum):
    """How a part does, by the kiosk's own words (hardware.devices)."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class Alarm(StrEnum):
    """Why no new settings come through. The kiosk goes on with what it has."""

    UNREACHABLE = "unreachable"  # nobody answered, or too slowly
    EXPIRED = "expired"  # what was signed holds no longer: it must be signed anew, or somebody holds news back
    REFUSED = "refused"  # not signed by who must, or older than what was seen
    CLOCK = "clock"  # this machine's clock stands before what it has seen
    DISK = "disk"  # nothing can be written
    SETTINGS = "settings"  # signed well, and no settings
    TOO_NEW = "tooNew"  # for a newer version of the kiosk: waits for it


class Device(Word, frozen=True):
    """How one part does, and the worst of what is wrong with it."""

    part: Part
    health: Health
    fault: FaultCode | None = None


class Good(StrEnum):
    """What runs out."""

    PAPER = "paper"
    TONER = "toner"


class Level(Word, frozen=True):
    """How many sheets can still be printed with what is left, and how many a week are (0: nobody knows yet)."""

    good: Good
    left: Count
    a_week: Count = 0


class Counters(Word, frozen=True):
    """What happened since this run of the kiosk began: visits, documents on paper, and documents that are not."""

    visits: Count = 0
    printed: Count = 0
    not_printed: Count = 0


class AuditHead(Word, frozen=True):
    """The last row of the kiosk's audit chain. It only ever grows."""

    number: Count
    hash: Digest


class InForce(Word, frozen=True):
    """Which settings a kiosk runs on, by digest: none are the installer's own. `daily` is what its portal shows.

    `refused` are the last that it would not keep.
    """

    settings: Digest | None = None
    on_trial: bool = False
    sent_back: Count = 0
    daily: Digest | None = None
    refused: Digest | None = None


class Said(Word, frozen=True):
    """What the kiosk itself says. `run` is a number of this run alone."""

    at: Annotated[datetime, Meta(tz=True)]
    run: UUID
    version: Version
    offers: bool
    in_force: InForce
    devices: Annotated[tuple[Device, ...], Meta(max_length=len(Part))] = ()
    levels: Annotated[tuple[Level, ...], Meta(max_length=len(Good))] = ()
    counters: Counters = Counters()
    audit: AuditHead | None = None
    commands: Results = ()
    figures: Annotated[tuple[Month, ...], Meta(max_length=2)] = ()


class CheckIn(Word, frozen=True):
    """What an agent sends. `sequence` grows within a boot. `kiosk` is left out where the kiosk itself is silent.

    `commands` is what became of them at the agent; how those ended that it handed over, the kiosk says.
    """

    boot: UUID
    sequence: Count
    sent: Annotated[datetime, Meta(tz=True)]
    alarm: Alarm | None = None
    kiosk: Said | None = None
    commands: Results = ()


def read_said(file: Path) -> Said | None:
    """Give what the kiosk wrote last; None where it wrote nothing that can be read."""
    try:
        with file.open("rb") as opened:
            return msgspec.json.decode(opened.read(MOST_BYTES), type=Said)
    except (OSError, msgspec.MsgspecError):
        return None
