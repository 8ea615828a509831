"""The settings of one kiosk: every field with its type, unit and default. An unknown key is refused.

Read from one TOML file. Nothing secret is in it: keys and certificates are named by their files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, ValidationError, convert, field

from config.hands import Keypad as Keypad
from config.hands import Touch as Touch
from config.lockers import Compartment as Compartment
from config.lockers import CompartmentSize as CompartmentSize
from config.lockers import Lockers as Lockers
from config.section import SPEEDS
from config.section import Address as Address
from config.section import Language as Language
from config.section import Local as Local
from config.section import Section as Section
from config.section import Translated as Translated
from config.speech import Speech as Speech
from config.staff import StaffKey as StaffKey
from config.staff import StaffRole as StaffRole
from config.timeouts import Timeouts
from config.wording import refuse_overlap, refuse_unfit

HttpsUrl = Annotated[str, Meta(pattern=r"^https://[^/\s]+$")]
QrUrl = Annotated[str, Meta(pattern=r"^https?://[!-~]+$", max_length=120)]  # else its squares are too small
Colour = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$")]
# As many rows as the portal has room for.
MOST_SERVICES = 4


class SettingsError(Exception):
    """The settings cannot be used. The message names the file, each wrong key and why; it holds no value."""


_UNDER_THIS_SCREEN = Translated(
    nl="onder dit scherm", fr="sous cet écran", de="unter diesem Bildschirm", en="below this screen"
)


class Town(Section, frozen=True, kw_only=True):
    """Whose kiosk this is."""

    name: Annotated[str, Meta(description="As it stands in the header, e.g. 'Gemeente Lindeveld'.")]
    municipality: Annotated[str, Meta(description="The bare name, as it stands in a sentence: 'ingeschreven in …'.")]
    colour: Colour = "#0F6478"
    ribbon: Colour | None = None
    logo: Annotated[Path | None, Meta(description="Header: PNG or JPEG, 1 MB and 1024 pixels a side at most.")] = None
    online_desk: Annotated[QrUrl, Meta(description="Address of the online desk, shown as a QR code.")]
    appointment: Annotated[QrUrl | None, Meta(description="Address to make an appointment; else the online desk.")] = (
        None
    )
    emergency_number: Annotated[str, Meta(pattern="^[0-9]{3,4}$", description="Whom to call in need.")] = "112"
    time_zone: Annotated[str, Meta(description="Whose hours the screen and the slips say, whatever the machine's.")] = (
        "Europe/Brussels"
    )

    def __post_init__(self) -> None:
        """Refuse a zone that nobody knows, and a name that does not fit the header. Raises ValueError."""
        refuse_unfit((("name", self.name, 40), ("municipality", self.municipality, 28)))
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("time_zone is the name of no time zone") from None

    def clock(self, moment: datetime) -> datetime:
        """Give a moment as the clock on the wall shows it, without its zone."""
        return moment.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None)

    def now(self) -> datetime:
        """Give what the clock on the wall shows now."""
        return self.clock(datetime.now(UTC))


class ServiceState(StrEnum):
    """What the town says of a service in the zone."""

    OPEN = "open"
    OUT_OF_ORDER = "outOfOrder"
    COMING = "coming"


class ServiceKind(StrEnum):
    """Which icon stands before a service."""

    CASH = "cash"
    PARCELS = "parcels"
    LOCKERS = "lockers"


class Provider(StrEnum):
    """Whose compartments the town's things are collected from: its own, which this kiosk opens, or bpost's."""

    OWN = "own"
    BPOST = "bpost"


class Service(Section, frozen=True, kw_only=True):
    """Something else in the zone: a cash machine, the parcel locker."""

    kind: ServiceKind
    name: Local
    place: Local
    provider: Annotated[
        Provider, Meta(description="Of lockers: bpost's only tells how; this kiosk cannot open it.")
    ] = Provider.OWN
    has_screen: Annotated[bool, Meta(description="Of bpost's lockers: without a screen only its app opens them.")] = (
        True
    )
    state: ServiceState = ServiceState.OPEN
    open_from: Annotated[time | None, Meta(description="None: day and night.")] = None
    open_until: time | None = None
    coming_from: date | None = None
    out_until: Annotated[date | None, Meta(description="Out of order up to and including this day.")] = None
    updated: Annotated[datetime | None, Meta(description="When the town last looked, by the clock on the wall.")] = None
    steps: Annotated[tuple[Local, ...], Meta(max_length=3, description="How it works; left out: as for its kind.")] = ()
    note: Annotated[Local, Meta(description="What else is good to know.")] = ""
    nearest: Annotated[Local, Meta(description="Where to go when it is out of order or closed.")] = ""

    @property
    def is_ours(self) -> bool:
        """Whether it is this kiosk that opens its doors."""
        return self.kind is ServiceKind.LOCKERS and self.provider is Provider.OWN

    def __post_init__(self) -> None:
        """Refuse what cannot be shown, or cannot be true at once. Raises ValueError."""
        refuse_unfit((("name", self.name, 24), ("place", self.place, 26), ("note", self.note, 110)))
        refuse_unfit((("nearest", self.nearest, 80), *(("steps", step, 40) for step in self.steps)))
        hours = (self.open_from, self.open_until)
        if hours.count(None) == 1 or (None not in hours and hours[0] == hours[1]):
            raise ValueError("open_from and open_until: two different hours, or neither")
        if self.coming_from is not None and self.state is not ServiceState.COMING:
            raise ValueError(f"coming_from: its state is {self.state}")
        if self.out_until is not None and self.state is not ServiceState.OUT_OF_ORDER:
            raise ValueError(f"out_until: its state is {self.state}")


class OpenHours(Section, frozen=True, kw_only=True):
    """One stretch of counter hours. `weekday` 0 is Monday."""

    weekday: Annotated[int, Meta(ge=0, le=6)]
    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Refuse a stretch that ends before it begins. Raises ValueError."""
        if self.closes <= self.opens:
            raise ValueError("closes: not after opens")


class Announcement(Section, frozen=True, kw_only=True):
    """A message of the town on the portal, from and until a day (both included)."""

    title: Local
    text: Local
    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        """Refuse what does not fit the portal, and days that never come. Raises ValueError."""
        refuse_unfit((("title", self.title, 60), ("text", self.text, 120)))
        if self.last_day < self.first_day:
            raise ValueError("last_day: before first_day")


class Screen(Section, frozen=True, kw_only=True):
    """The panel. Sizes on screen are millimetres; this turns them into pixels."""

    width_mm: Annotated[float, Meta(gt=100)] = 268
    height_mm: Annotated[float, Meta(gt=100)] = 476
    width_px: Annotated[int, Meta(ge=480)] = 1080
    height_px: Annotated[int, Meta(ge=480)] = 1920


class SealRule(StrEnum):
    """What becomes of a document that nobody sealed whom this kiosk knows."""

    REQUIRE = "require"
    WARN = "warn"
    OFF = "off"


class BackEnd(Section, frozen=True, kw_only=True):
    """The town hall's service and how this kiosk proves itself to it."""

    url: HttpsUrl
    origin: Annotated[HttpsUrl, Meta(description="The origin that the card signs; the back end expects the same.")]
    ca: Path
    certificate: Path
    key: Path
    seal_ca: Annotated[Path, Meta(description="Who may seal documents (PEM).")]
    seals: Annotated[
        dict[str, SealRule],
        Meta(
            description="For a product, by its code, where a seal is not required: `warn` prints what nobody known "
            "sealed and writes that down, `off` looks at no seal. Digest, pages, size and content are always checked."
        ),
    ] = field(default_factory=dict)

    def seal_for(self, product: str) -> SealRule:
        """Give the rule for a product's documents."""
        return self.seals.get(product, SealRule.REQUIRE)


class CardReader(Section, frozen=True, kw_only=True):
    """The eID reader: the first reader whose PC/SC name contains `name`."""

    name: str = ""
    place: Annotated[Local, Meta(description="As in 'De lezer zit …'; in every language of the screen.")] = (
        _UNDER_THIS_SCREEN
    )


class PaperSensor(Section, frozen=True, kw_only=True):
    """A light barrier or switch that sees whether paper lies in the slot; without one the kiosk asks."""

    device: Annotated[Path, Meta(description="Its evdev device, e.g. /dev/input/by-path/platform-…-event.")]
    code: Annotated[int, Meta(ge=0, le=0x2FF, description="Of its key or switch, as `evtest` shows it.")]
    inverted: Annotated[bool, Meta(description="Paper lies there while it is off.")] = False


class ScannerKind(StrEnum):
    """How a scanner speaks: it types like a keyboard, or on a serial line."""

    KEYS = "keys"
    SERIAL = "serial"


class Scanner(Section, frozen=True, kw_only=True):
    """A reader of QR codes. The rest says how it is set."""

    device: Annotated[Path, Meta(description="Its evdev device, or its serial line.")]
    kind: ScannerKind = ScannerKind.KEYS
    baud: Annotated[int, Meta(description="The speed of a serial line, as the scanner is set.")] = 9600
    prefix: Annotated[str, Meta(max_length=8)] = ""
    suffix: Annotated[str, Meta(min_length=1, max_length=8)] = "\r"
    kinds: Annotated[
        str, Meta(pattern="^[A-Za-z]*$", description="Letters of AIM identifiers (Q: QR) where it sends them.")
    ] = ""

    def __post_init__(self) -> None:
        """Refuse a speed that no line has."""
        if self.baud not in SPEEDS:
            raise ValueError("scanner.baud: no speed of a serial line")


IppAddress = Annotated[str, Meta(pattern=r"^ipps?://", description="The printer's own IPP address.")]


class Paper(Section, frozen=True, kw_only=True):
    """How documents are printed, as far as the printer can."""

    two_sided: bool = False
    tray: Annotated[str, Meta(description="As the printer calls it; `kiosk check printer` lists them.")] = ""
    monochrome: bool = False


class SecondPrinter(Section, frozen=True, kw_only=True):
    """Where documents go when the first printer cannot print. The same CUPS, another queue."""

    queue: str
    device: IppAddress


class Printer(Section, frozen=True, kw_only=True):
    """The page printer: its CUPS queue, and the device itself for the truth about its jobs."""

    queue: str
    device: IppAddress
    cups: Annotated[str, Meta(description="CUPS server; empty: the system's.")] = ""
    place: Annotated[
        Local, Meta(description="As in 'de gleuf …', for the second printer too; in every language of the screen.")
    ] = _UNDER_THIS_SCREEN
    second: SecondPrinter | None = None
    paper: Paper = Paper()
    products: Annotated[dict[str, Paper], Meta(description="Instead of `paper`.")] = field(default_factory=dict)
    full_tray: Annotated[int, Meta(ge=1, description="Sheets, for a printer that does not count what is in it.")] = 250
    full_cartridge: Annotated[int, Meta(ge=1, description="Sheets that a full toner prints, as its maker says.")] = 3000

    def paper_for(self, product: str) -> Paper:
        """Give how documents of a product are printed."""
        return self.products.get(product, self.paper)


class ReceiptPrinter(Section, frozen=True, kw_only=True):
    """The slip printer: on the network (`host`), or on a cable (`device`)."""

    host: str = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 9100
    device: Annotated[Path | None, Meta(description="On USB /dev/usb/lp0, on a serial line /dev/ttyS0.")] = None
    baud: Annotated[int, Meta(description="The speed of a serial line, as the printer is set.")] = 38400
    logo: Annotated[Path | None, Meta(description="A picture above each slip (PNG).")] = None

    def __post_init__(self) -> None:
        """Refuse a printer that is nowhere, or in two places, and a speed that no line has."""
        if bool(self.host) is (self.device is not None):
            raise ValueError("receipt_printer: host or device, one of the two")
        if self.baud not in SPEEDS:
            raise ValueError("receipt_printer.baud: no speed of a serial line")


class Settings(Section, frozen=True, kw_only=True):
    """Everything one kiosk is told. A device that is not there is left out: a supported state."""

    kiosk: Annotated[str, Meta(description="The number on the kiosk, e.g. 'LV-01'.", pattern=r"^[A-Z0-9-]{2,16}$")]
    data: Annotated[Path, Meta(description="Folder for journal and audit trail.")]
    town: Town
    languages: Annotated[
        tuple[Language, ...],
        Meta(description="Of the screen, Dutch first. Any other is for the town to decide, within the language law."),
    ] = (Language.NL,)
    form_of_address: Annotated[Address, Meta(description="How Dutch speaks to residents: je or u.")] = Address.JE
    screen: Screen = Screen()
    touch: Touch = Touch()
    back_end: BackEnd | None = None
    card_reader: CardReader | None = None
    keypad: Keypad | None = None
    paper_sensor: PaperSensor | None = None
    scanner: Scanner | None = None
    speech: Speech | None = None
    printer: Printer | None = None
    receipt_printer: ReceiptPrinter | None = None
    lockers: Lockers | None = None
    staff: tuple[StaffKey, ...] = ()
    operator: Annotated[
        str, Meta(description="Who alone can open what this kiosk puts on a stick: a certificate of an RSA key (PEM).")
    ] = ""
    services: Annotated[tuple[Service, ...], Meta(max_length=MOST_SERVICES)] = ()
    counter: tuple[OpenHours, ...] = ()
    closed: Annotated[tuple[date, ...], Meta(description="Days on which the counter stays closed.")] = ()
    announcements: tuple[Announcement, ...] = ()
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        """Refuse languages without Dutch before them, and a sentence that would be half in one and half in another."""
        if self.languages[:1] != (Language.NL,) or len(set(self.languages)) < len(self.languages):
            raise ValueError("languages: Dutch comes first, and none comes twice")
        if self.lockers is None and any(one.is_ours and one.state is ServiceState.OPEN for one in self.services):
            raise ValueError("services: compartments of this kiosk, and no [lockers]")
        refuse_overlap(self.counter)
        for key, device in (("card_reader", self.card_reader), ("printer", self.printer)):
            for language in self.languages:
                if device is not None and not _is_in(language, device.place):
                    raise ValueError(f"{key}.place: no text in {language}")


def _is_in(language: Language, text: Local) -> bool:
    return language is Language.NL if isinstance(text, str) else bool(getattr(text, language))


def load(path: Path) -> Settings:
    """Read and validate a settings file. Raises SettingsError."""
    tree = read(path)
    try:
        return settings_of(tree)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def read(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises SettingsError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not TOML ({error})") from error


def settings_of(tree: Mapping[str, Any]) -> Settings:
    """Validate what was read. Raises SettingsError."""
    try:
        return convert(tree, Settings, dec_hook=_decoded)
    except ValidationError as error:
        raise SettingsError(str(error)) from error


def _decoded(kind: type, value: object) -> object:
    """Turn what TOML has no word for into its type."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValidationError(f"expected {kind.__name__}")
