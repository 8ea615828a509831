"""The card alone, with whatever its developer wants it to do: what a program of strangers then meets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

PROJECT = Path(__file__).parents[2]
CLIENT = """
import sys, time
from hardware.eid.pcsc import Context
from hardware.faults import DeviceFault
context = Context()
while True:
    try:
        connection = context.connect(context.readers()[0])
        break
    except DeviceFault:
        time.sleep(0.01)
for line in sys.stdin:
    try:
        print(connection.transmit(bytes.fromhex(line))[-2:].hex(), flush=True)
    except DeviceFault as fault:
        print(fault.code.value, flush=True)
"""


class Started(subprocess.Popen[str]):
    """A program with both its pipes."""

    stdin: IO[str]
    stdout: IO[str]


def started(command: list[str], environment: dict[str, str]) -> Started:
    pipe = subprocess.PIPE
    return Started(
        command, cwd=PROJECT, env={**os.environ, **environment}, stdin=pipe, stdout=pipe, text=True, bufsize=1
    )


@pytest.fixture
def alone() -> Iterator[tuple[Callable[[str], None], Callable[[str], str]]]:
    """The card alone, as a developer starts it: a way to say a line to it, and one to send it a command."""
    command = [sys.executable, "-m", "simulators.eid", "--do", "spoil-once 6c10 read-binary"]
    with started(command, {}) as card:
        exports = dict(
            line.removeprefix("export ").strip().split("=", 1) for line in iter(card.stdout.readline, "ready\n")
        )
        with started([sys.executable, "-c", CLIENT], exports) as program:

            def say(line: str) -> None:
                card.stdin.write(f"{line}\ncount\n")
                card.stdout.readline()  # then it was done

            def send(apdu: str) -> str:
                program.stdin.write(f"{apdu}\n")
                return str(program.stdout.readline().strip())

            yield say, send
            program.stdin.close()
        card.terminate()
        assert card.wait(20) == 0


def test_a_developer_does_what_he_will_to_the_card_while_a_program_uses_it(
    alone: tuple[Callable[[str], None], Callable[[str], str]],
) -> None:
    say, send = alone
    select, read = "00A4020C025038", "00B0000010"
    assert [send(select), send(read), send(read)] == ["9000", "6c10", "9000"]
    say("spoil 6b00 read-binary")
    assert [send(select), send(read)] == ["9000", "6b00"]
    say("spoil garbage")
    say("what is this")
    say("mend")
    assert send(read) == "9000"
    say("pull-at-byte 3")
    assert send(read) in {"cardUnreadable", "cardRemoved"}


def test_a_line_that_is_not_understood_is_told_and_nothing_is_started() -> None:
    command = [sys.executable, "-m", "simulators.eid", "--do", "spoil badly"]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("--do: badly is none of: mute empty")
