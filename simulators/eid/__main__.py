"""A virtual Belgian eID in a virtual reader, for whoever develops something that reads one: no kiosk needed.

    python -m simulators.eid --person an --kind 1.8

Starts a pcscd of its own with the card in its reader and prints "export NAME=value" lines, then "ready". Programs that
get these lines (`eidenv`, `pkcs15-tool --dump`, `pkcs11-tool --list-objects`, pyscard) see that reader and no other.
PIN of every card: 1234. Ends, and leaves nothing behind, on SIGTERM or Ctrl-C.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import tempfile
import threading
from pathlib import Path

from simulators.eid.applet import ATR
from simulators.eid.bench import CardBench, CardState
from simulators.eid.people import load_residents
from simulators.eid.pinpad import Pinpad
from simulators.eid.pki import Pki
from simulators.pcscd import READER_A, READER_WITH_KEYS, Pcscd

RESIDENTS = Path(__file__).parents[2] / "townhall" / "residents.toml"


def arguments() -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.eid",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    people = load_residents(RESIDENTS)
    add = parser.add_argument
    add("--person", choices=people, default="an", help="whose card (default: an)")
    add("--kind", choices=[*ATR, "bank"], default="1.8", help="which generation (default: 1.8)")
    add("--state", choices=[state.value for state in CardState], default="normal", help="what is the matter with it")
    add("--line-speed", action="store_true", help="as slow as a real chip, byte for byte")
    add(
        "--pinpad",
        metavar="PIN",
        help="a reader with keys of its own (PC/SC part 10), at which somebody types PIN each time",
    )
    add("--keep", type=Path, metavar="DIR", help="keep the authority here, so that a card stays the same (trust.pem)")
    return parser.parse_args()


def main() -> int:
    """Keep the card in the slot until told to end."""
    asked = arguments()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # not blocked: every program we start would inherit that
        signal.signal(number, lambda *_: over.set())
    daemon = Pcscd(READER_WITH_KEYS if asked.pinpad else READER_A)
    with tempfile.TemporaryDirectory(prefix="eid-") as folder, daemon as pcscd:
        bench = CardBench(Pki(asked.keep or Path(folder)), load_residents(RESIDENTS), pcscd.slot())
        bench.at_line_speed = asked.line_speed
        bench.pinpad = Pinpad(always=asked.pinpad) if asked.pinpad else None
        bench.insert(f"{asked.kind}:{asked.person}:{asked.state}")
        for name, value in pcscd.environment.items():
            print(f"export {name}={shlex.quote(value)}")
        print("ready", flush=True)
        over.wait()
        bench.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
