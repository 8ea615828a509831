"""Migrates one database file: `python -m kiosk_app.migrations FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from kiosk_app.database import engine_of


def main(file: Path) -> None:
    """Bring the file to the newest schema."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    engine = engine_of(file)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
