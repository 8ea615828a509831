"""`kiosk check scanner`: any code, held before it twice, by a person; what stands in it is not said."""

from __future__ import annotations

import queue

from hardware.credentials import CodeScanner
from hardware.devices import Health, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import CheckFailed, Say, explain

# The driver says at once whether there is a scanner; a person takes a while to find a code.
SCANNER_SECONDS, HAND_SECONDS = 10.0, 120.0


Heard = queue.SimpleQueue[str | Status]


def check_scanner(scanner: CodeScanner, where: str, say: Say) -> bool:
    """Try it. False when something failed; then it was said, with what to do."""
    heard: Heard = queue.SimpleQueue()
    say(f"Scanner op {where}")
    scanner.watch(heard.put, heard.put)
    try:
        _is_there(heard)
        say("Hij is er, en wat hij leest komt alleen hier.")
        say("Houd een QR-code voor de scanner.")
        first = _read(heard)
        say(f"Gelezen: {len(first)} tekens. Houd dezelfde code er nog eens voor.")
        same = _read(heard) == first
    except DeviceFault as fault:
        explain(say, fault.code, fault.detail)
        return False
    except CheckFailed as failed:
        say(f"FOUT: {failed}")
        return False
    finally:
        scanner.close()
    say("Alles in orde." if same else "FOUT: de tweede keer las hij iets anders")
    return same


def _is_there(heard: Heard) -> None:
    """Wait for the first word of the driver. Raises DeviceFault where it says that there is none."""
    while not isinstance(told := heard.get(timeout=SCANNER_SECONDS), Status):
        continue
    _must_be_well(told)


def _must_be_well(status: Status) -> None:
    if status.health is not Health.OK:
        raise DeviceFault(status.faults[0] if status.faults else FaultCode.SCANNER_LOST)


def _read(heard: Heard) -> str:
    """Wait for a code. Raises DeviceFault when the scanner is lost meanwhile, CheckFailed where none comes."""
    try:
        while isinstance(code := heard.get(timeout=HAND_SECONDS), Status):
            _must_be_well(code)
    except queue.Empty:
        raise CheckFailed("er kwam geen code: kijk het einde na waarmee de scanner is ingesteld (suffix)") from None
    if not code:
        raise CheckFailed("dit is geen code zoals in de instellingen: kijk prefix en kinds na")
    return code
