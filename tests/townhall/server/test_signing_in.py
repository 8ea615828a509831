"""Signing in at a town hall that runs: real TLS, and every answer held to the contract."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from openapi_spec_validator import validate

if TYPE_CHECKING:
    from tests.townhall.conftest import Responder
    from tests.townhall.server.conftest import Town

PROJECT = Path(__file__).parents[3]
AN, ELSEWHERE, NOTHING, NOBODY = "85113099960", "90021799907", "77090800082", "00010199974"
ASKED_MOST = ["householdComposition", "residence", "nationality"]


def test_the_contract_is_valid_openapi() -> None:
    validate(yaml.safe_load((PROJECT / "docs" / "openapi" / "kiosk-service.yaml").read_text(encoding="utf-8")))


def test_it_says_that_it_is_well(town: Town) -> None:
    assert town.kiosk.call("GET", "/health").json() == {"status": "UP"}


@pytest.mark.parametrize("kind", ["card", "rsa_card"])
def test_a_resident_signs_in_and_hears_what_there_is(town: Town, kind: str) -> None:
    signed_in = town.kiosk.sign_in(getattr(town.eid, kind)(AN))
    assert signed_in["person"] == {"givenName": "An", "familyName": "Peeters", "preferredLanguage": "nl"}
    items = signed_in["documentProducts"]["items"]
    assert [(item["code"], item["available"]) for item in items[:3]] == [(code, True) for code in ASKED_MOST]
    refused = [(item["code"], item["reason"]) for item in items if not item["available"]]
    assert refused == [("cohabitation", "nothingRegistered")], "An is married, Belgian, and past forty"
    bearer, where = signed_in["session"]["accessToken"], signed_in["session"]["href"].removeprefix("/kioskService/v1")
    assert town.kiosk.call("GET", f"{where}/documentProducts", bearer=bearer).json()["items"] == items
    assert town.kiosk.call("GET", f"{where}/documentProducts/residence", bearer=bearer).json() == items[1]


def test_who_has_to_come_to_the_counter_hears_why(town: Town) -> None:
    items = town.kiosk.sign_in(town.eid.card(NOTHING))["documentProducts"]["items"]
    assert {(item["available"], item["reason"]) for item in items} == {(False, "counterOnly")}


@pytest.mark.parametrize("ssin", [ELSEWHERE, NOBODY])
def test_only_residents_are_let_in(town: Town, ssin: str) -> None:
    refused = town.kiosk.answer(town.kiosk.challenge(), town.eid.card(ssin))
    assert (refused.status_code, town.problem(refused)) == (403, "notResident")


def test_a_challenge_is_long_enough_short_lived_and_never_the_same(town: Town) -> None:
    made = town.kiosk.call("POST", "/authenticationChallenges", {}).json()
    assert len(base64.b64decode(made["nonce"])) * 8 >= 256
    left = dt.datetime.fromisoformat(made["expiresAt"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=4) < left <= dt.timedelta(minutes=5)
    assert made["nonce"] != town.kiosk.challenge()[1]


def test_a_challenge_works_once_even_when_the_first_answer_was_wrong(town: Town) -> None:
    for first in (town.eid.card(AN), town.eid.card(NOBODY)):
        challenge = town.kiosk.challenge()
        town.kiosk.answer(challenge, first)
        assert town.problem(town.kiosk.answer(challenge, town.eid.card(AN))) == "challengeUnknown"


def test_a_challenge_works_only_at_the_kiosk_that_asked(town: Town) -> None:
    challenge = town.kiosk.challenge()
    assert town.problem(town.other.answer(challenge, town.eid.card(AN))) == "challengeUnknown"
    assert town.kiosk.answer(challenge, town.eid.card(AN)).status_code == 201


def test_a_card_reported_lost_is_refused(town: Town, responder: Responder) -> None:
    card = town.eid.card(AN)
    assert town.kiosk.answer(town.kiosk.challenge(), card).status_code == 201
    responder.revoked.add(card.certificate.serial_number)
    assert town.problem(town.kiosk.answer(town.kiosk.challenge(), card)) == "certificateRevoked"


def test_without_word_on_revocation_nobody_signs_in(town: Town, responder: Responder) -> None:
    responder.mangle = lambda _: b"no answer"
    refused = town.kiosk.answer(town.kiosk.challenge(), town.eid.card(AN))
    assert (refused.status_code, town.problem(refused)) == (503, "revocationUnknown")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"algorithm": "none"}, "schemaViolation"),
        ({"format": "web-eid:2.0"}, "schemaViolation"),
        ({"extra": "field"}, "schemaViolation"),
        ({"signature": None}, "schemaViolation"),
        ({"appVersion": 7}, "schemaViolation"),
        ({"unverifiedCertificate": "A" * 9000}, "schemaViolation"),
        ({"unverifiedCertificate": "A" * 400}, "certificateUntrusted"),
        ({"signature": "A" * 128}, "signatureInvalid"),
    ],
)
def test_a_malformed_token_is_a_typed_refusal_that_repeats_nothing(
    town: Town, other: dict[str, object], said: str
) -> None:
    refused = town.kiosk.answer(town.kiosk.challenge(), town.eid.card(AN), **other)
    assert town.problem(refused) == said
    assert "AAAA" not in refused.text
    if said == "schemaViolation":
        assert refused.status_code == 400
        assert refused.json()["issues"][0]["name"] == f"authToken.{next(iter(other))}"


def test_a_session_ends_for_good_and_ending_it_twice_is_fine(town: Town) -> None:
    session = town.kiosk.sign_in(town.eid.card(AN))["session"]
    where = session["href"].removeprefix("/kioskService/v1")
    assert town.other.call("DELETE", where).status_code == 204
    assert town.kiosk.call("GET", f"{where}/documentProducts", bearer=session["accessToken"]).status_code == 200
    for _ in range(2):
        assert town.kiosk.call("DELETE", where).status_code == 204
    refused = town.kiosk.call("GET", f"{where}/documentProducts", bearer=session["accessToken"])
    assert (refused.status_code, town.problem(refused)) == (401, "invalidAccessToken")
    assert refused.headers["www-authenticate"] == "Bearer"
