"""The contract file as a judge of answers: status, headers, type of content, and every field.

Complaints name a field and the rule it breaks, never what stood in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match

FILE = "kiosk-service.yaml"
# Words that a machine made: `in backticks`, or with a capital inside.
_WORD = re.compile(r"`(\w+)`|\b([a-z]+[A-Z]\w*)")
# RFC 3339 as Belgif has it: an offset is mandatory.
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
FORMATS = FormatChecker(formats=())


def shown(name: str) -> str:
    """A word that came from the other side, where the contract has it too; any other could be somebody's name."""
    return name if name in load().vocabulary else "…"


class Contract:
    """One contract, read once. An operation is named as in the file: `PUT /documentOrders/{orderId}`."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.title = f"{document['info']['title']} {document['info']['version']}"
        self.vocabulary = frozenset(_words(document))

    @property
    def operations(self) -> frozenset[str]:
        """The name of every operation."""
        methods = {"get", "put", "post", "delete"}
        paths = self._document["paths"].items()
        return frozenset(f"{method.upper()} {path}" for path, item in paths for method in item if method in methods)

    def complaints(self, operation: str, status: int, headers: dict[str, str], body: Any) -> list[str]:  # noqa: ANN401 - JSON
        """What an answer has that the contract does not allow; `headers` are in lower case, `body` is parsed JSON."""
        said = self._response(operation, status)
        if said is None:
            return [f"status {status} is not in the contract"]
        found = [
            complaint
            for name, header in said.get("headers", {}).items()
            for complaint in self._header(name, headers.get(name.lower()), self._resolved(header))
        ]
        return found + self._content(said.get("content"), headers.get("content-type", ""), body)

    def _response(self, operation: str, status: int) -> dict[str, Any] | None:
        """What the contract says of this answer. A path that it does not have is refused as any other."""
        method, _, path = operation.partition(" ")
        known = self._document["paths"].get(path, {}).get(method.lower(), {})
        responses = known.get("responses", {"default": {"$ref": "#/components/responses/Problem"}})
        # `default` describes refusals: a success that is not listed by its status is none.
        usual = responses.get("default") if status >= 400 else None  # noqa: PLR2004 - RFC 9110 §15.5
        said = responses.get(str(status), usual)
        return None if said is None else self._resolved(said)

    def _header(self, name: str, value: str | None, header: dict[str, Any]) -> list[str]:
        if value is None:
            return [f"{name} is missing"] if header.get("required") else []
        return [f"{name}: {error.validator}" for error in self._errors(header["schema"], value)]

    def _content(self, content: dict[str, Any] | None, kind: str, body: Any) -> list[str]:  # noqa: ANN401 - JSON
        kind = kind.split(";", maxsplit=1)[0].strip().lower()
        if content is None:
            return [] if body is None and not kind else ["a body where none belongs"]
        if kind not in content:
            return [f"content type {' or '.join(content)} was expected"]
        if not kind.endswith("json"):
            return []
        return [_told(error) for error in self._errors(content[kind]["schema"], body)]

    def _errors(self, schema: dict[str, Any], value: Any) -> list[ValidationError]:  # noqa: ANN401 - JSON
        whole = {**schema, "components": self._document["components"]}
        error = best_match(Draft202012Validator(whole, format_checker=FORMATS).iter_errors(value))
        return [] if error is None else [error]

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        """What a reference points at. The file has those of one step only."""
        reference = part.get("$ref")
        if reference is None:
            return part
        kind, name = str(reference).split("/")[-2:]
        found: dict[str, Any] = self._document["components"][kind][name]
        return found


@cache
def load() -> Contract:
    """The contract that this version of the kiosk speaks."""
    return Contract(yaml.safe_load((files("conformance") / FILE).read_text(encoding="utf-8")))


def _words(part: Any) -> Iterator[str]:  # noqa: ANN401 - as YAML gives it
    """Names of fields, values of enumerations, and what the descriptions call by its name."""
    match part:
        case dict():
            yield from part.get("properties", {})
            yield from map(str, part.get("enum", ()))
            for inner in part.values():
                yield from _words(inner)
        case list():
            for inner in part:
                yield from _words(inner)
        case str():
            yield from (quoted or camel for quoted, camel in _WORD.findall(part))
        case _:
            return


def _told(error: ValidationError) -> str:
    """Where and which rule: `items.0.priceInCents (type)`; of a missing field, its name."""
    where = ".".join(str(part) if isinstance(part, int) else shown(part) for part in error.absolute_path)
    rule = str(error.validator)
    if rule == "required" and isinstance(error.instance, dict):
        rule += ": " + ", ".join(name for name in _names(error.validator_value) if name not in error.instance)
    return f"{where or 'the body'} ({rule})"


def _names(required: object) -> list[str]:
    return [str(name) for name in required] if isinstance(required, list) else []


@FORMATS.checks("date-time")
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or (_DATE_TIME.fullmatch(value) is not None and _parses(value))


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or dt.date.fromisoformat(value).isoformat() == value


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value


def _parses(value: str) -> bool:
    try:
        dt.datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    return True
