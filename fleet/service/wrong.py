"""What is wrong with what somebody filled in, in a plain Dutch sentence."""

from __future__ import annotations

import re

_FIELDS = {"title": "De titel", "text": "De tekst"}
_SENTENCES = (
    (r"(title|text): (\d+) signs, and (\d+) fit", "{0} is te lang: {1} tekens, en er passen er {2}."),
    (r"(title|text): (U\+[0-9A-F]+) cannot be shown", "{0} heeft een teken dat het scherm niet kan tonen ({1})."),
    (r"title: leeg", "Vul een titel in."),
    (r"last_day: before first_day", "De laatste dag valt voor de eerste."),
    (r"ends more than (\d+) days", "Kies een einde binnen {0} dagen. Wat langer geldt, gaat langs twee mensen."),
    (r"announcements`?$", "Er staan al vijf mededelingen. Haal er eerst een weg."),
    (r"closed`?$", "Er staan al zestig sluitingsdagen. Haal er eerst een weg."),
    (r"geen dag", "Kies een dag."),
    (r"die dag is voorbij", "Die dag is voorbij. Kies vandaag of een dag die nog komt."),
    (r"er is geen dienst", "Kies een dienst."),
    (r"kies een staat", "Kies een staat."),
    (r"staat er niet meer", "Dat staat er niet meer. Iemand anders was je voor."),
    (r"niets om ongedaan te maken", "Er is niets om ongedaan te maken."),
)


def in_dutch(message: str) -> str:
    """Say it; what nobody foresaw is said as such, and nothing was changed either way."""
    for pattern, sentence in _SENTENCES:
        if found := re.search(pattern, message):
            return sentence.format(*(_FIELDS.get(group, group) for group in found.groups()))
    return "Dat kan niet op het scherm. Er is niets veranderd."
