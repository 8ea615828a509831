"""What a clerk reads, in Dutch: how things stand, what went wrong, and what to do about it."""

from __future__ import annotations

from townhall.problems import Problem, ProblemType
from townhall.shelf import ShelfState
from townhall.tables import ActKind, Order, OrderKind, PrintResult

STATES = {
    ShelfState.ANNOUNCED: "Aangekondigd, het bestand is er nog niet",
    ShelfState.WAITING: "Ligt klaar",
    ShelfState.COLLECTED: "Opgehaald",
    ShelfState.WITHDRAWN: "Teruggenomen",
    ShelfState.EXPIRED: "Verlopen, niet opgehaald",
}
ACTS = {
    ActKind.NEW_CODE: "nieuwe code gegeven",
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
    ProblemType.CODE_IN_USE: "Een kiosk is er nu mee bezig. Probeer het over enkele minuten opnieuw.",
    ProblemType.CODE_USED: "Dit is al opgehaald.",
    ProblemType.CODE_EXPIRED: "Dit is verlopen. Leg het document opnieuw klaar.",
    ProblemType.CODE_WITHDRAWN: "Dit is teruggenomen.",
    ProblemType.CONFLICT: "Dat kan nu niet meer: het document is onderweg naar papier, of al opgehaald.",
    ProblemType.RESOURCE_NOT_FOUND: "Er is geen ticket dat op dit document wacht.",
    ProblemType.PAYLOAD_TOO_LARGE: "Dit bestand is te groot: hoogstens 24 MB. Er is niets klaargelegd.",
}
SOMETHING = "Dat is niet gelukt. Probeer het opnieuw."


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
