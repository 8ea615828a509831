"""The settings that this kiosk runs on, and how it comes to others: what the agent offers is tried between visits.

What the portal reads anew each time is shown at once; for anything else the kiosk ends, and whoever supervises it
begins it anew on them. `config.activation` keeps count, and goes back where a trial goes wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from enum import Enum
from hashlib import sha256
from pathlib import Path

import msgspec

from config.activation import Activation, Verdict
from config.bundle import decoded, name_of, read_bundle
from config.checkin import InForce
from config.daily import Daily, read_daily, with_daily
from config.hall import leave_out_refused
from config.merge import Layer, merged
from config.settings import Settings, SettingsError, read, settings_of

log = logging.getLogger(__name__)

# As the agent calls them (config.agent.told, which a kiosk does not import).
OFFERED = "offered.json"
DAILY = "daily.json"
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
        self._machine, self.folder = tree, told
        self._offered, self._news = Watched(told / OFFERED), Watched(told / DAILY)
        self._activation = activation or Activation(own.data / "settings", tree, dry_run)
        self._daily: Daily | None = None
        content = self._activation.begin()
        self._whole = own if content is None else decoded(content).over(tree)
        self._read_news()
        self.settings = self._of_today()

    @property
    def in_force(self) -> InForce:
        """Which settings and daily content this kiosk runs on, by digest."""
        state = self._activation.state
        shown = sha256(msgspec.json.encode(self._daily)).hexdigest() if self._daily is not None else None
        return InForce(
            settings=self._activation.running,
            on_trial=state.trial is not None,
            sent_back=len(state.quarantined),
            daily=shown,
        )

    def look(self, well: frozenset[str]) -> News:
        """See to the trial, to another day and to what is offered. Call it between visits. Never raises."""
        try:
            return self._look(well)
        except SettingsError as error:
            log.warning("settings refused: %s", error)
        except OSError as error:
            log.warning("settings: nothing can be written down (%s)", error.strerror)
            self._offered.look_again()
        return News.NONE

    def _look(self, well: frozenset[str]) -> News:
        verdict = self._activation.judge(well)
        if verdict is Verdict.REVERTED:
            log.warning("settings on trial did harm: back to the last that were good")
            return News.BEGIN_ANEW
        if verdict is Verdict.COMMITTED:
            log.info("settings on trial are good")
        before = self.settings
        if self._offered.changed and (content := read_bundle(self._offered.file)) is not None:
            whole = self._activation.examine(content)
            if whole is not None and self._take(content, whole, well) is News.BEGIN_ANEW:
                return News.BEGIN_ANEW
        self._read_news()
        self.settings = self._of_today()
        return News.SHOWN if self.settings != before else News.NONE

    def _take(self, content: bytes, whole: Settings, well: frozenset[str]) -> News:
        from config.layers import begins_anew, changed

        touched = {_PART_OF[name] for name in changed(self._whole, whole) if name in _PART_OF}
        anew = begins_anew(self._whole, whole)
        self._activation.try_out(content, well & touched)
        log.info("settings %s on trial", name_of(content)[:12])
        if anew:
            return News.BEGIN_ANEW
        self._whole = whole
        return News.SHOWN

    def _read_news(self) -> None:
        """Take in other daily content; what is none is left out, and the rest stands."""
        if not self._news.changed:
            return
        try:
            self._daily = read_daily(self._news.file)
            if self._daily is not None:
                with_daily(self._whole, self._daily, self._today)
        except SettingsError as error:
            log.warning("daily content left out: %s", error)

    def _of_today(self) -> Settings:
        try:
            return with_daily(self._whole, self._daily, self._today) if self._daily is not None else self._whole
        except SettingsError:  # said when it was read
            return self._whole

    @property
    def _today(self) -> date:
        return self._whole.town.now().date()


class Watched:
    """A file that another process replaces."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._seen: tuple[int, int] | None = None

    def look_again(self) -> None:
        """Take it for another at the next look: what was found could not be used yet."""
        self._seen = None

    @property
    def changed(self) -> bool:
        """Whether it is another than at the last look, or went away."""
        try:
            facts = self.file.stat()
            seen = (facts.st_mtime_ns, facts.st_ino)
        except OSError:
            seen = None
        was, self._seen = self._seen, seen
        return seen != was
