"""The gate of maintenance: who may come in, offline. A wrong code is on disk before anybody hears that it was wrong.

A code is counted as wrong first and taken back when it is right: a power cut gives nobody a try for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.sqlite import insert

from config.settings import StaffKey
from kiosk_app.maintenance import lockout, secret
from kiosk_app.maintenance.happenings import Known, LetIn, NotLetIn
from kiosk_app.maintenance.work import Factor, Refusal
from kiosk_app.store import Store
from kiosk_app.tables import staff as table


class _Kept(Struct, frozen=True):
    """What is kept of one right: wrong codes in a row, when the last was typed, the newest step of an app's clock."""

    wrong: int = 0
    tried_at: datetime | None = None
    last_step: int = -1


class Gate:
    """Knows the rights of the settings, and remembers what was tried with each. `now` is an aware moment."""

    def __init__(self, store: Store, rights: Sequence[StaffKey], now: Callable[[], datetime]) -> None:
        self._store = store
        self._rights = {right.name: right for right in rights}
        self._now = now

    def knock(self, staff: str) -> Known | NotLetIn:
        """Say whether a card may come in at all now, and by which code."""
        return self._knock(staff)[0]

    def check(self, staff: str, code: bytearray) -> LetIn | NotLetIn:
        """Say whether this is the code of a card that has just proved itself. The caller wipes `code`."""
        answer, right, kept = self._knock(staff)
        if isinstance(answer, NotLetIn) or right is None:
            return answer if isinstance(answer, NotLetIn) else NotLetIn(Refusal.NO_CODE)
        now = self._now()
        counted = _Kept(kept.wrong + 1, now, kept.last_step)
        self._keep(right, counted)
        step = self._step_of(right, code, now)
        if step is None:
            if lockout.is_blocked(counted.wrong):
                return NotLetIn(Refusal.BLOCKED)
            until = lockout.waits_until(counted.wrong, now, now)
            return NotLetIn(Refusal.WAIT, until) if until is not None else NotLetIn(Refusal.WRONG)
        if right.totp is not None and step <= kept.last_step:
            self._keep(right, kept)  # a code that was right is no guess
            return NotLetIn(Refusal.USED)
        self._keep(right, _Kept(0, now, max(step, kept.last_step)))
        return LetIn()

    def _knock(self, staff: str) -> tuple[Known | NotLetIn, StaffKey | None, _Kept]:
        right, now = self._rights.get(staff), self._now()
        if right is None or (not right.pin and _app_key(right) is None):
            return NotLetIn(Refusal.NO_CODE), None, _Kept()
        if right.until is None or now.date() > right.until:
            return NotLetIn(Refusal.ENDED), None, _Kept()
        kept = self._kept(right)
        if lockout.is_blocked(kept.wrong):
            return NotLetIn(Refusal.BLOCKED), None, kept
        if kept.tried_at is not None and kept.tried_at > now:
            # The clock was set back: the wait begins anew, else it would last until the clock is there again.
            kept = _Kept(kept.wrong, now, kept.last_step)
            self._keep(right, kept)
        until = lockout.waits_until(kept.wrong, kept.tried_at, now) if kept.tried_at is not None else None
        if until is not None:
            return NotLetIn(Refusal.WAIT, until), None, kept
        return Known(Factor.PIN if right.pin else Factor.TOTP), right, kept

    @staticmethod
    def _step_of(right: StaffKey, code: bytearray, now: datetime) -> int | None:
        """Give the step of an app's clock, or 0 for a PIN that fits; None for a wrong code."""
        if right.pin:
            return 0 if secret.fits_pin(right.pin, code) else None
        key = _app_key(right)
        return secret.totp_step(key, code, now) if key is not None else None

    # --- what is kept ------------------------------------------------------------------------------------------------

    def _kept(self, right: StaffKey) -> _Kept:
        with self._store.transaction() as connection:
            row = connection.execute(sa.select(table).where(table.c.mark == _mark(right))).first()
        if row is None:
            return _Kept()
        return _Kept(row.wrong, datetime.fromisoformat(row.tried_at), row.last_step)

    def _keep(self, right: StaffKey, kept: _Kept) -> None:
        tried_at = (kept.tried_at or self._now()).isoformat()
        values = {"wrong": kept.wrong, "last_step": kept.last_step, "tried_at": tried_at}
        row = insert(table).values(mark=_mark(right), **values)
        with self._store.transaction() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[table.c.mark], set_=values))


def _app_key(right: StaffKey) -> bytes | None:
    """Read the secret of an app; None where there is none, or no file that can be read."""
    try:
        return secret.totp_key(right.totp.read_text(encoding="ascii")) if right.totp is not None else None
    except (OSError, ValueError):
        return None


def _mark(right: StaffKey) -> str:
    """Give what a right is kept by: with another card or another code it is another right, and is counted anew."""
    told = "\0".join((right.name, right.public_key, right.pin, (_app_key(right) or b"").hex()))
    return hashlib.sha256(told.encode()).hexdigest()
