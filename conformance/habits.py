"""What the contract asks of every answer, whatever was asked: headers, shape, style, and nobody's number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.contract import Contract, shown

if TYPE_CHECKING:
    from conformance.caller import Answer

TRACE, TIMING, NO_STORE = "answer.traceId", "answer.serverTiming", "answer.noStore"
PROBLEMS, SHAPE, NO_NULL = "answer.problem", "answer.shape", "answer.noNull"
CAMEL_CASE, NO_NUMBER, IN_TIME = "answer.camelCase", "answer.noNumber", "answer.inTime"

CAMEL = re.compile(r"[a-z][A-Za-z0-9]*")
# In one piece, or as printed on a card.
NUMBER = re.compile(r"(?<![\w.-])(\d{11}|\d\d\.\d\d\.\d\d-\d{3}\.\d\d)(?![\w.-])")
REFUSED = 400
PROBLEM = "application/problem+json"


def breaches(contract: Contract, answer: Answer, number: str) -> Iterator[tuple[str, str]]:
    """Give the habits that an answer breaks, and how. `number` is the national number of the card, where one is in."""
    if answer.headers.get("belgov-trace-id") != answer.trace:
        yield TRACE, "not the one that was sent" if "belgov-trace-id" in answer.headers else "missing"
    if not re.fullmatch(r"app;dur=[0-9.]+", answer.headers.get("server-timing", "")):
        yield TIMING, "missing or written otherwise"
    if answer.headers.get("cache-control") != "no-store":
        yield NO_STORE, "missing or written otherwise"
    if answer.status >= REFUSED and not _is_problem(answer):
        yield PROBLEMS, answer.said
    for complaint in contract.complaints(answer.operation, answer.status, answer.headers, answer.json):
        yield SHAPE, f"{answer.status}: {complaint}"
    for path, key, value in _fields(answer.json):
        if value is None:
            yield NO_NULL, path
        if key and not CAMEL.fullmatch(key):
            yield CAMEL_CASE, path
    if _names_somebody(answer, number):
        yield NO_NUMBER, "a national register number"


def _is_problem(answer: Answer) -> bool:
    """Whether a kiosk can tell what was wrong. HEAD and the like are not called."""
    body = answer.json
    return (
        answer.headers.get("content-type", "").startswith(PROBLEM)
        and isinstance(body, dict)
        and body.get("status") == answer.status
        and str(body.get("type", "")).startswith("urn:problem-type:")
    )


def _fields(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - JSON
    """Every field of a JSON value: its path, its key (empty in a list), its value."""
    pairs: list[tuple[str, Any]] = []
    match value:
        case dict():
            pairs = [(str(key), inner) for key, inner in value.items()]
        case list():
            pairs = [("", inner) for inner in value]
        case _:
            return
    for key, inner in pairs:
        where = f"{path}.{shown(key) if key else '*'}".lstrip(".")
        yield where, key, inner
        yield from _fields(inner, where)


def _names_somebody(answer: Answer, number: str) -> bool:
    """The card's own number in any form, or any that adds up. A document may say whose it is; nothing else may."""
    lines = [f"{name}: {value}" for name, value in answer.headers.items()]
    if not answer.is_document:
        lines.append(answer.body.decode(errors="replace"))
    text = "\n".join(lines)
    if number and number in re.sub(r"(?<=\d)[. -](?=\d)", "", text):
        return True
    return any(_adds_up(re.sub(r"\D", "", found)) for found in NUMBER.findall(text))


def _adds_up(digits: str) -> bool:
    """97 minus the rest of the first nine, with a 2 in front for who was born in this century."""
    first, last = digits[:9], int(digits[9:])
    return last in {97 - int(first) % 97, 97 - int(f"2{first}") % 97}
