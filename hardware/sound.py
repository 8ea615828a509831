"""What speaks to a resident, and what sees a headset: the Protocols, and what is said.

Kept by `hardware.speech`. As in `devices`, a vendor's exception never leaves a driver.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from msgspec import Struct

from hardware.devices import Private, Status

# A step is 6 dB, so that the loudest is 18 dB above the softest, with one of 12 dB between [EN 301 549, 8.2.1.1].
SOFTEST, LOUDEST = 0, 3


class Outlet(Enum):
    """Where it is to be heard: by everybody in the hall, or by one person alone."""

    SPEAKER = "speaker"
    HEADSET = "headset"


class Tone(Struct, frozen=True):
    """How something is to be heard: where, and how loud (SOFTEST to LOUDEST)."""

    outlet: Outlet
    volume: int


class Utterance(Private, frozen=True):
    """What is to be said, sentence by sentence, in one language ("nl", "fr", "de", "en")."""

    sentences: tuple[str, ...]
    language: str
    tone: Tone


class Speaker(Protocol):
    """Says sentences aloud. Every call returns at once; what is new silences what was being said."""

    def watch(self, on_said: Callable[[], None], on_status: Callable[[Status], None]) -> None:
        """Report each sentence that was said to its end, and the status when it changes, until `close`.

        From a thread of the driver's own. The first report is the status.
        """

    def speak(self, utterance: Utterance) -> None:
        """Say this from now on."""

    def tick(self, tone: Tone) -> None:
        """Let one neutral sound be heard, the same whatever was typed."""

    def hush(self) -> None:
        """Say nothing more of what was to be said."""

    def status(self) -> Status:
        """Whether sound comes out, as far as the machine can tell."""

    def close(self) -> None:
        """Fall silent and let go of it."""


class HeadsetJack(Protocol):
    """Sees whether a headset is in its socket."""

    def watch(self, on_headset: Callable[[bool], None], on_status: Callable[[Status], None]) -> None:
        """Report whether one is in, now and whenever that changes, and the status when it changes, until `close`.

        From a thread of the driver's own. A socket that is gone has no headset in it.
        """

    def status(self) -> Status:
        """There, and nobody else's."""

    def close(self) -> None:
        """Stop reporting and let go of it."""
