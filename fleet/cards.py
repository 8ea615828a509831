"""Keys that never leave a card, a stick or a vault: named by a PKCS#11 URI (RFC 7512), opened by a PIN that is typed.

Known to the command line alone. What speaks to the card is its maker's module; the URI says where that lies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import pkcs11
from msgspec import Struct
from pkcs11 import Attribute, KeyType, ObjectClass, PKCS11Error, PublicKey, Session, Token, TokenFlag
from pkcs11 import exceptions as why
from securesystemslib.signer import HSMSigner, Signature

from fleet.keys import ON_CARD, KeyFileError

_OF_TOKEN = {"token", "serial", "model", "manufacturer"}
_OF_KEY = {"id", "object", "type"}
_PROOF = b"loket247: is the key here that this card says it has?"
_BLOCKED = "de kaart is geblokkeerd: maak ze vrij met haar PUK en het programma van de maker"

Ask = Callable[[str], str]


class CardError(KeyFileError):
    """A key on a card cannot be used: no card, another PIN, blocked, no such key."""


class Place(Struct, frozen=True):
    """Where a key is, as a URI says it."""

    module: str
    token: dict[str, str]
    id: bytes | None
    object: str | None


class CardSigner(HSMSigner):
    """A key on a card. Its PIN is asked once, when it is first needed; a wrong one is never tried again by itself."""

    def __init__(self, uri: str, ask: Ask) -> None:
        """Find the key. Raises CardError."""
        self._place, self._ask, self._pin = place_of(uri), ask, ""
        if not Path(self._place.module).is_file():
            raise CardError(f"{self._place.module}: die module staat niet op deze machine")
        os.environ["PYKCS11LIB"] = self._place.module  # where HSMSigner looks for it
        with self._plainly():
            token = self._token()
            with token.open() as session:
                number = int.from_bytes(_only_key(session, self._place))
            _, key = HSMSigner.import_(number, token.label)
        super().__init__(number, key, self._secret, token.label)

    def sign(self, payload: bytes) -> Signature:
        """Sign. Raises CardError."""
        with self._plainly():
            return super().sign(payload)

    def prove(self) -> None:
        """Have it sign what means nothing, before anything is built on it. Raises CardError."""
        self.public_key.verify_signature(self.sign(_PROOF), _PROOF)

    def _secret(self, _what: str) -> str:
        self._pin = self._pin or self._ask(f"pincode van {self.token_label}")
        return self._pin

    def _token(self) -> Token:
        """Find the one card that is meant. Raises CardError, PKCS11Error."""
        here = [token for token in pkcs11.lib(self._place.module).get_tokens() if _is_ready(token)]
        meant = [token for token in here if all(_says(token)[name] == text for name, text in self._place.token.items())]
        if len(meant) == 1:
            return meant[0]
        names = ", ".join(sorted(f"{token.label} (serial={_says(token)['serial']})" for token in here)) or "geen enkele"
        raise CardError(
            f"{'welke kaart? zeg het met token= of serial=' if meant else 'geen kaart'}; in de lezers: {names}"
        )

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Say in a sentence what a card or its module says in a number."""
        try:
            yield
        except why.PinLocked as error:
            raise CardError(_BLOCKED) from error
        except (why.PinIncorrect, why.PinInvalid, why.PinLenRange) as error:
            raise CardError(self._after_a_wrong_pin()) from error
        except (why.DeviceRemoved, why.TokenNotPresent, why.TokenNotRecognised) as error:
            raise CardError("de kaart is uit de lezer, of zit verkeerd") from error
        except PKCS11Error as error:
            raise CardError(f"{self._place.module}: {str(error) or type(error).__name__}") from error
        except ValueError as error:  # what HSMSigner says of a key that it cannot use
            raise CardError(str(error)) from error

    def _after_a_wrong_pin(self) -> str:
        flags = self._token().flags
        if TokenFlag.USER_PIN_LOCKED in flags:
            return f"verkeerde pincode, en {_BLOCKED}"
        return f"verkeerde pincode{': je hebt nog één poging' if TokenFlag.USER_PIN_FINAL_TRY in flags else ''}"


def place_of(uri: str) -> Place:
    """Read a URI. Raises CardError, also for what is well said and could mean another key were it left out."""
    path, _, query = uri.removeprefix(ON_CARD).partition("?")
    if "pin-" in query:
        raise CardError("zet geen pincode in een URI: ze wordt gevraagd")
    of_path, of_query = _pairs(path, ";"), _pairs(query, "&")
    if unknown := (of_path.keys() - _OF_TOKEN - _OF_KEY) | (of_query.keys() - {"module-path"}):
        raise CardError(f"{min(unknown)}: dat kan hier niet in een URI staan")
    if not of_query.get("module-path"):
        raise CardError(
            "zeg welke module met de kaart spreekt: …?module-path=/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"
        )
    token = {name: unquote(text) for name, text in of_path.items() if name in _OF_TOKEN}
    key_id = unquote_to_bytes(of_path["id"]) if "id" in of_path else None
    named = unquote(of_path["object"]) if "object" in of_path else None
    return Place(unquote(of_query["module-path"]), token, key_id, named)


def _pairs(text: str, between: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in text.split(between) if part)}


def _says(token: Token) -> dict[str, str]:
    serial = token.serial.decode(errors="replace")
    return {"token": token.label, "serial": serial, "model": token.model, "manufacturer": token.manufacturer_id}


def _is_ready(token: Token) -> bool:
    return TokenFlag.TOKEN_INITIALIZED in token.flags


def _only_key(session: Session, place: Place) -> bytes:
    """Give the id of the one key that is meant. Raises CardError."""
    found = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.KEY_TYPE: KeyType.EC})
    keys = {one.id: one.label for one in found if isinstance(one, PublicKey)}
    meant = [one for one, label in keys.items() if place.id in {None, one} and place.object in {None, label}]
    if len(meant) == 1:
        return meant[0]
    names = ", ".join(f"id={''.join(f'%{byte:02x}' for byte in one)} ({label})" for one, label in keys.items())
    question = "welke sleutel? zeg het met id= of object=" if meant else "die sleutel staat er niet"
    raise CardError(f"{question}; op de kaart, van een soort die kan tekenen (EC): {names or 'geen'}")
