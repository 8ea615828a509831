"""What a document must have to be printed, as far as its seal goes, and what the check found.

Its digest, pages, size and stillness are checked under every rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SealRule(StrEnum):
    """REQUIRE: no print without a seal of ours. WARN: printed, and said to the operator. OFF: no seal is looked at."""

    REQUIRE = "require"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True)
class Checked:
    """A document that may be printed. `lack` says what its seal lacks, where that was looked at and may be."""

    pages: int
    lack: str | None = None
