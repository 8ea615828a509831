"""What the kiosk says of itself to its agent, in one small file: how each part does, and nothing of anybody."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import msgspec

from config import durable
from config.checkin import SAID_EVERY, AuditHead, Counters, Device, Good, Health, InForce, Level, Part, Said
from config.commands import Result
from config.settings import Settings
from hardware.devices import Status
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.figures import Figures
from kiosk_app.parts import Part as OwnPart
from printing.forecast import Forecast
from printing.forecast import Good as OwnGood

log = logging.getLogger(__name__)

_GOODS = {OwnGood.PAPER: Good.PAPER, OwnGood.TONER: Good.TONER}


class Tally:
    """Counts what happened since this run began. Called on one thread."""

    def __init__(self) -> None:
        self.counters = Counters()

    def count(self, lines: Iterable[AuditLine]) -> None:
        """Take in lines of the audit trail."""
        now = self.counters
        for line in lines:
            printed = line.what is What.PRINT_ENDED and line.fault is None
            now = Counters(
                visits=now.visits + (line.what is What.VISIT_ENDED),
                printed=now.printed + printed,
                not_printed=now.not_printed + (line.what is What.PRINT_ENDED and not printed),
            )
        self.counters = now


class Teller:
    """Writes that file each half a minute, and at once when a part does otherwise or other settings are in force."""

    def __init__(
        self, file: Path, settings: Settings, submit: Callable[[Callable[[], None]], None], trail: AuditTrail
    ) -> None:
        self._file, self._submit, self._trail = file, submit, trail
        self.figures = Figures(settings.data / "figures.json", settings, submit)
        self._tally = Tally()
        self._run = uuid4()
        self._last: tuple[tuple[Device, ...], InForce, tuple[Result, ...]] | None = None
        self._next = 0.0
        self._amiss = False

    def tell(
        self,
        statuses: dict[OwnPart, Status],
        in_force: InForce,
        settings: Settings,
        commands: tuple[Result, ...] = (),
        forecasts: Iterable[Forecast] = (),
        *,
        offers: bool,
    ) -> None:
        """Have it written down, by the thread that writes; call it often."""
        faults = [fault for status in statuses.values() for fault in status.faults]
        self.figures.passed(settings, faults, offers=offers)
        devices = tuple(_device(part, status) for part, status in statuses.items())
        now = time.monotonic()
        if now < self._next and (devices, in_force, commands) == self._last:
            return
        self._next, self._last = now + SAID_EVERY, (devices, in_force, commands)
        said = Said(
            at=datetime.now(UTC),
            run=self._run,
            version=version("loket247"),
            offers=offers,
            in_force=in_force,
            devices=devices,
            levels=tuple(_level(forecast) for forecast in forecasts),
            counters=self._tally.counters,
            commands=commands,
            figures=self.figures.told,
        )
        self._submit(lambda: self._write(said))

    def count(self, lines: Iterable[AuditLine]) -> None:
        """Take in lines of the audit trail."""
        self._tally.count(lines)

    def _write(self, said: Said) -> None:
        head = self._trail.head()
        if head is not None:
            said = msgspec.structs.replace(said, audit=AuditHead(number=head[0], hash=head[1]))
        try:
            durable.write(self._file, msgspec.json.encode(said))
        except OSError as error:
            if not self._amiss:
                log.warning("the agent cannot be told how this kiosk does (%s)", error.strerror)
            self._amiss = True
        else:
            self._amiss = False


def _device(part: OwnPart, status: Status) -> Device:
    fault = status.faults[0] if status.faults else None
    return Device(part=Part(part.value), health=Health(status.health.value), fault=fault)


def _level(forecast: Forecast) -> Level:
    a_week = round(forecast.sheets / forecast.days * 7) if forecast.days else 0
    return Level(good=_GOODS[forecast.good], left=forecast.sheets, a_week=a_week)
