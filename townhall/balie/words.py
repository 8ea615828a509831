"""What a clerk reads, in Dutch: how things stand, what went wrong, and what to do about it."""

from __future__ import annotations

import datetime as dt

from townhall.calendar import ZONE
from townhall.compartments.tables import Deposit, Ended, Found, Outcome, Placed, Result, StockTaking
from townhall.lockers.rules import DepositState
from townhall.problems import Problem, ProblemType
from townhall.shelf import ShelfState
from townhall.tables import ActKind, Claim, ClaimState, Order, OrderKind, PrintResult
from townhall.typeset import day

STATES = {
    ShelfState.ANNOUNCED: "Aangekondigd, het bestand is er nog niet",
    ShelfState.WAITING: "Ligt klaar",
    ShelfState.COLLECTED: "Opgehaald",
    ShelfState.WITHDRAWN: "Teruggenomen",
    ShelfState.EXPIRED: "Verlopen, niet opgehaald",
    ShelfState.IN_DOUBT: "Niet zeker: kijk na",
}
ACTS = {
    ActKind.NEW_CODE: "nieuwe code gegeven",
    ActKind.CODE_ENDED: "code ingetrokken",
    ActKind.TOLD: "inwoner verwittigd",
    ActKind.GIVEN: "aan de balie gegeven",
    ActKind.WITHDRAWN: "teruggenomen",
}
LANGUAGES = {"nl": "Nederlands", "fr": "Frans", "de": "Duits"}

NOTHING_YET = ("Nog niets gemeld", "De kiosk heeft nog niet gezegd wat er van het papier kwam.")
OUTCOMES = {
    "printed": ("Afgedrukt", "De printer meldde dat het document volledig uit de kiosk kwam."),
    "failed": ("Afdrukken mislukt", "De kiosk kon het document niet afdrukken."),
    "unknown": ("Niet zeker", "De kiosk weet niet of het papier eruit kwam."),
    "stopped": ("Gestopt", "Het bezoek stopte voor het document volledig afgedrukt was."),
}

# What the kiosk's word for a fault means; one that is not here stands as it came.
FAULTS = {
    "paperEmpty": "papier op",
    "paperJam": "papier vastgelopen",
    "coverOpen": "klep open",
    "trayMissing": "papierlade uit de printer",
    "tonerEmpty": "toner op",
    "wasteFull": "opvangbak vol",
    "printerLost": "printer antwoordt niet",
    "printerFault": "printer defect",
    "printFailed": "printer stopte",
    "printStopped": "afgebroken",
    "printUnknown": "printer zei niet hoe het afliep",
    "documentBroken": "document beschadigd aangekomen",
    "documentSeal": "zegel niet in orde",
    "documentForbidden": "inhoud die niet op papier kan",
    "documentFormat": "past niet op het papier",
    "backendSlow": "gemeentehuis antwoordde te laat",
    "backendDown": "gemeentehuis niet bereikbaar",
    "backendAnswer": "onverwacht antwoord van het gemeentehuis",
    "internal": "fout in de kiosk",
}

# Each word of the contract for why a PDF is not taken.
REJECTIONS = {
    "notPdf": "Dit bestand is geen PDF, of het is beschadigd.",
    "encrypted": "Deze PDF is beveiligd met een wachtwoord. Maak er een zonder wachtwoord.",
    "javaScript": "In deze PDF zit een script. De kiosk drukt dat niet af.",
    "embeddedFile": "In deze PDF zit een bijlage. De kiosk drukt die niet af. Haal ze eruit.",
    "externalAction": "Deze PDF opent iets anders of speelt iets af. De kiosk drukt dat niet af.",
    "pageSize": "Niet elke pagina is A4.",
    "tooManyPages": "Het document is te lang: hoogstens 50 pagina’s.",
    "noSeal": "Er staat geen elektronisch zegel op.",
    "brokenSeal": "Het zegel klopt niet meer: er is na het verzegelen iets veranderd.",
    "strangeSeal": "Het zegel is niet van een instantie die de gemeente aanvaardt.",
}
FIELDS = {
    "ssin": "Dit rijksregisternummer klopt niet. Kijk de cijfers na.",
    "validUntil": "Kies een dag vanaf vandaag.",
    "title": "Geef het document een naam.",
    "productCode": "Dit ticket is voor een ander soort document.",
}
PROBLEMS = {
    ProblemType.PRODUCT_UNAVAILABLE: "Dit document geven we alleen met de identiteitskaart, niet met een code.",
    ProblemType.CODE_NEEDS_CARD: "Dit document geven we alleen met de identiteitskaart. Een code kan niet.",
    ProblemType.NOT_IN_COMPARTMENT: "Dit ligt nu niet in een vakje. Een code werkt alleen zolang het daar ligt.",
    ProblemType.COMPARTMENT_TAKEN: "Dit ligt nog in een vakje. Neem het eerst terug aan de kiosk.",
    ProblemType.CODE_IN_USE: "Een kiosk is er nu mee bezig. Probeer het over enkele minuten opnieuw.",
    ProblemType.CODE_USED: "Dit is al opgehaald.",
    ProblemType.CODE_EXPIRED: "Dit is verlopen. Leg het document opnieuw klaar.",
    ProblemType.CODE_WITHDRAWN: "Dit is teruggenomen.",
    ProblemType.CONFLICT: "Dat kan nu niet meer: het document is onderweg naar papier, of al opgehaald.",
    ProblemType.RESOURCE_NOT_FOUND: "Er is geen ticket dat op dit document wacht.",
    ProblemType.PAYLOAD_TOO_LARGE: "Dit bestand is te groot: hoogstens 24 MB. Er is niets klaargelegd.",
}
# What a kiosk said of the door of a compartment; None where it said nothing yet.
DOORS = {
    None: "een kiosk mocht de deur openen, en meldde nog niets",
    Outcome.COLLECTED: "opgehaald: de deur ging open en weer dicht",
    Outcome.NOT_OPENED: "de deur ging niet open",
    Outcome.LEFT_OPEN: "de deur ging open en bleef openstaan",
    Outcome.NOTHING_TAKEN: "de deur ging open, er is niets uitgenomen",
    Outcome.FOUND_EMPTY: "de deur ging open, en het vakje was leeg",
    Outcome.UNKNOWN: "niemand weet of de deur openging",
}
ENDINGS = {
    Ended.TAKEN_BACK: "uit het vakje genomen",
    Ended.MISSING: "het vakje bleek leeg",
}
SOMETHING = "Dat is niet gelukt. Probeer het opnieuw."


# What is wrong with the form for something that goes into a compartment.
REGISTERING = {
    "productCode": "Kies wat het is.",
    "ssin": "Vul het rijksregisternummer in en kijk de cijfers na. Wat de identiteitskaart vraagt, kan niet zonder.",
}
# How something behind a door stands.
PLACED = {
    DepositState.WAITING: "Ligt klaar",
    DepositState.TO_TAKE_BACK: "Neem het terug aan de kiosk",
    DepositState.IN_DOUBT: "Niet zeker: kijk na in het vakje",
}
BUSY = "Een kiosk mocht de deur openen, en meldde nog niets"


def placed(state: DepositState, one: Placed) -> str:
    """How something behind a door stands."""
    return BUSY if one.claim.state is ClaimState.BOUND else PLACED[state]


def thing(claim: Claim, state: DepositState | None) -> tuple[str, str]:
    """How a thing stands, and what that means. `state`: where it lies behind a door."""
    match claim.state:
        case ClaimState.ANNOUNCED:
            meaning = "Schrijf het kenmerk op het stuk. Wie het in een vakje legt, scant of tikt het in."
            return "Nog niet in een vakje", meaning
        case ClaimState.BOUND:
            return BUSY, "Blijft dat zo, kijk dan na in het vakje en meld aan de kiosk wat je vindt."
        case ClaimState.IN_DOUBT:
            return "Niet zeker", "De deur ging open, of het vakje bleek leeg. Niemand weet of de inwoner het heeft."
        case ClaimState.USED:
            rest = "" if state is None else "Kijk aan de kiosk na of het vakje leeg is."
            return "Opgehaald", rest
        case ClaimState.WITHDRAWN:
            rest = "" if state is None else "Neem het aan de kiosk uit het vakje."
            return "Teruggenomen", rest
        case ClaimState.WAITING | ClaimState.REPLACED:
            pass
    if state is None:
        return "Ligt aan de balie", "De kiosk zegt de inwoner dat het aan de balie ligt."
    if state is DepositState.WAITING:
        return "Ligt klaar", "De inwoner kan het ophalen aan de kiosk."
    return "Te lang in het vakje", "De inwoner kan het niet meer ophalen aan de kiosk. Neem het terug naar de balie."


def put_in(deposit: Deposit) -> str:
    """Who put it where."""
    return f"in vakje {deposit.compartment} van {deposit.kiosk} gelegd, door {' en '.join(deposit.staff)}"


def ending(ended: Ended, staff: tuple[str, ...]) -> str:
    """Why it lies there no more."""
    return f"{ENDINGS[ended]}, door {' en '.join(staff)}"


def door(result: Result | None) -> str:
    """What came of a door, and the kiosk's words for what went wrong."""
    if result is None:
        return DOORS[None]
    return ", ".join((DOORS[result.outcome], *map(fault, result.reasons)))


def disagreements(taken: StockTaking) -> str:
    """Where something else was found than was known."""
    found = []
    for one in taken.disagreements:
        was = "leeg" if one.found is Found.EMPTY else "niet leeg"
        found.append(f"vakje {one.compartment} was {was}" + (f" ({one.reference})" if one.reference else ""))
    return "; ".join(found)


def moment(at: dt.datetime) -> str:
    """A day and an hour, as the clock in town has it."""
    here = at.astimezone(ZONE)
    return f"{day(here.date())} om {here:%H.%M}"


def fault(reason: str) -> str:
    """A fault in Dutch, and the kiosk's own word for whoever mends it."""
    return f"{FAULTS[reason]} ({reason})" if reason in FAULTS else reason


def said(problem: Problem) -> tuple[str, str]:
    """The field that is wrong (empty: none), and the sentence."""
    for issue in problem.issues:
        word = issue["type"].rsplit(":", 1)[-1]
        if problem.kind is ProblemType.DOCUMENT_REJECTED:
            return "document", REJECTIONS.get(word, SOMETHING)
        if issue["name"] in FIELDS:
            return issue["name"], FIELDS[issue["name"]]
    return "", PROBLEMS.get(problem.kind, SOMETHING)


def outcome(order: Order, result: PrintResult | None) -> tuple[str, str]:
    """What became of an order: a word and a sentence."""
    match order.kind:
        case OrderKind.EBOX:
            return "In de eBox", "De inwoner koos voor de eBox. Er komt geen papier."
        case OrderKind.DEFERRED:
            return "Aangevraagd", "Dit document komt later. Leg het klaar zodra het er is."
        case OrderKind.PAPER:
            return NOTHING_YET if result is None else OUTCOMES[result.outcome]
