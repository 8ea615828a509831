"""What is asked and told of doors at the town hall: leave to open one, and what came of each; on the back end's loop.

A door whose question is under way is not reported: the question ends first, so that its leave is never given after its
end.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

from hardware.faults import DeviceFault, FaultCode
from kiosk_app.door_book import DoorBook
from kiosk_app.doors import Collect, DoorGranted
from kiosk_app.storing_calls import StoringCalls
from kiosk_app.townhall_client import TownHallClient
from printing.job import JournalLost

log = logging.getLogger(__name__)


class DoorCalls:
    """The back end's part in opening doors."""

    def __init__(self, client: TownHallClient, book: DoorBook, storing: StoringCalls | None = None) -> None:
        """`storing` tells what staff did at these doors, where there are any."""
        self._client = client
        self._book = book
        self.storing = storing
        self._asking: dict[UUID, asyncio.Task[Any] | None] = {}
        self._one_at_a_time = asyncio.Lock()

    async def collect(self, effect: Collect) -> DoorGranted:
        """Ask for leave; written down before, so that a crash leaves no leave that nobody gives back."""
        thing = effect.thing
        self._asking[thing.ticket] = asyncio.current_task()
        try:
            if self.storing is not None:
                await self.storing.before_leave(thing.compartment)
            await asyncio.to_thread(self._book.wanted, thing.ticket, thing.compartment)
            await self._client.collect(effect.visit, thing)
        except JournalLost:
            raise DeviceFault(FaultCode.JOURNAL_LOST) from None
        finally:
            del self._asking[thing.ticket]
        return DoorGranted(effect.visit, thing.ticket)

    async def give_up(self, ticket: UUID) -> None:
        """Stop asking for a door that is not wanted any more; what came of it is reported once that is over."""
        asking = self._asking.get(ticket)
        if asking is not None:
            asking.cancel()
            await asyncio.wait({asking})
        await self.report()

    async def report(self) -> None:
        """Report every ending that the back end has not confirmed, oldest first; what fails is tried again later."""
        async with self._one_at_a_time:
            for settled in self._book.unreported():
                if settled.ticket in self._asking:
                    continue
                try:
                    await self._client.door_result(settled)
                except DeviceFault as fault:
                    log.info("back end: what came of a door waits in the book (%s)", fault)
                    if fault.code is FaultCode.BACKEND_SLOW:  # each of the others would take as long
                        return
                else:
                    self._book.reported(settled.ticket)
        if self.storing is not None:  # after the doors: what a ticket did to a thing comes before what staff did
            await self.storing.report()
