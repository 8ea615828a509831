"""A code lives as many days as its town says, to the second; what it opens waits on, for the card or a new code."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pikepdf
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from townhall import __main__ as program
from townhall import database, migrations, residents
from townhall.authority import make
from townhall.mtls import BehindProxy
from townhall.pdf_judge import PdfJudge
from townhall.server import kiosk_app
from townhall.service import Service
from townhall.sessions import Sessions
from townhall.settling import Report, settled
from townhall.shelf import Announcement, Shelf
from townhall.tables import CLAIMS, Access, ActKind, Claim, ClaimKind, ClaimState, Order, OrderKind

if TYPE_CHECKING:
    from tests.townhall.conftest import Eid

A4 = (595.276, 841.89)
BRAM = "83040299933"
TOWN = 'municipality = "Lindeveld"\nnis = 99999\n[codes]\ndays = {days}\n'
# Three days after Friday 23 October 2026 is Monday the 26th, and in between the clock went back: in Belgium that day
# ends at 23:00 by Greenwich.
GIVEN = dt.datetime(2026, 10, 23, 12, 0, tzinfo=dt.UTC)
DAYS, LAST_DAY = 3, dt.date(2026, 10, 26)
LAST_SECOND, OVER = (dt.datetime(2026, 10, 26, *time, tzinfo=dt.UTC) for time in ((22, 59, 59), (23, 0, 0)))
LONG = dt.date(2026, 12, 31)


class Clock:
    """The time in the town, as a test sets it."""

    def __init__(self) -> None:
        self.time = GIVEN

    def __call__(self) -> dt.datetime:
        return self.time


@dataclass(frozen=True)
class Hall:
    """A whole back end in this process, on a clock that can be set."""

    service: Service
    shelf: Shelf
    clock: Clock
    kiosk: str
    pdf: bytes

    def deposit(self, valid_until: dt.date = LONG) -> Claim:
        """The town's software hands a document in, behind a code."""
        said = Announcement(BRAM, None, 99999, "school", "Bewijs", "nl", valid_until, Access.CODE)
        claim, _ = self.shelf.announce(uuid4(), said, "software")
        return self.shelf.fill(claim.id, self.pdf)[0]

    def code(self, claim: Claim) -> str:
        code = self.shelf.code(claim)
        assert code is not None
        return code

    def typed(self, code: str) -> tuple[int, str]:
        """Type a code at the kiosk, and go away again; gives the status and the problem's last word."""
        return asyncio.run(self._typed(code))

    async def _typed(self, code: str) -> tuple[int, str]:
        transport, shown = httpx.ASGITransport(BehindProxy(kiosk_app(self.service))), {"X-Client-Cert": self.kiosk}
        async with httpx.AsyncClient(transport=transport, base_url="http://town", headers=shown) as client:
            said = await client.post("/kioskService/v1/codeSessions", json={"code": code})
            if said.status_code == 201:
                await client.delete(said.json()["session"]["href"])
        return said.status_code, str(said.json().get("type", "")).rsplit(":", 1)[-1]


@pytest.fixture
def hall(tmp_path: Path, eid: Eid, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    (tmp_path / "town.toml").write_text(TOWN.format(days=DAYS))
    (tmp_path / "trust.pem").write_bytes(eid.trust)
    (tmp_path / "data").mkdir()
    options = ["--data", tmp_path / "data", "--residents", tmp_path / "town.toml", "--source", "prepared"]
    options += ["--eid-test-trust", tmp_path / "trust.pem", "--ocsp", "http://127.0.0.1:9"]
    options += ["--database", new_database()]
    monkeypatch.setattr("sys.argv", ["townhall", *map(str, options)])
    authority, clock = make(tmp_path / "data" / "ca", "LV-01"), Clock()
    service = program._service(program._arguments(), authority, "https://kiosk.example", "https://example")
    service = replace(service, now=clock, sessions=Sessions(clock))
    judge = PdfJudge((authority.seal_ca,))
    pdf, out = pikepdf.new(), BytesIO()
    pdf.add_blank_page(page_size=A4)
    pdf.save(out)
    sealed = service.sealer.seal(out.getvalue(), "Bewijs")
    yield Hall(service, Shelf(service, judge), clock, quote(authority.kiosk.read_text()), sealed)
    judge.close()
    service.ledger.close()


def test_a_code_works_on_the_last_second_of_its_last_day_and_not_on_the_next(hall: Hall) -> None:
    deposited = hall.deposit()
    assert deposited.code_until == LAST_DAY
    code, hall.clock.time = hall.code(deposited), LAST_SECOND
    assert hall.typed(code) == (201, "")
    hall.clock.time = OVER
    assert hall.typed(code) == (410, "codeExpired")
    assert hall.shelf.code(deposited) is None, "nobody is told a code that is over"


def test_what_a_code_opened_still_waits_for_the_card_and_the_counter_gives_a_new_code(hall: Hall) -> None:
    deposited = hall.deposit()
    old, hall.clock.time = hall.code(deposited), OVER
    waiting = hall.service.claims.of_resident(deposited.resident, hall.service.today())
    assert [claim.id for claim in waiting] == [deposited.id]
    new = hall.shelf.new_code(deposited, "els")
    assert (new.code_until, new.valid_until) == (LAST_DAY + dt.timedelta(days=DAYS + 1), LONG)
    assert hall.typed(old) == (410, "codeUsed")
    assert hall.typed(hall.code(new)) == (201, "")
    (act,) = hall.service.claims.acts(deposited.root)
    assert (act.at, act.actor, act.kind) == (OVER, "els", ActKind.NEW_CODE)


def test_a_code_ends_with_its_document_when_that_is_sooner(hall: Hall) -> None:
    tomorrow = dt.date(2026, 10, 24)
    assert hall.deposit(valid_until=tomorrow).code_until == tomorrow


def test_the_code_of_a_reprint_lives_as_long_and_its_slip_says_so(hall: Hall) -> None:
    order = Order(
        ticket=uuid4(),
        kiosk="LV-01",
        owner="somebody",
        wish="wish",
        kind=OrderKind.PAPER,
        product_code="residence",
        language="nl",
        title="Attest",
        copies=1,
        issued=hall.service.today(),
        valid_until=LONG,
        document=uuid4(),
    )
    assert hall.service.ledger.add_order(order, b"closed", LONG)
    result = settled(hall.service, order, Report("failed", 0, ("paperJam",)))
    assert result.valid_until == LAST_DAY
    assert result.claim is not None
    code, hall.clock.time = hall.service.vault.code_of(result.claim), LAST_SECOND
    assert hall.typed(code) == (201, "")
    hall.clock.time = OVER
    assert hall.typed(code) == (410, "codeExpired")
    assert hall.service.claims.of_resident("somebody", hall.service.today()), "the card opens it for two weeks"


@pytest.mark.parametrize(
    ("written", "days"), [("", 14), ("[codes]\n", 14), ("[codes]\ndays = 1\n", 1), ("[codes]\ndays = 30\n", 30)]
)
def test_a_town_says_how_long_its_codes_live(tmp_path: Path, written: str, days: int) -> None:
    (tmp_path / "town.toml").write_text(f'municipality = "Lindeveld"\nnis = 99999\n{written}')
    assert residents.load(tmp_path / "town.toml").code_life == dt.timedelta(days)


@pytest.mark.parametrize("written", ["days = 0", "days = 31", "days = 1.5", "days = true", 'days = "14"', "hours = 3"])
def test_no_town_lets_codes_live_for_ever_or_not_at_all(tmp_path: Path, written: str) -> None:
    (tmp_path / "town.toml").write_text(f'municipality = "Lindeveld"\nnis = 99999\n[codes]\n{written}\n')
    with pytest.raises(ValueError, match="from 1 to 30"):
        residents.load(tmp_path / "town.toml")


def test_a_slip_that_is_out_keeps_the_day_that_it_says(new_database: Callable[[], str]) -> None:
    """A database of before: its codes lived as long as what they open."""
    url = new_database()
    engine = database.found(url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    columns = [column for column in CLAIMS.columns if column.name != "code_until"]
    row = {
        "root": UUID(int=1), "kind": ClaimKind.PREPARED.value, "resident": "somebody", "access": Access.CODE.value,
        "state": ClaimState.WAITING.value, "product_code": "residence", "title": "Attest", "language": "nl",
        "copies": 1, "valid_until": LONG, "made_at": GIVEN,
    }  # fmt: skip
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        old = sa.table("claims", *(sa.column(column.name, column.type) for column in columns))
        for number, code in ((1, "a hash"), (2, None)):
            connection.execute(old.insert().values(id=UUID(int=number), code_hash=code, **row))
    engine.dispose()
    engine = database.opened(url)
    with engine.connect() as connection:
        ends = connection.execute(sa.select(CLAIMS.c.code_until).order_by(CLAIMS.c.id)).scalars().all()
    engine.dispose()
    assert ends == [LONG, None]
