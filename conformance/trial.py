"""One go at a back end: the lines to it, and what earlier checks got that later ones need."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from conformance import habits
from conformance.caller import Answer, Call, Caller, Unreachable
from conformance.contract import Contract
from conformance.token import Signer, number_of, signed
from conformance.verdict import Verdict, broken, held


@dataclass(frozen=True, repr=False)
class Options:
    """What the command line said. `code` is spent never: its document is ordered and given back."""

    url: str
    ca: Path
    certificate: Path
    key: Path
    origin: str
    second: tuple[Path, Path] | None = None
    seal_ca: Path | None = None
    code: str = ""
    product: str = ""
    try_codes: bool = False


@dataclass(frozen=True, repr=False)
class Session:
    """Who signed in: a token for a while."""

    id: str
    bearer: str


@dataclass(repr=False)
class Trial:
    """The state of a go. Every answer passes through here, and its habits are noted."""

    options: Options
    contract: Contract
    kiosk: Caller
    second: Caller | None
    signer: Signer | None
    answers: int = 0
    breaches: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    catalogue: frozenset[str] = frozenset()
    token: dict[str, Any] = field(default_factory=dict)
    challenge: str = ""
    signed_in: dict[str, Any] = field(default_factory=dict)
    session: Session | None = None
    wish: dict[str, Any] = field(default_factory=dict)
    ticket: str = field(default_factory=lambda: str(uuid4()))
    spare: str = field(default_factory=lambda: str(uuid4()))
    ordered: Answer | None = None
    document: Answer | None = None
    remedy: Answer | None = None
    code_session: Session | None = None
    claim: str = ""
    thing: str = ""
    leave: str = ""
    code_ticket: str = field(default_factory=lambda: str(uuid4()))

    @property
    def bearer(self) -> str:
        """The token of who signed in; empty when nobody did."""
        return "" if self.session is None else self.session.bearer

    def call(
        self,
        operation: str,
        *names: str,
        body: Any = None,  # noqa: ANN401 - JSON
        content: bytes | None = None,
        bearer: str = "",
    ) -> Answer:
        """Call as the kiosk. Raises Unreachable."""
        return self.told(self.kiosk, Call(operation, names, body, content, bearer))

    def told(self, caller: Caller, call: Call) -> Answer:
        """Make a call and note its habits."""
        try:
            answer = caller.call(call)
        except Unreachable as gone:
            self.breaches[habits.IN_TIME].append(f"{call.operation}: {gone}")
            raise
        return self.noted(answer)

    def noted(self, answer: Answer) -> Answer:
        """Note the habits of an answer."""
        self.answers += 1
        number = number_of(self.signer) if self.signer is not None else ""
        for habit, how in habits.breaches(self.contract, answer, number):
            self.breaches[habit].append(f"{answer.operation}: {how}")
        return answer

    def new_challenge(self) -> tuple[str, str]:
        """Ask for a challenge: its id and nonce, empty where there was none."""
        made = self.call("POST /authenticationChallenges", body={}).table
        return str(made.get("id", "")), str(made.get("nonce", ""))

    def respond(self, challenge: str, token: dict[str, Any]) -> Answer:
        """Answer a challenge with a token."""
        operation = "PUT /authenticationChallenges/{challengeId}/response"
        return self.call(operation, challenge, body={"authToken": token})

    def sign_in(self, signer: Signer) -> Answer:
        """Sign in as a kiosk does."""
        challenge, nonce = self.new_challenge()
        self.challenge, self.token = challenge, signed(signer, self.options.origin, nonce)
        return self.respond(challenge, self.token)


def session_of(answer: Answer) -> Session | None:
    """The session that was opened; None where there is none in the answer."""
    session = answer.table.get("session")
    if not isinstance(session, dict) or not {"href", "accessToken"} <= session.keys():
        return None
    return Session(str(session["href"]).rstrip("/").rsplit("/", 1)[-1], str(session["accessToken"]))


def refused(answer: Answer, status: int, *problems: str) -> Verdict:
    """Held where the answer is this refusal."""
    good = answer.status == status and answer.problem in problems
    return held(answer.said) if good else broken(answer.said)


def succeeded(answer: Answer, *statuses: int) -> Verdict:
    """Held where the answer has one of these statuses."""
    return held(answer.said) if answer.status in statuses else broken(answer.said)
