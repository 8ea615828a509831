"""Checks that are somebody else's judgement: each runs one program and passes on what it says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

# What a kiosk's machine runs as root.
SCRIPTS = tuple(
    f"deploy/{name}"
    for name in ("prove", "cups/purge", "cups/make-queue", "debian/postinst", "debian/prerm", "debian/postrm")
)


def complaint(project: Path, *command: str) -> list[str]:
    """What `command` says when it exits other than 0, line by line; nothing when it is content."""
    program = shutil.which(command[0], path=str(Path(sys.executable).parent)) or shutil.which(command[0])
    if program is None:
        return [f"{command[0]} is not installed"]
    done = subprocess.run([program, *command[1:]], cwd=project, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return said or [f"{command[0]} exited {done.returncode}"]


def formatting(project: Path) -> list[str]:
    """Whether every file is formatted."""
    return complaint(project, "ruff", "format", "--check", "--output-format=concise", ".")


def lint(project: Path) -> list[str]:
    """Whether ruff has anything to say."""
    return complaint(project, "ruff", "check", "--quiet", "--output-format=concise", ".")


def types(project: Path) -> list[str]:
    """Whether every type holds."""
    return complaint(project, "mypy", "--no-error-summary")


def layers(project: Path) -> list[str]:
    """Whether every package imports only what the table in pyproject.toml allows."""
    said = complaint(project, "lint-imports", "--no-cache")
    return [line for line in said if " KEPT" not in line and not set(line) & set("╔╗╚╝║")]


def lock(project: Path) -> list[str]:
    """Whether uv.lock still belongs to pyproject.toml."""
    return complaint(project, "uv", "lock", "--check", "--quiet", "--python", sys.executable)


def shell(project: Path) -> list[str]:
    """Whether the shell can read our scripts."""
    return [line for script in ("dev", ".ci/run", *SCRIPTS) for line in complaint(project, "sh", "-n", script)]


def screens(project: Path) -> list[str]:
    """Whether qmllint has anything to say of the screens."""
    files = sorted(str(path.relative_to(project)) for path in project.glob("ui/qml/**/*.qml"))
    # -W 0: a single warning makes it exit with an error
    return complaint(project, "pyside6-qmllint", "-W", "0", "-I", "ui/qml", *files)
