"""Everything that can go wrong, one row each: what a resident reads, what a technician does, who can mend it.

A driver raises `DeviceFault(code, detail)`; the visit shows the resident's words of that code, maintenance the
technician's. `detail` is for the log and never holds personal data. Dutch is the source language of every text: the
screen says title and text in the resident's language (`./dev texts`), technicians read their steps as they stand.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class FaultCode(Enum):
    """What can go wrong. The value is the word in the audit trail."""

    # the card
    NOT_AN_EID = "notAnEid"
    CARD_MUTE = "cardMute"
    CARD_UNREADABLE = "cardUnreadable"
    CARD_NOT_ACTIVATED = "cardNotActivated"
    CARD_REMOVED = "cardRemoved"
    CARD_UNSUPPORTED = "cardUnsupported"
    NO_CERTIFICATE = "noCertificate"
    CERTIFICATE_EXPIRED = "certificateExpired"
    CERTIFICATE_REVOKED = "certificateRevoked"
    CERTIFICATE_UNTRUSTED = "certificateUntrusted"
    PIN_BLOCKED = "pinBlocked"
    PIN_NOT_TYPED = "pinNotTyped"
    PIN_CANCELLED = "pinCancelled"
    READER_LOST = "readerLost"
    KEYPAD_LOST = "keypadLost"
    # the town's side
    BACKEND_DOWN = "backendDown"
    BACKEND_SLOW = "backendSlow"
    BACKEND_ANSWER = "backendAnswer"
    SIGN_IN_REFUSED = "signInRefused"
    NOT_REGISTERED = "notRegistered"
    NOTHING_AVAILABLE = "nothingAvailable"
    PRODUCT_UNAVAILABLE = "productUnavailable"
    COUNTER_ONLY = "counterOnly"
    COSTS_MONEY = "costsMoney"
    SOURCE_CLOSED = "sourceClosed"
    CODE_UNKNOWN = "codeUnknown"
    CODE_USED = "codeUsed"
    CODE_EXPIRED = "codeExpired"
    CODE_WITHDRAWN = "codeWithdrawn"
    CODE_IN_USE = "codeInUse"
    CODE_NEEDS_CARD = "codeNeedsCard"
    CODES_PAUSED = "codesPaused"
    # the document
    DOCUMENT_BROKEN = "documentBroken"
    DOCUMENT_SEAL = "documentSeal"
    DOCUMENT_FORBIDDEN = "documentForbidden"
    DOCUMENT_FORMAT = "documentFormat"
    # the printer
    PRINTER_LOST = "printerLost"
    PRINTER_FAULT = "printerFault"
    PRINTER_ATTENTION = "printerAttention"
    PAPER_EMPTY = "paperEmpty"
    PAPER_LOW = "paperLow"
    PAPER_JAM = "paperJam"
    COVER_OPEN = "coverOpen"
    TRAY_MISSING = "trayMissing"
    TONER_EMPTY = "tonerEmpty"
    TONER_LOW = "tonerLow"
    WASTE_FULL = "wasteFull"
    WASTE_NEARLY_FULL = "wasteNearlyFull"
    PAPER_SENSOR_LOST = "paperSensorLost"
    PRINT_FAILED = "printFailed"
    PRINT_UNKNOWN = "printUnknown"
    PRINT_STOPPED = "printStopped"
    # the receipt printer
    RECEIPT_LOST = "receiptLost"
    RECEIPT_PAPER_EMPTY = "receiptPaperEmpty"
    RECEIPT_PAPER_LOW = "receiptPaperLow"
    RECEIPT_COVER_OPEN = "receiptCoverOpen"
    RECEIPT_FAULT = "receiptFault"
    # the kiosk
    SETTINGS_INVALID = "settingsInvalid"
    JOURNAL_LOST = "journalLost"
    INTERNAL = "internal"


class Mender(Enum):
    """Who can mend it."""

    RESIDENT = "resident"
    COUNTER = "counter"
    SITE_STAFF = "siteStaff"
    TECHNICIAN = "technician"
    TOWN_IT = "townIt"


class Fault(Struct, frozen=True):
    """One row of the table. `retry` says whether the resident can try again here and now."""

    title: str
    text: str
    steps: tuple[str, ...]
    mender: Mender
    retry: bool = False


class DeviceFault(Exception):
    """The one exception of every driver. `detail` is technical, for the log, without personal data."""

    def __init__(self, code: FaultCode, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail


# One row per code: title, text, steps, mender. A title has no full stop, for it also stands within a line;
# `{municipality}` is the one placeholder. Steps stand in the order in which to try them.
# The formatter would make each row three times as long.
# fmt: off
FAULTS: dict[FaultCode, Fault] = {
    FaultCode.NOT_AN_EID: Fault("Dit is geen Belgische identiteitskaart",
        "Steek je Belgische identiteitskaart in de lezer, met de chip naar voren.",
        ("Probeer een Belgische eID waarvan je zeker weet dat ze werkt.",
         "Wordt ook die niet herkend: reinig de lezer met een reinigingskaart."), Mender.RESIDENT, retry=True),
    FaultCode.CARD_MUTE: Fault("Je kaart zit misschien omgekeerd",
        "Draai je kaart om en steek ze weer in de lezer, met de chip naar voren. Helpt dat niet? Veeg de chip schoon "
        "met een droge doek.",
        ("Een kaart die omgekeerd zit, heeft onder de contacten geen chip: aan het loket is niets stuk.",
         "Probeer een eID waarvan je zeker weet dat ze werkt.",
         "Antwoordt ook die niet: reinig de lezer met een reinigingskaart.",
         "Helpt dat niet: vervang de lezer."), Mender.RESIDENT, retry=True),
    FaultCode.CARD_UNREADABLE: Fault("We kunnen deze kaart niet lezen",
        "Steek je identiteitskaart in de lezer, met de chip naar voren. Veeg de chip eerst schoon met een droge doek.",
        ("Probeer een eID waarvan je zeker weet dat ze werkt.",
         "Gebeurt het bij elke kaart: reinig de lezer met een reinigingskaart.",
         "Helpt dat niet: vervang de lezer."), Mender.RESIDENT, retry=True),
    FaultCode.CARD_NOT_ACTIVATED: Fault("Je kaart is nog niet geactiveerd",
        "De balie activeert je kaart. Breng je kaart en de brief met je codes mee.",
        ("De kaart zelf meldt dat ze nog niet geactiveerd is: aan het loket is niets stuk.",
         "Verwijs de inwoner naar de balie."), Mender.COUNTER),
    FaultCode.CARD_REMOVED: Fault("Je kaart is uit de lezer",
        "Steek je kaart weer in de lezer en laat ze zitten tot we het zeggen.",
        ("Gebeurt dit vaak: kijk of een kaart vast in de gleuf blijft zitten.",
         "Controleer de kabel van de lezer."), Mender.RESIDENT, retry=True),
    FaultCode.CARD_UNSUPPORTED: Fault("Dit loket kent deze kaart nog niet",
        "Je kaart is in orde, maar dit loket kan ze niet gebruiken. De balie helpt je verder.",
        ("Noteer uit het logboek welke versie van de kaart gezien werd.",
         "Kijk of er een nieuwe versie van de software is.",
         "Meld de versie van de kaart aan de leverancier."), Mender.TECHNICIAN),
    FaultCode.NO_CERTIFICATE: Fault("Je kan je met deze kaart niet aanmelden",
        "Op deze kaart staat geen digitaal deel om je aan te melden. De balie helpt je verder.",
        ("De kaart heeft geen certificaat voor aanmelding, zoals bij jonge kinderen: aan het loket is niets stuk.",
         "Verwijs de inwoner naar de balie."), Mender.COUNTER),
    FaultCode.CERTIFICATE_EXPIRED: Fault("Het digitale deel van je kaart is verlopen",
        "Je kaart zelf blijft geldig. De balie vernieuwt het digitale deel.",
        ("Controleer of de datum en het uur van het loket juist zijn.",
         "Klopt de klok: verwijs de inwoner naar de balie."), Mender.COUNTER),
    FaultCode.CERTIFICATE_REVOKED: Fault("Je kan je met deze kaart niet aanmelden",
        "Deze kaart is ongeldig gemeld. De balie helpt je verder.",
        ("De kaart is geschorst of ingetrokken: aan het loket is niets stuk.",
         "Verwijs de inwoner naar de balie."), Mender.COUNTER),
    FaultCode.CERTIFICATE_UNTRUSTED: Fault("Je kan je met deze kaart niet aanmelden",
        "We kunnen niet nagaan of deze kaart echt is. De balie helpt je verder.",
        ("Gebeurt het bij één kaart: verwijs de inwoner naar de balie.",
         "Gebeurt het bij elke kaart: kijk na welke uitgevers van kaarten de dienst vertrouwt."), Mender.TOWN_IT),
    FaultCode.PIN_BLOCKED: Fault("Je pincode is geblokkeerd",
        # What to bring depends on the card's applet; a screen that knows it says so instead.
        "Je identiteitskaart blijft geldig. De balie helpt je aan een nieuwe code.",
        ("Na drie foute codes blokkeert de kaart zelf: aan het loket is niets stuk.",
         "Verwijs de inwoner naar de balie."), Mender.COUNTER),
    FaultCode.PIN_NOT_TYPED: Fault("Je pincode is niet ingevuld",
        "Typ je pincode op het toetsenbord van de kaartlezer. Druk daarna op OK.",
        ("De kaartlezer kreeg geen volledige pincode: meestal is aan het loket niets stuk.",
         "Gebeurt het vaak: kijk of elke toets van de kaartlezer werkt."), Mender.RESIDENT, retry=True),
    FaultCode.PIN_CANCELLED: Fault("Je bent gestopt op de kaartlezer",
        "Met je pincode is niets gebeurd.",
        ("De inwoner drukte op de rode toets van de kaartlezer: aan het loket is niets stuk.",
         "Gebeurt het vaak: kijk of die toets niet vastzit."), Mender.RESIDENT, retry=True),
    FaultCode.READER_LOST: Fault("De kaartlezer werkt nu niet",
        "Je kan je hier nu niet aanmelden. Vraag je document online of aan de balie.",
        ("Kijk of de kabel van de lezer aan beide kanten goed vastzit.",
         "Trek de kabel uit, wacht tien seconden en steek hem er weer in.",
         "Kijk of de dienst pcscd draait en herstart ze.",
         "Helpt dat niet: vervang de lezer."), Mender.TECHNICIAN),
    FaultCode.KEYPAD_LOST: Fault("Het toetsenbord werkt nu niet",
        "Typ je pincode op het scherm.",
        ("Kijk of de kabel van het toetsenbord goed vastzit.",
         "Trek de kabel uit en steek hem er weer in.",
         "Helpt dat niet: vervang het toetsenbord."), Mender.TECHNICIAN),
    FaultCode.BACKEND_DOWN: Fault("Dit lukt nu even niet",
        "We kunnen de gemeente niet bereiken. Probeer het later opnieuw, of vraag je document online.",
        ("Kijk of het loket verbinding met het netwerk heeft.",
         "Kijk of de dienst van de gemeente draait en bereikbaar is.",
         "Controleer of de certificaten van het loket en van de dienst nog geldig zijn."), Mender.TOWN_IT),
    FaultCode.BACKEND_SLOW: Fault("Dit duurt te lang",
        "De gemeente antwoordt niet op tijd. Probeer het over een paar minuten opnieuw.",
        ("Meet de antwoordtijd van de dienst van de gemeente.",
         "Kijk of de registers waar de dienst van afhangt, een storing melden."), Mender.TOWN_IT, retry=True),
    FaultCode.BACKEND_ANSWER: Fault("Dit lukt nu even niet",
        "We kregen een antwoord dat we niet kunnen gebruiken. Probeer het later opnieuw, of vraag je document online.",
        ("Zoek de fout in het logboek van het loket en noteer de BelGov-Trace-Id.",
         "Vergelijk de versie van het loket met die van de dienst van de gemeente.",
         "Geef beide door aan wie de dienst beheert."), Mender.TOWN_IT),
    FaultCode.SIGN_IN_REFUSED: Fault("Aanmelden is niet gelukt",
        "Probeer het nog één keer. Lukt het niet? De balie helpt je verder.",
        ("Controleer of de datum en het uur van het loket en van de dienst gelijk zijn.",
         "Controleer of het adres van het loket bij de dienst hetzelfde is als in de instellingen.",
         "Zoek de reden van de weigering in het logboek van de dienst."), Mender.TOWN_IT, retry=True),
    FaultCode.NOT_REGISTERED: Fault("Je bent niet ingeschreven in {municipality}",
        "Je eigen gemeente geeft je documenten.",
        ("De inwoner is in een andere gemeente ingeschreven: aan het loket is niets stuk.",
         "Verwijs de inwoner naar de eigen gemeente."), Mender.RESIDENT),
    FaultCode.NOTHING_AVAILABLE: Fault("Hier is nu geen document voor je",
        "Je kan hier nu niets afdrukken. De balie helpt je verder.",
        ("Kijk bij de dienst van de gemeente welke documenten aangeboden worden.",
         "Kijk of een bron van documenten gesloten is."), Mender.COUNTER),
    FaultCode.COUNTER_ONLY: Fault("Dit document krijg je aan de balie",
        "De balie helpt je verder. Breng je identiteitskaart mee.",
        ("De toestand van deze inwoner vraagt een mens: aan het loket is niets stuk.",
         "Verwijs de inwoner naar de balie."), Mender.COUNTER),
    FaultCode.COSTS_MONEY: Fault("Betalen kan nog niet aan deze kiosk",
        "Dit document is niet gratis. De balie helpt je verder. Breng je identiteitskaart mee.",
        ("Het product heeft een prijs: aan het loket is niets stuk.",
         "Zet de prijs in de catalogus van de gemeente op nul als het hier gratis mag zijn."), Mender.COUNTER),
    FaultCode.SOURCE_CLOSED: Fault("Dit document kan nu even niet",
        "Het register is nu gesloten. Probeer het later opnieuw.",
        ("De bron meldt zelf dat ze gesloten is: aan het loket is niets stuk.",
         "Duurt het langer dan aangekondigd: vraag na bij de beheerder van de bron."), Mender.TOWN_IT),
    FaultCode.CODE_UNKNOWN: Fault("Die code klopt niet",
        "Kijk je code nog eens na en typ ze opnieuw.",
        ("Niemand gaf deze code uit: meestal een tikfout.",
         "Zoek de code op in de toepassing van de balie."), Mender.RESIDENT, retry=True),
    FaultCode.CODE_USED: Fault("Deze code is al gebruikt",
        "Een code werkt één keer. Heb je je papier niet? De balie helpt je verder.",
        ("Zoek de code op in de toepassing van de balie: daar staat wat ervan kwam.",
         "Geef een nieuwe code als het papier er niet kwam."), Mender.COUNTER),
    FaultCode.CODE_EXPIRED: Fault("Deze code is verlopen",
        "De laatste dag is voorbij. Probeer het met je identiteitskaart, of vraag de balie een nieuwe code.",
        ("Zoek de code op in de toepassing van de balie.",
         "Geef een nieuwe code als het document er nog is."), Mender.COUNTER),
    FaultCode.CODE_WITHDRAWN: Fault("Dit document ligt hier niet meer",
        "De gemeente heeft het teruggenomen. De balie helpt je verder.",
        ("Zoek de code op in de toepassing van de balie: daar staat wie het document terugnam.",
         "Leg het document opnieuw klaar als de inwoner er toch recht op heeft."), Mender.COUNTER),
    FaultCode.CODE_IN_USE: Fault("Deze code wordt nu gebruikt",
        "Iemand gebruikt deze code op dit moment. Wacht even en probeer het dan opnieuw.",
        ("De code staat open aan een ander loket, of het papier is onderweg.",
         "Ze komt na tien minuten vanzelf vrij."), Mender.RESIDENT, retry=True),
    FaultCode.CODE_NEEDS_CARD: Fault("Voor dit document heb je je kaart nodig",
        "Steek je identiteitskaart in de lezer en typ je pincode. Dan zie je wat er voor je klaarligt.",
        ("Voor dit product volstaat een code niet: zo staat het in de catalogus van de gemeente.",
         "Verwijs wie geen kaart bij heeft naar de balie."), Mender.RESIDENT, retry=True),
    FaultCode.CODES_PAUSED: Fault("Een code typen kan nu even niet",
        "Er zijn te veel foute codes getypt. Probeer het over enkele minuten opnieuw, of gebruik je identiteitskaart.",
        ("Kijk in de auditlijst of iemand codes probeert te raden.",
         "De rem gaat vanzelf af. Blijft ze komen: verwittig de beheerder."), Mender.TOWN_IT),
    FaultCode.PRODUCT_UNAVAILABLE: Fault("Dit document is er nu niet",
        "Kies een ander document, of vraag het aan de balie.",
        ("Kijk bij de dienst van de gemeente waarom dit document geweigerd werd.",
         "Kijk of de bron van dit document gesloten is."), Mender.COUNTER, retry=True),
    FaultCode.DOCUMENT_BROKEN: Fault("Je document kwam niet goed aan",
        "We drukken niets af dat niet volledig is. Probeer het opnieuw.",
        ("Gebeurt het bij één soort document: laat de gemeente dat document nakijken.",
         "Gebeurt het bij elk document: kijk of iets onderweg de inhoud verandert."), Mender.TOWN_IT, retry=True),
    FaultCode.DOCUMENT_SEAL: Fault("Het zegel op je document klopt niet",
        "Daarom drukken we het niet af. De balie helpt je verder.",
        ("Vergelijk het certificaat waarmee de gemeente zegelt met de zegel-CA in de instellingen.",
         "Kijk of het certificaat waarmee de gemeente zegelt, nog geldig is.",
         "Kijk of iets tussen het loket en de dienst het document verandert."), Mender.TOWN_IT),
    FaultCode.DOCUMENT_FORBIDDEN: Fault("We kunnen dit document niet afdrukken",
        "Er zit iets in dat niet op papier kan. De balie helpt je verder.",
        ("Lees in het logboek van het loket wat er in het document zit.",
         "Laat de gemeente het document maken zonder scripts, bijlagen, formulieren en wachtwoord."), Mender.TOWN_IT),
    FaultCode.DOCUMENT_FORMAT: Fault("We kunnen dit document niet afdrukken",
        "Het past niet op het papier van dit loket. De balie helpt je verder.",
        ("Lees in het logboek van het loket wat er niet past: A4, hoogstens 50 bladzijden.",
         "Laat de gemeente het document aanpassen."), Mender.TOWN_IT),
    FaultCode.PRINTER_LOST: Fault("De printer antwoordt niet",
        "Afdrukken kan nu niet. Vraag je document online of aan de balie.",
        ("Kijk of de printer aanstaat.",
         "Kijk of de netwerkkabel van de printer goed vastzit.",
         "Vergelijk het adres van de printer met dat in de instellingen.",
         "Zet de printer uit, wacht tien seconden en zet hem weer aan."), Mender.TECHNICIAN),
    FaultCode.PRINTER_FAULT: Fault("De printer heeft een storing",
        "Afdrukken kan nu niet. Vraag je document online of aan de balie.",
        ("Lees de melding op het scherm van de printer.",
         "Zet de printer uit, wacht tien seconden en zet hem weer aan.",
         "Blijft de storing: bel de leverancier van de printer."), Mender.TECHNICIAN),
    FaultCode.PRINTER_ATTENTION: Fault("De printer vraagt aandacht",
        "Je kan nog afdrukken.",
        ("Lees de melding op het scherm van de printer.",
         "Kijk in zijn handleiding wat er binnenkort nodig is."), Mender.SITE_STAFF),
    FaultCode.PAPER_EMPTY: Fault("Het papier is op",
        "Afdrukken kan nu niet. Vraag je document online of aan de balie.",
        ("Vul de lade met A4-papier, tot aan de streep.",
         "Schuif de lade dicht tot ze klikt."), Mender.SITE_STAFF),
    FaultCode.PAPER_LOW: Fault("Het papier is bijna op",
        "Je kan nog afdrukken.",
        ("Vul de lade met A4-papier, tot aan de streep.",
         "Leg papier klaar voor de volgende keer."), Mender.SITE_STAFF),
    FaultCode.PAPER_JAM: Fault("Er zit papier vast in de printer",
        "Trek niet aan het papier. De balie helpt je verder.",
        ("Open de klep en de lade van de printer.",
         "Trek het vastgelopen papier er traag uit, met beide handen.",
         "Kijk of er geen stukjes papier achterblijven en vernietig wat je eruit haalde.",
         "Sluit alles en kijk of de melding weg is."), Mender.SITE_STAFF),
    FaultCode.COVER_OPEN: Fault("De printer staat open",
        "Afdrukken kan nu niet. Vraag je document online of aan de balie.",
        ("Sluit alle kleppen van de printer tot ze klikken.",
         "Blijft de melding: kijk of er iets tussen een klep zit."), Mender.SITE_STAFF),
    FaultCode.TRAY_MISSING: Fault("De papierlade is niet dicht",
        "Afdrukken kan nu niet. Vraag je document online of aan de balie.",
        ("Schuif de papierlade helemaal in de printer.",
         "Blijft de melding: haal de lade eruit en steek ze er recht weer in."), Mender.SITE_STAFF),
    FaultCode.TONER_EMPTY: Fault("De inkt is op",
        "Afdrukken kan nu niet. Vraag je document online of aan de balie.",
        ("Lees op het scherm van de printer welke kleur op is.",
         "Vervang die toner.",
         "Bestel een nieuwe reservetoner."), Mender.SITE_STAFF),
    FaultCode.TONER_LOW: Fault("De inkt is bijna op",
        "Je kan nog afdrukken.",
        ("Lees op het scherm van de printer welke kleur bijna op is.",
         "Leg een nieuwe toner klaar, of bestel er een."), Mender.SITE_STAFF),
    FaultCode.WASTE_FULL: Fault("De opvangbak van de printer is vol",
        "Afdrukken kan nu niet. Vraag je document online of aan de balie.",
        ("Vervang de opvangbak voor inktresten, of zet ze er weer in als ze ontbreekt.",
         "Bestel een nieuwe reservebak."), Mender.SITE_STAFF),
    FaultCode.WASTE_NEARLY_FULL: Fault("De opvangbak is bijna vol",
        "Je kan nog afdrukken.",
        ("Leg een nieuwe opvangbak voor inktresten klaar, of bestel er een.",
         "Vervang de bak als de printer erom vraagt."), Mender.SITE_STAFF),
    FaultCode.PAPER_SENSOR_LOST: Fault("De papiervoeler antwoordt niet",
        "Je kan nog afdrukken.",
        ("Kijk of de kabel van de papiervoeler goed vastzit.",
         "Vergelijk zijn naam onder /dev/input met die in de instellingen.",
         "Helpt dat niet: vervang de voeler. Intussen vraagt het loket zelf of het papier weg is."), Mender.TECHNICIAN),
    FaultCode.PRINT_FAILED: Fault("Het afdrukken is mislukt",
        "Je document is niet of niet volledig afgedrukt. De balie helpt je verder.",
        ("Lees de melding op het scherm van de printer.",
         "Druk in het onderhoud een testpagina af.",
         "Vernietig bladen die in de printer achterbleven."), Mender.TECHNICIAN),
    FaultCode.PRINT_UNKNOWN: Fault("We weten niet of dit is afgedrukt",
        "Kijk of je document in de gleuf ligt. De balie helpt je verder.",
        ("De printer heeft niet gezegd wat er met de opdracht gebeurde: kijk of hij stroom en netwerk heeft.",
         "Vernietig bladen die in de printer achterbleven.",
         "Druk in het onderhoud een testpagina af."), Mender.TECHNICIAN),
    FaultCode.PRINT_STOPPED: Fault("Het afdrukken is gestopt",
        "Je document is niet of niet volledig afgedrukt.",
        ("De opdracht is geannuleerd, door de inwoner of omdat het te lang duurde.",
         "Vernietig bladen die in de printer achterbleven."), Mender.RESIDENT),
    FaultCode.RECEIPT_LOST: Fault("De bonprinter antwoordt niet",
        "We kunnen geen bewijs afdrukken. Wat je nodig hebt, staat op het scherm.",
        ("Kijk of de bonprinter aanstaat en of zijn netwerkkabel goed vastzit.",
         "Vergelijk het adres van de bonprinter met dat in de instellingen.",
         "Zet de bonprinter uit, wacht tien seconden en zet hem weer aan."), Mender.TECHNICIAN),
    FaultCode.RECEIPT_PAPER_EMPTY: Fault("De bonrol is op",
        "We kunnen geen bewijs afdrukken. Wat je nodig hebt, staat op het scherm.",
        ("Open de bonprinter en leg er een nieuwe rol in, met het papier naar voren.",
         "Sluit de klep: de printer schuift zelf wat papier door."), Mender.SITE_STAFF),
    FaultCode.RECEIPT_PAPER_LOW: Fault("De bonrol is bijna op",
        "Je kan nog een bewijs afdrukken.",
        ("Leg een nieuwe rol klaar.",
         "Vervang de rol bij het volgende bezoek."), Mender.SITE_STAFF),
    FaultCode.RECEIPT_COVER_OPEN: Fault("De bonprinter staat open",
        "We kunnen geen bewijs afdrukken. Wat je nodig hebt, staat op het scherm.",
        ("Sluit de klep van de bonprinter tot ze klikt.",
         "Blijft de melding: kijk of de rol recht ligt."), Mender.SITE_STAFF),
    FaultCode.RECEIPT_FAULT: Fault("De bonprinter heeft een storing",
        "We kunnen geen bewijs afdrukken. Wat je nodig hebt, staat op het scherm.",
        ("Kijk of er papier vastzit bij het mes.",
         "Zet de bonprinter uit, wacht tien seconden en zet hem weer aan.",
         "Blijft de storing: vervang de bonprinter."), Mender.TECHNICIAN),
    FaultCode.SETTINGS_INVALID: Fault("Dit loket is buiten dienst",
        "De balie helpt je verder.",
        ("Lees in het logboek welke instelling niet klopt.",
         "Verbeter die instelling en herstart het loket."), Mender.TECHNICIAN),
    FaultCode.JOURNAL_LOST: Fault("Dit loket is buiten dienst",
        "De balie helpt je verder.",
        ("Het loket kan niet opschrijven wat het doet, en doet daarom niets: kijk of zijn schijf vol is.",
         "Maak plaats, of vervang de schijf als er fouten in het logboek van het systeem staan.",
         "Herstart het loket."), Mender.TECHNICIAN),
    FaultCode.INTERNAL: Fault("Er ging iets mis",
        "Dat ligt niet aan jou. Begin opnieuw, of vraag hulp aan de balie.",
        ("Bewaar het logboek van dit uur.",
         "Herstart het loket.",
         "Geef het logboek door aan de leverancier."), Mender.TECHNICIAN, retry=True),
}
# fmt: on
