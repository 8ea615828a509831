"""Which settings a kiosk runs on: the last that were good, or new ones on trial; and back by itself when they are not.

Memory is one folder: each bundle under its digest, and `state.json`, replaced at once. New settings get `STARTS` starts
and `HEALTH_WINDOW` seconds. A start counts before anything else is done with them, so a kiosk that crashes, hangs or is
switched off while they load has one less; at the last it goes back. A bundle that was sent back is never tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, structs

from config import durable
from config.bundle import decoded, name_of, read_bundle
from config.merge import Tree
from config.settings import Settings, SettingsError

# One to begin with, one for a power cut, one for a crash that had another cause.
STARTS = 3
# Fifteen minutes: devices were asked some hundred times, and the back end answered or did not.
HEALTH_WINDOW = 900.0
# What was refused is remembered for as long as it may be offered again; old names make room.
_MOST_QUARANTINED = 64

_STATE = "state.json"
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in force. `well` are the parts that did well before the trial."""

    good: Digest | None = None
    trial: Digest | None = None
    starts: int = 0
    well: tuple[str, ...] = ()
    quarantined: tuple[Digest, ...] = ()


class Verdict(Enum):
    """What became of settings on trial."""

    WAITING = "waiting"
    COMMITTED = "committed"
    REVERTED = "reverted"


class Activation:
    """The folder of one kiosk. `dry_run` raises SettingsError for settings that validate, and would break the kiosk."""

    def __init__(
        self,
        folder: Path,
        machine: Tree,
        dry_run: Callable[[Settings], None] = lambda _settings: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._machine, self._dry_run, self._monotonic = folder, machine, dry_run, monotonic
        self._since = monotonic()
        self.state = _state_in(folder)

    @property
    def running(self) -> str | None:
        """The bundle that is in force; None: the installer's own settings alone."""
        return self.state.trial or self.state.good

    def begin(self) -> bytes | None:
        """Say at a start which bundle to run on, and count it; None: the installer's own settings alone.

        Where the disk takes nothing, a trial cannot be counted and is not made: the last that were good serve.
        """
        try:
            return self._begin()
        except OSError:
            self.state = structs.replace(self.state, trial=None)
            return _content(self._folder, self.state.good) if self.state.good is not None else None

    def _begin(self) -> bytes | None:
        if self.state.trial is not None:
            if self.state.starts <= 0:
                self.revert()
            else:
                self._keep(structs.replace(self.state, starts=self.state.starts - 1))
        while (name := self.running) is not None:
            content = _content(self._folder, name)
            if content is not None and self._fits(content):
                return content
            self._drop(name)
        return None

    @classmethod
    def in_force(cls, folder: Path) -> bytes | None:
        """Look up which bundle a kiosk runs on, without touching anything."""
        state = _state_in(folder)
        name = state.trial or state.good
        return _content(folder, name) if name is not None else None

    def examine(self, content: bytes) -> Settings | None:
        """Give the settings in a bundle that is offered, if it may be tried; one that may not is remembered."""
        name = name_of(content)
        if name == self.running or name in self.state.quarantined:
            return None
        try:
            settings = decoded(content).over(self._machine)
            self._dry_run(settings)
        except SettingsError:
            self._quarantine(name)
            raise
        return settings

    def try_out(self, content: bytes, well: frozenset[str]) -> None:
        """Put a bundle on trial. Raises OSError; then nothing changed.

        What was on trial makes room, and is not thereby good: what did well before it must still do well.
        """
        name = name_of(content)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(self._folder / name, content, 0o600)
        self._keep(
            structs.replace(self.state, trial=name, starts=STARTS, well=tuple(sorted({*self.state.well, *well})))
        )
        self._since = self._monotonic()
        self._tidy()

    def judge(self, well: frozenset[str]) -> Verdict:
        """Say of settings on trial, with the parts that do well now, whether they stay. Raises OSError."""
        if self.state.trial is None or self._monotonic() - self._since < HEALTH_WINDOW:
            return Verdict.WAITING
        if not well.issuperset(self.state.well):
            self.revert()
            return Verdict.REVERTED
        self._keep(structs.replace(self.state, good=self.state.trial, trial=None, starts=0, well=()))
        self._tidy()
        return Verdict.COMMITTED

    def revert(self) -> None:
        """Go back to the last that were good, and never try these again."""
        if self.state.trial is not None:
            self._drop(self.state.trial)

    # --- the folder ------------------------------------------------------------------------------------------------

    def _fits(self, content: bytes) -> bool:
        try:
            decoded(content).over(self._machine)
        except SettingsError:
            return False
        return True

    def _drop(self, name: str) -> None:
        kept = self.state
        if kept.trial == name:
            kept = structs.replace(kept, trial=None, starts=0, well=())
        if kept.good == name:
            kept = structs.replace(kept, good=None)
        self._quarantine(name, kept)

    def _quarantine(self, name: str, kept: State | None = None) -> None:
        state = kept if kept is not None else self.state
        names = (*(known for known in state.quarantined if known != name), name)[-_MOST_QUARANTINED:]
        self._keep(structs.replace(state, quarantined=names))

    def _keep(self, state: State) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(self._folder / _STATE, msgspec.json.encode(state), 0o600)
        self.state = state

    def _tidy(self) -> None:
        """Let go of bundles that nothing names any more."""
        kept = {self.state.good, self.state.trial, _STATE}
        for file in self._folder.iterdir():
            if file.name not in kept:
                file.unlink(missing_ok=True)


def _state_in(folder: Path) -> State:
    try:
        return msgspec.json.decode((folder / _STATE).read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return State()


def _content(folder: Path, name: str) -> bytes | None:
    """Give a bundle as it was written; one that is torn, or another, is none."""
    try:
        content = read_bundle(folder / name)
    except SettingsError:
        return None
    return content if content is not None and name_of(content) == name else None
