"""The token's judge: every way in which a sign-in must be refused."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from townhall.belgian_roots import BELGIAN_ROOTS
from townhall.ocsp import Revocation
from townhall.trust import Refused, TrustError, TrustStore
from townhall.webeid import Holder, Nonce, Token, validate

if TYPE_CHECKING:
    from tests.townhall.conftest import Eid, Responder, Signer

ORIGIN, NONCE = "https://kiosk.lindeveld.example", "n" * 44
SSIN = "85113099960"
DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class NothingRevoked:
    """A list of revoked cards with nothing on it."""

    async def check(self, certificate: x509.Certificate, issuer: x509.Certificate, at: dt.datetime) -> None:
        certificate.verify_directly_issued_by(issuer)
        assert at.tzinfo is not None


class Judge:
    """The validator, with what does not change from one token to the next."""

    def __init__(self, trust: TrustStore) -> None:
        self.trust = trust

    def judge(self, token: Token, nonce: str, at: dt.datetime) -> Holder:
        given = Nonce(nonce, at + dt.timedelta(minutes=5))
        return asyncio.run(validate(token, ORIGIN, given, self.trust, at, NothingRevoked()))


@pytest.fixture
def validator(eid: Eid, tmp_path: Path) -> Judge:
    (tmp_path / "trust.pem").write_bytes(eid.trust)
    return Judge(TrustStore.load_tests(tmp_path / "trust.pem"))


def made(tools: SimpleNamespace, card: Signer, origin: str = ORIGIN, nonce: str = NONCE, **other: str) -> Token:
    fields = tools.token(card, origin, nonce, **other)
    return Token(fields["unverifiedCertificate"], fields["algorithm"], fields["signature"])


def refusal(validator: Judge, token: Token, at: dt.datetime | None = None) -> str:
    with pytest.raises(Refused) as caught:
        validator.judge(token, NONCE, at or now())
    return caught.value.refusal.value


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_a_good_token_says_who_it_is(validator: Judge, eid: Eid, tools: SimpleNamespace, kind: str) -> None:
    holder = validator.judge(made(tools, getattr(eid, kind)(SSIN)), NONCE, now())
    assert holder.ssin == SSIN
    assert SSIN not in repr(holder)


def test_a_card_without_purposes_signs_in_as_some_genuine_ones_have_none(
    validator: Judge, eid: Eid, tools: SimpleNamespace
) -> None:
    assert validator.judge(made(tools, eid.card(purposes=[])), NONCE, now()).ssin == SSIN


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
@pytest.mark.parametrize(
    "signed_for",
    [{"origin": "https://kiosk.lindeveld.example.evil"}, {"origin": ORIGIN + "/"}, {"nonce": "m" * 44}, {"nonce": ""}],
)
def test_what_was_signed_for_something_else_is_refused(
    validator: Judge, eid: Eid, tools: SimpleNamespace, kind: str, signed_for: dict[str, str]
) -> None:
    assert refusal(validator, made(tools, getattr(eid, kind)(), **signed_for)) == "signatureInvalid"


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_another_cards_signature_is_refused(validator: Judge, eid: Eid, tools: SimpleNamespace, kind: str) -> None:
    mine, theirs = made(tools, eid.card()), made(tools, eid.card(key=ec.generate_private_key(ec.SECP384R1())))
    assert refusal(validator, Token(theirs.certificate, mine.algorithm, mine.signature)) == "signatureInvalid"
    changed = bytearray(base64.b64decode(made(tools, getattr(eid, kind)()).signature))
    changed[20] ^= 1
    token = made(tools, getattr(eid, kind)(), signature=base64.b64encode(changed).decode())
    assert refusal(validator, token) == "signatureInvalid"


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64", base64.b64encode(bytes(96)).decode(), "=" * 8])
@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_no_signature_at_all_is_refused(
    validator: Judge, eid: Eid, tools: SimpleNamespace, kind: str, signature: str
) -> None:
    assert refusal(validator, made(tools, getattr(eid, kind)(), signature=signature)) == "signatureInvalid"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "none", "", "es384", "HS256"])
def test_the_algorithm_has_to_be_the_one_of_the_key(
    validator: Judge, eid: Eid, tools: SimpleNamespace, algorithm: str
) -> None:
    assert refusal(validator, made(tools, eid.card(), algorithm=algorithm)) == "signatureInvalid"


def test_an_older_card_cannot_pass_for_a_newer_one(validator: Judge, eid: Eid, tools: SimpleNamespace) -> None:
    assert refusal(validator, made(tools, eid.rsa_card(), algorithm="ES384")) == "signatureInvalid"


@pytest.mark.parametrize(
    "key",
    [lambda: ec.generate_private_key(ec.SECP256R1()), lambda: rsa.generate_private_key(65537, 1024)],
    ids=["P-256", "RSA-1024"],
)
def test_a_weaker_key_is_refused(
    validator: Judge,
    eid: Eid,
    tools: SimpleNamespace,
    key: Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey],
) -> None:
    assert refusal(validator, made(tools, eid.card(key=key()))) == "signatureInvalid"


def test_a_signature_in_der_is_not_the_format(validator: Judge, eid: Eid, tools: SimpleNamespace) -> None:
    card = eid.card()
    raw = tools.signed(card, ORIGIN, NONCE)
    der = encode_dss_signature(int.from_bytes(raw[:48]), int.from_bytes(raw[48:]))
    assert refusal(validator, made(tools, card, signature=base64.b64encode(der).decode())) == "signatureInvalid"


def test_a_certificate_is_good_within_its_dates_only(validator: Judge, eid: Eid, tools: SimpleNamespace) -> None:
    assert refusal(validator, made(tools, eid.card(starts=-3 * DAY, ends=-DAY))) == "certificateExpired"
    assert refusal(validator, made(tools, eid.card(starts=DAY, ends=3 * DAY))) == "certificateExpired"


def test_an_authority_that_has_ended_vouches_for_nobody(validator: Judge, eid: Eid, tools: SimpleNamespace) -> None:
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
        "for nothing that it says": tools.issue("Somebody", eid.ec),
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
    "for nothing that it says",
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
    validator: Judge, tools: SimpleNamespace, known_strangers: dict[str, Signer], which: str
) -> None:
    assert refusal(validator, made(tools, known_strangers[which])) == "certificateUntrusted"


def test_a_certificate_of_a_version_that_does_not_exist_is_refused(
    validator: Judge, eid: Eid, tools: SimpleNamespace
) -> None:
    token = made(tools, eid.card())
    der = base64.b64decode(token.certificate)
    version_8 = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)
    assert version_8 != der
    odd = replace(token, certificate=base64.b64encode(version_8).decode())
    assert refusal(validator, odd) == "certificateUntrusted"


@pytest.mark.parametrize("certificate", ["", "AAAA", "not base64!", base64.b64encode(b"\x30\x82" * 500).decode()])
def test_what_is_no_certificate_is_refused(
    validator: Judge, eid: Eid, tools: SimpleNamespace, certificate: str
) -> None:
    assert refusal(validator, made(tools, eid.card(), unverifiedCertificate=certificate)) == "certificateUntrusted"


def test_every_truncation_of_a_certificate_is_refused(validator: Judge, eid: Eid, tools: SimpleNamespace) -> None:
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
        TrustStore.load_tests(tmp_path / "trust.pem")


# [RFC 4648 §3.5, §4] one spelling: padded, nothing after the padding, no stray bits, no other alphabet, no white space.
@pytest.mark.parametrize(
    "respell",
    [
        lambda text: text.rstrip("="),
        lambda text: text + "=",
        lambda text: text + "====",
        lambda text: text + "\n",
        lambda text: text[:40] + " " + text[40:],
        lambda text: text.replace("+", "-").replace("/", "_") if set("+/") & set(text) else "-" + text[1:],
        lambda text: text[:-4],
        lambda text: text[:-1],
    ],
    ids=["no padding", "more padding", "much padding", "line", "space", "url-safe", "truncated", "truncated by one"],
)
@pytest.mark.parametrize("field", ["unverifiedCertificate", "signature"])
def test_base64_has_one_right_spelling(
    validator: Judge, eid: Eid, tools: SimpleNamespace, field: str, respell: Callable[[str], str]
) -> None:
    # 1 or 2 bytes more than a multiple of three, so that there is padding to leave out.
    card = next(card for card in iter(eid.rsa_card, None) if card.der64.endswith("="))
    whole = tools.token(card, ORIGIN, NONCE)
    assert whole[field].endswith("=")
    odd = made(tools, card, **{field: respell(whole[field])})
    assert refusal(validator, odd) in {"certificateUntrusted", "signatureInvalid"}


def test_a_token_is_for_one_nonce_and_one_time(validator: Judge, eid: Eid, tools: SimpleNamespace) -> None:
    token = made(tools, eid.card())
    assert validator.judge(token, NONCE, now()).ssin == SSIN
    with pytest.raises(Refused, match="signatureInvalid"):  # what was overheard is of no use for the next nonce
        validator.judge(token, "o" * 44, now())
    late = Nonce(NONCE, now() - dt.timedelta(seconds=1))
    with pytest.raises(Refused, match="challengeExpired"):
        asyncio.run(validate(token, ORIGIN, late, validator.trust, now(), NothingRevoked()))


def test_a_token_is_good_only_where_its_card_is_not_revoked(
    validator: Judge, eid: Eid, tools: SimpleNamespace, responder: Responder
) -> None:
    card = eid.card()

    async def ask() -> Holder:
        revocation = Revocation(responder.url)
        given = Nonce(NONCE, now() + dt.timedelta(minutes=5))
        try:
            return await validate(made(tools, card), ORIGIN, given, validator.trust, now(), revocation)
        finally:
            await revocation.close()

    assert asyncio.run(ask()).ssin == SSIN
    responder.revoked.add(card.certificate.serial_number)
    with pytest.raises(Refused, match="certificateRevoked"):
        asyncio.run(ask())
    responder.mangle = lambda _: b""
    with pytest.raises(Refused, match="revocationUnknown"):
        asyncio.run(ask())


# --- production and test ------------------------------------------------------------------------------------------


# Of the virtual cards, and of the test cards that Fedict hands out.
TEST_NAMES = ["TEST Belgium Root CA6", "eID TEST (EC) Root CA"]


class Lists:
    """A list of trust for real cards, with a root of our own in Belgium's place, and one for test cards."""

    def __init__(self, tools: SimpleNamespace, test_name: str, folder: Path) -> None:
        self.folder = folder
        self.root, self.test_root = tools.authority("Belgium Root CA", None), tools.authority(test_name, None)
        self.issuer = tools.authority("Citizen CA", self.root, length=0)
        self.test_issuer = tools.authority("eID TEST Citizen CA", self.test_root, length=0)
        self.real = self.written("real.pem", self.root, self.issuer)
        self.tests = self.written("tests.pem", self.test_root, self.test_issuer)
        self.belgian = {self.root.certificate.fingerprint(hashes.SHA256()).hex()}

    def written(self, name: str, *authorities: Signer) -> Path:
        (self.folder / name).write_bytes(b"".join(one.pem for one in authorities))
        return self.folder / name


@pytest.fixture(params=TEST_NAMES)
def lists(tools: SimpleNamespace, tmp_path: Path, request: pytest.FixtureRequest) -> Lists:
    return Lists(tools, request.param, tmp_path)


def test_a_test_card_never_signs_in_where_production_is_trusted_nor_the_other_way_round(
    lists: Lists, eid: Eid, tools: SimpleNamespace
) -> None:
    real, test = made(tools, eid.card(issuer=lists.issuer)), made(tools, eid.card(issuer=lists.test_issuer))
    production, tests = Judge(TrustStore.load(lists.real, lists.belgian)), Judge(TrustStore.load_tests(lists.tests))
    assert refusal(production, test) == "certificateUntrusted"
    assert refusal(tests, real) == "certificateUntrusted"
    assert production.judge(real, NONCE, now()).ssin == SSIN
    assert tests.judge(test, NONCE, now()).ssin == SSIN


def test_a_list_that_holds_both_or_the_other_kind_is_no_list(lists: Lists) -> None:
    both = lists.written("both.pem", lists.root, lists.issuer, lists.test_root, lists.test_issuer)
    for file in (both, lists.tests):
        with pytest.raises(TrustError, match="holds an authority of test cards"):
            TrustStore.load(file, lists.belgian)
    for file in (both, lists.real):
        with pytest.raises(TrustError, match="does not say TEST"):
            TrustStore.load_tests(file)


def test_a_list_for_real_cards_stands_on_no_root_but_belgiums(lists: Lists, tools: SimpleNamespace) -> None:
    """One with the right name will not do, nor a stranger's beside the right one."""
    namesake = tools.authority("Belgium Root CA", None)
    beside = lists.written("beside.pem", lists.root, lists.issuer, namesake, tools.authority("Citizen CA", namesake))
    for file, belgian in ((beside, lists.belgian), (lists.real, BELGIAN_ROOTS)):
        with pytest.raises(TrustError, match="none of Belgium's"):
            TrustStore.load(file, belgian)


def test_a_town_has_one_list_and_says_so_at_the_start(lists: Lists, tmp_path: Path) -> None:
    start = [sys.executable, "-m", "townhall", "--data", str(tmp_path / "data"), "--ocsp", "http://127.0.0.1:9"]
    tests = ["--eid-trust", str(lists.tests)]
    for given, told in (
        ([*tests, "--eid-test-trust", str(lists.tests)], "never both"),
        (tests, "holds an authority of test cards"),
    ):
        ended = subprocess.run([*start, *given], capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode != 0
        assert told in ended.stderr


def test_the_judge_knows_no_web_framework() -> None:
    code = "import sys, townhall.webeid, townhall.ocsp; print({'fastapi', 'starlette'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
