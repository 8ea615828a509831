"""Commands in Dutch: what each has a kiosk do, and how it ended; for the command line and for the page of a kiosk."""

from __future__ import annotations

from datetime import datetime

from config.commands import Outcome, Verb

VERBS = {
    Verb.RELOAD: "kijk nu of er nieuwe instellingen zijn",
    Verb.ROTATE_KEY: "maak een nieuwe sleutel, met een nieuw certificaat",
    Verb.RESTART: "herstart het programma",
    Verb.REBOOT: "herstart de machine",
    Verb.OUT_OF_SERVICE: "zet buiten dienst, voor hoogstens 72 uur",
    Verb.IN_SERVICE: "zet weer in dienst",
    Verb.SELF_TEST: "test wat geen hand vraagt",
    Verb.TEST_PRINT: "druk een testblad af",
    Verb.COLLECT_LOGS: "stuur logboek en auditspoor, versleuteld",
}
_OUTCOMES = {
    Outcome.BEGUN: "aangekomen",
    Outcome.DONE: "gedaan",
    Outcome.FAILED: "mislukt",
    Outcome.UNKNOWN: "begonnen, en afgebroken: kijk ter plaatse",
    Outcome.EXPIRED: "te laat: niet gedaan",
    Outcome.FOREIGN: "geweigerd: voor een ander loket",
    Outcome.UNSIGNED: "geweigerd: niet getekend door de gemeente",
    Outcome.NO_COMMAND: "geweigerd: dit loket kent het niet",
}


def ended(outcome: Outcome | None, expires: datetime, now: datetime) -> str:
    """Say how a command ended; of one that nothing was heard of, whether it still may be taken."""
    if outcome is not None:
        return _OUTCOMES[outcome]
    return "niets van gehoord" if expires < now else "onderweg"
