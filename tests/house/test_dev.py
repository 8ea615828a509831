"""The one command explains itself without installing anything, from anywhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

DEV = Path(__file__).parents[2] / "dev"


def dev(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    nothing_installed = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [DEV, *arguments], cwd=folder, env=nothing_installed, capture_output=True, text=True, check=False
    )


def test_help_names_every_command_that_it_hands_over_to(tmp_path: Path) -> None:
    said = dev(tmp_path, "help")
    handed_over = {
        line.split(")")[0].strip()
        for line in DEV.read_text().splitlines()
        if ") exec " in line or (") cd " in line and " exec " in line)
    }
    named = {line.split()[0] for line in said.stdout.splitlines() if line.startswith("  ") and line[2] != " "}
    assert said.returncode == 0
    assert handed_over
    assert named == handed_over | {"help"}


def test_a_command_it_does_not_know_is_refused(tmp_path: Path) -> None:
    said = dev(tmp_path, "nosuch")
    assert said.returncode == 2
    assert "usage:" in said.stderr
    assert said.stdout == ""


def test_without_a_command_it_explains_itself(tmp_path: Path) -> None:
    assert "usage:" in dev(tmp_path).stderr
