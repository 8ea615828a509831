"""A private pcscd with a virtual reader, a test authority and a bench for cards: one of each for a whole run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from hardware.devices import SlotChange
from hardware.eid import EidReader
from hardware.eid.pcsc import UNAWARE, Context
from simulators.eid.bench import CardBench
from simulators.eid.people import Person, load_residents
from simulators.eid.pki import Pki
from simulators.pcscd import READER_A, Pcscd

# Far more than anything here takes, also on a machine that does much else.
DEADLINE_SECONDS = 20.0


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def residents() -> dict[str, Person]:
    return load_residents(Path(__file__).with_name("residents.toml"))


@pytest.fixture(scope="session")
def running_pcscd() -> Iterator[Pcscd]:
    with Pcscd() as daemon:
        yield daemon


@pytest.fixture
def pcscd(running_pcscd: Pcscd) -> Iterator[Pcscd]:
    with running_pcscd.used_here():
        yield running_pcscd


@pytest.fixture(scope="session")
def hand(pki: Pki, residents: dict[str, Person], running_pcscd: Pcscd) -> CardBench:
    return CardBench(pki, residents, running_pcscd.slot())


@pytest.fixture
def bench(hand: CardBench, pcscd: Pcscd) -> Iterator[CardBench]:
    """An empty slot, and cards with all their tries."""
    del pcscd
    hand.forget()
    wait_until_empty()
    yield hand
    hand.pull()


def wait_until_empty() -> None:
    """The last test's card is out of our hands, but pcscd looks only every 0.4 s."""
    context = Context()
    try:
        reader, state = context.readers()[0], UNAWARE
        while (seen := context.wait([(reader, state)], int(DEADLINE_SECONDS * 1000))) and seen[0].card:
            state = seen[0].word
        if seen is None:
            pytest.fail("a card stays in the slot")
    finally:
        context.close()


@pytest.fixture
def cards(pki: Pki, residents: dict[str, Person]) -> CardBench:
    """Cards in process, without a reader."""
    return CardBench(pki, residents)


@pytest.fixture
def reports() -> Queue[SlotChange]:
    """What the reader reported and no test has looked at yet."""
    return Queue()


@pytest.fixture
def reader(bench: CardBench, reports: Queue[SlotChange]) -> Iterator[EidReader]:
    """A reader with an empty slot, being watched."""
    del bench
    driver = EidReader(READER_A)
    driver.watch(reports.put)
    assert reports.get(timeout=DEADLINE_SECONDS) is SlotChange.READER_FOUND
    yield driver
    driver.close()


@pytest.fixture
def insert(bench: CardBench, reader: EidReader, reports: Queue[SlotChange]) -> Callable[[str], None]:
    """Put a card in and wait until the reader reports it."""
    del reader

    def put(specification: str) -> None:
        bench.insert(specification)
        assert reports.get(timeout=DEADLINE_SECONDS) is SlotChange.CARD_IN

    return put


@pytest.fixture(scope="session")
def digest_for() -> Callable[[str], bytes]:
    """A digest as long as an algorithm takes."""
    return lambda algorithm: (hashlib.sha384 if algorithm == "ES384" else hashlib.sha256)(b"a challenge").digest()


@pytest.fixture(scope="session")
def verify() -> Callable[[bytes, bytes, bytes], None]:
    """Check a signature over a digest with a certificate: cryptography is the referee. Raises InvalidSignature."""

    def check(der: bytes, signature: bytes, digest: bytes) -> None:
        key = x509.load_der_x509_certificate(der).public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
            return
        assert isinstance(key, ec.EllipticCurvePublicKey)
        numbers = utils.encode_dss_signature(
            int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big")
        )
        key.verify(numbers, digest, ec.ECDSA(utils.Prehashed(hashes.SHA384())))

    return check
