"""The settings that this kiosk runs on, and how it comes to others: what the agent offers is tried between visits.

What the portal reads anew each time is shown at once; for anything else the kiosk ends, and whoever supervises it
begins it anew on them. `config.activation` keeps count, and goes back where a trial goes wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from enum import Enum
from pathlib import Path

from config.activation import Activation, Verdict
from config.bundle import decoded, name_of, on_day, read_bundle
from config.daily import Daily
from config.hall import leave_out_refused
from config.merge import Layer, merged
from config.settings import Settings, SettingsError, read, settings_of

log = logging.getLogger(__name__)

OFFERED = "offered.json"  # as the agent calls it (config.agent.told, which a kiosk does not import)
# Which part a setting is about: a trial has to leave working what it touches.
_PART_OF = {
    "back_end": "backEnd",
    "card_reader": "cardReader",
    "keypad": "keypad",
    "lockers": "lockers",
    "paper_sensor": "paperSensor",
    "printer": "printer",
    "receipt_printer": "receiptPrinter",
    "scanner": "scanner",
    "speech": "speech",
}


class News(Enum):
    """What a look brought."""

    NONE = "none"
    SHOWN = "shown"  # other words on the portal
    BEGIN_ANEW = "begin anew"


class ToldSettings:
    """The settings of one kiosk. Raises SettingsError when not even the installer's own can be used."""

    def __init__(
        self, machine: Path, told: Path, dry_run: Callable[[Settings], None], activation: Activation | None = None
    ) -> None:
        tree = read(machine)
        for what in leave_out_refused(tree):
            log.error("left out of the hall: %s", what)
        own = settings_of(merged({Layer.MACHINE: tree})[0])
        self._machine, self._offered = tree, told / OFFERED
        self._activation = activation or Activation(own.data / "settings", tree, dry_run)
        self._seen: tuple[int, int] | None = None
        self._daily: Daily | None = None
        self._whole = own
        content = self._activation.begin()
        if content is not None:
            self._whole, self._daily = decoded(content).over(tree)
        self._today = own.town.now().date()
        self.settings = self._of(self._today)

    def look(self, well: frozenset[str]) -> News:
        """See to the trial, to another day and to what is offered. Call it between visits. Never raises."""
        try:
            return self._look(well)
        except SettingsError as error:
            log.warning("settings refused: %s", error)
        except OSError as error:
            log.warning("settings: nothing can be written down (%s)", error.strerror)
        return News.NONE

    def _look(self, well: frozenset[str]) -> News:
        verdict = self._activation.judge(well)
        if verdict is Verdict.REVERTED:
            log.warning("settings on trial did harm: back to the last that were good")
            return News.BEGIN_ANEW
        if verdict is Verdict.COMMITTED:
            log.info("settings on trial are good")
        before = self.settings
        if (content := self._newly_offered()) is not None:
            whole = self._activation.examine(content)
            if whole is not None:
                return self._take(content, whole, well)
        self._today = self._whole.town.now().date()
        self.settings = self._of(self._today)
        return News.SHOWN if self.settings != before else News.NONE

    def _take(self, content: bytes, whole: Settings, well: frozenset[str]) -> News:
        from config.layers import begins_anew, changed

        touched = {_PART_OF[name] for name in changed(self._whole, whole) if name in _PART_OF}
        anew = begins_anew(self._whole, whole)
        self._activation.try_out(content, well & touched)
        log.info("settings %s on trial", name_of(content)[:12])
        if anew:
            return News.BEGIN_ANEW
        self._whole, self._daily = decoded(content).over(self._machine)
        self.settings = self._of(self._today)
        return News.SHOWN

    def _newly_offered(self) -> bytes | None:
        """Give what is offered, once."""
        try:
            facts = self._offered.stat()
        except OSError:
            return None
        seen = (facts.st_mtime_ns, facts.st_ino)
        if seen == self._seen:
            return None
        self._seen = seen
        return read_bundle(self._offered)

    def _of(self, today: date) -> Settings:
        """Give the settings of a day; daily content that does not fit them is left out, and the rest stands."""
        try:
            return on_day(self._whole, self._daily, today)
        except SettingsError as error:
            log.warning("daily content left out: %s", error)
            return self._whole
