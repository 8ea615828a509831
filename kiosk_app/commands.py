"""Does what an operator commands of this kiosk, between two visits: each once, written down before it is done.

The agent verified who signed, for which kiosk and until when (config.agent.commands); here only the name, the clock and
the kiosk's own book are looked at once more, for the file may lie there from yesterday.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec

from config.bundle import read_bundle
from config.commands import HANDED, CommandBook, Handed, Outcome, Result, Verb
from config.settings import SettingsError
from kiosk_app.audit import AuditLine, What
from kiosk_app.closing import LONGEST, Closings
from kiosk_app.effects import Effect
from kiosk_app.maintenance.work import Closing
from kiosk_app.told import Watched
from kiosk_app.worker import Worker

log = logging.getLogger(__name__)

# While it tries its devices nobody is served; a kiosk that is cut off meanwhile opens by itself after this.
_TRYING = timedelta(minutes=10)
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_WHATS = {
    Verb.RESTART: What.COMMAND_RESTART,
    Verb.REBOOT: What.COMMAND_REBOOT,
    Verb.OUT_OF_SERVICE: What.COMMAND_CLOSE,
    Verb.IN_SERVICE: What.COMMAND_OPEN,
    Verb.SELF_TEST: What.COMMAND_TEST,
    Verb.TEST_PRINT: What.COMMAND_PRINT,
    Verb.COLLECT_LOGS: What.COMMAND_LOGS,
}
_ENDED = {
    Outcome.DONE: What.COMMAND_DONE,
    Outcome.FAILED: What.COMMAND_FAILED,
    Outcome.UNKNOWN: What.COMMAND_CUT_OFF,
    Outcome.EXPIRED: What.COMMAND_LATE,
}


class Means(Protocol):
    """With what a command is done. Each says whether it went well."""

    def restart(self) -> bool:
        """Begin the program anew."""

    def reboot(self) -> bool:
        """Begin the machine anew."""

    def test(self) -> bool:
        """Try every device that asks no hand."""

    def test_print(self) -> bool:
        """Put a sheet on paper at each printer."""

    def collect_logs(self) -> bool:
        """Lay logs and audit trail down for the agent to send, encrypted for the operator."""


class Commands:
    """A worker of its own for what takes time; `look` is called on the loop's thread."""

    def __init__(
        self,
        kiosk: str,
        means: Means,
        memory: tuple[Path, Closings],
        service_changed: Callable[[], None],
        audit: Callable[[AuditLine], None],
    ) -> None:
        self._kiosk, self._means = kiosk, means
        data, self._closings = memory
        self._service_changed, self._audit = service_changed, audit
        self._book = CommandBook(data / "commands.json")
        self._told: Watched | None = None
        self._worker = Worker("commands")

    @property
    def results(self) -> tuple[Result, ...]:
        """What became of those of late."""
        return self._book.results

    def listen_in(self, folder: Path) -> None:
        """From now on, look in the folder where the agent lays them down. Raises OSError."""
        self._told = Watched(folder / HANDED)
        self._end_what_was_begun()

    def look(self) -> None:
        """Take what was laid down. Call it between visits. Never raises."""
        if self._told is None or not self._told.changed:
            return
        try:
            content = read_bundle(self._told.file)
            handed = msgspec.json.decode(content, type=Handed) if content is not None else None
            if handed is not None:
                self._take(handed, datetime.now(UTC))
        except (msgspec.MsgspecError, SettingsError):
            log.warning("what was laid down is no command")
        except OSError as error:
            log.warning("no command is taken: nothing can be written down (%s)", error.strerror)

    def start(self) -> None:
        """Begin."""
        self._worker.start()

    def do(self, effect: Effect) -> None:
        """A visit wishes for none of it."""

    def stuck(self, seconds: float) -> bool:
        """Say whether it has been at one for longer than any takes, and than that."""
        return self._worker.stuck(max(seconds, _TRYING.total_seconds()))

    def stop(self) -> None:
        """End."""
        self._worker.stop()

    def _take(self, handed: Handed, now: datetime) -> None:
        command = handed.command
        if command.kiosk != self._kiosk or command.verb not in _WHATS or self._book.had(command):
            return
        if now >= command.expires:
            self._book.take(command, Outcome.EXPIRED)
            self._audit(AuditLine(What.COMMAND_LATE, ticket=command.id, staff=_name(handed.key)))
            return
        self._book.take(command, boot=_boot())
        self._audit(AuditLine(_WHATS[command.verb], ticket=command.id, staff=_name(handed.key)))
        self._worker.submit(lambda: self._do(command.id, command.verb))

    def _do(self, id_: UUID, verb: Verb) -> None:
        well = False
        try:
            well = self._done(verb)
        finally:
            if not (well and verb in (Verb.RESTART, Verb.REBOOT)):  # of these the next start says it
                self._settle(id_, Outcome.DONE if well else Outcome.FAILED)

    def _done(self, verb: Verb) -> bool:
        match verb:
            case Verb.RESTART:
                return self._means.restart()
            case Verb.REBOOT:
                return self._means.reboot()
            case Verb.OUT_OF_SERVICE:
                self._closings.close(Closing.REPAIR, datetime.now(UTC) + LONGEST)
            case Verb.IN_SERVICE:
                self._closings.open()
            case Verb.COLLECT_LOGS:
                return self._means.collect_logs()
            case Verb.SELF_TEST:
                return self._closed(self._means.test)
            case _:
                return self._closed(self._means.test_print)
        self._service_changed()
        return True

    def _closed(self, trial: Callable[[], bool]) -> bool:
        """Try it while nobody is served; who had it out of service finds it so."""
        was = self._closings.now(datetime.now(UTC))
        if was is None:
            self._closings.close(Closing.REPAIR, datetime.now(UTC) + _TRYING)
            self._service_changed()
        try:
            return trial()
        finally:
            if was is None:
                self._closings.open()
                self._service_changed()

    def _settle(self, id_: UUID, outcome: Outcome) -> None:
        self._book.settle(id_, outcome)
        self._audit(AuditLine(_ENDED[outcome], ticket=id_))

    def _end_what_was_begun(self) -> None:
        """Say of what the last run began how it ended: this run is the end of a restart, and of anything else a cut."""
        for entry in self._book.entries:
            if entry.outcome is Outcome.BEGUN:
                anew = entry.verb is Verb.RESTART or (entry.verb is Verb.REBOOT and entry.boot != _boot())
                self._settle(entry.id, Outcome.DONE if anew else Outcome.UNKNOWN)


def _name(key: str) -> str:
    """Give how the trail calls whoever signed."""
    return f"key-{key[:12]}"


def _boot() -> str:
    """Give the run of the machine."""
    return _BOOT.read_text(encoding="ascii").strip()
