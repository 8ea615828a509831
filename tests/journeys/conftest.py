"""What every journey begins with: the memories of a kiosk and a town hall that are installed, and empty."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from townhall import database


@pytest.fixture(scope="session")
def new_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town hall's empty database, migrated once in a run."""
    file = tmp_path_factory.mktemp("town") / "townhall.db"
    database.opened(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, new_memory: Callable[[Path], None], new_town: Path) -> None:
    """Put both where the journey looks for them: to migrate them anew is a second of each of a hundred journeys."""
    for folder in ("kiosk", "townhall"):
        (tmp_path / folder).mkdir(mode=0o700)
    new_memory(tmp_path / "kiosk" / "kiosk.db")
    shutil.copy(new_town, tmp_path / "townhall")
