"""The kiosk's own screen with settings that somebody thinks of: a picture of the panel's size, or why there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from fleet.service.preview import PictureError, Preview

PROJECT = Path(__file__).parents[2]
TENANT = "lindeveld/tenant.toml"


def picture(folder: Path, extra: str = "", language: str = "nl") -> subprocess.CompletedProcess[str]:
    settings = folder / "kiosk.toml"
    text = (PROJECT / "config" / "example.toml").read_text(encoding="utf-8")
    settings.write_text(extra or text, encoding="utf-8")
    words = ["picture", "--settings", str(settings), "--language", language, "--out", str(folder / "portal.png")]
    command = [sys.executable, "-m", "kiosk_app.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_picture_has_every_pixel_of_the_panel(tmp_path: Path) -> None:
    assert picture(tmp_path).returncode == 0
    with Image.open(tmp_path / "portal.png") as painted:
        assert painted.size == (1080, 1920)


def test_settings_that_are_none_give_no_picture_and_name_the_key(tmp_path: Path) -> None:
    said = picture(tmp_path, "colour = 1\n")
    assert said.returncode == 2
    assert "colour" in said.stderr
    assert not (tmp_path / "portal.png").exists()


def test_settings_that_validate_and_break_the_portal_give_no_picture_but_why(tmp_path: Path) -> None:
    text = (PROJECT / "config" / "example.toml").read_text(encoding="utf-8")
    said = picture(tmp_path, text.replace('colour = "#0F6478"', 'colour = "#990066"'))
    assert said.returncode == 1
    assert "the portal cannot be made with them" in said.stderr


def test_a_painter_that_fails_or_is_not_there_is_no_picture() -> None:
    for command in (("/bin/false",), ("/bin/true",), ("/nowhere/kiosk",)):
        with pytest.raises(PictureError):
            Preview(command).portal({TENANT: b'form_of_address = "u"\n'}, TENANT)
