"""The catalogues in ui/locale: brings them up to date (`./dev texts`), and judges whether they are complete.

The source language is Dutch: what stands on a screen stands in the code, in `say`, `plural` and `mark`, and in title,
text and steps of each fault. A folder in ui/locale is a language; an empty one becomes a catalogue. One is Dutch again:
it holds only what says je in the code, for a town that says u.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

SCREENS = Path("ui")
LOCALE = SCREENS / "locale"
FAULTS = Path("hardware") / "faults.py"
WORDS = Path("kiosk_app") / "maintenance" / "words.py"
PO, MO = Path("LC_MESSAGES") / "loket.po", Path("LC_MESSAGES") / "loket.mo"
# Which calls take texts, and how many that are one message.
TAKERS = {"say": 1, "mark": 1, "plural": 2}
WIDTH = 120  # of a line in a catalogue
COMMENT_ON_TOP = "# Loket 24/7, EUPL-1.2. Written by ./dev texts: only what stands after msgstr is for a translator."

# What programs ask of a catalogue's header; dates and names would differ in each run.
HEADERS = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

Forms = tuple[str, ...]  # one text, or two: for one, and for many

POLITE = "nl@u"
# How Dutch speaks to somebody. A key of a keyboard may be a U.
_JE = re.compile(r"\b(je|jij|jou|jouw|jouwe|jezelf|jullie)\b", re.IGNORECASE)
_U = re.compile(r"\b(u|uw|uwe|uzelf)\b|\b(U|Uw)\b(?=.)", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """A text in the code, and where."""

    forms: Forms
    file: Path


class Plain(Catalog):
    """A catalogue that is the same whoever writes it, and whenever."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Give the header."""
        return [(name, value) for name, value in super().mime_headers if name in HEADERS]


def found(project: Path) -> Iterator[Found]:
    """Every text of a screen."""
    for path in sorted((project / SCREENS).rglob("*.py")):
        for call in _calls(path):
            forms = call.args[: TAKERS.get(_name(call), 0)]
            if forms and all(isinstance(form, ast.Constant) for form in forms):
                yield Found(_literals(forms), path.relative_to(project))
    for row in _calls(project / FAULTS):
        if _name(row) == "Fault":  # its title, its text, and the steps to mend it
            steps = row.args[2].elts if isinstance(row.args[2], ast.Tuple) else []
            yield from (Found((text,), FAULTS) for text in _literals([*row.args[:2], *steps]))
    if (project / WORDS).exists():  # tables alone: what stands in them is what things are called
        tables = [node for node in _nodes(project / WORDS) if isinstance(node, ast.Dict)]
        yield from (Found((text,), WORDS) for table in tables for text in _literals(table.values))


def unfit(project: Path) -> Iterator[str]:
    """Texts that are put together before they are said: no catalogue can hold those."""
    for path in sorted((project / SCREENS).rglob("*.py")):
        for call in _calls(path):
            forms = call.args[: TAKERS.get(_name(call), 0)]
            if any(isinstance(form, ast.JoinedStr | ast.BinOp | ast.Call | ast.IfExp) for form in forms):
                yield f"{path.relative_to(project)}:{call.lineno}: say a whole sentence, with {{parts}} in it"


def _calls(path: Path) -> list[ast.Call]:
    """Give every call in a file, from top to bottom."""
    calls = [node for node in _nodes(path) if isinstance(node, ast.Call)]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _literals(nodes: list[ast.expr]) -> Forms:
    return tuple(str(node.value) for node in nodes if isinstance(node, ast.Constant))


# --- bringing them up to date -----------------------------------------------------------------------------------------


def languages(project: Path) -> list[str]:
    """Every language with a folder."""
    return sorted(path.name for path in (project / LOCALE).iterdir() if path.is_dir())


def _belongs(forms: Forms, language: str) -> bool:
    """Whether a catalogue is to have a text."""
    return language != POLITE or any(_JE.search(form) for form in forms)


def update(project: Path, language: str) -> int:
    """Write a language's catalogue with every text of today, keeping what was translated. Give how many are left."""
    folder = project / LOCALE / language
    old = _read(folder / PO)
    catalogue = Plain(locale=language, header_comment=COMMENT_ON_TOP, fuzzy=False)
    for text in (one for one in found(project) if _belongs(one.forms, language)):
        id_ = text.forms if len(text.forms) > 1 else text.forms[0]
        known = old.get(text.forms, Message(id_))
        catalogue.add(
            id_, known.string, [(text.file.as_posix(), 0)], flags=known.flags, user_comments=known.user_comments
        )
    (folder / PO).parent.mkdir(parents=True, exist_ok=True)
    with (folder / PO).open("wb") as file:
        write_po(file, catalogue, width=WIDTH, sort_by_file=True, include_lineno=False)
    with (folder / MO).open("wb") as file:
        write_mo(file, catalogue)
    return sum(not all(_forms(message.string)) for message in catalogue if message.id)


def _read(path: Path) -> dict[Forms, Message]:
    """Give the messages of a catalogue, compiled or not, by their Dutch; none where there is no file."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_mo(file) if path.suffix == ".mo" else read_po(file)
    return {_forms(message.id): message for message in catalogue if message.id}


# --- judging them -----------------------------------------------------------------------------------------------------


def complete(project: Path) -> list[str]:
    """What is missing, unfinished, left over or stale in the catalogues, and what cannot be in them."""
    texts = {text.forms for text in found(project)}
    polite = sorted(text for forms in texts for text in forms if _U.search(text))
    mixed = [f"the code says je to everybody, and u here: {text}" for text in polite]
    return [*unfit(project), *mixed, *(said for one in languages(project) for said in _complaints(project, one, texts))]


def _complaints(project: Path, language: str, texts: set[Forms]) -> Iterator[str]:
    po, mo = LOCALE / language / PO, LOCALE / language / MO
    told, compiled = _read(project / po), _read(project / mo)
    texts = {text for text in texts if _belongs(text, language)}
    for text in sorted(texts - told.keys()):
        yield f"{po}: lacks a text of the code, run ./dev texts: {text[0]}"
    for text in sorted(told.keys() - texts):
        yield f"{po}: nobody says this any more, run ./dev texts: {text[0]}"
    for text, message in told.items():
        yield from (f"{po}: {fault}: {text[0]}" for fault in _faults(text, message))
        if language == POLITE and any(_JE.search(form) for form in _forms(message.string)):
            yield f"{po}: says je: {text[0]}"
    if _finished(told) != _finished(compiled):
        yield f"{mo}: is not what the catalogue says, run ./dev texts"


def _finished(messages: dict[Forms, Message]) -> dict[Forms, Forms]:
    said = {text: _forms(message.string) for text, message in messages.items() if not message.fuzzy}
    return {text: forms for text, forms in said.items() if all(forms)}


def _faults(ours: Forms, message: Message) -> Iterator[str]:
    theirs = _forms(message.string)
    if message.fuzzy:
        yield "is marked fuzzy"
    if not all(theirs):
        yield "is not translated"
    elif any(_parts(form) != _parts(ours[min(n, len(ours) - 1)]) for n, form in enumerate(theirs)):
        yield "has other parts in braces"


def _forms(text: str | list[str] | tuple[str, ...] | None) -> Forms:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _parts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


if __name__ == "__main__":
    for name in languages(Path.cwd()):
        print(f"{LOCALE / name / PO}: {update(Path.cwd(), name)} texts left to translate")
