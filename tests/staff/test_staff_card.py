"""Cards of staff behind a real pcscd: driver, `kiosk check staffcard`, and OpenSC as a referee of the virtual card."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tomli_w
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.credentials import StaffCard
from hardware.eid.pcsc import UNAWARE, Context
from hardware.faults import DeviceFault, FaultCode
from hardware.staffcard import PivReader
from simulators.eid.other_cards import BankCard
from simulators.eid.plug import Plug, Side
from simulators.pcscd import Pcscd
from simulators.piv import PivCard

TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}
TECHNICIAN, DEPOSITOR = StaffCard("T-03", "technician"), StaffCard("D-11", "depositor")
DEADLINE = 20.0


class Bank(BankCard):
    """A bank card at the contacts."""

    def answer(self, apdu: bytes) -> bytes:
        return self.transmit(apdu)


@pytest.fixture(scope="module")
def running() -> Iterator[Pcscd]:
    with Pcscd() as daemon:
        yield daemon


@pytest.fixture
def pcscd(running: Pcscd) -> Iterator[Pcscd]:
    with running.used_here():
        yield running


def slot_is(*, full: bool) -> None:
    """Wait until pcscd knows."""
    context, until = Context(), time.monotonic() + DEADLINE
    try:
        reader, state = context.readers()[0], UNAWARE
        while time.monotonic() < until:
            seen = context.wait([(reader, state)], 1000)
            if seen and seen[0].card is full:
                return
            state = seen[0].word if seen else state
        pytest.fail("the slot never was as it should be")
    finally:
        context.close()


@pytest.fixture
def insert(pcscd: Pcscd) -> Iterator[Callable[[Side], None]]:
    plugs: list[Plug] = []

    def put(card: Side) -> None:
        plugs.append(Plug(pcscd.slot(), card))
        slot_is(full=True)

    yield put
    for plug in plugs:
        plug.pull()
    slot_is(full=False)


@pytest.fixture
def card() -> PivCard:
    return PivCard.new("T-03")


def reader(*known: tuple[StaffCard, PivCard]) -> PivReader:
    return PivReader("", [(who, card.public_key()) for who, card in known])


def fault_of(asked: PivReader) -> FaultCode:
    with pytest.raises(DeviceFault) as raised:
        asked.identify()
    return raised.value.code


# --- the driver ------------------------------------------------------------------------------------------------------


def test_a_card_is_known_by_its_key_with_its_role(insert: Callable[[Side], None], card: PivCard) -> None:
    asked = reader((DEPOSITOR, PivCard.new("D-11")), (TECHNICIAN, card))
    insert(card)
    assert asked.identify() == TECHNICIAN


def test_no_challenge_is_given_twice(insert: Callable[[Side], None], card: PivCard) -> None:
    insert(card)
    for _ in range(3):
        reader((TECHNICIAN, card)).identify()
    assert len(card.asked) == len(set(card.asked)) == 3


def test_a_card_that_is_not_listed_is_refused(insert: Callable[[Side], None], card: PivCard) -> None:
    insert(PivCard.new("T-03"))
    assert fault_of(reader((TECHNICIAN, card))) is FaultCode.STAFF_CARD_REFUSED


def test_the_other_key_of_a_card_opens_nothing(insert: Callable[[Side], None], card: PivCard) -> None:
    insert(card)
    assert fault_of(PivReader("", [(TECHNICIAN, card.public_key(0x9A))])) is FaultCode.STAFF_CARD_REFUSED


def test_a_wrong_signature_is_refused(insert: Callable[[Side], None], card: PivCard) -> None:
    card.broken = True
    insert(card)
    assert fault_of(reader((TECHNICIAN, card))) is FaultCode.STAFF_CARD_REFUSED


def test_a_card_that_is_no_card_of_staff_is_refused(insert: Callable[[Side], None], card: PivCard) -> None:
    insert(Bank())
    assert fault_of(reader((TECHNICIAN, card))) is FaultCode.STAFF_CARD_REFUSED


def test_without_a_card_there_is_none(pcscd: Pcscd, card: PivCard) -> None:
    del pcscd
    assert fault_of(reader((TECHNICIAN, card))) is FaultCode.CARD_REMOVED


def test_without_the_reader_there_is_none(pcscd: Pcscd, card: PivCard) -> None:
    del pcscd
    assert fault_of(PivReader("another", [(TECHNICIAN, card.public_key())])) is FaultCode.READER_LOST


@pytest.mark.parametrize("answer", ["9000", "7C009000", "7C0582033001019000", "7C0382FF009000", "7C" * 40 + "9000"])
def test_an_answer_that_is_no_signature_lets_nobody_in(
    insert: Callable[[Side], None], card: PivCard, answer: str
) -> None:
    class Crooked(Bank):
        def answer(self, apdu: bytes) -> bytes:
            return bytes.fromhex(answer if apdu[1] == 0x87 else "9000")

    insert(Crooked())
    assert fault_of(reader((TECHNICIAN, card))) in {FaultCode.CARD_UNREADABLE, FaultCode.STAFF_CARD_REFUSED}


def test_only_public_keys_of_p_256_can_be_listed() -> None:
    other = rsa.generate_private_key(65537, 2048).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for wrong in (pem, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(ValueError, match=r"staff\.T-03: no public key of P-256"):
            PivReader("", [(TECHNICIAN, wrong)])


# --- on site ---------------------------------------------------------------------------------------------------------


def check(folder: Path, pcscd: Pcscd, keys: list[dict[str, str]]) -> tuple[int, str]:
    settings = folder / "kiosk.toml"
    settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder), "town": TOWN, "staff": keys}))
    command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "staffcard", "--settings", str(settings)]
    environment = {**os.environ, **pcscd.environment, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    return ended.returncode, ended.stdout + ended.stderr


def test_on_site_a_card_is_told_by_its_name_and_role(
    insert: Callable[[Side], None], pcscd: Pcscd, card: PivCard, tmp_path: Path
) -> None:
    insert(card)
    code, said = check(tmp_path, pcscd, [{"name": "T-03", "role": "technician", "public_key": card.public_key()}])
    assert code == 0, said
    assert "Kaart herkend: T-03, technician" in said


def test_on_site_a_card_that_is_not_listed_is_told_with_what_to_do(
    insert: Callable[[Side], None], pcscd: Pcscd, card: PivCard, tmp_path: Path
) -> None:
    insert(PivCard.new("T-03"))
    code, said = check(tmp_path, pcscd, [{"name": "T-03", "role": "technician", "public_key": card.public_key()}])
    assert code == 1
    assert "FOUT: Deze kaart opent dit loket niet (staffCardRefused: no listed key)\n  1. " in said


def test_on_site_a_kiosk_without_cards_of_staff_is_fine_and_a_key_that_is_none_is_refused(
    pcscd: Pcscd, tmp_path: Path
) -> None:
    assert check(tmp_path, pcscd, []) == (0, "De instellingen noemen er geen: dit loket werkt zonder.\n")
    wrong = {"name": "T-03", "role": "technician", "public_key": "-----BEGIN PUBLIC KEY-----\n"}
    assert check(tmp_path, pcscd, [wrong])[0] == 2


# --- OpenSC, which knows PIV and not us ------------------------------------------------------------------------------


def opensc(pcscd: Pcscd, *command: str, said: bytes = b"") -> bytes:
    environment = {**os.environ, **pcscd.environment}
    ended = subprocess.run(command, input=said, capture_output=True, check=False, env=environment, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_opensc_takes_the_virtual_card_for_a_piv_card_and_reads_its_certificate(
    insert: Callable[[Side], None], pcscd: Pcscd, card: PivCard
) -> None:
    insert(card)
    assert b"Personal Identity Verification Card" in opensc(pcscd, "piv-tool", "--name")
    pem = opensc(pcscd, "pkcs15-tool", "--read-certificate", "04")
    found = x509.load_pem_x509_certificate(pem).public_key()
    assert found.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode() == card.public_key()


def test_opensc_has_key_9e_sign_and_the_signature_is_that_of_the_listed_key(
    insert: Callable[[Side], None], pcscd: Pcscd, card: PivCard, tmp_path: Path
) -> None:
    insert(card)
    digest = hashlib.sha256(b"a challenge").digest()
    (tmp_path / "digest").write_bytes(digest)
    # It asks for a PIN before any signature; the card gets it, and 9E would not need it.
    command = (
        "pkcs11-tool",
        "--login",
        "--pin",
        card.pin,
        "--sign",
        "--id",
        "04",
        "--mechanism",
        "ECDSA",
        "--input-file",
        str(tmp_path / "digest"),
    )
    opensc(pcscd, *command, "--output-file", str(tmp_path / "signature"))
    raw = (tmp_path / "signature").read_bytes()
    signature = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = card.keys[0x9E].public_key()
    key.verify(signature, digest, ec.ECDSA(utils.Prehashed(SHA256())))
    with pytest.raises(InvalidSignature):
        key.verify(signature, hashlib.sha256(b"another").digest(), ec.ECDSA(utils.Prehashed(SHA256())))
