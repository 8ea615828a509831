"""Our own rules: short files, no trace of one machine, a valid publiccode.yml and a valid contract."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from openapi_spec_validator import validate
from openapi_spec_validator.exceptions import OpenAPISpecValidatorError
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from config import reference as settings_reference

LONGEST_FILE = 400  # lines: what one sitting can read
LONGEST_FUNCTION = 60  # lines: a screenful; past it a function does more than one thing

# The standard's mandatory keys, version 0.4 (yml.publiccode.tools). Some maintenance.type ask for contacts too.
MANDATORY = (
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "categories",
    "developmentStatus",
    "softwareType",
    "description",
    "legal.license",
    "maintenance.type",
    "localisation.localisationReady",
    "localisation.availableLanguages",
)
MANDATORY_TEXT = ("shortDescription", "longDescription", "features")
SHORTEST_LONG_DESCRIPTION = 150  # characters, in the standard
MAINTAINERS = {"internal": "contacts", "community": "contacts", "contract": "contractors"}


def files(project: Path) -> Iterator[Path]:
    """Every file of the project itself; what tools leave behind lies in folders that begin with a dot."""
    for path in sorted(project.iterdir()):
        if path.is_dir() and (not path.name.startswith(".") or path.name == ".ci") and path.name != "__pycache__":
            yield from files(path)
        elif path.is_file():
            yield path


def lengths(project: Path) -> list[str]:
    """Files and functions that are too long."""
    found = []
    for path in files(project):
        if path.suffix not in {".py", ".qml"}:
            continue
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > LONGEST_FILE:
            found.append(f"{path.relative_to(project)}: {lines} lines, {LONGEST_FILE} at most")
        if path.suffix == ".py":
            found += [f"{path.relative_to(project)}:{said}" for said in _long_functions(ast.parse(text))]
    return found


def _long_functions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.lineno}: {node.name} has {lines} lines, {LONGEST_FUNCTION} at most"


def machine_paths(project: Path) -> list[str]:
    """Places that name a folder of the machine this runs on."""
    folders = (project.resolve(), project.resolve().parent, Path.home())
    traces = tuple(f"{folder}/" for folder in folders if folder != Path("/"))
    found = []
    for path in files(project):
        text = path.read_bytes().decode("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if any(trace in line for trace in traces):
                found.append(f"{path.relative_to(project)}:{number}: {line.strip()[:90]}")
    return found


def named_tests(project: Path) -> list[str]:
    """Tests that a paper names and nobody wrote."""
    written = {
        name
        for path in (project / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }
    return [
        f"{path.relative_to(project)}: there is no {name}"
        for path in sorted((project / "docs").rglob("*.md"))
        for name in re.findall(r"`(test_\w+)`", path.read_text(encoding="utf-8"))
        if name not in written
    ]


def publiccode(project: Path) -> list[str]:
    """Keys that the standard asks for and publiccode.yml lacks."""
    path = project / "publiccode.yml"
    if not path.exists():
        return ["publiccode.yml is missing"]
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        return [f"not YAML: {error}"]
    if not isinstance(said, dict):
        return ["not a table"]
    found = [f"{key} is missing" for key in MANDATORY if _at(said, key) in (None, "", [], {})]
    for language, text in (_at(said, "description") or {}).items():
        found += [f"description.{language}.{key} is missing" for key in MANDATORY_TEXT if not text.get(key)]
        if len(text.get("longDescription") or "") < SHORTEST_LONG_DESCRIPTION:
            found.append(f"description.{language}.longDescription is too short")
    who = MAINTAINERS.get(_at(said, "maintenance.type") or "")
    if who and not _at(said, f"maintenance.{who}"):
        found.append(f"maintenance.{who} is missing")
    return found


def _at(table: dict[str, Any], key: str) -> Any:  # noqa: ANN401 - YAML holds anything
    value: Any = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def contract(project: Path) -> list[str]:
    """What is wrong with the descriptions of our interfaces."""
    paths = sorted((project / "docs" / "openapi").glob("*.yaml"))
    found = [] if paths else ["docs/openapi holds no description"]
    for path in paths:
        try:
            validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, OpenAPISpecValidatorError, OpenAPIValidationError) as error:
            found.append(f"{path.relative_to(project)}: {str(error).splitlines()[0]}")
    return found


def reference(project: Path) -> list[str]:
    """Which page or schema of settings is of other types than those in `config`."""
    return [
        f"docs/{name} is of other settings: python -m config.reference docs"
        for name, content in settings_reference.files().items()
        if _text(project / "docs" / name) != content
    ]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""
