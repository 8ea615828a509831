"""The driver that speaks, on the real espeak-ng, aplay and ALSA: what came out, and where."""

from __future__ import annotations

import io
import math
import os
import shutil
import subprocess
import wave
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from queue import Queue

import pytest

from hardware.devices import Health, Status
from hardware.faults import FaultCode
from hardware.sound import LOUDEST, SOFTEST, Outlet, Tone, Utterance
from hardware.speech import EspeakSpeaker, EvdevJack, Recordings
from simulators.headset import VirtualJack
from simulators.sound_card import SoundCard

DEADLINE = 20.0
OUTLETS = {Outlet.SPEAKER: "speaker", Outlet.HEADSET: "headset"}
CARD = "Neem je kaart terug."
LONG = "Steek je identiteitskaart in de lezer en typ je pincode. Kies je document en kijk het na. Neem je kaart terug."
IN_HEADSET = Tone(Outlet.HEADSET, LOUDEST)


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    card = SoundCard(tmp_path / "sound")
    for name, value in card.environment.items():
        monkeypatch.setenv(name, value)
    return card


class Listener:
    """A speaker that is watched."""

    def __init__(self, outlets: dict[Outlet, str], recordings: Path | None = None) -> None:
        self.driver = EspeakSpeaker(outlets, Recordings(recordings))
        self.said: Queue[bool] = Queue()
        self.told: Queue[Status] = Queue()
        self.driver.watch(lambda: self.said.put(item=True), self.told.put)

    def speak(self, *sentences: str, tone: Tone = IN_HEADSET, language: str = "nl") -> None:
        """Have it said, to the end."""
        self.driver.speak(Utterance(sentences, language, tone))
        for _ in sentences:
            self.said.get(timeout=DEADLINE)


@pytest.fixture
def listener(card: SoundCard) -> Iterator[Listener]:
    del card
    listener = Listener(OUTLETS)
    assert listener.told.get(timeout=DEADLINE) == Status(Health.OK)
    yield listener
    listener.driver.close()


def samples(wav: bytes) -> array[int]:
    """What is heard: 16 bits, one channel, without the silence with which a sound card fills its last buffer."""
    with wave.open(io.BytesIO(wav)) as file:
        heard = array("h", file.readframes(file.getnframes()))
    while heard and heard[-1] == 0:
        heard.pop()
    return heard


def reference(sentence: str, voice: str = "nl") -> array[int]:
    """What espeak-ng itself makes of a sentence, at the speed of our docs (150 words a minute)."""
    command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", sentence]
    return samples(subprocess.run(command, check=True, capture_output=True).stdout)


def loudness(sound: array[int]) -> float:
    """In decibels, against nothing in particular."""
    return 10 * math.log10(sum(one * one for one in sound) / len(sound))


def test_a_sentence_is_heard_where_it_was_asked_for_as_espeak_says_it(listener: Listener, card: SoundCard) -> None:
    listener.speak(CARD)
    listener.speak(CARD, tone=Tone(Outlet.SPEAKER, LOUDEST))
    heard = card.wait_for(2)
    assert [sound.outlet for sound in heard] == ["headset", "speaker"]
    assert [samples(sound.wav) for sound in heard] == [reference(CARD)] * 2


@pytest.mark.parametrize(
    ("language", "sentence", "voice"),
    [
        ("fr", "Reprenez votre carte.", "fr-be"),
        ("de", "Nehmen Sie Ihre Karte zurück.", "de"),
        ("en", "Take your card back.", "en-gb"),
    ],
)
def test_each_language_has_its_own_voice(
    listener: Listener, card: SoundCard, language: str, sentence: str, voice: str
) -> None:
    listener.speak(sentence, language=language)
    (heard,) = card.wait_for(1)
    assert samples(heard.wav) == reference(sentence, voice) != reference(sentence)


def test_a_step_of_volume_is_six_decibels_and_all_are_eighteen(listener: Listener, card: SoundCard) -> None:
    for volume in range(SOFTEST, LOUDEST + 1):
        listener.speak(CARD, tone=Tone(Outlet.SPEAKER, volume))
    levels = [loudness(samples(sound.wav)) for sound in card.wait_for(4)]
    assert [b - a for a, b in pairwise(levels)] == pytest.approx([6.02] * 3, abs=0.1)
    assert levels[-1] - levels[0] >= 18


def test_what_is_new_silences_what_was_being_said(listener: Listener, card: SoundCard) -> None:
    card.hold()
    listener.driver.speak(Utterance((LONG, CARD), "nl", IN_HEADSET))
    card.wait_until_playing()
    listener.driver.speak(Utterance((CARD,), "nl", IN_HEADSET))
    card.let_go()
    listener.said.get(timeout=DEADLINE)
    long, short = (samples(sound.wav) for sound in card.wait_for(2))
    assert len(long) < len(reference(LONG)) / 2
    assert short == reference(CARD)
    assert listener.said.empty()


def test_hushed_it_says_nothing_more(listener: Listener, card: SoundCard) -> None:
    card.hold()
    listener.driver.speak(Utterance((LONG, CARD), "nl", IN_HEADSET))
    card.wait_until_playing()
    listener.driver.hush()
    card.let_go()
    listener.driver.tick(IN_HEADSET)
    first, tick = (samples(sound.wav) for sound in card.wait_for(2))
    assert len(first) < len(reference(LONG)) / 2
    assert len(tick) < 22050 / 10


def test_every_tick_is_the_same_and_short(listener: Listener, card: SoundCard) -> None:
    for number in range(1, 4):
        listener.driver.tick(IN_HEADSET)
        card.wait_for(number)
    ticks = [sound.wav for sound in card.heard]
    assert len(set(ticks)) == 1
    assert loudness(samples(ticks[0])) > 0
    assert len(samples(ticks[0])) < 22050 / 10


def test_a_sentence_that_the_town_had_recorded_is_played_and_espeak_says_the_rest(
    card: SoundCard, tmp_path: Path
) -> None:
    folder = tmp_path / "voice" / "nl"
    folder.mkdir(parents=True)
    tone = array("h", (n % 100 * 80 for n in range(16000)))
    with wave.open(str(folder / "card.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(tone.tobytes())
    (folder / "stereo.wav").write_bytes(b"RIFF")
    (folder / "sentences.toml").write_text('"Neem je kaart terug." = "card.wav"\n"Tot ziens." = "stereo.wav"\n')
    recordings = Recordings(tmp_path / "voice")
    assert (len(recordings), len(recordings.amiss)) == (1, 1)
    listener = Listener(OUTLETS, tmp_path / "voice")
    listener.speak(CARD, "Tot ziens.")
    listener.speak(CARD, language="de")
    heard = [samples(sound.wav) for sound in card.wait_for(3)]
    listener.driver.close()
    assert heard == [tone, reference("Tot ziens."), reference(CARD, "de")]


def test_no_other_program_reads_on_a_command_line_what_is_said(
    card: SoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy, log = tmp_path / "bin", tmp_path / "lines"
    spy.mkdir()
    for program in ("espeak-ng", "aplay"):
        (spy / program).write_text(f'#!/bin/sh\necho "{program} $@" >> {log}\nexec {shutil.which(program)} "$@"\n')
        (spy / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy}:{os.environ['PATH']}")
    listener = Listener(OUTLETS)
    listener.speak("Dag An Peeters.")
    card.wait_for(1)
    listener.driver.close()
    lines = log.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["espeak-ng", "aplay"]
    assert "Peeters" not in log.read_text()


def test_a_sound_card_that_is_not_there_is_told_once_and_so_is_its_return(card: SoundCard) -> None:
    del card
    listener = Listener({**OUTLETS, Outlet.SPEAKER: "nosuch"})
    assert listener.told.get(timeout=DEADLINE) == Status(Health.OK)
    for _ in range(2):
        listener.driver.speak(Utterance((CARD,), "nl", Tone(Outlet.SPEAKER, LOUDEST)))
    assert listener.told.get(timeout=DEADLINE) == Status(Health.DOWN, (FaultCode.SPEECH_LOST,))
    listener.speak(CARD)
    assert listener.told.get(timeout=DEADLINE) == Status(Health.OK)
    listener.driver.close()
    listener.driver.close()
    assert listener.told.empty()


def test_a_machine_without_the_programs_says_so_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    listener = Listener(OUTLETS)
    assert listener.told.get(timeout=DEADLINE) == Status(Health.DOWN, (FaultCode.SPEECH_LOST,))
    listener.driver.close()


def test_a_headset_is_seen_to_come_and_go_and_a_socket_that_is_gone_has_none(tmp_path: Path) -> None:
    socket = VirtualJack(tmp_path / "jack")
    inside: Queue[bool] = Queue()
    told: Queue[Status] = Queue()
    driver = EvdevJack(socket.path)
    driver.watch(inside.put, told.put)
    assert told.get(timeout=DEADLINE) == Status(Health.OK)
    assert inside.get(timeout=DEADLINE) is False
    socket.put_in()
    assert inside.get(timeout=DEADLINE) is True
    socket.pull_out()
    assert inside.get(timeout=DEADLINE) is False
    socket.put_in()
    assert inside.get(timeout=DEADLINE) is True
    socket.unplug()
    assert told.get(timeout=DEADLINE) == Status(Health.DOWN, (FaultCode.HEADSET_LOST,))
    assert inside.get(timeout=DEADLINE) is False
    driver.close()
