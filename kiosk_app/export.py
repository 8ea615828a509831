"""What happened at this kiosk, for its operator's eyes alone: audit trail and logs, packed and encrypted.

Neither has room for a resident (kiosk_app.audit; tests/house/test_quiet_log.py). CMS, to a certificate in the settings:
any `openssl cms -decrypt` opens it.
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
import zipfile
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from cryptography import x509
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from kiosk_app.audit import AuditTrail

log = logging.getLogger(__name__)

# A kiosk writes a few thousand rows a day: some weeks, in a few megabytes.
MOST_ROWS = 100_000
MOST_LOG_BYTES = 8 << 20
_LOG_SECONDS = 30.0
# What the kiosk and its agent said these two weeks; the rest of the machine is not asked.
JOURNAL = (
    *("journalctl", "--no-pager", "--quiet", "--output=short-iso", "--since=-14d"),
    *("--unit=kiosk.service", "--unit=loket247-agent.service"),
)


class NoKeyError(Exception):
    """The settings name nobody who could open it."""


def sealed(kiosk: str, trail: AuditTrail, certificate: str, now: datetime, journal: Sequence[str] = JOURNAL) -> bytes:
    """Give audit trail and logs for whoever has the key of a certificate (PEM). Raises NoKeyError."""
    try:
        operator = x509.load_pem_x509_certificate(certificate.encode())
        envelope = PKCS7EnvelopeBuilder().set_content_encryption_algorithm(AES256).add_recipient(operator)
    except (ValueError, TypeError) as error:  # none, or not of an RSA key
        raise NoKeyError from error
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        rows, broken_at = trail.chain(MOST_ROWS), trail.broken_at()
        about = {"kiosk": kiosk, "version": version("loket247"), "at": now.isoformat(), "brokenAt": broken_at}
        out.writestr("about.json", json.dumps(about))
        out.writestr("audit.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
        out.writestr("log.txt", _said(journal))
    return envelope.set_data(packed.getvalue()).encrypt(Encoding.DER, [PKCS7Options.Binary])


def _said(journal: Sequence[str]) -> bytes:
    """Give the end of what was logged; where nobody tells, that."""
    try:
        done = subprocess.run(journal, capture_output=True, timeout=_LOG_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no journal: {type(error).__name__}\n".encode()
    return (done.stdout or b"no journal: " + done.stderr)[-MOST_LOG_BYTES:]
