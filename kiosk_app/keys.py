"""What a key of the keypad means, by what is asked for at that moment: a digit of the PIN, or a way over the screen."""

from __future__ import annotations

from hardware.devices import KeypadKey
from kiosk_app.touches import (
    LastErased,
    PinEntered,
    PinUnknown,
    Steer,
    StillHere,
    StopPressed,
    Touch,
    VoiceAsked,
    VolumeTurned,
    WorkTouched,
)
from kiosk_app.visit import Asking, EnterCode, EnterPin, Overlay, StaffAtWork, Visit

Key = int | KeypadKey
Meaning = int | Touch | Steer | None  # an int is a digit of the PIN

# As the keys lie: the marked 5 in the middle chooses, those around it lead on.
_ON_THE_WAY: dict[Key, Meaning] = {
    2: Steer.UP,
    4: Steer.PREVIOUS,
    5: Steer.CHOOSE,
    6: Steer.NEXT,
    8: Steer.DOWN,
    0: VoiceAsked(),
    7: VolumeTurned(-1),
    9: VolumeTurned(1),
    KeypadKey.OK: Steer.CHOOSE,
    KeypadKey.NEXT: Steer.NEXT,
    KeypadKey.PREVIOUS: Steer.PREVIOUS,
}
_ALWAYS: dict[Key, Touch] = {
    KeypadKey.CANCEL: StopPressed(),
    KeypadKey.VOICE: VoiceAsked(),
    KeypadKey.LOUDER: VolumeTurned(1),
    KeypadKey.SOFTER: VolumeTurned(-1),
}


def meaning(visit: Visit, key: Key) -> Meaning:
    """Say what a key means now; None: nothing."""
    if key in _ALWAYS:
        return _ALWAYS[key]
    if visit.overlay is Overlay.STILL_THERE:  # whichever key it is, somebody is there
        return StillHere()
    match visit.state:
        case EnterPin(typed=typed) if visit.overlay is None:
            return _at_the_pin(key, typed)
        case StaffAtWork(work) if work.asks_code and visit.overlay is None:
            return _at_the_code_of_staff(key)
        case EnterCode() | Asking() if key is KeypadKey.ERASE and visit.overlay is None:
            return LastErased()
        case _:
            return _ON_THE_WAY.get(key)


def _at_the_pin(key: Key, typed: int) -> Meaning:
    match key:
        case int():
            return key
        case KeypadKey.OK:
            return PinEntered()
        case KeypadKey.ERASE:
            return LastErased() if typed else PinUnknown()
        case _:
            return _ON_THE_WAY.get(key)


def _at_the_code_of_staff(key: Key) -> Meaning:
    match key:
        case int():
            return key
        case KeypadKey.OK:
            from kiosk_app.maintenance.happenings import CodeTyped  # a resident's visit never needs it

            return WorkTouched(CodeTyped())
        case KeypadKey.ERASE:
            return LastErased()
        case _:
            return _ON_THE_WAY.get(key)
