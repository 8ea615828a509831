"""Readers that a cleaner unplugs and plugs in again, two readers, and a pcscd that is restarted under load."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from queue import Queue

import pytest

from hardware.devices import Health, PinRefused, Signature, SlotChange
from hardware.eid import EidReader
from hardware.faults import DeviceFault, FaultCode
from simulators.eid.bench import CardBench
from simulators.eid.people import Person
from simulators.eid.pki import Pki
from simulators.pcscd import READER_A, READER_B, Pcscd

PIN = b"1234"
DIGEST = bytes(48)
DEADLINE = 20.0  # seconds; far more than anything here takes
LOST, FOUND, OUT = SlotChange.READER_LOST, SlotChange.READER_FOUND, SlotChange.CARD_OUT
# A card that was in when its reader came back: seen at the first look, or a moment later.
THERE = (SlotChange.CARD_THERE, SlotChange.CARD_IN)
VISITS, RESTARTS = 60, 4
GONE = {FaultCode.READER_LOST, FaultCode.CARD_REMOVED, FaultCode.CARD_UNREADABLE}


@pytest.fixture
def usb() -> Iterator[Pcscd]:
    """No reader yet."""
    with Pcscd(None) as daemon, daemon.used_here():
        yield daemon


@pytest.fixture
def slots(usb: Pcscd, pki: Pki, residents: dict[str, Person]) -> Iterator[dict[str, CardBench]]:
    benches = {reader: CardBench(pki, residents, usb.slot(reader)) for reader in (READER_A, READER_B)}
    yield benches
    for bench in benches.values():
        bench.close()


@pytest.fixture
def told() -> Queue[SlotChange]:
    return Queue()


@pytest.fixture
def kiosk(usb: Pcscd, told: Queue[SlotChange]) -> Iterator[EidReader]:
    """A driver that began without any reader."""
    del usb
    driver = EidReader()
    driver.watch(told.put)
    assert told.get(timeout=DEADLINE) is LOST
    yield driver
    driver.close()


def log_in(reader: EidReader) -> Signature | PinRefused:
    reader.recognise()
    reader.read_certificate()
    return reader.sign(bytearray(PIN), DIGEST)


def fault_of(work: Callable[[], object]) -> FaultCode:
    with pytest.raises(DeviceFault) as caught:
        work()
    return caught.value.code


def hears(told: Queue[SlotChange], *changes: SlotChange) -> None:
    assert tuple(told.get(timeout=DEADLINE) for _ in changes) == changes


def test_a_reader_that_is_plugged_in_later_is_found_and_serves(
    usb: Pcscd, kiosk: EidReader, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    assert kiosk.status().health is Health.DOWN
    usb.plug(READER_A)
    hears(told, FOUND)
    assert kiosk.status().health is Health.OK
    slots[READER_A].insert("1.8:an")
    assert told.get(timeout=DEADLINE) in THERE
    assert isinstance(log_in(kiosk), Signature)


def test_a_reader_that_is_unplugged_and_plugged_in_again_is_told_each_time_and_serves_again(
    usb: Pcscd, kiosk: EidReader, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    for _ in range(3):
        usb.plug(READER_A)
        hears(told, FOUND)
        usb.unplug(READER_A)
        hears(told, LOST)
        assert kiosk.status().faults == (FaultCode.READER_LOST,)
    usb.plug(READER_A)
    hears(told, FOUND)
    slots[READER_A].insert("1.7:an")
    assert told.get(timeout=DEADLINE) in THERE
    assert kiosk.recognise().tries_left == 3
    assert told.empty()


def test_a_card_that_stayed_in_an_unplugged_reader_is_there_when_the_reader_is_back(
    usb: Pcscd, kiosk: EidReader, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    """A session does not outlive the cable: what was begun before is lost, and no try of the PIN with it."""
    usb.plug(READER_A)
    hears(told, FOUND)
    slots[READER_A].insert("1.8:an")
    assert told.get(timeout=DEADLINE) in THERE
    kiosk.recognise()
    usb.unplug(READER_A)
    hears(told, LOST)
    assert fault_of(lambda: kiosk.sign(bytearray(PIN), DIGEST)) in {FaultCode.READER_LOST, FaultCode.CARD_REMOVED}
    assert fault_of(kiosk.recognise) is FaultCode.READER_LOST
    usb.plug(READER_A)
    hears(told, FOUND)
    assert told.get(timeout=DEADLINE) in THERE
    assert isinstance(log_in(kiosk), Signature)
    assert slots[READER_A].hand.asked["VERIFY"] == 1


def test_a_cable_pulled_in_the_middle_of_a_read_costs_one_visit_and_no_try(
    usb: Pcscd, kiosk: EidReader, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    usb.plug(READER_A)
    hears(told, FOUND)
    slots[READER_A].at_line_speed = True
    slots[READER_A].insert("1.7:an")
    assert told.get(timeout=DEADLINE) in THERE
    kiosk.recognise()
    pieces = Queue[bytes]()

    def count(command: bytes) -> None:
        pieces.put(command)
        if pieces.qsize() == 2:
            threading.Thread(target=usb.unplug, args=(READER_A,)).start()

    slots[READER_A].hand.listen(count)
    assert fault_of(kiosk.read_certificate) in {FaultCode.READER_LOST, FaultCode.CARD_REMOVED}
    slots[READER_A].hand.listen(None)
    hears(told, LOST)
    usb.plug(READER_A)
    hears(told, FOUND)
    assert told.get(timeout=DEADLINE) in THERE
    assert kiosk.recognise().tries_left == 3
    assert kiosk.read_certificate().algorithm == "RS256"


def test_of_two_readers_the_one_that_was_named_is_used(
    usb: Pcscd, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    for reader in (READER_A, READER_B):
        usb.plug(reader)
    named, other = EidReader(READER_B), EidReader(READER_A)
    try:
        named.watch(told.put)
        hears(told, FOUND)
        slots[READER_B].insert("1.8:an")
        assert told.get(timeout=DEADLINE) in THERE
        assert named.recognise().tries_left == 3
        assert fault_of(other.recognise) is FaultCode.CARD_REMOVED
        usb.unplug(READER_A)  # whatever happens to the other
        assert isinstance(named.sign(bytearray(PIN), DIGEST), Signature)
        assert told.empty()
    finally:
        named.close()
        other.close()


def test_when_the_first_of_two_readers_is_unplugged_the_second_takes_over_and_keeps_what_it_holds(
    usb: Pcscd, kiosk: EidReader, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    """The first one comes back first in pcscd's list: a card in the second is still the one that is read."""
    for reader in (READER_A, READER_B):
        usb.plug(reader)
    hears(told, FOUND)
    slots[READER_A].insert("1.8:francois")
    assert told.get(timeout=DEADLINE) in THERE
    slots[READER_B].insert("1.7:an")
    usb.unplug(READER_A)
    hears(told, LOST, FOUND)
    assert told.get(timeout=DEADLINE) in THERE
    usb.plug(READER_A)
    kiosk.recognise()
    assert kiosk.read_certificate().algorithm == "RS256"
    slots[READER_B].pull()
    hears(told, OUT)
    assert told.empty()


def test_the_card_is_felt_for_in_the_reader_that_holds_it(
    usb: Pcscd, kiosk: EidReader, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    usb.plug(READER_B)
    hears(told, FOUND)
    slots[READER_B].insert("1.8:an")
    assert told.get(timeout=DEADLINE) in THERE
    usb.plug(READER_A)
    slots[READER_A].insert("1.8:francois")
    felt = threading.Event()
    slots[READER_B].hand.listen(lambda _: felt.set())
    kiosk.watch_removal()
    assert felt.wait(DEADLINE)
    slots[READER_B].pull()
    hears(told, OUT)
    assert slots[READER_A].hand.asked["SELECT"] == 0


def test_a_pcscd_that_is_restarted_under_load_costs_visits_and_never_a_try(
    usb: Pcscd, kiosk: EidReader, slots: dict[str, CardBench], told: Queue[SlotChange]
) -> None:
    """Visit after visit, and the service goes at any moment: each is signed, or ends in a reader that is lost."""
    usb.plug(READER_A)
    slots[READER_A].insert("1.8:an")
    chance, ended, over = random.Random(4), list[FaultCode | None](), threading.Event()

    def visits() -> None:
        while not (over.is_set() and len(ended) >= VISITS and ended[-1] is None):
            try:
                assert isinstance(log_in(kiosk), Signature)
                ended.append(None)
            except DeviceFault as fault:
                ended.append(fault.code)
            kiosk.release()

    resident = threading.Thread(target=visits)
    resident.start()
    for number in range(1, RESTARTS + 1):
        before = len(ended)
        # A restart while the reader is lost from the one before is told by the same word: it is waited for.
        while ended[before:].count(None) < VISITS // RESTARTS - 5 or list(told.queue).count(FOUND) < number:
            threading.Event().wait(0.001)
        threading.Event().wait(chance.uniform(0, 0.01))
        usb.restart()
    over.set()
    resident.join(DEADLINE)
    assert not resident.is_alive()
    assert set(ended) <= {None, *GONE}
    assert set(ended) & GONE
    assert kiosk.recognise().tries_left == 3
    heard = [told.get_nowait() for _ in range(told.qsize())]
    assert heard.count(LOST) == heard.count(FOUND) - 1 == RESTARTS
