"""How maintenance calls things on the screen: how a part does, why it is closed, what happened."""

from __future__ import annotations

from datetime import datetime

from hardware.devices import Health
from hardware.faults import FAULTS, FaultCode
from kiosk_app.maintenance.words import PARTS
from kiosk_app.maintenance.work import Closing, Row
from kiosk_app.parts import Part
from ui import phrases
from ui.screens.scene import Scene
from ui.texts import mark

HEALTH_MARKS = {
    Health.OK: "mark-open",
    Health.DEGRADED: "mark-warning",
    Health.DOWN: "mark-out",
    Health.UNKNOWN: "mark-until",
}
CLOSINGS = {
    Closing.REPAIR: mark("herstelling"),
    Closing.DELIVERY: mark("levering"),
    Closing.EVENT: mark("evenement in de zone"),
}
# Each row of the audit trail in plain words; by the word that stands there.
HAPPENED = {
    "kioskStarted": mark("het loket begon"),
    "visitBegan": mark("er kwam iemand"),
    "visitEnded": mark("het bezoek was over"),
    "pinTried": mark("pincode getypt"),
    "pinRefused": mark("foute pincode"),
    "signedIn": mark("aangemeld"),
    "refused": mark("iets hield het bezoek tegen"),
    "codeTried": mark("code getypt"),
    "codeOpened": mark("code juist"),
    "documentOrdered": mark("document gevraagd"),
    "paperWanted": mark("op papier gewild"),
    "eBoxWanted": mark("in de eBox gewild"),
    "documentComesLater": mark("document komt later"),
    "documentUnsealed": mark("document zonder zegel"),
    "orderFailed": mark("document niet gekregen"),
    "documentAbandoned": mark("document niet afgedrukt"),
    "printBegan": mark("afdrukken begon"),
    "printEnded": mark("afdrukken was over"),
    "paperTaken": mark("papier meegenomen"),
    "paperMissing": mark("papier ontbrak"),
    "paperGone": mark("gleuf leeg"),
    "paperLeft": mark("papier bleef liggen"),
    "slipFailed": mark("bewijs mislukt"),
    "defectCard": mark("een bezoeker meldde: de kaartlezer"),
    "defectPaper": mark("een bezoeker meldde: de printer of het papier"),
    "defectCompartment": mark("een bezoeker meldde: een vakje"),
    "defectMachine": mark("een bezoeker meldde: een automaat in de hal"),
    "defectScreen": mark("een bezoeker meldde: het scherm of het geluid"),
    "defectOther": mark("een bezoeker meldde: iets anders"),
    "offerChanged": mark("het aanbod veranderde"),
    "partChanged": mark("toestel veranderde"),
    "workFailed": mark("iets mislukte"),
    "staffCardIn": mark("dienstkaart in de lezer"),
    "staffEntered": mark("onderhoud begon"),
    "staffRefused": mark("dienstkaart geweigerd"),
    "staffCodeWrong": mark("foute dienstcode"),
    "staffCodeUsed": mark("dienstcode al gebruikt"),
    "staffLeft": mark("onderhoud was over"),
    "testPassed": mark("test gelukt"),
    "testFailed": mark("test niet gelukt"),
    "reportMade": mark("verslag afgedrukt"),
    "filled": mark("bijgevuld"),
    "cleaned": mark("gereinigd"),
    "closed": mark("buiten dienst gezet"),
    "opened": mark("weer in dienst gezet"),
    "restartAsked": mark("programma herstart"),
    "rebootAsked": mark("herstart van de machine gevraagd"),
    "secondCardShown": mark("tweede dienstkaart in de lezer"),
    "staffDoorAsked": mark("vakje gevraagd door personeel"),
    "staffDoorFailed": mark("vakje ging niet open"),
    "thingPutIn": mark("iets in een vakje gelegd"),
    "thingTakenBack": mark("iets uit een vakje genomen"),
    "compartmentLookedInto": mark("in een vakje gekeken"),
    "nothingDone": mark("vakje niet gebruikt"),
    "stockTaken": mark("telling gedaan"),
    "pairedWithFleet": mark("loket gekoppeld aan de vloot"),
    "settingsFromStick": mark("instellingen van een stick genomen"),
    "logExported": mark("logboek op een stick gezet"),
    "errandFailed": mark("koppelen of stick mislukte"),
    "commandRestart": mark("bevel: herstart het programma"),
    "commandReboot": mark("bevel: herstart de machine"),
    "commandOutOfService": mark("bevel: buiten dienst"),
    "commandInService": mark("bevel: weer in dienst"),
    "commandSelfTest": mark("bevel: test de toestellen"),
    "commandTestPrint": mark("bevel: druk een testblad af"),
    "commandCollectLogs": mark("bevel: stuur het logboek"),
    "commandDone": mark("bevel gedaan"),
    "commandFailed": mark("bevel mislukt"),
    "commandCutOff": mark("bevel afgebroken"),
    "commandLate": mark("bevel kwam te laat"),
}


def moment(scene: Scene, at: datetime) -> str:
    """Give a moment as somebody says it: the time alone where it was today."""
    local = scene.settings.town.clock(at)
    time = phrases.clock(scene.texts, local)
    if local.date() == scene.now.date():
        return time
    return scene.say("{day}, {time}", day=phrases.day(scene.texts, local.date()), time=time)


def happened(scene: Scene, row: Row) -> str:
    """Give a row of the history in one line."""
    local = scene.settings.town.clock(row.at)
    word = HAPPENED.get(row.what, row.what)
    what = scene.say(word)
    about = [scene.say(PARTS[Part(row.part)])] if row.part else []
    if row.fault:
        about.append(scene.words(FAULTS[FaultCode(row.fault)].title))
    about += [row.staff] if row.staff else []
    told = f"{what} ({', '.join(about)})" if about else what
    return f"{local:%H:%M} {told}"
