"""What residents report that does not work: kept once, counted at the counter, gone when somebody has seen to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.townhall.server.conftest import Town

SEEN = "2026-11-27T01:12:05Z"


def put(town: Town, id_: str, **other: str) -> httpx.Response:
    body = {"about": "paper", "screen": "printed", "seenAt": SEEN, **other}
    return town.kiosk.call("PUT", f"/defectReports/{id_}", body)


def test_a_report_that_is_told_twice_is_one(town: Town) -> None:
    id_ = str(uuid4())
    first, again = put(town, id_), put(town, id_)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert {key: first.json()[key] for key in ("about", "screen", "seenAt")} == {
        "about": "paper",
        "screen": "printed",
        "seenAt": SEEN,
    }


def test_a_kiosk_whose_clock_is_a_thousand_years_off_is_understood(town: Town) -> None:
    assert put(town, str(uuid4()), seenAt="0592-11-13T07:45:44Z").json()["seenAt"] == "0592-11-13T07:45:44Z"


@pytest.mark.parametrize("other", [{"about": "card"}, {"screen": "portal"}, {"seenAt": "2026-11-27T01:12:06Z"}])
def test_another_report_under_the_same_id_is_refused(town: Town, other: dict[str, str]) -> None:
    id_ = str(uuid4())
    assert put(town, id_).status_code == 201
    refused = put(town, id_, **other)
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[-1]) == (409, "conflict")


@pytest.mark.parametrize(
    ("field", "bad"),
    [("about", "somebody"), ("screen", "An Peeters"), ("screen", "85113099960"), ("seenAt", "2026-02-30T01:00:00Z")],
)
def test_no_field_holds_anything_but_its_own(town: Town, field: str, bad: str) -> None:
    refused = put(town, str(uuid4()), **{field: bad})
    assert refused.status_code == 400
    assert refused.json()["issues"][0]["name"] == field
    assert bad not in refused.text


def test_there_is_no_room_for_words_of_a_resident(town: Town) -> None:
    refused = put(town, str(uuid4()), remark="An Peeters was here")
    assert refused.status_code == 400
    assert "Peeters" not in refused.text
