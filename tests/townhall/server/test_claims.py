"""What waits for somebody comes out once: by card, by code, again after a failure, and never to two at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Caller, Town

Paper = Callable[..., bytes]
# Each test has somebody of its own, for the town remembers what waits for whom.
AN, BRAM, WILLEM, GRETA, JOAO = "85113099960", "83040299933", "54041299994", "77090800082", "92062199954"
FRANCOIS, ZOE, LONG, NOEL, MART, AGNES = (
    *("68042399958", "02082900033", "49120300053", "04022999904", "99123199940", "61011900039"),
)


def waits(town: Town, ssin: str, kiosk: Caller | None = None) -> tuple[str, list[dict[str, Any]]]:
    """Sign in; gives the bearer token and what waits."""
    signed_in = (kiosk or town.kiosk).sign_in(town.eid.card(ssin))
    return str(signed_in["session"]["accessToken"]), list(signed_in["claims"]["items"])


def opened(response: httpx.Response) -> tuple[dict[str, Any], str]:
    """A session that a code opened, and its one claim."""
    assert response.status_code == 201, response.text
    (claim,) = response.json()["claims"]["items"]
    return response.json()["session"], str(claim["id"])


def taken(kiosk: Caller, code: str, outcome: str, **more: object) -> dict[str, Any]:
    """Type a code, order what it stands for, and say what became of it."""
    session, claim = opened(kiosk.type_code(code))
    ticket = str(uuid4())
    assert kiosk.claim(session["accessToken"], ticket, claim).status_code == 201
    kiosk.leave(session)
    answer: dict[str, Any] = kiosk.report(ticket, outcome, **more).json()
    return answer


def test_a_document_handed_in_waits_behind_its_residents_card_and_comes_out_once(
    town: Town, ticket: str, paper: Paper
) -> None:
    pdf = paper(pages=2)
    deposited = town.office.deposit(pdf, ssin=BRAM, title="Jouw dossier", productCode="thickFile")
    bearer, (claim,) = waits(town, BRAM)
    assert (claim["kind"], claim["title"], claim["pages"]) == ("preparedDocument", "Jouw dossier", 2)
    assert waits(town, WILLEM)[1] == []
    ordered = town.kiosk.claim(bearer, ticket, claim["id"])
    assert (ordered.status_code, ordered.json()["status"]) == (201, "ready")
    assert town.kiosk.document(bearer, ticket) == pdf == (town.sealed / f"{ticket}.pdf").read_bytes()
    assert town.office.state(deposited["id"]) == "waiting", "nothing is out yet"
    assert town.kiosk.report(ticket, "printed").json() == {"remedy": "none"}
    assert town.office.state(deposited["id"]) == "collected"
    bearer, claims = waits(town, BRAM)
    assert claims == []
    assert town.problem(town.kiosk.claim(bearer, str(uuid4()), claim["id"])) == "codeUsed"


def test_a_code_gives_its_one_document_to_who_has_no_card_and_nothing_else(
    town: Town, ticket: str, paper: Paper
) -> None:
    pdf = paper()
    code = town.office.deposit(pdf, ssin=ZOE, access="code")["code"]
    town.office.deposit(paper(), ssin=ZOE)
    session, claim = opened(town.kiosk.type_code(f" {code.lower().replace('-', ' ')}"))
    bearer, where = session["accessToken"], session["href"].removeprefix("/kioskService/v1")
    assert town.kiosk.call("GET", f"{where}/documentProducts", bearer=bearer).json() == {"items": []}
    assert town.problem(town.kiosk.order(bearer, str(uuid4()))) == "productUnavailable"
    (other,) = (one for one in waits(town, ZOE)[1] if one["id"] != claim)
    assert town.problem(town.kiosk.claim(bearer, str(uuid4()), other["id"])) == "resourceNotFound"
    assert town.kiosk.claim(bearer, ticket, claim).status_code == 201
    assert town.kiosk.claim(bearer, ticket, claim).status_code == 200
    assert town.kiosk.document(bearer, ticket) == pdf
    town.kiosk.leave(session)
    assert town.problem(town.kiosk.type_code(code)) == "codeInUse", "its paper is on its way"
    town.kiosk.report(ticket, "printed")
    refused = town.kiosk.type_code(code)
    assert (refused.status_code, town.problem(refused)) == (410, "codeUsed")


def test_a_code_is_held_by_one_kiosk_until_the_visit_ends(town: Town, paper: Paper) -> None:
    code = town.office.deposit(paper(), access="code")["code"]
    first, _ = opened(town.kiosk.type_code(code))
    refused = town.other.type_code(code)
    assert (refused.status_code, town.problem(refused)) == (409, "codeInUse")
    again, _ = opened(town.kiosk.type_code(code))
    assert again["href"] != first["href"]
    ended = town.kiosk.call(
        "GET", first["href"].removeprefix("/kioskService/v1") + "/claims", bearer=first["accessToken"]
    )
    assert town.problem(ended) == "invalidAccessToken"
    town.kiosk.leave(again)
    opened(town.other.type_code(code))


def test_a_code_that_is_none_is_told_so_and_soon_not_looked_at_any_more(
    town: Town, another_kiosk: Callable[[str], tuple[Path, Path]]
) -> None:
    certificate = another_kiosk("LV-66")
    guesser = type(town.kiosk)(town.hall, town.kiosk.contract, town.kiosk.tools, *certificate)
    answers = [guesser.type_code(f"CCCC-CCC{sign}") for sign in "CDFGHJKMNPQR"]
    assert [town.problem(answer) for answer in answers[:10]] == ["codeUnknown"] * 10
    assert town.problem(answers[10]) == "tooManyFailedRequests"
    assert answers[10].status_code == 429
    assert 0 < int(answers[10].headers["retry-after"]) <= 600
    guesser.http.close()


def test_a_code_that_was_withdrawn_is_over(town: Town, paper: Paper) -> None:
    deposited = town.office.deposit(paper(), access="code")
    town.office.call("DELETE", f"/preparedDocuments/{deposited['id']}")
    assert town.problem(town.kiosk.type_code(deposited["code"])) == "codeWithdrawn"


@pytest.mark.parametrize("rounds", [8])
def test_two_kiosks_with_one_code_at_the_same_instant_give_one_paper(town: Town, paper: Paper, rounds: int) -> None:
    for _ in range(rounds):
        code = town.office.deposit(paper(), access="code")["code"]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda kiosk: kiosk.type_code(code), (town.kiosk, town.other)))  # noqa: B023
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        for kiosk, answer in zip((town.kiosk, town.other), answers, strict=True):
            if answer.status_code == 201:
                kiosk.leave(answer.json()["session"])


@pytest.mark.parametrize("rounds", [8])
def test_one_document_wanted_at_two_kiosks_at_the_same_instant_is_printed_once(
    town: Town, paper: Paper, rounds: int
) -> None:
    for _ in range(rounds):
        town.office.deposit(paper(), ssin=LONG)
        here, (claim,) = waits(town, LONG)
        there, _ = waits(town, LONG, town.other)
        tickets = str(uuid4()), str(uuid4())
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(town.kiosk.claim, here, tickets[0], claim["id"])
            second = pool.submit(town.other.claim, there, tickets[1], claim["id"])
        answers = first.result(), second.result()
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        (refused,) = (answer for answer in answers if answer.status_code == 409)
        assert town.problem(refused) == "codeInUse"
        for kiosk, ticket, answer in zip((town.kiosk, town.other), tickets, answers, strict=True):
            said = town.problem(kiosk.report(ticket, "printed")) if answer.status_code == 409 else "noted"
            assert said in {"noted", "resourceNotFound"}
            if answer.status_code == 201:
                kiosk.report(ticket, "printed")


def test_what_was_stopped_before_paper_came_waits_again(town: Town, paper: Paper) -> None:
    deposited = town.office.deposit(paper(), access="code")
    assert taken(town.kiosk, deposited["code"], "stopped", sheetsPrinted=0) == {"remedy": "none"}
    assert town.office.state(deposited["id"]) == "waiting"
    assert taken(town.other, deposited["code"], "printed") == {"remedy": "none"}
    assert town.office.state(deposited["id"]) == "collected"


def test_what_was_stopped_halfway_is_given_again_under_a_new_code(town: Town, paper: Paper) -> None:
    pdf = paper(pages=3)
    deposited = town.office.deposit(pdf, access="code")
    remedy = taken(town.kiosk, deposited["code"], "stopped", sheetsPrinted=1)
    assert remedy["remedy"] == "reprintCode"
    assert remedy["code"] != deposited["code"]
    assert town.problem(town.kiosk.type_code(deposited["code"])) == "codeUsed"
    assert town.office.state(deposited["id"]) == "waiting"
    assert taken(town.kiosk, remedy["code"], "printed") == {"remedy": "none"}
    assert town.office.state(deposited["id"]) == "collected"


def test_a_failed_print_can_be_had_again_by_its_code_once(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(NOEL))
    town.kiosk.order(bearer, ticket, "householdComposition")
    pdf = town.kiosk.document(bearer, ticket)
    code = town.kiosk.report(ticket, "failed", reasons=["paperJam"]).json()["code"]
    session, claim = opened(town.other.type_code(code))
    again = str(uuid4())
    assert town.other.claim(session["accessToken"], again, claim).status_code == 201
    assert town.other.document(session["accessToken"], again) == pdf, "the same paper, to the byte"
    town.other.report(again, "printed")
    assert town.problem(town.kiosk.type_code(code)) == "codeUsed"
    assert waits(town, NOEL)[1] == []


def test_a_failed_print_can_be_had_again_by_card_without_the_code(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(MART))
    town.kiosk.order(bearer, ticket)
    code = town.kiosk.report(ticket, "unknown").json()["code"]
    bearer, (claim,) = waits(town, MART, town.other)
    assert (claim["kind"], claim["title"]) == ("reprint", "Attest van hoofdverblijfplaats")
    again = str(uuid4())
    town.other.claim(bearer, again, claim["id"])
    assert town.problem(town.kiosk.type_code(code)) == "codeInUse"
    town.other.report(again, "printed")
    assert town.problem(town.kiosk.type_code(code)) == "codeUsed"


def test_a_reprint_that_fails_is_owed_anew(town: Town, ticket: str) -> None:
    town.kiosk.order(town.kiosk.bearer(town.eid.card(AGNES)), ticket)
    first = town.kiosk.report(ticket, "failed").json()["code"]
    second = taken(town.kiosk, first, "failed")["code"]
    assert second != first
    assert taken(town.kiosk, second, "printed") == {"remedy": "none"}


def test_a_criminal_record_is_given_again_to_its_holders_card_alone(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(JOAO))
    wanted = {"purpose": "abroad", "channel": "paper"}
    assert town.kiosk.order(bearer, ticket, "criminalRecord595", **wanted).status_code == 201
    remedy = town.kiosk.report(ticket, "failed").json()
    assert (remedy["remedy"], remedy["needsCard"]) == ("reprintCode", True)
    refused = town.kiosk.type_code(remedy["code"])
    assert (refused.status_code, town.problem(refused)) == (403, "codeNeedsCard")
    assert [claim["kind"] for claim in waits(town, JOAO)[1]] == ["reprint"]


def test_a_reprint_asked_for_after_the_resident_left_is_still_there(town: Town, ticket: str) -> None:
    session = town.kiosk.sign_in(town.eid.card(FRANCOIS))["session"]
    town.kiosk.order(session["accessToken"], ticket)
    pdf = town.kiosk.document(session["accessToken"], ticket)
    town.kiosk.leave(session)
    code = town.kiosk.report(ticket, "unknown").json()["code"]
    opened_again, claim = opened(town.kiosk.type_code(code))
    again = str(uuid4())
    town.kiosk.claim(opened_again["accessToken"], again, claim)
    assert town.kiosk.document(opened_again["accessToken"], again) == pdf


def test_nobody_uses_what_waits_for_another(town: Town, ticket: str, paper: Paper) -> None:
    town.office.deposit(paper(), ssin=AN)
    (claim, *_) = waits(town, AN)[1]
    stranger = town.kiosk.bearer(town.eid.card(WILLEM))
    assert town.problem(town.kiosk.claim(stranger, ticket, claim["id"])) == "resourceNotFound"


def test_who_lives_elsewhere_is_let_in_for_what_waits_and_may_order_nothing(town: Town, paper: Paper) -> None:
    elsewhere = "90021799907"
    refused = town.kiosk.answer(town.kiosk.challenge(), town.eid.card(elsewhere))
    assert town.problem(refused) == "notResident"
    town.office.deposit(paper(), ssin=elsewhere)
    signed_in = town.kiosk.sign_in(town.eid.card(elsewhere))
    assert len(signed_in["claims"]["items"]) == 1
    assert {item["reason"] for item in signed_in["documentProducts"]["items"]} == {"notRegistered"}
