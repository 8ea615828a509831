"""What each journey of `docs/journeys.md` is about: what happened before the resident came, and what they come for."""

from __future__ import annotations

from collections.abc import Callable

from demo.resident import Resident
from simulators.pcscd import DIGIPASS, READER_WITH_KEYS
from simulators.world import World

# A document that no catalogue knows: the town's software made it, and titled it.
TITLE = "Bewijs van inschrijving in de muziekschool"

# Behind which door a thing lies that is collected.
NUMBER = 7

# Given the world, the person's name in it, and the resident.
Errand = Callable[[World, str, Resident], None]


def _nothing(_world: World, _person: str, _resident: Resident) -> None:
    """Come for a certificate, as the resident does anyway."""


def _prepared_eid(world: World, person: str, resident: Resident) -> None:
    world.deposit(person, title=TITLE, access="eid")
    resident.products = ("claim",)


def _prepared_code(world: World, person: str, resident: Resident) -> None:
    resident.code = world.deposit(person, title=TITLE, access="code") or ""


def _prepared_qr(world: World, person: str, resident: Resident) -> None:
    _prepared_code(world, person, resident)
    resident.scan = world.scanner.scan


def _collect_code(world: World, _person: str, resident: Resident) -> None:
    resident.code = world.put_in("voucher", NUMBER) or ""
    resident.reach = world.reach


def _collect_qr(world: World, person: str, resident: Resident) -> None:
    _collect_code(world, person, resident)
    resident.scan = world.scanner.scan


def _collect_eid(world: World, person: str, resident: Resident) -> None:
    world.put_in("passport", NUMBER, person)
    resident.products = ("claim",)
    resident.reach = world.reach


def _several(_world: World, _person: str, resident: Resident) -> None:
    resident.products = ("householdComposition", "residence", "nationality")


def _record(_world: World, _person: str, resident: Resident) -> None:
    resident.products = ("criminalRecord595",)


def _copies(_world: World, _person: str, resident: Resident) -> None:
    resident.products = ("civilBirth",)
    resident.copies = 3


def _deferred(_world: World, _person: str, resident: Resident) -> None:
    resident.products = ("criminalRecord5962",)


def _public_list(_world: World, _person: str, resident: Resident) -> None:
    resident.reads_the_list = True


def _keys(world: World, _person: str, resident: Resident) -> None:
    resident.keys = world.keys


def _maintenance(_world: World, _person: str, _resident: Resident) -> None:
    """Nobody comes for a document: whoever comes mends the kiosk (`demo.technician`)."""


def _deposit(_world: World, _person: str, _resident: Resident) -> None:
    """Nobody comes for anything: whoever comes puts things in (`demo.depositor`)."""


def _again(_world: World, _person: str, resident: Resident) -> None:
    """Come back for what an earlier visit did not give."""
    resident.products = ("claim",)


ERRANDS: dict[str, Errand] = {
    "certificate": _nothing,
    "prepared-eid": _prepared_eid,
    "prepared-code": _prepared_code,
    "prepared-qr": _prepared_qr,
    "collect-code": _collect_code,
    "collect-qr": _collect_qr,
    "collect-eid": _collect_eid,
    "several": _several,
    "reprint": _again,
    "paper-or-ebox": _record,
    "copies": _copies,
    "deferred": _deferred,
    "public-list": _public_list,
    "maintenance": _maintenance,
    "deposit": _deposit,
    "keys": _keys,
    "keys-digipass": _keys,
}
# At which reader a journey or a fault is played, where it is not a plain one: at one with keys, asked in either way.
READERS = {
    "keys-digipass": DIGIPASS,
    **dict.fromkeys(("keys", "keys-wrong", "keys-timed-out", "keys-cancelled", "keys-blocked"), READER_WITH_KEYS),
}
# Journeys before which the same person was here, and the printer's engine gave up on the document.
FAILED_BEFORE = {"reprint"}
