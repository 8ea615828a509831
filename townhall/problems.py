"""What the back end answers when it refuses: RFC 9457 problems, in the style of the Belgif REST guide."""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

URN = "urn:problem-type:townhall:kioskService"
INPUT = "urn:problem-type:belgif:input-validation"
DOCUMENT = f"{URN}:document"
RETRY_SECONDS = 60


class ProblemType(Enum):
    """Each problem: its name in the contract, HTTP status and English title."""

    DOCUMENT_REJECTED = ("documentRejected", 400, "This PDF is not taken")
    SCHEMA_VIOLATION = ("schemaViolation", 400, "The request does not follow the contract")
    NO_KIOSK_CERTIFICATE = ("noKioskCertificate", 401, "No kiosk certificate")
    NO_ACCESS_TOKEN = ("noAccessToken", 401, "No access token")
    INVALID_ACCESS_TOKEN = ("invalidAccessToken", 401, "The access token is unknown or of another kiosk")
    EXPIRED_ACCESS_TOKEN = ("expiredAccessToken", 401, "The session has ended")
    KIOSK_REVOKED = ("kioskRevoked", 403, "This kiosk's certificate was revoked")
    SIGNATURE_INVALID = ("signatureInvalid", 403, "The signature does not prove possession of the card")
    CERTIFICATE_EXPIRED = ("certificateExpired", 403, "The certificate is not valid now")
    CERTIFICATE_REVOKED = ("certificateRevoked", 403, "The certificate was revoked")
    CERTIFICATE_UNTRUSTED = ("certificateUntrusted", 403, "Not an authentication certificate of a known authority")
    NOT_RESIDENT = ("notResident", 403, "Not registered in this municipality")
    PRODUCT_UNAVAILABLE = ("productUnavailable", 403, "Not available to this person, or not in this language")
    CODE_NEEDS_CARD = ("codeNeedsCard", 403, "What this code stands for is given to its holder's card alone")
    SECOND_KEY_NEEDED = ("secondKeyNeeded", 403, "This product asks for the cards of two members of staff")
    OTHER_MUNICIPALITY = ("otherMunicipality", 403, "A document of another town")
    RESOURCE_NOT_FOUND = ("resourceNotFound", 404, "No such resource")
    CHALLENGE_UNKNOWN = ("challengeUnknown", 404, "No such challenge for this kiosk, or already used")
    CODE_UNKNOWN = ("codeUnknown", 404, "No such code")
    METHOD_NOT_ALLOWED = ("methodNotAllowed", 405, "Method not allowed")
    CONFLICT = ("conflict", 409, "This name already stands for something else")
    CODE_IN_USE = ("codeInUse", 409, "Another kiosk or ticket has it now")
    NOT_IN_COMPARTMENT = ("notInCompartment", 409, "It lies behind no door of this kiosk, as far as is known")
    COMPARTMENT_TAKEN = ("compartmentTaken", 409, "Something lies in this compartment already")
    CHALLENGE_EXPIRED = ("challengeExpired", 410, "The challenge has expired")
    CODE_USED = ("codeUsed", 410, "It was collected, or made way for a newer one")
    CODE_EXPIRED = ("codeExpired", 410, "Its last day has passed")
    CODE_WITHDRAWN = ("codeWithdrawn", 410, "The counter, or the town's software, took it back")
    ORDER_CLOSED = ("orderClosed", 410, "The result of this order is known; its document is gone")
    LENGTH_REQUIRED = ("lengthRequired", 411, "A body needs a Content-Length")
    PAYLOAD_TOO_LARGE = ("payloadTooLarge", 413, "The request is too large")
    TOO_MANY_REQUESTS = ("tooManyRequests", 429, "Too many challenges are open")
    TOO_MANY_FAILED_REQUESTS = ("tooManyFailedRequests", 429, "Too many codes were tried that are none")
    INTERNAL_SERVER_ERROR = ("internalServerError", 500, "Something went wrong here")
    REVOCATION_UNKNOWN = ("revocationUnknown", 503, "Whether the certificate was revoked cannot be found out now")
    SOURCE_CLOSED = ("sourceClosed", 503, "The source of this document is closed on purpose")
    REGISTER_UNAVAILABLE = ("registerUnavailable", 503, "The document cannot be made now")

    def __init__(self, code: str, status: int, title: str) -> None:
        self.code = code
        self.status = status
        self.title = title


class Problem(Exception):
    """A refusal on its way to the kiosk. `issues` name fields, never their values."""

    def __init__(
        self, kind: ProblemType, issues: list[dict[str, str]] | None = None, retry_seconds: int = RETRY_SECONDS
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.issues = issues or []
        self.retry_seconds = retry_seconds

    def response(self, trace: str) -> JSONResponse:
        """The problem as an HTTP answer, named after the call's trace id (a UUID)."""
        body: dict[str, Any] = {
            "type": f"{URN}:{self.kind.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "instance": f"urn:uuid:{trace}",
        }
        if self.issues:
            body["issues"] = self.issues
        return JSONResponse(body, self.kind.status, self._headers(), media_type="application/problem+json")

    @classmethod
    def of_field(cls, name: str, detail: str = "invalidInput") -> Problem:
        """A body whose field is well formed and does not fit."""
        issue = {"type": f"{INPUT}:invalidInput", "in": "body", "name": name, "detail": detail}
        return cls(ProblemType.SCHEMA_VIOLATION, [issue])

    def _headers(self) -> dict[str, str]:
        """[RFC 9110 §11.6.1, §10.2.3]."""
        if self.kind.status == HTTPStatus.UNAUTHORIZED:
            return {"WWW-Authenticate": "Bearer"}
        unwell = self.kind.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
        return {"Retry-After": str(self.retry_seconds)} if unwell else {}
