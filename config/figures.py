"""What a kiosk counts for the town: how many, in words of a fixed list; of nobody, and of no single visit.

A kiosk keeps a book of counts, and tells those of this month and of the month before. A book only grows, so what was
told twice counts once: the fleet service keeps the latest of each book and month, and adds nothing to it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from hardware.fault_codes import FaultCode

Count = Annotated[int, Meta(ge=0, le=1 << 53)]
# A year and a month in one number, e.g. 202611. A clock that never ran has none.
FIRST_MONTH, LAST_MONTH = 202601, 209912
# Under so many seconds, one after the other; the last is all that takes longer.
SPANS = (60, 120, 180, 300, 600)


class Subject(StrEnum):
    """What was wanted: a product of the catalogue that comes with this program, or what it is beside those."""

    HOUSEHOLD = "householdComposition"
    RESIDENCE = "residence"
    NATIONALITY = "nationality"
    RESIDENCE_HISTORY = "residenceHistory"
    LIFE = "life"
    COHABITATION = "cohabitation"
    FOR_MARRIAGE = "residenceForMarriage"
    FUNERAL_WISHES = "funeralWishes"
    ELECTORAL = "electoralRegister"
    REGISTER_EXTRACT = "registerExtract"
    BIRTH = "civilBirth"
    MARRIAGE = "civilMarriage"
    CRIMINAL_595 = "criminalRecord595"
    CRIMINAL_5961 = "criminalRecord5961"
    CRIMINAL_5962 = "criminalRecord5962"
    PREPARED = "preparedDocument"
    REPRINT = "reprint"
    THING = "compartment"
    OTHER = "other"


class Ending(StrEnum):
    """What became of it."""

    GIVEN = "given"  # on paper by the printer's word, or taken from behind its door
    LATER = "later"  # it comes later, or by another way
    DROPPED = "dropped"  # who wanted it left, or stopped
    FAILED = "failed"
    UNKNOWN = "unknown"


class Place(StrEnum):
    """Where in a visit somebody was who left with nothing."""

    REFUSED = "refused"  # it said at once that nothing can be had now
    PAPER_LEFT = "paperLeft"
    CARD = "card"
    PIN = "pin"
    CODE = "code"
    LIST = "list"
    CHOOSING = "choosing"
    ASKING = "asking"
    CHECKING = "checking"
    WAITING = "waiting"
    DOOR = "door"


class _Row(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A row of a check-in, without names: there are many, and each goes out once a minute."""


class Wanted(_Row, frozen=True):
    """How often a subject ended so; `outside`: of these, while the counter was closed."""

    subject: Subject
    ending: Ending
    times: Count
    outside: Count = 0


class Stopped(_Row, frozen=True):
    """How many left with nothing there."""

    place: Place
    times: Count


class Faulty(_Row, frozen=True):
    """How often a fault began."""

    fault: FaultCode
    times: Count


class Month(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """One month of a book that was begun at `began`. `open_minutes`: that documents could be had here."""

    book: UUID
    began: Annotated[datetime, Meta(tz=True)]
    month: Annotated[int, Meta(ge=FIRST_MONTH, le=LAST_MONTH)]
    open_minutes: Count = 0
    visits: Count = 0
    outside: Count = 0
    spans: Annotated[tuple[Count, ...], Meta(min_length=len(SPANS) + 1, max_length=len(SPANS) + 1)] = (0,) * 6
    wanted: Annotated[tuple[Wanted, ...], Meta(max_length=len(Subject) * len(Ending))] = ()
    stopped: Annotated[tuple[Stopped, ...], Meta(max_length=len(Place))] = ()
    faults: Annotated[tuple[Faulty, ...], Meta(max_length=len(FaultCode))] = ()
