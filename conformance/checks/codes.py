"""Codes: one that is none, and one that is good. A reprint's is spent; one that was given to us is given back."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

from conformance.caller import Answer, Call
from conformance.check import Check
from conformance.checks.ordering import CREATED, DOCUMENT, OK, ORDER, digest_of, order
from conformance.checks.results import report, told
from conformance.checks.signing_in import LIST, items_of
from conformance.checks.tokens import MARK, field_refused
from conformance.trial import Trial, refused, session_of
from conformance.verdict import Verdict, broken, judged, not_tried

OPEN = "POST /codeSessions"
CLAIMS = "GET /sessions/{sessionId}/claims"
SIGNS = "CDFGHJKMNPQRTWXY34679"
LOCKED = "this kiosk is locked for codes now: try again later"
NO_CODE = "no code: --code, or a card whose failed print gives one"
NOT_OPEN = "no code opened a session"
NO_PAPER = "no code of a document opened a session"
TOO_MANY = 429


def guess() -> str:
    """A code that is none, with odds of a thousand in forty thousand million."""
    drawn = [secrets.choice(SIGNS) for _ in range(8)]
    return "".join(drawn[:4]) + "-" + "".join(drawn[4:])


def try_code(trial: Trial, code: str) -> Answer:
    """Type a code."""
    return trial.call(OPEN, body={"code": code})


def _wrong(trial: Trial) -> Verdict:
    return _none(trial, guess())


def _no_code_at_all(trial: Trial) -> Verdict:
    return _none(trial, "x")


def _none(trial: Trial, code: str) -> Verdict:
    answer = try_code(trial, code)
    return not_tried(LOCKED) if answer.status == TOO_MANY else refused(answer, 404, "codeUnknown")


def _empty(trial: Trial) -> Verdict:
    return field_refused(try_code(trial, ""), "code")


def _unknown_field(trial: Trial) -> Verdict:
    return field_refused(trial.call(OPEN, body={"code": guess(), "extra": MARK}), "extra")


def code_of(trial: Trial) -> str:
    """The code that was given, else the one of the reprint, unless that needs the card; empty where there is none."""
    if trial.options.code:
        return trial.options.code
    remedy = {} if trial.remedy is None else trial.remedy.table
    return "" if remedy.get("needsCard") else str(remedy.get("code", ""))


def _opens(trial: Trial) -> Verdict:
    code = code_of(trial)
    if not code:
        return not_tried(NO_CODE)
    answer = try_code(trial, f" {code.lower().replace('-', ' ')}")
    trial.code_session = session_of(answer) if answer.status == CREATED else None
    claims = items_of(answer.table, "claims")
    if trial.code_session is None or not claims:
        return broken(f"{answer.said}, {len(claims)} claims")
    trial.claim = str(claims[0].get("id"))
    trial.thing = trial.claim if claims[0].get("kind") == "compartment" else ""
    return judged(good="person" not in answer.table, came=f"{answer.said}, {len(claims)} claims, nobody named")


def _typed_again(trial: Trial) -> Verdict:
    if trial.code_session is None:
        return not_tried(NOT_OPEN)
    answer = try_code(trial, code_of(trial))
    earlier, trial.code_session = trial.code_session, session_of(answer) or trial.code_session
    after = trial.call(CLAIMS, earlier.id, bearer=earlier.bearer)
    good = answer.status == CREATED and after.problem in {"invalidAccessToken", "expiredAccessToken"}
    return judged(good=good, came=f"{answer.said}; the earlier session: {after.said}")


def _nothing_else(trial: Trial) -> Verdict:
    session = trial.code_session
    if session is None:
        return not_tried(NOT_OPEN)
    products = trial.call(LIST, session.id, bearer=session.bearer)
    wish = {"productCode": "residence", "language": "nl"}
    ordered = trial.call(ORDER, str(uuid4()), body=wish, bearer=session.bearer)
    good = products.table.get("items") == [] and ordered.problem == "productUnavailable"
    return judged(good=good, came=f"list {products.said}; ordering a product {ordered.said}")


def _one_paper(trial: Trial) -> Verdict:
    """Two tickets want one claim at the same instant."""
    session, tickets = trial.code_session, (str(uuid4()), str(uuid4()))
    if session is None or trial.thing:
        return not_tried(NO_PAPER)
    wish = {"claimId": trial.claim}
    calls = [Call(ORDER, (ticket,), wish, bearer=session.bearer) for ticket in tickets]
    answers = [trial.noted(answer) for answer in trial.kiosk.at_once(*calls)]
    got = [ticket for ticket, answer in zip(tickets, answers, strict=True) if answer.status in {OK, CREATED}]
    trial.code_ticket = got[0] if got else trial.code_ticket
    good = len(got) == 1 and {answer.problem for answer in answers} == {"", "codeInUse"}
    return judged(good=good, came=" and ".join(answer.said for answer in answers))


def _document(trial: Trial) -> Verdict:
    session = trial.code_session
    if session is None or trial.thing:
        return not_tried(NO_PAPER)
    order(trial, trial.code_ticket, {"claimId": trial.claim}, session.bearer)
    answer = trial.call(DOCUMENT, trial.code_ticket, bearer=session.bearer)
    return digest_of(answer) if answer.status == OK else broken(answer.said)


def _given_back(trial: Trial) -> Verdict:
    """Stopped before a sheet was out: the claim is free."""
    if trial.code_session is None or trial.thing:
        return not_tried(NO_PAPER)
    stopped = report(trial, trial.code_ticket, {"outcome": "stopped", "sheetsPrinted": 0})
    answer = try_code(trial, code_of(trial))
    trial.code_session = session_of(answer)
    good = stopped.table.get("remedy") == "none" and answer.status == CREATED
    return judged(good=good, came=f"{told(stopped)}; typed again {answer.said}")


def _spent(trial: Trial) -> Verdict:
    session = trial.code_session
    if session is None or trial.thing:
        return not_tried(NO_PAPER)
    if trial.options.code:
        return not_tried("the code that was given is not spent")
    ticket, wish = str(uuid4()), {"claimId": trial.claim}
    order(trial, ticket, wish, session.bearer)
    printed = report(trial, ticket, {"outcome": "printed", "sheetsPrinted": 1})
    again = try_code(trial, code_of(trial))
    trial.claim = trial.claim if again.problem == "codeUsed" else ""
    good = printed.table.get("remedy") == "none" and again.status == 410 and again.problem == "codeUsed"  # noqa: PLR2004
    return judged(good=good, came=f"{told(printed)}; typed again {again.said}")


def _once(trial: Trial) -> Verdict:
    """The same paper does not wait for the card any more."""
    if trial.session is None or not trial.claim or trial.options.code:
        return not_tried("no reprint was spent")
    answer = trial.call(CLAIMS, trial.session.id, bearer=trial.bearer)
    waits = any(claim.get("id") == trial.claim for claim in _items(answer))
    return judged(
        good=answer.status == OK and not waits, came=f"{answer.said}, it {'still waits' if waits else 'is gone'}"
    )


def _items(answer: Answer) -> list[dict[str, Any]]:
    return items_of({"claims": answer.table}, "claims")


def _leaves(trial: Trial) -> Verdict:
    sessions = [session for session in (trial.session, trial.code_session) if session is not None]
    if not sessions:
        return not_tried("no session was opened")
    answers = [trial.call("DELETE /sessions/{sessionId}", session.id) for session in sessions]
    return judged(good=all(one.status == 204 for one in answers), came=" and ".join(one.said for one in answers))  # noqa: PLR2004


CHECKS = (
    Check(
        "code.wrong",
        "POST /codeSessions: codeUnknown",
        "404 codeUnknown, and no session",
        "Open a session only for a code that you find by its keyed hash; anything else is codeUnknown (404).",
        _wrong,
    ),
    Check(
        "code.noCode",
        "POST /codeSessions: codeUnknown",
        "404 codeUnknown for what is not written as a code",
        "Answer a misspelt code as an unknown one: the kiosk shows the same sentence for both.",
        _no_code_at_all,
    ),
    Check(
        "code.empty",
        "components: CodeSessionRequest, minLength",
        "400 schemaViolation, `issues` naming code",
        "Validate the body before you look for the code.",
        _empty,
    ),
    Check(
        "code.unknownField",
        "info: the back end refuses fields that it does not know (schemaViolation)",
        "400 schemaViolation, `issues` naming the field and repeating no value",
        "Forbid additional properties when you parse the request.",
        _unknown_field,
    ),
    Check(
        "code.opens",
        "POST /codeSessions: its case, spaces and hyphens do not matter",
        "201 with a session, at least one claim and no person, for a code in small letters with a space in it",
        "Strip spaces and hyphens and raise to capitals before you look for the code; name nobody.",
        _opens,
    ),
    Check(
        "code.typedAgain",
        "POST /codeSessions: typed again at the same kiosk, it opens a new session and ends the earlier one",
        "201, and the earlier session's token is refused",
        "Let a code hold one session at a time: end the earlier one of the same kiosk.",
        _typed_again,
    ),
    Check(
        "code.nothingElse",
        "POST /codeSessions: gives what the code stands for and nothing else",
        "an empty list, and 403 productUnavailable for a product",
        "Tie the session to the claim, not to its person: who found a slip must not be able to order in their name.",
        _nothing_else,
    ),
    Check(
        "claim.atOnce",
        "PUT /documentOrders/{orderId}: of two tickets that want the same claim at the same instant one gets it",
        "201 once, and 409 codeInUse",
        "Bind the claim to a ticket in one transaction that begins with a write; now two papers come out of one code.",
        _one_paper,
    ),
    Check(
        "claim.document",
        "GET /documentOrders/{orderId}/document",
        "200 application/pdf with its digest",
        "Give the document of a claim the same way as any other.",
        _document,
    ),
    Check(
        "claim.givenBack",
        "PUT /documentOrders/{orderId}/printResult: `stopped` with no sheet out sets it free",
        "remedy none, and the code opens again",
        "Set a claim free when its ticket ended before a sheet was out.",
        _given_back,
    ),
    Check(
        "code.usedOnce",
        "POST /codeSessions: codeUsed",
        "410 codeUsed after its paper came out",
        "Mark the claim as used when the result `printed` arrives, and answer its code with codeUsed (410).",
        _spent,
    ),
    Check(
        "reprint.once",
        "GET /sessions/{sessionId}/claims: only what can be had now",
        "the same reprint waits for the card no more",
        "Keep the code and the card's claim as one row, so that using the one uses the other.",
        _once,
    ),
    Check(
        "session.leaves",
        "DELETE /sessions/{sessionId}: the same for a session that a code opened",
        "204",
        "End any session of this kiosk, however it was opened.",
        _leaves,
    ),
)
