"""Every fault has its words, and the words are the town's: plain, calm and without a person in them."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from hardware.faults import FAULTS, Fault, FaultCode, Mender
from tests.faults import test_at_devices, test_at_the_kiosk, test_at_the_town

# The style guide of the Flemish government on plain words, and the u-form, which no screen uses here.
STIFF = ("gelieve", "indien", "dienen", "dient", "bekomen", "reeds", "enkel", "slechts", "teneinde", "u", "uw", "stop")
# A title stands on at most two lines of the panel in the larger of two type sizes.
LONGEST_TITLE = 43

ROWS = [pytest.param(fault, id=code.value) for code, fault in FAULTS.items()]


def test_every_code_has_a_row() -> None:
    assert set(FAULTS) == set(FaultCode)


def test_every_code_is_brought_about_on_a_bench_and_seen_to_close() -> None:
    """Each table has a test that goes through all of it: a new code is put in one, with a hand that brings it about."""
    benches = (*test_at_devices.BENCHES, *test_at_the_town.BENCHES, *test_at_the_kiosk.BENCHES)
    assert set(benches) == set(FaultCode)


@pytest.mark.parametrize("fault", ROWS)
def test_texts_are_whole_sentences_without_shouting(fault: Fault) -> None:
    for sentence in (fault.text, *fault.steps):
        assert re.fullmatch(r"[A-Z].*[^ ][.?]", sentence)
        assert not re.search(r"!|  |\.\.|…", sentence)


@pytest.mark.parametrize("fault", ROWS)
def test_a_title_is_short_and_may_stand_within_a_line(fault: Fault) -> None:
    assert len(fault.title) <= LONGEST_TITLE
    assert re.fullmatch(r"[A-Z].*[a-z}]", fault.title)


@pytest.mark.parametrize("fault", ROWS)
def test_words_are_plain_and_in_the_je_form(fault: Fault) -> None:
    words = re.findall(r"[a-zé]+", " ".join((fault.title, fault.text, *fault.steps)).lower())
    assert not set(words).intersection(STIFF)


@pytest.mark.parametrize("fault", ROWS)
def test_only_the_municipality_is_filled_in(fault: Fault) -> None:
    for text in (fault.title, fault.text, *fault.steps):
        assert {name for _, name, _, _ in Formatter().parse(text) if name is not None} <= {"municipality"}


@pytest.mark.parametrize("fault", ROWS)
def test_a_technician_has_two_to_four_steps_and_no_step_twice(fault: Fault) -> None:
    assert 2 <= len(fault.steps) <= 4
    assert len(set(fault.steps)) == len(fault.steps)


@pytest.mark.parametrize("fault", ROWS)
def test_a_resident_is_asked_to_try_again_only_where_that_can_help(fault: Fault) -> None:
    if fault.mender is Mender.SITE_STAFF:
        assert not fault.retry


@pytest.mark.parametrize(
    ("code", "title"),
    [
        (FaultCode.NOT_AN_EID, "Dit is geen Belgische identiteitskaart"),
        (FaultCode.CARD_MUTE, "Je kaart zit misschien omgekeerd"),
        (FaultCode.CARD_UNREADABLE, "We kunnen deze kaart niet lezen"),
        (FaultCode.PIN_BLOCKED, "Je pincode is geblokkeerd"),
        (FaultCode.CERTIFICATE_EXPIRED, "Het digitale deel van je kaart is verlopen"),
        (FaultCode.CERTIFICATE_REVOKED, "Je kan je met deze kaart niet aanmelden"),
        (FaultCode.NOT_REGISTERED, "Je bent niet ingeschreven in {municipality}"),
        (FaultCode.BACKEND_DOWN, "Dit lukt nu even niet"),
        (FaultCode.PRINT_FAILED, "Het afdrukken is mislukt"),
        (FaultCode.PAPER_EMPTY, "Het papier is op"),
    ],
)
def test_the_common_ones_have_the_agreed_words(code: FaultCode, title: str) -> None:
    assert FAULTS[code].title == title
