"""The chart of a visit: `step(visit, event) -> (visit, effects)`, a pure function. No clock, no I/O, no threads.

Interrupts (a stale answer, the slot, stopping, the idle question, what can be offered) are handled here, once, before
the state's own rules. Those stand in `sign_in` (card to name), `ordering` (choice to documents, the card coming out
meanwhile), `viewing` (looking at them first), `delivery` (paper to goodbye) and `collecting` (a door that opens).
"""

from __future__ import annotations

from dataclasses import replace

from hardware.faults import FAULTS, FaultCode
from kiosk_app import at_work, collecting, delivery, hearing, opening, ordering, questions, sign_in, viewing
from kiosk_app.clocks import clock_effects, running
from kiosk_app.doors import AskTaken, Collecting, DoorOpen, DoorOpening, NextDoor
from kiosk_app.effects import AskStaffCard, KeepDefect
from kiosk_app.events import (
    Answer,
    CardFound,
    CardInserted,
    CardRemoved,
    Clock,
    CodeAsked,
    CodeScanned,
    DefectAsked,
    DefectKept,
    DefectNamed,
    DocumentsAsked,
    EaseAsked,
    EaseChosen,
    Event,
    HeadsetChanged,
    HelpAsked,
    LanguageChosen,
    LanguagesAsked,
    OfferChanged,
    OfferingsAsked,
    PaperFound,
    PaperGone,
    PaperSensed,
    PinUnknown,
    ServiceAsked,
    Spoken,
    StaffCardSeen,
    StillHere,
    StopPressed,
    TimedOut,
    Touch,
    TownAsked,
    VoiceAsked,
    VoiceSwitched,
    VolumeTurned,
)
from kiosk_app.leaving import REMINDERS, Step, begin, home, leave, refuse
from kiosk_app.tray import may_hold_paper, was_emptied
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardBack,
    CardSlot,
    Checking,
    Choosing,
    Ease,
    EnterCode,
    EnterPin,
    Goodbye,
    Language,
    LastTry,
    Notice,
    NotTaken,
    Offer,
    Offerings,
    OpeningCode,
    Ordering,
    Overlay,
    PaperLeft,
    PinOnReader,
    Portal,
    Printed,
    Printing,
    Recognising,
    SigningIn,
    StaffAtWork,
    State,
    TakeCard,
    TrayView,
    Viewing,
    Visit,
)

# The pages over a state that can be asked for anywhere.
_PAGES = {HelpAsked: Overlay.HELP, LanguagesAsked: Overlay.LANGUAGES, EaseAsked: Overlay.EASE}
# Pages that stay when another language is chosen on them.
_SPOKEN_OF = (
    *(Overlay.HELP, Overlay.SERVICE, Overlay.TOWN, Overlay.EASE),
    *(Overlay.DEFECT, Overlay.DEFECT_KEPT, Overlay.DEFECT_LOST),
)


def step(visit: Visit, event: Event) -> Step:
    """Give the next visit and what it wishes for. What does not fit a state changes nothing."""
    if isinstance(event, Answer) and event.visit != visit.number:
        return visit, ()
    if isinstance(event, TimedOut) and event.clock not in running(visit):
        return visit, ()
    after, effects = _interrupts(visit, event)
    if type(after.state) is not type(visit.state) or hearing.reminded(visit, after):
        after = replace(after, overlay=None)  # a warning is not to be missed behind a page of help
    if _is_gone(visit, after):
        after = _as_found(after)
    return after, effects + hearing.aloud(visit, after, event) + clock_effects(visit, after, event)


def _as_found(visit: Visit) -> Visit:
    """Give it as the next resident finds it: in Dutch, as usual, silent."""
    return replace(visit, language=Language.NL, ease=Ease(), voice=visit.voice.at_rest)


def _is_gone(before: Visit, after: Visit) -> bool:
    """Whether the one who chose a language is no longer there: the next one starts in Dutch, and sees it as usual."""
    match before.state, after.state:
        case Portal(), _:
            return False
        case (_, Portal()) | (Goodbye(), _):
            return not isinstance(after.state, Goodbye)
        case Notice(fault), _:  # one that asks to try again is answered by the same resident
            return after.number != before.number and not FAULTS[fault].retry
        case _:
            return False


def _interrupts(visit: Visit, event: Event) -> Step:
    """Handle what may happen in any state; everything else is for the state's own rules."""
    match event:
        case OfferChanged(offer):
            return _offer_changed(replace(visit, offer=offer), offer)
        case CardFound() if isinstance(visit.state, Portal | Goodbye):  # forgotten, for all we know
            return replace(visit, slot=CardSlot.STALE), ()
        case CardFound() if isinstance(visit.state, Notice):  # which is still being read; leaving it asks the card back
            return replace(visit, slot=CardSlot.IN), ()
        case CardInserted() | CardFound():
            return _card_inserted(replace(visit, slot=CardSlot.IN))
        case CardRemoved():
            return _card_removed(replace(visit, slot=CardSlot.EMPTY))
        case PaperFound():
            return replace(visit, paper_left=True), ()
        case PaperSensed(view):
            return _paper_sensed(visit, view)
        case TimedOut(Clock.IDLE):
            return replace(visit, overlay=Overlay.STILL_THERE), ()
        case TimedOut(Clock.GONE):
            return _gone(replace(visit, overlay=None), event)
        case HeadsetChanged():
            return hearing.heard(visit, event)
        case Spoken():
            return visit, ()
        case DefectKept(lost=lost):
            told = Overlay.DEFECT_LOST if lost else Overlay.DEFECT_KEPT
            return replace(visit, overlay=told if visit.overlay is Overlay.DEFECT else visit.overlay), ()
        case _:
            return _around(visit, event)


def _around(visit: Visit, event: Event) -> Step:
    """Handle what can be touched around every page, and what closes a page that lies over another."""
    match event:
        case HelpAsked() | LanguagesAsked() | EaseAsked():
            return replace(visit, overlay=_PAGES[type(event)]), ()
        case DefectAsked() if visit.overlay is Overlay.HELP:
            return replace(visit, overlay=Overlay.DEFECT), ()
        case DefectNamed(about) if visit.overlay is Overlay.DEFECT:
            return visit, (KeepDefect(visit.number, about, name_of(visit.state)),)
        case ServiceAsked(service) if isinstance(visit.state, Portal):
            return replace(visit, overlay=Overlay.SERVICE, service=service), ()
        case PinUnknown() if isinstance(visit.state, EnterPin | PinOnReader) and visit.overlay is None:
            return replace(visit, overlay=Overlay.PIN_UNKNOWN), ()
        case LanguageChosen(language):
            overlay = visit.overlay if visit.overlay in _SPOKEN_OF else None
            return replace(visit, language=language, overlay=overlay), ()
        case TownAsked() if isinstance(visit.state, Portal):
            return replace(visit, overlay=Overlay.TOWN), ()
        case EaseChosen(ease):
            return replace(visit, ease=ease), ()
        case VoiceAsked() | VoiceSwitched() | VolumeTurned():
            return hearing.heard(visit, event)
        case StopPressed():
            return _stopped(visit)
        case CodeAsked() if visit.overlay is Overlay.SERVICE:
            return opening.ask_code(begin(visit, AskCard()))
        case _ if isinstance(event, Touch) and visit.overlay is not None:
            return replace(visit, overlay=None), ()
        case StillHere():
            return visit, ()
        case _:
            return _by_state(visit, event)


def name_of(state: State) -> str:
    """Give the name of a state as it is reported to whoever mends it."""
    name = type(state).__name__
    return name[0].lower() + name[1:]


def _by_state(visit: Visit, event: Event) -> Step:
    if isinstance(event, StaffCardSeen) and isinstance(visit.state, Recognising | Notice):
        return at_work.begin(visit, event.card)
    match visit.state:
        case Portal() | PaperLeft() | AskCard() | CardBack() | Notice() | NotTaken() | Goodbye():
            return _between(visit, visit.state, event)
        case Offerings() | EnterCode() | OpeningCode():
            return _without_card(visit, visit.state, event)
        case Recognising() | LastTry() | EnterPin() | PinOnReader() | SigningIn():
            return sign_in.rules(visit, visit.state, event)
        case Asking():
            return questions.rules(visit, visit.state, event)
        case Viewing():
            return viewing.rules(visit, visit.state, event)
        case Choosing() | Checking() | TakeCard() | Ordering():
            return ordering.rules(visit, visit.state, event)
        case Printing() | Printed():
            return delivery.rules(visit, visit.state, event)
        case Collecting() | DoorOpening() | DoorOpen() | AskTaken() | NextDoor():
            return collecting.rules(visit, visit.state, event)
        case StaffAtWork():
            return at_work.rules(visit, visit.state, event)


def _between(visit: Visit, state: State, event: Event) -> Step:
    """Give the rules of the states that hold nobody's data."""
    match state, event:
        case Portal(), DocumentsAsked():
            return _documents_asked(begin(visit, AskCard()))
        case Portal(), CodeAsked():
            return opening.ask_code(begin(visit, AskCard()))
        case AskCard(), CodeAsked():
            return opening.ask_code(visit)
        case Portal() | Goodbye(), CodeScanned(code):
            return opening.scanned(begin(visit, AskCard()), code)
        case AskCard(), CodeScanned(code):
            return opening.scanned(visit, code)
        case AskCard(), OfferingsAsked():
            return opening.show_offerings(visit)
        case PaperLeft(), PaperGone():
            # A sensor that sees paper all the same is not believed until it sees something else.
            tray = TrayView.UNSEEN if visit.tray is TrayView.PAPER else visit.tray
            return _documents_asked(replace(visit, paper_left=False, tray=tray))
        case CardBack(reminders), TimedOut():
            given_up = reminders + 1 >= REMINDERS
            return home(visit) if given_up else (replace(visit, state=CardBack(reminders + 1)), ())
        case Goodbye(), TimedOut():
            return home(visit)
        case _:
            return visit, ()


def _without_card(visit: Visit, state: Offerings | EnterCode | OpeningCode, event: Event) -> Step:
    """Give the ways from one way in to the other; the rest is for the rules of these states."""
    match event:
        case DocumentsAsked() if not isinstance(state, OpeningCode):
            return _documents_asked(visit)
        case CodeAsked() if isinstance(state, Offerings):
            return opening.ask_code(visit)
        case CodeScanned(code) if not isinstance(state, OpeningCode):
            return opening.scanned(visit, code)
        case _:
            return opening.rules(visit, state, event)


def _documents_asked(visit: Visit) -> Step:
    """Start towards a document: what cannot be finished is said before anything is asked of the resident."""
    if visit.offer.documents is not None:
        refused, effects = refuse(visit, visit.offer.documents)
        # Whoever comes to mend it puts in a card too.
        return refused, (*effects, *((AskStaffCard(visit.number),) if visit.slot is CardSlot.IN else ()))
    if may_hold_paper(visit):
        return replace(visit, state=PaperLeft()), ()
    if visit.slot is CardSlot.IN:
        return sign_in.recognise(visit)
    return replace(visit, state=AskCard()), ()


def _paper_sensed(visit: Visit, view: TrayView) -> Step:
    """Take note of what lies in the slot: what a resident was asked about or still had to take may be gone now."""
    gone = was_emptied(visit, PaperSensed(view))
    after = replace(visit, tray=view, paper_left=visit.paper_left and view is not TrayView.EMPTY)
    match visit.state:
        case Printed() as state if gone and state.complete:
            return leave(after)
        case PaperLeft() if gone:
            return _documents_asked(after)
        case _:
            return after, ()


def _card_inserted(visit: Visit) -> Step:
    """A card starts a visit from the portal, from its notice and from the goodbye; elsewhere it only lies there."""
    match visit.state:
        case Portal() | Goodbye() | Notice():
            return _documents_asked(begin(visit, AskCard()))
        case AskCard() | Offerings() | EnterCode():
            return _documents_asked(visit)
        case Ordering() as state:
            return ordering.card_back_in(visit, state)
        case Collecting() as state:
            return collecting.card_back_in(visit, state)
        case StaffAtWork() as state:
            return at_work.rules(visit, state, CardInserted())
        case _:
            return visit, ()


def _card_removed(visit: Visit) -> Step:
    """A card pulled while the visit needs it ends the visit; once documents are confirmed it only comes early."""
    match visit.state:
        case Choosing(person=None) | Asking(person=None) | Checking(person=None):  # a code opened this: no card did
            return visit, ()
        case Recognising() | LastTry() | EnterPin() | PinOnReader() | SigningIn() | Choosing() | Asking() | Checking():
            reader_lost = visit.offer.documents is FaultCode.READER_LOST
            return refuse(visit, FaultCode.READER_LOST if reader_lost else FaultCode.CARD_REMOVED)
        case TakeCard() | Viewing() as state:
            return ordering.card_out(visit, state)
        case Collecting() as state:
            return collecting.card_out(visit, state)
        case CardBack():
            return leave(visit)
        case StaffAtWork() as state:
            return at_work.rules(visit, state, CardRemoved())
        case _:
            return visit, ()


def _offer_changed(visit: Visit, offer: Offer) -> Step:
    """Say at once that it cannot be finished, unless the resident is already past asking for it."""
    match visit.state:
        case PaperLeft() | AskCard() | Recognising() | LastTry() | EnterPin() | PinOnReader() if offer.documents:
            return refuse(visit, offer.documents)
        case EnterCode() | OpeningCode() if offer.with_code:
            return refuse(visit, offer.with_code)
        case _:
            return visit, ()


def _gone(visit: Visit, event: TimedOut) -> Step:
    """Nobody said that they were still there."""
    match visit.state:
        case Portal():
            return _as_found(visit), ()
        case Printed() as state:  # no answer is no yes
            return delivery.rules(visit, state, event)
        case _:
            return leave(visit)


def _stopped(visit: Visit) -> Step:
    match visit.state:
        case Portal() if visit.overlay is Overlay.STILL_THERE:
            return _as_found(replace(visit, overlay=None)), ()
        case Portal() | CardBack() | DoorOpening():  # a pulse is on its way: what it does is said first
            return replace(visit, overlay=None), ()
        case Goodbye():
            return home(visit)
        case Printing() | Printed():
            return delivery.stopped(visit, visit.state)
        case _:
            return leave(visit)
