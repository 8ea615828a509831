"""Ordering a document and fetching it: once, the same each time, and whole."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from uuid import uuid4

from conformance.caller import Answer, Call
from conformance.check import Check
from conformance.checks.signing_in import NOT_IN, items_of
from conformance.checks.tokens import MARK, field_refused
from conformance.contract import shown
from conformance.trial import Trial, refused, succeeded
from conformance.verdict import Verdict, broken, held, judged, not_tried
from hardware.faults import DeviceFault
from printing.document_check import DocumentChecker

ORDER = "PUT /documentOrders/{orderId}"
LOOK = "GET /documentOrders/{orderId}"
RESULT = "PUT /documentOrders/{orderId}/printResult"
DOCUMENT = "GET /documentOrders/{orderId}/document"
# A kiosk shows "one moment" that long, and then sends the resident to the counter.
MAKING_SECONDS, USUAL_PAUSE, LONGEST_PAUSE = 60.0, 1.0, 10.0
# A kiosk warms the gate up beforehand. Here it starts cold, and that is no fault of a back end.
GATE_SECONDS = 60.0
OK, CREATED, TWO = 200, 201, 2
NOTHING_ORDERED = "nothing was ordered"
LANGUAGES = ("nl", "fr", "de")


def order(trial: Trial, ticket: str, wish: dict[str, Any], bearer: str) -> Answer:
    """Order, and wait until it is made; the first answer."""
    first = trial.call(ORDER, ticket, body=wish, bearer=bearer)
    latest, ends = first, time.monotonic() + MAKING_SECONDS
    while latest.table.get("status") == "processing" and time.monotonic() < ends:
        pause = latest.table.get("pollAfter", USUAL_PAUSE)
        trial.kiosk.rest(min(pause, LONGEST_PAUSE) if isinstance(pause, int | float) else USUAL_PAUSE)
        latest = trial.call(LOOK, ticket, bearer=bearer)
    return first


def _new(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    product = _choice(trial)
    if product is None:
        return not_tried("this person has no free product that comes at once; name one with --product")
    trial.wish = _wish(product)
    answer = order(trial, trial.ticket, trial.wish, trial.bearer)
    now = trial.call(LOOK, trial.ticket, bearer=trial.bearer)
    good = answer.status == CREATED and now.status == OK and now.table.get("status") == "ready"
    trial.ordered = now if good else None
    state = f"{answer.said}, then {now.said} {shown(str(now.table.get('status', '')))}"
    code = str(product.get("code"))
    return judged(good=good, came=f"{code if code in trial.catalogue else 'a product'}: {state}")


def _choice(trial: Trial) -> dict[str, Any] | None:
    """What to order: the product that was named, or the first one that comes at once, is free, and asks nothing."""
    items = [item for item in items_of(trial.signed_in, "documentProducts") if item.get("available") is True]
    if trial.options.product:
        return next((item for item in items if item.get("code") == trial.options.product), None)
    fit = [item for item in items if _comes_now(item)]
    return min(fit, key=lambda item: ("purposes" in item) + bool(item.get("paperOnExplicitRequest")), default=None)


def _comes_now(item: dict[str, Any]) -> bool:
    source = item.get("source")
    is_open = isinstance(source, dict) and source.get("open") is True
    return item.get("priceInCents") == 0 and item.get("delivery") == "immediate" and is_open


def _wish(product: dict[str, Any]) -> dict[str, Any]:
    """An order for one copy on paper, with what the product asks for."""
    wish: dict[str, Any] = {"productCode": product.get("code"), "language": (product.get("languages") or ["nl"])[0]}
    purposes = product.get("purposes") or []
    if purposes:
        wish["purpose"] = purposes[0].get("code")
        if purposes[0].get("needsRecipient"):
            wish["recipient"] = "Conformance kit"
    if product.get("paperOnExplicitRequest"):
        wish["channel"] = "paper"
    return wish


def _again(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    answer = trial.call(ORDER, trial.ticket, body=trial.wish, bearer=trial.bearer)
    same = answer.json == trial.ordered.json
    return judged(good=answer.status == OK and same, came=f"{answer.said}, {'the same' if same else 'another'} order")


def _other_content(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    items = [
        item for item in items_of(trial.signed_in, "documentProducts") if item.get("available") and _comes_now(item)
    ]
    other = next((item for item in items if item.get("code") != trial.wish["productCode"]), None)
    if other is None:
        return not_tried("this person has one product only")
    return refused(trial.call(ORDER, trial.ticket, body=_wish(other), bearer=trial.bearer), 409, "conflict")


def _at_once(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    call = Call(ORDER, (trial.spare,), trial.wish, bearer=trial.bearer)
    answers = [trial.noted(answer) for answer in trial.kiosk.at_once(call, call, call)]
    order(trial, trial.spare, trial.wish, trial.bearer)
    statuses = sorted(answer.status for answer in answers)
    return judged(good=statuses == [OK, OK, CREATED], came=" and ".join(answer.said for answer in answers))


def _unknown_product(trial: Trial) -> Verdict:
    return _refused(trial, {"productCode": "noSuchProduct", "language": "nl"}, 403, "productUnavailable")


def _language(trial: Trial) -> Verdict:
    items = items_of(trial.signed_in, "documentProducts")
    allowed: list[str] = next(
        (item.get("languages", []) for item in items if item.get("code") == trial.wish.get("productCode")), []
    )
    other = next((one for one in LANGUAGES if one not in allowed), None)
    if other is None:
        return not_tried("every language is allowed here")
    return _refused(trial, {**trial.wish, "language": other}, 403, "productUnavailable")


def _refused(trial: Trial, wish: dict[str, Any], status: int, problem: str) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    return refused(trial.call(ORDER, str(uuid4()), body=wish, bearer=trial.bearer), status, problem)


def _copies(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    items = items_of(trial.signed_in, "documentProducts")
    most = next((item.get("maxCopies", 1) for item in items if item.get("code") == trial.wish["productCode"]), 1)
    wish = {**trial.wish, "copies": most + 1}
    return field_refused(trial.call(ORDER, str(uuid4()), body=wish, bearer=trial.bearer), "copies")


def _as_many(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    items = [item for item in items_of(trial.signed_in, "documentProducts") if item.get("available") is True]
    several = next((item for item in items if _comes_now(item) and item.get("maxCopies", 1) > 1), None)
    if several is None:
        return not_tried("this person has no product of which more than one comes")
    ticket = str(uuid4())
    order(trial, ticket, {**_wish(several), "copies": TWO}, trial.bearer)
    now = trial.call(LOOK, ticket, bearer=trial.bearer)
    trial.call(RESULT, ticket, body={"outcome": "stopped", "sheetsPrinted": 0, "reasons": []})  # nobody prints this one
    document = now.table.get("document")
    copies = document.get("copies", 1) if isinstance(document, dict) else 0
    return judged(good=now.status == OK and copies == TWO, came=f"{now.said}, {shown(str(copies))} to print")


def _unknown_field(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    wish = {**trial.wish, "extra": MARK}
    return field_refused(trial.call(ORDER, str(uuid4()), body=wish, bearer=trial.bearer), "extra")


def _unknown(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    return refused(trial.call(LOOK, str(uuid4()), bearer=trial.bearer), 404, "resourceNotFound")


def _unknown_claim(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    wish = {"claimId": str(uuid4())}
    return refused(trial.call(ORDER, str(uuid4()), body=wish, bearer=trial.bearer), 404, "resourceNotFound")


def _no_token(trial: Trial) -> Verdict:
    wish = trial.wish or {"productCode": "residence", "language": "nl"}
    return refused(trial.call(ORDER, str(uuid4()), body=wish), 401, "noAccessToken")


def _digest(trial: Trial) -> Verdict:
    if trial.ordered is None:
        return not_tried(NOTHING_ORDERED)
    answer = trial.call(DOCUMENT, trial.ticket, bearer=trial.bearer)
    if answer.status != OK or not answer.is_document:
        return broken(answer.said)
    trial.document = answer
    return digest_of(answer)


def digest_of(answer: Answer) -> Verdict:
    """Held where the bytes are those that the header speaks of."""
    said = answer.headers.get("content-digest")
    right = f"sha-256=:{base64.b64encode(hashlib.sha256(answer.body).digest()).decode()}:"
    if said is None:
        return broken("no Content-Digest")
    if said != right:
        return broken("Content-Digest is of other bytes, or written otherwise")
    return judged(good=answer.body.startswith(b"%PDF-"), came=f"{len(answer.body)} bytes with their digest")


def _same(trial: Trial) -> Verdict:
    if trial.document is None:
        return not_tried("there is no document")
    again = trial.call(DOCUMENT, trial.ticket, bearer=trial.bearer)
    same = again.body == trial.document.body
    return judged(good=same, came=f"{again.said}, {'the same' if same else 'other'} bytes")


def _printable(trial: Trial) -> Verdict:
    if trial.document is None:
        return not_tried("there is no document")
    if trial.options.seal_ca is None:
        return not_tried("no authority of the seal: --seal-ca")
    gate = DocumentChecker(trial.options.seal_ca)
    try:
        found = gate.check(trial.document.body, trial.document.headers.get("content-digest"), GATE_SECONDS)
    except DeviceFault as fault:
        return broken(f"{fault.code.value}: {fault.detail}")
    finally:
        gate.close()
    return held(f"{found.pages} pages, sealed")


def _document_without_token(trial: Trial) -> Verdict:
    if trial.document is None:
        return not_tried("there is no document")
    return refused(trial.call(DOCUMENT, trial.ticket), 401, "noAccessToken")


def _claims(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    return succeeded(trial.call("GET /sessions/{sessionId}/claims", trial.session.id, bearer=trial.bearer), OK)


CHECKS = (
    Check(
        "claims.list",
        "GET /sessions/{sessionId}/claims: empty when nothing waits",
        "200, with what waits for this person",
        "Answer 200 with an empty `items` where nothing waits; 404 is for another session.",
        _claims,
    ),
    Check(
        "order.new",
        "PUT /documentOrders/{orderId}: A new order",
        "201, and `ready` within a minute",
        "Make the document under the kiosk's own ticket; answer `processing` with `pollAfter` while a source "
        "works on it.",
        _new,
    ),
    Check(
        "order.again",
        "PUT /documentOrders/{orderId}: the same ticket is the same order, is made once",
        "200 with the same order",
        "Look for the ticket before you make anything: a kiosk repeats a PUT whenever an answer got lost.",
        _again,
    ),
    Check(
        "order.otherContent",
        "PUT /documentOrders/{orderId}: this ticket already stands for something else",
        "409 conflict, and nothing made",
        "Keep what a ticket was first used for, and refuse other content under it with conflict (409).",
        _other_content,
    ),
    Check(
        "order.atOnce",
        "PUT /documentOrders/{orderId}: the same ticket is the same order, is made once",
        "201 once and 200 otherwise, for the same PUT three times at the same instant",
        "Let the database decide (a unique ticket, written before the document is made): a look before the "
        "write is not "
        "enough when two arrive together.",
        _at_once,
    ),
    Check(
        "order.unknownProduct",
        "PUT /documentOrders/{orderId}: productUnavailable",
        "403 productUnavailable",
        "Refuse a product that is not in the town's list with productUnavailable (403).",
        _unknown_product,
    ),
    Check(
        "order.language",
        "PUT /documentOrders/{orderId}: not in this language",
        "403 productUnavailable for a language that the list does not give",
        "Hold an order to the `languages` of its product: the language law does not leave that to the caller.",
        _language,
    ),
    Check(
        "order.copies",
        "PUT /documentOrders/{orderId}: `copies` above its `maxCopies`",
        "400 schemaViolation, `issues` naming copies",
        "Hold `copies` to the product's `maxCopies`, and name the field in `issues`.",
        _copies,
    ),
    Check(
        "order.asManyCopies",
        "PUT /documentOrders/{orderId}: `document.copies`, as many as were ordered",
        "two to print, where two were ordered of a product with `maxCopies` above one",
        "Give back the number that was ordered: a kiosk prints no other, for the resident said yes to that one.",
        _as_many,
    ),
    Check(
        "order.unknownField",
        "info: the back end refuses fields that it does not know (schemaViolation)",
        "400 schemaViolation, `issues` naming the field and repeating no value",
        "Forbid additional properties when you parse an order: a wish that you did not understand must not be "
        "half made.",
        _unknown_field,
    ),
    Check(
        "order.unknown",
        "GET /documentOrders/{orderId}",
        "404 resourceNotFound",
        "Answer a ticket that you do not know, or that is another person's, with resourceNotFound (404).",
        _unknown,
    ),
    Check(
        "claim.unknown",
        "PUT /documentOrders/{orderId}: no such claim in this session",
        "404 resourceNotFound",
        "Look a claim up among those of this session, and refuse any other with resourceNotFound (404).",
        _unknown_claim,
    ),
    Check(
        "order.noToken",
        "PUT /documentOrders/{orderId}: security residentToken",
        "401 noAccessToken",
        "Ask for the resident's token on every order: the kiosk's certificate is no resident.",
        _no_token,
    ),
    Check(
        "document.digest",
        "GET /documentOrders/{orderId}/document: Content-Digest, RFC 9530, of the bytes that follow",
        "200 application/pdf with the sha-256 of exactly these bytes",
        "Compute Content-Digest over the bytes as they leave you (after any proxy that rewrites): a kiosk "
        "prints nothing "
        "without it.",
        _digest,
    ),
    Check(
        "document.same",
        "GET /documentOrders/{orderId}/document: may be fetched again as long as the session lives",
        "the same bytes again",
        "Keep the sealed bytes until the print result is known, instead of making and sealing the document anew: two "
        "different originals would be in the world.",
        _same,
    ),
    Check(
        "document.printable",
        "GET /documentOrders/{orderId}/document: A4, tagged, carrying the town's electronic seal",
        "the gate before the kiosk's printer lets it pass",
        "Deliver A4 pages under a PAdES seal of the authority in --seal-ca, without scripts, attachments or "
        "encryption.",
        _printable,
    ),
    Check(
        "document.noToken",
        "GET /documentOrders/{orderId}/document: security residentToken",
        "401 noAccessToken",
        "Ask for the resident's token on every document: who knows a ticket is not its owner.",
        _document_without_token,
    ),
)
