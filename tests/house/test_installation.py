"""What the unit file, the example settings and the command line say of each other is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from msgspec import convert

from config.agent.__main__ import AgentSettings
from kiosk_app.cli import main

PROJECT = Path(__file__).parents[2]
AGENT = PROJECT / "config" / "agent" / "example.toml"
UNITS = PROJECT / "deploy" / "machine" / "usr" / "lib" / "systemd" / "system"
UNIT = (PROJECT / "kiosk.service").read_text(encoding="utf-8")
EXAMPLE = (PROJECT / "config" / "example.toml").read_text(encoding="utf-8")


def test_the_example_keeps_its_data_where_the_unit_may_write() -> None:
    state = re.search(r"^StateDirectory=(\S+)$", UNIT, re.MULTILINE)
    assert state is not None
    assert tomllib.loads(EXAMPLE)["data"] == f"/var/lib/{state.group(1)}"


def test_the_kiosk_reads_where_its_agent_writes() -> None:
    """The unit of the one names the folder that the other's settings and unit lead to."""
    told = re.search(r"--told (\S+)", UNIT, re.MULTILINE)
    state = re.search(r"^StateDirectory=(\S+)$", (UNITS / "loket247-agent.service").read_text(), re.MULTILINE)
    assert told is not None
    assert state is not None
    settings = convert(tomllib.loads(AGENT.read_text(encoding="utf-8")), AgentSettings)
    assert told.group(1) == settings.told
    assert Path(settings.told).parent == Path(settings.memory).parent == Path("/var/lib") / state.group(1)
    assert f"--said {settings.said}\n" in UNIT
    assert f"\nRuntimeDirectory={Path(settings.said).parent.name}\n" in UNIT
    assert settings.kiosk == tomllib.loads(EXAMPLE)["kiosk"]


@pytest.mark.parametrize("text", [UNIT, EXAMPLE], ids=["unit", "example"])
def test_the_command_that_is_named_is_one(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = re.search(r"\bkiosk (run --settings) ", text)
    assert named is not None
    assert main([*named.group(1).split(), str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
