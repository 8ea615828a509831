"""Goes round for the alarms: looks, then takes to each mailbox and each program what waits for it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool

from fleet.service import letters, mailing, webhooks
from fleet.service.alarm_settings import AlarmSettings
from fleet.service.alarms import Alarms, Closed
from fleet.service.mailing import UndeliveredError, UnsureError
from fleet.service.outbox import Channel, Kind, Outbox

log = logging.getLogger(__name__)

# Half of what a look waits for: with several workers one of them comes by soon after it is due.
ROUND_SECONDS = 15.0


class Couriers:
    """Looks and delivers, until it is cancelled."""

    def __init__(
        self, engine: sa.Engine, settings: AlarmSettings, now: Callable[[], dt.datetime], closed: Closed
    ) -> None:
        self.alarms, self.outbox = Alarms(engine, settings, now, closed), Outbox(engine, now)
        self._engine, self._settings, self._now = engine, settings, now
        self._deaf: set[str] = set()

    async def rounds(self) -> None:
        """Go round and round."""
        while True:
            try:
                await self.round()
            except sa.exc.SQLAlchemyError as error:
                log.error("alarms cannot be looked after: %s", error)
            await asyncio.sleep(ROUND_SECONDS)

    async def round(self) -> None:
        """Look once, and deliver everything that is due. A mail server that hangs holds no program up."""
        await run_in_threadpool(self.alarms.look)
        await asyncio.gather(self._deliver(Channel.MAIL), self._deliver(Channel.WEBHOOK))

    async def _deliver(self, channel: Channel) -> None:
        while batch := await run_in_threadpool(self.outbox.claim, channel):
            claim: str = batch[0].claim
            try:
                await (self._post(batch) if channel is Channel.MAIL else self._tell(batch[0]))
            except UnsureError as error:
                await run_in_threadpool(self.outbox.unsure, claim, str(error))
                self._complain(channel, str(error))
            except UndeliveredError as error:
                self._complain(channel, str(error))
                if error.for_good:
                    await run_in_threadpool(self.outbox.refused, claim, str(error))
                    continue
                await run_in_threadpool(self.outbox.again, batch, str(error))
                if channel is Channel.MAIL:
                    return  # it is the same server for the next one
            else:
                await run_in_threadpool(self.outbox.sent, claim)
                self._deaf.discard(channel)

    async def _post(self, batch: Sequence[Any]) -> None:
        mail, first = self._settings.mail, batch[0]
        if mail is None:
            raise UndeliveredError("er is geen mailserver ingesteld")
        if first.kind == Kind.WEEKLY:
            letter = await run_in_threadpool(
                letters.weekly, batch, self._engine, self._settings, mail.sender, self._now()
            )
        else:
            letter = letters.letter(batch, self._settings, mail.sender, self._now())
        await mailing.post(letter, mail, lambda: self.outbox.hand(first.claim))

    async def _tell(self, one: Any) -> None:  # noqa: ANN401 (a row)
        hook = self._settings.webhook(one.target)
        if hook is None:
            raise UndeliveredError("staat niet meer in alarms.toml", for_good=True)
        name = f"alarm-{one.alarm}-{one.kind}"
        await webhooks.tell(hook, name, letters.for_program(one), self._now())

    def _complain(self, channel: Channel, answer: str) -> None:
        """Say it once, until something came through again."""
        if channel not in self._deaf:
            log.warning("alarms are not delivered by %s: %s", channel, answer)
            self._deaf.add(channel)
