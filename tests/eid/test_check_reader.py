"""`kiosk check reader` as a technician runs it, with a bench for a hand: what it says, and what it never says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

import pytest

from simulators.eid.bench import CardBench
from simulators.pcscd import Pcscd

NOT_TO_BE_SAID = ("An", "Peeters", "85113099960", "1234", "55113")


@pytest.fixture
def check(pcscd: Pcscd) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "reader"]
    environment = {**os.environ, **pcscd.environment, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        yield program
        program.kill()


def until(lines: IO[str], wanted: str) -> list[str]:
    read: list[str] = []
    for line in lines:
        read.append(line.strip())
        if wanted in line:
            return read
    pytest.fail(f"it never said {wanted!r}: {read}")


@pytest.mark.parametrize(("kind", "applet", "algorithm"), [("1.8", "1.8", "ES384"), ("hybrid", "1.7", "RS256")])
def test_a_good_reader_and_card_pass_and_nobody_is_named(
    bench: CardBench, check: subprocess.Popen[str], kind: str, applet: str, algorithm: str
) -> None:
    assert check.stdout is not None
    told = until(check.stdout, "Steek een eID")
    bench.insert(f"{kind}:an")
    told += until(check.stdout, "Neem de kaart uit")
    bench.pull()
    told += until(check.stdout, "Alles in orde.")
    assert check.wait(20) == 0
    said = " ".join(told)
    assert f"applet {applet}" in said
    assert algorithm in said
    assert "Pogingen voor de pincode: 3." in said
    assert not set(NOT_TO_BE_SAID) & set(said.replace(".", " ").replace(",", " ").split())
    assert bench.hand.asked["VERIFY"] == (0 if kind == "1.8" else 2)  # status queries alone


def test_a_card_that_is_no_eid_is_named_with_what_to_do(bench: CardBench, check: subprocess.Popen[str]) -> None:
    assert check.stdout is not None
    until(check.stdout, "Steek een eID")
    bench.insert("bank:an")
    said = until(check.stdout, "2. ")
    assert said[0].startswith("FOUT: Dit is geen Belgische identiteitskaart")
    assert check.wait(20) == 1
