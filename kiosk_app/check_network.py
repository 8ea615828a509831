"""`kiosk check network`: the way to the town's service, step by step: its name, the line, both certificates, the clock.

What a step needs of the one before it is not tried without it: the first that fails is what is to be mended.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from cryptography import x509

from config.settings import BackEnd
from hardware.faults import FaultCode
from kiosk_app.check_words import CheckFailed, Say, explain, timed
from kiosk_app.machine_worker import SOON, end_of

# A line over which a resident can still be served answers in far less.
LINE_SECONDS = 10.0
# Beyond this a signature is too old or not yet valid for a service that allows no more [docs/openapi: challenges].
MOST_OFF = 30.0


class NetworkCheck:
    """One run on the line that the settings name."""

    def __init__(self, setting: BackEnd, say: Say) -> None:
        self._setting = setting
        parts = urlsplit(setting.url)
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._say = say

    def run(self) -> bool:
        """Try it all. False when something failed; then it was said, with what to do."""
        self._say(f"Dienst van de gemeente op {self._host}, poort {self._port}")
        try:
            self._name()
            self._files()
            with self._line() as line:
                self._certificate(line)
                self._clock(line)
        except CheckFailed as failed:
            self._say(f"FOUT: {failed}")
            return False
        self._say("Alles in orde.")
        return True

    def _name(self) -> None:
        try:
            found, seconds = timed(lambda: socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM))
        except OSError as error:
            explain(self._say, FaultCode.BACKEND_DOWN)
            raise CheckFailed(f"de naam {self._host} is niet te vinden ({error}): kijk de DNS na") from None
        addresses = sorted({str(one[4][0]) for one in found})
        self._say(f"Naam gevonden: {', '.join(addresses)} ({seconds * 1000:.0f} ms).")

    def _files(self) -> None:
        for file, what in (
            (self._setting.certificate, "het loket"),
            (self._setting.ca, "de uitgever"),
            (self._setting.seal_ca, "het zegel"),
        ):
            self._ends(end_of(file), what, str(file))

    def _ends(self, end: datetime | None, what: str, where: str) -> None:
        if end is None:
            raise CheckFailed(f"het certificaat van {what} is niet te lezen: {where}")
        left = end - datetime.now(UTC)
        if left.total_seconds() <= 0:
            explain(self._say, FaultCode.KIOSK_CERTIFICATE_EXPIRED)
            raise CheckFailed(f"het certificaat van {what} is verlopen sinds {end:%d-%m-%Y}")
        soon = ", vraag nu een nieuw" if left <= SOON else ""
        self._say(f"Certificaat van {what}: geldig tot {end:%d-%m-%Y}, nog {left.days} dagen{soon}.")

    @contextmanager
    def _line(self) -> Iterator[HTTPSConnection]:
        try:
            context = ssl.create_default_context(cafile=str(self._setting.ca))
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(self._setting.certificate, self._setting.key)
        except OSError as error:  # ssl.SSLError is one too
            raise CheckFailed(f"sleutel en certificaat van het loket passen niet ({type(error).__name__})") from None
        line = HTTPSConnection(self._host, self._port, timeout=LINE_SECONDS, context=context)
        try:
            _, seconds = timed(line.connect)
        except ssl.SSLCertVerificationError as error:
            line.close()
            raise CheckFailed(f"het certificaat van de dienst klopt niet: {error.verify_message}") from None
        except OSError as error:
            line.close()
            explain(self._say, FaultCode.BACKEND_DOWN)
            raise CheckFailed(f"niemand neemt op ({type(error).__name__})") from None
        self._say(f"Lijn gelegd, met versleuteling ({seconds * 1000:.0f} ms).")
        try:
            yield line
        finally:
            line.close()

    def _certificate(self, line: HTTPSConnection) -> None:
        """Say whose certificate the service showed: the chain to the issuer of the settings was looked at by TLS."""
        if not isinstance(line.sock, ssl.SSLSocket):
            raise CheckFailed("de lijn is niet versleuteld")
        shown = x509.load_der_x509_certificate(line.sock.getpeercert(binary_form=True) or b"")
        issuer = shown.issuer.rfc4514_string()
        self._say(f"Versleuteling {line.sock.version()}; de dienst heeft een certificaat van {issuer}.")
        self._ends(shown.not_valid_after_utc, "de dienst", self._host)

    def _clock(self, line: HTTPSConnection) -> None:
        try:
            line.request("GET", "/kioskService/v1/health")
            told, answered = line.getresponse().headers.get("Date"), datetime.now(UTC)
        except (OSError, HTTPException) as error:
            raise CheckFailed(f"de dienst legt de lijn af voor ze antwoordt ({type(error).__name__})") from None
        if told is None:
            self._say("De dienst zegt niet hoe laat het is: de klok is niet vergeleken.")
            return
        off = (answered - parsedate_to_datetime(told)).total_seconds()
        self._say(f"Klok van het loket tegenover die van de dienst: {off:+.0f} seconden.")
        if abs(off) > MOST_OFF:
            explain(self._say, FaultCode.CLOCK_BACK)
            raise CheckFailed("beide klokken verschillen te veel: aanmelden lukt zo niet")
