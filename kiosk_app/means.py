"""With what a command from afar is done: the checks that ask no hand, a sheet on paper, and beginning anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from config import durable
from config.commands import COLLECTED
from config.settings import Settings
from kiosk_app import beginning_anew
from kiosk_app.check_back_end import check_back_end
from kiosk_app.check_locker import check_locker
from kiosk_app.check_network import NetworkCheck
from kiosk_app.export import NoKeyError
from kiosk_app.makers import SiteMakers

log = logging.getLogger(__name__)


class SiteMeans:
    """One kiosk's."""

    def __init__(self, settings: Settings, makers: SiteMakers, export: Callable[[datetime], bytes]) -> None:
        self._settings, self._makers, self._export = settings, makers, export
        self.said: Path | None = None  # where the agent looks, and whoever may begin the machine anew

    def restart(self) -> bool:
        """Begin the program anew."""
        return beginning_anew.restart()

    def reboot(self) -> bool:
        """Begin the machine anew."""
        return self.said is not None and beginning_anew.ask_for_reboot(self.said)

    def test(self) -> bool:
        """Try every device that asks no hand; no door opens, and no paper comes out."""
        return _all_run(self._tests())

    def test_print(self) -> bool:
        """Put a sheet on paper at each printer, by the printer's own word."""
        sheets = [partial(check.run, with_sheet=True) for check in self._makers.printer_checks(log.info)]
        return bool(sheets) and _all_run(iter(sheets))

    def collect_logs(self) -> bool:
        """Lay logs and audit trail down for the agent to send; not where nobody could open them."""
        if self.said is None:
            return False
        try:
            durable.write(self.said / COLLECTED, self._export(datetime.now(UTC)))
        except NoKeyError:
            log.warning("no logs are collected: the settings name no operator")
            return False
        return True

    def _tests(self) -> Iterator[Callable[[], bool]]:
        told = self._settings.back_end
        if told is not None:
            yield NetworkCheck(told, log.info).run
            yield partial(check_back_end, told, log.info)
        for printer in self._makers.printer_checks(log.info):
            yield partial(printer.run, with_sheet=False)
        for slips in self._makers.receipt_checks(log.info):
            yield partial(slips.run, with_slip=False)
        if (found := self._makers.lockers()) is not None:
            yield partial(check_locker, *found, (), log.info, lambda _question: "")


def _all_run(tests: Iterator[Callable[[], bool]]) -> bool:
    """Run every one, also after one that failed; whether all went well."""
    endings = [run() for run in tests]
    return all(endings)
