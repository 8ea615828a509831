"""The kit finds nothing wrong with the reference back end, whatever it is given to try."""

from __future__ import annotations

import re
import ssl
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from conformance import checks, contract
from conformance.token import signed

if TYPE_CHECKING:
    from tests.conformance.conftest import Judge, Town

SECRET = "a secret of the software"
WITH_CODES = {"code.opens", "code.typedAgain", "code.nothingElse", "claim.atOnce", "claim.document", "claim.givenBack"}
# What needs something behind a door of the kiosk that asks, and what needs that this kiosk has doors.
WITH_A_THING = {"collection.atOnce", "collection.again", "collection.otherKiosk", "collection.waitsOn"}
WITH_DOORS = {"compartments.one"}
SIGNATURES = 4


@pytest.mark.parametrize("kind", ["1.8", "1.7"])
def test_everything_holds_with_a_card_of_either_kind(town: Town, judge: Judge, kind: str) -> None:
    name = f"LV-full-{kind}"
    card = town.card(kind=kind)
    options = replace(town.options(name), second=town.kiosk(f"{name}-second"), try_codes=True)
    found = judge.honest(options, card)
    assert judge.broken(found) == set()
    assert judge.not_tried(found) == WITH_A_THING | WITH_DOORS
    assert len(found) == len(checks.ALL)
    assert card.signed == SIGNATURES, "as the help says"


def test_without_a_card_what_needs_none_is_tried_all_the_same(town: Town, judge: Judge) -> None:
    found = judge.honest(town.options("LV-bare"))
    assert judge.broken(found) == set()
    assert {"token.madeAtHome", "challenge.spent", "code.wrong", "tls.authority"}.isdisjoint(judge.not_tried(found))
    assert {"signIn.works", "order.new", "code.opens", "session.otherKiosk"} <= judge.not_tried(found)


def test_what_only_a_card_gives_has_a_code_that_opens_nothing(town: Town, judge: Judge) -> None:
    found = judge.honest(replace(town.options("LV-595"), product="criminalRecord595"), town.card())
    assert judge.broken(found) == set()
    assert "reprint.waits" not in judge.not_tried(found)
    assert judge.not_tried(found) >= WITH_CODES


def test_a_code_that_was_given_is_tried_and_given_back(town: Town, judge: Judge) -> None:
    name = "LV-code"
    with httpx.Client(verify=_tls(town, name), base_url=f"{town.hall.url}/kioskService/v1", trust_env=False) as kiosk:
        code = _reprint_code(town, kiosk)
        found = judge.honest(replace(town.options(name), code=code))
        assert judge.broken(found) == set()
        assert WITH_CODES.isdisjoint(judge.not_tried(found))
        assert "code.usedOnce" in judge.not_tried(found)
        assert kiosk.post("/codeSessions", json={"code": code}).status_code == 201


def test_the_code_of_a_thing_is_tried_without_opening_its_door(town: Town, judge: Judge) -> None:
    ca = town.hall.ca
    options = replace(
        town.options("LV-02"), certificate=ca / "kiosk.pem", key=ca / "kiosk.key", second=town.kiosk("LV-02"),
        code=_code_of_a_thing(town),
    )  # fmt: skip
    found = judge.honest(options)
    assert judge.broken(found) == set()
    assert (WITH_A_THING | WITH_DOORS).isdisjoint(judge.not_tried(found))
    assert {"claim.atOnce", "claim.document", "claim.givenBack", "code.usedOnce"} <= judge.not_tried(found)


def _code_of_a_thing(town: Town) -> str:
    """Something that a clerk registered, behind a door of the town's own kiosk."""
    ca, origin = town.hall.ca, {"Origin": town.hall.office_url}
    tls = ssl.create_default_context(cafile=str(ca / "ca.pem"))
    as_kiosk = ssl.create_default_context(cafile=str(ca / "ca.pem"))
    as_kiosk.load_cert_chain(ca / "kiosk.pem", ca / "kiosk.key")
    with httpx.Client(verify=tls, base_url=town.hall.office_url, headers=origin, trust_env=False) as clerk:
        clerk.post("/balie/aanmelden", data={"naam": "els", "wachtwoord": SECRET})
        form = clerk.get("/balie/vakjes/registreren").text
        word, id_ = (re.findall(f'name="{name}" value="([^"]+)"', form)[0] for name in ("woord", "id"))
        clerk.post("/balie/vakjes/registreren", data={"woord": word, "id": id_, "product": "voucher"})
        (reference,) = re.findall(r'id="kenmerk">([^<]+)<', clerk.get(f"/balie/stuk/{id_}").text)
        with httpx.Client(verify=as_kiosk, base_url=f"{town.hall.url}/kioskService/v1", trust_env=False) as kiosk:
            body = {"reference": reference, "compartment": 1, "staffKeys": ["els-1"]}
            assert kiosk.put(f"/deposits/{uuid4()}", json=body).status_code == 201
        (code,) = re.findall(r'class="code"[^>]*>([^<]+)<', clerk.get(f"/balie/stuk/{id_}").text)
    return str(code)


def _tls(town: Town, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
    context.load_cert_chain(*town.kiosk(name))
    return context


def _reprint_code(town: Town, kiosk: httpx.Client) -> str:
    challenge = kiosk.post("/authenticationChallenges", json={}).json()
    token = signed(town.card("bram"), town.hall.url, challenge["nonce"])
    entered = kiosk.put(f"/authenticationChallenges/{challenge['id']}/response", json={"authToken": token}).json()
    ticket, bearer = uuid4(), {"Authorization": f"Bearer {entered['session']['accessToken']}"}
    wish = {"productCode": "residence", "language": "nl"}
    assert kiosk.put(f"/documentOrders/{ticket}", json=wish, headers=bearer).status_code == 201
    remedy = kiosk.put(f"/documentOrders/{ticket}/printResult", json={"outcome": "failed"}).json()
    return str(remedy["code"])


def test_the_contract_that_is_judged_by_is_the_contract() -> None:
    """One file: a link in the package, which the build follows, so that the wheel holds it."""
    published = Path(__file__).parents[2] / "docs" / "openapi" / contract.FILE
    assert (files("conformance") / contract.FILE).read_bytes() == published.read_bytes()
    assert Path(str(files("conformance") / contract.FILE)).resolve() == published


def test_every_check_names_a_clause_that_the_contract_has() -> None:
    known = contract.load().operations
    for check in checks.ALL:
        operation, _, _ = check.clause.partition(": ")
        assert operation in known or operation in {"info", "paths", "components", "not in the contract"}, check.name
        assert check.expected
        assert check.advice.endswith("."), "one sentence for its maker"
    names = [check.name for check in checks.ALL]
    assert len(set(names)) == len(names)
