"""`kiosk check backend` as a person types it: a card in a reader, a PIN, exit codes, and nobody named."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulators.eid.applet import VirtualCard
from simulators.eid.bench import CardBench
from simulators.pcscd import Pcscd

if TYPE_CHECKING:
    from tests.conformance.conftest import Town

PROJECT = Path(__file__).parents[2]
SECONDS = 100.0
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def reader() -> Iterator[Pcscd]:
    with Pcscd() as daemon:
        yield daemon


@pytest.fixture
def slot(town: Town, reader: Pcscd) -> Iterator[CardBench]:
    bench = CardBench(town.pki, town.residents, reader.slot())
    yield bench
    bench.pull()
    bench.close()


@pytest.fixture
def check(town: Town, reader: Pcscd) -> Command:
    def command(
        kiosk: str, *more: str | Path, url: str = town.hall.url, at: Pcscd = reader
    ) -> subprocess.CompletedProcess[str]:
        certificate, key = town.kiosk(kiosk)
        ca = town.hall.ca / "ca.pem"
        line = ["check", "backend", url, "--ca", ca, "--certificate", certificate, "--key", key, *more]
        return subprocess.run(
            [sys.executable, "-m", "kiosk_app.cli", *map(str, line)],
            cwd=PROJECT,
            env={**os.environ, **at.environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return command


@pytest.fixture
def pin(tmp_path: Path) -> Callable[[str], Path]:
    def written(digits: str) -> Path:
        file = tmp_path / "pin"
        file.write_text(f"{digits}\n")
        return file

    return written


def test_a_card_in_a_real_reader_and_nobody_named(
    town: Town, slot: CardBench, check: Command, pin: Callable[[str], Path], tmp_path: Path
) -> None:
    slot.insert("1.8:an")
    asked, seal = pin(town.residents["an"].pin), town.hall.ca / "seal-ca.pem"
    ended = check(
        "LV-CLI", "--card-reader", "", "--pin-file", asked, "--seal-ca", seal, "--json", tmp_path / "found.json"
    )
    assert ended.returncode == 0, ended.stdout
    assert ended.stderr == ""
    assert re.search(r"^ok +document\.printable +1 pages, sealed$", ended.stdout, re.MULTILINE)
    assert " 0 broken, 8 not tried" in ended.stdout
    found = json.loads((tmp_path / "found.json").read_text())
    assert (found["broken"], found["held"] + found["notTried"]) == (0, len(found["checks"]))
    an = town.residents["an"]
    code = "[CDFGHJKMNPQRTWXY34679]{4}"
    private = rf"{an.surname}|{an.given_names}|{an.ssin}|\b{an.pin}\b|\b{code}-{code}\b"
    assert not re.search(private, ended.stdout + json.dumps(found))
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", ended.stdout), "no ticket, no session"


def test_a_wrong_pin_is_given_once(slot: CardBench, check: Command, pin: Callable[[str], Path]) -> None:
    card = slot.insert("1.8:bram")
    ended = check("LV-PIN", "--card-reader", "", "--pin-file", pin("9999"))
    assert ended.returncode == 2
    assert ended.stderr == "kiosk check: the card refuses this PIN; 2 tries are left\n"
    assert isinstance(card, VirtualCard)
    assert card.tries == 2


def test_a_card_that_somebody_mistyped_on_is_left_alone(
    slot: CardBench, check: Command, pin: Callable[[str], Path]
) -> None:
    slot.insert("1.8:an:lastTry")
    ended = check("LV-TRY", "--card-reader", "", "--pin-file", pin("1234"))
    assert ended.returncode == 2
    assert ended.stderr == "kiosk check: too few tries of the PIN are left (1); sign in elsewhere first\n"


def test_an_empty_reader_is_said(check: Command, pin: Callable[[str], Path]) -> None:
    with Pcscd() as untouched:  # in one that held a card, a card may still be seen for half a second
        ended = check("LV-EMPTY", "--card-reader", "", "--pin-file", pin("1234"), at=untouched)
    assert ended.returncode == 2
    assert ended.stderr == "kiosk check: no card in a reader of that name\n"


def test_what_does_not_hold_ends_in_1_with_what_to_do(
    slot: CardBench, check: Command, pin: Callable[[str], Path]
) -> None:
    slot.insert("1.8:an")
    ended = check("LV-ORIGIN", "--card-reader", "", "--pin-file", pin("1234"), "--origin", "https://other.example")
    assert ended.returncode == 1
    (told,) = re.findall(r"^BROKEN (\S+) +(.*)\n((?: {9}.*\n)+)", ended.stdout, re.MULTILINE)
    assert told[:2] == ("signIn.works", "403 signatureInvalid")
    assert "your origin is not the one given with --origin" in " ".join(told[2].split())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--second-key", "x.pem"), "--second-certificate and --second-key go together"),
        (("--ca", "/nowhere/ca.pem"), "/nowhere/ca.pem: No such file or directory"),
        (("--seal-ca", "/nowhere/seal.pem"), "/nowhere/seal.pem: No such file or directory"),
        (("--key", __file__), "certificates and keys: "),
        (("--json", "/nowhere/found.json"), "/nowhere/found.json: No such file or directory"),
    ],
)
def test_what_it_cannot_use_is_said_in_one_line(check: Command, more: tuple[str, ...], said: str) -> None:
    ended = check("LV-LINE", *more)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"kiosk check: {said}")


def test_nobody_at_that_address_is_no_verdict(check: Command) -> None:
    ended = check("LV-NOBODY", url="https://localhost:1")
    assert (ended.returncode, ended.stderr) == (2, "kiosk check: GET /health: no answer: ConnectError\n")
