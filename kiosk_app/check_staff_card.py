"""`kiosk check staffcard`: a card of staff, asked twice, each time anew; says by what name the settings know it."""

from __future__ import annotations

import time

from hardware.credentials import StaffCard, StaffCardReader
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import Say, explain, timed

# A person takes a while to find a card.
HAND_SECONDS = 120.0
LOOK_SECONDS = 0.3


def check_staff_card(reader: StaffCardReader, say: Say) -> bool:
    """Try it. False when something failed; then it was said, with what to do."""
    say("Steek een personeelskaart (PIV) in de lezer.")
    try:
        first = _first(reader)
        again, seconds = timed(reader.identify)
    except DeviceFault as fault:
        explain(say, fault.code, fault.detail)
        return False
    say(f"Kaart herkend: {again.name}, {again.role} ({seconds * 1000:.0f} ms).")
    same = again == first
    say("Alles in orde." if same else "FOUT: de tweede keer was het een andere kaart")
    return same


def _first(reader: StaffCardReader) -> StaffCard:
    """Wait until a card is in, and ask it."""
    until = time.monotonic() + HAND_SECONDS
    while True:
        try:
            return reader.identify()
        except DeviceFault as fault:
            if fault.code is not FaultCode.CARD_REMOVED or time.monotonic() > until:
                raise
        time.sleep(LOOK_SECONDS)
