"""`kiosk staff`: makes the second factor of a card of staff, for whoever writes the settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from urllib.parse import quote

from kiosk_app.check_words import Say
from kiosk_app.maintenance.secret import WeakPin, new_totp_secret, pin_hash

# The kiosk reads it, and nobody else: root gives it to the kiosk's group.
_MODE = 0o640


def make_pin(say: Say, ask: Callable[[str], str]) -> bool:
    """Have a PIN typed twice, and say the line of the settings for it."""
    pin = ask("Nieuwe dienstpincode (6 cijfers): ")
    try:
        line = pin_hash(pin)
    except WeakPin as why:
        say(f"FOUT: {why}. Kies een andere.")
        return False
    if ask("Nog eens: ") != pin:
        say("FOUT: de tweede keer was het een andere pincode.")
        return False
    say("Zet dit in de instellingen, bij deze kaart ([[staff]]), met until = de laatste dag:")
    say(f'pin = "{line}"')
    return True


def make_totp(file: Path, name: str, say: Say) -> bool:
    """Make a secret for an app in a file that only root and the kiosk read, and show it once as a QR code."""
    secret = new_totp_secret()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except OSError as error:
        say(f"FOUT: {file}: {error.strerror}")
        return False
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"{secret}\n")
    say("Lees dit nu met de app (FreeOTP, Aegis, ...). Daarna toont niemand het nog.")
    say(qr(f"otpauth://totp/{quote(f'Loket 24/7:{name}')}?secret={secret}&issuer={quote('Loket 24/7')}"))
    say(f"Doe: chown root:loket247 {file}")
    say("Zet dit in de instellingen, bij deze kaart ([[staff]]), met until = de laatste dag:")
    say(f'totp = "{file}"')
    return True


def qr(text: str) -> str:
    """Give a QR code as lines of a terminal."""
    from qrcode.main import QRCode

    code = QRCode(border=2)
    code.add_data(text)
    out = StringIO()
    code.print_ascii(out, invert=True)
    return out.getvalue()
