"""What every table of the settings is made of: strictness, languages, and the speeds of a serial line."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file: frozen, and strict about keys it does not know."""


class Language(StrEnum):
    """A language in which there are texts for the screen. In which one a document is made, the back end says."""

    NL = "nl"
    FR = "fr"
    EN = "en"


class Translated(Section, frozen=True, kw_only=True):
    """A text of the town with its translations. Where one is left out, Dutch stands."""

    nl: str
    fr: str = ""
    en: str = ""


Local = str | Translated  # a plain text is Dutch
SPEEDS = (4800, 9600, 19200, 38400, 57600, 115200)  # of a serial line
