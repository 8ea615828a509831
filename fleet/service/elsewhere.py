"""Coming in with the account that a town's people have already: OpenID Connect, by code with PKCE, where login.toml is.

issuer = "https://aanmelden.lindeveld.example"    # who says who somebody is
client = "loket247-vloot"                         # what this service is called there
secret = "/etc/loket247-fleet/login.secret"       # the file with its secret
here = "https://vloot.lindeveld.example"          # this service, as a browser calls it
claim = "preferred_username"                      # which word of theirs is `login` in people.toml; left out: sub
ca = "/etc/loket247-fleet/ca.pem"                 # who may be that address; left out: whom this machine trusts

[OIDC] OpenID Connect Core 1.0 §3.1; [PKCE] RFC 7636.
"""

from __future__ import annotations

import base64
import secrets
import ssl
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Meta, Struct, ValidationError, convert

from fleet.service.people import PeopleError, Person

# A provider answers in a blink; whoever waits longer comes in by password, or later.
_SECONDS = 5.0
_ALGORITHMS = ["RS256", "ES256", "PS256"]
_LEEWAY = 60

_Url = Annotated[str, Meta(pattern=r"^https://[^\s]+$")]


class LoginSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where that account is."""

    issuer: _Url
    client: str
    secret: str
    here: _Url
    claim: str = "sub"
    ca: str = ""


class Errand(Struct, frozen=True):
    """What a browser takes along while somebody says there who they are."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Errand:
        """Make one that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @classmethod
    def of(cls, cookie: str) -> Errand | None:
        """Read what a browser brought back."""
        parts = cookie.split(".")
        return cls(*parts) if len(parts) == 3 and all(parts) else None  # noqa: PLR2004 (its three words)

    @property
    def cookie(self) -> str:
        """What a browser keeps of it."""
        return f"{self.state}.{self.nonce}.{self.verifier}"


class StrangerError(Exception):
    """Who somebody is could not be learnt, or is nobody here. It says why, to us."""


def login_settings(file: Path) -> LoginSettings | None:
    """Read them; None without the file. Raises PeopleError."""
    try:
        return convert(tomllib.loads(file.read_text(encoding="utf-8")), LoginSettings)
    except FileNotFoundError:
        return None
    except (OSError, ValidationError, tomllib.TOMLDecodeError) as error:
        raise PeopleError(f"{file}: {error}") from error


class Elsewhere:
    """One provider. Safe from threads. Each call to it is short, follows nobody elsewhere, and is not repeated."""

    def __init__(self, settings: LoginSettings, everybody: Mapping[str, Person]) -> None:
        self._settings = settings
        self._known = {person.login: person for person in everybody.values() if person.login}
        self._secret = Path(settings.secret).read_text(encoding="utf-8").strip()
        self._trust = ssl.create_default_context(cafile=settings.ca or None)

    @property
    def back(self) -> str:
        """Where the provider sends a browser back to."""
        return f"{self._settings.here}/aanmelden/terug"

    def address(self, errand: Errand) -> str:
        """Give where somebody says who they are. Raises StrangerError."""
        challenge = base64.urlsafe_b64encode(sha256(errand.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client,
            "redirect_uri": self.back,
            "scope": "openid profile email",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._discovered()['authorization_endpoint']}?{urlencode(asked)}"

    def who(self, errand: Errand, state: str, code: str) -> Person:
        """Say who came back with this code, on this errand. Raises StrangerError."""
        if not secrets.compare_digest(state, errand.state) or not code:
            raise StrangerError("another errand")
        found = self._discovered()
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": errand.verifier,
        }
        told = self._call("POST", found["token_endpoint"], data=asked, auth=(self._settings.client, self._secret))
        claims = self._claims(str(told.get("id_token", "")), self._call("GET", found["jwks_uri"]))
        if claims.get("nonce") != errand.nonce:
            raise StrangerError("another nonce")
        person = self._known.get(str(claims.get(self._settings.claim, "")))
        if person is None:
            raise StrangerError("nobody here")
        return person

    def _claims(self, token: str, keys: dict[str, Any]) -> dict[str, Any]:
        """Read what the provider says, signed and for us [OIDC §3.1.3.7]."""
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            said = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
            rules.validate(said.claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise StrangerError(f"no token of ours ({type(error).__name__})") from error
        return said.claims

    def _discovered(self) -> dict[str, Any]:
        """Ask the provider where its doors are; of another issuer none counts."""
        found = self._call("GET", f"{self._settings.issuer}/.well-known/openid-configuration")
        doors = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if found.get("issuer") != self._settings.issuer or not all(str(door).startswith("https://") for door in doors):
            raise StrangerError("another provider")
        return found

    def _call(self, method: str, url: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (as httpx has it)
        try:
            with httpx.Client(verify=self._trust, timeout=_SECONDS, follow_redirects=False) as client:
                answer = client.request(method, url, **more)
            answer.raise_for_status()
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise StrangerError(f"the provider: {type(error).__name__}") from error
        if not isinstance(said, dict):
            raise StrangerError("the provider: no object")
        return said
