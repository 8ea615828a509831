"""The driver that speaks: `hardware.sound.Speaker`, by espeak-ng or a recording, through ALSA's `aplay`.

What is said goes to espeak-ng's input, never onto its command line, where every program of the machine could read it.
"""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable
from functools import lru_cache

from hardware.devices import Health, Status
from hardware.faults import FaultCode
from hardware.sound import Outlet, Tone, Utterance
from hardware.speech.recordings import Recordings
from hardware.speech.wave import NotPlayable, seconds, sound, tick

# The voices of espeak-ng, by language. Its own speed of 175 words a minute is fast for who hears it once a year.
VOICES = {"nl": "nl", "fr": "fr-be", "de": "de", "en": "en-gb"}
_WORDS_A_MINUTE = 150
# espeak-ng makes a sentence in some 20 ms; this is for a machine on its knees.
MAKING_SECONDS = 10.0
# A sound card plays a sentence in as long as it lasts; one that takes this much longer is stuck.
GRACE_SECONDS = 10.0
CLOSE_SECONDS = 2.0

_Job = Utterance | Tone  # a tone alone is a tick


class EspeakSpeaker:
    """Speaks on the ALSA devices of its outlets. One thread makes the sounds and lets them be heard, in order."""

    def __init__(self, outlets: dict[Outlet, str], recordings: Recordings) -> None:
        self._outlets = outlets
        self._recordings = recordings
        self._jobs: queue.SimpleQueue[tuple[int, _Job] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._turn = 0  # what was asked before the latest call is not said any more
        self._program: subprocess.Popen[bytes] | None = None
        self._works: bool | None = None
        self._thread: threading.Thread | None = None
        self._on_said: Callable[[], None] = lambda: None
        self._on_status: Callable[[Status], None] = lambda _status: None

    def watch(self, on_said: Callable[[], None], on_status: Callable[[Status], None]) -> None:
        """Begin: the first thing is to see whether there is anything to speak with."""
        self._on_said, self._on_status = on_said, on_status
        self._thread = threading.Thread(target=self._run, name="speech", daemon=True)
        self._thread.start()

    def speak(self, utterance: Utterance) -> None:
        """Say this from now on."""
        self._replace(utterance)

    def tick(self, tone: Tone) -> None:
        """Let the tick be heard."""
        self._replace(tone)

    def hush(self) -> None:
        """Say nothing more."""
        self._replace(None)

    def status(self) -> Status:
        """Whether the last sound came out; unknown until one was tried."""
        if self._works is None:
            return Status(Health.UNKNOWN)
        return Status(Health.OK) if self._works else Status(Health.DOWN, (FaultCode.SPEECH_LOST,))

    def close(self) -> None:
        """Fall silent and end the thread. Twice is once."""
        self.hush()
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _replace(self, job: _Job | None) -> None:
        with self._lock:
            self._turn += 1
            if self._program is not None:
                self._program.kill()
            if job is not None:
                self._jobs.put((self._turn, job))

    # --- on its own thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._tell(works=self._can_speak())
        while (asked := self._jobs.get()) is not None:
            turn, job = asked
            if isinstance(job, Tone):
                self._play(turn, _tick(job.volume), job.outlet)
            else:
                self._speak(turn, job)
            del asked, job  # it may hold a name: not until the next one comes

    @staticmethod
    def _can_speak() -> bool:
        """Whether both programs are there. Makes no sound: whether that comes out, the first sentence shows."""
        return all(shutil.which(program) for program in ("espeak-ng", "aplay"))

    def _speak(self, turn: int, utterance: Utterance) -> None:
        for sentence in utterance.sentences:
            recorded = self._recordings.of(sentence, utterance.language)
            made = recorded or self._made(sentence, utterance.language, turn)
            if made is None or not self._is_now(turn):
                return
            with contextlib.suppress(NotPlayable):  # a recording that was taken away meanwhile
                if not self._play(turn, sound(made, utterance.tone.volume), utterance.tone.outlet):
                    return
            self._on_said()

    def _made(self, sentence: str, language: str, turn: int) -> bytes | None:
        """Have espeak-ng make the sound of a sentence; None where it does not, or where it is no longer wanted."""
        command = ["espeak-ng", "--stdin", "--stdout", "-b", "1", "-v", VOICES[language], "-s", str(_WORDS_A_MINUTE)]
        well, wav = self._done(turn, command, sentence.encode(), MAKING_SECONDS)
        return wav if well and wav else None

    def _play(self, turn: int, wav: bytes, outlet: Outlet) -> bool:
        """Let it be heard; False when it was not, or not to its end."""
        command = ["aplay", "--quiet", "--device", self._outlets[outlet], "-"]
        return self._done(turn, command, wav, seconds(wav) + GRACE_SECONDS)[0]

    def _done(self, turn: int, command: list[str], given: bytes, limit: float) -> tuple[bool, bytes]:
        """Run a program to its end, unless it is no longer wanted. What it complains of may quote: it goes nowhere."""
        try:
            with self._lock:
                if not self._is_now(turn):
                    return False, b""
                self._program = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            told, code = self._finished(self._program, given, limit)
        except OSError:
            self._tell(works=False)
            return False, b""
        if self._is_now(turn):
            self._tell(works=code == 0)
        return code == 0, told

    def _finished(self, program: subprocess.Popen[bytes], given: bytes, limit: float) -> tuple[bytes, int | None]:
        with program:
            try:
                told, _ = program.communicate(given, limit)
            except subprocess.TimeoutExpired:
                program.kill()
                told = b""
            finally:
                with self._lock:
                    self._program = None
        return told, program.returncode

    def _is_now(self, turn: int) -> bool:
        return turn == self._turn

    def _tell(self, *, works: bool) -> None:
        if works is not self._works:
            self._works = works
            self._on_status(self.status())


@lru_cache
def _tick(volume: int) -> bytes:
    return tick(volume)
