"""What every answer of the whole go had or lacked; the last checks to be told."""

from __future__ import annotations

from conformance import habits
from conformance.check import Check
from conformance.trial import Trial
from conformance.verdict import Verdict, broken, held, not_tried

TOLD = 3  # kinds of breach are enough to begin with


def _habit(name: str, clause: str, expected: str, advice: str) -> Check:
    def seen(trial: Trial) -> Verdict:
        found, answers = trial.breaches.get(name, []), trial.answers
        if not answers:
            return not_tried("there was no answer")
        if not found:
            return held(f"so in all {answers} answers")
        kinds = list(dict.fromkeys(found))
        more = f" (and {len(kinds) - TOLD} others)" if len(kinds) > TOLD else ""
        return broken("; ".join(kinds[:TOLD]) + more)

    return Check(name, clause, expected, advice, seen)


CHECKS = (
    _habit(
        habits.TRACE,
        "info: Every answer carries BelGov-Trace-Id",
        "the UUID that the kiosk sent, on every answer",
        "Copy the request's BelGov-Trace-Id to the answer in one place that refusals and errors pass too; a technician "
        "finds your log by it.",
    ),
    _habit(
        habits.TIMING,
        "info: Every answer carries Server-Timing",
        "app;dur= and the milliseconds that the back end itself took",
        "Measure each request in your outermost layer and write `Server-Timing: app;dur=…`, so that slowness "
        "can be laid "
        "at the right door.",
    ),
    _habit(
        habits.NO_STORE,
        "info: Every answer carries Cache-Control: no-store",
        "Cache-Control: no-store",
        "Send `Cache-Control: no-store` on everything, errors too, so that no proxy keeps a resident's data.",
    ),
    _habit(
        habits.PROBLEMS,
        "info: An answer that is not as wished is an RFC 9457 problem",
        "application/problem+json with type, title and the same status, from 400 upward",
        "Catch what your framework, gateway and crashes answer by themselves and write a problem instead: a "
        "kiosk cannot "
        "tell a resident what an HTML page means.",
    ),
    _habit(
        habits.SHAPE,
        "paths: the schema of each answer",
        "status, headers and fields as in the contract file",
        "Validate your answers against docs/openapi/kiosk-service.yaml in your own tests; the field and the rule stand "
        "beside this line.",
    ),
    _habit(
        habits.NO_NULL,
        "info: Style: the Belgif REST guide",
        "no field that is null",
        "Leave a field out when it has no value (a setting of most JSON libraries); null is refused by strict clients.",
    ),
    _habit(
        habits.CAMEL_CASE,
        "info: Style: the Belgif REST guide",
        "lowerCamelCase names",
        "Rename the field to lowerCamelCase, abbreviations too (ssin, not SSIN).",
    ),
    _habit(
        habits.NO_NUMBER,
        "info: The national register number (SSIN) is in no URL, header or answer",
        "no national register number in a header, link or field",
        "Take the number out: name things by a UUID of their own, and keep the person behind it as a keyed hash.",
    ),
    _habit(
        habits.IN_TIME,
        "not in the contract: the patience of the kiosk",
        "the whole answer within 8 seconds",
        "Answer `processing` with `pollAfter` where making a document takes longer, and 503 where a source does not "
        "answer you: the kiosk hangs up after 8 seconds.",
    ),
)
