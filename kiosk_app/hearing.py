"""What a visit does for who listens: reading aloud begins, is repeated, is turned up; and what must be said to anybody.

The sentences are the screen's (`ui.screen.Screen`): the chart only knows when.
"""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from kiosk_app.effects import Effect, Say
from kiosk_app.events import Event, HeadsetChanged, VoiceAsked, VoiceSwitched, VolumeTurned
from kiosk_app.leaving import Step
from kiosk_app.visit import CardBack, Overlay, Portal, Visit, Voice

Heard = HeadsetChanged | VoiceAsked | VoiceSwitched | VolumeTurned
SOFTEST, LOUDEST = 0, 3


def heard(visit: Visit, event: Heard) -> Step:
    """Give the next visit, which says in its new voice what stands on the screen."""
    voice = _next(visit.voice, event)
    return replace(visit, voice=voice), (Say(),) if voice.on else ()


def _next(voice: Voice, event: Heard) -> Voice:
    match event:
        case HeadsetChanged(True) if not voice.headset:
            return Voice(on=True, headset=True)
        case HeadsetChanged(False):  # what was for one person alone is not told to the hall
            return Voice()
        case VoiceAsked():
            return structs.replace(voice, on=True)
        case VoiceSwitched(on):
            return structs.replace(voice, on=on)
        case VolumeTurned(steps):
            return structs.replace(voice, volume=min(max(voice.volume + steps, SOFTEST), LOUDEST))
        case _:
            return voice


def aloud(before: Visit, after: Visit, event: Event) -> tuple[Effect, ...]:
    """Say to anybody, reading aloud or not, what cannot wait: time runs out, a card or paper is forgotten."""
    asked = after.overlay is Overlay.STILL_THERE and before.overlay is not Overlay.STILL_THERE
    asked = asked and (after.voice.on or not isinstance(after.state, Portal))  # an empty hall is not called to
    forgotten = isinstance(after.state, CardBack) and not isinstance(before.state, CardBack)
    told = isinstance(event, Heard)  # it was said just now
    return (Say(),) if (asked or forgotten or reminded(before, after)) and not told else ()


def reminded(before: Visit, after: Visit) -> bool:
    """Whether a hand is asked for once more."""
    return getattr(after.state, "reminders", 0) > getattr(before.state, "reminders", 0)
