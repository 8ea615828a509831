"""The virtual cards before judges that nobody here wrote: OpenSC behind the real pcscd, openssl, cryptography."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from simulators.eid.applet import VirtualCard
from simulators.eid.bench import CardBench
from simulators.eid.files import (
    ADDRESS,
    ADDRESS_SIGNATURE,
    AUTHORITY,
    BASIC_KEY,
    IDENTITY,
    IDENTITY_SIGNATURE,
    PHOTO,
    REGISTER,
)
from simulators.eid.pki import Pki
from simulators.pcscd import Pcscd

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Insert = Callable[[str], None]


@pytest.fixture
def run(pcscd: Pcscd) -> Run:
    environment = os.environ | pcscd.environment

    def program(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)

    return program


# --- OpenSC reads and signs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["1.8", "1.7", "hybrid"])
def test_eidenv_reads_who_the_card_was_made_for(run: Run, insert: Insert, kind: str) -> None:
    insert(f"{kind}:francois")
    said = run("eidenv").stdout
    for line in (
        "BELPIC_NATIONALNUMBER: 68042399958",
        "BELPIC_NAME: Größe-Vandenbroucke van der Meersch",
        "BELPIC_FIRSTNAMES: François Łukasz",
        "BELPIC_BIRTHLOCATION: Łódź",
        "BELPIC_BIRTHDATE: 23 APR 1968",
        "BELPIC_ZIPCODE: 9999",
    ):
        assert line in said


@pytest.mark.parametrize(("kind", "key"), [("1.8", "EC Key"), ("1.7", "RSA Key"), ("hybrid", "RSA Key")])
def test_opensc_finds_pin_keys_and_certificates(run: Run, insert: Insert, kind: str, key: str) -> None:
    insert(f"{kind}:an")
    said = run("pkcs15-tool", "--dump").stdout
    found = [line for line in said.splitlines() if line and not line.startswith("\t")]
    assert found == [
        "PKCS#15 Card [BELPIC]:",
        "PIN [Basic PIN]",
        f"Private {key} [Authentication]",
        f"Private {key} [Signature]",
        "X.509 Certificate [Authentication]",
        "X.509 Certificate [Signature]",
        "X.509 Certificate [CA]",
        "X.509 Certificate [Root]",
    ]


def test_pkcs11_lists_the_certificates_without_a_pin(run: Run, insert: Insert) -> None:
    insert("1.7:an")
    said = run("pkcs11-tool", "--list-objects").stdout
    assert "CN=An Peeters (Authentication)" in said
    assert "serialNumber=85113099960" in said


@pytest.mark.parametrize("kind", ["1.7", "hybrid"])
def test_what_pkcs11_signs_on_a_card_with_rsa_keys_openssl_verifies(
    run: Run, insert: Insert, bench: CardBench, tmp_path: Path, kind: str
) -> None:
    insert(f"{kind}:an")
    card = bench.card(f"{kind}:an")
    assert isinstance(card, VirtualCard)
    assert card.chip.authentication is not None
    key = tmp_path / "key.pem"
    key.write_bytes(
        card.chip.authentication.certificate.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    (tmp_path / "text").write_bytes(b"to be signed")
    sign = ("--sign", "--id", "02", "--mechanism", "SHA256-RSA-PKCS")
    files = ("-i", str(tmp_path / "text"), "-o", str(tmp_path / "signature"))
    assert run("pkcs11-tool", "--login", "--pin", "1234", *sign, *files).returncode == 0
    verified = run("openssl", "dgst", "-sha256", "-verify", str(key), "-signature", *map(str, (
        tmp_path / "signature", tmp_path / "text"
    )))  # fmt: skip
    assert verified.stdout == "Verified OK\n"


def test_a_wrong_pin_through_pkcs11_costs_a_try(run: Run, insert: Insert, bench: CardBench) -> None:
    insert("1.7:an")
    refused = run("pkcs11-tool", "--login", "--pin", "9999", "--list-objects")
    assert "CKR_PIN_INCORRECT" in refused.stderr
    card = bench.card("1.7:an")
    assert isinstance(card, VirtualCard)
    assert card.tries == 2


@pytest.mark.parametrize(
    ("specification", "authority", "root"),
    [
        ("1.8:an", "citizen-ec", "root"),
        ("hybrid:an", "citizen-ec", "root"),
        ("1.7:an", "citizen-rsa", "root-rsa"),
        ("1.8:noor", "citizen-ec", "root"),
        ("1.8:euplus", "citizen-ec", "root"),
    ],
)
def test_openssl_trusts_the_certificate_through_its_chain(
    cards: CardBench, pki: Pki, tmp_path: Path, specification: str, authority: str, root: str
) -> None:
    certificate = tmp_path / "card.pem"
    certificate.write_bytes(chip_certificate(cards, specification).public_bytes(serialization.Encoding.PEM))
    chain = ["-CAfile", str(pki.folder / f"{root}.pem"), "-untrusted", str(pki.folder / f"{authority}.pem")]
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", *chain, str(certificate)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.stdout.endswith(": OK\n"), said.stderr


def chip_certificate(cards: CardBench, specification: str) -> x509.Certificate:
    card = cards.card(specification)
    assert isinstance(card, VirtualCard)
    assert card.chip.authentication is not None
    return card.chip.authentication.certificate


# --- what is on the card is genuine, by the rules of the official viewer ----------------------------------------------


@pytest.fixture(params=["1.8:an", "1.7:an", "hybrid:an"])
def files(cards: CardBench, request: pytest.FixtureRequest) -> dict[int, bytes]:
    card = cards.card(request.param)
    assert isinstance(card, VirtualCard)
    return card.files


def check_register(files: dict[int, bytes], signature: bytes, covered: bytes) -> None:
    """As eid-viewer does: SHA-384 with an EC key, else by the length of the photo's hash. Raises InvalidSignature."""
    stored = files[REGISTER]
    key = x509.load_der_x509_certificate(stored[: 4 + int.from_bytes(stored[2:4], "big")]).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature[: 2 + signature[1]], covered, ec.ECDSA(hashes.SHA384()))
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(signature, covered, padding.PKCS1v15(), hashes.SHA256())


def test_the_register_signed_identity_and_address(files: dict[int, bytes]) -> None:
    check_register(files, files[IDENTITY_SIGNATURE], files[IDENTITY])
    # The address without its padding, then the identity's signature with its own.
    covered = files[ADDRESS].rstrip(b"\0") + files[IDENTITY_SIGNATURE]
    check_register(files, files[ADDRESS_SIGNATURE], covered)


# [H17] the chip of before, re-keyed: RSA keys, but authority, register and both of its signatures are EC.
def test_a_hybrid_card_is_an_rsa_chip_under_an_ec_authority(cards: CardBench) -> None:
    certificate = chip_certificate(cards, "hybrid:an")
    assert isinstance(certificate.public_key(), rsa.RSAPublicKey)
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA384)
    card = cards.card("hybrid:an")
    assert isinstance(card, VirtualCard)
    authority = card.files[AUTHORITY]
    key = x509.load_der_x509_certificate(authority[: 4 + int.from_bytes(authority[2:4], "big")]).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert len(card.files[IDENTITY_SIGNATURE]) == 256


def test_the_identity_names_the_hashes_of_photo_and_basic_key(files: dict[int, bytes]) -> None:
    elliptic = BASIC_KEY in files
    photo = (hashlib.sha384 if elliptic else hashlib.sha256)(files[PHOTO]).digest()
    assert photo in files[IDENTITY]
    if elliptic:
        assert hashlib.sha384(files[BASIC_KEY]).digest() in files[IDENTITY]


# [C18 §5.2, §5.3] EF(DIR), ODF, TokenInfo, AODF.
def test_the_fixed_files_are_as_long_as_in_the_manual(files: dict[int, bytes]) -> None:
    assert [len(files[identifier]) for identifier in (0x2F00, 0x5031, 0x5032, 0x5034)] == [37, 36, 41, 53]


def test_certificate_files_are_padded_as_on_real_cards(files: dict[int, bytes]) -> None:
    padding = 1100 if BASIC_KEY in files else 50
    for identifier in (0x5038, 0x5039, 0x503A, 0x503B, 0x503C):
        stored = files[identifier]
        assert len(stored) == 4 + int.from_bytes(stored[2:4], "big") + padding
