"""Challenges, and tokens that must not let anybody in. None of this needs a card."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from http import HTTPStatus
from uuid import uuid4

from conformance.caller import Answer, Call
from conformance.check import Check
from conformance.token import Impostor, garbage, signed
from conformance.trial import Trial, refused, succeeded
from conformance.verdict import Verdict, broken, judged, not_tried

ASK = "POST /authenticationChallenges"
RESPOND = "PUT /authenticationChallenges/{challengeId}/response"
LIST = "GET /sessions/{sessionId}/documentProducts"
SAMPLES, NONCE_BYTES = 5, 32
LIFE = dt.timedelta(minutes=5)
# Two machines that keep time differ by seconds.
CLOCKS_DIFFER = dt.timedelta(seconds=30)
LARGE = 1 << 20
# Stands where a resident's data would: it must not come back.
MARK = "conformance7f3a9"


def _fresh(trial: Trial) -> Verdict:
    made = [trial.call(ASK, body={}) for _ in range(SAMPLES)]
    nonces = {str(one.table.get("nonce", "")) for one in made}
    ids = {str(one.table.get("id", "")) for one in made}
    shortest = min(_bytes(nonce) for nonce in nonces)
    good = len(nonces) == len(ids) == SAMPLES and shortest >= NONCE_BYTES
    came = f"{made[0].said}; {len(nonces)} different nonces of {SAMPLES}, the shortest of {shortest * 8} bits"
    return judged(good=good and all(one.status == HTTPStatus.CREATED for one in made), came=came)


def _bytes(nonce: str) -> int:
    try:
        return len(base64.b64decode(nonce + "=" * (-len(nonce) % 4), validate=True))
    except binascii.Error:
        return 0


def _short_lived(trial: Trial) -> Verdict:
    said = str(trial.call(ASK, body={}).table.get("expiresAt", ""))
    try:
        left = dt.datetime.fromisoformat(said.upper()) - dt.datetime.now(dt.UTC)
    except (ValueError, TypeError):
        return broken("expiresAt is no moment with an offset")
    good = dt.timedelta() < left <= LIFE + CLOCKS_DIFFER
    return judged(good=good, came=f"it ends in {left.total_seconds():.0f} s")


def _unknown(trial: Trial) -> Verdict:
    return refused(trial.respond(str(uuid4()), garbage()), 404, "challengeUnknown")


def _garbage(trial: Trial) -> Verdict:
    answer = trial.respond(trial.new_challenge()[0], garbage())
    if answer.status == HTTPStatus.BAD_REQUEST:
        return refused(answer, 400, "schemaViolation")
    return refused(answer, 403, "certificateUntrusted", "signatureInvalid")


def _spent(trial: Trial) -> Verdict:
    challenge, _ = trial.new_challenge()
    trial.respond(challenge, signed(Impostor(), trial.options.origin, "another nonce, long enough to be taken for one"))
    return refused(trial.respond(challenge, garbage()), 404, "challengeUnknown")


def _impostor(trial: Trial) -> Verdict:
    challenge, nonce = trial.new_challenge()
    return refused(
        trial.respond(challenge, signed(Impostor(), trial.options.origin, nonce)), 403, "certificateUntrusted"
    )


def _no_algorithm(trial: Trial) -> Verdict:
    challenge, _ = trial.new_challenge()
    return refused(trial.respond(challenge, garbage() | {"algorithm": "none"}), 400, "schemaViolation")


def _unknown_field(trial: Trial) -> Verdict:
    return field_refused(trial.respond(trial.new_challenge()[0], garbage() | {"extra": MARK}), "extra")


def _large(trial: Trial) -> Verdict:
    challenge, _ = trial.new_challenge()
    answer = trial.respond(challenge, garbage() | {"appVersion": "x" * LARGE})
    if answer.status == HTTPStatus.BAD_REQUEST:
        return refused(answer, 400, "schemaViolation")
    return refused(answer, 413, "payloadTooLarge")


def _not_json(trial: Trial) -> Verdict:
    challenge, _ = trial.new_challenge()
    return refused(trial.call(RESPOND, challenge, content=b'{"authToken":'), 400, "schemaViolation", "badRequest")


def field_refused(answer: Answer, name: str) -> Verdict:
    """Held where the field was refused by its name, and its value not repeated."""
    issues = answer.table.get("issues")
    names = [str(one.get("name", "")) for one in issues if isinstance(one, dict)] if isinstance(issues, list) else []
    if answer.status != HTTPStatus.BAD_REQUEST or answer.problem != "schemaViolation":
        return broken(answer.said)
    if MARK in answer.body.decode(errors="replace"):
        return broken(f"{answer.said}, and repeats what was sent")
    named = any(one.rsplit(".", 1)[-1] == name for one in names)
    return judged(good=named, came=f"{answer.said}, {'naming' if named else 'not naming'} the field")


def _other_kiosk(trial: Trial) -> Verdict:
    if trial.second is None:
        return not_tried("no second kiosk: --second-certificate, --second-key")
    challenge, _ = trial.new_challenge()
    stranger = trial.told(trial.second, Call(RESPOND, (challenge,), {"authToken": garbage()}))
    if stranger.problem != "challengeUnknown":
        return broken(f"another kiosk: {stranger.said}")
    own = trial.respond(challenge, garbage())
    return judged(good=own.problem != "challengeUnknown", came=f"{stranger.said}; then, at its own kiosk, {own.said}")


def _no_token(trial: Trial) -> Verdict:
    return refused(trial.call(LIST, str(uuid4())), 401, "noAccessToken")


def _made_up_token(trial: Trial) -> Verdict:
    return refused(trial.call(LIST, str(uuid4()), bearer="A" * 43), 401, "invalidAccessToken")


def _end_nothing(trial: Trial) -> Verdict:
    return succeeded(trial.call("DELETE /sessions/{sessionId}", str(uuid4())), 204)


CHECKS = (
    Check(
        "challenge.fresh",
        "components: AuthenticationChallenge, at least 256 random bits",
        f"201, and {SAMPLES} in a row with nonces of at least 256 bits, all different",
        "Draw 32 bytes or more from the system's random source for each challenge and write them in base64.",
        _fresh,
    ),
    Check(
        "challenge.shortLived",
        "POST /authenticationChallenges: for five minutes at most",
        "expiresAt within five minutes from now, with an offset",
        "Let a challenge live five minutes at most, and write its end in UTC; check that your clock is right.",
        _short_lived,
    ),
    Check(
        "challenge.unknown",
        "PUT /authenticationChallenges/{challengeId}/response: challengeUnknown",
        "404 challengeUnknown for an id that was never given out",
        "Look the challenge up before anything else, and refuse one that is not there with challengeUnknown (404).",
        _unknown,
    ),
    Check(
        "token.garbage",
        "PUT /authenticationChallenges/{challengeId}/response: certificateUntrusted",
        "403 certificateUntrusted (or 400 schemaViolation)",
        "Treat a certificate that cannot be read as one that cannot be trusted; a parser's error is no 500.",
        _garbage,
    ),
    Check(
        "challenge.spent",
        "PUT /authenticationChallenges/{challengeId}/response: whatever the outcome, the nonce is spent",
        "404 challengeUnknown when it is answered a second time, though the first answer was refused",
        "Delete the challenge in the same step that reads it, before the token is judged.",
        _spent,
    ),
    Check(
        "token.madeAtHome",
        "PUT /authenticationChallenges/{challengeId}/response: certificate of a pinned authority",
        "403 certificateUntrusted for a correct signature under a certificate that anybody can make",
        "Build the chain to the Citizen and Foreigner CAs that you pinned; by now anyone signs in as anyone.",
        _impostor,
    ),
    Check(
        "token.algorithm",
        "components: AuthToken, ES384 or RS256",
        "400 schemaViolation for the algorithm `none`",
        "Accept the two algorithms of the contract, and require the one that fits the certificate's key.",
        _no_algorithm,
    ),
    Check(
        "body.unknownField",
        "info: the back end refuses fields that it does not know (schemaViolation)",
        "400 schemaViolation, `issues` naming the field and repeating no value",
        "Forbid additional properties when you parse a request, and fill `issues` with names only: values are personal "
        "data.",
        _unknown_field,
    ),
    Check(
        "body.large",
        "components: AuthToken, maxLength",
        "413 payloadTooLarge or 400 schemaViolation for a megabyte where 200 signs are allowed",
        "Limit what is read of a request (64 KiB will do for every call of a kiosk) and say so with a problem.",
        _large,
    ),
    Check(
        "body.notJson",
        "info: An answer that is not as wished is an RFC 9457 problem",
        "400 schemaViolation or badRequest",
        "Turn your JSON parser's error into the problem schemaViolation (400).",
        _not_json,
    ),
    Check(
        "challenge.otherKiosk",
        "POST /authenticationChallenges: works once, at the kiosk that asked",
        "404 challengeUnknown at another kiosk, which does not spend it",
        "Keep with each challenge the certificate name of the kiosk that asked, and look it up by both.",
        _other_kiosk,
    ),
    Check(
        "session.noToken",
        "components: residentToken, noAccessToken",
        "401 noAccessToken",
        "Answer a missing Authorization header with noAccessToken (401); the kiosk's certificate alone opens "
        "no session.",
        _no_token,
    ),
    Check(
        "session.madeUpToken",
        "components: residentToken, invalidAccessToken",
        "401 invalidAccessToken",
        "Answer a token that you did not give out with invalidAccessToken (401).",
        _made_up_token,
    ),
    Check(
        "session.endNothing",
        "DELETE /sessions/{sessionId}: idempotent",
        "204 for a session that is not there",
        "Answer DELETE with 204 whether or not there was a session: the kiosk always calls it, sometimes twice.",
        _end_nothing,
    ),
)
