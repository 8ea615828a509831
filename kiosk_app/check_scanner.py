"""`kiosk check scanner`: any code, held before it twice, by a person; what stands in it is not said."""

from __future__ import annotations

import queue

from hardware.credentials import CodeScanner
from hardware.devices import Health, Status
from kiosk_app.check_words import CheckFailed, Say, explain

# The driver says at once whether there is a scanner; a person takes a while to find a code.
SCANNER_SECONDS, HAND_SECONDS = 10.0, 120.0


def check_scanner(scanner: CodeScanner, where: str, say: Say) -> bool:
    """Try it. False when something failed; then it was said, with what to do."""
    codes: queue.SimpleQueue[str] = queue.SimpleQueue()
    told: queue.SimpleQueue[Status] = queue.SimpleQueue()
    say(f"Scanner op {where}")
    scanner.watch(codes.put, told.put)
    try:
        status = told.get(timeout=SCANNER_SECONDS)
        if status.health is not Health.OK:
            explain(say, status.faults[0])
            return False
        say("Hij is er, en wat hij leest komt alleen hier.")
        say("Houd een QR-code voor de scanner.")
        first = _read(codes)
        say(f"Gelezen: {len(first)} tekens. Houd dezelfde code er nog eens voor.")
        same = _read(codes) == first
    except CheckFailed as failed:
        say(f"FOUT: {failed}")
        return False
    finally:
        scanner.close()
    say("Alles in orde." if same else "FOUT: de tweede keer las hij iets anders")
    return same


def _read(codes: queue.SimpleQueue[str]) -> str:
    try:
        code = codes.get(timeout=HAND_SECONDS)
    except queue.Empty:
        raise CheckFailed("er kwam geen code: kijk het einde na waarmee de scanner is ingesteld (suffix)") from None
    if not code:
        raise CheckFailed("dit is geen code zoals in de instellingen: kijk prefix en kinds na")
    return code
