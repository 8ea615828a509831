"""What is said before anybody signs in: health, and the public list."""

from __future__ import annotations

from typing import Any

from conformance.check import Check
from conformance.trial import Trial, refused
from conformance.verdict import Verdict, broken, held, judged, not_tried

SAMPLES = 3  # of a list; the whole of a long one would tell nothing more
LIST = "GET /documentProducts"


def _health(trial: Trial) -> Verdict:
    answer = trial.call("GET /health")
    status = answer.table.get("status")
    good = (answer.status, status) in {(200, "UP"), (200, "DEGRADED"), (503, "DOWN")}
    return judged(good=good, came=f"{answer.said} {status if good else ''}".strip())


def _list(trial: Trial) -> Verdict:
    answer = trial.call(LIST)
    codes = [str(item.get("code")) for item in _items(answer.table)]
    trial.catalogue = frozenset(codes)
    if answer.status != 200 or not codes:  # noqa: PLR2004 - as the contract writes it
        return broken(f"{answer.said}, {len(codes)} products")
    return judged(good=len(set(codes)) == len(codes), came=f"{len(codes)} products, {len(set(codes))} codes")


def _nobody(trial: Trial) -> Verdict:
    found = [item for item in _items(trial.call(LIST).table) if {"available", "reason"} & item.keys()]
    return judged(good=not found, came=f"{len(found)} products say whether somebody may have them")


def _one(trial: Trial) -> Verdict:
    items = _items(trial.call(LIST).table)[:SAMPLES]
    for item in items:
        one = trial.call("GET /documentProducts/{productCode}", str(item.get("code")))
        if one.json != item:
            return broken(f"{one.said}, and not as in the list")
    return held(f"{len(items)} are as in the list") if items else not_tried("the list is empty")


def _links(trial: Trial) -> Verdict:
    items = _items(trial.call(LIST).table)
    wrong = [item for item in items if not str(item.get("href", "")).endswith(f"/documentProducts/{item.get('code')}")]
    return judged(good=not wrong, came=f"{len(wrong)} of {len(items)} links lead elsewhere")


def _unknown(trial: Trial) -> Verdict:
    return refused(trial.call("GET /documentProducts/{productCode}", "noSuchProduct"), 404, "resourceNotFound")


def _no_path(trial: Trial) -> Verdict:
    return refused(trial.call("GET /noSuchThing"), 404, "resourceNotFound")


def _items(table: dict[str, Any]) -> list[dict[str, Any]]:
    items = table.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


CHECKS = (
    Check(
        "health.status",
        "GET /health",
        "200 with UP or DEGRADED, or 503 with DOWN",
        "Answer from what a visit needs (database, register, OCSP): a kiosk hides its documents on DOWN, and promises "
        "them on UP.",
        _health,
    ),
    Check(
        "list.public",
        "GET /documentProducts",
        "200 with at least one product, each code once",
        "Serve the town's catalogue without a session; residents read it before their card goes in.",
        _list,
    ),
    Check(
        "list.aboutNobody",
        "GET /documentProducts: about nobody in particular; `available` in a session only",
        "no `available` and no `reason`",
        "Leave `available` and `reason` out of the public list; whether somebody may have it belongs in their session.",
        _nobody,
    ),
    Check(
        "list.one",
        "GET /documentProducts/{productCode}: the product, as in the list",
        "the same fields and values as in the list",
        "Build the single product and the list from one function.",
        _one,
    ),
    Check(
        "list.links",
        "info: `items` + `href`",
        "each href ends with the product's own address",
        "Fill `href` with the address at which the item itself can be had.",
        _links,
    ),
    Check(
        "list.unknown",
        "GET /documentProducts/{productCode}",
        "404 resourceNotFound",
        "Answer a code that is not in the catalogue with the problem resourceNotFound (404).",
        _unknown,
    ),
    Check(
        "path.unknown",
        "info: An answer that is not as wished is an RFC 9457 problem",
        "404 resourceNotFound",
        "Give your framework a handler for unknown paths that writes a problem; its own page is HTML.",
        _no_path,
    ),
)
