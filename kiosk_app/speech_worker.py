"""Lets the screen speak, and tells the visit of the headset and of what was said."""

from __future__ import annotations

from collections.abc import Callable

from hardware.devices import Status
from hardware.sound import HeadsetJack, Speaker
from kiosk_app.effects import Effect, Forget
from kiosk_app.events import Event, HeadsetChanged, Spoken


class SpeechWorker:
    """The speaker's way to the visit. `speaker` is for whoever knows the sentences: every call returns at once."""

    def __init__(self, speaker: Speaker, post: Callable[[Event], None], note: Callable[[Status], None]) -> None:
        self.speaker = speaker
        self._post = post
        self._note = note

    def start(self) -> None:
        """Begin."""
        self.speaker.watch(lambda: self._post(Spoken()), self._note)

    def do(self, effect: Effect) -> None:
        """Forget with everybody else: what was being said of a person is not said to its end."""
        if isinstance(effect, Forget):
            self.speaker.hush()

    def stuck(self, seconds: float) -> bool:  # noqa: ARG002 (a hand's promise)
        """Nothing waits for a sentence, and the driver ends one that hangs."""
        return False

    def stop(self) -> None:
        """Fall silent."""
        self.speaker.close()


class HeadsetWorker:
    """The headset's way to the visit."""

    def __init__(self, jack: HeadsetJack, post: Callable[[Event], None], note: Callable[[Status], None]) -> None:
        self._jack = jack
        self._post = post
        self._note = note

    def start(self) -> None:
        """Begin to look."""
        self._jack.watch(lambda inside: self._post(HeadsetChanged(inside)), self._note)

    def do(self, effect: Effect) -> None:
        """Nothing is wished of a socket."""

    def stuck(self, seconds: float) -> bool:  # noqa: ARG002 (a hand's promise)
        """Nothing is asked of a socket, and nothing can be waited for."""
        return False

    def stop(self) -> None:
        """Let go of it."""
        self._jack.close()
