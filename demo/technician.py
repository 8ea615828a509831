"""The scripted technician: comes with a card and an app, finds what is wrong, mends what hands can, and reports."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from cryptography.x509.oid import NameOID

from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import SECOND_STRIKE
from demo.staff_visit import StaffVisit, Told
from demo.tables import journeys
from simulators.eid.plug import Plug
from simulators.piv import PivCard
from simulators.world import World

JOURNEY = "maintenance"
NAME = "T-03"
STEP_SECONDS, DIGITS = 30, 6
FOUND = {"paperEmpty", "receiptLost", "kioskCertificateExpired"}
MENDED = {"paperEmpty", "receiptLost"}


def play(journey: Told, world: World, folder: Path) -> bool:
    """Play it; True when all three were found, two mended, and the report came out."""
    app, card = secrets.token_bytes(20), PivCard.new(NAME)
    secret = folder / f"{NAME}.totp"
    secret.write_text(base64.b32encode(app).decode(), encoding="ascii")
    right = {
        "name": NAME,
        "role": "technician",
        "public_key": card.public_key(),
        "until": datetime.now(UTC).date() + timedelta(days=1),
        "totp": str(secret),
    }
    back_end = {**world.devices["back_end"], **_expired(folder)}
    settings_file.write(folder / "kiosk.toml", world, folder / "kiosk", staff=[right], back_end=back_end)
    world.printer.empty_tray()
    environment = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
    through = journey.through(folder / "kiosk")
    with KioskProcess(folder / "kiosk.toml", environment, folder / "kiosk.log", through=through) as kiosk:
        visit = _Visit(journey, world, kiosk)
        # A card that was there before the reader was first looked at is one that somebody left.
        visit.until(lambda seen: seen["state"] == "Portal" and seen["known"])
        world.slips.bench.put("mute")
        plug = Plug(world.pcscd.slot(), card)
        try:
            found, mended, reported = visit.walk(app)
        finally:
            plug.pull()
        visit.until(lambda seen: seen["state"] == "Portal")
        visit.photograph("Portal")
    sheets = len(world.printer.printed)
    told = {
        "journey": journey.name,
        "outcome": "done" if reported else "stopped",
        "found": sorted(found),
        "mended": sorted(mended),
        "documents": [],
        "touches": visit.touches,
        "pinTouches": DIGITS,
        "fault": {"name": None, "struckAtState": None},
    }
    (journey.out / "journey.json").write_text(json.dumps(told, indent=2), encoding="utf-8")
    ending = journeys()[journey.name]
    return found >= FOUND and mended == MENDED and (told["outcome"], sheets) == (ending.outcome, ending.sheets)


class _Visit(StaffVisit):
    """The technician before the screen."""

    def __init__(self, journey: Told, world: World, kiosk: KioskProcess) -> None:
        super().__init__(journey, kiosk)
        self._world = world

    def walk(self, app: bytes) -> tuple[set[str], set[str], bool]:
        """Come in, look, mend, test and report; gives what was found, what was mended, whether the report came out."""
        now = int(time.time())
        code = TOTP(app, DIGITS, SHA1(), STEP_SECONDS).generate(now).decode()  # noqa: S303  as apps do (RFC 6238)
        self.come_in(code, "Menu")
        seen = self.until(lambda seen: set(seen["troubles"]) >= FOUND)
        found = set(seen["troubles"])
        self.touch("room-problems", "Problems")
        mended = self._mend("problem-printer-paperEmpty", self._world.printer.refill)
        mended |= self._mend(
            "problem-receiptPrinter-receiptLost", lambda: self._world.slips.bench.put("mute", on=False)
        )
        self.touch("problem-machine-kioskCertificateExpired", "Problem")
        self.touch("back", "Problems")
        self.touch("back", "Menu")
        self.touch("room-parts", "Parts")
        self.touch("back", "Menu")
        reported = self._report()
        self.touch("back", "Menu")
        self.touch("room-supplies", "Supplies")
        self.touch("back", "Menu")
        self._history()
        return found, mended, reported

    def _mend(self, problem: str, mend: Callable[[], None]) -> set[str]:
        """Look at a problem, do what it says, and wait until its page goes away by itself."""
        self.touch(problem, "Problem")
        mend()
        self.until(lambda seen: seen.get("page") == "Problems")
        self.photograph("Problems")
        return {problem.rpartition("-")[2]}

    def _report(self) -> bool:
        self.touch("room-tests", "Tests")
        self.touch("test-printer", "Testing")
        self.until(lambda seen: seen.get("page") == "Tested")
        self.photograph("Tested")
        self.touch("back", "Tests")
        time.sleep(SECOND_STRIKE)
        self._kiosk.touch("report")
        self.touches += 1
        seen = self.until(lambda seen: seen.get("reported") is not None)
        self.photograph("Tests")
        return bool(seen["reported"])

    def _history(self) -> None:
        self.touch("pageAfter", "Menu")
        self.touch("room-history", "History")
        self.until(lambda seen: seen.get("page") == "History" and bool(seen["read"]))
        self.photograph("History")


def _expired(folder: Path) -> dict[str, str]:
    """Make a certificate of a kiosk that ended yesterday, with its key; gives where both are, as settings name them."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LV-01")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now - timedelta(days=1))
        .sign(key, SHA256())
    )
    files = {"certificate": folder / "ended.pem", "key": folder / "ended.key"}
    files["certificate"].write_bytes(certificate.public_bytes(Encoding.PEM))
    files["key"].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {name: str(file) for name, file in files.items()}
