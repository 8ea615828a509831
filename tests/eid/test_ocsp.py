"""The OCSP responder, asked by openssl."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp

from simulators.eid.applet import VirtualCard
from simulators.eid.bench import CardBench
from simulators.eid.people import Person
from simulators.eid.pki import Pki
from simulators.ocsp import OcspResponder

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def responder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OcspResponder, Pki]]:
    with OcspResponder() as serving:
        pki = Pki(tmp_path_factory.mktemp("pki"), serving.url)
        serving.serve(pki)
        yield serving, pki


@pytest.fixture
def ask(responder: tuple[OcspResponder, Pki], residents: dict[str, Person], tmp_path: Path) -> Ask:
    """Ask openssl to ask about a card, at the address that its certificate names."""
    _, pki = responder
    cards = CardBench(pki, residents)

    def asked(specification: str, authority: str, *hashed: str) -> str:
        card = cards.card(specification)
        assert isinstance(card, VirtualCard)
        assert card.chip.authentication is not None
        certificate = card.chip.authentication.certificate
        (tmp_path / "card.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        issuer = ["-issuer", str(pki.folder / f"{authority}.pem"), "-CAfile", str(pki.trust)]
        url = ["-url", address(certificate)]
        command = ["openssl", "ocsp", *hashed, *issuer, "-cert", str(tmp_path / "card.pem"), *url]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return said.stdout + said.stderr

    return asked


def address(certificate: x509.Certificate) -> str:
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    return str(access[0].access_location.value)


@pytest.mark.parametrize(("kind", "authority"), [("1.8", "citizen-ec"), ("1.7", "citizen-rsa")])
def test_a_card_in_order_is_good_and_the_answer_is_fresh(ask: Ask, kind: str, authority: str) -> None:
    said = ask(f"{kind}:an", authority)  # with a nonce, as openssl does by itself
    assert "Response verify OK" in said
    assert "card.pem: good" in said
    assert "WARNING: no nonce" not in said


@pytest.mark.parametrize(("kind", "authority"), [("1.8", "citizen-ec"), ("1.7", "citizen-rsa")])
def test_a_revoked_card_is_revoked(ask: Ask, kind: str, authority: str) -> None:
    assert "card.pem: revoked" in ask(f"{kind}:an:revoked", authority)


def test_other_hashes_will_do(ask: Ask) -> None:
    assert "card.pem: good" in ask("1.8:an", "citizen-ec", "-sha256")


def test_nobody_answers_for_a_stranger(ask: Ask) -> None:
    assert "unauthorized" in ask("1.8:an", "root")


def test_what_is_no_request_is_refused(responder: tuple[OcspResponder, Pki]) -> None:
    answer = ocsp.load_der_ocsp_response(responder[0].answer(b"nonsense"))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
