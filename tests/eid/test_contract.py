"""What every card reader promises (hardware.devices.CardReader), on the real pcscd.

`TestCardReaderContract` needs a `reader` that is being watched, `reports`, `insert` and `take_out`: here the hand is a
bench's, on site it is a person's.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue

import pytest

from hardware.devices import Applet, CardReader, Health, PinRefused, Signature, SlotChange
from hardware.eid import EidReader
from simulators.eid.bench import CardBench

PIN, WRONG_PIN = b"1234", b"9876"
KINDS = {
    "1.8:francois": (Applet.V1_8, "ES384"),
    "1.7:an": (Applet.V1_7, "RS256"),
    "hybrid:an": (Applet.V1_7, "RS256"),
}
DEADLINE = 20.0  # seconds; far more than anything here takes
Insert = Callable[[str], None]
TakeOut = Callable[[], None]
Reports = Queue[SlotChange]


@pytest.fixture
def take_out(bench: CardBench) -> TakeOut:
    return bench.pull


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, insert: Insert) -> str:
    """One of each kind of card, in the slot."""
    insert(request.param)
    return str(request.param)


@pytest.fixture
def card(insert: Insert) -> str:
    """A card in the slot, where the kind makes no difference."""
    insert("1.8:francois")
    return "1.8:francois"


class TestCardReaderContract:
    def test_it_says_what_card_it_is_how_many_tries_it_has_and_how_it_signs(
        self, reader: CardReader, kind: str
    ) -> None:
        card = reader.recognise()
        certificate = reader.read_certificate()
        assert (card.applet, certificate.algorithm) == KINDS[kind]
        assert (card.tries_left, certificate.expired) == (3, False)

    def test_the_signature_is_that_of_the_certificates_key(
        self,
        reader: CardReader,
        kind: str,
        digest_for: Callable[[str], bytes],
        verify: Callable[[bytes, bytes, bytes], None],
    ) -> None:
        reader.recognise()
        certificate = reader.read_certificate()
        digest = digest_for(KINDS[kind][1])
        signature = reader.sign(bytearray(PIN), digest)
        assert isinstance(signature, Signature)
        verify(certificate.der, signature.value, digest)

    def test_a_wrong_pin_costs_a_try_and_the_right_one_gives_it_back(
        self, reader: CardReader, kind: str, digest_for: Callable[[str], bytes]
    ) -> None:
        digest = digest_for(KINDS[kind][1])
        reader.recognise()
        assert reader.sign(bytearray(WRONG_PIN), digest) == PinRefused(2)
        assert reader.recognise().tries_left == 2
        assert isinstance(reader.sign(bytearray(PIN), digest), Signature)
        assert reader.recognise().tries_left == 3

    @pytest.mark.usefixtures("reader", "card")
    def test_the_first_reports_tell_what_is_there_already(self) -> None:
        told: Reports = Queue()
        late = EidReader()
        late.watch(told.put)
        try:
            first = [told.get(timeout=DEADLINE), told.get(timeout=DEADLINE)]
            assert first == [SlotChange.READER_FOUND, SlotChange.CARD_THERE]
        finally:
            late.close()

    @pytest.mark.usefixtures("reader", "card")
    def test_a_card_that_is_taken_out_is_reported(self, reports: Reports, take_out: TakeOut) -> None:
        take_out()
        assert reports.get(timeout=DEADLINE) is SlotChange.CARD_OUT

    def test_a_card_that_is_waited_for_is_reported_once(
        self, reader: CardReader, reports: Reports, card: str, take_out: TakeOut, insert: Insert
    ) -> None:
        reader.recognise()
        reader.release()
        reader.watch_removal()
        reader.watch_removal()
        take_out()
        assert reports.get(timeout=DEADLINE) is SlotChange.CARD_OUT
        insert(card)  # fails unless the next report is the new card
        assert reports.empty()

    @pytest.mark.usefixtures("card")
    def test_nothing_is_reported_while_a_card_is_used(self, reader: CardReader, reports: Reports) -> None:
        reader.recognise()
        reader.sign(bytearray(PIN), bytes(48))
        reader.release()
        reader.recognise()
        assert reports.empty()

    def test_release_never_raises(self, reader: CardReader) -> None:
        reader.release()
        reader.release()

    def test_a_reader_that_is_there_is_in_good_health(self, reader: CardReader) -> None:
        assert reader.status().health is Health.OK

    @pytest.mark.usefixtures("card")
    def test_after_close_nothing_is_reported(self, reader: CardReader, reports: Reports, take_out: TakeOut) -> None:
        told: Reports = Queue()
        witness = EidReader()
        witness.watch(told.put)
        try:
            told.get(timeout=DEADLINE), told.get(timeout=DEADLINE)
            reader.close()
            take_out()
            assert told.get(timeout=DEADLINE) is SlotChange.CARD_OUT
            assert reports.empty()
        finally:
            witness.close()
