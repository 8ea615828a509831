"""Who a virtual card can be, and what can be the matter with it: read back by a reading of the specification here."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulators.eid.applet import VirtualCard
from simulators.eid.bench import CardBench, Hand
from simulators.eid.files import IDENTITY

PROJECT = Path(__file__).parents[2]
KINDS = ("1.8", "1.7", "hybrid")
AUTHENTICATION, SIGNATURE = 0x5038, 0x5039


def card_of(cards: CardBench, specification: str) -> VirtualCard:
    card = cards.card(specification)
    assert isinstance(card, VirtualCard)
    return card


# [C18 §6.1] tag, length (FF adds 255 and goes on), value.
def fields(file: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at < len(file):
        tag, length, at = file[at], 0, at + 1
        while file[at] == 0xFF:
            length, at = length + 255, at + 1
        length, at = length + file[at], at + 1
        found[tag], at = file[at : at + length], at + length
    return found


def identity(cards: CardBench, specification: str) -> dict[int, bytes]:
    return fields(card_of(cards, specification).files[IDENTITY])


def has(card: VirtualCard, file: int) -> bool:
    return card.files[file][0] == 0x30


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("person", "certificates"),
    [("an", (True, True)), ("noor", (True, False)), ("lou", (False, False)), ("foreigner", (True, True))],
    ids=["citizen", "minor", "Kids-ID", "foreigner"],
)
def test_who_may_sign_in_and_who_may_sign_depends_on_age(
    cards: CardBench, kind: str, person: str, certificates: tuple[bool, bool]
) -> None:
    card = card_of(cards, f"{kind}:{person}")
    assert (has(card, AUTHENTICATION), has(card, SIGNATURE)) == certificates


# [C17, C18] as many zeros as the largest certificate could take.
@pytest.mark.parametrize(("kind", "size"), [("1.8", 2500), ("1.7", 1300), ("hybrid", 1300)])
def test_a_certificate_that_is_not_there_is_a_file_of_zeros(cards: CardBench, kind: str, size: int) -> None:
    assert card_of(cards, f"{kind}:lou").files[AUTHENTICATION] == bytes(size)


@pytest.mark.parametrize("kind", KINDS)
def test_an_eu_plus_card_has_every_field_a_card_may_have(cards: CardBench, kind: str) -> None:
    read = identity(cards, f"{kind}:euplus")
    assert set(range(17, 32)) - {26} <= set(read)
    assert (26 in read) == (kind == "1.8")  # the hash of the basic key, which only 1.8 has
    assert (read[15], read[20], read[31]) == (b"32", b"", b"17.03.2021")
    assert list(read) == sorted(read)


# [C18 §6.1] "MÄR" takes four bytes of UTF-8.
def test_a_card_of_a_german_speaking_municipality_writes_its_dates_in_german(cards: CardBench) -> None:
    read = identity(cards, "1.8:german")
    assert read[12] == b"08.M\xc3\x84R.1997"
    assert read[5] == b"Hochfeld"
    assert read[10] == b"Belgier"


def test_an_identity_may_take_more_than_one_read(cards: CardBench) -> None:
    assert len(card_of(cards, "1.8:longname").files[IDENTITY]) >= 300


def test_a_strangers_card_has_the_names_of_a_real_one_and_another_key(cards: CardBench) -> None:
    real, stranger = (card_of(cards, f"1.8:an{state}").chip.authentication for state in ("", ":stranger"))
    assert real is not None
    assert stranger is not None
    assert real.certificate.issuer == stranger.certificate.issuer
    assert real.certificate.public_key() != stranger.certificate.public_key()


def test_a_card_of_before_has_short_keys_and_a_status_query_costs_a_try(cards: CardBench) -> None:
    card = card_of(cards, "1.1:an")
    assert card.chip.authentication is not None
    assert card.chip.authentication.key.key_size == 1024
    assert card.transmit(bytes.fromhex("0020000100")) == bytes.fromhex("63C2")


# [ISO 7816-3] one byte takes 12 etu at 4 MHz: 1.8 (Fi 512, Di 32) 48 µs, 1.7 (Fi 372, Di 4) 279 µs.
@pytest.mark.parametrize(("kind", "microseconds"), [("1.8", 48), ("1.7", 279), ("hybrid", 279)])
def test_a_card_may_be_as_slow_as_its_line(cards: CardBench, kind: str, microseconds: int) -> None:
    assert card_of(cards, f"{kind}:an").kind == kind
    hand = Hand(cards.card(f"{kind}:an"), microseconds * 1e-6)
    hand.power_on()
    hand.answer(bytes.fromhex("00A4020C025038"))
    begun = time.monotonic()
    answer = hand.answer(bytes.fromhex("00B0000000"))
    assert answer is not None
    assert time.monotonic() - begun >= len(answer) * microseconds * 1e-6
    assert hand.line_bytes == 7 + 1 + 2 + 5 + 1 + 258


def test_its_line_is_no_slower_than_it_says(cards: CardBench) -> None:
    """A sleep alone is 50 µs late (prctl(2), PR_SET_TIMERSLACK): as much as a byte takes."""
    hand = Hand(cards.card("1.8:an"), 48e-6)
    hand.power_on()
    select = bytes.fromhex("00A4020C025038")

    def late() -> float:
        begun = time.perf_counter()
        hand.answer(select)
        return time.perf_counter() - begun - (len(select) + 1 + 2) * 48e-6

    assert 0 <= min(late() for _ in range(50)) < 30e-6


def test_the_card_can_be_had_without_a_kiosk() -> None:
    command = [sys.executable, "-m", "simulators.eid", "--person", "german", "--kind", "1.8"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            told = list(iter(program.stdout.readline, "ready\n"))
            exports = "".join(told)
            script = f"{exports} until eidenv 2>/dev/null | grep NATIONALNUMBER; do :; done; eidenv"
            said = subprocess.run(["timeout", "20", "sh", "-c", script], capture_output=True, text=True, check=False)
        finally:
            program.terminate()
            assert program.wait(20) == 0
    assert "BELPIC_NAME: Schröder-Weiß" in said.stdout
    assert "BELPIC_DELIVERINGMUNICIPALITY: Hochfeld" in said.stdout
