"""`loket247-agent`: rounds until SIGTERM; `--once` makes one, `--enrol CODE` gets this kiosk its certificate."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import Struct, ValidationError, convert

from config.agent.again import Again
from config.agent.commands import WELL_HEARD, Commands
from config.agent.errands import Errands, Stick
from config.agent.fetch import FOLDER, FolderFetcher, WebFetcher
from config.agent.line import Line, LineError
from config.agent.rounds import Rounds
from config.agent.told import AgentState, Told
from config.agent.verify import Place, signed_for
from config.commands import COLLECTED, Verb
from config.errands import ASKED

# Somebody who stands before the kiosk waits for it; a look is one small file that is not there.
_ASKED_EVERY = 1.0


class AgentSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the fleet is, and which kiosk this is. `url` is https://… or a folder."""

    url: str
    root: str
    town: str
    kiosk: str
    building: str = ""
    ca: str = ""
    memory: str = "/var/lib/loket247-agent/trusted"
    pem: str = "/var/lib/loket247-agent/kiosk.pem"
    said: str = "/run/loket247/said.json"
    stick: str = "/run/loket247-stick/mounted"
    told: str = "/var/lib/loket247-agent/told"


def main(arguments: list[str] | None = None) -> int:
    """Run the agent; 2 when it cannot be told where to ask, 1 when the one round raised an alarm."""
    parser = argparse.ArgumentParser(prog="loket247-agent", description="Fetches what was signed for this kiosk.")
    parser.add_argument(
        "--settings",
        type=Path,
        default=Path("/etc/loket247-agent/agent.toml"),
        help="where the fleet is, and which kiosk this is (TOML)",
    )
    parser.add_argument("--enrol", metavar="CODE", help="get a certificate, with the code that the fleet gave")
    parser.add_argument("--once", action="store_true", help="one round, and say how it went")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = convert(tomllib.loads(given.settings.read_text(encoding="utf-8")), AgentSettings)
        root = Path(settings.root).read_bytes()
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        print(f"loket247-agent: {given.settings}: {error}", file=sys.stderr)
        return 2
    line = _line(settings)
    try:
        if given.enrol:
            return _enrol(line, given.enrol)
        return _run(settings, root, line, once=given.once)
    finally:
        if line is not None:
            line.close()


def _run(settings: AgentSettings, root: bytes, line: Line | None, *, once: bool) -> int:
    told = Told(Path(settings.told))
    far = line is not None
    fetcher = WebFetcher(Path(settings.ca) if settings.ca else None) if far else FolderFetcher(Path(settings.url))
    place = Place(settings.town, settings.building, settings.kiosk)
    base = settings.url.rstrip("/") if far else FOLDER
    trusted = Path(settings.memory)
    ask = Again(partial(signed_for, place, root, trusted, fetcher, base), trusted, fetcher, base)
    rounds = Rounds(ask, told)
    if line is not None:
        rounds.tell = _talk(line, settings, place, rounds.look)
    if once:
        rounds.once()
        fetcher.close()
        state = told.state()
        print(state.alarm or "ok", state.detail)
        return 0 if state.alarm is None else 1
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    stick = Stick(place, root, Path(settings.memory), Path(settings.stick), told)
    errands = Errands(Path(settings.said).with_name(ASKED), Path(settings.told), line, stick)
    while not ended.is_set():
        _wait(rounds.once(), ended, errands)
    return 0


def _wait(seconds: float, ended: threading.Event, errands: Errands) -> None:
    """Wait for the next round, while somebody at the kiosk may ask for something; that it was done is told at once."""
    until = time.monotonic() + seconds
    while not ended.wait(min(_ASKED_EVERY, max(0.0, until - time.monotonic()))):
        if errands.look() or time.monotonic() >= until:
            return


def _talk(line: Line, settings: AgentSettings, place: Place, look: Callable[[], bool]) -> Callable[[AgentState], bool]:
    """Give what is said to the fleet after each round, and what is done with its answer."""
    do = {Verb.RELOAD: look, Verb.ROTATE_KEY: line.rotate}
    commands = Commands(place, Path(settings.memory), Path(settings.told), do)

    def talk(state: AgentState) -> bool:
        line.send_logs(Path(settings.said).with_name(COLLECTED))  # before the kiosk's word that it collected them
        answer = line.tell(state, commands.results)
        # Who may command is known only where the word of the repository was heard now, and holds.
        return state.alarm in WELL_HEARD and commands.take(answer)

    return talk


def _line(settings: AgentSettings) -> Line | None:
    """Give the line to a fleet that is a server; a folder cannot be told anything."""
    if not settings.url.startswith("https://"):
        return None
    ca = Path(settings.ca) if settings.ca else None
    return Line(settings.url, Path(settings.pem), ca, Path(settings.said), settings.building)


def _enrol(line: Line | None, code: str) -> int:
    if line is None:
        print("loket247-agent: url is a folder, and no fleet", file=sys.stderr)
        return 2
    try:
        line.enrol(code)
    except (LineError, OSError) as error:
        print(f"loket247-agent: {error}", file=sys.stderr)
        return 1
    print("this kiosk is known to its fleet")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
