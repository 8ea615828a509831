"""The dock: a window with a hand for everything outside the kiosk. Cards, paper, power, the town hall."""

from __future__ import annotations

import signal
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QGridLayout,
    QGroupBox,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from simulators.world import World

# Often enough for a person at the bench to see what the printer did.
LOOK_MS = 500
SLIP_WIDTH = 300

CARDS = (
    "1.8:an",
    "1.7:an",
    "1.8:alone",
    "1.8:elsewhere",
    "1.8:nothing",
    "1.8:an:lastTry",
    "1.8:an:blocked",
    "1.8:an:expired",
    "1.8:an:revoked",
    "1.8:an:mute",
    "1.8:an:notActivated",
    "bank:an",
)

Deed = Callable[[], object]


class Dock(QWidget):
    """Plays on the benches of one world."""

    def __init__(self, world: World, card: str) -> None:
        super().__init__()
        self._world = world
        self._on_top = card
        self._shown_slips = 0
        self.setWindowTitle("Loket 24/7: de wereld eromheen")
        column = QVBoxLayout(self)
        column.addWidget(self._cards())
        for title, deeds in self._benches().items():
            column.addWidget(_bench(title, deeds))
        self._tray = QLabel()
        self._slip = QLabel(alignment=Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._tray)
        column.addWidget(self._slip, 1)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._look()

    def _cards(self) -> QGroupBox:
        box, row = QGroupBox("Kaart (pincode 1234)"), QGridLayout()
        choice = QComboBox()
        choice.addItems(list(dict.fromkeys((self._on_top, *CARDS))))
        row.addWidget(choice, 0, 0, 1, 2)
        row.addWidget(_button("Steek in", lambda: self._world.cards.insert(choice.currentText())), 1, 0)
        row.addWidget(_button("Trek uit", self._world.cards.pull), 1, 1)
        box.setLayout(row)
        return box

    def _benches(self) -> dict[str, dict[str, Deed]]:
        world = self._world
        printer, slips, town_hall = world.printer, world.slips.bench, world.town_hall
        return {
            "Printer": {
                "Lade leeg": printer.empty_tray,
                "Bijvullen": printer.refill,
                "Volgend blad loopt vast": lambda: printer.strike("jam"),
                "Volgende taak: stroom uit": lambda: printer.strike("power-cut"),
                "Alles in orde": printer.mend,
            },
            "Bonprinter": {
                "Rol leeg": lambda: slips.put("paper_out"),
                "Rol vol": lambda: slips.put("paper_out", on=False),
                "Zwijgt": lambda: slips.put("mute"),
                "Antwoordt": lambda: slips.put("mute", on=False),
            },
            "Gemeente": {
                "Dienst valt uit": town_hall.stop,
                "Dienst is er weer": town_hall.start,
                "Dienst hapert": town_hall.pause,
                "Dienst gaat verder": town_hall.resume,
            },
            "Kaartlezer": {"pcscd herstarten": world.pcscd.restart},
        }

    def _look(self) -> None:
        printer = self._world.printer
        self._tray.setText(f"Ontvangen: {len(printer.received)}   Afgedrukt: {len(printer.printed)}")
        slips = self._world.slips.slips
        if len(slips) != self._shown_slips:
            self._shown_slips = len(slips)
            picture = QPixmap()
            picture.loadFromData(slips[-1].png)
            self._slip.setPixmap(picture.scaledToWidth(SLIP_WIDTH, Qt.TransformationMode.SmoothTransformation))


def _bench(title: str, deeds: dict[str, Deed]) -> QGroupBox:
    box, grid = QGroupBox(title), QGridLayout()
    for number, (name, deed) in enumerate(deeds.items()):
        grid.addWidget(_button(name, deed), number // 2, number % 2)
    box.setLayout(grid)
    return box


def _button(name: str, deed: Deed) -> QPushButton:
    button = QPushButton(name)
    button.clicked.connect(lambda _checked: deed())
    return button


def run(world: World, alive: Callable[[], bool], card: str) -> None:
    """Show the dock until its window is closed or `alive` says no; `card` lies on top."""
    application = QApplication.instance() or QApplication(["dock"])
    dock = Dock(world, card)
    dock.show()
    desktop = dock.screen().availableGeometry()
    dock.move(desktop.right() - dock.width(), desktop.top())  # the kiosk's window comes on the left
    watch = QTimer(interval=LOOK_MS)
    watch.timeout.connect(lambda: None if alive() else application.quit())
    watch.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: application.quit())
    application.exec()
