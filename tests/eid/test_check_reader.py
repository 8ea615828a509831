"""`kiosk check reader` as a technician runs it, with a bench for a hand: what it says, and what it never says."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import IO

import pytest

from simulators.eid.bench import CardBench
from simulators.pcscd import Pcscd

VERIFY, HEADER = 0x20, 5  # a VERIFY that is no longer than its header asks for the tries alone
NOT_TO_BE_SAID = ("An", "Peeters", "85113099960", "1234", "55113")


@pytest.fixture
def run(pcscd: Pcscd) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `kiosk check reader`; a PIN is typed on `terminal`."""
    programs: list[subprocess.Popen[str]] = []
    environment = {**os.environ, **pcscd.environment, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}

    def start(*options: str, terminal: int | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "kiosk_app.cli", "check", "reader", *options]
        programs.append(
            subprocess.Popen(
                command,
                stdin=terminal,
                stderr=terminal,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
                start_new_session=True,  # without a terminal of its own: then getpass takes stdin for one
            )
        )
        return programs[-1]

    yield start
    for program in programs:
        with program:
            program.kill()


@pytest.fixture
def check(run: Callable[..., subprocess.Popen[str]]) -> subprocess.Popen[str]:
    return run()


def until(lines: IO[str], wanted: str) -> list[str]:
    read: list[str] = []
    for line in lines:
        read.append(line.strip())
        if wanted in line:
            return read
    pytest.fail(f"it never said {wanted!r}: {read}")


def put_in_and_out_again(bench: CardBench, lines: IO[str], card: str) -> list[str]:
    """Do what is asked for from then on; gives what was said."""
    told = until(lines, "Neem de kaart uit")
    bench.pull()
    told += until(lines, "opnieuw")
    bench.insert(card)
    told += until(lines, "Neem de kaart uit")
    bench.pull()
    return told + until(lines, "Alles in orde.")


@pytest.mark.parametrize(("kind", "applet", "algorithm"), [("1.8", "1.8", "ES384"), ("hybrid", "1.7", "RS256")])
def test_a_good_reader_and_card_pass_and_nobody_is_named(
    bench: CardBench, check: subprocess.Popen[str], kind: str, applet: str, algorithm: str
) -> None:
    assert check.stdout is not None
    told = until(check.stdout, "Steek een eID")
    bench.insert(f"{kind}:an")
    told_card: list[bytes] = []
    bench.hand.listen(told_card.append)
    told += put_in_and_out_again(bench, check.stdout, f"{kind}:an")
    assert check.wait(20) == 0
    said = " ".join(told)
    assert f"applet {applet}" in said
    assert algorithm in said
    assert "Pogingen voor de pincode: 3." in said
    assert not set(NOT_TO_BE_SAID) & set(said.replace(".", " ").replace(",", " ").split())
    assert "Pincode niet gevraagd" in said
    assert bench.hand.asked["PERFORM SECURITY OPERATION"] == 0
    assert [command for command in told_card if command[1] == VERIFY and len(command) > HEADER] == []


class Terminal:
    """Where somebody types a PIN: both ends of a terminal, and all that was seen on it."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.openpty()
        self.seen = b""

    def type(self, pin: str) -> None:
        """When it is asked for."""
        while b"Pincode van deze kaart" not in self.seen:
            self.seen += os.read(self._ours, 1000)
        os.write(self._ours, f"{pin}\n".encode())

    def close(self) -> None:
        """See the rest."""
        os.close(self.theirs)
        with contextlib.suppress(OSError):  # EIO: the other end is gone
            while part := os.read(self._ours, 1000):
                self.seen += part
        os.close(self._ours)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_a_pin_that_is_asked_for_is_typed_unseen_and_the_signature_checked(
    bench: CardBench, run: Callable[..., subprocess.Popen[str]], terminal: Terminal
) -> None:
    check = run("--pin", terminal=terminal.theirs)
    assert check.stdout is not None
    until(check.stdout, "Steek een eID")
    bench.insert("1.7:an")
    terminal.type("1234")
    told = put_in_and_out_again(bench, check.stdout, "1.7:an")
    assert check.wait(20) == 0
    assert "Handtekening klopt." in told
    terminal.close()
    assert b"1234" not in terminal.seen


def test_a_wrong_pin_is_told_with_the_tries_that_are_left(
    bench: CardBench, run: Callable[..., subprocess.Popen[str]], terminal: Terminal
) -> None:
    check = run("--pin", terminal=terminal.theirs)
    assert check.stdout is not None
    until(check.stdout, "Steek een eID")
    bench.insert("1.8:an")
    terminal.type("9876")
    assert until(check.stdout, "FOUT")[-1] == "FOUT: die pincode is niet juist; nog 2 pogingen"
    assert check.wait(20) == 1
    terminal.close()


def test_a_card_that_is_no_eid_is_named_with_what_to_do(bench: CardBench, check: subprocess.Popen[str]) -> None:
    assert check.stdout is not None
    until(check.stdout, "Steek een eID")
    bench.insert("bank:an")
    said = until(check.stdout, "2. ")
    assert said[0].startswith("FOUT: Dit is geen Belgische identiteitskaart")
    assert check.wait(20) == 1
