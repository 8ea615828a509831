"""A display and a session of its own for the kiosk, and a screen reader's hand that reaches it from another process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

HAND = Path(__file__).parent / "hand.py"


class Hand:
    """What is offered over AT-SPI, and pressing it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._program = subprocess.Popen(
            ["/usr/bin/python3", str(HAND)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, **environment},
        )

    def _ask(self, command: str) -> Any:  # noqa: ANN401 (what JSON holds)
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(f"{command}\n")
        return json.loads(self._program.stdout.readline())

    def look(self) -> list[dict[str, Any]]:
        """Give every node; none while a page is being changed."""
        told = self._ask("look")
        return told if isinstance(told, list) else []

    def press(self, name: str) -> bool:
        """Press what has this id."""
        return self._ask(f"press {name}") is True

    def close(self) -> None:
        """Let go."""
        self._program.kill()
        self._program.communicate()


def started(stack: ExitStack, command: list[str], environment: dict[str, str], *files: int) -> subprocess.Popen[str]:
    program = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        pass_fds=files,
        start_new_session=True,
    )
    stack.callback(ended, program)
    return program


def ended(program: subprocess.Popen[str]) -> None:
    """End it and what it started itself, which keeps its output open."""
    os.killpg(program.pid, signal.SIGTERM)
    program.wait()
    if program.stdout is not None:
        program.stdout.close()


@pytest.fixture(scope="module")
def session() -> Iterator[dict[str, str]]:
    """The environment of a program that a screen reader can reach."""
    with ExitStack() as stack:
        ours, theirs = os.pipe()
        screen = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "1080x1920x24", "-nolisten", "tcp"]
        started(stack, screen, {}, theirs)
        os.close(theirs)
        with os.fdopen(ours) as told:
            display = f":{told.readline().strip()}"
        bus = started(stack, ["dbus-daemon", "--session", "--nofork", "--print-address"], {})
        assert bus.stdout is not None
        environment = {
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip(),
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        started(stack, ["/usr/libexec/at-spi-bus-launcher", "--launch-immediately"], environment)
        yield environment


@pytest.fixture
def hand(session: dict[str, str]) -> Iterator[Hand]:
    hand = Hand(session)
    yield hand
    hand.close()
