"""`kiosk check speech`: a sentence on each outlet, and the headset in and out, by a person who listens."""

from __future__ import annotations

import queue
from collections.abc import Callable

from config.speech import Speech
from hardware.devices import Health, Status
from hardware.faults import FaultCode
from hardware.sound import HeadsetJack, Outlet, Speaker, Tone, Utterance
from kiosk_app.check_words import CheckFailed, Say, explain
from kiosk_app.ease import USUAL_VOLUME

# A sentence takes some seconds; a person takes a while to find a plug.
SENTENCE_SECONDS, HAND_SECONDS = 30.0, 120.0
_SENTENCE = "Dit is een proef van het loket."
_WHERE = {Outlet.SPEAKER: "uit de luidspreker", Outlet.HEADSET: "in de hoofdtelefoon, en nergens anders"}


class SpeechCheck:
    """The check of what the settings name. `ask` gives what a person answers to a question."""

    def __init__(
        self, speaker: Speaker, jack: HeadsetJack | None, amiss: list[str], say: Say, ask: Callable[[str], str]
    ) -> None:
        self._speaker = speaker
        self._jack = jack
        self._amiss = amiss
        self._say = say
        self._ask = ask
        self._ended: queue.SimpleQueue[Status | None] = queue.SimpleQueue()  # a sentence; or what is wrong
        self._inside: queue.SimpleQueue[bool | None] = queue.SimpleQueue()  # a plug; None: nobody waits any more

    def run(self, setting: Speech) -> bool:
        """Try it. False when something failed; then it was said, with what to do."""
        self._say(f"Voorlezen op {setting.speaker}, hoofdtelefoon op {setting.headset or 'niets'}")
        for line in self._amiss:
            self._say(f"FOUT: opname {line}")
        self._speaker.watch(lambda: self._ended.put(None), self._status)
        try:
            self._heard(Outlet.SPEAKER)
            if self._jack is not None:
                self._plugged(self._jack)
        except CheckFailed as failed:
            self._say(f"FOUT: {failed}")
            return False
        finally:
            self._speaker.close()
            if self._jack is not None:
                self._jack.close()
        if not self._amiss:
            self._say("Alles in orde.")
        return not self._amiss

    def stop(self) -> None:
        """Wait for no plug any more; from another thread."""
        self._inside.put(None)

    def _status(self, status: Status) -> None:
        if status.health is Health.DOWN:
            self._ended.put(status)

    def _heard(self, outlet: Outlet) -> None:
        self._speaker.speak(Utterance((_SENTENCE,), "nl", Tone(outlet, USUAL_VOLUME)))
        try:
            well = self._ended.get(timeout=SENTENCE_SECONDS) is None
        except queue.Empty:
            well = False
        if not well:
            explain(self._say, FaultCode.SPEECH_LOST)
            raise CheckFailed("er werd niets afgespeeld")
        if not self._ask(f"Hoorde je de zin {_WHERE[outlet]}? (j/n) ").lower().startswith("j"):
            raise CheckFailed("kijk de versterker en de naam van het toestel na (aplay -L)")

    def _plugged(self, jack: HeadsetJack) -> None:
        told: queue.SimpleQueue[Status] = queue.SimpleQueue()
        jack.watch(self._inside.put, told.put)
        if told.get(timeout=SENTENCE_SECONDS).health is not Health.OK:
            explain(self._say, FaultCode.HEADSET_LOST)
            raise CheckFailed("de aansluiting is er niet")
        self._say("Steek een hoofdtelefoon in.")
        self._until(wanted=True)
        self._heard(Outlet.HEADSET)
        self._say("Trek hem er weer uit.")
        self._until(wanted=False)

    def _until(self, *, wanted: bool) -> None:
        try:
            while (seen := self._inside.get(timeout=HAND_SECONDS)) is not wanted:
                if seen is None:
                    raise CheckFailed("de test is gestopt")
        except queue.Empty:
            raise CheckFailed("de stekker werd niet gezien: kijk na welke aansluiting bij dit toestel hoort") from None
