"""The table of who may import whom bites: forbidden imports in a copy of the house, and the check names each."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from checks import tools

PROJECT = Path(__file__).parents[2]

FORBIDDEN = (
    "config -> hardware.devices",
    "hardware -> printing.progress",
    "hardware -> hardware.escpos",
    "printing -> kiosk_app.visit",
    "printing -> hardware.escpos",
    "kiosk_app -> hardware.escpos",
    "kiosk_app -> kiosk_app.wiring",
    "kiosk_app -> simulators",
    "kiosk_app -> townhall",
    "kiosk_app -> PySide6",
    "ui -> kiosk_app.step",
    "ui -> printing.progress",
    "ui -> smartcard",
    "townhall -> config",
    "townhall -> simulators",
    "simulators -> hardware.devices",
    "simulators -> demo",
    "demo -> benchmarks",
    "conformance -> townhall",
    "conformance -> kiosk_app.townhall_client",
    "conformance -> hardware.eid",
    "kiosk_app -> conformance.run",
    "kiosk_app -> config.agent.told",
    "fleet -> config.agent.told",
    "fleet -> townhall",
)


def intruder(edge: str) -> tuple[str, str, str]:
    """The package, the module and the import of an intruder: one file for each forbidden edge."""
    package, target = edge.split(" -> ")
    return package, f"intruder_{FORBIDDEN.index(edge)}", target


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(PROJECT / "pyproject.toml", copy)
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    for package in settings["tool"]["importlinter"]["root_packages"]:
        shutil.copytree(PROJECT / package, copy / package, ignore=shutil.ignore_patterns("*.pyc", "*.qml", "*.ttf"))
    for edge in FORBIDDEN:
        package, module, target = intruder(edge)
        (copy / package / f"{module}.py").write_text(f"import {target}\n")
    (copy / "config" / "chicken.py").write_text("import config.egg\n")
    (copy / "config" / "egg.py").write_text("import config.chicken\n")
    return "\n".join(tools.layers(copy))


@pytest.mark.parametrize("edge", FORBIDDEN)
def test_a_forbidden_import_is_named(said: str, edge: str) -> None:
    package, module, target = intruder(edge)
    assert f"{package}.{module} -> {target}" in said


def test_two_files_that_import_each_other_are_a_cycle(said: str) -> None:
    assert "No cycles are allowed in config." in said
