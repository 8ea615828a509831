"""How a command reads the settings and speaks: in lines for whoever looks on, or in one JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from config.settings import Settings, SettingsError, load
from kiosk_app.makers import chosen_printer
from kiosk_app.store import DATABASE, Store, StoreError

# Where a kiosk's machine has them (deploy/README.md).
USUAL = Path("/etc/loket247/kiosk.toml")
SettingsFile = Annotated[Path, typer.Option("--settings", help="De instellingen van het loket (TOML).")]
AsJson = Annotated[bool, typer.Option("--json", help="Voor een programma.")]


class Voice:
    """Says lines at once, or keeps them for a JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        """Say a line."""
        self.lines.append(line)
        if not self._as_json:
            print(line, flush=True)

    def ask(self, question: str) -> str:
        """Ask, beside the JSON, and give what was answered; "" where nobody answers any more."""
        print(question, end="", file=sys.stderr if self._as_json else sys.stdout, flush=True)
        return sys.stdin.readline().rstrip("\n")


def print_json(told: object) -> None:
    """Say it to a program."""
    print(json.dumps(told, ensure_ascii=False, indent=2, default=str))


def stop(why: str, code: int = 2) -> NoReturn:
    """End, and say why: 2 where it cannot be done as it was asked, 1 where it did not go well."""
    print(f"kiosk: {why}", file=sys.stderr)
    raise typer.Exit(code)


def settings_in(file: Path) -> Settings:
    """Read the settings, or end with what is wrong with them."""
    try:
        return load(file)
    except SettingsError as error:
        stop(str(error))


def settings_now(file: Path) -> Settings:
    """Read the settings, with the printer that was chosen on site, where one was."""
    settings = settings_in(file)
    if not (settings.data / DATABASE).exists():
        return settings
    with memory_of(settings) as store:
        return chosen_printer(settings, store)


@contextmanager
def memory_of(settings: Settings) -> Iterator[Store]:
    """Open the memory of a kiosk, beside the kiosk itself; ends where it never ran."""
    if not (settings.data / DATABASE).exists():
        stop(f"{settings.data}: dit loket heeft hier nog nooit gedraaid")
    try:
        store = Store(settings.data)
    except (StoreError, OSError) as error:
        stop(str(error))
    try:
        yield store
    finally:
        store.close()
