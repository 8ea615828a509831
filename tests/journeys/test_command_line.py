"""The commands as a person types them: what cannot be used is said in one line, and nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import psutil
import pytest
import tomli_w

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "config" / "example.toml"
SECONDS = 60.0


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of ours to its end."""
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def refusal(settings: Path) -> str:
    """What `kiosk run` says of settings that it cannot use: one line on standard error, and exit code 2."""
    ended = run("kiosk_app.cli", "run", "--settings", settings)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert str(settings) in line
    return line


def test_a_key_that_is_not_known_is_named(tmp_path: Path) -> None:
    known = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    settings = tmp_path / "kiosk.toml"
    settings.write_text(tomli_w.dumps({**known, "town": {**known["town"], "sloogan": "altijd open"}}), encoding="utf-8")
    said = refusal(settings)
    assert "sloogan" in said
    assert "town" in said.replace(str(settings), "")
    assert "altijd open" not in said


def test_a_file_that_is_not_there_is_said_to_be_absent(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "absent.toml")


def test_a_file_that_is_not_toml_is_said_to_be_none(tmp_path: Path) -> None:
    settings = tmp_path / "kiosk.toml"
    settings.write_text("kiosk: LV-01\n", encoding="utf-8")
    said = refusal(settings)
    assert "TOML" in said
    assert "line 1" in said


@pytest.mark.parametrize(
    ("option", "name"), [("--fault", "earthquake"), ("--journey", "nowhere"), ("--card", "1.8:nobody")]
)
def test_the_demo_refuses_a_name_it_does_not_know(tmp_path: Path, option: str, name: str) -> None:
    """One line that names it, exit code 2, and no proof of a visit that never was."""
    out = tmp_path / "out"
    ended = run("demo", "--headless", "--out", out, option, name)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert name in line
    assert not (out / "journey.json").exists()


def test_the_demo_starts_and_ends_a_database_server_for_its_town(tmp_path: Path) -> None:
    """One more option, and the same visit ends the same way."""
    out = tmp_path / "out"
    ended = run("demo", "--headless", "--journey", "prepared-code", "--out", out, "--town-database", "postgresql")
    assert ended.returncode == 0, ended.stderr
    assert json.loads((out / "journey.json").read_text(encoding="utf-8"))["outcome"] == "printed"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--fault", "reader-lost"),
        ("--journey", "certificate"),
        ("--out", "proof"),
        ("--town-database", "postgresql"),
    ],
)
def test_the_demo_by_hand_refuses_what_only_a_script_can_do(
    monkeypatch: pytest.MonkeyPatch, option: str, value: str
) -> None:
    """On a display nothing that was asked for is left out in silence: one line that names it, and exit code 2."""
    monkeypatch.setenv("DISPLAY", ":nowhere")
    ended = run("demo", option, value)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert option in line
    assert "--headless" in line


def test_the_simulators_refuse_a_card_they_do_not_know() -> None:
    ended = run("simulators", "--card", "1.8:nobody")
    assert ended.returncode == 2
    assert "nobody" in ended.stderr
    assert "ready" not in ended.stdout


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path leaves room for the names of sockets: 107 bytes in all."""
    with tempfile.TemporaryDirectory(prefix="loket-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_simulators_tell_where_they_are_and_end_all_they_started(end: signal.Signals, short: Path) -> None:
    """Exports that a shell can read, then "ready"; at a signal every process ends, in order, and no folder stays."""
    command = [sys.executable, "-m", "simulators", "--card", "1.8:an"]
    environment = {**os.environ, "TMPDIR": str(short)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as simulators:
        assert simulators.stdout is not None
        exports = "".join(takewhile(lambda line: line != "ready\n", simulators.stdout))
        children = psutil.Process(simulators.pid).children(recursive=True)
        names = {child.name() for child in children}
        simulators.send_signal(end)
        rest = simulators.stdout.read()
        assert simulators.wait(SECONDS) == 0
    assert rest == ""
    assert {"pcscd", "cupsd", "ippeveprinter"} <= names
    assert psutil.wait_procs(children, SECONDS)[1] == []
    assert list(short.iterdir()) == []
    assert all(line.startswith("export ") for line in exports.splitlines())
    script = f'{exports}echo "$CUPS_SERVER $LOKET_QUEUE"'
    told = subprocess.run(["env", "-i", "/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.split()[0].endswith(".sock")
    assert told.stdout.split()[1] == "kiosk"
