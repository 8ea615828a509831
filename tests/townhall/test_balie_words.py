"""What a clerk reads of a fault is Dutch, with the kiosk's own word beside it."""

from __future__ import annotations

import re

from hardware.faults import FaultCode
from townhall.balie import words

# What can end a document on its way to paper; what merely runs low ends none.
ENDS_A_DOCUMENT = re.compile(
    r"^(document|printer(Lost|Fault)|print[A-Z]|paper(Jam|Empty)|cover|tray|tonerEmpty|wasteFull|backend|internal)"
)


def test_every_fault_that_ends_a_document_is_said_in_dutch() -> None:
    ending = {code.value for code in FaultCode if ENDS_A_DOCUMENT.match(code.value)}
    assert ending == set(words.FAULTS)
    assert words.fault("paperJam") == "papier vastgelopen (paperJam)"


def test_a_word_of_a_newer_kiosk_stands_as_it_came() -> None:
    assert words.fault("somethingNew") == "somethingNew"
