"""The whole outside world of one kiosk: cards and reader, printers, compartments, town hall.

    with World(folder) as world:
        world.cards.insert("1.8:an")
        world.printer.empty_tray()

Each part is a program or a thread below the kiosk's drivers, on loopback; several worlds may stand side by side.
What they keep lies in `folder` and in folders of their own that are gone when the world ends.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulators import another_kiosk
from simulators.counter import Counter, accounts
from simulators.cupsd import Cupsd
from simulators.depositor import Depositor
from simulators.eid.bench import CardBench
from simulators.eid.people import Person, load_residents
from simulators.eid.pinpad import Later, Pinpad
from simulators.eid.pki import Pki
from simulators.escpos_printer import EscPosPrinter
from simulators.headset import VirtualJack
from simulators.ipp_printer import MS_PER_SHEET, PrinterBench
from simulators.keypad import VirtualKeypad
from simulators.lockboard import Wall
from simulators.meddler import Meddler
from simulators.ocsp import OcspResponder
from simulators.paper_sensor import CODE, VirtualPaperSensor
from simulators.pcscd import DIGIPASS, READER_A, READER_WITH_KEYS, Pcscd
from simulators.scanner import KeyboardScanner
from simulators.sound_card import SoundCard
from simulators.town_hall import TownHall
from simulators.wall import BOARDS, compartments, place

RESIDENTS = Path(__file__).parent.parent / "townhall" / "residents.toml"
QUEUE = "kiosk"
MUNICIPALITY = 99999  # Lindeveld's NIS code in residents.toml: no town has this number


class World:
    """Starts every part in the order in which they need each other; ends them the other way round."""

    def __init__(
        self,
        folder: Path,
        *,
        out: Path | None = None,
        ms_per_sheet: int = MS_PER_SHEET,
        printer: type[PrinterBench] = PrinterBench,
        reader: str = READER_A,
        town_database: str | None = None,
    ) -> None:
        """`folder` is for what is made once (keys, databases); `out` gets what was sealed, received and printed.

        `town_database` is the URL of the town hall's own, where that is no file in `folder`.
        """
        self._folder = folder
        self._stack = ExitStack()
        self.out = out
        self.residents: dict[str, Person] = load_residents(RESIDENTS)
        self.ocsp = OcspResponder()
        self.pki = Pki(folder / "eid", self.ocsp.url)
        self.pcscd = Pcscd(reader)
        self.cards = CardBench(self.pki, self.residents, self.pcscd.slot())
        self.keys = Later()  # what a resident does at the keys of a reader that has them
        if reader in {READER_WITH_KEYS, DIGIPASS}:
            self.cards.pinpad = Pinpad(always=self.keys)
        self.keypad = VirtualKeypad(self.pcscd.folder / "keypad")
        self.paper_sensor = VirtualPaperSensor(self.pcscd.folder / "paper-sensor")
        self.scanner = KeyboardScanner(self.pcscd.folder / "scanner")
        self.lockers = Wall(self.pcscd.folder, BOARDS)
        self.jack = VirtualJack(self.pcscd.folder / "jack")
        self.sound_card = SoundCard(folder / "sound")
        self.cupsd = Cupsd()
        self.printer = printer(out, ms_per_sheet=ms_per_sheet)
        self.slips = EscPosPrinter(folder=out)
        sealed = None if out is None else out / "sealed"
        self.town_hall = TownHall(
            folder / "townhall",
            RESIDENTS,
            self.pki.trust,
            self.ocsp.url,
            sealed,
            more=("--accounts", accounts(folder / "office.toml")),
            database=town_database,
        )
        self.meddler: Meddler | None = None

    def __enter__(self) -> Self:
        """Start it all. Raises what a part raises that cannot start; then nothing is left running."""
        with ExitStack() as starting:
            self.ocsp.serve(self.pki)
            for part in (
                self.ocsp,
                self.pcscd,
                self.cards,
                self.keypad,
                self.paper_sensor,
                self.scanner,
                self.lockers,
                self.jack,
                self.cupsd,
                self.printer,
                self.slips,
                self.town_hall,
            ):
                starting.callback(part.close)
            self.pcscd.start()
            self.printer.start()
            self.cupsd.start()
            self.cupsd.add_queue(QUEUE, self.printer.uri)
            self.town_hall.start()
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it all."""
        self._stack.close()

    def deposit(self, person: str, *, title: str, access: str) -> str | None:
        """Have the town's software hand in a document for a resident; gives its code where a code is enough."""
        depositor = Depositor(self.town_hall.office_url, self.town_hall.ca, MUNICIPALITY)
        try:
            return depositor.deposit(self.residents[person].ssin, title=title, access=access)
        finally:
            depositor.close()

    def counter(self) -> Counter:
        """Give a clerk at the counter, who is to be closed."""
        return Counter(self.town_hall.office_url, self.town_hall.url, self.town_hall.ca)

    def put_in(self, product: str, number: int, person: str | None = None) -> str | None:
        """Have staff put a thing behind a door, for a resident or for whoever has its code; give that."""
        board, lock = place(number)
        self.lockers.at(board, lock).thing = True
        counter = self.counter()
        try:
            return counter.put_in(product, number, "" if person is None else self.residents[person].ssin)
        finally:
            counter.close()

    def reach(self, number: int) -> None:
        """Take out what is behind an open door, and shut it."""
        board, lock = place(number)
        self.lockers.at(board, lock).thing = False
        self.lockers.shut(board, lock)

    def lay(self, number: int) -> None:
        """Put a thing behind an open door, and shut it."""
        board, lock = place(number)
        self.lockers.at(board, lock).thing = True
        self.lockers.shut(board, lock)

    def use_up(self, code: str) -> None:
        """Have somebody else collect what a code stands for."""
        another_kiosk.collect(self.town_hall.url, self.town_hall.ca, code)

    def meddle(self, gone_at: bytes | None = None) -> None:
        """Put somebody in the middle of the line of a kiosk that is told of its `devices` from now on."""
        self.meddler = Meddler(self.town_hall.url, self.town_hall.ca, gone_at)
        self._stack.callback(self.meddler.close)

    @property
    def environment(self) -> dict[str, str]:
        """What programs need to find this world: PC/SC, CUPS, and where the rest listens."""
        return {
            **self.pcscd.environment,
            **self.cupsd.environment,
            **self.sound_card.environment,
            "LOKET_PRINTER": self.printer.uri,
            "LOKET_QUEUE": QUEUE,
            "LOKET_SLIP_PRINTER": f"127.0.0.1:{self.slips.port}",
            "LOKET_TOWN_HALL": self.town_hall.url,
            "LOKET_TOWN_HALL_PUBLIC": self.town_hall.public_url,
            "LOKET_TOWN_HALL_FILES": str(self.town_hall.ca),
        }

    @property
    def devices(self) -> dict[str, dict[str, Any]]:
        """The tables of a kiosk's settings that name these devices, in the settings' own words."""
        files = self.town_hall.ca
        return {
            "back_end": {
                "url": self.meddler.url if self.meddler else self.town_hall.url,
                "origin": self.town_hall.url,
                "ca": str(files / "ca.pem"),
                "certificate": str(files / "kiosk.pem"),
                "key": str(files / "kiosk.key"),
                "seal_ca": str(files / "seal-ca.pem"),
            },
            "card_reader": {"name": ""},
            "keypad": {"device": str(self.keypad.path)},
            "paper_sensor": {"device": str(self.paper_sensor.path), "code": CODE},
            "scanner": {"device": str(self.scanner.path)},
            "lockers": {
                "device": str(self.lockers.device),
                "baud": self.lockers.speed,
                "compartments": compartments(),
            },
            "speech": {"speaker": "speaker", "headset": "headset", "jack": str(self.jack.path)},
            "printer": {"queue": QUEUE, "device": self.printer.uri, "cups": self.cupsd.socket},
            "receipt_printer": {"host": "127.0.0.1", "port": self.slips.port},
        }
