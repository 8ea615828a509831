"""The command line of a kiosk: `kiosk run`, `kiosk check` for what it depends on, `kiosk doctor` for its machine."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from conformance import command

if TYPE_CHECKING:
    from config.settings import Settings

_NONE_NAMED = "De instellingen noemen er geen: dit loket werkt zonder."


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 1 when a check failed, 2 when the settings cannot be used."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # httpx writes every address it calls into the log; a ticket or a session is nobody's business there.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    match given.command, getattr(given, "subject", None):
        case "check", "reader":
            return _check_reader(given.name, with_pin=given.pin)
        case "check", "printer" | "receipt":
            by_hand = getattr(given, "empty_tray", False)
            return _check_device(given.subject, given.settings, on_paper=given.on_paper, by_hand=by_hand)
        case "check", "locker":
            return _check_locker(given.settings, tuple(given.open))
        case "check", "scanner":
            return _check_scanner(given.settings)
        case "check", "speech":
            return _check_speech(given.settings)
        case "check", "keypad":
            return _check_keypad(given.settings)
        case "check", "network":
            return _check_network(given.settings)
        case "check", "watchdog":
            return _check_watchdog()
        case "check", "staffcard":
            return _check_staff_card(given.settings)
        case "staff", _:
            return _staff(given)
        case "doctor", _:
            return _doctor()
        case "picture", _:
            return _picture(given.settings, given.language, given.out)
        case "settings", _:
            return _show_settings(given.settings, given.told, as_json=given.json)
        case "check", _:
            return command.run(given)
        case _:
            return _run(given.settings, given.told, given.said, windowed=given.windowed)


def _parser() -> argparse.ArgumentParser:
    """Name every command, and what it may be told."""
    parser = argparse.ArgumentParser(prog="kiosk", description="Loket 24/7, the kiosk of a town hall's 24/7 zone.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="show the screen and serve residents until SIGTERM")
    run.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    run.add_argument("--told", type=Path, help="the folder in which the agent offers settings from afar")
    run.add_argument("--said", type=Path, help="with --told: the file in which it tells the agent how it does")
    run.add_argument("--windowed", action="store_true", help="in a window with a pointer, for a desktop")
    check = commands.add_parser("check", help="try out what a kiosk depends on, with a person at the bench")
    subjects = check.add_subparsers(dest="subject", required=True)
    command.add_arguments(subjects.add_parser("backend", help="does a town's service keep the contract?"))
    reader = subjects.add_parser("reader", help="the card reader, with any eID; says nothing of whose card it is")
    reader.add_argument("--name", default="", help="the reader whose name contains this; without it the first one")
    reader.add_argument("--pin", action="store_true", help="ask for the card's PIN and check its signature")
    for subject, device in (("printer", "the page printer"), ("receipt", "the slip printer")):
        check_device = subjects.add_parser(subject, help=f"{device} that the settings name; prints nothing unasked")
        check_device.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
        check_device.add_argument("--print", action="store_true", dest="on_paper", help="print a real sheet too")
        if subject == "printer":
            empty = "have the tray emptied and filled, twice, and see that each sheet comes once or not at all"
            check_device.add_argument("--empty-tray", action="store_true", help=empty)
    lockers = subjects.add_parser("locker", help="the town's own compartments; opens no door that is not named")
    lockers.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    lockers.add_argument("--open", type=int, nargs="+", default=[], metavar="NUMBER", help="doors that may be opened")
    scanner = subjects.add_parser("scanner", help="the scanner of QR codes; does not say what it read")
    scanner.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    speech = subjects.add_parser("speech", help="what is read aloud, and the headset; a person has to listen")
    speech.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    for subject, what in (
        ("keypad", "the keypad; a person presses every key"),
        ("network", "the way to the town's service: name, line, certificates, clock"),
    ):
        checked = subjects.add_parser(subject, help=what)
        checked.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    subjects.add_parser("watchdog", help="who begins the kiosk anew when it hangs, and the machine")
    staff = subjects.add_parser("staffcard", help="a card of staff: whose key is it, and what may it do here?")
    staff.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    shown = commands.add_parser("settings", help="what is in force on this kiosk, and which layer each value came from")
    shown.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    shown.add_argument("--told", type=Path, help="the folder in which the agent offers daily content")
    shown.add_argument("--json", action="store_true", help="for a program")
    factors = commands.add_parser("staff", help="make the code that goes with a card of staff").add_subparsers(
        dest="subject", required=True
    )
    factors.add_parser("pin", help="a PIN: says the line of the settings")
    app = factors.add_parser("totp", help="an app: writes its secret and shows it once")
    app.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file for the secret; must not exist")
    app.add_argument("--name", required=True, help="the name of the card, as in the settings")
    picture = commands.add_parser("picture", help="paint the portal as it would be with some settings, into a file")
    picture.add_argument("--settings", type=Path, required=True, help="the kiosk's settings (TOML)")
    picture.add_argument("--language", default="nl", choices=("nl", "fr", "de", "en"), help="of the screen")
    picture.add_argument("--out", type=Path, required=True, metavar="PNG", help="the file")
    commands.add_parser("doctor", help="is this machine all that a kiosk needs? says what is amiss, and how to mend it")
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
        logging.getLogger(__name__).error("left out of the hall: %s", what)
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


def _picture(path: Path, language: str, out: Path) -> int:
    if (settings := _loaded(path)) is None:
        return 2
    from kiosk_app.screened import picture

    amiss = picture(settings, language, out)
    for what in amiss:
        print(f"kiosk: {what}", file=sys.stderr)
    return 1 if amiss else 0


def _show_settings(path: Path, told: Path | None, *, as_json: bool) -> int:
    from config.settings import SettingsError
    from kiosk_app.show_settings import show_settings

    try:
        show_settings(path, told, _say, as_json=as_json)
    except SettingsError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return 2
    return 0


def _loaded(path: Path) -> Settings | None:
    """Read the settings, or say what is wrong with them."""
    from config.settings import SettingsError, load

    try:
        return load(path)
    except SettingsError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return None


def _check_device(subject: str, path: Path, *, on_paper: bool, by_hand: bool) -> int:
    """Check each device of a kind that the settings name; none of them is a supported state."""
    if (settings := _loaded(path)) is None:
        return 2
    from kiosk_app.makers import printer_checks, receipt_checks

    if subject == "printer":
        well = [check.run(with_sheet=on_paper, with_hand=by_hand) for check in printer_checks(settings, _say)]
    else:
        well = [check.run(with_slip=on_paper) for check in receipt_checks(settings, _say)]
    if not well:
        _say(_NONE_NAMED)
    return 0 if all(well) else 1


def _doctor() -> int:
    from kiosk_app.doctor import Machine, examine
    from kiosk_app.doctor_finds import SYMPTOMS

    return 0 if examine(Machine(), SYMPTOMS, _say) else 1


def _staff(given: argparse.Namespace) -> int:
    from getpass import getpass

    from kiosk_app.staff_command import make_pin, make_totp

    made = make_pin(_say, getpass) if given.subject == "pin" else make_totp(given.out, given.name, _say)
    return 0 if made else 1


def _check_locker(path: Path, may_open: tuple[int, ...]) -> int:
    if (settings := _loaded(path)) is None:
        return 2
    if settings.lockers is None:
        _say(_NONE_NAMED)
        return 0
    from kiosk_app.check_locker import check_locker
    from kiosk_app.makers import locker_bank, locker_doors

    doors = locker_doors(settings.lockers)
    with closing(locker_bank(settings.lockers)) as bank:
        return 0 if check_locker(bank, doors, may_open, _say, input) else 1


def _check_scanner(path: Path) -> int:
    if (settings := _loaded(path)) is None:
        return 2
    if settings.scanner is None:
        _say(_NONE_NAMED)
        return 0
    from kiosk_app.check_scanner import check_scanner
    from kiosk_app.makers import code_scanner

    return 0 if check_scanner(code_scanner(settings.scanner), str(settings.scanner.device), _say) else 1


def _check_speech(path: Path) -> int:
    if (settings := _loaded(path)) is None:
        return 2
    if settings.speech is None:
        _say(_NONE_NAMED)
        return 0
    from kiosk_app.makers import speech_check

    return 0 if speech_check(settings.speech, _say, input).run(settings.speech) else 1


def _check_keypad(path: Path) -> int:
    if (settings := _loaded(path)) is None:
        return 2
    if settings.keypad is None:
        _say(_NONE_NAMED)
        return 0
    from kiosk_app.check_keypad import KeypadCheck
    from kiosk_app.makers import keypad

    return 0 if KeypadCheck(keypad(settings.keypad), str(settings.keypad.device), _say).run() else 1


def _check_network(path: Path) -> int:
    if (settings := _loaded(path)) is None:
        return 2
    if settings.back_end is None:
        _say(_NONE_NAMED)
        return 0
    from kiosk_app.check_network import NetworkCheck

    return 0 if NetworkCheck(settings.back_end, _say).run() else 1


def _check_watchdog() -> int:
    from kiosk_app.check_watchdog import check_watchdog
    from kiosk_app.doctor import Machine

    return 0 if check_watchdog(Machine(), _say) else 1


def _check_staff_card(path: Path) -> int:
    if (settings := _loaded(path)) is None:
        return 2
    if not settings.staff:
        _say(_NONE_NAMED)
        return 0
    from kiosk_app.check_staff_card import check_staff_card
    from kiosk_app.makers import staff_card_reader

    try:
        reader = staff_card_reader(settings)
    except ValueError as error:
        print(f"kiosk: {path}: {error}", file=sys.stderr)
        return 2
    return 0 if check_staff_card(reader, _say) else 1


def _say(line: str) -> None:
    print(line, flush=True)


def _check_reader(name: str, *, with_pin: bool) -> int:
    from functools import partial
    from getpass import getpass

    from kiosk_app.check_reader import check_reader
    from kiosk_app.makers import card_reader

    ask = partial(getpass, "Pincode van deze kaart (niets: overslaan): ") if with_pin else None
    return 0 if check_reader(lambda: card_reader(name), _say, ask) else 1


if __name__ == "__main__":
    raise SystemExit(main())
