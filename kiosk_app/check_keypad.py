"""`kiosk check keypad`: every key that a PIN needs, pressed by a person. Which one it was is said: it is no PIN."""

from __future__ import annotations

import queue

from hardware.devices import Health, Keypad, KeypadKey, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import Say, explain

# The driver says at once whether there is a keypad; a person takes a while to find the next key.
KEYPAD_SECONDS, HAND_SECONDS = 10.0, 60.0
Key = int | KeypadKey
NEEDED: tuple[Key, ...] = (*range(1, 10), 0, KeypadKey.OK, KeypadKey.ERASE)
_NAMES = {KeypadKey.OK: "OK", KeypadKey.ERASE: "wissen"}


class KeypadCheck:
    """One run on one keypad, of which it lets go at the end. `stop` ends it from another thread."""

    def __init__(self, keypad: Keypad, where: str, say: Say) -> None:
        self._keypad = keypad
        self._where = where
        self._say = say
        self._keys: queue.SimpleQueue[Key | Status | None] = queue.SimpleQueue()

    def run(self) -> bool:
        """Try it. False when something failed; then it was said, with what to do."""
        self._say(f"Toetsenbord op {self._where}")
        self._keypad.watch(self._keys.put, self._keys.put, self._keys.put)
        try:
            while not isinstance(told := self._keys.get(timeout=KEYPAD_SECONDS), Status):
                continue
            _must_be_well(told)
            return self._every_key()
        except DeviceFault as fault:
            explain(self._say, fault.code, fault.detail)
            return False
        finally:
            self._keypad.close()

    def stop(self) -> None:
        """Wait for no key any more."""
        self._keys.put(None)

    def _every_key(self) -> bool:
        self._say("Druk op elke toets: 1 tot 9, 0, OK en wissen. De volgorde doet er niet toe.")
        left = list(NEEDED)
        while left:
            try:
                key = self._keys.get(timeout=HAND_SECONDS)
            except queue.Empty:
                key = None
            if isinstance(key, Status):
                _must_be_well(key)
                continue
            if key is None:
                self._say(f"FOUT: deze toetsen werden niet gezien: {', '.join(_name(one) for one in left)}")
                self._say("  1. Druk ze nog eens in, recht en tot onderaan.")
                self._say("  2. Helpt dat niet: vervang het toetsenbord.")
                return False
            if key in left:
                left.remove(key)
                self._say(f"Toets {_name(key)} gezien: nog {len(left)}.")
        self._say("Alles in orde.")
        return True


def _must_be_well(status: Status) -> None:
    """Raise DeviceFault for a keypad that is not there, or not any more."""
    if status.health is not Health.OK:
        raise DeviceFault(status.faults[0] if status.faults else FaultCode.KEYPAD_LOST)


def _name(key: Key) -> str:
    return str(key) if isinstance(key, int) else _NAMES.get(key, key.value)
