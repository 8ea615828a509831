"""The dock: a window with a hand for everything outside the kiosk. Cards, paper, power, the town hall."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial

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

from simulators.dock_wall import WallBox
from simulators.eid.applet import ATR
from simulators.eid.bench import CardState, Specification
from simulators.world import World

# Often enough for a person at the bench to see what the printer did.
LOOK_MS = 500
SLIP_WIDTH = 300

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
        column.addWidget(self._keypad())
        self._wall = WallBox(world.lockers)
        column.addWidget(self._wall)
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
        """Every card that there can be: a kind, of somebody, with something the matter."""
        box, grid = QGroupBox("Kaart (pincode 1234)"), QGridLayout()
        kinds, people, states = (*ATR, "bank"), tuple(self._world.residents), tuple(state.value for state in CardState)
        top = Specification.parse(self._on_top)
        choices = [
            _choice(kinds, top.kind),
            _choice(people, top.person),
            _choice(states, top.state.value),
        ]
        for row, choice in enumerate(choices):
            grid.addWidget(choice, row, 0, 1, 2)
        grid.addWidget(_button("Steek in", lambda: self._insert(choices)), len(choices), 0)
        grid.addWidget(_button("Trek uit", self._world.cards.pull), len(choices), 1)
        box.setLayout(grid)
        return box

    def _insert(self, choices: list[QComboBox]) -> None:
        self._world.cards.insert(":".join(choice.currentText() for choice in choices))

    def _keypad(self) -> QGroupBox:
        """The keys as they lie, and its cable."""
        keypad, box, grid = self._world.keypad, QGroupBox("Toetsenbord"), QGridLayout()
        names = {"ok": "OK", "erase": "Wis", "cancel": "Stop"}
        for place, key in enumerate((*"123", "cancel", *"456", "erase", *"789", "ok", "0")):
            grid.addWidget(_button(names.get(key, key), partial(keypad.press, key)), place // 4, place % 4)
        grid.addWidget(_button("Kabel uit", keypad.unplug), 3, 1)
        grid.addWidget(_button("Kabel in", keypad.plug), 3, 2, 1, 2)
        box.setLayout(grid)
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
            "Gleuf": {
                "Papier ligt er": world.paper_sensor.lay,
                "Papier is weg": world.paper_sensor.take,
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
            "Kaartlezer": {
                "Lezer uit": lambda: world.pcscd.unplug(world.pcscd.reader),
                "Lezer in": lambda: world.pcscd.plug(world.pcscd.reader),
                "pcscd herstarten": world.pcscd.restart,
            },
        }

    def _look(self) -> None:
        self._wall.look()
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


def _choice(names: tuple[str, ...], chosen: str) -> QComboBox:
    choice = QComboBox()
    choice.addItems(names)
    choice.setCurrentText(chosen)
    return choice


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
