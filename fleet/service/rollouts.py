"""Changes going round: a few kiosks first, then some more, then all; and standing still by themselves when one fails.

The service holds the key that says how far a change has come, and no other: it can bring to kiosks only what was signed
for them, sooner or later. What it says follows from its own rows, each time it looks; a service that died in between
says it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from securesystemslib.signer import Signer

from config.rings import MOST_NAMED, Stage, name_of, place_of
from fleet import keys, roles
from fleet.ahead import apart
from fleet.service.deeds import Deed
from fleet.service.proposals import ChangeError, Proposal, Proposals, State
from fleet.service.reach import WINDOW, Change, Reach, Stand, too_many_failed
from fleet.service.tables import kiosks
from fleet.signing import renew_stages, tell_stage
from fleet.work import Work

log = logging.getLogger(__name__)

# The machine that brings a change round, in the list of who did what.
ITSELF = "de dienst"
# Of a hundred kiosks one is the first to try, of ten thousand twenty.
CANARIES, MOST_CANARIES = 0.01, 20
FEW, LEAST_FEW = 0.10, 2


class Ring(StrEnum):
    """How far a change has come."""

    CANARY = "canary"
    FEW = "few"
    ALL = "all"


# How long a change rests in a ring, once every kiosk there has it: what goes wrong only in use has time to show.
RESTS = {Ring.CANARY: timedelta(minutes=30), Ring.FEW: timedelta(hours=2), Ring.ALL: timedelta()}
_DEEDS = {Ring.CANARY: Deed.TO_CANARY, Ring.FEW: Deed.TO_FEW, Ring.ALL: Deed.TO_ALL}
_NEXT = {Ring.CANARY: Ring.FEW, Ring.FEW: Ring.ALL}
_BEFORE = {Ring.ALL: Ring.FEW, Ring.FEW: Ring.CANARY, Ring.CANARY: Ring.CANARY}


class Why(StrEnum):
    """Why a change stands still."""

    FAILED = "failed"
    LATE = "late"
    PERSON = "person"


class Taken(Struct, frozen=True):
    """How one kiosk took a change, and whether it has come to it."""

    row: Any
    stand: Stand
    reached: bool


class Rollouts:
    """Brings signed changes round. Safe from threads and from other workers: each step is one row that changes once."""

    def __init__(self, work: Work, engine: sa.Engine, proposals: Proposals, now: Callable[[], datetime]) -> None:
        self._work, self._engine, self._proposals, self._now = work, engine, proposals, now

    def renew(self) -> None:
        """Say again how far changes have come, where that holds for half a year more. Raises as `look` does."""
        renew_stages(self._work.repository, self._online, ("fleet", *self._work.towns), self._now())

    def look(self) -> None:
        """See to every change that was signed. Raises RepositoryError, KeyFileError, OSError."""
        for one in self._proposals.in_state(State.SIGNED, State.LIVE):
            try:
                self._see_to(one)
            except ChangeError as error:  # another worker did it
                log.info("change %s: %s", one.id, error)

    def pause(self, number: int, person: str) -> None:
        """Have a change stand still. Raises ChangeError."""
        self._pause(self._running(number), Why.PERSON, person)

    def go_on(self, number: int, person: str) -> None:
        """Let it go on; kiosks where it failed no longer hold it up. One that runs goes to its next ring at once."""
        one = self._running(number)
        if one.paused is None:
            self._to(one, _NEXT.get(Ring(one.ring or ""), Ring.ALL), person)
            return
        failed = [_name(taken.row) for taken in self.taken(one) if taken.stand is Stand.FAILED]
        excused = msgspec.json.encode(failed).decode()
        self._proposals.move(one, State.LIVE, person, Deed.WENT_ON, paused=None, since=self._now(), excused=excused)
        self._tell(self._proposals.get(number))

    def is_current(self, one: Proposal) -> bool:
        """Say whether a change is still to come, or is the last that came; what came before it is history."""
        if one.state is State.DONE:
            return apart(self._work.repository.content(one.town))[2] == one.change
        return one.state in {State.DRAFT, State.PROPOSED, State.APPROVED, State.SIGNED, State.LIVE}

    def taken(self, one: Proposal) -> list[Taken]:
        """Say of each kiosk that a change hits how it took it."""
        reach, stage, now = self._reach(one), _stage_of(one), self._now()
        found = []
        for row in self._rows(one.town):
            if reach.hits(row):
                reached = stage is not None and stage.reaches(_name(row))
                found.append(Taken(row, reach.stand(row, one.since if reached else None, now), reached))
        return found

    # --- one step ----------------------------------------------------------------------------------------------------

    def _see_to(self, one: Proposal) -> None:
        _, _, change = apart(self._work.repository.content(one.town))
        if change != one.change:
            if one.state is State.LIVE:
                self._proposals.move(one, State.REPLACED, ITSELF, Deed.REPLACED)
            return
        if one.state is State.SIGNED:
            self._begin(one)
            return
        self._tell(one)
        if one.paused is None:
            self._judge(one)

    def _begin(self, one: Proposal) -> None:
        """Bring it to its first ring; what undoes another goes everywhere at once, for it was everywhere before."""
        if one.undoes is not None:
            undone = self._proposals.get(one.undoes)
            self._proposals.move(undone, State.UNDONE, ITSELF, Deed.UNDONE)
            self._to(one, Ring.ALL, ITSELF)
            return
        reach, now = self._reach(one), self._now()
        hit = [row for row in self._rows(one.town) if reach.hits(row)]
        well = [row for row in hit if reach.stand(row, None, now) is Stand.WAITS] or hit
        in_row = sorted((_name(row) for row in well), key=lambda name: place_of(one.change or "", name))
        canaries = in_row[: min(MOST_CANARIES, ceil(len(hit) * CANARIES))]
        few = in_row[: max(LEAST_FEW, ceil(len(hit) * FEW))]
        named = {Ring.CANARY: canaries} | ({Ring.FEW: few} if len(few) <= MOST_NAMED else {})
        self._to(one, Ring.CANARY if hit else Ring.ALL, ITSELF, named=msgspec.json.encode(named).decode())

    def _judge(self, one: Proposal) -> None:
        """Go to the next ring, stand still, or wait."""
        ring, since, now = Ring(one.ring or ""), one.since or self._now(), self._now()
        excused = set(msgspec.json.decode(one.excused, type=list[str]))
        here = [taken for taken in self.taken(one) if taken.reached and _name(taken.row) not in excused]
        stands = [taken.stand for taken in here]
        if too_many_failed(stands):
            self._pause(one, Why.FAILED, ITSELF)
        elif ring is Ring.CANARY and not _settled(stands, silent_too=True):
            if now - since > WINDOW:
                self._pause(one, Why.LATE, ITSELF)
        elif _settled(stands) and now - since >= RESTS[ring]:
            self._advance(one, ring)

    def _advance(self, one: Proposal, ring: Ring) -> None:
        if ring is Ring.ALL:
            self._proposals.move(one, State.DONE, ITSELF, Deed.DONE)
            return
        further = _NEXT[ring]
        if all(taken.reached for taken in self.taken(one)):
            further = Ring.ALL  # nobody is left for a ring in between
        self._to(one, further, ITSELF)

    def _to(self, one: Proposal, ring: Ring, person: str, **also: object) -> None:
        self._proposals.move(one, State.LIVE, person, _DEEDS[ring], ring=ring, since=self._now(), paused=None, **also)
        self._tell(self._proposals.get(one.id))

    def _pause(self, one: Proposal, why: Why, person: str) -> None:
        """Stand still, one ring back: kiosks further out take what holds again, by themselves."""
        self._proposals.move(one, State.LIVE, person, Deed.PAUSED, paused=why)
        log.warning("change %s of %s stands still: %s", one.id, one.town, why)
        self._tell(self._proposals.get(one.id))

    def _tell(self, one: Proposal) -> None:
        """Sign how far it has come, where that is not said yet."""
        stage = _stage_of(one)
        if stage is not None and self._work.stage(one.town) != stage:
            tell_stage(self._work.repository, self._online(), one.town, stage)

    def _online(self) -> Signer:
        return keys.load(self._work.keys / "online.pem")

    # --- what it looks at --------------------------------------------------------------------------------------------

    def _running(self, number: int) -> Proposal:
        one = self._proposals.get(number)
        if one.state is not State.LIVE or one.ring is None:
            raise ChangeError("Deze wijziging gaat niet rond.")
        return one

    def _rows(self, town: str) -> list[Any]:
        query = sa.select(kiosks).where(kiosks.c.revoked.is_(False)).order_by(kiosks.c.town, kiosks.c.number)
        if town != "fleet":
            query = query.where(kiosks.c.town == town)
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def _reach(self, one: Proposal) -> Reach:
        """Compare what is signed, once it is; before that, what holds with what was proposed."""
        now, then, change = apart(self._work.repository.content(one.town))
        if one.change is None or change != one.change or then is None:
            now = self._work.in_force(one.town)
            then = {path: text for path, text in now.items() if path != one.path}
            then |= {one.path: one.after.encode()} if one.after is not None else {}
        if one.town != "fleet":
            return Reach({one.town: Change(one.town, now, then, self._either(roles.FLEET))})
        return Reach({town: Change("fleet", now, then, self._either(town)) for town in self._work.towns})

    def _either(self, role: str) -> tuple[dict[str, bytes], ...]:
        """Give what a kiosk may have of another role: what holds, or what goes round."""
        now, then, _ = apart(self._work.repository.content(role))
        return (now,) if then is None else (now, then)


def _settled(stands: Iterable[Stand], *, silent_too: bool = False) -> bool:
    """Whether every kiosk has it; one that is silent is waited for only where it is said."""
    enough = {Stand.HAS} if silent_too else {Stand.HAS, Stand.SILENT, Stand.FAILED}
    return all(stand in enough for stand in stands)


def _stage_of(one: Proposal) -> Stage | None:
    """Say how far a change has come, as its row has it: while it stands still, one ring back."""
    if one.ring is None or one.change is None:
        return None
    named: dict[str, list[str]] = msgspec.json.decode(one.named, type=dict[str, list[str]])
    ring = Ring(one.ring) if one.paused is None else _BEFORE[Ring(one.ring)]
    if ring is Ring.ALL:
        return Stage(one.change, 100)
    if ring in named:
        return Stage(one.change, 0, tuple(named[ring]))
    return Stage(one.change, round(FEW * 100), tuple(named[Ring.CANARY]))


def _name(row: Any) -> str:  # noqa: ANN401 (a row)
    return name_of(row.town, row.number)
