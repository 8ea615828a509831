"""The kit finds the one thing that is wrong, names it, and says what to do: back ends that are right but for that."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from conformance import report

if TYPE_CHECKING:
    from tests.conformance.conftest import Asked, Judge, Pass, Said, Spoil, Town

STRANGE = Path(__file__).parents[2] / "printing" / "rehearsal.pdf"
UUID = "[0-9a-f-]{36}"
IS_JSON = {"content-type": "application/json"}
SESSION = {"href": "/kioskService/v1/sessions/x", "accessToken": "A" * 43, "expiresAt": "2030-01-01T00:00:00Z"}


def asked_for(asked: Asked, pattern: str) -> bool:
    return re.fullmatch(pattern.replace("*", UUID), asked.line) is not None


def with_json(said: Said, change: Any) -> Said:  # noqa: ANN401 - a function of JSON
    if not said.headers.get("content-type", "").endswith("json"):
        return said
    return said.saying(json.dumps(change(json.loads(said.body))).encode())


def with_digest(said: Said, body: bytes) -> Said:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return replace(said.saying(body), headers={**said.headers, "content-digest": f"sha-256=:{digest}:"})


def replayed_tokens() -> Spoil:
    kept: dict[str, Said] = {}

    def spoil(asked: Asked, passed: Pass) -> Said:
        if asked.line in kept:
            again, trace = kept[asked.line], asked.headers["belgov-trace-id"]
            return replace(again, headers={**again.headers, "belgov-trace-id": trace})
        said = passed(asked)
        if asked_for(asked, "PUT /authenticationChallenges/*/response") and said.status == 201:
            kept[asked.line] = said
        return said

    return spoil


def anybody_signs_in(asked: Asked, passed: Pass) -> Said:
    """Believes a certificate that it cannot verify, as a validator without a trust list does."""
    said = passed(asked)
    if not asked_for(asked, "PUT /authenticationChallenges/*/response") or b"certificateUntrusted" not in said.body:
        return said
    person = {"givenName": "Nobody", "familyName": "Nobody"}
    body = {"session": SESSION, "person": person, "documentProducts": {"items": []}, "claims": {"items": []}}
    return replace(said, status=201, headers={**said.headers, **IS_JSON}, body=json.dumps(body).encode())


def nulls(asked: Asked, passed: Pass) -> Said:
    """Writes every field that a product could have, as serialisers do that were not told otherwise."""
    return with_json(passed(asked), with_lead_times)


def with_lead_times(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [with_lead_times(one) for one in value]
    if not isinstance(value, dict):
        return value
    more = {"leadTime": None} if "priceInCents" in value else {}
    return more | {name: with_lead_times(inner) for name, inner in value.items()}


def sealed_by_a_stranger(asked: Asked, passed: Pass) -> Said:
    """A whole document, under a seal of another authority."""
    said = passed(asked)
    return with_digest(said, STRANGE.read_bytes()) if "content-digest" in said.headers else said


def another_original() -> Spoil:
    """Seals anew at each fetch."""
    made = iter(range(1000))

    def spoil(asked: Asked, passed: Pass) -> Said:
        said = passed(asked)
        if asked_for(asked, "GET /documentOrders/*/document") and said.status == 200:
            return with_digest(said, said.body + f"\n% {next(made)}\n".encode())
        return said

    return spoil


def no_digest(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    return replace(said, headers={name: value for name, value in said.headers.items() if name != "content-digest"})


def digest_of_other_bytes(asked: Asked, passed: Pass) -> Said:
    """A proxy rewrote the document."""
    said = passed(asked)
    return said.saying(said.body + b"\n") if "content-digest" in said.headers else said


def number_in_answer(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    if asked_for(asked, "PUT /authenticationChallenges/*/response") and said.status == 201:
        return with_json(said, lambda table: table | {"person": table["person"] | {"ssin": "85113099960"}})
    return said


def number_in_a_link(asked: Asked, passed: Pass) -> Said:
    """Another person's, as in an address that somebody copied."""
    said = passed(asked)
    if asked_for(asked, "PUT /documentOrders/*") and said.status in {200, 201}:
        return replace(said, headers={**said.headers, "location": "/persons/54.04.12-999.94"})
    return said


def page_of_html(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    if asked.line == "GET /documentProducts/noSuchProduct":
        return replace(said, status=500, headers={**said.headers, "content-type": "text/html"}, body=b"<h1>Oops</h1>")
    return said


def honest(asked: Asked, passed: Pass) -> Said:
    return passed(asked)


def any_code_is_good(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    if asked.line == "POST /codeSessions" and said.status == 404:
        body = json.dumps({"session": SESSION, "claims": {"items": []}}).encode()
        headers = {**said.headers, **IS_JSON, "location": SESSION["href"]}
        return replace(said, status=201, headers=headers, body=body)
    return said


def guessing_is_free(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    if asked.line == "POST /codeSessions" and said.status == 429:
        urn = "urn:problem-type:townhall:kioskService:codeUnknown"
        return replace(with_json(said, lambda table: table | {"type": urn, "status": 404}), status=404)
    return said


def another_remedy() -> Spoil:
    """Thinks again at each report."""
    seen: set[str] = set()

    def spoil(asked: Asked, passed: Pass) -> Said:
        said, again = passed(asked), asked.line in seen
        if not asked_for(asked, "PUT /documentOrders/*/printResult") or said.status != 200:
            return said
        seen.add(asked.line)
        return said.saying(b'{"remedy": "counter"}') if again else said

    return spoil


def sessions_that_stay(asked: Asked, passed: Pass) -> Said:
    """Says that the resident left, and goes on serving the token."""
    if asked.line.startswith("DELETE "):
        return passed(replace(asked, line=f"DELETE /sessions/{uuid4()}"))
    return passed(asked)


def made_twice(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    return replace(said, status=201) if asked_for(asked, "PUT /documentOrders/*") and said.status == 200 else said


def other_content_is_fine(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    if asked_for(asked, "PUT /documentOrders/*") and b":conflict" in said.body:
        return passed(replace(asked, line=asked.line.replace("PUT", "GET"), body=b""))
    return said


def always_one(asked: Asked, passed: Pass) -> Said:
    """Makes the document, and forgets how many were asked for."""

    def forgetting(answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "document": {key: value for key, value in answer["document"].items() if key != "copies"}}

    said = passed(asked)
    ready = asked_for(asked, "(PUT|GET) /documentOrders/*") and b'"document"' in said.body
    return with_json(said, forgetting) if ready else said


def unknown_fields_ignored(asked: Asked, passed: Pass) -> Said:
    if b"conformance7f3a9" not in asked.body:
        return passed(asked)
    body = json.loads(asked.body)
    body.pop("extra", None)
    body.get("authToken", {}).pop("extra", None)
    return passed(replace(asked, body=json.dumps(body).encode()))


def no_trace(asked: Asked, passed: Pass) -> Said:
    said = passed(asked)
    return replace(said, headers={name: value for name, value in said.headers.items() if name != "belgov-trace-id"})


@dataclass(frozen=True)
class Wrong:
    """A way of being wrong, the checks that must find it, and words of what its maker is told."""

    spoil: Spoil
    broken: set[str]
    sentence: str


CROOKED = {
    "replayed-tokens": Wrong(replayed_tokens(), {"signIn.replayed"}, "whoever overhears one token"),
    "anybody-signs-in": Wrong(
        anybody_signs_in, {"token.garbage", "token.madeAtHome"}, "by now anyone signs in as anyone"
    ),
    "nulls": Wrong(nulls, {"answer.noNull", "answer.shape"}, "Leave a field out"),
    "another-original": Wrong(another_original(), {"document.same"}, "two different originals would be in the world"),
    "no-digest": Wrong(no_digest, {"document.digest", "claim.document", "answer.shape"}, "prints nothing without"),
    "digest-of-other-bytes": Wrong(
        digest_of_other_bytes, {"document.digest", "claim.document"}, "any proxy that rewrites"
    ),
    "number-in-answer": Wrong(number_in_answer, {"answer.noNumber", "signIn.nothingMore"}, "Take the number out"),
    "number-in-a-link": Wrong(number_in_a_link, {"answer.noNumber"}, "Take the number out"),
    "page-of-html": Wrong(
        page_of_html, {"list.unknown", "answer.problem", "answer.shape"}, "cannot tell a resident what an HTML page"
    ),
    "any-code-is-good": Wrong(any_code_is_good, {"code.wrong", "code.noCode"}, "only for a code that you find"),
    "another-remedy": Wrong(another_remedy(), {"result.again"}, "the code may be on a slip already"),
    "sessions-that-stay": Wrong(
        sessions_that_stay, {"session.ends", "document.afterLeaving"}, "see the last one's papers"
    ),
    "made-twice": Wrong(made_twice, {"order.again", "order.atOnce", "answer.shape"}, "whenever an answer got lost"),
    "other-content-is-fine": Wrong(other_content_is_fine, {"order.otherContent"}, "refuse other content"),
    "unknown-fields-ignored": Wrong(
        unknown_fields_ignored,
        {"body.unknownField", "order.unknownField", "code.unknownField"},
        "Forbid additional properties",
    ),
    "always-one": Wrong(always_one, {"order.asManyCopies"}, "the resident said yes to that one"),
    "no-trace": Wrong(no_trace, {"answer.traceId", "answer.shape"}, "Copy the request's BelGov-Trace-Id"),
}


@pytest.mark.parametrize("name", CROOKED)
def test_the_one_thing_that_is_wrong_is_found_and_nothing_else(judge: Judge, name: str) -> None:
    wrong = CROOKED[name]
    found = judge.crooked(f"LV-{name}", wrong.spoil)
    assert judge.broken(found) == wrong.broken
    told = " ".join(" ".join(report.lines(found[one])) for one in wrong.broken)
    assert wrong.sentence in " ".join(told.split())


def test_a_back_end_that_demands_no_certificate_is_found(judge: Judge) -> None:
    found = judge.crooked("LV-anybody", honest, demand=judge.demand_nothing)
    assert judge.broken(found) == {"tls.certificateDemanded", "tls.authority"}
    assert "anybody on the network can play kiosk" in found["tls.certificateDemanded"].check.advice


def test_a_document_that_no_kiosk_prints_is_found(judge: Judge, town: Town) -> None:
    found = judge.crooked("LV-stranger", sealed_by_a_stranger, seal_ca=town.hall.ca / "seal-ca.pem")
    assert judge.broken(found) == {"document.printable"}
    assert found["document.printable"].verdict.came.startswith("documentSeal")


def test_a_back_end_that_lets_codes_be_guessed_is_found(judge: Judge) -> None:
    found = judge.crooked("LV-guessing", guessing_is_free, try_codes=True)
    assert judge.broken(found) == {"code.guessing"}
    assert "100 wrong codes in a row, all looked at" in found["code.guessing"].verdict.came


def test_a_back_end_that_hangs_on_one_call_is_judged_on_the_others(judge: Judge) -> None:
    over = threading.Event()

    def hangs(asked: Asked, passed: Pass) -> Said:
        if asked.line == "GET /documentProducts/noSuchProduct":
            over.wait()
        return passed(asked)

    try:
        found = judge.crooked("LV-hangs", hangs, seconds=2.0)
    finally:
        over.set()
    assert judge.broken(found) == {"list.unknown", "answer.inTime"}
    assert "no whole answer within 2 s" in found["answer.inTime"].verdict.came


def test_no_finding_tells_anything_of_the_resident(judge: Judge, town: Town) -> None:
    """Whatever a back end lets slip: names of fields are its own, too."""
    an = town.residents["an"]

    def slips(asked: Asked, passed: Pass) -> Said:
        said = passed(asked)
        leak = {
            f"{an.given_names} {an.surname}": an.ssin,
            "priceInCents": an.ssin,
            "status": an.surname,
            "code": an.ssin,
        }
        return with_json(replace(said, headers={**said.headers, "x-who": an.surname}), lambda table: table | leak)

    found = judge.crooked("LV-slips", slips)
    told = report.as_json("", "", found.values()) + "".join(
        line for one in found.values() for line in report.lines(one)
    )
    assert "answer.noNumber" in judge.broken(found)
    assert not re.search(rf"{an.surname}|{an.given_names}|{an.ssin}|85\.11\.30", told)
