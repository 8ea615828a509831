"""A code guessed ten thousand times, over the lines of fifty kiosks to a town hall that runs."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import random
import ssl
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from townhall.tables import GUESSES

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

KIOSKS, EACH = 50, 200
SIGNS = "CDFGHJKMNPQRTWXY34679"
PATH = "/kioskService/v1/codeSessions"
# In ten minutes: what one kiosk may try, and all of them together (docs/decisions/0006).
AT_ONE, AT_ALL, WINDOW_SECONDS = 10, 100, 600
LONG_AGO = dt.datetime(2026, 1, 2, 8, 0, tzinfo=dt.UTC)
OWNER = "99123199940"
Answer = tuple[int, str]


def guess(line: http.client.HTTPSConnection, seed: int) -> list[Answer]:
    """Try codes at one kiosk, as fast as it goes; gives what was answered to each."""
    signs, said = random.Random(seed), []
    for _ in range(EACH):
        code = "".join(signs.choices(SIGNS, k=8))
        line.request("POST", PATH, json.dumps({"code": code}), {"Content-Type": "application/json"})
        response = line.getresponse()
        kind = json.loads(response.read()).get("type", "")
        if response.status == 429:
            assert 0 < int(response.headers["Retry-After"]) <= WINDOW_SECONDS
        said.append((response.status, kind.rsplit(":", 1)[-1]))
    line.close()
    return said


@pytest.mark.usefixtures("nobody_guessed")
def test_ten_thousand_guesses_from_fifty_kiosks_open_nothing_and_the_owner_still_gets_in(
    town: Town, book: sa.Engine, paper: Callable[..., bytes], another_kiosk: Callable[[str], tuple[Path, Path]]
) -> None:
    where = urlsplit(town.hall.url)
    deposited = town.office.deposit(paper(), ssin=OWNER, access="code")
    lines = []
    for number in range(KIOSKS):
        context = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
        context.load_cert_chain(*another_kiosk(f"LV-1{number:02}"))
        lines.append(http.client.HTTPSConnection(str(where.hostname), where.port, context=context, timeout=60))
    with ThreadPoolExecutor(KIOSKS) as pool:
        said = list(pool.map(guess, lines, range(KIOSKS)))
    looked_at = [Counter(answers)[404, "codeUnknown"] for answers in said]
    assert max(looked_at) <= AT_ONE
    together = Counter(answer for answers in said for answer in answers)
    assert together == {
        (404, "codeUnknown"): AT_ALL,
        (429, "tooManyFailedRequests"): KIOSKS * EACH - AT_ALL,
    }
    # Who has the code must wait like everybody; the card opens the same document meanwhile.
    assert town.problem(town.kiosk.type_code(deposited["code"])) == "tooManyFailedRequests"
    waiting = town.kiosk.sign_in(town.eid.card(OWNER))["claims"]["items"]
    assert deposited["id"] in [claim["id"] for claim in waiting]
    with book.begin() as connection:
        connection.execute(sa.update(GUESSES).values(at=LONG_AGO))  # ten minutes and more have passed
    opened = town.kiosk.type_code(deposited["code"])
    assert opened.status_code == 201
    town.kiosk.leave(opened.json()["session"])
