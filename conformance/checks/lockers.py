"""Compartments: what any back end answers, and (with a code of something behind a door) who may open it.

No door opens here and nothing is collected: leave is asked and given back as `notOpened`, as by a kiosk whose lock is
stuck. A back end without compartments has an empty list of them.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from conformance.caller import Call
from conformance.check import Check
from conformance.checks.codes import try_code
from conformance.checks.tokens import field_refused
from conformance.trial import Trial, refused, session_of
from conformance.verdict import Verdict, broken, held, judged, not_tried

SAMPLES = 3
LIST, ONE = "GET /compartments", "GET /compartments/{number}"
EXPECTED = "GET /expectedDeposits/{reference}"
PUT_IN = "PUT /deposits/{depositId}"
TAKE_BACK = "PUT /deposits/{depositId}/takeBack"
STOCK = "PUT /stockTakings/{stockTakingId}"
LEAVE = "PUT /collections/{collectionId}"
RESULT = "PUT /collections/{collectionId}/result"
NO_THING = "no code of something in a compartment of this kiosk: --code"
NOBODYS = "CCC-CCC"  # 1 of 85 million; of a thing that waits to be put in, hardly ever
BOTH = {"openedAt": "2026-11-26T20:15:00+01:00", "closedAt": "2026-11-26T20:15:09+01:00"}
OK, CREATED = 200, 201


def _items(trial: Trial) -> list[dict[str, Any]]:
    items = trial.call(LIST).table.get("items")
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _list(trial: Trial) -> Verdict:
    answer, items = trial.call(LIST), _items(trial)
    numbers = [one.get("number") for one in items]
    good = answer.status == OK and len(set(numbers)) == len(numbers)
    return judged(good=good, came=f"{answer.said}, {len(items)} compartments, {len(set(numbers))} numbers")


def _one(trial: Trial) -> Verdict:
    items = _items(trial)[:SAMPLES]
    for item in items:
        one = trial.call(ONE, str(item.get("number")))
        if one.json != item:
            return broken(f"{one.said}, and not as in the list")
    return held(f"{len(items)} are as in the list") if items else not_tried("this kiosk has no compartments")


def _no_reference(trial: Trial) -> Verdict:
    return refused(trial.call(EXPECTED, NOBODYS), 404, "resourceNotFound")


def _nothing_to_put(trial: Trial) -> Verdict:
    body = {"reference": NOBODYS, "compartment": 1, "staffKeys": ["check-1", "check-2"]}
    return refused(trial.call(PUT_IN, str(uuid4()), body=body), 404, "resourceNotFound")


def _nobody_put_it(trial: Trial) -> Verdict:
    body = {"reference": NOBODYS, "compartment": 1, "staffKeys": []}
    return field_refused(trial.call(PUT_IN, str(uuid4()), body=body), "staffKeys")


def _nothing_to_take(trial: Trial) -> Verdict:
    body = {"found": "thing", "staffKeys": ["check-1", "check-2"]}
    return refused(trial.call(TAKE_BACK, str(uuid4()), body=body), 404, "resourceNotFound")


def _no_compartment(trial: Trial) -> Verdict:
    known = {one.get("number") for one in _items(trial)}
    strange = next((number for number in range(999, 0, -1) if number not in known), None)
    if strange is None:
        return not_tried("this kiosk has every number there is")
    body = {"items": [{"compartment": strange, "found": "empty"}], "staffKeys": ["check-1"]}
    return refused(trial.call(STOCK, str(uuid4()), body=body), 400, "schemaViolation")


def _nobody_asks(trial: Trial) -> Verdict:
    return refused(trial.call(LEAVE, str(uuid4()), body={"claimId": str(uuid4())}), 401, "noAccessToken")


def _no_ticket(trial: Trial) -> Verdict:
    return refused(trial.call(RESULT, str(uuid4()), body={"outcome": "unknown"}), 404, "resourceNotFound")


def _no_door(trial: Trial) -> Verdict:
    return field_refused(trial.call(RESULT, str(uuid4()), body={"outcome": "collected"}), "openedAt")


# --- with something behind a door ------------------------------------------------------------------------------------


def _one_leave(trial: Trial) -> Verdict:
    """Two tickets want one door at the same instant."""
    session = session_of(try_code(trial, trial.options.code)) if trial.thing else None
    trial.code_session = session or trial.code_session
    if session is None:
        return not_tried(NO_THING)
    tickets, wish = (str(uuid4()), str(uuid4())), {"claimId": trial.thing}
    calls = [Call(LEAVE, (ticket,), wish, bearer=session.bearer) for ticket in tickets]
    answers = [trial.noted(answer) for answer in trial.kiosk.at_once(*calls)]
    got = [ticket for ticket, answer in zip(tickets, answers, strict=True) if answer.status in {OK, CREATED}]
    trial.leave = got[0] if got else ""
    good = len(got) == 1 and {answer.problem for answer in answers} == {"", "codeInUse"}
    return judged(good=good, came=" and ".join(answer.said for answer in answers))


def _same_leave(trial: Trial) -> Verdict:
    if not trial.leave or trial.code_session is None:
        return not_tried(NO_THING)
    answer = trial.call(LEAVE, trial.leave, body={"claimId": trial.thing}, bearer=trial.code_session.bearer)
    good = answer.status == OK and answer.table.get("status") == "open"
    return judged(good=good, came=answer.said)


def _other_kiosk(trial: Trial) -> Verdict:
    if not trial.leave or trial.second is None:
        return not_tried("no leave, or no second kiosk: --second-certificate, --second-key")
    call = Call(RESULT, (trial.leave,), {"outcome": "collected", **BOTH})
    return refused(trial.told(trial.second, call), 404, "resourceNotFound")


def _waits_on(trial: Trial) -> Verdict:
    if not trial.leave:
        return not_tried(NO_THING)
    said = trial.call(RESULT, trial.leave, body={"outcome": "notOpened"})
    again = trial.call(RESULT, trial.leave, body={"outcome": "collected", **BOTH})
    typed = try_code(trial, trial.options.code)
    session = session_of(typed)
    if session is not None:
        trial.call("DELETE /sessions/{sessionId}", session.id)
    remedies = said.table.get("remedy"), again.table.get("remedy")
    came = f"{said.said}, then {again.said}; typed again {typed.said}"
    return judged(good=remedies == ("again", "again") and typed.status == CREATED, came=came)


CHECKS = (
    Check(
        "compartments.list",
        LIST + ": every compartment of the kiosk that asks",
        "200, and no number twice",
        "Answer with the compartments of the kiosk in the certificate alone; an empty list where it has none.",
        _list,
    ),
    Check(
        "compartments.one",
        ONE + ": the compartment, as in the list",
        "the same content as in the list",
        "Make both answers from one function.",
        _one,
    ),
    Check(
        "expected.unknown",
        EXPECTED,
        "404 resourceNotFound for a reference of nothing",
        "Answer resourceNotFound (404) for a reference that waits for no compartment.",
        _no_reference,
    ),
    Check(
        "deposit.unknown",
        PUT_IN + ": resourceNotFound",
        "404 resourceNotFound, and nothing written down",
        "Take in only what the counter registered: a door must never hold what nobody knows.",
        _nothing_to_put,
    ),
    Check(
        "deposit.byNobody",
        "components: StaffKeys, minItems",
        "400 schemaViolation, `issues` naming staffKeys",
        "Refuse a deposit for which no card of staff stands.",
        _nobody_put_it,
    ),
    Check(
        "takeBack.unknown",
        TAKE_BACK + ": resourceNotFound",
        "404 resourceNotFound",
        "Answer resourceNotFound (404) for a deposit that is none of this kiosk's.",
        _nothing_to_take,
    ),
    Check(
        "stock.otherNumber",
        STOCK + ": a number that is none of this kiosk's is schemaViolation",
        "400 schemaViolation",
        "Refuse the whole stock-taking: a wrong number means that kiosk and town disagree about the wall.",
        _no_compartment,
    ),
    Check(
        "collection.byNobody",
        LEAVE,
        "401 noAccessToken without a session",
        "Give leave to open a door only to who signed in or typed a code at this kiosk.",
        _nobody_asks,
    ),
    Check(
        "collection.unknownTicket",
        RESULT + ": a ticket that never had leave here is resourceNotFound",
        "404 resourceNotFound",
        "Answer resourceNotFound (404): the kiosk then stops repeating what it has to tell.",
        _no_ticket,
    ),
    Check(
        "collection.doorOpened",
        "components: CollectionResult, nothing was collected without a door that opened",
        "400 schemaViolation, `issues` naming openedAt",
        "Demand both moments with `collected`, before you look for the ticket.",
        _no_door,
    ),
    Check(
        "collection.atOnce",
        LEAVE + ": of two tickets that want the same claim at the same instant one gets it",
        "201 once, and 409 codeInUse",
        "Bind the claim to a ticket in one transaction that begins with a write; now two doors open for one code.",
        _one_leave,
    ),
    Check(
        "collection.again",
        LEAVE + ": the same ticket is the same leave",
        "200 and status open",
        "Answer a ticket that you know with the leave that it has: the first answer may have been lost on the way.",
        _same_leave,
    ),
    Check(
        "collection.otherKiosk",
        RESULT + ": authorised by the kiosk's certificate and the ticket alone",
        "404 resourceNotFound for another kiosk",
        "Compare the certificate's kiosk with that of the ticket.",
        _other_kiosk,
    ),
    Check(
        "collection.waitsOn",
        RESULT + ": after notOpened it waits there as before, and the first report stands",
        "remedy again, twice; and the code opens again",
        "Set the claim free after `notOpened`, and never let a second report of a ticket change it.",
        _waits_on,
    ),
)
