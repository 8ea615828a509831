"""The folder between agent and kiosk: what the agent found for it, and how the agent does.

The agent writes, the kiosk reads.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from config import durable
from config.bundle import Bundle
from config.checkin import Alarm as Alarm
from config.daily import Daily

OFFERED = "offered.json"
DAILY = "daily.json"
STATE = "agent.json"


class AgentState(Struct, frozen=True, rename="camel"):
    """How the last round went, and when the last good one was."""

    looked: datetime
    well: datetime | None = None
    alarm: Alarm | None = None
    detail: str = ""


class Told:
    """That folder, on the agent's side."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._folder = folder

    def offer(self, bundle: Bundle) -> bool:
        """Offer it to the kiosk; False when it was there already. Raises OSError."""
        return self._put(OFFERED, bundle.encoded())

    def offer_daily(self, daily: Daily | None) -> bool:
        """Offer daily content, or that there is none; False when that was so already. Raises OSError."""
        if daily is not None:
            return self._put(DAILY, msgspec.json.encode(daily))
        file = self._folder / DAILY
        had = file.exists()
        file.unlink(missing_ok=True)
        return had

    def _put(self, name: str, content: bytes) -> bool:
        file = self._folder / name
        try:
            if file.read_bytes() == content:
                return False
        except FileNotFoundError:
            pass
        durable.write(file, content)
        return True

    def state(self) -> AgentState:
        """Give how the last round went; of none, one that never was well."""
        try:
            return msgspec.json.decode((self._folder / STATE).read_bytes(), type=AgentState)
        except (OSError, msgspec.MsgspecError):
            return AgentState(datetime.fromtimestamp(0, UTC))

    def note(self, state: AgentState) -> None:
        """Write down how a round went. Raises OSError."""
        durable.write(self._folder / STATE, msgspec.json.encode(state))
