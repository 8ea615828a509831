"""schemathesis reads the contract, and asks the running server whatever comes to its mind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Contract, Town

BASE = "/kioskService/v1"
AN = "85113099960"
EXAMPLES = 20  # of each call, good and bad: three dozen calls take some twenty seconds
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Where clerks and the town's software go; /verify stands on the public site, and is asked in a test of its own.
OFFICE, PUBLIC = ("/preparedDocuments", "/preparedThings", "/oauth2"), ("/verify",)


@schemathesis.serializer("application/pdf")
def as_bytes(_context: schemathesis.SerializationContext, value: Any) -> bytes:  # noqa: ANN401 - whatever it made up
    """What stands for a PDF, as it goes over the line."""
    return value.data if hasattr(value, "data") else str(value).encode()


def part(contract: Contract, *, office: bool) -> dict[str, Any]:
    """The contract's calls of one listener."""
    paths = {
        path: item
        for path, item in contract.document["paths"].items()
        if path.startswith(OFFICE) is office and not path.startswith(PUBLIC)
    }
    return {**contract.document, "paths": paths}


@pytest.fixture
def session(town: Town) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(town.hall.ca / "ca.pem")
        yield session


@pytest.mark.timeout(240)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_call_of_a_kiosk_is_answered_otherwise_than_the_contract_says(
    town: Town, contract: Contract, session: requests.Session, mode: GenerationMode
) -> None:
    session.cert = str(town.hall.ca / "kiosk.pem"), str(town.hall.ca / "kiosk.key")
    explore(part(contract, office=False), f"{town.hall.url}{BASE}", session, mode, Resident(town))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_call_of_the_office_is_answered_otherwise_than_the_contract_says(
    town: Town, contract: Contract, session: requests.Session, mode: GenerationMode
) -> None:
    session.cert = str(town.hall.ca / "depositor.pem"), str(town.hall.ca / "depositor.key")
    explore(part(contract, office=True), town.hall.office_url, session, mode, None)


class Resident:
    """Somebody who stays signed in, so that calls get past the door."""

    def __init__(self, town: Town) -> None:
        signed_in = town.kiosk.sign_in(town.eid.card(AN))["session"]
        self.id = str(signed_in["href"]).rsplit("/", 1)[-1]
        self.headers = {"Authorization": f"Bearer {signed_in['accessToken']}"}


def explore(
    document: dict[str, Any], url: str, session: requests.Session, mode: GenerationMode, resident: Resident | None
) -> None:
    """Ask every call of the document."""
    asked = 0
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        base = url if operation.path.startswith("/oauth2") or resident is not None else f"{url}{BASE}"

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            nonlocal asked
            if resident is not None and case.method == "GET" and "sessionId" in (case.path_parameters or {}):
                case.path_parameters["sessionId"] = resident.id
            headers = {} if resident is None else resident.headers
            response = case.call(base_url=base, session=session, headers=headers, verify=session.verify, timeout=20)  # noqa: B023
            case.validate_response(response, checks=CHECKS)
            asked += 1

        with suppress(Unsatisfiable):  # a call without anything that could be wrong
            ask()
    assert asked > EXAMPLES, "it went past the door"
