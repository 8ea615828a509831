"""What is asked and told of compartments in the hands of staff, at the town hall; on the back end's loop.

What staff did stands in a book first, and is told from there until the town has confirmed it, oldest first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID, uuid4

from hardware.doors import Door, DoorWord, LockerBank, Look, ThingWord
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.answers import ExpectedAnswer, PlacesAnswer, PlaceStateAnswer, StockTakingAnswer, parsed
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.maintenance.compartments import (
    Deed,
    Disagreement,
    Expected,
    How,
    Lying,
    Place,
    Shelf,
)
from kiosk_app.maintenance.happenings import (
    ActTold,
    ShelfTold,
    ShelfUnknown,
)
from kiosk_app.staff_book import Report, StaffBook
from kiosk_app.townhall_client import FOR_GOOD, Refusal, TownHallClient

log = logging.getLogger(__name__)

# What will be no different tomorrow, besides what no call survives: said of things and of doors.
_NEVER = FOR_GOOD | {"secondKeyNeeded", "productUnavailable", "compartmentTaken", "codeUsed"}


class StoringCalls:
    """The town's side of what staff does at the doors of one kiosk."""

    def __init__(
        self,
        client: TownHallClient,
        book: StaffBook,
        wall: tuple[LockerBank, dict[int, Door]],
        post: Callable[[Event], None],
    ) -> None:
        self._client = client
        self._book = book
        self._bank, self._doors = wall
        self._post = post
        self._one_at_a_time = asyncio.Lock()
        self._disagreements: dict[UUID, tuple[Disagreement, ...]] = {}  # of what was told, until it is passed on

    async def shelf(self, visit: int) -> None:
        """Tell what may be put in, and what lies where: what the town knows, and what the boards say."""
        try:
            await self.report()
            expected = parsed(ExpectedAnswer, await self._client.ask("GET", "/expectedDeposits"))
            places = parsed(PlacesAnswer, await self._client.ask("GET", "/compartments"))
            looks = await asyncio.to_thread(self._bank.look)
            unsure = await asyncio.to_thread(self._book.unsure)
        except DeviceFault as fault:
            self._post(WorkAnswered(visit, ShelfUnknown(fault.code)))
            return
        told = tuple(Expected(one.reference, one.title, one.size, one.four_eyes) for one in expected.items)
        known = tuple(self._place(one, looks, unsure) for one in places.items if one.number in self._doors)
        self._post(WorkAnswered(visit, ShelfTold(Shelf(uuid4(), told, known))))

    def _place(self, one: PlaceStateAnswer, looks: dict[Door, Look], unsure: set[int]) -> Place:
        look, lies = looks[self._doors[one.number]], one.deposit
        lying = None
        if lies is not None:
            lying = Lying(lies.id, lies.reference, lies.title, lies.four_eyes, lies.state == "toTakeBack")
        seen = one.number in unsure or (lying is None and look.thing is ThingWord.THERE)
        return Place(one.number, one.size, one.low, lying, look.door is not DoorWord.UNKNOWN, seen)

    async def tell(self, visit: int | None, act: UUID) -> None:
        """Tell the town what was done, and whoever waits for it how it took that."""
        await self.report()
        if visit is None:
            return
        if any(one.id == act for one in self._book.unreported()):
            told = ActTold(act, How.WAITS)
        elif problem := self._book.problem(act):
            told = ActTold(act, How.REFUSED, problem)
        else:
            told = ActTold(act, How.TOLD, disagreements=self._disagreements.pop(act, ()))
        self._post(WorkAnswered(visit, told))

    async def before_leave(self, compartment: int) -> None:
        """Tell what staff did at a door, before leave to open it is asked for. Raises BACKEND_DOWN where that fails."""
        if self._waits_at(compartment):
            await self.report()
            if self._waits_at(compartment):
                raise DeviceFault(FaultCode.BACKEND_DOWN, "what staff did at this door is not told yet")

    def _waits_at(self, compartment: int) -> bool:
        return any(number == compartment for report in self._book.unreported() for number, _ in report.found)

    async def report(self) -> None:
        """Tell everything that the town has not confirmed, oldest first; what fails is tried again later.

        What comes after it at the same door waits with it: the town would call that door taken.
        """
        held: set[int] = set()
        async with self._one_at_a_time:
            for report in self._book.unreported():
                doors = {number for number, _ in report.found}
                if doors & held:
                    continue
                try:
                    await self._told(report)
                except Refusal as refusal:
                    if refusal.problem not in _NEVER:
                        log.info("back end: what staff did waits in the book (%s)", refusal.problem)
                        held |= doors
                        continue
                    log.warning("back end: it does not take what staff did at a door (%s)", refusal.problem)
                    self._book.reported(report, refusal.problem)
                except DeviceFault as fault:
                    log.info("back end: what staff did waits in the book (%s)", fault)
                    return
                else:
                    self._book.reported(report)

    async def _told(self, report: Report) -> None:
        act, (number, found) = report.act, report.found[0]
        staff = {"staffKeys": list(act.staff)}
        match report.deed:
            case Deed.PUT_IN:
                body = {"reference": act.reference, "compartment": number, **staff}
                await self._client.ask("PUT", f"/deposits/{report.id}", body)
            case Deed.TAKE_BACK:
                body = {"found": found.value, **staff}
                await self._client.ask("PUT", f"/deposits/{act.about}/takeBack", body)
            case Deed.CHECK:
                items = [{"compartment": place, "found": word.value} for place, word in report.found]
                answer = await self._client.ask("PUT", f"/stockTakings/{report.id}", {"items": items, **staff})
                others = parsed(StockTakingAnswer, answer).disagreements
                self._disagreements[report.id] = tuple(Disagreement(one.compartment, one.reference) for one in others)
