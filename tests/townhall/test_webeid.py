"""The token's judge, and what it asks about revocation: every way in which a sign-in must be refused."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from townhall.ocsp import Revocation
from townhall.problems import Problem
from townhall.residents import load
from townhall.sessions import MAX_CHALLENGES, Sessions
from townhall.trust import TrustError, TrustStore
from townhall.webeid import Token, TokenValidator

if TYPE_CHECKING:
    from tests.townhall.conftest import Eid, Responder, Signer

ORIGIN, NONCE = "https://kiosk.lindeveld.example", "n" * 44
SSIN = "85113099960"
DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def validator(eid: Eid, tmp_path: Path) -> TokenValidator:
    (tmp_path / "trust.pem").write_bytes(eid.trust)
    return TokenValidator(TrustStore.load(tmp_path / "trust.pem"), ORIGIN)


def made(tools: SimpleNamespace, card: Signer, origin: str = ORIGIN, nonce: str = NONCE, **other: str) -> Token:
    fields = tools.token(card, origin, nonce, **other)
    return Token(fields["unverifiedCertificate"], fields["algorithm"], fields["signature"])


def refusal(validator: TokenValidator, token: Token, at: dt.datetime | None = None) -> str:
    with pytest.raises(Problem) as caught:
        validator.judge(token, NONCE, at or now())
    return caught.value.kind.code


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_a_good_token_says_who_it_is(validator: TokenValidator, eid: Eid, tools: SimpleNamespace, kind: str) -> None:
    holder = validator.judge(made(tools, getattr(eid, kind)(SSIN)), NONCE, now())
    assert holder.ssin == SSIN
    assert SSIN not in repr(holder)


def test_a_card_without_purposes_signs_in_as_some_genuine_ones_have_none(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace
) -> None:
    assert validator.judge(made(tools, eid.card(purposes=[])), NONCE, now()).ssin == SSIN


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
@pytest.mark.parametrize(
    "signed_for",
    [{"origin": "https://kiosk.lindeveld.example.evil"}, {"origin": ORIGIN + "/"}, {"nonce": "m" * 44}, {"nonce": ""}],
)
def test_what_was_signed_for_something_else_is_refused(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace, kind: str, signed_for: dict[str, str]
) -> None:
    assert refusal(validator, made(tools, getattr(eid, kind)(), **signed_for)) == "signatureInvalid"


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_another_cards_signature_is_refused(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace, kind: str
) -> None:
    mine, theirs = made(tools, eid.card()), made(tools, eid.card(key=ec.generate_private_key(ec.SECP384R1())))
    assert refusal(validator, Token(theirs.certificate, mine.algorithm, mine.signature)) == "signatureInvalid"
    changed = bytearray(base64.b64decode(made(tools, getattr(eid, kind)()).signature))
    changed[20] ^= 1
    token = made(tools, getattr(eid, kind)(), signature=base64.b64encode(changed).decode())
    assert refusal(validator, token) == "signatureInvalid"


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64", base64.b64encode(bytes(96)).decode(), "=" * 8])
@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_no_signature_at_all_is_refused(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace, kind: str, signature: str
) -> None:
    assert refusal(validator, made(tools, getattr(eid, kind)(), signature=signature)) == "signatureInvalid"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "none", "", "es384", "HS256"])
def test_the_algorithm_has_to_be_the_one_of_the_key(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace, algorithm: str
) -> None:
    assert refusal(validator, made(tools, eid.card(), algorithm=algorithm)) == "signatureInvalid"


def test_an_older_card_cannot_pass_for_a_newer_one(validator: TokenValidator, eid: Eid, tools: SimpleNamespace) -> None:
    assert refusal(validator, made(tools, eid.rsa_card(), algorithm="ES384")) == "signatureInvalid"


@pytest.mark.parametrize(
    "key",
    [lambda: ec.generate_private_key(ec.SECP256R1()), lambda: rsa.generate_private_key(65537, 1024)],
    ids=["P-256", "RSA-1024"],
)
def test_a_weaker_key_is_refused(
    validator: TokenValidator,
    eid: Eid,
    tools: SimpleNamespace,
    key: Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey],
) -> None:
    assert refusal(validator, made(tools, eid.card(key=key()))) == "signatureInvalid"


def test_a_signature_in_der_is_not_the_format(validator: TokenValidator, eid: Eid, tools: SimpleNamespace) -> None:
    card = eid.card()
    raw = tools.signed(card, ORIGIN, NONCE)
    der = encode_dss_signature(int.from_bytes(raw[:48]), int.from_bytes(raw[48:]))
    assert refusal(validator, made(tools, card, signature=base64.b64encode(der).decode())) == "signatureInvalid"


def test_a_certificate_is_good_within_its_dates_only(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace
) -> None:
    assert refusal(validator, made(tools, eid.card(starts=-3 * DAY, ends=-DAY))) == "certificateExpired"
    assert refusal(validator, made(tools, eid.card(starts=DAY, ends=3 * DAY))) == "certificateExpired"


def test_an_authority_that_has_ended_vouches_for_nobody(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace
) -> None:
    token = made(tools, eid.card(ends=90 * DAY))
    assert refusal(validator, token, now() + 60 * DAY) == "certificateUntrusted"


def strangers(eid: Eid, tools: SimpleNamespace) -> dict[str, Signer]:
    """Cards that no pinned authority issued, or that are no authentication certificates."""
    stranger = tools.authority("Own citizen authority", None)
    unpinned = tools.authority("New authority", eid.root)
    below = tools.authority("Below", eid.ec)
    other, signing = tools.usage("key_agreement"), tools.usage("content_commitment")
    return {
        "same name, other key": eid.card(issuer=stranger),
        "self-signed": tools.issue("Somebody", None, None, (tools.usage("digital_signature"), True)),
        "authority that nobody pinned": eid.card(issuer=unpinned),
        "authority below a citizen authority": eid.card(issuer=below),
        "straight from the root": eid.card(issuer=eid.root),
        "issued by a card": eid.card(issuer=eid.card()),
        "the authority itself": eid.ec,
        "an authority": eid.card(more=((x509.BasicConstraints(ca=True, path_length=None), True),)),
        "for signing documents": eid.card(key_usage=signing),
        "for both": eid.card(key_usage=tools.usage("digital_signature", "content_commitment")),
        "for key agreement": eid.card(key_usage=other),
        "for servers": eid.card(purposes=[ExtendedKeyUsageOID.SERVER_AUTH]),
        "for answering OCSP": eid.card(purposes=[ExtendedKeyUsageOID.OCSP_SIGNING]),
        "with a critical extension that nobody knows": eid.card(
            more=((x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),)
        ),
        "without a national number": eid.card("no number"),
        "with too long a number": eid.card("851130999601"),
        "with a number that does not add up": eid.card("85113099961"),
    }


STRANGERS = [
    "same name, other key",
    "self-signed",
    "authority that nobody pinned",
    "authority below a citizen authority",
    "straight from the root",
    "issued by a card",
    "the authority itself",
    "an authority",
    "for signing documents",
    "for both",
    "for key agreement",
    "for servers",
    "for answering OCSP",
    "with a critical extension that nobody knows",
    "without a national number",
    "with too long a number",
    "with a number that does not add up",
]


@pytest.fixture(scope="session")
def known_strangers(eid: Eid, tools: SimpleNamespace) -> dict[str, Signer]:
    cards = strangers(eid, tools)
    assert list(cards) == STRANGERS
    return cards


@pytest.mark.parametrize("which", STRANGERS)
def test_only_authentication_certificates_of_pinned_authorities_are_trusted(
    validator: TokenValidator, tools: SimpleNamespace, known_strangers: dict[str, Signer], which: str
) -> None:
    assert refusal(validator, made(tools, known_strangers[which])) == "certificateUntrusted"


def test_a_certificate_of_a_version_that_does_not_exist_is_refused(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace
) -> None:
    token = made(tools, eid.card())
    der = base64.b64decode(token.certificate)
    version_8 = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)
    assert version_8 != der
    odd = replace(token, certificate=base64.b64encode(version_8).decode())
    assert refusal(validator, odd) == "certificateUntrusted"


@pytest.mark.parametrize("certificate", ["", "AAAA", "not base64!", base64.b64encode(b"\x30\x82" * 500).decode()])
def test_what_is_no_certificate_is_refused(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace, certificate: str
) -> None:
    assert refusal(validator, made(tools, eid.card(), unverifiedCertificate=certificate)) == "certificateUntrusted"


def test_every_truncation_of_a_certificate_is_refused(
    validator: TokenValidator, eid: Eid, tools: SimpleNamespace
) -> None:
    card = eid.card()
    der = base64.b64decode(card.der64)
    for length in range(0, len(der), 7):
        cut = base64.b64encode(der[:length]).decode()
        assert refusal(validator, made(tools, card, unverifiedCertificate=cut)) == "certificateUntrusted"


@pytest.mark.parametrize("content", ["", "rubbish", "root", "card", "no root"])
def test_a_useless_file_of_authorities_is_refused_at_the_start(eid: Eid, tmp_path: Path, content: str) -> None:
    pem = {"root": eid.root.pem, "card": eid.root.pem + eid.card().pem, "no root": eid.ec.pem}
    (tmp_path / "trust.pem").write_bytes(pem.get(content, content.encode()))
    with pytest.raises(TrustError, match=r"trust\.pem"):
        TrustStore.load(tmp_path / "trust.pem")


# --- revocation -----------------------------------------------------------------------------------------------------


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
    except Problem as problem:
        return problem.kind.code
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


# --- time ----------------------------------------------------------------------------------------------------


def test_a_challenge_and_a_session_end_in_time() -> None:
    time = [now()]
    sessions = Sessions(lambda: time[0])
    early, late = sessions.challenge("LV-01"), sessions.challenge("LV-01")
    time[0] += dt.timedelta(minutes=4, seconds=59)
    assert sessions.take(early.id, "LV-01").nonce == early.nonce
    time[0] += dt.timedelta(seconds=1)
    with pytest.raises(Problem, match="challengeExpired"):
        sessions.take(late.id, "LV-01")


def test_a_session_ends_in_time() -> None:
    time = [now()]
    sessions = Sessions(lambda: time[0])
    _, token = sessions.open("LV-01", next(iter(load().people.values())), "somebody")
    time[0] += dt.timedelta(minutes=10)
    with pytest.raises(Problem, match="expiredAccessToken"):
        sessions.of(token, "LV-01")
    sessions.sweep()
    with pytest.raises(Problem, match="invalidAccessToken"):
        sessions.of(token, "LV-01")


def test_a_kiosk_gone_wild_cannot_fill_the_memory() -> None:
    time = [now()]
    sessions = Sessions(lambda: time[0])
    for _ in range(MAX_CHALLENGES):
        sessions.challenge("LV-01")
    with pytest.raises(Problem, match="tooManyRequests"):
        sessions.challenge("LV-01")
    assert sessions.challenge("LV-02").kiosk == "LV-02"
    time[0] += dt.timedelta(minutes=11)
    assert sessions.challenge("LV-01").kiosk == "LV-01"
