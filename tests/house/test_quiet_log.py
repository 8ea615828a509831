"""The rule that our log stays quiet bites: a little suite is run with this project's own conftest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
SETTINGS = "[pytest]\nmarkers = expects_log(pattern): x\naddopts = -p no:cacheprovider --strict-markers\n"


def outcome(folder: Path, body: str) -> int:
    """The exit code of pytest on one test: 0 passed, 1 failed."""
    shutil.copy(CONFTEST, folder)
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "test_one.py").write_text(f"import logging\nimport pytest\n{body}")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=folder, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("def test_it(): logging.getLogger('hardware.cups').info('printed')", 0),
        ("def test_it(): logging.getLogger('hardware.cups').warning('gone')", 1),
        ("def test_it(): logging.getLogger('someone.else').warning('gone')", 0),
        ("@pytest.mark.expects_log('gone')\ndef test_it(): logging.getLogger('hardware.cups').warning('gone')", 0),
        ("@pytest.mark.expects_log('gone')\ndef test_it(): pass", 1),
    ],
    ids=["info", "warning", "not ours", "expected", "expected and absent"],
)
def test_a_warning_of_ours_fails_a_test_unless_it_is_expected(tmp_path: Path, body: str, code: int) -> None:
    assert outcome(tmp_path, body) == code
