"""The wall of the demo's kiosk: twenty-four compartments on two boards, as `townhall/lockers/demo.toml` has them."""

from __future__ import annotations

# Column by column, from top to bottom. What can be reached from a wheelchair hangs low.
COLUMNS = ((1, 2, 17, 9, 10), (3, 4, 18, 11, 12), (5, 6, 19, 13, 14), (7, 8, 20, 15, 16), (21, 23), (22, 24))
BOARDS = (0, 1)
# So many locks of each board are wired.
WIRED = 12
_LAST_SMALL, _LAST_MEDIUM = 16, 22


def place(number: int) -> tuple[int, int]:
    """Give the board and the lock of a compartment."""
    return (number - 1) // WIRED, (number - 1) % WIRED


def compartments() -> list[dict[str, str | int]]:
    """Give the compartments in the words of a kiosk's settings."""
    return [
        {"number": number, "board": place(number)[0], "lock": place(number)[1], "column": column, "size": size(number)}
        for column, numbers in enumerate(COLUMNS, 1)
        for number in numbers
    ]


def size(number: int) -> str:
    """Say how large a compartment is."""
    return "small" if number <= _LAST_SMALL else "medium" if number <= _LAST_MEDIUM else "large"
