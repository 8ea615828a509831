"""Every screen there is, as visits of a fictitious resident: what the gallery paints and the tests measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from msgspec import structs

from config.settings import Language, ServiceState, Settings, Speech, load
from hardware.devices import Applet
from hardware.faults import FaultCode
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardBack,
    CardSlot,
    Channel,
    Checking,
    Choosing,
    Details,
    Document,
    Drawing,
    Ease,
    EnterCode,
    EnterPin,
    Goodbye,
    Job,
    JobPhase,
    LastTry,
    Later,
    Notice,
    NotTaken,
    Offer,
    Offerings,
    OpeningCode,
    Order,
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
    Question,
    Recognising,
    Remedy,
    RemedyOffer,
    SigningIn,
    SlipState,
    State,
    TakeCard,
    Viewing,
    Visit,
    Voice,
)
from ui.sample_doors import at_doors
from ui.sample_shelves import at_shelves
from ui.sample_staff import staff_states

EVENING = datetime(2026, 11, 23, 20, 41)  # noqa: DTZ001 (the wall clock of the hall)
MORNING = datetime(2026, 9, 30, 9, 5)  # noqa: DTZ001 (the longest day there is to write)
NIGHT = datetime(2026, 11, 23, 3, 12)  # noqa: DTZ001
NOON = datetime(2026, 11, 23, 12, 5)  # noqa: DTZ001
EXAMPLE = Path(__file__).parent.parent / "config" / "example.toml"

USUAL = Ease()
AN = Person("An", "Peeters")
_LONG = Person("Maria-Magdalena Josephina", "Van den Broecke-Vandenbussche")
HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "Wie er op hetzelfde adres woont")
RESIDENCE = Product("residence", "Attest van hoofdverblijfplaats", "Ook bekend als bewijs van woonst")
NATIONALITY = Product("nationality", "Attest van nationaliteit", "Welke nationaliteit iemand heeft")
_REFUSED = Product("cohabitation", "Attest van wettelijke samenwoning", "", refusal=FaultCode.PRODUCT_UNAVAILABLE)
_THREE = (HOUSEHOLD, RESIDENCE, NATIONALITY)
_NINE = (
    HOUSEHOLD,
    RESIDENCE,
    NATIONALITY,
    Product("life", "Attest van leven", "Bijvoorbeeld voor een buitenlands pensioen"),
    _REFUSED,
    Product("residenceHistory", "Attest van hoofdverblijfplaats met historiek", "Alle adressen, van nu en van vroeger"),
    Product("electoralRegister", "Attest van kiesregister", "Bewijs van inschrijving als kiezer"),
    Product(
        "residenceForMarriage",
        "Attest van verblijfplaats met het oog op een huwelijk",
        "Voor een huwelijk in een andere gemeente of in het buitenland",
    ),
    Product(
        "funeralWishes",
        "Attest van wijze van teraardebestelling en/of rituelen",
        "Wat er na een overlijden moet gebeuren",
    ),
)
_PURPOSES = (
    Purpose("job", "Voor een job", needs_recipient=True),
    Purpose("volunteering", "Voor vrijwilligerswerk", needs_recipient=True),
    Purpose("abroad", "Voor een verblijf in het buitenland"),
    Purpose("other", "Iets anders"),
)
_RECORD = Product(
    "criminalRecord595",
    "Uittreksel uit het strafregister, model 595",
    "Voor een job of een aanvraag, als er geen ander model gevraagd is",
    purposes=_PURPOSES,
    asks_channel=True,
)
_LATER = Product(
    "criminalRecord5962",
    "Uittreksel uit het strafregister, model 596.2",
    "Om met kinderen of jongeren te werken",
    deferred=True,
    lead_time="P14D",
    purposes=_PURPOSES,
    asks_channel=True,
)
_BIRTH = Product("civilBirth", "Uittreksel uit de geboorteakte", "Voor wie in België geboren is", max_copies=3)
_CLOSED = structs.replace(RESIDENCE, refusal=FaultCode.SOURCE_CLOSED, opens_at="2026-11-24T06:00:00+01:00")
_CLAIM = Product("preparedDocument", "Bewijs van inschrijving in de muziekschool", "", claim=UUID(int=101))
_REPRINT = Product("reprint", "Attest van hoofdverblijfplaats", "", claim=UUID(int=102))
_TICKETS = tuple(UUID(int=n) for n in range(1, 13))


@dataclass(frozen=True, repr=False)
class Sample:
    """A named visit, with the settings and the moment in which it is shown."""

    name: str
    visit: Visit
    settings: Settings
    now: datetime = EVENING


def samples(settings: Settings | None = None, language: Language = Language.NL, ease: Ease = USUAL) -> Iterator[Sample]:
    """Give every screen in a language and seen in one way, in the order of a visit."""
    for sample in _samples(settings if settings is not None else load(EXAMPLE)):
        yield replace(sample, visit=replace(sample.visit, language=language, ease=ease))


def _samples(told: Settings) -> Iterator[Sample]:
    yield from _portals(told)
    for name, state in _states():
        yield Sample(name, _visit(state, CardSlot.IN), told)
    for name, visit, walled in (*at_doors(told), *at_shelves(told)):
        yield Sample(name, visit, walled)
    yield Sample("ask-card-stale", _visit(AskCard(), CardSlot.STALE), told)
    yield Sample("help-in-visit", _visit(_choosing(_THREE), CardSlot.IN, Overlay.HELP), told)
    yield Sample("ease-on-portal", _visit(Portal(), CardSlot.EMPTY, Overlay.EASE), told)
    listens = replace(_visit(Portal(), CardSlot.EMPTY, Overlay.EASE), voice=Voice(on=True))
    yield Sample("ease-listening", listens, structs.replace(told, speech=Speech()))
    every = structs.replace(told, languages=tuple(Language))  # Dutch and one other need no page
    yield Sample("languages", _visit(Portal(), CardSlot.EMPTY, Overlay.LANGUAGES), every)
    yield Sample("town", _visit(Portal(), CardSlot.EMPTY, Overlay.TOWN), told)
    for page in (Overlay.DEFECT, Overlay.DEFECT_KEPT, Overlay.DEFECT_LOST):
        yield Sample(f"{page.value}-on-portal", _visit(Portal(), CardSlot.EMPTY, page), told)
    yield Sample("help-on-portal", _visit(Portal(), CardSlot.EMPTY, Overlay.HELP), told)
    pad = EnterPin(Applet.V1_8, 3)
    yield Sample("pin-unknown", _visit(pad, CardSlot.IN, Overlay.PIN_UNKNOWN), told)
    yield Sample("still-there", _visit(_choosing(_THREE), CardSlot.IN, Overlay.STILL_THERE), told)
    for code in FaultCode:
        slot = CardSlot.EMPTY if code is FaultCode.CARD_REMOVED else CardSlot.IN
        yield Sample(f"notice-{code.value}", _visit(Notice(code), slot), told)
    yield Sample("notice-at-door", _visit(Notice(FaultCode.BACKEND_DOWN, at_door=True)), told)
    for applet in Applet:
        state = Notice(FaultCode.PIN_BLOCKED, applet)
        yield Sample(f"notice-pinBlocked-{applet.value}", _visit(state, CardSlot.IN), told)


def _visit(state: State, slot: CardSlot = CardSlot.EMPTY, overlay: Overlay | None = None) -> Visit:
    return Visit(1, state, slot, overlay=overlay)


def _portals(told: Settings) -> Iterator[Sample]:
    yield Sample("portal", _visit(Portal()), told)
    yield Sample("portal-morning", _visit(Portal()), told, MORNING)
    yield Sample("portal-stale-card", _visit(Portal(), CardSlot.STALE), told)
    for code in (FaultCode.PAPER_EMPTY, FaultCode.BACKEND_DOWN):
        yield Sample(f"portal-{code.value}", replace(_visit(Portal()), offer=Offer(code, code)), told)
    lost = Offer(FaultCode.READER_LOST)
    yield Sample(f"portal-{FaultCode.READER_LOST.value}", replace(_visit(Portal()), offer=lost), told)
    alone = structs.replace(told, back_end=None, card_reader=None, printer=None, receipt_printer=None)
    yield Sample("portal-alone", _visit(Portal()), alone)
    yield Sample("help-alone", _visit(Portal(), overlay=Overlay.HELP), alone)
    for number, service in enumerate(told.services):
        yield Sample(f"service-{service.kind}-{number}", replace(_service_page(), service=number), told)
    yield Sample("service-closed", replace(_service_page(), service=2), told, NIGHT)
    broken = structs.replace(told.services[1], state=ServiceState.OUT_OF_ORDER, updated=NOON)
    out = structs.replace(told, services=(told.services[0], broken, *told.services[2:]))
    yield Sample("portal-service-out", _visit(Portal()), out)
    yield Sample("service-out", replace(_service_page(), service=1), out)
    bare = structs.replace(told, services=(), counter=(), announcements=())
    yield Sample("portal-bare", _visit(Portal()), bare)


def _service_page() -> Visit:
    return _visit(Portal(), overlay=Overlay.SERVICE)


def _states() -> Iterator[tuple[str, State]]:
    yield "paper-left", PaperLeft()
    yield "ask-card", AskCard()
    yield from _without_card()
    yield "recognising", Recognising()
    yield from _pins()
    yield "pin-on-reader-soon", PinOnReader(Applet.V1_8, 3)
    yield "pin-on-reader", PinOnReader(Applet.V1_8, 3, signing=True)
    yield "pin-on-reader-wrong", PinOnReader(Applet.V1_8, 2, wrong_before=True, signing=True)
    yield "last-try", LastTry(Applet.V1_8)
    yield "signing-in", SigningIn(Applet.V1_8, 3, None, None)
    yield "choosing", _choosing(_THREE)
    yield "choosing-refused", _choosing((*_THREE, _REFUSED))
    yield "choosing-several", _choosing(_NINE, ("householdComposition", "residence"), several=True)
    yield "choosing-several-none", _choosing(_NINE, (), several=True)
    yield "choosing-page-2", replace(_choosing(_NINE), page=1)
    yield "choosing-long-name", replace(_choosing(_THREE), person=_LONG)
    yield "checking", Checking(AN, _THREE, (HOUSEHOLD.code,))
    yield "checking-two", Checking(AN, _THREE, (HOUSEHOLD.code, RESIDENCE.code), several=True)
    all_codes = tuple(product.code for product in _NINE if product.refusal is None)
    yield "checking-all", Checking(_LONG, _NINE, all_codes, several=True)
    yield from _asked()
    yield "ordering", Ordering(_orders(1))
    yield "ordering-two", Ordering(_orders(2), _documents(1))
    yield from _take_cards()
    yield from _viewings()
    yield from _printings()
    yield from _printeds()
    yield from _laters()
    yield "not-taken", NotTaken()
    yield from staff_states()
    for reminders in range(3):
        yield f"card-back-{reminders}", CardBack(reminders)
    yield "goodbye", Goodbye()


def _without_card() -> Iterator[tuple[str, State]]:
    yield "offerings-awaited", Offerings()
    yield "offerings", Offerings((HOUSEHOLD, NATIONALITY, _RECORD, _LATER))
    yield "offerings-page-2", Offerings((*_NINE, _RECORD, _LATER), page=1)
    yield "code-empty", EnterCode()
    yield "code-some", EnterCode("4F7K9")
    yield "code-whole", EnterCode("4F7K9XQR")
    yield "code-unknown", EnterCode(refused=FaultCode.CODE_UNKNOWN)
    yield "code-opening", OpeningCode()
    yield "code-checking", Checking(None, (_CLAIM,), (_CLAIM.key,))


def _asked() -> Iterator[tuple[str, State]]:
    yield "choosing-claims", _choosing((*_THREE, _CLAIM, _REPRINT))
    parcel = Product("compartment", "Paspoort", "", claim=UUID(int=103), compartment=7, ticket=UUID(int=13))
    yield "choosing-compartment", _choosing((*_THREE, parcel))
    yield "choosing-closed", _choosing((HOUSEHOLD, _CLOSED))
    asked = Asking(
        AN, (_RECORD,), (_RECORD.key,), several=False, details=(), product=_RECORD, question=Question.PURPOSE
    )
    yield (
        "asking-language",
        replace(asked, product=structs.replace(_RECORD, languages=("nl", "fr")), question=Question.LANGUAGE),
    )
    yield "asking-purpose", asked
    yield "asking-recipient-empty", replace(asked, question=Question.RECIPIENT)
    yield "asking-recipient", replace(asked, question=Question.RECIPIENT, typed="JEUGDHUIS DE KRING")
    yield "asking-recipient-digits", replace(asked, question=Question.RECIPIENT, typed="CAFÉ 7", page=1)
    yield "asking-recipient-long", replace(asked, question=Question.RECIPIENT, typed="VERENIGING " * 5)
    yield "asking-channel", replace(asked, question=Question.CHANNEL)
    yield "asking-channel-deferred", replace(asked, product=_LATER, question=Question.CHANNEL)
    yield "asking-copies", replace(asked, product=_BIRTH, question=Question.COPIES)
    yield "checking-copies", Checking(AN, (_BIRTH,), (_BIRTH.key,), details=(Details(_BIRTH.key, copies=3),))
    details = Details(_RECORD.key, _RECORD.purposes[0], "JEUGDHUIS DE KRING", Channel.PAPER)
    yield "checking-record", Checking(AN, (_RECORD,), (_RECORD.key,), details=(details,))
    yield "checking-ebox", Checking(AN, (_RECORD,), (_RECORD.key,), details=(replace(details, channel=Channel.EBOX),))
    later = Details(_LATER.key, _RECORD.purposes[0], "SCHOOL", Channel.PAPER)
    yield "checking-later", Checking(AN, (_LATER,), (_LATER.key,), details=(later,))
    both = (_RECORD, _LATER)
    keys = (_RECORD.key, _LATER.key)
    yield "checking-two-purposes", Checking(AN, both, keys, several=True, details=(details, later))


def _choosing(products: tuple[Product, ...], chosen: tuple[str, ...] = (), *, several: bool = False) -> Choosing:
    return Choosing(AN, products, chosen, several=several)


def _pins() -> Iterator[tuple[str, State]]:
    yield "pin-empty", EnterPin(Applet.V1_8, 3)
    yield "pin-two", EnterPin(Applet.V1_8, 3, typed=2)
    yield "pin-four", EnterPin(Applet.V1_8, 3, typed=4)
    yield "pin-twelve", EnterPin(Applet.V1_8, 3, typed=12)
    yield "pin-wrong", EnterPin(Applet.V1_8, 2, wrong_before=True)
    yield "pin-one-left", EnterPin(Applet.V1_8, 1, typed=3)


def _documents(number: int) -> tuple[Document, ...]:
    return tuple(Document(_TICKETS[n], _NINE[n], b"", 1) for n in range(number))


def _orders(number: int, *faults: FaultCode) -> tuple[Order, ...]:
    had = tuple(Order(_TICKETS[n], _NINE[n]) for n in range(number))
    return had + tuple(Order(_TICKETS[n], _NINE[n], fault) for n, fault in enumerate(faults, number))


def _take_cards() -> Iterator[tuple[str, State]]:
    yield "take-card-awaited", TakeCard(_orders(1))
    yield "take-card", TakeCard(_orders(2), _documents(2))
    yield "take-card-one-missing", TakeCard(_orders(1, FaultCode.DOCUMENT_SEAL), _documents(1))
    yield "take-card-1", TakeCard(_orders(1), _documents(1), reminders=1)
    yield "take-card-2", TakeCard(_orders(1), _documents(1), reminders=2)


def _viewings() -> Iterator[tuple[str, State]]:
    one, two = _documents(1), tuple(replace(document, pages=2) for document in _documents(8)[-2:])
    drawing = _greeked()
    yield "viewing-awaited", Viewing(_orders(1), one)
    yield "viewing-veiled", Viewing(_orders(1), one, drawing=drawing)
    yield "viewing-clear", Viewing(_orders(1), one, clear=True, drawing=drawing)
    yield "viewing-two", Viewing(_orders(2), two, page=1, drawing=drawing)
    yield "viewing-two-clear", Viewing(_orders(2), two, page=2, lower=True, clear=True, drawing=drawing)
    yield "viewing-not-shown", Viewing(_orders(1), one, failed=True)


@cache
def _greeked() -> Drawing:
    """Give a page of which the lines are there, and no words."""
    width, height, margin = 620, 877, 62
    white, dark, grey = b"\xff\xff\xff\0", b"\x20\x20\x20\0", b"\x88\x88\x88\0"
    rows = [white * width] * height
    title = (70, 20, 300, dark)
    for top, high, wide, ink in (title, *((132 + 22 * n, 9, 480 - 90 * (n % 3), grey) for n in range(26))):
        rows[top : top + high] = [white * margin + ink * wide + white * (width - margin - wide)] * high
    return Drawing(width, height, b"".join(rows))


def _jobs(*progresses: Progress) -> tuple[Job, ...]:
    return tuple(Job(d, p) for d, p in zip(_documents(len(progresses)), progresses, strict=True))


def _of_three(progress: Progress) -> Job:
    return Job(Document(_TICKETS[0], _BIRTH, b"", 1, copies=3), progress)


def _printings() -> Iterator[tuple[str, State]]:
    waiting = Progress(JobPhase.WAITING)
    now, done = Progress(JobPhase.PRINTING, 1), Progress(JobPhase.PRINTED, 1)
    paused = Progress(JobPhase.PAUSED, 0, FaultCode.PAPER_EMPTY)
    yield "printing-handed", Printing(_jobs(Progress(JobPhase.HANDED)), _orders(1))
    yield "printing-one", Printing(_jobs(now), _orders(1))
    yield "printing-two", Printing(_jobs(Progress(JobPhase.PRINTING), waiting), _orders(2))
    yield "printing-second", Printing(_jobs(done, now), _orders(2))
    yield "printing-four", Printing(_jobs(done, now, waiting, waiting), _orders(4))
    yield "printing-eight", Printing(_jobs(done, done, now, *(waiting,) * 5), _orders(8))
    yield "printing-paused", Printing(_jobs(paused, waiting), _orders(2))
    yield "printing-copies", Printing((_of_three(now),), _orders(1))
    stopped = Progress(JobPhase.FAILED, 0, FaultCode.PRINT_STOPPED)
    yield "printing-stopping", Printing(_jobs(now, stopped), _orders(2), stopping=True)


def _laters() -> Iterator[tuple[str, State]]:
    deferred = Order(_TICKETS[0], _LATER, later=Later(delivered=False, expected_on="2026-12-07", notice="eBox"))
    delivered = Order(_TICKETS[1], _RECORD, later=Later(delivered=True))
    yield "later-deferred", Printed((), (deferred,), slip=SlipState.PRINTING)
    yield "later-delivered", Printed((), (delivered,))
    yield "later-and-printed", Printed(_jobs(Progress(JobPhase.PRINTED, 1)), (*_orders(1), deferred))


def _printeds() -> Iterator[tuple[str, State]]:
    done = Progress(JobPhase.PRINTED, 1)
    failed = Progress(JobPhase.FAILED, 0, FaultCode.PAPER_JAM)
    partly = Progress(JobPhase.FAILED, 1, FaultCode.PAPER_JAM)
    unknown = Progress(JobPhase.UNKNOWN, None, FaultCode.PRINT_UNKNOWN)
    code = RemedyOffer(Remedy.REPRINT_CODE, "4F7K-9XQR", "2026-12-07")
    yield "printed-one", Printed(_jobs(done), _orders(1))
    yield "printed-two", Printed(_jobs(done, done), _orders(2))
    for slip in (SlipState.PRINTING, SlipState.PRINTED, SlipState.FAILED):
        yield f"printed-slip-{slip.value}", Printed(_jobs(done), _orders(1), slip=slip)
    yield "printed-copies", Printed((_of_three(Progress(JobPhase.PRINTED, 3)),), _orders(1))
    yield "outcome-failed", Printed(_jobs(failed), _orders(1))
    yield "outcome-failed-code", Printed(_jobs(failed), _orders(1), ((_TICKETS[0], code),), SlipState.PRINTED)
    counter = RemedyOffer(Remedy.COUNTER)
    yield "outcome-partly", Printed(_jobs(done, partly), _orders(2), ((_TICKETS[1], counter),))
    yield "outcome-unknown", Printed(_jobs(unknown), _orders(1), ((_TICKETS[0], code),), SlipState.FAILED)
    mixed = _jobs(done, failed, unknown)
    offers = ((_TICKETS[1], code), (_TICKETS[2], replace(code, code="9K3M-7T64")))
    yield "outcome-mixed", Printed(mixed, _orders(3, FaultCode.BACKEND_SLOW), offers, SlipState.PRINTING)
    yield "outcome-refused", Printed(_jobs(done), _orders(1, FaultCode.DOCUMENT_SEAL))
    yield "outcome-eight", Printed(_jobs(*(done,) * 6, partly, failed), _orders(8))
