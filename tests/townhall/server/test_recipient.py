"""Who receives a criminal record, from the kiosk's keys to the paper: all of it, or a refusal that names the field."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from config.settings import load
from kiosk_app.answers import wanted
from kiosk_app.events import SignTyped
from kiosk_app.products import Channel, Details, Product, Purpose
from kiosk_app.questions import RECIPIENT_MAX
from ui.sample import EXAMPLE, samples
from ui.screens import screen_for

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

AN = "85113099960"
SECURITY = Purpose("security", "Bewaking en veiligheid", needs_recipient=True)
RECORD = Product("criminalRecord5961", "Uittreksel uit het strafregister, model 596.1", "", purposes=(SECURITY,))


def keys() -> list[str]:
    """Every sign that the kiosk's keyboard has, on both its pages."""
    shown = [sample for sample in samples(load(EXAMPLE)) if sample.name.startswith("asking-recipient")]
    screens = [screen_for(sample.visit, sample.settings, sample.now) for sample in shown]
    signs = [key.event.sign for screen in screens for key in screen.keys if isinstance(key.event, SignTyped)]
    return list(dict.fromkeys(signs))


def ordered(town: Town, ticket: str, recipient: str) -> bytes:
    """Order it as the kiosk does; gives the document."""
    bearer = town.kiosk.bearer(town.eid.card(AN))
    body: dict[str, Any] = wanted(RECORD, Details(RECORD.key, SECURITY, recipient, Channel.PAPER))
    made = town.kiosk.call("PUT", f"/documentOrders/{ticket}", body, bearer)
    assert made.status_code == 201, made.text
    return town.kiosk.document(bearer, ticket)


def without_spaces(text: str) -> str:
    return "".join(text.split()).replace("\u200b", "")


def words(pdf: bytes, folder: Path) -> str:
    """What poppler reads inside the paper's edges: a line that runs off the page is cut there."""
    (folder / "record.pdf").write_bytes(pdf)
    inside = ["-x", "0", "-y", "0", "-W", "595", "-H", "842"]
    command = ["pdftotext", *inside, "-nopgbrk", str(folder / "record.pdf"), "-"]
    return without_spaces(subprocess.run(command, capture_output=True, check=True).stdout.decode())


def test_whatever_the_kiosk_s_keys_can_type_stands_on_the_paper(town: Town, tmp_path: Path) -> None:
    signs = keys()
    assert {"A", "É", "'", "&", "°", "7"} <= set(signs)
    for first in range(0, len(signs), RECIPIENT_MAX):
        typed = "".join(signs[first : first + RECIPIENT_MAX])
        assert without_spaces(typed) in words(ordered(town, str(uuid4()), typed), tmp_path)


def test_every_sign_that_the_contract_allows_stands_on_the_paper(town: Town, tmp_path: Path) -> None:
    order = town.kiosk.contract.document["components"]["schemas"]["ProductOrderRequest"]["properties"]
    signs = [chr(one) for one in range(0x21, 0x3000) if re.search(order["recipient"]["pattern"], chr(one))]
    assert len(signs) > 300
    for first in range(0, len(signs), 100):
        typed = "".join(signs[first : first + 100])
        read = words(ordered(town, str(uuid4()), typed), tmp_path)
        assert typed in read.replace("ĥĥ", "ĥ").replace("ĺĺ", "ĺ")  # poppler reads these, drawn in two pieces, twice


@pytest.mark.parametrize(
    "recipient", ["W" * 100, "Ünï " * 24 + "Ünïë", "Łódź Žižek", "Café ’t Hoekje – Sint-Jan", "<b>#set</b> *$x$*"]
)
def test_a_name_up_to_the_last_sign_stands_inside_the_paper(town: Town, tmp_path: Path, recipient: str) -> None:
    assert without_spaces(recipient) in words(ordered(town, str(uuid4()), recipient), tmp_path)


@pytest.mark.parametrize(
    "recipient",
    [
        *("W" * 101, "", " ", "\u00a0", "Kring\n2", "Kring\t2", "Kring\x002", "Kring \U0001f389"),
        *("Cafe\u0301", "e" + "\u0301" * 50, "Ελλάδα", "مدرسة", "a\u202eb", "a\u200bb", "a\u00adb", "Kring \ud83c"),
    ],
)
def test_what_cannot_stand_on_paper_is_refused_by_its_field_and_the_ticket_is_still_good(
    town: Town, ticket: str, tmp_path: Path, recipient: str
) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    body = wanted(RECORD, Details(RECORD.key, SECURITY, "x", Channel.PAPER)) | {"recipient": recipient}
    for deferred in (False, True):
        more = {"productCode": "criminalRecord5962", "purpose": "care"} if deferred else {}
        refused = town.kiosk.raw("PUT", f"/documentOrders/{ticket}", body | more, bearer)
        assert town.problem(refused) == "schemaViolation"
        assert [issue["name"] for issue in refused.json()["issues"]] == ["recipient"]
        assert len(recipient.strip()) < 3 or recipient not in refused.text
    assert "JEUGDHUIS" in words(ordered(town, ticket, "JEUGDHUIS"), tmp_path)
