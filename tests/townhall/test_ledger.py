"""What the database decides, on both makes of it: once is once, whoever asks at the same time, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townhall import database, migrations
from townhall.claims import Claims, refusal
from townhall.compartments.tables import DEPOSITS
from townhall.ledger import ClaimTaken, Ledger
from townhall.problems import ProblemType
from townhall.tables import (
    CLAIMS,
    DOCUMENTS,
    RESULTS,
    Access,
    Act,
    ActKind,
    Claim,
    ClaimKind,
    ClaimState,
    Order,
    OrderKind,
    PrintResult,
)

TODAY = dt.date(2026, 11, 25)
NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def engine(new_database: Callable[[], str]) -> Iterator[sa.Engine]:
    engine = database.opened(new_database())
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine: sa.Engine) -> Ledger:
    return Ledger(engine)


@pytest.fixture
def claims(engine: sa.Engine) -> Claims:
    return Claims(engine)


def claim(**other: object) -> Claim:
    """Something that waits."""
    id_ = uuid4()
    made = Claim(
        id=id_,
        root=id_,
        kind=ClaimKind.PREPARED,
        resident="somebody",
        access=Access.EID,
        state=ClaimState.ANNOUNCED,
        product_code="residence",
        title="Attest",
        language="nl",
        copies=1,
        valid_until=TODAY + 30 * DAY,
        made_at=NOW,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def order(of: Claim, **other: object) -> Order:
    """Somebody at a kiosk wants it."""
    made = Order(
        ticket=uuid4(),
        kiosk="LV-01",
        owner="somebody",
        wish="wish",
        kind=OrderKind.PAPER,
        product_code=of.product_code,
        language="nl",
        title=of.title,
        copies=1,
        issued=TODAY,
        valid_until=of.valid_until,
        claim=of.id,
        document=of.id,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def shelved(claims: Claims, **other: object) -> Claim:
    """Something that waits, with its document."""
    announced = claim(**other)
    assert claims.add(announced)
    filled = replace(announced, state=ClaimState.WAITING, document=announced.id, content_hash="x", pages=1)
    assert claims.fill(filled, b"closed")
    return filled


def said(order: Order, outcome: str) -> PrintResult:
    return PrintResult(order.ticket, outcome, None, (), "none")


def kept(engine: sa.Engine, id_: UUID) -> bool:
    with engine.connect() as connection:
        return connection.execute(sa.select(DOCUMENTS.c.id).where(DOCUMENTS.c.id == id_)).first() is not None


def test_the_migrations_make_the_tables_that_the_code_writes(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, DEPOSITS.metadata) == []


def test_the_code_was_written_for_the_newest_migration() -> None:
    folder = Path(migrations.__file__).parent
    config = Config()
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [database.NEWEST]


def test_a_database_that_is_new_enough_is_left_as_it_is(engine: sa.Engine, claims: Claims) -> None:
    before = shelved(claims)
    again = database.opened(engine.url.render_as_string(hide_password=False))
    assert Claims(again).of(before.id) == before
    again.dispose()


@pytest.mark.parametrize("rounds", [20])
def test_of_many_tickets_at_one_instant_one_gets_the_claim(ledger: Ledger, claims: Claims, rounds: int) -> None:
    together = 6
    for _ in range(rounds):
        waiting, gate = shelved(claims), Barrier(together)

        def take(_: int, waiting: Claim = waiting, gate: Barrier = gate) -> bool:
            wanted = order(waiting)
            gate.wait()
            try:
                return ledger.add_order(wanted)
            except ClaimTaken:
                return False

        with ThreadPoolExecutor(together) as pool:
            assert sum(pool.map(take, range(together))) == 1
        found = claims.of(waiting.id)
        assert found is not None
        assert found.state is ClaimState.BOUND


def test_what_the_database_finds_for_a_code_is_compared_once_more_and_in_constant_time(
    claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database may take two texts for the same (capitals, blanks at the end); a code opens its own claim alone."""
    waiting = shelved(claims, code_hash=uuid4().hex)
    compared: list[bool] = []

    def compare(one: str, other: str) -> bool:
        compared.append(hmac.compare_digest(one, other))
        return compared[-1]

    monkeypatch.setattr("townhall.claims.compare_digest", compare)
    assert claims.of_code(str(waiting.code_hash)) == waiting
    monkeypatch.setattr(Claims, "_one", lambda *_: waiting)
    assert claims.of_code(str(waiting.code_hash).upper() + " ") is None
    assert compared == [True, False]


def test_who_loses_a_claim_leaves_no_order_behind(ledger: Ledger, claims: Claims) -> None:
    waiting = shelved(claims)
    assert ledger.add_order(order(waiting))
    loser = order(waiting)
    with pytest.raises(ClaimTaken):
        ledger.add_order(loser)
    assert ledger.order(loser.ticket) is None


@pytest.mark.parametrize("late", [0, 1])
def test_a_claim_is_good_on_its_last_day_and_not_the_day_after(ledger: Ledger, claims: Claims, late: int) -> None:
    waiting = shelved(claims)
    last = waiting.valid_until
    wanted = order(waiting, issued=last + late * DAY)
    assert refusal(waiting, wanted.issued) is (ProblemType.CODE_EXPIRED if late else None)
    assert len(claims.of_resident("somebody", wanted.issued)) >= (0 if late else 1)
    if late:
        with pytest.raises(ClaimTaken):
            ledger.add_order(wanted)
    else:
        assert ledger.add_order(wanted)


def test_two_results_at_one_instant_and_the_first_stands(ledger: Ledger, claims: Claims) -> None:
    for _ in range(10):
        waiting, gate = shelved(claims), Barrier(2)
        wanted = order(waiting)
        ledger.add_order(wanted)

        def report(outcome: str, wanted: Order = wanted, gate: Barrier = gate) -> bool:
            after = ClaimState.USED if outcome == "printed" else ClaimState.WAITING
            gate.wait()
            return ledger.add_result(wanted, said(wanted, outcome), after, None)

        with ThreadPoolExecutor(2) as pool:
            stood = dict(zip(("printed", "stopped"), pool.map(report, ("printed", "stopped")), strict=True))
        assert sum(stood.values()) == 1
        result, found = ledger.result(wanted.ticket), claims.of(waiting.id)
        assert result is not None
        assert found is not None
        assert stood[result.outcome]
        assert found.state is (ClaimState.USED if result.outcome == "printed" else ClaimState.WAITING)


def test_a_document_goes_with_its_paper_and_stays_for_what_is_owed(ledger: Ledger, claims: Claims) -> None:
    for outcome, after, stays in (("printed", ClaimState.USED, False), ("stopped", ClaimState.WAITING, True)):
        waiting = shelved(claims)
        wanted = order(waiting)
        ledger.add_order(wanted)
        ledger.add_result(wanted, said(wanted, outcome), after, None)
        assert kept(ledger.engine, waiting.id) is stays
    waiting = shelved(claims)
    owed = claim(kind=ClaimKind.REPRINT, state=ClaimState.WAITING, document=waiting.id, root=waiting.root)
    again = order(waiting)
    ledger.add_order(again)
    ledger.add_result(again, said(again, "failed"), ClaimState.REPLACED, owed)
    assert kept(ledger.engine, waiting.id)
    assert claims.newest(waiting.root) == owed


def test_what_nobody_collected_is_gone_the_day_after_its_last(ledger: Ledger, claims: Claims) -> None:
    waiting = shelved(claims)
    ledger.sweep(waiting.valid_until)
    assert kept(ledger.engine, waiting.id)
    ledger.sweep(waiting.valid_until + DAY)
    assert not kept(ledger.engine, waiting.id)


def test_what_is_withdrawn_is_gone_at_once_unless_a_ticket_has_it(ledger: Ledger, claims: Claims) -> None:
    waiting, busy = shelved(claims), shelved(claims)
    ledger.add_order(order(busy))
    withdrawn = Act(NOW, "els", ActKind.WITHDRAWN, waiting.root)
    assert claims.withdraw(waiting, withdrawn)
    assert not kept(ledger.engine, waiting.id)
    assert not claims.withdraw(busy, replace(withdrawn, root=busy.root))
    assert (claims.acts(waiting.root), claims.acts(busy.root)) == ((withdrawn,), ()), "what did not happen is not told"
    assert kept(ledger.engine, busy.id)


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["printed", "stopped", "failed", "silent"])), min_size=1, max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_however_kiosks_stumble_a_document_comes_out_once(
    engine: sa.Engine, ledger: Ledger, claims: Claims, steps: list[tuple[int, str]]
) -> None:
    """Three kiosks at once, each taking what it can get and saying what became of it, or nothing."""
    first = shelved(claims)

    def play(kiosk: int) -> None:
        for outcome in (outcome for number, outcome in steps if number == kiosk):
            newest = claims.newest(first.root)
            if newest is None:
                return
            wanted = order(newest, kiosk=f"LV-{kiosk}", document=first.id)
            try:
                ledger.add_order(wanted)
            except ClaimTaken:
                continue
            if outcome != "silent":
                ledger.add_result(wanted, said(wanted, outcome), *after(outcome, newest, first))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(play, range(3)))
    with engine.connect() as connection:
        line = connection.execute(sa.select(CLAIMS).where(CLAIMS.c.root == first.root)).mappings().all()
        tickets = [row["ticket"] for row in line if row["ticket"] is not None]
        printed = sa.select(RESULTS.c.ticket).where(RESULTS.c.ticket.in_(tickets), RESULTS.c.outcome == "printed")
        papers = len(connection.execute(printed).all())
    used = [row for row in line if row["state"] == ClaimState.USED.value]
    assert papers == len(used) <= 1
    assert len([row for row in line if row["state"] != ClaimState.REPLACED.value]) == 1, "one end to the line"
    assert kept(engine, first.id) is (not used)


def after(outcome: str, newest: Claim, first: Claim) -> tuple[ClaimState, Claim | None]:
    """What the town makes of an outcome (`settling`), in small."""
    if outcome == "failed":
        return ClaimState.REPLACED, claim(state=ClaimState.WAITING, root=newest.root, document=first.id)
    return (ClaimState.USED if outcome == "printed" else ClaimState.WAITING), None


def test_a_power_cut_forgets_nothing_that_was_answered(tmp_path: Path) -> None:
    with database.opened(f"sqlite:///{tmp_path / 'town.db'}").connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "secure_delete")
        }
        connection.engine.dispose()
    assert pragma == {"synchronous": 2, "secure_delete": 1}, "FULL, and wiped"
