"""The demo's own software of the town hands in a sample, and a resident finds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from simulators.office import Office

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

PROJECT = Path(__file__).parents[3]
WILLEM = "54041299994"


def test_a_sample_is_taken_and_waits_for_its_resident_by_card_and_by_code(town: Town) -> None:
    command = [sys.executable, "-m", "townhall.samples", "--data", str(town.folder), "--resident", "alone"]
    pdf = subprocess.run(command, capture_output=True, check=True, timeout=60, cwd=PROJECT).stdout
    with Office(town.hall) as office:
        by_card = office.deposit(pdf, ssin=WILLEM)
        by_code = office.deposit(pdf, ssin=WILLEM, access="code")
        assert (by_card.code, office.state(by_card), office.state(by_code)) == (None, "waiting", "waiting")
    assert by_code.code is not None
    assert town.kiosk.type_code(by_code.code).status_code == 201
    waiting = {claim["id"] for claim in town.kiosk.sign_in(town.eid.card(WILLEM))["claims"]["items"]}
    assert {by_card.id, by_code.id} <= waiting
