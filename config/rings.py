"""How far a change has come: a signed stage names a few kiosks or a share of all, and each decides by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert

from config.settings import SettingsError

# A few kiosks are named one by one; more than so many are a share of all, so that the stage stays a small file.
MOST_NAMED = 64
_ALL = 100
# Shares are counted in hundredths of a percent: of ten thousand kiosks each has a place of its own.
_PLACES = 10_000

ChangeId = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Marked(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands beside settings that go round: which change they are."""

    change: ChangeId


class Stage(Struct, frozen=True, forbid_unknown_fields=True):
    """How far one change has come. It can name kiosks that take it, and say nothing else."""

    change: ChangeId
    percent: Annotated[int, Meta(ge=0, le=_ALL)] = 0
    named: Annotated[tuple[str, ...], Meta(max_length=MOST_NAMED)] = ()

    @property
    def everywhere(self) -> bool:
        """Whether every kiosk takes it."""
        return self.percent == _ALL

    def reaches(self, kiosk: str) -> bool:
        """Say whether a kiosk, as `named` calls it, takes the change."""
        return kiosk in self.named or place_of(self.change, kiosk) < self.percent * _PLACES // _ALL


def name_of(town: str, number: str) -> str:
    """Give the name of a kiosk among all towns."""
    return f"{town}/{number}"


def place_of(change: str, kiosk: str) -> int:
    """Give a kiosk's place in the row of a change: another for each change, so that no kiosk is always the first."""
    return int.from_bytes(sha256(f"{change}/{kiosk}".encode()).digest()[:8]) % _PLACES


def marked(tree: Mapping[str, Any]) -> str:
    """Read which change settings are. Raises SettingsError."""
    try:
        return convert(tree, Marked).change
    except ValidationError as error:
        raise SettingsError(f"change: {error}") from error


def stage(tree: Mapping[str, Any]) -> Stage:
    """Read how far a change has come. Raises SettingsError."""
    try:
        return convert(tree, Stage)
    except ValidationError as error:
        raise SettingsError(f"stage: {error}") from error
