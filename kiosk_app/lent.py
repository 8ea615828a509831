"""What is plugged in once, and grabbed: the kiosk has it, and lends it to a test, which then hears it alone.

Whoever borrows gets what any driver is, so that a test on the screen is the one of `kiosk check`. Closing gives back.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.credentials import CodeScanner
from hardware.devices import Keypad, KeypadKey, Status
from hardware.doors import Door, LockerBank, Look, Opening
from hardware.faults import DeviceFault, FaultCode
from hardware.sound import HeadsetJack

OnKey = Callable[[int | KeypadKey], None]


class LentScanner:
    """The kiosk's scanner, and the one in the hands of a test."""

    def __init__(self, scanner: CodeScanner) -> None:
        self._scanner = scanner
        self._borrower: Callable[[str], None] | None = None

    def watch(self, on_code: Callable[[str], None], on_status: Callable[[Status], None]) -> None:
        """Report to the kiosk, as long as nobody has borrowed it."""

        def hand_on(code: str) -> None:
            (self._borrower or on_code)(code)

        self._scanner.watch(hand_on, on_status)

    def status(self) -> Status:
        """As the driver says."""
        return self._scanner.status()

    def close(self) -> None:
        """Let go of the device."""
        self._scanner.close()

    def hear(self, borrower: Callable[[str], None] | None) -> None:
        """Have what is read go there; None: to the kiosk again."""
        self._borrower = borrower


class BorrowedScanner:
    """It in the hands of a test."""

    def __init__(self, lent: LentScanner) -> None:
        self._lent = lent
        self._on_code: Callable[[str], None] = lambda _code: None

    def watch(self, on_code: Callable[[str], None], on_status: Callable[[Status], None]) -> None:
        """Report to the test."""
        self._on_code = on_code
        self._lent.hear(on_code)
        on_status(self._lent.status())

    def status(self) -> Status:
        """As the driver says."""
        return self._lent.status()

    def close(self) -> None:
        """Give it back; who still waits for a code gets one that is none."""
        self._lent.hear(None)
        self._on_code("")


class LentKeypad:
    """The kiosk's keypad, and the one in the hands of a test."""

    def __init__(self, keypad: Keypad) -> None:
        self._keypad = keypad
        self._borrower: OnKey | None = None

    def watch(
        self,
        on_digit: Callable[[int], None],
        on_key: Callable[[KeypadKey], None],
        on_status: Callable[[Status], None],
    ) -> None:
        """Report to the kiosk, as long as nobody has borrowed it."""

        def digit_on(digit: int) -> None:
            (self._borrower or on_digit)(digit)

        def key_on(key: KeypadKey) -> None:
            (self._borrower or on_key)(key)

        self._keypad.watch(digit_on, key_on, on_status)

    def status(self) -> Status:
        """As the driver says."""
        return self._keypad.status()

    def close(self) -> None:
        """Let go of the device."""
        self._keypad.close()

    def hear(self, borrower: OnKey | None) -> None:
        """Have each key go there; None: to the kiosk again."""
        self._borrower = borrower


class BorrowedKeypad:
    """It in the hands of a test."""

    def __init__(self, lent: LentKeypad) -> None:
        self._lent = lent

    def watch(
        self,
        on_digit: Callable[[int], None],
        on_key: Callable[[KeypadKey], None],
        on_status: Callable[[Status], None],
    ) -> None:
        """Report to the test."""
        self._lent.hear(lambda key: on_digit(key) if isinstance(key, int) else on_key(key))
        on_status(self._lent.status())

    def status(self) -> Status:
        """As the driver says."""
        return self._lent.status()

    def close(self) -> None:
        """Give it back."""
        self._lent.hear(None)


class LentJack:
    """The kiosk's socket of a headset, and the one in the hands of a test. Both see a plug: it is the kiosk's too."""

    def __init__(self, jack: HeadsetJack) -> None:
        self._jack = jack
        self._inside = False
        self._borrower: Callable[[bool], None] | None = None

    def watch(self, on_headset: Callable[[bool], None], on_status: Callable[[Status], None]) -> None:
        """Report to the kiosk, and to who has borrowed it."""

        def hand_on(inside: bool) -> None:  # noqa: FBT001 (the Protocol's own)
            self._inside = inside
            on_headset(inside)
            if self._borrower is not None:
                self._borrower(inside)

        self._jack.watch(hand_on, on_status)

    def status(self) -> Status:
        """As the driver says."""
        return self._jack.status()

    def close(self) -> None:
        """Let go of the device."""
        self._jack.close()

    def hear(self, borrower: Callable[[bool], None] | None) -> None:
        """Have a plug be seen there too, from now on and as it is now; None: no more."""
        self._borrower = borrower
        if borrower is not None:
            borrower(self._inside)


class BorrowedJack:
    """It in the hands of a test."""

    def __init__(self, lent: LentJack) -> None:
        self._lent = lent

    def watch(self, on_headset: Callable[[bool], None], on_status: Callable[[Status], None]) -> None:
        """Report to the test."""
        on_status(self._lent.status())
        self._lent.hear(on_headset)

    def status(self) -> Status:
        """As the driver says."""
        return self._lent.status()

    def close(self) -> None:
        """Give it back."""
        self._lent.hear(None)


class BorrowedBank:
    """The kiosk's compartments in the hands of a test: once the test lets go, the kiosk has them still."""

    def __init__(self, bank: LockerBank) -> None:
        self._bank = bank
        self._given_back = False

    def open(self, door: Door) -> Opening:
        """As the driver does. Raises LOCKERS_LOST once it is given back."""
        if self._given_back:
            raise DeviceFault(FaultCode.LOCKERS_LOST, "given back")
        return self._bank.open(door)

    def look(self) -> dict[Door, Look]:
        """As the driver says; nothing is known any more once it is given back."""
        looks = self._bank.look()
        return dict.fromkeys(looks, Look()) if self._given_back else looks

    def status(self) -> Status:
        """As the driver says."""
        return self._bank.status()

    def close(self) -> None:
        """Give it back."""
        self._given_back = True
