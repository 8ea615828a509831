"""Gathers check-ins that come within a moment, so that one thread takes them to the database together.

A thread and three statements cost as much for one kiosk as for twenty. Nobody notices a twentieth of a second once a
minute; and where many come, nobody waits that long.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from fleet.service.checkins import Outcome

_GATHER_SECONDS = 0.05
# With so many there is little left to win.
_ENOUGH = 24
# A statement for so many is still small; the others are in the next, which is being gathered meanwhile.
_MOST = 200

CheckInSaid = tuple[str | None, bytes]


class Batches:
    """For one event loop."""

    def __init__(self, take_all: Callable[[Sequence[CheckInSaid]], Sequence[Outcome]]) -> None:
        self._take_all = take_all
        self._waiting: list[tuple[CheckInSaid, asyncio.Future[bytes | None]]] = []
        self._going: asyncio.Task[None] | None = None
        self._enough = asyncio.Event()

    async def take(self, fingerprint: str | None, content: bytes) -> bytes | None:
        """Take one, with whatever else comes at this moment. Raises as it would alone."""
        taken: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((fingerprint, content), taken))
        if len(self._waiting) >= _ENOUGH:
            self._enough.set()
        if self._going is None:
            self._going = asyncio.create_task(self._go())
        return await taken

    async def _go(self) -> None:
        while self._waiting:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), _GATHER_SECONDS)
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            if len(self._waiting) < _ENOUGH:
                self._enough.clear()
            outcomes: Sequence[Outcome]
            try:
                outcomes = await run_in_threadpool(self._take_all, [said for said, _ in batch])
            except Exception as error:  # noqa: BLE001 (each caller gets it, and answers for itself)
                outcomes = [error] * len(batch)
            for (_, taken), outcome in zip(batch, outcomes, strict=True):
                if taken.done():  # its caller hung up
                    continue
                if isinstance(outcome, Exception):
                    taken.set_exception(outcome)
                else:
                    taken.set_result(outcome)
        self._going = None
