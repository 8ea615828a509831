"""The command line of a kiosk: `run` for the screen, and every other command for whoever installs and mends it."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 1 when a check failed, 2 when the settings cannot be used."""
    words = sys.argv[1:] if arguments is None else arguments
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # httpx writes every address it calls into the log; a ticket or a session is nobody's business there.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if words[:1] == ["run"]:  # the portal waits for no library that reads commands: half of it would not be painted yet
        given = _run_words().parse_args(words[1:])
        return _run(given.settings, given.told, given.said, windowed=given.windowed)
    try:
        _commands()(args=words, prog_name="kiosk")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _commands() -> typer.Typer:
    """Name every command."""
    import typer

    from kiosk_app.commands import checking, doing, making, replacing, telling

    app = typer.Typer(
        help="Loket 24/7, het loket in de 24/7-zone van een gemeentehuis.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    app.command("run", help="Toon het scherm en help inwoners, tot SIGTERM.")(lambda: None)  # for the list: see `main`
    app.add_typer(checking.app, name="check")
    plain: tuple[Callable[..., None], ...] = (
        *(telling.problems, telling.supplies, telling.history, telling.report),
        *(doing.filled, doing.close, doing.restart, doing.reboot, making.settings, making.picture, making.doctor),
    )
    for command in plain:
        app.command()(command)
    app.command("open")(doing.reopen)
    app.add_typer(replacing.app, name="printer")
    app.add_typer(making.staff, name="staff")
    return app


def _run_words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk run", description="Show the screen and serve residents until SIGTERM.")
    parser.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    parser.add_argument("--told", type=Path, help="the folder in which the agent offers settings from afar")
    parser.add_argument("--said", type=Path, help="with --told: the file in which it tells the agent how it does")
    parser.add_argument("--windowed", action="store_true", help="in a window with a pointer, for a desktop")
    return parser


def _run(path: Path, told: Path | None, said: Path | None, *, windowed: bool) -> int:
    gc.disable()  # what a start makes is there to stay: the collector would look at all of it, and find nothing
    if told is not None:
        return _run_as_told(path, told, said, windowed=windowed)
    from config.hall import load_for_screen
    from config.settings import SettingsError

    try:
        settings, refused = load_for_screen(path)
    except SettingsError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return 2
    for what in refused:
        logging.getLogger(__name__).error("left out of the portal: %s", what)
    from kiosk_app.screened import run_with_screen

    return run_with_screen(settings, windowed=windowed)


def _run_as_told(path: Path, told: Path, said: Path | None, *, windowed: bool) -> int:
    from config.settings import SettingsError
    from kiosk_app.screened import run_as_told

    try:
        return run_as_told(path, told, said, windowed=windowed)
    except (SettingsError, OSError) as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
