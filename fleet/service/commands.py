"""Holds commands until their kiosk has taken them, and keeps who gave them and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from msgspec import Struct

from config.checkin import CheckIn
from config.commands import Outcome, Verb
from fleet.commanding import Signed
from fleet.service.enrolment import Kiosk, RefusedError, known
from fleet.service.tables import METADATA, Moment, kiosks

# Who had which kiosk do what, with which key: the audit on the operator's side.
commands = sa.Table(
    "commands",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("verb", sa.String(16), nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("issued", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("envelope", sa.LargeBinary, nullable=False),
    sa.Column("outcome", sa.String(16)),
    sa.Column("heard", Moment),
    sa.Index("commands_of_kiosk", "kiosk", "issued"),
)
# What a kiosk sent last: for the operator's key alone, never for this service.
logs = sa.Table(
    "logs",
    METADATA,
    sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
# As many as somebody looks back on.
LOOK_BACK = 50
# Who commanded what is asked for once a year at most; a name stays no longer.
_KEPT = timedelta(days=400)
# A kiosk whose line was cut may say a weekend later how a command ended.
_HEARD_WITHIN = timedelta(days=7)
_PENDING = sa.or_(commands.c.outcome.is_(None), commands.c.outcome == Outcome.BEGUN)


class Given(Struct, frozen=True):
    """A command that was given. `outcome` is None until its kiosk was heard."""

    verb: Verb
    person: str
    key: str
    issued: datetime
    expires: datetime
    outcome: Outcome | None
    heard: datetime | None


class CommandDesk:
    """Takes commands from an operator. Safe from threads."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    def give(self, signed: Signed, person: str) -> None:
        """Hold one for its kiosk. Raises RefusedError where there is none that could take it."""
        command = signed.command
        with self._engine.begin() as connection:
            kiosk = _kiosk(connection, command.town, command.kiosk)
            row = {
                "id": str(command.id),
                "kiosk": kiosk.id,
                "verb": command.verb,
                "person": person[:64],
                "key": signed.key,
                "issued": command.issued,
                "expires": command.expires,
                "envelope": signed.envelope,
            }
            connection.execute(sa.insert(commands).values(**row))
            connection.execute(sa.delete(commands).where(commands.c.issued < self._now() - _KEPT))

    def keep_logs(self, fingerprint: str | None, content: bytes) -> None:
        """Take what a kiosk sends, in place of what it sent before. Raises RefusedError."""
        with self._engine.begin() as connection:
            kiosk = known(connection, fingerprint)
            connection.execute(sa.delete(logs).where(logs.c.kiosk == kiosk.id))
            connection.execute(sa.insert(logs).values(kiosk=kiosk.id, at=self._now(), content=content))

    def logs_of(self, town: str, number: str) -> tuple[datetime, bytes]:
        """Give what a kiosk sent last, and when. Raises RefusedError where it sent nothing."""
        with self._engine.connect() as connection:
            kiosk = _kiosk(connection, town, number, also_revoked=True)
            row = connection.execute(sa.select(logs).where(logs.c.kiosk == kiosk.id)).first()
        if row is None:
            raise RefusedError(f"{number} stuurde nog geen logboek; vraag het met fleet command")
        return row.at, row.content

    def given(self, town: str, number: str) -> list[Given]:
        """Give the latest of a kiosk, newest first. Raises RefusedError."""
        with self._engine.connect() as connection:
            kiosk = _kiosk(connection, town, number, also_revoked=True)
            mine = sa.select(commands).where(commands.c.kiosk == kiosk.id).order_by(commands.c.issued.desc())
            rows = connection.execute(mine.limit(LOOK_BACK)).all()
        return [
            Given(
                Verb(row.verb),
                row.person,
                row.key,
                row.issued,
                row.expires,
                Outcome(row.outcome) if row.outcome else None,
                row.heard,
            )
            for row in rows
        ]


def waiting(connection: sa.Connection, of_kiosks: Sequence[int], now: datetime) -> set[int]:
    """Say for which of these kiosks anything is open, to be taken or to be heard of."""
    mine = sa.and_(commands.c.kiosk.in_(of_kiosks), commands.c.issued > now - _HEARD_WITHIN, _PENDING)
    return set(connection.execute(sa.select(commands.c.kiosk).where(mine)).scalars()) if of_kiosks else set()


def exchange(connection: sa.Connection, kiosk: Kiosk, told: CheckIn, now: datetime) -> bytes | None:
    """Take what a kiosk says of its commands, and give the one that it is to take now, if any."""
    mine = sa.and_(commands.c.kiosk == kiosk.id, commands.c.issued > now - _HEARD_WITHIN, _PENDING)
    said = {str(one.id): one.outcome for one in told.commands}
    said |= {str(one.id): one.outcome for one in (told.kiosk.commands if told.kiosk is not None else ())}
    wanted: bytes | None = None
    for row in connection.execute(sa.select(commands).where(mine).order_by(commands.c.issued)).all():
        outcome = said.get(row.id)
        if outcome is not None and outcome != row.outcome:
            heard = sa.update(commands).where(commands.c.id == row.id).values(outcome=outcome, heard=now)
            connection.execute(heard)
        elif outcome is None and row.outcome is None and wanted is None and now < row.expires:
            wanted = row.envelope
    return wanted


def _kiosk(connection: sa.Connection, town: str, number: str, *, also_revoked: bool = False) -> Kiosk:
    query = sa.select(kiosks).where(kiosks.c.town == town, kiosks.c.number == number)
    row = connection.execute(query).first()
    if row is None or (not also_revoked and (row.revoked or row.fingerprint is None)):
        raise RefusedError(f"{town}: er is geen loket {number} dat zich meldt")
    return Kiosk(row.id, row.town, row.number)
