"""Every page of the gallery looks as it was accepted: painted in a process of its own, by no setting of a machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from checks.pictures import accepted, changes, ground_and_ink, ratio

PROJECT = Path(__file__).parents[2]
# The others are looked at by `./dev pictures` alone.
WAYS = ("upright-nl", "landscape-nl-contrast")


def test_every_page_in_dutch_looks_as_it_was_accepted_and_stands_out() -> None:
    ways = [part for way in WAYS for part in ("--way", way)]
    done = subprocess.run(
        [sys.executable, "-m", "checks.pictures", *ways], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"look at these, then ./dev pictures --accept:\n{done.stdout}{done.stderr}"


def test_a_picture_that_changed_came_or_went_is_named() -> None:
    before = {"upright-nl/pin": "aa", "upright-nl/portal": "bb", "upright-nl/old": "cc"}
    now = {"upright-nl/pin": "aa", "upright-nl/portal": "b0", "upright-nl/young": "dd"}
    assert changes(before, now) == ["gone: upright-nl/old", "changed: upright-nl/portal", "new: upright-nl/young"]


def test_ink_is_told_from_its_ground_and_the_soft_edges_between() -> None:
    """WCAG's own examples: black on white is 21:1, #767676 on white the least that is 4.5:1."""
    part = Image.new("RGB", (100, 40), "white")
    ImageDraw.Draw(part).rectangle((10, 10, 40, 20), fill="#767676")
    ImageDraw.Draw(part).rectangle((41, 10, 42, 20), fill="#A0A0A0")
    ground, ink = ground_and_ink(part)
    assert (ground, ink) == ((255, 255, 255), (0x76, 0x76, 0x76))
    assert 4.5 <= ratio(ground, ink) < 4.6
    assert round(ratio((0, 0, 0), (255, 255, 255)), 3) == 21


def test_what_is_accepted_is_found_again() -> None:
    assert accepted(), "pictures.txt is part of the project"
    assert {way for way, _, _ in (name.partition("/") for name in accepted())} >= set(WAYS)
