"""What is looked up in a certificate: cryptography, which parses all of it, is the referee."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.eid import certificate
from hardware.faults import DeviceFault, FaultCode
from simulators.eid.applet import VirtualCard
from simulators.eid.bench import CardBench

CARDS = ("1.8:an", "1.8:francois", "1.7:an", "hybrid:german", "1.8:an:expired", "1.7:an:expired", "1.8:an:stranger")
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def der_of(cards: CardBench, specification: str) -> bytes:
    card = cards.card(specification)
    assert isinstance(card, VirtualCard)
    assert card.chip.authentication is not None
    return card.chip.authentication.der


def june(year: int) -> dt.datetime:
    return dt.datetime(year, 6, 1, tzinfo=dt.UTC)


def self_signed(key: Key, until: int = 2030) -> bytes:
    """Valid until the first of June of that year."""
    name = x509.Name([])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(june(1960)).not_valid_after(june(until))
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(serialization.Encoding.DER)


def judged(der: bytes) -> tuple[str, bool] | None:
    """What cryptography says: the algorithm, and whether it has expired; None where it cannot be used."""
    try:
        parsed = x509.load_der_x509_certificate(der)
        key, expired = parsed.public_key(), parsed.not_valid_after_utc < dt.datetime.now(dt.UTC)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
        return "ES384", expired
    return ("RS256", expired) if isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048 else None


def said(der: bytes) -> tuple[str, bool] | None:
    """What the driver says of it; None where it refuses it. Nothing but its own fault leaves it."""
    try:
        found = certificate.parse(der)
    except DeviceFault:
        return None
    return found.algorithm, found.expired


@pytest.mark.parametrize("specification", CARDS)
def test_key_and_end_of_every_kind_of_card_are_those_that_cryptography_finds(
    cards: CardBench, specification: str
) -> None:
    der = der_of(cards, specification)
    assert said(der) == judged(der)
    assert said(der) is not None


# RFC 5280 §4.1.2.5: UTCTime up to 2049 with two digits of a year, GeneralizedTime from 2050 on with four.
@pytest.mark.parametrize("year", [1970, 1999, 2000, 2025, 2028, 2049, 2050, 2120])
def test_an_end_is_understood_in_either_way_of_writing_it(year: int) -> None:
    der = self_signed(ec.generate_private_key(ec.SECP384R1()), year)
    assert said(der) == judged(der) == ("ES384", june(year) < dt.datetime.now(dt.UTC))


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 1024),
        rsa.generate_private_key(65537, 3072),
    ],
    ids=["P-256", "P-521", "Ed25519", "RSA-1024", "RSA-3072"],
)
def test_a_key_that_no_eid_in_use_has_is_not_signed_with(key: Key) -> None:
    with pytest.raises(DeviceFault) as caught:
        certificate.parse(self_signed(key))
    assert caught.value.code is FaultCode.CARD_UNSUPPORTED


# Such a serial number is for the back end to judge; here it is only passed on.
@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_cryptography_accepts_is_read_alike_and_nothing_else_breaks_it(
    cards: CardBench, data: st.DataObject
) -> None:
    whole = bytearray(der_of(cards, data.draw(st.sampled_from(("1.8:an", "1.7:an")))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    ours, theirs = said(bytes(whole)), judged(bytes(whole))
    assert theirs in {None, ours}


@given(cut=st.integers(0, 2_000))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_certificate_that_is_cut_or_followed_by_something_is_none(cards: CardBench, cut: int) -> None:
    whole = der_of(cards, "1.8:an")
    changed = whole[:cut] if cut < len(whole) else whole + bytes(1 + cut - len(whole))
    with contextlib.suppress(DeviceFault):
        certificate.parse(changed)
        pytest.fail("it was taken for one")
