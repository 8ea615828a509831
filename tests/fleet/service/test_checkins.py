"""What a kiosk says of itself: taken from whom it is, once, and in words that have no room for a person."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import sqlalchemy as sa
from msgspec import inspect

from config.checkin import CheckIn, Health, Part
from fleet.service import checkins
from fleet.service.checkins import ReplayedError
from fleet.service.enrolment import RefusedError
from fleet.service.findings import findings
from fleet.service.tables import events, kiosks
from hardware import devices
from kiosk_app import parts

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.service.conftest import Clock, Said

Made = tuple["Service", "Clock"]


@pytest.fixture
def service(database: str, make_service: Callable[[str], Made]) -> Service:
    return make_service(database)[0]


@pytest.fixture
def clocked(file_database: str, make_service: Callable[[str], Made]) -> Made:
    return make_service(file_database)


def row(service: Service, number: str = "LV-01") -> sa.Row[Any]:
    with service.engine.connect() as connection:
        return connection.execute(sa.select(kiosks).where(kiosks.c.number == number)).one()


def lines(service: Service) -> list[tuple[str, str | None, str | None]]:
    with service.engine.connect() as connection:
        found = connection.execute(sa.select(events).order_by(events.c.kiosk.desc(), events.c.line)).all()
    return [(one.what, one.part, one.word) for one in found]


def amiss(service: Service, clock: Clock) -> list[str]:
    return [one.sentence for one in findings(row(service), clock())]


# --- no room for a person ------------------------------------------------------------------------------------------

# What a text in a check-in may be: digests, versions. Everything else is a number, a moment, or a word of a fixed list.
PATTERNS = {r"^[0-9a-f]{64}$", r"^\d{1,5}(\.\d{1,5}){0,3}$"}


def texts(kind: inspect.Type) -> list[str | None]:
    """Give the pattern of every free text in a type; None for one that has none."""
    match kind:
        case inspect.Metadata(type=inner):
            return texts(inner)
        case inspect.StructType(fields=fields):
            assert kind.forbid_unknown_fields, kind.cls
            return [one for field in fields for one in texts(field.type)]
        case inspect.UnionType(types=types):
            return [one for inner in types for one in texts(inner)]
        case inspect.VarTupleType(item_type=item):
            return texts(item)
        case inspect.StrType(pattern=pattern):
            return [pattern]
        case inspect.EnumType() | inspect.IntType() | inspect.BoolType() | inspect.DateTimeType() | inspect.UUIDType():
            return []
        case inspect.NoneType():
            return []
        case _:
            raise AssertionError(f"{kind} may hold anything")


def test_a_check_in_has_no_room_for_a_name_a_document_or_a_sentence() -> None:
    found = texts(inspect.type_info(CheckIn))
    assert len(found) >= 4
    assert set(found) == PATTERNS


def test_its_words_are_the_kiosks_own() -> None:
    assert {one.value for one in Part} == {one.value for one in parts.Part}
    assert {one.value for one in Health} == {one.value for one in devices.Health}


@pytest.mark.parametrize(
    "more",
    [
        {"name": "An Peeters"},
        {"alarm": "An Peeters"},
        {"kiosk": {"note": "85113099960"}},
        {"boot": "An Peeters"},
        {"sequence": "one"},
        {"sequence": -1},
        {"sent": "2026-11-27T13:00:00"},
    ],
)
def test_what_has_more_in_it_is_refused(
    clocked: Made, let_in: Callable[[Service, str], str], said: Said, more: dict[str, Any]
) -> None:
    service = clocked[0]
    who = let_in(service, "LV-01")
    with pytest.raises(msgspec.MsgspecError):
        service.checkins.take(who, said.next(**more))
    assert row(service).said is None


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[" * 10_000, b"\xff\xfe", b"0" * 16_000])
def test_what_is_no_check_in_is_refused(clocked: Made, let_in: Callable[[Service, str], str], content: bytes) -> None:
    service = clocked[0]
    who = let_in(service, "LV-01")
    with pytest.raises(msgspec.MsgspecError):
        service.checkins.take(who, content)


# --- from whom, and once -------------------------------------------------------------------------------------------


def test_each_kiosk_speaks_for_itself(service: Service, let_in: Callable[[Service, str], str], said: Said) -> None:
    who, _ = let_in(service, "LV-01"), let_in(service, "LV-02")
    service.checkins.take(who, said.next())
    assert row(service).seen is not None
    assert row(service, "LV-02").seen is None


@pytest.mark.parametrize("who", [None, "", "0" * 64])
def test_who_has_no_certificate_of_ours_is_nobody(clocked: Made, said: Said, who: str | None) -> None:
    with pytest.raises(RefusedError):
        clocked[0].checkins.take(who, said.next())


def test_a_kiosk_that_was_put_out_is_nobody_from_its_next_call_on(
    service: Service, let_in: Callable[[Service, str], str], said: Said
) -> None:
    who = let_in(service, "LV-01")
    service.checkins.take(who, said.next())
    service.enrolment.revoke("lindeveld", "LV-01")
    with pytest.raises(RefusedError):
        service.checkins.take(who, said.next())


def test_a_check_in_is_taken_once(service: Service, let_in: Callable[[Service, str], str], said: Said) -> None:
    who = let_in(service, "LV-01")
    first, second = said.next(), said.next()
    service.checkins.take(who, second)
    for again in (first, second):
        with pytest.raises(ReplayedError):
            service.checkins.take(who, again)
    said.boot, said.sequence = "00000000-0000-4000-8000-000000000001", 0
    service.checkins.take(who, said.next())


def test_what_is_wrong_with_one_is_its_own(service: Service, let_in: Callable[[Service, str], str], said: Said) -> None:
    """They come together, and one of them twice."""
    who, other = let_in(service, "LV-01"), let_in(service, "LV-02")
    first, second, third = said.next(), said.next(), type(said)().next()
    batch = [(None, first), (who, b"{"), (who, first), ("0" * 64, first), (who, first), (who, second), (other, third)]
    outcomes = service.checkins.take_all(batch)
    assert [type(one) for one in outcomes] == [
        *(RefusedError, msgspec.DecodeError, type(None), RefusedError, ReplayedError, type(None), type(None)),
    ]
    assert (row(service).sequence, row(service, "LV-02").sequence) == (2, 1)


# --- what is made of it --------------------------------------------------------------------------------------------


def test_only_what_changes_is_written_down(service: Service, let_in: Callable[[Service, str], str], said: Said) -> None:
    who = let_in(service, "LV-01")
    for _ in range(5):
        service.checkins.take(who, said.next())
    assert said.kiosk is not None
    said.kiosk["devices"][0] = {"part": "printer", "health": "down", "fault": "paperEmpty"}
    for _ in range(5):
        service.checkins.take(who, said.next())
    assert lines(service) == [
        ("boot", None, "0.1.0"),
        ("part", "printer", "ok"),
        ("part", "cardReader", "ok"),
        ("part", "printer", "paperEmpty"),
    ]


def test_a_year_of_a_printer_that_comes_and_goes_takes_no_more_room_than_a_month(
    service: Service, let_in: Callable[[Service, str], str], said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkins, "MOST_EVENTS", 10)
    monkeypatch.setattr(checkins, "AT_A_TIME", 4)
    who, other = let_in(service, "LV-01"), let_in(service, "LV-02")
    service.checkins.take(other, type(said)().next())
    whole = len(lines(service))
    written = []
    for number in range(40):
        printer, reader = ("ok", "down")[number % 2], ("ok", "down")[number // 3 % 2]
        assert said.kiosk is not None
        said.kiosk["devices"] = [{"part": "printer", "health": printer}, {"part": "cardReader", "health": reader}]
        written += [("boot", None, "0.1.0")] * (not number) + [("part", "printer", printer)]
        written += [("part", "cardReader", reader)] * (number % 3 == 0)
        service.checkins.take(who, said.next())
        kept = lines(service)[whole:]
        assert kept == written[-len(kept) :], "the newest"
        assert min(len(written), 6) <= len(kept) <= 10, "never more, and enough to look back on"
    assert len(lines(service)[:whole]) == whole, "another's stay"


def test_two_workers_at_once_keep_no_more_of_a_kiosk(
    database: str,
    make_service: Callable[[str], Made],
    let_in: Callable[[Service, str], str],
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkins, "MOST_EVENTS", 10)
    monkeypatch.setattr(checkins, "AT_A_TIME", 4)
    workers = [make_service(database)[0] for _ in range(2)]
    who, barrier = let_in(workers[0], "LV-01"), Barrier(2)
    assert said.kiosk is not None
    told = []
    for number in range(40):
        said.kiosk["devices"] = [{"part": "printer", "health": "ok" if number % 2 else "down"}]
        told.append(said.next())

    def take(worker: Service) -> int:
        taken = 0
        for one in told:
            barrier.wait(20)
            with contextlib.suppress(ReplayedError):
                worker.checkins.take(who, one)
                taken += 1
        return taken

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(take, workers)) == len(told), "each is taken by one of them"
    kept = lines(workers[0])
    assert kept == [("part", "printer", "ok" if number % 2 else "down") for number in range(40 - len(kept), 40)]
    assert 6 <= len(kept) <= 10
    assert row(workers[0]).lines == 2 + 39, "all that ever were"


@pytest.mark.parametrize("head", [{"number": 9, "hash": "b" * 64}, {"number": 10, "hash": "b" * 64}])
def test_an_audit_chain_that_goes_back_or_is_another_is_an_alarm_that_stays(
    service: Service, let_in: Callable[[Service, str], str], said: Said, head: dict[str, Any]
) -> None:
    who = let_in(service, "LV-01")
    service.checkins.take(who, said.next())
    assert said.kiosk is not None
    said.kiosk["audit"] = head
    service.checkins.take(who, said.next())
    said.kiosk["audit"] = {"number": 11, "hash": "c" * 64}
    service.checkins.take(who, said.next())
    assert row(service).audit_back is not None
    assert [what for what, _, _ in lines(service)].count("auditBack") == 1


def test_an_audit_chain_that_grows_is_none(service: Service, let_in: Callable[[Service, str], str], said: Said) -> None:
    who = let_in(service, "LV-01")
    assert said.kiosk is not None
    for number in (10, 10, 11, 500):
        said.kiosk["audit"] = {"number": number, "hash": f"{number:064x}"}
        service.checkins.take(who, said.next())
    assert row(service).audit_back is None
    assert row(service).audit_number == 500


def test_what_somebody_must_know_is_said_in_words(
    clocked: Made, let_in: Callable[[Service, str], str], said: Said
) -> None:
    service, clock = clocked
    who = let_in(service, "LV-01")
    assert amiss(service, clock) == ["is nog niet langs geweest"]
    service.checkins.take(who, said.next())
    assert amiss(service, clock) == []
    assert said.kiosk is not None
    said.kiosk |= {"offers": False, "devices": [{"part": "printer", "health": "down", "fault": "paperJam"}]}
    service.checkins.take(who, said.next(alarm="refused"))
    assert amiss(service, clock) == [
        "inwoners kunnen nu geen document afdrukken",
        "Printer: er zit papier vast",
        "weigert wat de server geeft: niet getekend door wie moet, of te oud",
    ]
    said.kiosk = None
    service.checkins.take(who, said.next())
    assert amiss(service, clock) == ["de machine werkt, het loket zelf zegt niets"]
    clock.ahead += timedelta(minutes=5)
    assert amiss(service, clock) == ["laat niets van zich horen"]


def test_a_clock_that_is_off_is_said(clocked: Made, let_in: Callable[[Service, str], str], said: Said) -> None:
    service, clock = clocked
    who = let_in(service, "LV-01")
    clock.ahead = timedelta(minutes=10)
    service.checkins.take(who, said.next())
    assert amiss(service, clock) == ["de klok loopt 10 minuten achter"]
