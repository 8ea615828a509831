"""The agent's line to its fleet: how a kiosk gets its certificate, keeps it, and says once a minute how it does."""

from __future__ import annotations

import logging
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config import durable
from config.agent.told import AgentState
from config.checkin import MOST_BYTES, SAID_HOLDS, CheckIn, read_said
from config.commands import MOST_COLLECTED, Result

log = logging.getLogger(__name__)

# A check-in is answered from memory; what takes longer is no answer, and in a minute there is the next.
_SECONDS = 5.0
# A line that stays open from one round to the next costs no handshake.
_KEPT_OPEN = 140.0
# Ninety days, asked anew at sixty: a month without a network locks no kiosk out.
_RENEW_AT = 2 / 3
_NO_OLDER = timedelta(seconds=SAID_HOLDS)


class LineError(Exception):
    """The fleet did not do what was asked, and why."""


class RefusedLineError(LineError):
    """The fleet was there, and said no."""


class Line:
    """A line to one fleet. `pem` holds this kiosk's key and certificate in one file; without it nothing is said."""

    def __init__(self, url: str, pem: Path, ca: Path | None, said: Path, building: str = "") -> None:
        self._url, self._pem, self._ca, self._said = url.rstrip("/"), pem, ca, said
        self._building = building
        self._boot, self._sequence = uuid4(), 0
        self._client: httpx.Client | None = None
        self._amiss, self._not_renewed = "", ""
        self._sent: tuple[int, int] | None = None

    @property
    def enrolled(self) -> bool:
        """Whether this kiosk has a certificate."""
        return self._pem.is_file()

    def enrol(self, code: str) -> None:
        """Get the first certificate, for a new key. Raises LineError, OSError."""
        self._certify("enrolments", code)

    def tell(self, state: AgentState, results: tuple[Result, ...] = ()) -> bytes:
        """Say how kiosk and agent do; give what the fleet wants. Whatever goes wrong is said in the log once."""
        if not self.enrolled:
            return b""
        wanted = b""
        if self._renewal_is_due():
            self._renew()
        try:
            self._sequence += 1
            status, said = self._post("checkins", msgspec.json.encode(self._check_in(state, results)))
            well = httpx.codes.is_success(status)
            amiss, wanted = ("", said) if well else (f"answered {status}", b"")
        except (LineError, OSError, ValueError, httpx.HTTPError) as error:
            amiss = type(error).__name__
            self.close()
        if amiss and amiss != self._amiss:
            log.warning("check-in: %s", amiss)
        self._amiss = amiss
        return wanted

    def send_logs(self, file: Path) -> None:
        """Send what the kiosk collected, once; where that fails it is tried at the next round."""
        try:
            facts = file.stat()
        except OSError:
            return
        if (
            not self.enrolled
            or (sent := (facts.st_ino, facts.st_mtime_ns)) == self._sent
            or facts.st_size > MOST_COLLECTED
        ):
            return
        try:
            status, _ = self._post("logs", file.read_bytes())
        except (LineError, OSError, httpx.HTTPError) as error:
            log.warning("logs not sent: %s", type(error).__name__)
            self.close()
            return
        if httpx.codes.is_success(status):
            self._sent = sent

    def rotate(self) -> bool:
        """Make another key and get a certificate for it, before its time; whether that went well."""
        try:
            self._certify("renewals", "")
        except (LineError, OSError) as error:
            log.warning("no other key: %s", error)
            return False
        return True

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _check_in(self, state: AgentState, results: tuple[Result, ...]) -> CheckIn:
        now, said = datetime.now(UTC), read_said(self._said)
        fresh = said if said is not None and abs(now - said.at) < _NO_OLDER else None
        return CheckIn(
            boot=self._boot, sequence=self._sequence, sent=now, alarm=state.alarm, kiosk=fresh, commands=results
        )

    def _renewal_is_due(self) -> bool:
        try:
            mine = x509.load_pem_x509_certificate(self._pem.read_bytes())
        except (OSError, ValueError):
            return False  # the check-in says what is wrong with it
        begins, ends = mine.not_valid_before_utc, mine.not_valid_after_utc
        return datetime.now(UTC) > begins + (ends - begins) * _RENEW_AT

    def _renew(self) -> None:
        """Get the next certificate; where that fails, the one that is there holds for a month more."""
        amiss = ""
        try:
            self._certify("renewals", "")
        except (LineError, OSError) as error:
            amiss = str(error)
        if amiss and amiss != self._not_renewed:
            log.warning("no next certificate: %s", amiss)
        self._not_renewed = amiss

    def _certify(self, path: str, code: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk")])  # the fleet says who this is
        request = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA256())
        ask = {"request": request.public_bytes(serialization.Encoding.PEM).decode(), "code": code}
        ask |= {"building": self._building}
        try:
            status, said = self._post(path, msgspec.json.encode(ask))
            if status == httpx.codes.FORBIDDEN:
                raise RefusedLineError(said[:200].decode(errors="replace"))
            if not httpx.codes.is_success(status):
                raise LineError(said[:200].decode(errors="replace"))
            given = x509.load_pem_x509_certificate(said)
        except (httpx.HTTPError, ValueError) as error:
            raise LineError(str(error) or type(error).__name__) from error
        if given.public_key() != key.public_key():
            raise LineError("this certificate is for another key")
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        durable.write(self._pem, pem + said, 0o600)
        self.close()

    def _post(self, path: str, content: bytes) -> tuple[int, bytes]:
        """Give the status and what was said with it. Raises LineError for what is too long or comes too slowly."""
        if self._client is None:
            trust = ssl.create_default_context(cafile=self._ca)
            if self.enrolled:
                trust.load_cert_chain(self._pem)
            limits = httpx.Limits(max_connections=1, keepalive_expiry=_KEPT_OPEN)
            self._client = httpx.Client(verify=trust, timeout=_SECONDS, limits=limits, follow_redirects=False)
        deadline = time.monotonic() + 2 * _SECONDS
        headers = {"Content-Type": "application/json"}
        with self._client.stream("POST", f"{self._url}/{path}", content=content, headers=headers) as answer:
            said = b""
            for chunk in answer.iter_raw():
                said += chunk
                if len(said) > MOST_BYTES or time.monotonic() > deadline:
                    raise LineError("the fleet's answer has no end")
            return answer.status_code, said
