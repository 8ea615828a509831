"""The rules of the house bite: each is broken in an empty project, and the check says where."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from checks import house, licences, tools
from config.reference import files

PUBLICCODE = Path(__file__).parents[2] / "publiccode.yml"


@pytest.mark.parametrize(("lines", "complaints"), [(400, 0), (401, 1)])
def test_a_file_may_have_400_lines(tmp_path: Path, lines: int, complaints: int) -> None:
    (tmp_path / "Long.qml").write_text("\n" * lines)
    assert len(house.lengths(tmp_path)) == complaints


@pytest.mark.parametrize(("lines", "complaints"), [(60, 0), (61, 1)])
def test_a_function_may_have_60_lines(tmp_path: Path, lines: int, complaints: int) -> None:
    (tmp_path / "long.py").write_text("def f():\n" + "    pass\n" * (lines - 1))
    assert len(house.lengths(tmp_path)) == complaints


def test_a_path_of_this_machine_is_found(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(f"fine\nsee {tmp_path}/there\n")
    assert house.machine_paths(tmp_path) == [f"note.md:2: see {tmp_path}/there"]


@pytest.mark.parametrize("key", house.MANDATORY)
def test_publiccode_without_a_mandatory_key_is_refused(tmp_path: Path, key: str) -> None:
    said = yaml.safe_load(PUBLICCODE.read_text())
    *folders, leaf = key.split(".")
    table = said
    for folder in folders:
        table = table[folder]
    del table[leaf]
    (tmp_path / "publiccode.yml").write_text(yaml.safe_dump(said))
    assert f"{key} is missing" in house.publiccode(tmp_path)


def test_a_contract_that_is_no_openapi_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "openapi"
    folder.mkdir(parents=True)
    (folder / "x.yaml").write_text("openapi: 3.1.0\ninfo: {title: x}\n")
    assert len(house.contract(tmp_path)) == 1


@pytest.mark.parametrize(
    ("licence", "fit"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("LGPL-3.0-only OR GPL-2.0-only", True),
        ("Apache-2.0 AND MIT", True),
        ("Apache-2.0 AND AGPL-3.0-only", False),
        ("GNU Affero General Public License v3", False),
        ("UNKNOWN", False),
    ],
)
def test_only_licences_that_fit_the_eupl_pass(licence: str, *, fit: bool) -> None:
    assert licences.fit(licence) is fit


@pytest.mark.parametrize(("words", "content"), [("root.words", True), ("nobody.words", False)])
def test_a_screen_that_qmllint_warns_of_is_refused(tmp_path: Path, words: str, *, content: bool) -> None:
    module = tmp_path / "ui" / "qml" / "Hall"
    module.mkdir(parents=True)
    (module / "qmldir").write_text("module Hall\nSign 1.0 Sign.qml\n")
    (module / "Sign.qml").write_text(
        f"import QtQuick\n\nItem {{\n    id: root\n\n    property string words\n\n    Text {{ text: {words} }}\n}}\n"
    )
    assert (tools.screens(tmp_path) == []) is content


def test_a_paper_that_names_a_test_nobody_wrote_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text("def test_that_is_there() -> None: ...\n")
    (tmp_path / "docs" / "paper.md").write_text("`test_that_is_there`, `test_that_is_not`\n")
    assert house.named_tests(tmp_path) == ["docs/paper.md: there is no test_that_is_not"]


def test_a_reference_of_other_settings_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for name, content in files().items():
        (tmp_path / "docs" / name).write_text(content.replace("town", "city"))
    assert [line.partition(" ")[0] for line in house.reference(tmp_path)] == [f"docs/{name}" for name in files()]
    for name, content in files().items():
        (tmp_path / "docs" / name).write_text(content)
    assert house.reference(tmp_path) == []
