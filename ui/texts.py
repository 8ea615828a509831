"""What a resident reads, in the language that was asked for. The sentences stand in the code, in Dutch.

`Texts` is passed along with a scene and remembered by nobody, so that no visit can leave its language behind for the
next. Catalogues lie in `locale/<language>/LC_MESSAGES/`: `./dev texts` writes them, `./dev check` judges them. Dutch
that says je has none; for a town that says u, `nl@u` holds the sentences that differ. Another language is read when
somebody first chooses it. A new one is a folder there, and its code in `config.settings` (`Language`, `Translated`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from config.settings import Address, Language, Local

NBSP = "\N{NO-BREAK SPACE}"
CATALOGUE = Path("LC_MESSAGES") / "loket.mo"
_LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Texts:
    """One language. In a text `~` is a space that never breaks; `{name}` is filled in by the part of that name."""

    language: Language
    _one: Callable[[str], str]
    _many: Callable[[str, str, int], str]

    def say(self, text: str, /, **parts: object) -> str:
        """Give a sentence that stands here in Dutch."""
        return _filled(self._one(text), parts)

    def plural(self, one: str, many: str, n: int, /, **parts: object) -> str:
        """Give a sentence by its number, which is the part `n`."""
        return _filled(self._many(one, many, n), {"n": n, **parts})

    def local(self, text: Local) -> str:
        """Give a text of the town: in Dutch where it gave no other."""
        return text if isinstance(text, str) else getattr(text, self.language) or text.nl


def mark(text: str) -> str:
    """Note a text for the catalogues where it is only kept, to be said later."""
    return text


@cache
def texts_in(language: Language, address: Address = Address.JE) -> Texts:
    """Give the texts of a language; `address` is how Dutch speaks to a resident."""
    if language is not Language.NL:
        folder = language.value
    elif address is not Address.JE:
        folder = f"{language}@{address}"
    else:
        return Texts(language, lambda text: text, lambda one, many, n: one if n == 1 else many)
    with (_LOCALE / folder / CATALOGUE).open("rb") as file:
        catalogue = GNUTranslations(file)
    return Texts(language, catalogue.gettext, catalogue.ngettext)


def _filled(text: str, parts: dict[str, object]) -> str:
    return text.replace("~", NBSP).format_map(parts)
