"""How the command line speaks: to a person in lines and tables, to a program in JSON; what it asks goes beside both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import track

AsJson = Annotated[bool, typer.Option("--json", help="Voor een programma.")]
out = Console(soft_wrap=True)
# What belongs to a question, and to a program is not the answer.
beside = Console(soft_wrap=True, stderr=True)


def tell(told: object, *lines: str, as_json: bool) -> None:
    """Say what was done: the thing itself, or the lines that a person reads."""
    if as_json:
        out.print_json(msgspec.json.encode(told).decode())
        return
    for line in lines:
        out.print(line)


def asked(what: str, *, twice: bool = False) -> str:
    """Ask for what nobody may see."""
    return str(typer.prompt(what, hide_input=True, confirmation_prompt=twice, err=True))


def agreed(question: str) -> None:
    """Ask for a yes; anything else ends it."""
    if typer.prompt(f"{question} Typ ja", default="nee", err=True).strip().lower() != "ja":
        raise typer.Abort


def watched(names: Sequence[str]) -> Iterator[str]:
    """Go through names with a bar that says how far it is, for a person at a terminal."""
    yield from track(names, "nakijken", console=beside, transient=True, disable=not beside.is_terminal)


def show_difference(line: str, to: Console) -> None:
    """Show one line of what changes."""
    to.print(line, style={"+": "green", "-": "red"}.get(line[:1], ""), markup=False, highlight=False)
