"""Does what the visit wishes of the town hall: asyncio on a thread of its own, because only so total deadlines hold.

Endings of tickets are reported here without anyone waiting, from the journal, until the back end has confirmed each.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from config.timeouts import LONGEST_DOCUMENT
from hardware.devices import Health, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.defect_worker import DefectCalls
from kiosk_app.door_calls import DoorCalls
from kiosk_app.doors import Collect, SettleDoor
from kiosk_app.effects import (
    Abandon,
    AskChallenge,
    AskOfferings,
    DoWork,
    DrawPage,
    Effect,
    EndSession,
    Forget,
    OpenCode,
    OrderDocument,
    SignIn,
)
from kiosk_app.events import (
    BackEndFailed,
    ChallengeReceived,
    CodeOpened,
    DocumentReady,
    Event,
    OfferingsReceived,
    OrderFailed,
    OrderTaken,
    PageDrawn,
    RemedyGiven,
    SignedIn,
)
from kiosk_app.journal import Journal
from kiosk_app.maintenance.wishes import TellShelf
from kiosk_app.products import Later, copies_of
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Document
from printing.document_check import DocumentChecker
from printing.job import SECONDS_PER_PAGE, JournalLost
from printing.progress import JobPhase, Progress
from printing.seal_rule import SealRule

log = logging.getLogger(__name__)

# Often enough that the portal tells the truth within a minute, seldom enough to be no load for the town.
HEALTH_EVERY = 30.0
# One slow answer says nothing yet; three in a row do [home-assistant/core#128067]. A refused connection says enough.
MAX_SLOW = 3
# A document that takes longer is given up under its own ticket; the visit's own clock is a little longer.
ORDER_SECONDS = 40.0
# All copies of a document are one job, and what waits for that waits no longer than for the longest document.
MAX_SHEETS = int(LONGEST_DOCUMENT / SECONDS_PER_PAGE)


class BackEndWorker:
    """The town hall's own thread."""

    def __init__(
        self,
        client: TownHallClient,
        checker: DocumentChecker,
        journal: Journal,
        post: Callable[[Event], None],
        note: Callable[[Status], None],
        seal_for: Callable[[str], SealRule] = lambda _product: SealRule.REQUIRE,
        doors: DoorCalls | None = None,
        defects: DefectCalls | None = None,
    ) -> None:
        """`seal_for` gives the rule for a product, by its code; `doors` where this kiosk has compartments."""
        self._doors = doors
        self._defects = defects
        self._client = client
        self._seal_for = seal_for
        self._checker = checker
        self._journal = journal
        self._post = post
        self._note = note
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="back end", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._orders: dict[UUID, asyncio.Task[None] | None] = {}
        self._visits: dict[UUID, int] = {}
        self._forgotten = 0  # the last visit that was forgotten: what comes for it later is let go of at once
        self._checked = False  # whether the child that checks has seen a document
        self._reporting = False
        self._leaving = False
        self._asked: float | None = None
        self._look = asyncio.Event()

    def start(self) -> None:
        """Begin: look how the back end does, and report what an earlier run could not."""
        self._thread.start()
        self._checker.warm()
        self._spawn(self._watch_health)

    def do(self, effect: Effect) -> None:
        """Begin what is wished of the back end."""
        doors = self._doors
        match effect:
            case AskChallenge(visit):
                self._spawn(lambda: self._answer(visit, self._challenge(visit)))
            case SignIn():
                self._spawn(lambda: self._answer(effect.visit, self._sign_in(effect)))
            case AskOfferings(visit):
                self._spawn(lambda: self._answer(visit, self._offerings(visit)))
            case OpenCode(visit, code):
                self._spawn(lambda: self._answer(visit, self._open_code(visit, code)))
            case OrderDocument(visit, ticket):
                self._visits[ticket] = visit
                self._spawn(lambda: self._order(effect))
            case DrawPage():
                self._spawn(lambda: self._draw(effect))
            case Abandon(_, ticket, fault):
                self._spawn(lambda: self._abandon(ticket, fault))
            case Collect() if doors is not None:
                self._spawn(lambda: self._answer(effect.visit, self._collect(doors, effect)))
            case SettleDoor(_, ticket) if doors is not None:
                self._spawn(lambda: doors.give_up(ticket))
            case DoWork(visit, TellShelf()) if doors is not None and doors.storing is not None:
                self._spawn(partial(doors.storing.shelf, visit))
            case EndSession(visit):
                self._spawn(lambda: self._end_session(visit))
            case Forget(visit):
                # A task like the others: they begin in the order of the wishes, so EndSession still knows its session.
                self._spawn(lambda: self._forget(visit))
            case _:
                return

    def report(self) -> None:
        """Report every ending in the journal that the back end has not confirmed; callable from any thread."""
        if not self._loop.is_closed():  # a print job may outlive `stop`; its ending is reported at the next start
            self._spawn(self._report_all)

    def look_soon(self) -> None:
        """Ask how the back end does now: somebody mends it. From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._look.set)

    def tell_act(self, visit: int | None, act: UUID) -> None:
        """Tell the town what staff did at a door, and the visit that waits how it took that; from any thread."""
        if not self._loop.is_closed() and self._doors is not None and self._doors.storing is not None:
            self._spawn(partial(self._doors.storing.tell, visit, act))

    def stuck(self, seconds: float) -> bool:
        """Say whether its loop was last asked to come round longer ago than that, and has not."""
        if self._asked is None:
            self._asked = time.monotonic()
            self._loop.call_soon_threadsafe(self._came_round)
        return time.monotonic() - self._asked > seconds

    def _came_round(self) -> None:
        self._asked = None

    def stop(self) -> None:
        """Let go of the line and of the child that checks documents."""
        self._checker.close()
        closing = asyncio.run_coroutine_threadsafe(self._let_go(), self._loop)
        try:
            closing.result(2.0)
        except TimeoutError:
            log.warning("back end: the line did not close")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(2.0)
        self._checker.close()  # a visit that was being forgotten may have had a fresh child started since
        if not self._thread.is_alive():
            self._loop.close()

    async def _let_go(self) -> None:
        """Break off what is under way: the journal knows what the back end has not heard."""
        self._leaving = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.close()

    async def _forget(self, visit: int) -> None:
        """Drop tokens and documents."""
        self._forgotten = visit
        self._client.forget()
        self._let_child_go()

    def _let_child_go(self) -> None:
        """End a child that saw somebody's documents; a fresh one is ready when the next resident confirms."""
        if self._checked:
            self._checked = False
            self._checker.close()
            self._checker.warm()

    def _spawn(self, work: Callable[[], Awaitable[None]]) -> None:
        # What does the work, and not the work: one that `stop` overtakes before it begins is then nothing at all.
        def begin() -> None:
            if self._leaving:
                return
            task = asyncio.ensure_future(_rim(work))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self._loop.call_soon_threadsafe(begin)

    async def _answer(self, visit: int, work: Awaitable[Event]) -> None:
        try:
            self._post(await work)
        except DeviceFault as fault:
            self._post(BackEndFailed(visit, fault.code))
        except Exception:
            self._post(BackEndFailed(visit, FaultCode.INTERNAL))
            raise

    async def _challenge(self, visit: int) -> Event:
        return ChallengeReceived(visit, await self._client.challenge())

    async def _sign_in(self, effect: SignIn) -> Event:
        person, products = await self._client.sign_in(
            effect.visit, effect.challenge, effect.certificate, effect.signature
        )
        if effect.visit <= self._forgotten:  # the resident left meanwhile: nobody else ends this session
            await self._end_session(effect.visit)
        return SignedIn(effect.visit, person, products)

    async def _open_code(self, visit: int, code: str) -> Event:
        products = await self._client.open_code(visit, code)
        if visit <= self._forgotten:  # the resident left meanwhile: the code must not stay held for them
            await self._end_session(visit)
        return CodeOpened(visit, products)

    async def _collect(self, doors: DoorCalls, effect: Collect) -> Event:
        if effect.visit <= self._forgotten:  # the resident left before anyone was asked
            raise DeviceFault(FaultCode.PRINT_STOPPED)
        return await doors.collect(effect)

    async def _offerings(self, visit: int) -> Event:
        return OfferingsReceived(visit, await self._client.offerings())

    async def _order(self, effect: OrderDocument) -> None:
        self._orders[effect.ticket] = asyncio.current_task()
        try:
            async with asyncio.timeout(ORDER_SECONDS):
                self._post(await self._ordered(effect))
        except DeviceFault as fault:
            self._give_up(effect, fault.code)
        except TimeoutError:
            self._give_up(effect, FaultCode.BACKEND_SLOW)
        except JournalLost:
            self._give_up(effect, FaultCode.JOURNAL_LOST)
        except Exception:
            self._give_up(effect, FaultCode.INTERNAL)
            raise
        finally:
            del self._orders[effect.ticket]

    async def _ordered(self, effect: OrderDocument) -> Event:
        meanwhile = asyncio.ensure_future(self._meanwhile(effect))
        try:
            answer = await self._client.order(effect.visit, effect.ticket, effect.product, effect.details)
        finally:
            await meanwhile
        if isinstance(answer, Later):
            self._journal.comes_later(effect.ticket)
            return OrderTaken(effect.visit, effect.ticket, answer)
        pdf, digest = answer
        self._checked = True
        rule = self._seal_for(effect.product.code)
        found = await asyncio.to_thread(self._checker.check, pdf, digest, rule=rule)
        if found.lack is not None:
            log.warning(
                "back end: without a seal of ours, and may be printed by the settings: %s (%s)",
                effect.product.code,
                found.lack,
            )
        pages, copies = found.pages, copies_of(effect.product, effect.details)
        if pages * copies > MAX_SHEETS:
            raise DeviceFault(FaultCode.DOCUMENT_FORMAT, f"{copies} copies of {pages} pages")
        document = Document(effect.ticket, effect.product, pdf, pages, copies, unsealed=found.lack is not None)
        return DocumentReady(effect.visit, document)

    async def _meanwhile(self, effect: OrderDocument) -> None:
        """Do what can be done while the town hall works."""
        # A ticket that after a crash only the town hall knows of just expires there.
        await asyncio.to_thread(self._journal.ordered, effect.ticket, effect.product.code)
        await asyncio.to_thread(self._checker.rehearse)

    async def _draw(self, effect: DrawPage) -> None:
        """Draw a page where the document was read; the child is at rest by then, so nobody's check waits for it."""
        self._checked = True
        try:
            drawing = await asyncio.to_thread(self._checker.draw, effect.document.pdf, effect.sheet)
        except DeviceFault as fault:
            log.info("back end: a page is not shown (%s)", fault)
            drawing = None
        self._post(PageDrawn(effect.visit, effect.page, drawing))
        if effect.visit <= self._forgotten:  # the resident left meanwhile, and the child may be one that came after
            self._let_child_go()

    def _give_up(self, effect: OrderDocument, fault: FaultCode) -> None:
        self._post(OrderFailed(effect.visit, effect.ticket, fault))  # true, even where it cannot be written down
        self._journal.ended(effect.ticket, JobPhase.FAILED, 0, fault)
        self.report()

    async def _abandon(self, ticket: UUID, fault: FaultCode) -> None:
        """Stop working for a ticket, and write that down; only then, for ordering it is written down meanwhile."""
        order = self._orders.get(ticket)
        if order is not None:
            order.cancel()
            await asyncio.wait({order})
        self._journal.ended(ticket, JobPhase.FAILED, 0, fault)
        await self._report_all()

    async def _end_session(self, visit: int) -> None:
        try:
            await self._client.end_session(visit)
        except DeviceFault as fault:
            log.info("back end: the session ends by itself (%s)", fault.code.value)

    async def _watch_health(self) -> None:
        slow = 0
        while True:
            status = await self._client.health()
            slow = slow + 1 if FaultCode.BACKEND_SLOW in status.faults else 0
            self._note(Status(Health.UNKNOWN) if 0 < slow < MAX_SLOW else status)
            if status.health is not Health.DOWN:
                await _rim(self._report_all)
            self._look.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), HEALTH_EVERY)

    async def _report_all(self) -> None:
        """Report one at a time, oldest first; what fails now is tried again after the next look at the back end."""
        if self._doors is not None:
            await self._doors.report()
        if self._reporting:
            return
        self._reporting = True
        try:
            if self._defects is not None:
                await self._defects.report()
            while await self._report_each(self._journal.unreported()):
                pass
        finally:
            self._reporting = False

    async def _report_each(self, endings: list[tuple[UUID, Progress]]) -> bool:
        """Report these, and say whether any was taken. One that is not taken does not keep the others waiting."""
        taken = False
        for ticket, progress in endings:
            try:
                await self._report(ticket, progress)
            except DeviceFault as fault:
                log.info("back end: a result waits in the journal (%s)", fault)
                if fault.code is FaultCode.BACKEND_SLOW:  # each of the others would take as long
                    break
            else:
                taken = True
        return taken

    async def _report(self, ticket: UUID, progress: Progress) -> None:
        offer = await self._client.print_result(ticket, progress)
        self._journal.reported(ticket)
        visit = self._visits.pop(ticket, None)
        if visit is not None:
            self._post(RemedyGiven(visit, ticket, offer))


async def _rim(work: Callable[[], Awaitable[None]]) -> None:
    """The rim of every task: what nobody foresaw is logged by its kind, and the thread goes on."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001  a bug in one call must not take the back end away for ever
        log.error("back end: a call failed with %s", type(error).__name__)
