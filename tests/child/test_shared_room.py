"""The memory that a child and its parent both see: it holds an answer until it was read, and keeps its size."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.shared_room import SharedRoom, other_side_of

SIZE = 1 << 20


@pytest.fixture
def room() -> Iterator[SharedRoom]:
    room = SharedRoom(SIZE)
    yield room
    room.close()


def test_nothing_is_kept_of_an_answer_that_was_read(room: SharedRoom) -> None:
    with other_side_of(room.file) as theirs:
        theirs[:6] = b"Maes A"
        assert room.take(6) == b"Maes A"
        assert theirs[:] == bytes(SIZE)


@pytest.mark.parametrize("size", [0, SIZE - 1, SIZE + 1])
def test_a_child_that_was_taken_over_cannot_change_its_size(room: SharedRoom, size: int) -> None:
    with pytest.raises(PermissionError):
        os.ftruncate(room.file, size)
    assert room.take(SIZE) == bytes(SIZE)


def test_it_has_no_name_on_any_disk_and_is_gone_once_closed(room: SharedRoom) -> None:
    assert str(Path(f"/proc/self/fd/{room.file}").readlink()).startswith("/memfd:")
    assert os.fstat(room.file).st_nlink == 0
    file = room.file
    room.close()
    room.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


def test_no_more_is_taken_or_wiped_than_there_is(room: SharedRoom) -> None:
    assert room.take(SIZE + 1) == bytes(SIZE)
