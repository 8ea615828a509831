"""Whether somebody may guess codes. Only when asked for: it locks this kiosk for codes for a while."""

from __future__ import annotations

from conformance.check import Check
from conformance.checks.codes import TOO_MANY, guess, try_code
from conformance.trial import Trial
from conformance.verdict import Verdict, broken, judged, not_tried

# The contract leaves the number to the town. At one kiosk, a hundred in a row is nobody's clumsiness.
MOST_TRIES = 100
LONGEST_LOCK = 86_400  # seconds: a day


def _limited(trial: Trial) -> Verdict:
    if not trial.options.try_codes:
        return not_tried("it locks this kiosk for codes: --try-codes")
    for number in range(1, MOST_TRIES + 1):
        answer = try_code(trial, guess())
        if answer.status != TOO_MANY:
            continue
        wait = answer.headers.get("retry-after", "")
        good = answer.problem == "tooManyFailedRequests" and wait.isdigit() and 0 < int(wait) <= LONGEST_LOCK
        when = f"{wait} s" if good else "not said in seconds, or more than a day"
        return judged(good=good, came=f"{answer.said} at try {number}; Retry-After: {when}")
    return broken(f"{MOST_TRIES} wrong codes in a row, all looked at")


CHECKS = (
    Check(
        "code.guessing",
        "POST /codeSessions: tooManyFailedRequests, `Retry-After` says when the next is looked at",
        f"429 tooManyFailedRequests with Retry-After, before {MOST_TRIES} wrong codes in a row",
        "Count wrong codes at each kiosk and in the town, and refuse the next for some minutes with "
        "Retry-After: codes are "
        "short.",
        _limited,
    ),
)
