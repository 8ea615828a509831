"""A virtual Belgian eID in a virtual reader, for whoever develops something that reads one: no kiosk needed.

    python -m simulators.eid --person an --kind 1.8
    python -m simulators.eid --kind 1.7 --do "spoil-once 6c10 read-binary" --do "pull-at-byte 700"
    python -m simulators.eid --keys control --do "type 0000" --do "type 1234"

Starts a pcscd of its own with the card in its reader and prints "export NAME=value" lines, then "ready". Programs that
get these lines (`eidenv`, `pkcs15-tool --dump`, `pkcs11-tool --list-objects`, pyscard) see that reader and no other.
PIN of every card: 1234. Goes on until SIGTERM or Ctrl-C, and leaves nothing behind. Meanwhile each line on standard
input does something to the card or its reader, as each --do does from the start:

"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import tempfile
import threading
from pathlib import Path

from simulators.eid.applet import ATR
from simulators.eid.at_will import AtWill, help_text
from simulators.eid.bench import CardBench, CardState
from simulators.eid.people import load_residents
from simulators.eid.pinpad import Later, Pinpad
from simulators.eid.pki import Pki
from simulators.pcscd import DIGIPASS, READER_A, READER_WITH_KEYS, Pcscd

RESIDENTS = Path(__file__).parents[2] / "townhall" / "residents.toml"
READERS = {None: READER_A, "control": READER_WITH_KEYS, "pseudo": DIGIPASS}


def arguments() -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.eid",
        description=f"{__doc__}{help_text()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    people = load_residents(RESIDENTS)
    add = parser.add_argument
    add("--person", choices=people, default="an", help="whose card (default: an)")
    add("--kind", choices=[*ATR, "bank"], default="1.8", help="which generation (default: 1.8)")
    add("--state", choices=[state.value for state in CardState], default="normal", help="what is the matter with it")
    add("--line-speed", action="store_true", help="as slow as a real chip, byte for byte")
    add("--keys", choices=("control", "pseudo"), help="a reader with keys, asked over SCardControl or by pseudo-APDUs")
    add("--do", action="append", default=[], metavar="LINE", help="something that is done from the start; see above")
    add("--keep", type=Path, metavar="DIR", help="keep the authority here, so that a card stays the same (trust.pem)")
    return parser.parse_args()


def main() -> int:
    """Keep the card in the slot until told to end; 2 for a --do that is not understood."""
    asked = arguments()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # not blocked: every program we start would inherit that
        signal.signal(number, lambda *_: over.set())
    card, keys = f"{asked.kind}:{asked.person}:{asked.state}", Later() if asked.keys else None
    with tempfile.TemporaryDirectory(prefix="eid-") as folder, Pcscd(READERS[asked.keys]) as pcscd:
        bench = CardBench(Pki(asked.keep or Path(folder)), load_residents(RESIDENTS), pcscd.slot())
        bench.at_line_speed = asked.line_speed
        bench.pinpad = Pinpad(always=keys) if keys else None
        bench.insert(card)
        hand = AtWill(pcscd, bench, card, keys, lambda told: print(told, flush=True))
        try:
            for line in asked.do:
                hand.do(line)
        except ValueError as error:
            bench.close()
            print(f"--do: {error}", file=sys.stderr)
            return 2
        for name, value in pcscd.environment.items():
            print(f"export {name}={shlex.quote(value)}")
        print("ready", flush=True)
        threading.Thread(target=_listen, args=(hand,), daemon=True).start()
        over.wait()
        bench.close()
    return 0


def _listen(hand: AtWill) -> None:
    """Do what the lines on standard input say. One that is not understood is answered with why."""
    for line in sys.stdin:
        try:
            hand.do(line)
        except ValueError as error:
            print(error, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
