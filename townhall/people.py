"""Who a document is for, as far as every source knows: a number, a name to greet with, a language."""

from __future__ import annotations

from typing import Protocol


class Person(Protocol):
    """Somebody who signed in. Never in a log: whoever keeps this promise has a blank `repr`."""

    @property
    def ssin(self) -> str:
        """The national number: eleven digits."""

    @property
    def given_name(self) -> str:
        """The first of the given names."""

    @property
    def surname(self) -> str:
        """The family name."""

    @property
    def language(self) -> str:
        """The language to greet in: nl, fr or de."""


def adds_up(ssin: str) -> bool:
    """97 minus the first nine digits modulo 97; a 2 stands before these for who was born from 2000 on."""
    digits = len(ssin) == len("85113099960") and ssin.isascii() and ssin.isdigit()
    return digits and any(int(ssin[9:]) == 97 - int(century + ssin[:9]) % 97 for century in ("", "2"))
