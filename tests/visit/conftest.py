"""The chart of a visit, explored exhaustively: breadth first over an alphabet of events, from the portal.

`moves` is every move there is; the rules that they are held to stand in `test_every_path`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from msgspec import Struct, structs

from hardware.credentials import StaffCard
from hardware.devices import Applet, Certificate, Signature
from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app import effects as wishes
from kiosk_app import events
from kiosk_app.defects import About
from kiosk_app.doors import (
    AskTaken,
    Collect,
    Collecting,
    DoorAsked,
    DoorFailed,
    DoorGranted,
    DoorOpen,
    DoorOpened,
    DoorOpening,
    DoorShut,
    FoundNothing,
    NextDoor,
    SettleDoor,
    Took,
)
from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.work import EnterCode as EnterStaffCode
from kiosk_app.maintenance.work import Factor
from kiosk_app.step import step
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardSlot,
    Challenge,
    Checking,
    Choosing,
    Document,
    Drawing,
    Ease,
    EnterCode,
    EnterPin,
    JobPhase,
    Language,
    LastTry,
    Later,
    Offer,
    OpeningCode,
    Ordering,
    Overlay,
    PaperLeft,
    Person,
    PinOnReader,
    Portal,
    Printed,
    Printing,
    Product,
    Progress,
    Purpose,
    Recognising,
    Remedy,
    RemedyOffer,
    SigningIn,
    SlipState,
    StaffAtWork,
    TakeCard,
    TrayView,
    Viewing,
    Visit,
    Voice,
)

PRIVATE = (
    *(EnterCode, OpeningCode, Recognising, LastTry, EnterPin, PinOnReader, SigningIn, Choosing, Asking, Checking),
    *(Ordering, TakeCard, Viewing, Printing, Printed, Collecting, DoorOpening, DoorOpen, AskTaken, NextDoor),
)
TICKETS = (UUID(int=1), UUID(int=2))
HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")
RESIDENCE = Product("residence", "Attest van hoofdverblijfplaats", "")
CLOSED = Product("nationality", "Attest van nationaliteit", "", refusal=FaultCode.PRODUCT_UNAVAILABLE)
PERSON = Person("An", "Peeters")
CERTIFICATE = Certificate(b"der", "ES384", expired=False)
DOCUMENTS = tuple(Document(t, p, b"%PDF", 1) for t, p in zip(TICKETS, (HOUSEHOLD, RESIDENCE), strict=True))
DRAWING = Drawing(1, 1, bytes(4))
WORKS = Offer(doors=None)
FAULT_OFFER = Offer(FaultCode.PAPER_EMPTY, FaultCode.PAPER_EMPTY, slips=False)
DOORS_ALONE = Offer(FaultCode.PAPER_EMPTY, FaultCode.PAPER_EMPTY, doors=None)
# One product of which everything is asked, and a code for one thing of two.
RECORD = Product(
    "criminalRecord595",
    "Uittreksel uit het strafregister",
    "",
    purposes=(Purpose("job", "Voor een job", needs_recipient=True), Purpose("other", "Iets anders")),
    asks_channel=True,
    max_copies=2,
    languages=("nl", "fr"),
)
CLAIM = Product("preparedDocument", "Bewijs van inschrijving", "", claim=UUID(int=9))
PASSPORT = Product("compartment", "Paspoort", "", claim=UUID(int=21), compartment=7, ticket=UUID(int=31))
VOUCHER = Product("compartment", "Cadeaubon", "", claim=UUID(int=22), compartment=2, ticket=UUID(int=32))
DOORS = (UUID(int=31), UUID(int=32))
LARGE = Ease(large=True)
EARS = (
    *(events.VoiceAsked(), events.VoiceSwitched(on=True), events.VolumeTurned(1)),
    *(events.HeadsetChanged(inside=True), events.Spoken()),
)
NOT_ASKED = SlipState.NOT_ASKED
DEFECTS: tuple[events.Event, ...] = (
    *(events.DefectAsked(), events.DefectNamed(About.CARD)),
    *(events.DefectKept(0, lost) for lost in (False, True)),
)
LATER = Later(delivered=False, expected_on="2026-12-07", notice="eBox")


def alphabet() -> tuple[events.Event, ...]:
    """Every kind of event, with each value that the chart tells apart (answers carry visit 0: replaced when sent)."""
    progresses = (
        Progress(JobPhase.HANDED),
        Progress(JobPhase.PRINTING, 1),
        Progress(JobPhase.PAUSED, 1, FaultCode.PAPER_EMPTY),
        Progress(JobPhase.PRINTED, 1),
        Progress(JobPhase.FAILED, 0, FaultCode.PRINT_FAILED),
        Progress(JobPhase.UNKNOWN, None, FaultCode.PRINT_UNKNOWN),
    )
    return (
        *(kind() for kind in (events.DocumentsAsked, events.PaperGone, events.DigitTyped, events.LastErased)),
        *(kind() for kind in (events.AllErased, events.PinEntered, events.TriedAnyway, events.AnotherAsked)),
        *(kind() for kind in (events.ChoiceDone, events.ChangeAsked, events.SlipAsked, events.StopPressed)),
        *(kind() for kind in (events.HelpAsked, events.StillHere, events.CardInserted, events.CardRemoved)),
        *(kind() for kind in (events.OfferingsAsked, events.CodeAsked, events.TypingDone, events.PinUnknown)),
        *(kind() for kind in (events.TownAsked, events.LanguagesAsked, events.EaseAsked)),
        *(events.ServiceAsked(0), events.EaseChosen(LARGE), *EARS),
        events.SignTyped("C"),
        *(events.CodeScanned(code) for code in ("4F7K-9XQR", "")),
        *(events.Answered(answer) for answer in ("job", "other", "paper", "eBox", "2", "fr")),
        events.LanguageChosen(Language.EN),
        events.CardFound(),
        events.PaperFound(),
        *(events.PaperSensed(view) for view in TrayView),
        *(events.Chose(product.key) for product in (HOUSEHOLD, RESIDENCE, CLOSED, RECORD, CLAIM, PASSPORT)),
        events.PageTurned(0),
        *(kind() for kind in (events.LookAsked, events.SheetTouched, events.LookedEnough)),
        *(events.SheetTurned(page, lower) for page, lower in ((0, True), (1, False), (2, False))),
        *(events.PageDrawn(0, 0, drawing) for drawing in (DRAWING, None)),
        *(events.Confirmed(TICKETS[:n]) for n in (1, 2)),
        *(events.PaperTaken(yes) for yes in (True, False)),
        *(events.OfferChanged(offer) for offer in (WORKS, FAULT_OFFER, DOORS_ALONE)),
        *(events.TimedOut(clock) for clock in events.Clock),
        *(events.CardRecognised(0, Applet.V1_8, tries, keys) for tries in (3, 1, 0, None) for keys in (False, True)),
        events.CardFailed(0, FaultCode.CARD_UNREADABLE),
        *(events.CertificateRead(0, structs.replace(CERTIFICATE, expired=expired)) for expired in (False, True)),
        events.ChallengeReceived(0, Challenge("id", "nonce")),
        *(events.PinFailed(0, tries) for tries in (2, 1, 0)),
        events.ChallengeSigned(0, Signature(b"signature")),
        *(events.SignedIn(0, PERSON, some) for some in ((HOUSEHOLD, RESIDENCE, CLOSED), (CLOSED,), (RECORD,))),
        events.SignedIn(0, PERSON, (HOUSEHOLD, PASSPORT)),
        *(events.CodeOpened(0, products) for products in ((CLAIM,), (CLAIM, CLOSED), ())),
        *(events.CodeOpened(0, things) for things in ((PASSPORT,), (PASSPORT, VOUCHER), (CLAIM, PASSPORT))),
        events.OfferingsReceived(0, (HOUSEHOLD, CLOSED)),
        *(events.BackEndFailed(0, fault) for fault in (FaultCode.BACKEND_DOWN, FaultCode.CODE_UNKNOWN)),
        events.OrderTaken(0, TICKETS[0], LATER),
        *(events.DocumentReady(0, document) for document in DOCUMENTS),
        *(events.OrderFailed(0, ticket, FaultCode.BACKEND_DOWN) for ticket in TICKETS),
        *(
            events.JobChanged(0, ticket, progress)
            for ticket, some in ((TICKETS[0], progresses), (TICKETS[1], progresses[3:5]))
            for progress in some
        ),
        events.RemedyGiven(0, TICKETS[0], RemedyOffer(Remedy.REPRINT_CODE, "4F7K-9XQR")),
        *(events.SlipEnded(0, printed) for printed in (True, False)),
        *(events.StaffCardSeen(0, StaffCard("T-03", "technician")), events.SpotTouched((27.0, 48.0), (28.0, 48.0))),
        *(events.WorkAnswered(0, happenings.Known(Factor.PIN)), events.WorkTouched(happenings.CodeTyped())),
        *(*at_doors(), *DEFECTS),
    )


def at_doors() -> tuple[events.Event, ...]:
    """Every kind of event at a door."""
    return (
        *(kind() for kind in (Took, FoundNothing, DoorAsked)),
        *(kind(0, ticket) for kind in (DoorGranted, DoorOpened) for ticket in DOORS),
        *(DoorFailed(0, ticket, FaultCode.DOOR_STUCK) for ticket in DOORS),
        *(DoorShut(0, ticket, word) for ticket in DOORS for word in ThingWord),
    )


# What the rules remember even where the visit stays as it is.
TOLD = events.PinEntered | DoorFailed | DoorGranted | DoorOpened | DoorShut


class Node(Struct, frozen=True):
    """A visit, and what the rules below need to remember of how it came there."""

    visit: Visit
    confirmed: frozenset[UUID] = frozenset()
    printed: frozenset[UUID] = frozenset()
    keystroke: bool = False  # OK was pressed on the PIN pad, and no PIN try was spent on it yet
    unsettled: frozenset[UUID] = frozenset()  # doors that were asked for
    granted: frozenset[UUID] = frozenset()
    opened: frozenset[UUID] = frozenset()
    shut: frozenset[UUID] = frozenset()


class Move(Struct, frozen=True):
    """One move of the chart."""

    before: Node
    event: events.Event
    after: Node
    effects: tuple[wishes.Effect, ...]
    unsettled: frozenset[UUID]
    granted: frozenset[UUID]
    shut: frozenset[UUID]


def follow(node: Node, event: events.Event) -> Move:
    """Take one step and remember what the rules ask about."""
    if isinstance(event, events.Answer):
        event = structs.replace(event, visit=node.visit.number)
    visit, effects = step(node.visit, event)
    if visit == node.visit and not (effects or isinstance(event, TOLD)):
        return Move(node, event, node, effects, node.unsettled, node.granted, node.shut)
    begun = visit.number != node.visit.number
    confirmed = frozenset() if begun else node.confirmed
    if isinstance(event, events.Confirmed):
        confirmed |= {e.ticket for e in effects if isinstance(e, wishes.OrderDocument)}
    printing = {e.document.ticket for e in effects if isinstance(e, wishes.Print)}
    printed = (frozenset() if begun else node.printed) | printing
    pressed = isinstance(visit.state, SigningIn) and (node.keystroke or isinstance(event, events.PinEntered))
    signed = any(isinstance(e, wishes.SignChallenge) for e in effects)
    asked = {e.thing.ticket for e in effects if isinstance(e, Collect)}
    over = {e.ticket for e in effects if isinstance(e, SettleDoor)}
    over |= {event.ticket} if isinstance(event, DoorFailed) and isinstance(node.visit.state, DoorOpening) else set()
    unsettled = (node.unsettled | asked) - over
    granted = node.granted | ({event.ticket} & node.unsettled if isinstance(event, DoorGranted) else set())
    waited = node.granted if isinstance(node.visit.state, DoorOpening) else set()  # no lock says so unasked
    opened = node.opened | ({event.ticket} & waited if isinstance(event, DoorOpened) else set())
    shut = node.shut | ({event.ticket} & opened if isinstance(event, DoorShut) else set())
    doors = (unsettled, granted & unsettled, opened & unsettled, shut & unsettled)
    same = visit == node.visit  # which is folded
    after = Node(node.visit if same else _folded(visit), confirmed, printed, pressed and not signed, *doors)
    return Move(node, event, after, effects, unsettled, granted, shut)


def _folded(visit: Visit) -> Visit:
    """Fold what changes no rule: the visit's number, more than five typed digits, what was ordered.

    And paper that was found, or seen by the sensor, during a visit: it matters from the portal on, and once a document
    is printed, where it may be seen just as well. And the language, and how it is seen and heard: every move is made
    again in English, large letters and a headset. And which of the pages that change no state stands over it; what does
    not work is reported from the portal and from the PIN pad.
    """
    state = visit.state
    if isinstance(state, EnterPin) and state.typed > 5:
        state = replace(state, typed=5)
    if isinstance(state, StaffAtWork) and isinstance(state.work.page, EnterStaffCode):  # three digits are not yet six
        few = 5 if 2 < state.work.page.typed < 6 else state.work.page.typed
        state = StaffAtWork(structs.replace(state.work, page=structs.replace(state.work.page, typed=few)))
    if isinstance(state, Asking):
        state = replace(state, typed=state.typed[:1])
    if isinstance(state, TakeCard | Ordering | Viewing | Printing | Printed):  # once ordered, no rule asks for what
        state = replace(state, orders=tuple(replace(order, product=HOUSEHOLD) for order in state.orders))
    if isinstance(state, Viewing):  # each of these is met once, not each beside each other
        seen = state.drawing is not None
        state = replace(state, clear=state.clear and seen, lower=state.lower and not (seen or state.failed))
    sensed = isinstance(state, Portal | PaperLeft | AskCard) and visit.overlay is None
    if isinstance(state, Printed):
        one = len(state.orders) == 1 and not state.remedies and state.slip is NOT_ASKED
        sensed = one and visit.slot is CardSlot.EMPTY and visit.offer == Offer() and visit.overlay is None
        state = state if sensed else replace(state, reminders=0)
    tray = visit.tray if sensed else TrayView.UNSEEN
    paper_left = visit.paper_left and tray is TrayView.UNSEEN and not isinstance(state, PRIVATE)
    # What the doors do matters where it is asked, and once, when it is known what waits behind them.
    asks = isinstance(state, Portal | AskCard | EnterCode | OpeningCode | SigningIn)
    visit = visit if asks or visit.offer != DOORS_ALONE else replace(visit, offer=WORKS)
    alike = {Overlay.EASE, Overlay.LANGUAGES, Overlay.DEFECT_KEPT, Overlay.DEFECT_LOST}
    alike |= set() if isinstance(state, Portal | EnterPin) else {Overlay.DEFECT}
    if isinstance(state, Printed) and (len(state.orders) > 1 or state.remedies or state.slip is not NOT_ASKED):
        alike |= {Overlay.STILL_THERE}
    overlay = Overlay.HELP if visit.overlay in alike else visit.overlay
    if isinstance(state, Printed) and overlay is Overlay.HELP and Overlay.STILL_THERE in alike:
        overlay = None  # a page over one ending of many is a page over any
    visit = replace(visit, number=1, state=state, overlay=overlay, paper_left=paper_left)
    return replace(visit, tray=tray, language=Language.NL, ease=Ease(), voice=Voice())


def explore() -> Iterator[Move]:
    """Give every move from the portal on that changes or wishes for anything."""
    start = Node(Visit(1, offer=WORKS))
    seen, queue = {start: start}, deque([start])  # one object for each node, however many moves lead to it
    happens = alphabet()
    while queue:
        node = queue.popleft()
        for event in happens:
            move = follow(node, event)
            if move.after == node and not move.effects:
                continue
            if move.after not in seen:
                seen[move.after] = move.after
                queue.append(move.after)
            yield structs.replace(move, before=node, after=seen[move.after])


@pytest.fixture(scope="package")
def moves() -> list[Move]:
    """Every move of the chart."""
    return list(explore())


@pytest.fixture
def letters() -> tuple[events.Event, ...]:
    """The alphabet, for who plays at random."""
    return alphabet()
