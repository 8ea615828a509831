"""A reader with keys of its own: the PIN goes from there to the card, and never enters the kiosk."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hardware.devices import PinRefused, Signature, SlotChange
from hardware.eid import EidReader, pinpad
from hardware.faults import DeviceFault, FaultCode
from kiosk_app import effects, events
from kiosk_app.card_worker import CardWorker
from kiosk_app.check_reader import Technician
from kiosk_app.reader_contract import Trial, signs
from kiosk_app.visit import Challenge
from simulators.eid.applet import VirtualCard
from simulators.eid.bench import CardBench
from simulators.eid.people import Person
from simulators.eid.pinpad import Deed, Later, Pinpad
from simulators.eid.pki import Pki
from simulators.pcscd import DIGIPASS, READER_A, READER_WITH_KEYS, Pcscd

Kind = TypeVar("Kind", bound=events.Event)
DEADLINE = 20.0  # seconds; far more than anything here takes
MODULE = "opensc-pkcs11.so"
DIGEST = hashlib.sha384(b"a challenge").digest()


class Reader:
    """A reader that is asked things and gives these answers; its card is left alone."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[int, bytes]] = []

    def transmit(self, command: bytes | bytearray) -> bytes:
        raise AssertionError(f"a command of {len(command)} bytes for the card")

    def control(self, code: int, data: bytes) -> bytes:
        self.asked.append((code, data))
        return self._answers.pop(0)


def fault_of(work: Callable[[], object]) -> FaultCode:
    with pytest.raises(DeviceFault) as caught:
        work()
    return caught.value.code


# PC/SC part 10 §2.3: tag, length, control code. 07 (modify) and 12 (properties) stand beside 06 on real readers.
def test_the_control_code_is_found_among_what_else_a_reader_can() -> None:
    reader = Reader(bytes.fromhex("07 04 42330007 06 04 42330006 12 04 42330012"), b"\x90\x00")
    found = pinpad.find(reader, "SPRx32")
    assert found is not None
    assert pinpad.verify(found) is None
    # CM_IOCTL_GET_FEATURE_REQUEST of pcsc-lite's reader.h, then the reader's own.
    assert [code for code, _ in reader.asked] == [0x42000000 + 3400, 0x42330006]


@pytest.mark.parametrize(
    "features", ["", "07 04 42330007", "06 02 4233", "06", "06 04 4233", "FF FF 06 04 42330006"], ids=repr
)
def test_a_reader_without_the_feature_has_no_keys(features: str) -> None:
    assert pinpad.find(Reader(bytes.fromhex(features)), "SPRx32") is None


@pytest.mark.parametrize("answer", [b"", b"\x90", b"\x90\x00\x00", b"\x6d\x00", b"\x61\x10", bytes(65536)])
def test_nonsense_from_the_keys_is_no_pin(answer: bytes) -> None:
    assert fault_of(lambda: pinpad.verify(lambda: answer)) is FaultCode.CARD_UNREADABLE


# --- on a real pcscd, asked in either way --------------------------------------------------------------------------

READERS: dict[str, Callable[[], Pcscd]] = {
    "SCardControl": lambda: Pcscd(READER_WITH_KEYS),
    "pseudo-APDU": lambda: Pcscd(DIGIPASS),
}


@pytest.fixture(scope="module", params=READERS)
def pinpad_pcscd(request: pytest.FixtureRequest) -> Iterator[Pcscd]:
    """A reader that knows the control codes, and one that does not."""
    with READERS[request.param]() as daemon:
        yield daemon


@pytest.fixture
def keys() -> Pinpad:
    return Pinpad()


@pytest.fixture
def at_the_keys(
    pinpad_pcscd: Pcscd, pki: Pki, residents: dict[str, Person], keys: Pinpad
) -> Iterator[tuple[EidReader, CardBench]]:
    """A reader with keys, watched, and a card that was put in."""
    bench = CardBench(pki, residents, pinpad_pcscd.slot())
    bench.pinpad = keys
    reports: Queue[SlotChange] = Queue()
    with pinpad_pcscd.used_here():
        reader = EidReader()
        reader.watch(reports.put)
        while reports.get(timeout=DEADLINE) is not SlotChange.READER_FOUND:
            pass
        bench.insert("1.8:an")
        while reports.get(timeout=DEADLINE) is not SlotChange.CARD_IN:
            pass
        yield reader, bench
        bench.pull()
        while reports.get(timeout=DEADLINE) is not SlotChange.CARD_OUT:
            pass
        reader.close()


def test_a_pin_typed_on_the_reader_signs(
    at_the_keys: tuple[EidReader, CardBench], keys: Pinpad, verify: Callable[[bytes, bytes, bytes], None]
) -> None:
    reader, bench = at_the_keys
    keys.will = ["9876", "1234"]
    assert reader.recognise().keys_on_reader
    certificate = reader.read_certificate()
    assert reader.sign_on_reader(DIGEST) == PinRefused(2)
    signature = reader.sign_on_reader(DIGEST)
    assert isinstance(signature, Signature)
    verify(certificate.der, signature.value, DIGEST)
    assert bench.hand.asked["VERIFY"] == 0  # the kiosk itself sent none
    assert bench.hand.asked["LOG OFF"] == 2


# Fedict/eid-mw (pinpad.cpp) and e-Contract/commons-eid (CCID.java) send the same bytes.
def test_the_reader_is_told_what_the_official_middleware_tells_it(
    at_the_keys: tuple[EidReader, CardBench], keys: Pinpad
) -> None:
    reader, _ = at_the_keys
    keys.will = ["1234"]
    reader.recognise()
    reader.sign_on_reader(DIGEST)
    assert keys.structures == [
        bytes.fromhex("1E1E 89 47 04 0C04 02 01 1308 00 000000 0D000000 00200001 08 20FFFFFFFFFFFFFF")
    ]


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        (Deed.WAITS, FaultCode.PIN_NOT_TYPED),
        (Deed.CANCELS, FaultCode.PIN_CANCELLED),
        (Deed.TYPES_TOO_LITTLE, FaultCode.PIN_NOT_TYPED),
    ],
)
def test_what_a_resident_does_instead_of_typing_is_told_and_costs_no_try(
    at_the_keys: tuple[EidReader, CardBench], keys: Pinpad, deed: Deed, fault: FaultCode
) -> None:
    reader, bench = at_the_keys
    keys.will = [deed]
    reader.recognise()
    assert fault_of(lambda: reader.sign_on_reader(DIGEST)) is fault
    assert bench.hand.asked["PERFORM SECURITY OPERATION"] == 0
    assert reader.recognise().tries_left == 3


def test_three_wrong_pins_on_the_reader_block_the_card(at_the_keys: tuple[EidReader, CardBench], keys: Pinpad) -> None:
    reader, _ = at_the_keys
    keys.will = ["9876"] * 3
    reader.recognise()
    assert [reader.sign_on_reader(DIGEST) for _ in range(3)] == [PinRefused(left) for left in (2, 1, 0)]
    assert reader.recognise().tries_left == 0


def test_the_check_of_a_reader_with_keys_asks_for_no_pin_on_the_kiosk(
    at_the_keys: tuple[EidReader, CardBench], keys: Pinpad
) -> None:
    del at_the_keys
    keys.will, said = ["1234"], list[str]()

    def asked() -> str:
        raise AssertionError("the PIN was asked for")

    trial = Trial(EidReader, Technician(said.append, asked), said.append)
    trial.begin()
    signs(trial)
    trial.reader.close()
    assert said[-2:] == ["Typ de pincode op de toetsen van de lezer en druk daar op OK.", "Handtekening klopt."]


def test_a_pin_typed_on_the_reader_is_in_no_log_and_in_nothing_that_was_sent(
    at_the_keys: tuple[EidReader, CardBench], keys: Pinpad, caplog: pytest.LogCaptureFixture
) -> None:
    reader, _ = at_the_keys
    keys.will = ["1234"]
    with caplog.at_level(logging.DEBUG):
        reader.recognise()
        reader.sign_on_reader(DIGEST)
    sent = b"".join(keys.structures).hex()
    assert "1234" not in sent
    assert "1234" not in caplog.text


# --- a reader that waits ------------------------------------------------------------------------------------------


class Visit:
    """A visit's worker at a reader that waits for keys."""

    def __init__(self) -> None:
        self._posted: Queue[events.Event] = Queue()
        self.later = Later()
        self.worker = CardWorker(EidReader(), "https://kiosk.example", self._posted.put, lambda _: None, typing=90.0)

    def hears(self, kind: type[Kind]) -> Kind:
        """The next event, but for a card that was found there, is of this kind."""
        told = self._posted.get(timeout=DEADLINE)
        while isinstance(told, events.CardFound):
            told = self._posted.get(timeout=DEADLINE)
        assert isinstance(told, kind)
        return told

    def begin(self) -> None:
        """Come as far as the keys."""
        self.worker.start()
        self.worker.do(effects.RecogniseCard(1))
        self.worker.do(effects.ReadCertificate(1))
        self.hears(events.CardRecognised)
        certificate = self.hears(events.CertificateRead).certificate
        self.worker.do(effects.SignOnReader(1, certificate, Challenge("id", "nonce")))
        assert self.later.waits.wait(DEADLINE)


@pytest.fixture
def visit(at_the_keys: tuple[EidReader, CardBench], keys: Pinpad) -> Iterator[Visit]:
    del at_the_keys
    visit = Visit()
    keys.will = [visit.later]
    visit.begin()
    yield visit
    visit.worker.stop()


def test_a_pin_that_is_typed_after_stop_signs_nothing_and_the_next_resident_is_served(
    at_the_keys: tuple[EidReader, CardBench], visit: Visit
) -> None:
    """The reader cannot be told to stop waiting: what is typed then opens the card for nobody."""
    _, bench = at_the_keys
    visit.worker.do(effects.ReleaseCard(1))  # what Stop leads to
    visit.worker.do(effects.RecogniseCard(2))
    visit.later.do("1234")
    recognised = visit.hears(events.CardRecognised)
    assert (recognised.visit, recognised.tries_left) == (2, 3)
    assert bench.hand.asked["PERFORM SECURITY OPERATION"] == 0
    assert bench.hand.asked["LOG OFF"] == 1


def test_a_card_that_is_pulled_while_the_reader_waits_ends_the_waiting(
    at_the_keys: tuple[EidReader, CardBench], visit: Visit
) -> None:
    _, bench = at_the_keys
    bench.pull()
    visit.hears(events.CardRemoved)  # and no word of the keys
    bench.insert("1.8:an")
    visit.hears(events.CardInserted)
    visit.worker.do(effects.ReleaseCard(1))
    visit.worker.do(effects.RecogniseCard(2))
    assert visit.hears(events.CardRecognised).visit == 2


def test_opensc_has_the_pin_typed_on_the_virtual_readers_keys(
    pki: Pki, residents: dict[str, Person], tmp_path: Path
) -> None:
    """The reader below the driver is what strangers' software takes for one: PC/SC part 10, through pcscd."""
    keys = Pinpad(["9876", "1234"])
    (tmp_path / "data").write_bytes(b"a challenge")
    sign = ["pkcs11-tool", "--login", "--sign", "--id", "02", "--mechanism", "SHA256-RSA-PKCS"]
    files = ["--module", MODULE, "-i", str(tmp_path / "data"), "-o", str(tmp_path / "signature")]
    with READERS["SCardControl"]() as daemon:
        bench = CardBench(pki, residents, daemon.slot())
        bench.pinpad = keys
        bench.insert("1.7:an")
        environment = {**os.environ, **daemon.environment}
        wait = "until pkcs11-tool --module $0 --list-slots | grep 'PIN pad present'; do :; done"
        subprocess.run(["timeout", "20", "sh", "-c", wait, MODULE], env=environment, check=True, capture_output=True)
        tries = [
            subprocess.run(
                [*sign, *files], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
            for _ in range(2)
        ]
        bench.close()
    assert "CKR_PIN_INCORRECT" in tries[0].stderr
    assert [one.returncode for one in tries] == [1, 0]
    card = bench.card("1.7:an")
    assert isinstance(card, VirtualCard)
    assert card.chip.authentication is not None
    key = card.chip.authentication.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify((tmp_path / "signature").read_bytes(), b"a challenge", padding.PKCS1v15(), hashes.SHA256())
    assert len(keys.structures) == 2


def test_a_reader_without_keys_is_never_sent_a_command_that_is_not_for_cards(
    reader: EidReader, bench: CardBench, insert: Callable[[str], None]
) -> None:
    assert "DIGIPASS" not in READER_A
    insert("1.8:an")
    assert not reader.recognise().keys_on_reader
    assert bench.hand.asked["PINPAD"] == 0
    assert fault_of(lambda: reader.sign_on_reader(DIGEST)) is FaultCode.INTERNAL
