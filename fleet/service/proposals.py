"""A change of settings on its way: one person proposes it, another approves it, and whoever has the key signs it.

Here nothing is signed: the service has no key for it. `fleet sign` reads what was approved, and says here that it did.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from fleet import ahead, roles
from fleet.service import deeds
from fleet.service.change_tables import proposals
from fleet.service.deeds import Deed
from fleet.work import Work

LONGEST_WHY = 200
# As many as somebody looks back on.
LOOK_BACK = 50


class State(StrEnum):
    """Where a change stands."""

    DRAFT = "draft"  # seen by who makes it alone
    PROPOSED = "proposed"
    APPROVED = "approved"
    SIGNED = "signed"  # by one at least; given out once enough did
    LIVE = "live"  # going round
    DONE = "done"
    TURNED_DOWN = "turnedDown"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"
    REPLACED = "replaced"


_OPEN = (State.PROPOSED, State.APPROVED)
_TOO_LATE = "Iemand anders was je voor. Kijk opnieuw."
# A number that a database can hold; no other is a change's.
_MOST = (1 << 31) - 1


class ChangeError(Exception):
    """What somebody asked of a change cannot be; the message is a Dutch sentence."""


class Proposal(Struct, frozen=True):
    """One change: a file of settings as it was and as it will be; None: no such file."""

    id: int
    town: str
    path: str
    before: str | None
    after: str | None
    why: str
    undoes: int | None
    person: str
    at: datetime
    state: State
    approver: str | None
    change: str | None
    ring: str | None
    since: datetime | None
    paused: str | None
    named: str
    excused: str


class Proposals:
    """Every change. Safe from threads."""

    def __init__(self, work: Work, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._work, self._engine, self._now = work, engine, now

    def get(self, number: int) -> Proposal:
        """Give one. Raises ChangeError."""
        with self._engine.connect() as connection:
            return _get(connection, number)

    def all(self, *towns: str) -> list[Proposal]:
        """Give those of some towns, newest first; drafts are their makers' alone."""
        query = sa.select(proposals).where(proposals.c.town.in_(towns), proposals.c.state != State.DRAFT)
        with self._engine.connect() as connection:
            return [_of(row) for row in connection.execute(query.order_by(proposals.c.id.desc()).limit(LOOK_BACK))]

    def in_state(self, *states: State) -> list[Proposal]:
        """Give those that stand so, oldest first."""
        with self._engine.connect() as connection:
            query = sa.select(proposals).where(proposals.c.state.in_(states)).order_by(proposals.c.id)
            return [_of(row) for row in connection.execute(query)]

    def text(self, path: str) -> str | None:
        """Give a file of settings as it holds now; None: there is none."""
        found = self._work.in_force(self._work.role_of(path)).get(path)
        return found.decode() if found is not None else None

    def amiss(self, path: str, after: str | None) -> list[str]:
        """Try a file as every kiosk that has it would, beside all others that hold; give what is wrong."""
        fleet = self._work.in_force(roles.FLEET)
        role = self._work.role_of(path)
        files = {**fleet, **self._work.in_force(role)}
        files.pop(path, None)
        if after is not None:
            files[path] = after.encode()
        towns = self._work.towns if role == roles.FLEET else []
        for town in towns:
            files |= self._work.in_force(town)
        return self._work.examine(files)

    # --- what people do ----------------------------------------------------------------------------------------------

    def draft(self, person: str, path: str, after: str | None, why: str) -> int:
        """Keep a change for who makes it, to look at before it is proposed. Raises ChangeError, SettingsError."""
        if not why:
            raise ChangeError("Zeg ook waarom. Wie goedkeurt, leest dat eerst.")
        if wrong := self.amiss(path, after):
            raise ChangeError(wrong[0])
        before = self.text(path)
        if tomllib.loads(before or "") == tomllib.loads(after or ""):
            raise ChangeError("Je hebt niets veranderd.")
        return self._insert(person, path, before, after, why, State.DRAFT, None)

    def propose(self, number: int, person: str) -> None:
        """Show it to who approves. Raises ChangeError."""
        with self._engine.begin() as connection:
            one = _get(connection, number)
            if one.person != person:
                raise ChangeError("Dit ontwerp is van iemand anders.")
            self._move(connection, one, State.DRAFT, State.PROPOSED, person, Deed.PROPOSED)

    def withdraw(self, number: int, person: str) -> None:
        """Take it back. Raises ChangeError."""
        with self._engine.begin() as connection:
            one = _get(connection, number)
            if one.person != person or one.state not in {State.DRAFT, *_OPEN}:
                raise ChangeError("Dit kan je niet meer intrekken.")
            if one.state is State.DRAFT:
                connection.execute(sa.delete(proposals).where(proposals.c.id == number))
                return
            self._move(connection, one, one.state, State.WITHDRAWN, person, Deed.WITHDRAWN)

    def approve(self, number: int, person: str) -> None:
        """Agree: a second person, never who proposed it. Raises ChangeError."""
        with self._engine.begin() as connection:
            one = _get(connection, number)
            if one.person == person:
                raise ChangeError("Wie een wijziging voorstelt, keurt ze niet zelf goed.")
            self.refuse_stale(one)
            self._move(connection, one, State.PROPOSED, State.APPROVED, person, Deed.APPROVED, approver=person)

    def turn_down(self, number: int, person: str) -> None:
        """Say no. Raises ChangeError."""
        with self._engine.begin() as connection:
            one = _get(connection, number)
            state = one.state if one.state in _OPEN else State.PROPOSED
            self._move(connection, one, state, State.TURNED_DOWN, person, Deed.TURNED_DOWN)

    def undo(self, number: int, person: str) -> int:
        """Propose that it becomes as it was before a change; gives the new one's number. Raises ChangeError."""
        one = self.get(number)
        if one.state not in {State.LIVE, State.DONE} or self._undone_already(number):
            raise ChangeError("Deze wijziging kan je niet ongedaan maken.")
        before = self.text(one.path)
        if before not in {one.before, one.after}:
            raise ChangeError("Daarna is er nog iets veranderd. Stel een nieuwe wijziging voor.")
        why = f"Wijziging {number} ongedaan maken"
        made = self._insert(person, one.path, before, one.before, why, State.DRAFT, number)
        self.propose(made, person)
        return made

    # --- what the command line does, once it signed -------------------------------------------------------------------

    def refuse_stale(self, one: Proposal) -> None:
        """Refuse a change that was made on something that holds no more. Raises ChangeError."""
        if self.text(one.path) != one.before:
            raise ChangeError("Intussen is er iets anders uitgegeven. Stel de wijziging opnieuw voor.")

    def files(self, one: Proposal) -> tuple[dict[str, bytes], str]:
        """Give what the role says with a change beside what holds, and which change that is. Raises ChangeError."""
        if one.state not in {State.APPROVED, State.SIGNED}:
            raise ChangeError(f"Wijziging {one.id} is niet goedgekeurd.")
        self.refuse_stale(one)
        running = [other for other in self.in_state(State.LIVE) if other.town == one.town and other.paused is None]
        if running:
            raise ChangeError(f"Wijziging {running[0].id} is nog bezig. Wacht, of zet ze eerst stil.")
        now = self._work.in_force(one.town)
        then = {path: text for path, text in now.items() if path != one.path}
        if one.after is not None:
            then[one.path] = one.after.encode()
        version = self._work.repository.versions()[one.town] + 1
        return ahead.side_by_side(one.town, now, then, version)

    def signed(self, one: Proposal, key: str, change: str) -> None:
        """Write down that somebody signed, and with which key. Raises ChangeError."""
        with self._engine.begin() as connection:
            self._move(connection, one, one.state, State.SIGNED, key, Deed.SIGNED, change=change)

    # --- writing -----------------------------------------------------------------------------------------------------

    def move(self, one: Proposal, state: State, person: str, deed: Deed, **also: object) -> None:
        """Move a change from where it was seen to stand. Raises ChangeError where it stands elsewhere by now."""
        with self._engine.begin() as connection:
            self._move(connection, one, one.state, state, person, deed, **also)

    def _undone_already(self, number: int) -> bool:
        query = sa.select(proposals.c.id).where(
            proposals.c.undoes == number, proposals.c.state.not_in([State.TURNED_DOWN, State.WITHDRAWN])
        )
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def _insert(
        self, person: str, path: str, before: str | None, after: str | None, why: str, state: State, undoes: int | None
    ) -> int:
        town = self._work.role_of(path)
        row: dict[str, Any] = {"town": town, "path": path, "before": before, "after": after, "why": why[:LONGEST_WHY]}
        row |= {"person": person, "at": self._now(), "state": state, "undoes": undoes}
        with self._engine.begin() as connection:
            made = connection.execute(sa.insert(proposals).values(**row)).inserted_primary_key
        return int(made[0])  # type: ignore[index]

    def _move(
        self,
        connection: sa.Connection,
        one: Proposal,
        state: State,
        to: State,
        person: str,
        deed: Deed,
        **also: object,
    ) -> None:
        """Change the row only where it stands as expected: of two at the same moment, the second fails."""
        same = (proposals.c.state == state, proposals.c.ring.is_not_distinct_from(one.ring))
        which = sa.and_(proposals.c.id == one.id, *same, proposals.c.paused.is_not_distinct_from(one.paused))
        done = connection.execute(sa.update(proposals).where(which).values(state=to, **also))
        if done.rowcount != 1:
            raise ChangeError(_TOO_LATE)
        try:
            deeds.write(connection, self._now(), one.town, one.id, person, deed)
        except sa.exc.IntegrityError as error:  # somebody else's deed took this number
            raise ChangeError(_TOO_LATE) from error


def _get(connection: sa.Connection, number: int) -> Proposal:
    query = sa.select(proposals).where(proposals.c.id == number)
    row = connection.execute(query).first() if number <= _MOST else None
    if row is None:
        raise ChangeError("Die wijziging is er niet.")
    return _of(row)


def _of(row: Any) -> Proposal:  # noqa: ANN401 (a row)
    return Proposal(**{**row._mapping, "state": State(row.state)})  # noqa: SLF001 (its documented face)
