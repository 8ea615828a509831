"""Whether qmllint has anything to say, down to the types that QML gets from Python.

qmllint knows Python's types from a description, made here on each run: it belongs to one version of Qt and is not kept.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import PySide6

from checks.tools import complaint

IMPORT_NAME = re.compile(r'^QML_IMPORT_NAME = "([\w.]+)"', re.MULTILINE)


def lint(project: Path) -> list[str]:
    """What qmllint says of every screen, warnings included."""
    screens = sorted(str(path.relative_to(project)) for path in project.glob("ui/**/*.qml"))
    if not screens:
        return ["ui holds no QML"]
    with tempfile.TemporaryDirectory() as folder:
        types = Path(folder)
        for name, sources in _python_types(project).items():
            _describe(name, sources, types)
        return complaint(project, "pyside6-qmllint", "-W", "0", "-I", "ui/qml", "-I", folder, *screens)


def _python_types(project: Path) -> dict[str, list[Path]]:
    """QML module name → the Python files whose classes it holds."""
    found: dict[str, list[Path]] = {}
    for source in sorted(project.glob("ui/**/*.py")):
        if name := IMPORT_NAME.search(source.read_text(encoding="utf-8")):
            found.setdefault(name[1], []).append(source)
    return found


def _describe(name: str, sources: list[Path], types: Path) -> None:
    """Write the module `name` below `types` as qmllint wants to read it."""
    module = types.joinpath(*name.split("."))
    module.mkdir(parents=True)
    qt_types = Path(PySide6.__file__).parent / "Qt" / "metatypes" / "qt6core_metatypes.json"
    objects = []
    for source in sources:
        objects.append(module / f"{source.stem}.json")
        objects[-1].write_bytes(_output("pyside6-metaobjectdump", str(source)))
    _output(
        "pyside6-qmltyperegistrar",
        *("--generate-qmltypes", str(module / "module.qmltypes"), "-o", str(module / "registration.cpp")),
        *("--import-name", name, "--major-version", "1", "--foreign-types", str(qt_types)),
        *map(str, objects),
    )
    (module / "qmldir").write_text(f"module {name}\ntypeinfo module.qmltypes\n", encoding="utf-8")


def _output(tool: str, *arguments: str) -> bytes:
    program = Path(sys.executable).parent / tool
    return subprocess.run([program, *arguments], capture_output=True, check=True).stdout
