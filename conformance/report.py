"""Tells what was found: to a person in the terminal, to a machine as JSON. Names nobody, since no finding does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from textwrap import fill
from typing import Any

from conformance.check import Finding
from conformance.verdict import Outcome

WIDTH, NAME_WIDTH = 110, 24
WORDS = {Outcome.HELD: "ok    ", Outcome.BROKEN: "BROKEN", Outcome.NOT_TRIED: "-     "}


def lines(finding: Finding) -> Iterator[str]:
    """One line for what is well; for what is broken, also the clause, what was expected, and what to do."""
    check, verdict = finding.check, finding.verdict
    came = f"not tried: {verdict.came}" if verdict.outcome is Outcome.NOT_TRIED else verdict.came
    yield f"{WORDS[verdict.outcome]} {check.name:{NAME_WIDTH}} {came}"
    if verdict.outcome is Outcome.BROKEN:
        for word, text in (("contract", check.clause), ("expected", check.expected), ("to do", check.advice)):
            yield fill(
                text, WIDTH, initial_indent=f"         {word:10}", subsequent_indent=" " * 19, break_long_words=False
            )


def summary(findings: Iterable[Finding]) -> str:
    """How many of each."""
    outcomes = [finding.verdict.outcome for finding in findings]
    held, wrong, rest = (outcomes.count(one) for one in Outcome)
    return f"{held} held, {wrong} broken, {rest} not tried"


def as_json(url: str, contract: str, findings: Iterable[Finding]) -> str:
    """Everything, for a machine."""
    items = [_item(finding) for finding in findings]
    counts = {outcome.value: sum(item["outcome"] == outcome.value for item in items) for outcome in Outcome}
    return (
        json.dumps({"url": url, "contract": contract, **counts, "checks": items}, indent=2, ensure_ascii=False) + "\n"
    )


def _item(finding: Finding) -> dict[str, Any]:
    check, verdict = finding.check, finding.verdict
    return {
        "name": check.name,
        "outcome": verdict.outcome.value,
        "clause": check.clause,
        "expected": check.expected,
        "came": verdict.came,
        "advice": check.advice,
    }
