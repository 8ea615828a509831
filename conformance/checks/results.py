"""What became of the paper, and leaving: results stand, whoever repeats them; a token that ended is worth nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from conformance.caller import Answer
from conformance.check import Check
from conformance.checks.ordering import DOCUMENT, LOOK, NOTHING_ORDERED, OK
from conformance.checks.signing_in import LIST, NOT_IN, items_of
from conformance.contract import shown
from conformance.trial import Trial, refused, session_of, succeeded
from conformance.verdict import Verdict, broken, judged, not_tried

RESULT = "PUT /documentOrders/{orderId}/printResult"
END = "DELETE /sessions/{sessionId}"
FAILED: dict[str, Any] = {"outcome": "failed", "sheetsPrinted": 0, "reasons": ["paperJam"]}
NO_REMEDY = "there was no remedy"


def report(trial: Trial, ticket: str, result: dict[str, Any]) -> Answer:
    """Say what became of a ticket, as a kiosk does: with its certificate, and no token."""
    return trial.call(RESULT, ticket, body=result)


def told(answer: Answer) -> str:
    """The answer and its remedy."""
    return f"{answer.said} {shown(str(answer.table.get('remedy', ''))) if answer.status == OK else ''}".strip()


def _unknown(trial: Trial) -> Verdict:
    return refused(report(trial, str(uuid4()), {"outcome": "printed"}), 404, "resourceNotFound")


def _no_such_outcome(trial: Trial) -> Verdict:
    ticket = str(uuid4()) if trial.ordered is None else trial.spare
    return refused(report(trial, ticket, {"outcome": "burnt"}), 400, "schemaViolation")


def _printed(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    answer = report(trial, trial.spare, {"outcome": "printed", "sheetsPrinted": 1})
    return judged(good=answer.table.get("remedy") == "none" and "code" not in answer.table, came=told(answer))


def _gone(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    return refused(trial.call(DOCUMENT, trial.spare, bearer=trial.bearer), 410, "orderClosed")


def _closed(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    answer = trial.call(LOOK, trial.spare, bearer=trial.bearer)
    state = str(answer.table.get("status", ""))
    return judged(good=answer.status == OK and state == "closed", came=f"{answer.said} {shown(state)}")


def _ends(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    ended = trial.call(END, trial.session.id)
    after = trial.call(LIST, trial.session.id, bearer=trial.bearer)
    good = after.status == 401 and after.problem in {"invalidAccessToken", "expiredAccessToken"}  # noqa: PLR2004
    return judged(good=good and ended.status == 204, came=f"{ended.said}, then with its token {after.said}")  # noqa: PLR2004


def _ends_again(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    return succeeded(trial.call(END, trial.session.id), 204)


def _document_after(trial: Trial) -> Verdict:
    if trial.document is None:
        return not_tried("there is no document")
    answer = trial.call(DOCUMENT, trial.ticket, bearer=trial.bearer)
    return refused(answer, 401, "invalidAccessToken", "expiredAccessToken")


def _failed(trial: Trial) -> Verdict:
    """Said when the resident has left, as it often is."""
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    answer = report(trial, trial.ticket, FAILED)
    trial.remedy = answer if answer.status == OK else None
    table = answer.table
    good = table.get("remedy") == "counter" or (
        table.get("remedy") == "reprintCode" and {"code", "validUntil"} <= set(table)
    )
    return judged(good=answer.status == OK and good, came=told(answer))


def _again(trial: Trial) -> Verdict:
    if trial.remedy is None:
        return not_tried(NO_REMEDY)
    answers = [report(trial, trial.ticket, result) for result in (FAILED, {"outcome": "printed"})]
    for which, answer in zip(("the same report", "a later one"), answers, strict=True):
        if answer.json != trial.remedy.json:
            return broken(f"{which}: {told(answer)}, not the first answer")
    return judged(good=True, came="the first answer, each time")


def _waits(trial: Trial) -> Verdict:
    if trial.remedy is None or trial.signer is None or trial.remedy.table.get("remedy") != "reprintCode":
        return not_tried(NO_REMEDY)
    answer = trial.sign_in(trial.signer)
    trial.session, trial.signed_in = session_of(answer), answer.table
    kinds = [claim.get("kind") for claim in items_of(answer.table, "claims")]
    return judged(good="reprint" in kinds, came=f"{answer.said}, {kinds.count('reprint')} reprints wait")


CHECKS = (
    Check(
        "result.unknown",
        "PUT /documentOrders/{orderId}/printResult: a ticket that never became an order here",
        "404 resourceNotFound",
        "Refuse a ticket that you never had with resourceNotFound (404): the kiosk then stops repeating it.",
        _unknown,
    ),
    Check(
        "result.outcome",
        "components: PrintResult, outcome",
        "400 schemaViolation for an outcome that does not exist",
        "Accept the four outcomes of the contract only; a result stands for good.",
        _no_such_outcome,
    ),
    Check(
        "result.printed",
        "PUT /documentOrders/{orderId}/printResult: what the resident may have instead",
        "200 with remedy none, on the kiosk's certificate and ticket alone",
        "Ask no resident's token here, and answer `none` where the paper came out.",
        _printed,
    ),
    Check(
        "document.gone",
        "GET /documentOrders/{orderId}/document: as long as nothing was said of its paper",
        "410 orderClosed once it was printed",
        "Delete the document when its result is known, and answer orderClosed (410).",
        _gone,
    ),
    Check(
        "order.closed",
        "components: DocumentOrder, closed",
        "200 with status closed",
        "Keep the ticket when the document is gone, and answer `closed`.",
        _closed,
    ),
    Check(
        "session.ends",
        "DELETE /sessions/{sessionId}",
        "204, and from then on 401 invalidAccessToken",
        "Forget the token at once: the next person at this kiosk could otherwise see the last one's papers.",
        _ends,
    ),
    Check(
        "session.endsAgain",
        "DELETE /sessions/{sessionId}: idempotent",
        "204 again",
        "Answer 204 for a session that has ended.",
        _ends_again,
    ),
    Check(
        "document.afterLeaving",
        "DELETE /sessions/{sessionId}: its documents can be fetched no more",
        "401 invalidAccessToken",
        "Check the session on every fetch of a document, not only when it is ordered.",
        _document_after,
    ),
    Check(
        "result.failed",
        "PUT /documentOrders/{orderId}/printResult: anything else gives a new claim (a reprint) with a code of its own",
        "200 with reprintCode, code and validUntil, or with counter",
        "Give whoever got no paper a code or the counter, also when the result comes after the session ended.",
        _failed,
    ),
    Check(
        "result.again",
        "PUT /documentOrders/{orderId}/printResult: the first report stands, and later ones get the same answer",
        "the same remedy, code and day, for the same report and for another one",
        "Write the result once, with its remedy, and read it back for every later report: a kiosk repeats it until it "
        "gets an answer, and the code may be on a slip already.",
        _again,
    ),
    Check(
        "reprint.waits",
        "PUT /documentOrders/{orderId}/printResult: redeemed by the eID of the same person without the code",
        "a claim of kind reprint for who signs in again",
        "Keep the reprint as a claim of the person, not only behind the code: a slip gets lost.",
        _waits,
    ),
)
