"""A small picture of the wall in the dock: its doors open by themselves, and a touch shuts or opens them by hand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from simulators.lockboard import Compartment, Wall
from simulators.wall import COLUMNS, place, size

# How high a door is in the picture, and how wide, in pixels.
HEIGHTS = {"small": 22, "medium": 33, "large": 55}
WIDTH = 54
OPEN, SHUT = "background: #ffffff; border: 2px dashed #14202a", "background: #d3dadd; border: 1px solid #6c7a86"


class WallBox(QGroupBox):
    """The wall, and beside it what can be wrong with it."""

    def __init__(self, wall: Wall) -> None:
        super().__init__("Vakjes (tik op een deur; • er ligt iets in)")
        self._wall = wall
        self._doors: dict[int, QPushButton] = {}
        picture = QWidget()
        row = QHBoxLayout(picture)
        for numbers in COLUMNS:
            column = QVBoxLayout()
            for number in numbers:
                column.addWidget(self._door(number))
            row.addLayout(column)
        layout = QGridLayout(self)
        layout.addWidget(picture, 0, 0, 1, 3)
        self._takes = QCheckBox("Hand neemt eruit wat erin ligt")
        self._takes.setChecked(True)
        layout.addWidget(self._takes, 1, 0)
        for place_in_row, (name, deed) in enumerate({"Lijn uit": wall.unplug, "Lijn in": wall.plug}.items(), 1):
            button = QPushButton(name)
            button.clicked.connect(lambda _checked, deed=deed: deed())
            layout.addWidget(button, 1, place_in_row)
        self.look()

    def look(self) -> None:
        """Show every door as it is now."""
        for number, button in self._doors.items():
            compartment = self._at(number)
            button.setStyleSheet(OPEN if compartment.is_open else SHUT)
            button.setText(f"nr {number}{' •' if compartment.thing else ''}")

    def _door(self, number: int) -> QPushButton:
        door = QPushButton()
        door.setFixedSize(WIDTH, HEIGHTS[size(number)])
        door.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        door.clicked.connect(lambda: self._touch(number))
        self._doors[number] = door
        return door

    def _touch(self, number: int) -> None:
        """Use a hand: empty an open compartment and shut its door, or open a shut one with a key."""
        compartment = self._at(number)
        if compartment.is_open:
            if self._takes.isChecked():
                compartment.thing = False
            self._wall.shut(*place(number))
        else:
            self._wall.unlock_by_key(*place(number))
        self.look()

    def _at(self, number: int) -> Compartment:
        return self._wall.at(*place(number))
