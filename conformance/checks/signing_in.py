"""Signing in with a card: what it must have signed, once, and what it opens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from conformance.caller import Call
from conformance.check import Check
from conformance.token import signed
from conformance.trial import Session, Trial, refused, session_of
from conformance.verdict import Verdict, broken, held, judged, not_tried

NO_CARD = "no card: --card-reader"
NOT_IN = "nobody signed in"
ELSEWHERE = "https://elsewhere.example"
LIFE, CLOCKS_DIFFER = dt.timedelta(minutes=10), dt.timedelta(seconds=30)
LIST = "GET /sessions/{sessionId}/documentProducts"


def _other_origin(trial: Trial) -> Verdict:
    if trial.signer is None:
        return not_tried(NO_CARD)
    challenge, nonce = trial.new_challenge()
    return refused(trial.respond(challenge, signed(trial.signer, ELSEWHERE, nonce)), 403, "signatureInvalid")


def _other_nonce(trial: Trial) -> Verdict:
    if trial.signer is None:
        return not_tried(NO_CARD)
    (_, earlier), (challenge, _) = trial.new_challenge(), trial.new_challenge()
    token = signed(trial.signer, trial.options.origin, earlier)
    return refused(trial.respond(challenge, token), 403, "signatureInvalid")


def _signs_in(trial: Trial) -> Verdict:
    if trial.signer is None:
        return not_tried(NO_CARD)
    answer = trial.sign_in(trial.signer)
    trial.session = session_of(answer) if answer.status == 201 else None  # noqa: PLR2004 - as the contract writes it
    if trial.session is None:
        return broken(answer.said)
    trial.signed_in = answer.table
    return held(answer.said)


def _replayed(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    return refused(trial.respond(trial.challenge, trial.token), 404, "challengeUnknown")


def _short_lived(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    try:
        left = dt.datetime.fromisoformat(str(trial.signed_in["session"]["expiresAt"])) - dt.datetime.now(dt.UTC)
    except (KeyError, ValueError, TypeError):
        return broken("expiresAt is no moment with an offset")
    good = dt.timedelta() < left <= LIFE + CLOCKS_DIFFER
    return judged(good=good, came=f"it ends in {left.total_seconds():.0f} s")


def _greeting(trial: Trial) -> Verdict:
    """A name to greet with; what else is said of a person was not asked for."""
    if trial.session is None:
        return not_tried(NOT_IN)
    person = trial.signed_in.get("person")
    fields = set(person) if isinstance(person, dict) else set()
    more = len(fields - {"givenName", "familyName", "preferredLanguage"})
    return judged(good=not more, came=f"{len(fields)} fields, {more} that a kiosk does not need")


def _list_again(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    answer = trial.call(LIST, trial.session.id, bearer=trial.bearer)
    same = answer.json == trial.signed_in.get("documentProducts")
    return judged(good=answer.status == 200 and same, came=f"{answer.said}, {'the same' if same else 'another'} list")  # noqa: PLR2004


def _one(trial: Trial) -> Verdict:
    items = items_of(trial.signed_in, "documentProducts")
    if trial.session is None or not items:
        return not_tried(NOT_IN)
    operation, code = f"{LIST}/{{productCode}}", str(items[0].get("code"))
    answer = trial.call(operation, trial.session.id, code, bearer=trial.bearer)
    return judged(good=answer.json == items[0], came=answer.said)


def _other_session(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    answer = trial.call(LIST, trial.ticket, bearer=trial.bearer)
    return refused(answer, 404, "resourceNotFound")


def _other_kiosk(trial: Trial) -> Verdict:
    if trial.session is None:
        return not_tried(NOT_IN)
    if trial.second is None:
        return not_tried("no second kiosk: --second-certificate, --second-key")
    answer = trial.told(trial.second, _look(trial.session))
    return refused(answer, 401, "invalidAccessToken")


def _look(session: Session) -> Call:
    return Call(LIST, (session.id,), bearer=session.bearer)


def items_of(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The items of a collection in an answer; none where it is not there."""
    collection = table.get(name)
    items = collection.get("items") if isinstance(collection, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


CHECKS = (
    Check(
        "token.otherOrigin",
        "PUT /authenticationChallenges/{challengeId}/response: signature over the back end's own origin and nonce",
        "403 signatureInvalid for a card that signed for another site",
        "Verify the signature over your own configured origin, never over one that the request brings: a false site "
        "could pass on what a card signed for it.",
        _other_origin,
    ),
    Check(
        "token.otherNonce",
        "PUT /authenticationChallenges/{challengeId}/response: nonce issued to this kiosk",
        "403 signatureInvalid for a signature over another challenge's nonce",
        "Verify over the nonce of the challenge in the path.",
        _other_nonce,
    ),
    Check(
        "signIn.works",
        "PUT /authenticationChallenges/{challengeId}/response: Signed in",
        "201 with a session, a person, products and claims",
        "Check with the problem type beside this line: notResident means that the card's holder is unknown here; "
        "signatureInvalid that your origin is not the one given with --origin.",
        _signs_in,
    ),
    Check(
        "signIn.replayed",
        "PUT /authenticationChallenges/{challengeId}/response: unused",
        "404 challengeUnknown for the same token sent again",
        "Delete the challenge in the same step that reads it: now whoever overhears one token can sign in as that "
        "person.",
        _replayed,
    ),
    Check(
        "session.shortLived",
        "components: Session, ten minutes at most",
        "expiresAt within ten minutes from now",
        "End a session ten minutes after it opened, also when the kiosk did not say that the resident left.",
        _short_lived,
    ),
    Check(
        "signIn.nothingMore",
        "components: Person, what a kiosk needs to greet, and nothing more",
        "givenName, familyName, perhaps preferredLanguage",
        "Leave out every other field of the person: the screen stands in a public hall.",
        _greeting,
    ),
    Check(
        "session.list",
        "GET /sessions/{sessionId}/documentProducts",
        "200 with the same list as at signing in",
        "Build both lists from one function.",
        _list_again,
    ),
    Check(
        "session.one",
        "GET /sessions/{sessionId}/documentProducts/{productCode}: the product, as in the list",
        "the same fields and values as in the list",
        "Build the single product and the list from one function.",
        _one,
    ),
    Check(
        "session.othersPath",
        "GET /sessions/{sessionId}/documentProducts",
        "404 resourceNotFound for a good token at another session's address",
        "Compare the session in the path with that of the token.",
        _other_session,
    ),
    Check(
        "session.otherKiosk",
        "info: a bearer token that works at that kiosk alone",
        "401 invalidAccessToken for this token from another kiosk",
        "Keep with each session the certificate name of its kiosk, and refuse the token from any other.",
        _other_kiosk,
    ),
)
