"""Who of the town's own people may do what at this kiosk: the cards of staff, their roles and how long they stand."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from config.section import Section


class StaffRole(StrEnum):
    """What somebody of staff may do here: all; paper, cleaning and compartments; compartments alone."""

    TECHNICIAN = "technician"
    SITE_STAFF = "siteStaff"
    DEPOSITOR = "depositor"


class StaffKey(Section, frozen=True, kw_only=True):
    """A card of staff: a PIV card, known by the public key that goes with its key 9E (P-256).

    Maintenance asks for a second factor too, and until when: without these a card opens no maintenance.
    """

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,32}$", description="A number or a name for it; no person's.")]
    role: StaffRole
    public_key: Annotated[str, Meta(pattern=r"^\s*-----BEGIN PUBLIC KEY-----", description="PEM.")]
    until: Annotated[date | None, Meta(description="The last day on which this card opens maintenance.")] = None
    pin: Annotated[
        str, Meta(pattern=r"^(scrypt:[0-9a-f]{32}:[0-9a-f]{64})?$", description="As `kiosk staff pin` makes it.")
    ] = ""
    totp: Annotated[
        Path | None, Meta(description="The file with the secret of an app, as `kiosk staff totp` makes it.")
    ] = None

    def __post_init__(self) -> None:
        """Refuse two second factors, and a right without an end. Raises ValueError."""
        if self.pin and self.totp is not None:
            raise ValueError("staff: pin or totp, not both")
        if (self.pin or self.totp is not None) and self.until is None:
            raise ValueError("staff: a right to maintenance has a last day (until)")
