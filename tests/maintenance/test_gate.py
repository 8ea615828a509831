"""The gate of maintenance: who comes in offline, and what guessing is worth against it."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from config.settings import StaffKey, StaffRole
from kiosk_app.maintenance import secret
from kiosk_app.maintenance.gate import Gate
from kiosk_app.maintenance.happenings import Known, LetIn, NotLetIn
from kiosk_app.maintenance.work import Factor, Refusal
from kiosk_app.store import Store

KEY = "-----BEGIN PUBLIC KEY-----\n"
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
# RFC 6238, appendix B: the seed of SHA-1 and the last six digits of its codes.
SEED = b"12345678901234567890"
VECTORS = (
    *((59, "287082"), (1111111109, "081804"), (1111111111, "050471")),
    *((1234567890, "005924"), (2000000000, "279037")),
)


class Clock:
    """The wall's clock, as somebody may set it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    kept = Store(tmp_path / "kiosk")
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def pin_right() -> StaffKey:
    return StaffKey(
        name="T-03", role=StaffRole.TECHNICIAN, public_key=KEY, until=date(2027, 1, 1), pin=secret.pin_hash("493751")
    )


@pytest.fixture
def app_right(tmp_path: Path) -> StaffKey:
    file = tmp_path / "T-04.totp"
    file.write_text(base64.b32encode(SEED).decode() + "\n", encoding="ascii")
    return StaffKey(name="T-04", role=StaffRole.TECHNICIAN, public_key=KEY, until=date(2099, 1, 1), totp=file)


def code(digits: str) -> bytearray:
    return bytearray(digits.encode())


def test_the_right_pin_comes_in_and_another_does_not(store: Store, pin_right: StaffKey, clock: Clock) -> None:
    gate = Gate(store, [pin_right], clock)
    assert gate.knock("T-03") == Known(Factor.PIN)
    assert gate.check("T-03", code("493752")) == NotLetIn(Refusal.WRONG)
    assert gate.check("T-03", code("493751")) == LetIn()


@pytest.mark.parametrize(
    "pin",
    [
        "111111",
        "123456",
        "987654",
        "901234",
        "121212",
        "12345",
        "1234567",
        "12345a",
        "\u0663\u0664\u0665\u0666\u0667\u0668",
    ],
)
def test_a_pin_that_is_guessed_first_is_no_pin(pin: str) -> None:
    with pytest.raises(secret.WeakPin):
        secret.pin_hash(pin)


def test_two_hashes_of_one_pin_differ() -> None:
    assert secret.pin_hash("493751") != secret.pin_hash("493751")


@pytest.mark.parametrize(("second", "digits"), VECTORS)
def test_codes_of_an_app_are_those_of_the_rfc(store: Store, app_right: StaffKey, second: int, digits: str) -> None:
    gate = Gate(store, [app_right], Clock(datetime.fromtimestamp(second, UTC)))
    assert gate.knock("T-04") == Known(Factor.TOTP)
    assert gate.check("T-04", code(digits)) == LetIn()


def test_a_code_of_an_app_is_taken_once_also_after_the_clock_is_set_back(store: Store, app_right: StaffKey) -> None:
    """RFC 6238, 5.2: the second use of a code is refused; an older one too, whatever the clock says."""
    clock = Clock(datetime.fromtimestamp(1111111111, UTC))
    gate = Gate(store, [app_right], clock)
    assert gate.check("T-04", code("050471")) == LetIn()
    assert gate.check("T-04", code("050471")) == NotLetIn(Refusal.USED)
    assert gate.check("T-04", code("081804")) == NotLetIn(Refusal.USED)  # of the step before
    for second, digits in VECTORS[:2]:
        clock.now = datetime.fromtimestamp(second, UTC)
        assert Gate(store, [app_right], clock).check("T-04", code(digits)) == NotLetIn(Refusal.USED)
    clock.now = datetime.fromtimestamp(1234567890, UTC)
    assert gate.check("T-04", code("005924")) == LetIn()


def test_a_code_that_was_used_is_no_guess(store: Store, app_right: StaffKey) -> None:
    clock = Clock(datetime.fromtimestamp(1111111111, UTC))
    gate = Gate(store, [app_right], clock)
    gate.check("T-04", code("050471"))
    for _ in range(20):
        assert gate.check("T-04", code("050471")) == NotLetIn(Refusal.USED)


def test_waits_grow_survive_a_restart_and_end(tmp_path: Path, pin_right: StaffKey, clock: Clock) -> None:
    """Two slips are free; then 30 s, doubling to an hour; fifteen in a row block: the figures of docs/technicus.md."""
    waits = []
    for _ in range(14):
        store = Store(tmp_path / "kiosk")
        answer = Gate(store, [pin_right], clock).check("T-03", code("000000"))
        store.close()
        assert isinstance(answer, NotLetIn)
        waits.append((answer.until - clock.now).total_seconds() if answer.until else 0)
        if answer.until is not None:
            store = Store(tmp_path / "kiosk")
            clock.now = answer.until - timedelta(seconds=1)
            assert Gate(store, [pin_right], clock).check("T-03", code("493751")) == NotLetIn(Refusal.WAIT, answer.until)
            clock.now = answer.until
            store.close()
    assert waits == [0, 0, 30, 60, 120, 240, 480, 960, 1920, *[3600] * 5]
    store = Store(tmp_path / "kiosk")
    gate = Gate(store, [pin_right], clock)
    assert gate.check("T-03", code("000000")) == NotLetIn(Refusal.BLOCKED)
    clock.now += timedelta(days=30)
    assert gate.check("T-03", code("493751")) == NotLetIn(Refusal.BLOCKED)
    new = structs.replace(pin_right, pin=secret.pin_hash("620483"))
    assert Gate(store, [new], clock).check("T-03", code("620483")) == LetIn()
    store.close()


def test_guessing_with_the_card_in_hand_gets_fifteen_codes_in_six_hours(
    store: Store, pin_right: StaffKey, clock: Clock
) -> None:
    """A brute force that types as soon as it may: what it gets is counted, not calculated."""
    gate, began = Gate(store, [pin_right], clock), clock.now
    for guess in itertools.count(1):
        answer = gate.check("T-03", code(f"{guess:06}"))
        assert isinstance(answer, NotLetIn)
        if answer.refusal is Refusal.BLOCKED:
            break
        if answer.until is not None:
            clock.now = answer.until
    assert guess == 15
    assert clock.now - began > timedelta(hours=6)


def test_the_right_code_starts_the_count_anew(store: Store, pin_right: StaffKey, clock: Clock) -> None:
    gate = Gate(store, [pin_right], clock)
    for _ in range(4):
        assert gate.check("T-03", code("000000")) == NotLetIn(Refusal.WRONG)
        assert gate.check("T-03", code("000000")) == NotLetIn(Refusal.WRONG)
        assert gate.check("T-03", code("493751")) == LetIn()


def test_a_clock_that_is_set_back_makes_nobody_wait_a_year_nor_not_at_all(
    store: Store, pin_right: StaffKey, clock: Clock
) -> None:
    gate = Gate(store, [pin_right], clock)
    for _ in range(3):
        gate.check("T-03", code("000000"))
    clock.now -= timedelta(days=365)
    until = clock.now + timedelta(seconds=30)
    assert gate.check("T-03", code("493751")) == NotLetIn(Refusal.WAIT, until)
    clock.now = until - timedelta(seconds=1)
    assert gate.check("T-03", code("493751")) == NotLetIn(Refusal.WAIT, until)
    clock.now = until
    assert gate.check("T-03", code("493751")) == LetIn()


def test_a_new_secret_in_the_same_file_frees_a_blocked_card(store: Store, app_right: StaffKey) -> None:
    clock = Clock(datetime.fromtimestamp(1234567890, UTC))
    gate = Gate(store, [app_right], clock)
    while gate.knock("T-04") != NotLetIn(Refusal.BLOCKED):
        gate.check("T-04", code("999999"))
        clock.now += timedelta(hours=2)
    assert app_right.totp is not None
    app_right.totp.write_text(base64.b32encode(SEED[::-1]).decode(), encoding="ascii")
    assert gate.knock("T-04") == Known(Factor.TOTP)


def test_a_right_ends_after_its_last_day(store: Store, pin_right: StaffKey, clock: Clock) -> None:
    gate = Gate(store, [pin_right], clock)
    clock.now = datetime(2027, 1, 1, 23, 59, tzinfo=UTC)
    assert gate.knock("T-03") == Known(Factor.PIN)
    clock.now += timedelta(minutes=1)
    assert gate.knock("T-03") == NotLetIn(Refusal.ENDED)
    assert gate.check("T-03", code("493751")) == NotLetIn(Refusal.ENDED)


def test_without_a_code_or_with_a_secret_that_cannot_be_read_nobody_comes_in(
    store: Store, app_right: StaffKey, clock: Clock, tmp_path: Path
) -> None:
    bare = StaffKey(name="D-11", role=StaffRole.DEPOSITOR, public_key=KEY)
    short, gone = tmp_path / "short", tmp_path / "gone"
    short.write_text("ABCD2345", encoding="ascii")
    rights = [bare, *(structs.replace(app_right, name=file.name, totp=file) for file in (short, gone))]
    gate = Gate(store, rights, clock)
    for name in ("D-11", "short", "gone", "nobody"):
        assert gate.knock(name) == NotLetIn(Refusal.NO_CODE)
        assert gate.check(name, code("000000")) == NotLetIn(Refusal.NO_CODE)


def test_nothing_that_was_typed_is_kept(store: Store, pin_right: StaffKey, clock: Clock, tmp_path: Path) -> None:
    gate = Gate(store, [pin_right], clock)
    gate.check("T-03", code("727272"))
    gate.check("T-03", code("493751"))
    kept = b"".join(file.read_bytes() for file in (tmp_path / "kiosk").iterdir())
    assert b"727272" not in kept
    assert b"493751" not in kept


@pytest.mark.parametrize("wrong", [{"until": None}, {"totp": Path("/x")}])
def test_a_right_has_one_code_and_a_last_day(pin_right: StaffKey, wrong: dict[str, object]) -> None:
    fields = {name: getattr(pin_right, name) for name in pin_right.__struct_fields__}
    with pytest.raises(ValueError, match="staff: "):
        StaffKey(**{**fields, **wrong})
