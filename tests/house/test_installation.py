"""What the unit file, the example settings and the command line say of each other is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kiosk_app.cli import main

PROJECT = Path(__file__).parents[2]
UNIT = (PROJECT / "kiosk.service").read_text(encoding="utf-8")
EXAMPLE = (PROJECT / "config" / "example.toml").read_text(encoding="utf-8")


def test_the_example_keeps_its_data_where_the_unit_may_write() -> None:
    state = re.search(r"^StateDirectory=(\S+)$", UNIT, re.MULTILINE)
    assert state is not None
    assert tomllib.loads(EXAMPLE)["data"] == f"/var/lib/{state.group(1)}"


@pytest.mark.parametrize("text", [UNIT, EXAMPLE], ids=["unit", "example"])
def test_the_command_that_is_named_is_one(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = re.search(r"\bkiosk (run --settings) ", text)
    assert named is not None
    assert main([*named.group(1).split(), str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
