"""What staff at the compartments is proposed, and which codes are kept there."""

from __future__ import annotations

from uuid import UUID

import pytest

from config.settings import CompartmentSize
from kiosk_app.maintenance import compartments as at
from kiosk_app.maintenance.storing import propose, written

SMALL = CompartmentSize.SMALL
LYING = at.Lying(UUID(int=8), "T6X-9CG", "Sleutel", four_eyes=False, overdue=True)


@pytest.mark.parametrize(
    ("wanted", "low", "avoid", "expected"),
    [
        (SMALL, False, (), 4),  # the smallest, and those within reach are kept for who asks
        (SMALL, True, (), 1),
        (SMALL, False, (4,), 1),
        (SMALL, False, (1, 4), 3),
        (CompartmentSize.MEDIUM, False, (), 3),
        (CompartmentSize.LARGE, False, (), 7),  # somebody should look first, but it is the only one
        (CompartmentSize.LARGE, False, (7,), None),
    ],
)
def test_the_smallest_free_compartment_that_fits_is_proposed(
    wanted: CompartmentSize, avoid: tuple[int, ...], expected: int | None, *, low: bool
) -> None:
    medium, large = CompartmentSize.MEDIUM, CompartmentSize.LARGE
    wall = (
        at.Place(1, SMALL, low=True),
        at.Place(2, SMALL, low=False, lying=LYING),
        at.Place(3, medium, low=False),
        at.Place(4, SMALL, low=False),
        at.Place(5, SMALL, low=False, works=False),
        at.Place(6, SMALL, low=False, unsure=True),
        at.Place(7, large, low=True, unsure=True),
    )
    found = propose(wall, wanted, avoid, low=low)
    assert (found.number if found is not None else None) == expected


@pytest.mark.parametrize(
    ("scanned", "reference"),
    [
        ("K7Q-4XR", "K7Q-4XR"),
        ("k7q4xr", "K7Q-4XR"),
        (" K7Q 4XR ", "K7Q-4XR"),
        ("4F7K-9XQR", ""),
        ("K7Q-4X0", ""),
        ("", ""),
    ],
)
def test_a_code_is_kept_only_where_it_can_stand_on_a_thing(scanned: str, reference: str) -> None:
    """What a resident holds before the scanner opens something: it is kept nowhere."""
    assert written(scanned) == reference
