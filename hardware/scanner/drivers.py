"""The two drivers of `hardware.credentials.CodeScanner`. No code is in any log, fault or `repr`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from hardware.devices import Status
from hardware.evdev import grabbed, key_ear
from hardware.faults import FaultCode
from hardware.listener import Ear, Listener, Opened
from hardware.scanner.codes import Assembler, Form
from hardware.scanner.keys import Typist


class _Scanner:
    """A scanner at some device; how it is heard is for each kind to say."""

    def __init__(self, open_device: Callable[[], Opened], form: Form) -> None:
        self._form = form
        self._listener = Listener("scanner", open_device, FaultCode.SCANNER_LOST)

    def watch(self, on_code: Callable[[str], None], on_status: Callable[[Status], None]) -> None:
        """Report what is scanned from now on, and whether the scanner is there."""
        self._listener.start(lambda _device: self._ear(Assembler(self._form, on_code)), on_status)

    def status(self) -> Status:
        """Whether it is there, and ours alone; unknown until it was looked for."""
        return self._listener.status()

    def close(self) -> None:
        """Stop reporting and let go of the scanner."""
        self._listener.close()

    def _ear(self, codes: Assembler) -> Ear:
        return codes.hear


class KeyboardScanner(_Scanner):
    """A scanner that types (HID), at an evdev device. It is grabbed: its keystrokes never reach the screen."""

    def __init__(self, path: Path, form: Form) -> None:
        super().__init__(partial(grabbed, path), form)

    def _ear(self, codes: Assembler) -> Ear:
        typist = Typist()

        def on_key(code: int, value: int) -> None:
            if sign := typist.sign(code, value):
                codes.hear(sign.encode())

        return key_ear(on_key)


class SerialScanner(_Scanner):
    """A scanner on a serial line, or on USB as one."""

    def __init__(self, path: Path, baud: int, form: Form) -> None:
        super().__init__(partial(_line, path, baud), form)


def _line(path: Path, baud: int) -> Opened:
    from serial import Serial

    return Serial(str(path), baud, timeout=0, exclusive=True)
