"""`kiosk check speech` as a program of its own, with the hands and ears of a person."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import SettingsError, load
from simulators.headset import VirtualJack
from simulators.sound_card import SoundCard
from ui.sample import EXAMPLE

SECONDS = 60.0


def settings(folder: Path, speech: str) -> Path:
    file = folder / "kiosk.toml"
    file.write_text(f"{EXAMPLE.read_text()}\n[speech]\n{speech}\n")
    return file


def check(file: Path, card: SoundCard) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kiosk_app.cli", "check", "speech", "--settings", str(file)]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **card.environment},
    )


def told_until(program: subprocess.Popen[str], words: str) -> str:
    """Read what it says up to these words."""
    assert program.stdout is not None
    said = ""
    while words not in said:
        sign = program.stdout.read(1)
        assert sign, said
        said += sign
    return said


def test_a_person_hears_both_and_puts_the_headset_in_and_out(tmp_path: Path) -> None:
    card, jack = SoundCard(tmp_path / "sound"), VirtualJack(tmp_path / "jack")
    program = check(settings(tmp_path, f'speaker="speaker"\nheadset="headset"\njack="{jack.path}"'), card)
    assert program.stdin is not None
    told_until(program, "uit de luidspreker? (j/n) ")
    program.stdin.write("j\n")
    program.stdin.flush()
    told_until(program, "Steek een hoofdtelefoon in.")
    jack.put_in()
    told_until(program, "en nergens anders? (j/n) ")
    program.stdin.write("j\n")
    program.stdin.flush()
    told_until(program, "Trek hem er weer uit.")
    jack.pull_out()
    said, _ = program.communicate(timeout=SECONDS)
    assert (program.returncode, said.splitlines()[-1]) == (0, "Alles in orde.")
    assert [sound.outlet for sound in card.heard] == ["speaker", "headset"]


def test_a_sound_card_that_is_not_there_is_a_fault_with_what_to_do(tmp_path: Path) -> None:
    program = check(settings(tmp_path, 'speaker="nosuch"'), SoundCard(tmp_path / "sound"))
    said, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 1
    assert "FOUT: Voorlezen kan nu niet (speechLost)\n  1. " in said


def test_who_hears_nothing_is_told_where_to_look_and_a_bad_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "voice" / "nl").mkdir(parents=True)
    (tmp_path / "voice" / "nl" / "sentences.toml").write_text('"Tot ziens." = "gone.wav"')
    file = settings(tmp_path, f'speaker="speaker"\nrecordings="{tmp_path / "voice"}"')
    program = check(file, SoundCard(tmp_path / "sound"))
    said, _ = program.communicate("n\n", timeout=SECONDS)
    assert program.returncode == 1
    assert "gone.wav: cannot be read" in said
    assert "kijk de versterker" in said


def test_a_kiosk_without_speech_says_so(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(EXAMPLE.read_text())
    program = check(tmp_path / "kiosk.toml", SoundCard(tmp_path / "sound"))
    said, _ = program.communicate(timeout=SECONDS)
    assert (program.returncode, said) == (0, "De instellingen noemen er geen: dit loket werkt zonder.\n")


@pytest.mark.parametrize("speech", ['headset="headset"', 'jack="/dev/input/event3"', 'speaker=""'])
def test_half_a_headset_is_refused_with_the_name_of_the_key(tmp_path: Path, speech: str) -> None:
    with pytest.raises(SettingsError, match="speech"):
        load(settings(tmp_path, speech))
