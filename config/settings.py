"""The settings of one kiosk: every field with its type, unit and default. An unknown key is refused.

Read from one TOML file. Nothing secret is in it: keys and certificates are named by their files.
"""

from __future__ import annotations

import tomllib
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from config.timeouts import Timeouts

HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^/\s]+$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class SettingsError(Exception):
    """The settings cannot be used. The message names the file, each wrong key and why; it holds no value."""


class Section(BaseModel):
    """A table of the settings file: frozen, and strict about keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Town(Section):
    """Whose kiosk this is."""

    name: str = Field(description="As it stands in the header, e.g. 'Gemeente Lindeveld'.")
    municipality: str = Field(description="The bare name, as it stands in a sentence: 'ingeschreven in …'.")
    colour: Colour = "#0F6478"
    ribbon: Colour | None = None
    online_desk: str = Field(description="Address of the online desk, shown as a QR code.")


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


class Service(Section):
    """Something else in the zone: a cash machine, the parcel locker."""

    kind: ServiceKind
    name: str
    place: str
    state: ServiceState = ServiceState.OPEN
    open_from: time | None = Field(default=None, description="None: day and night.")
    open_until: time | None = None
    coming_from: date | None = None


class OpenHours(Section):
    """One stretch of counter hours. `weekday` 0 is Monday."""

    weekday: int = Field(ge=0, le=6)
    opens: time
    closes: time


class Announcement(Section):
    """A message of the town on the portal, from and until a day (both included)."""

    title: str
    text: str
    first_day: date
    last_day: date


class Screen(Section):
    """The panel. Sizes on screen are millimetres; this turns them into pixels."""

    width_mm: float = Field(default=268, gt=100)
    height_mm: float = Field(default=476, gt=100)
    width_px: int = Field(default=1080, ge=480)
    height_px: int = Field(default=1920, ge=480)


class BackEnd(Section):
    """The town hall's service and how this kiosk proves itself to it."""

    url: HttpsUrl
    origin: HttpsUrl = Field(description="The origin that the card signs; the back end expects the same.")
    ca: Path
    certificate: Path
    key: Path
    seal_ca: Path = Field(description="Who may seal documents (PEM).")


class CardReader(Section):
    """The eID reader: the first reader whose PC/SC name contains `name`."""

    name: str = ""
    place: str = Field(default="onder dit scherm", description="Where it is, as in 'De lezer zit …'.")


class Printer(Section):
    """The page printer: its CUPS queue, and the device itself for the truth about its jobs."""

    queue: str
    device: str = Field(pattern=r"^ipps?://", description="The printer's own IPP address.")
    cups: str = Field(default="", description="CUPS server; empty: the system's.")
    place: str = Field(default="onder dit scherm", description="Where paper comes out, as in 'De gleuf zit …'.")


class ReceiptPrinter(Section):
    """The slip printer on the network."""

    host: str
    port: int = Field(default=9100, ge=1, le=65535)


class Settings(Section):
    """Everything one kiosk is told. A device that is not there is left out: a supported state."""

    kiosk: str = Field(description="The number on the kiosk, e.g. 'LV-01'.", pattern=r"^[A-Z0-9-]{2,16}$")
    data: Path = Field(description="Folder for journal and audit trail.")
    town: Town
    screen: Screen = Screen()
    back_end: BackEnd | None = None
    card_reader: CardReader | None = None
    printer: Printer | None = None
    receipt_printer: ReceiptPrinter | None = None
    services: tuple[Service, ...] = ()
    counter: tuple[OpenHours, ...] = ()
    closed: tuple[date, ...] = Field(default=(), description="Days on which the counter stays closed.")
    announcements: tuple[Announcement, ...] = ()
    timeouts: Timeouts = Timeouts()


def load(path: Path) -> Settings:
    """Read and validate a settings file. Raises SettingsError."""
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not TOML ({error})") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise SettingsError(f"{path}: {wrong}") from error
