"""`kiosk check receipt`: what a slip printer promises, tried on site; a slip is printed only where one is asked for."""

from __future__ import annotations

from datetime import datetime

from hardware.devices import Health, ReceiptPrinter, Slip, SlipLine, SlipStyle
from hardware.faults import DeviceFault
from kiosk_app.check_words import Say, explain, timed

# What a phone must read from the trial slip.
TRIAL_CODE = "LOKET-24-7"


class ReceiptCheck:
    """One run of the check on one slip printer, which it lets go of at the end."""

    def __init__(self, printer: ReceiptPrinter, where: str, say: Say) -> None:
        self._printer = printer
        self._where = where
        self._say = say

    def run(self, *, with_slip: bool) -> bool:
        """Ask how it does, and print a slip where asked. False when something failed; then it was said, with steps."""
        try:
            well = self._look()
            if well and with_slip:
                self._print_slip()
            elif not with_slip:
                self._say("Er is geen testbon afgedrukt; met --print wel.")
        except DeviceFault as fault:
            explain(self._say, fault.code, fault.detail)
            return False
        finally:
            self._printer.close()
        if well:
            self._say("Alles in orde.")
        return well

    def _look(self) -> bool:
        self._say(f"Bonprinter op {self._where}")
        status, seconds = timed(self._printer.status)
        well = status.health in (Health.OK, Health.DEGRADED)
        for code in status.faults:
            explain(self._say, code, word="Let op" if well else "FOUT")
        if well:
            self._say(f"Hij antwoordt ({seconds * 1000:.0f} ms): klep dicht, papier aanwezig, mes vrij.")
        return well

    def _print_slip(self) -> None:
        lines = (
            SlipLine("Loket 24/7", SlipStyle.TITLE),
            SlipLine(f"Testbon van {datetime.now().astimezone():%d-%m-%Y %H:%M}"),
            SlipLine("Noëlle, één, naïef, façade: € 1,50"),
            SlipLine(TRIAL_CODE, SlipStyle.CODE),
        )
        _, seconds = timed(lambda: self._printer.print_slip(Slip(lines, TRIAL_CODE)))
        self._say(f"De bonprinter zegt zelf dat de bon eruit is ({seconds * 1000:.0f} ms).")
        self._say("  1. Kijk of de letters met accenten en het euroteken juist zijn.")
        self._say(f"  2. Lees de QR-code met een telefoon: daar staat {TRIAL_CODE}.")
        self._say("  3. Kijk of de bon afgesneden is en blijft hangen.")
