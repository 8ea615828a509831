"""What every card reader promises (hardware.devices.CardReader), on the real pcscd.

`TestCardReaderContract` needs a `watched` reader, `insert` and `take_out`: here a virtual card's, on site a person's hands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hardware.devices import Applet, CardReader, Health, PinRefused, Signature, SlotChange

PIN, WRONG_PIN = b"1234", b"9876"
KINDS = {"1.8:francois": (Applet.V1_8, "ES384"), "1.7:an": (Applet.V1_7, "RS256")}


@pytest.fixture
def take_out(bench: Any) -> Callable[[], None]:
    return bench.pull


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, insert: Callable[[str], None]) -> str:
    insert(request.param)
    return str(request.param)


class TestCardReaderContract:
    def test_the_first_reports_tell_what_is_there_already(self, watched: Any, kind: str) -> None:
        del kind
        late = type(watched)()
        try:
            assert [late.diary.next(), late.diary.next()] == [SlotChange.READER_FOUND, SlotChange.CARD_IN]
        finally:
            late.reader.close()

    def test_it_says_what_card_it_is_and_how_many_tries_it_has(self, watched: Any, kind: str) -> None:
        card = watched.reader.recognise()
        assert (card.applet, card.tries_left) == (KINDS[kind][0], 3)

    def test_it_says_which_algorithm_fits_the_certificate(self, watched: Any, kind: str) -> None:
        watched.reader.recognise()
        certificate = watched.reader.read_certificate()
        assert (certificate.algorithm, certificate.expired) == (KINDS[kind][1], False)

    def test_the_signature_is_that_of_the_certificates_key(
        self, watched: Any, kind: str, digest_for: Any, verify: Any
    ) -> None:
        del kind
        watched.reader.recognise()
        certificate = watched.reader.read_certificate()
        digest = digest_for(certificate.algorithm)
        signature = watched.reader.sign(bytearray(PIN), digest)
        assert isinstance(signature, Signature)
        verify(certificate.der, signature.value, digest)

    def test_a_wrong_pin_costs_a_try_and_the_right_one_gives_it_back(
        self, watched: Any, kind: str, digest_for: Any
    ) -> None:
        digest = digest_for(KINDS[kind][1])
        watched.reader.recognise()
        assert watched.reader.sign(bytearray(WRONG_PIN), digest) == PinRefused(2)
        assert watched.reader.recognise().tries_left == 2
        assert isinstance(watched.reader.sign(bytearray(PIN), digest), Signature)
        assert watched.reader.recognise().tries_left == 3

    def test_a_card_that_is_taken_out_is_reported(self, watched: Any, kind: str, take_out: Callable[[], None]) -> None:
        del kind
        take_out()
        assert watched.diary.next() is SlotChange.CARD_OUT

    def test_a_card_that_is_waited_for_is_reported_once(
        self, watched: Any, kind: str, take_out: Callable[[], None], insert: Callable[[str], None]
    ) -> None:
        watched.reader.recognise()
        watched.reader.release()
        watched.reader.watch_removal()
        watched.reader.watch_removal()
        take_out()
        assert watched.diary.next() is SlotChange.CARD_OUT
        insert(kind)  # fails unless the next report is the new card
        assert watched.diary.unread == []

    def test_nothing_is_reported_while_a_card_is_used(self, watched: Any, kind: str, digest_for: Any) -> None:
        watched.reader.recognise()
        watched.reader.sign(bytearray(PIN), digest_for(KINDS[kind][1]))
        watched.reader.release()
        watched.reader.recognise()
        assert watched.diary.unread == []

    def test_release_never_raises(self, watched: Any) -> None:
        watched.reader.release()
        watched.reader.release()

    def test_a_reader_that_is_there_is_in_good_health(self, watched: Any) -> None:
        reader: CardReader = watched.reader
        assert reader.status().health is Health.OK

    def test_after_close_nothing_is_reported(
        self, watched: Any, kind: str, take_out: Callable[[], None], insert: Callable[[str], None]
    ) -> None:
        del insert
        closed = type(watched)()
        closed.diary.next(), closed.diary.next()
        closed.reader.close()
        take_out()
        assert watched.diary.next() is SlotChange.CARD_OUT, kind
        assert closed.diary.unread == []
