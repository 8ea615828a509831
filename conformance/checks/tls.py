"""The line itself: who may connect, and how."""

from __future__ import annotations

import socket
import ssl
from http import HTTPStatus
from urllib.parse import urlsplit

from conformance import lines
from conformance.caller import CALL_SECONDS, Answer, Call, Caller, Unreachable
from conformance.check import Check
from conformance.trial import Trial
from conformance.verdict import Verdict, broken, held

HTTPS = 443


def _version(trial: Trial) -> Verdict:
    options = trial.options
    files = options.ca, options.certificate, options.key
    spoken = _handshake(options.url, lines.as_kiosk(*files))
    if spoken is None:
        return broken("no handshake")
    old = _handshake(options.url, lines.outdated(*files))
    return held(f"{spoken}, and TLS 1.1 is refused") if old is None else broken(f"{old} is spoken too")


def _handshake(url: str, context: ssl.SSLContext) -> str | None:
    """The version that was agreed on; None when there was no agreement."""
    place = urlsplit(url)
    host = place.hostname or ""
    try:
        with (
            socket.create_connection((host, place.port or HTTPS), timeout=CALL_SECONDS) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            return secured.version()
    except OSError:
        return None


def _no_certificate(trial: Trial) -> Verdict:
    return _turned_away(trial, lines.trusting(trial.options.ca))


def _impostor(trial: Trial) -> Verdict:
    return _turned_away(trial, lines.as_impostor(trial.options.ca, trial.options.certificate))


def _turned_away(trial: Trial, context: ssl.SSLContext) -> Verdict:
    """Held where this caller gets nothing: no handshake, or a refusal whatever its form."""
    caller = Caller(trial.options.url, context)
    answer: Answer | None = None
    try:
        answer = caller.call(Call("POST /authenticationChallenges", body={}))
    except Unreachable:
        return held("the handshake ends without an answer")
    finally:
        caller.close()
    served = answer.status < HTTPStatus.BAD_REQUEST or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return broken(f"{answer.said}: served") if served else held(answer.said)


CHECKS = (
    Check(
        "tls.version",
        "components: kioskCertificate, mutual TLS; the kiosk speaks TLS 1.2 and later",
        "TLS 1.2 or later, and nothing older",
        "Set the listener's minimum to TLS 1.2 (nginx: `ssl_protocols TLSv1.2 TLSv1.3`).",
        _version,
    ),
    Check(
        "tls.certificateDemanded",
        "components: kioskCertificate, none at all is refused (401 noKioskCertificate)",
        "no challenge for who shows no certificate: no handshake, or a refusal",
        "Make the listener demand a client certificate (nginx: `ssl_verify_client on`); anybody on the "
        "network can play "
        "kiosk now.",
        _no_certificate,
    ),
    Check(
        "tls.authority",
        "components: kioskCertificate, a certificate of the town's kiosk authority",
        "no challenge for a certificate of another authority, even with this kiosk's own name",
        "Verify the client certificate against the kiosk authority alone; do not look only at the name in it.",
        _impostor,
    ),
)
