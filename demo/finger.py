"""A kiosk under a robot finger: the real kiosk, whose glass is touched by commands on standard input.

Run as a process of its own by `demo.kiosk_process`. Each command is a line of JSON: `{"touch": "choice id"}`,
`{"grab": "file.png"}`, `{"look": true}`, `{"quit": true}`. Each line it prints tells what stands on the screen now: the
state's name, the ids that can be touched, and at the end of a print what became of each ticket. Touches are real touch
events.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from config.settings import load
from demo.hand import Hand
from demo.pace import PACE, Pace
from demo.watch import LATE, watch
from hardware.faults import FAULTS
from kiosk_app.doors import AskTaken, Collecting, DoorOpen, DoorOpening
from kiosk_app.maintenance.compartments import ActEnded, DoorStands, Proposal
from kiosk_app.screened import Screened, dry_run
from kiosk_app.told import ToldSettings
from kiosk_app.visit import (
    EnterCode,
    LastTry,
    Notice,
    PinOnReader,
    Printed,
    Printing,
    StaffAtWork,
    TakeCard,
    Viewing,
    Visit,
)


def main(file: Path, folder: Path | None = None) -> int:
    """Run the kiosk until it is told to quit, or until standard input ends; `folder`: what its agent offers."""
    logging.basicConfig(level=os.environ.get("LOKET_LOG", "INFO"))
    for library in ("httpx", "httpcore"):  # they tell where they call, and each step of it
        logging.getLogger(library).setLevel(logging.WARNING)
    told = ToldSettings(file, folder, dry_run) if folder is not None else None
    settings = told.settings if told is not None else load(file)
    size = settings.screen.width_px, settings.screen.height_px
    said = file.with_name("said.json") if told is not None else None
    screened = Screened(settings, size_px=size, told=told, said=said)
    finger = Finger(screened)
    screened.on_painted(finger.tell)
    threading.Thread(target=finger.listen, name="finger", daemon=True).start()
    return screened.run()


class Finger:
    """Touches what it is told to, and tells what it sees."""

    def __init__(self, screened: Screened) -> None:
        self._screened = screened
        self._hand = Hand(screened.app.window)
        self._commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._busy = False
        pace = os.environ.get(PACE, "")
        self._pace = Pace(screened.app.window, Path(pace)) if pace else None
        self._watches = os.environ.get(LATE, "")  # from when it knows its devices: what a start takes is another figure

    def tell(self, visit: Visit) -> None:
        """Print what stands on the screen, once its page is there."""
        if self._pace is not None:
            self._pace.shown()
        if self._watches and self._screened.knows_its_devices:
            watch(self._screened.app.call_soon, Path(self._watches))
            self._watches = ""
        seen: dict[str, Any] = {
            "state": type(visit.state).__name__,
            "overlay": visit.overlay.value if visit.overlay else None,
            "visit": visit.number,
            "choices": self._choices(),
            "focus": self._hand.focused,
            "known": self._screened.knows_its_devices,
        }
        if isinstance(visit.state, Notice | LastTry | Printing | Printed):  # no other title: one greets by name
            shown = self._screened.app.bridge.shown
            seen["title"] = shown.title if shown is not None else ""
        if isinstance(visit.state, StaffAtWork):
            seen |= _of_staff(visit.state)
        if isinstance(visit.state, PinOnReader):
            seen["signing"], seen["wrong"] = visit.state.signing, visit.state.wrong_before
        if isinstance(visit.state, TakeCard):
            had = sum(order.fault is None for order in visit.state.orders)
            seen["awaited"] = had - len(visit.state.documents)
        if isinstance(visit.state, Viewing):
            seen["drawn"], seen["clear"] = visit.state.drawing is not None, visit.state.clear
        if isinstance(visit.state, Collecting | DoorOpening | DoorOpen | AskTaken):
            seen["compartment"] = visit.state.thing.compartment
        if isinstance(visit.state, EnterCode) and visit.state.refused is not None:
            seen["refused"] = True
            seen["title"] = FAULTS[visit.state.refused].title
        if isinstance(visit.state, Printed):
            jobs = visit.state.jobs
            seen["documents"] = [{"ticket": str(j.document.ticket), "outcome": j.progress.phase.value} for j in jobs]
            seen["slip"] = visit.state.slip.value
        self._screened.app.call_soon(lambda: _print({**seen, "at": time.monotonic()}))

    def _choices(self) -> list[str]:
        shown = self._screened.app.bridge.shown
        return [c.id for c in shown.choices if c.enabled and c.event is not None] if shown is not None else []

    def listen(self) -> None:
        """Read commands until the end."""
        for line in sys.stdin:
            self._commands.put(json.loads(line))
            self._screened.app.call_soon(self._next)
        self._screened.app.call_soon(self._screened.quit)

    def _next(self) -> None:
        """Obey one command to its end before the next: delivering a touch runs the loop meanwhile."""
        if self._busy or self._commands.empty():
            return
        self._busy = True
        command = self._commands.get()
        if "touch" in command:
            self._hand.once_painted(lambda: self._obey(command))
        else:
            self._obey(command)

    def _obey(self, command: dict[str, Any]) -> None:
        try:
            self._do(command)
        finally:
            self._busy = False
        self._screened.app.call_soon(self._next)

    def _do(self, command: dict[str, Any]) -> None:
        match command:
            case {"touch": str(name)}:
                self._touch(name)
            case {"grab": str(path)}:
                _print({"grabbed": path, "png": _png(self._screened.app.grab())})
            case {"look": True}:
                self.tell(self._screened.visit)
            case {"quit": True}:
                self._screened.quit()
            case _:
                _print({"error": "unknown command"})

    def _touch(self, name: str) -> None:
        place = self._hand.place(name)
        if place is None:
            _print({"error": f"nothing to touch: {name}"})
            return
        at = time.monotonic()
        if self._pace is not None:
            self._pace.tapped()
        self._hand.tap(place)
        _print({"touched": name, "at": at})


def _of_staff(state: StaffAtWork) -> dict[str, Any]:
    """Give what stands on a page of maintenance, where no resident is."""
    page = state.work.page
    return {
        "page": type(page).__name__,
        "troubles": [trouble.code.value for trouble in state.work.told.troubles],
        "reported": getattr(page, "reported", None),
        "well": getattr(page, "well", None),
        "read": getattr(page, "rows", None) is not None,
        "shelf": state.work.round.shelf is not None,
        "compartment": page.act.compartment if isinstance(page, Proposal | DoorStands) else None,
        "how": page.how.value if isinstance(page, ActEnded) else None,
    }


def _png(image: QImage) -> str:
    """Give a picture as text: a kiosk whose disk is full still has a screen to show."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.toBase64().data()).decode()


def _print(told: dict[str, Any]) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    raise SystemExit(main(*map(Path, sys.argv[1:])))
