"""What a kiosk would refuse of a change, as a Dutch sentence beside the box it is about."""

from __future__ import annotations

import re

from msgspec import Struct

from fleet.service.words import WORDS

_SENTENCES = (
    (r"Expected `\w+`, got `\w+`", "Dit is niet wat hier moet staan. Kijk naar het voorbeeld eronder."),
    (r"Expected `\w+` >=? (\S+)", "Dit is te klein: minstens {0}."),
    (r"Expected `\w+` <=? (\S+)", "Dit is te groot: hoogstens {0}."),
    (r"Invalid RFC3339", "Dit is geen dag, of geen uur."),
    (r"Expected `str` of length", "Dit is te kort of te lang."),
    (r"Expected `\w+` of length <= (\d+)", "Er passen er hoogstens {0}."),
    (r"Expected `str` matching regex '(.+)'", "Dit heeft niet de vorm die het moet hebben: {0}"),
    (r"Invalid enum value", "Kies een van de mogelijkheden."),
    (r"missing required field `(\w+)`", "Vul ook {0} in."),
    (r"(\d+) signs, and (\d+) fit", "Dit is te lang: {0} tekens, en er passen er {1}."),
    (r"(U\+[0-9A-F]+) cannot be shown", "Er staat een teken in dat het scherm niet kan tonen ({0})."),
    (r"closes: not after opens", "De balie sluit voor ze opengaat."),
    (r"two stretches of weekday (\d) overlap", "Twee stukken openingstijd van weekdag {0} overlappen."),
    (r"last_day: before first_day", "De laatste dag valt voor de eerste."),
    (r"two different hours, or neither", "Vul twee verschillende uren in, of geen van beide."),
    (r"print_net is shorter than a job may take", "Geen nieuws van het printen zelf is korter dan een taak kan duren."),
    (r"Dutch comes first", "Nederlands staat eerst, en geen taal twee keer."),
    (r"no text in (\w+)", "Er is geen tekst in het {0}. Vul die ook in, of haal de taal weg."),
    (r"compartments of this kiosk, and no \[lockers\]", "Er staan vakjes van de stad in de hal, en er zijn er geen."),
    (r"no speed of a serial line", "Dit is geen snelheid van een seriële lijn."),
    (r"host or device, one of the two", "Vul een adres in of een toestel, een van de twee."),
    (r"name of no time zone", "Deze tijdzone kent niemand."),
    (r"is for the installer alone", "Dat stelt alleen wie installeert in, op het loket zelf."),
    (r"is no setting", "Deze instelling bestaat niet."),
)  # fmt: skip


class Mistake(Struct, frozen=True):
    """One: `key` names the setting, without which one of a list; empty where it is about more than one."""

    key: str
    sentence: str

    def is_about(self, box: str) -> bool:
        """Say whether it is about a box."""
        return bool(self.key) and re.sub(r"\[\d+\]", "", box).startswith(self.key)


def mistake_in(message: str) -> Mistake:
    """Read a refusal of the types; one that nobody foresaw is said as it is."""
    key = _key(message)
    known = next((words[0] for path, words in WORDS.items() if re.sub(r"\[\]|\.\*", "", path) == key), key)
    for pattern, sentence in _SENTENCES:
        if found := re.search(pattern, message):
            told = sentence.format(*found.groups())
            return Mistake(key, f"{known}: {told}" if known else told)
    return Mistake(key, message)


def _key(message: str) -> str:
    place = re.search(r"at `\$\.([^`]+)`", message)
    if place is not None:
        return re.sub(r"\[(\d+|\.\.\.)\]", "", place.group(1))
    named = re.search(r"(?:^|: )([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)*)(?:: | is (?:for|no) )", message)
    found = named.group(1) if named is not None else ""
    return re.sub(r"\[\d+\]", "", found) if any(path.startswith(found.split("[")[0]) for path in WORDS) else ""
