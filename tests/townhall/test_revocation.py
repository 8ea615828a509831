"""What is asked about revocation: an answer that proves nothing is no yes."""

from __future__ import annotations

import asyncio
import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from townhall.ocsp import Revocation
from townhall.trust import Refused

if TYPE_CHECKING:
    from tests.townhall.conftest import Eid, Responder, Signer

DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def asked(url: str, eid: Eid, card: Signer) -> str | None:
    """What comes of asking about a card: None when it is good."""

    async def ask() -> None:
        revocation = Revocation(url)
        try:
            issuer = eid.rsa if card.certificate.issuer == eid.rsa.certificate.subject else eid.ec
            await revocation.check(card.certificate, issuer.certificate, now())
        finally:
            await revocation.close()

    try:
        asyncio.run(ask())
    except Refused as refused:
        return refused.refusal.value
    return None


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_a_card_is_good_until_it_is_reported_lost(responder: Responder, eid: Eid, kind: str) -> None:
    card = getattr(eid, kind)()
    assert asked(responder.url, eid, card) is None
    responder.revoked.add(card.certificate.serial_number)
    assert asked(responder.url, eid, card) == "certificateRevoked"


def test_an_authority_may_answer_itself(responder: Responder, eid: Eid) -> None:
    responder.signer = eid.ec
    assert asked(responder.url, eid, eid.card()) is None


def broken(how: str, responder: Responder, eid: Eid, tools: SimpleNamespace) -> None:
    """Let the responder misbehave in one way."""
    match how:
        case "signed by a stranger":
            responder.signer = tools.delegate(tools.authority("Own citizen authority", None))
        case "signed by the other authority's responder":
            responder.signer = tools.delegate(eid.rsa)
        case "signed by a card":
            responder.signer = eid.card()
        case "signed by a responder without the purpose":
            responder.signer = tools.delegate(eid.ec, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
        case "signed by a responder that has ended":
            responder.signer = tools.delegate(eid.ec, starts=-3 * DAY, ends=-DAY)
        case "a signature that does not fit":
            # [RFC 6960 §4.2.1] CertStatus: unknown is [2], good is [0]; the date that follows is tagged 18.
            responder.status = ocsp.OCSPCertStatus.UNKNOWN
            responder.mangle = lambda der: der.replace(b"\x82\x00\x18", b"\x80\x00\x18")
        case "about another card":
            responder.about = eid.card().certificate
        case "old":
            responder.age = dt.timedelta(minutes=20)
        case "old and without an end":
            responder.age, responder.holds = dt.timedelta(minutes=20), None
        case "from the future":
            responder.age = -dt.timedelta(minutes=20)
        case "over":
            responder.age, responder.holds = dt.timedelta(minutes=10), dt.timedelta(minutes=1)
        case "a replay":
            responder.nonce = b"another question's"
        case "not known":
            responder.status = ocsp.OCSPCertStatus.UNKNOWN
        case "try later":
            later = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
            responder.mangle = lambda _: later.public_bytes(Encoding.DER)
        case "cut off":
            responder.mangle = lambda der: der[:-40]
        case "without end":
            responder.mangle = lambda der: der + bytes(100_000)
        case _:
            pytest.fail(how)


@pytest.mark.parametrize(
    "how",
    [
        "signed by a stranger",
        "signed by the other authority's responder",
        "signed by a card",
        "signed by a responder without the purpose",
        "signed by a responder that has ended",
        "a signature that does not fit",
        "about another card",
        "old",
        "old and without an end",
        "from the future",
        "over",
        "a replay",
        "not known",
        "try later",
        "cut off",
        "without end",
    ],
)
def test_an_answer_that_proves_nothing_is_no_yes(
    responder: Responder, eid: Eid, tools: SimpleNamespace, how: str
) -> None:
    broken(how, responder, eid, tools)
    assert asked(responder.url, eid, eid.card()) == "revocationUnknown"


def test_a_responder_that_is_not_there_is_no_yes(eid: Eid) -> None:
    assert asked("http://127.0.0.1:9", eid, eid.card()) == "revocationUnknown"
    assert asked("no address", eid, eid.card()) == "revocationUnknown"
