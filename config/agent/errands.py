"""What the agent does for somebody at the kiosk: make it known to its fleet, and take the settings on a stick.

A stick is read with the same keys and the same memory of versions as a server; one that is wrong changes nothing.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import msgspec
from tuf.api.exceptions import BadVersionNumberError, DownloadError, ExpiredMetadataError, RepositoryError

from config import durable
from config.agent.fetch import FOLDER, FolderFetcher
from config.agent.line import Line, LineError, RefusedLineError
from config.agent.told import Told
from config.agent.verify import Place, signed_for
from config.errands import ANSWERED, Answered, Ended, Errand, read_asked
from config.layers import TooNewError
from config.settings import SettingsError

log = logging.getLogger(__name__)

# Where an operator copies the folder of the repository to.
ON_STICK = "repository"


class Stick:
    """The settings on a stick. `trusted` is the agent's own memory of versions; `mounted` is where a stick comes up."""

    def __init__(self, place: Place, root: bytes, trusted: Path, mounted: Path, told: Told) -> None:
        self._place, self._root, self._trusted, self._told = place, root, trusted, told
        self._folder = mounted / ON_STICK

    def take(self) -> Ended:
        """Verify what is on it and offer it to the kiosk. Never raises."""
        ended = self._looked_at()
        if ended not in {Ended.DONE, Ended.NOTHING_NEW}:
            log.warning("stick: nothing is taken (%s)", ended)
        return ended

    def _looked_at(self) -> Ended:
        if not self._folder.parent.is_dir() or not any(self._folder.parent.iterdir()):
            return Ended.NO_STICK
        if not (self._folder / "metadata" / "timestamp.json").exists():
            return Ended.EMPTY
        try:
            return self._take()
        except OSError as error:
            log.warning("stick: %s", error.strerror)
            return Ended.DISK

    def _take(self) -> Ended:
        """Read it twice: once to see whether all of it is right, with a copy of the memory; and then for good."""
        with tempfile.TemporaryDirectory(dir=self._trusted.parent, prefix=".stick-") as folder:
            copy = Path(folder) / "trusted"
            if self._trusted.is_dir():
                shutil.copytree(self._trusted, copy, symlinks=True)
            wrong = self._read(copy)
        return wrong or self._read(self._trusted, offer=True) or Ended.DONE

    def _read(self, trusted: Path, *, offer: bool = False) -> Ended | None:
        """Say what is wrong with it, if anything is."""
        try:
            found = signed_for(self._place, self._root, trusted, FolderFetcher(self._folder), FOLDER)
        except BadVersionNumberError:
            return Ended.OLDER
        except ExpiredMetadataError:
            return Ended.EXPIRED
        except DownloadError:
            return Ended.GONE
        except RepositoryError as error:
            log.info("stick: %s: %s", type(error).__name__, error)
            return Ended.REFUSED
        except TooNewError:
            return Ended.TOO_NEW
        except SettingsError as error:
            log.info("stick: %s", error)
            return Ended.NO_SETTINGS
        if not offer:
            return None
        settings, news = self._told.offer(found.bundle), self._told.offer_daily(found.daily)
        return None if settings or news else Ended.NOTHING_NEW


class Errands:
    """Looks for what is asked; each is done once."""

    def __init__(self, asked: Path, told: Path, line: Line | None, stick: Stick) -> None:
        self._asked, self._told, self._line, self._stick = asked, told, line, stick
        self._last: UUID | None = None

    def look(self) -> bool:
        """Do what is asked, if anything new is; whether it was."""
        asked = read_asked(self._asked)
        if asked is None or asked.id == self._last or asked.errand is Errand.EXPORT:
            return False
        self._last = asked.id
        do: dict[Errand, Callable[[], Ended]] = {
            Errand.PAIR: lambda: self._pair(asked.code),
            Errand.STICK: self._stick.take,
        }
        ended = do[asked.errand]()
        log.info("asked at the kiosk: %s, %s", asked.errand, ended)
        try:
            durable.write(self._told / ANSWERED, msgspec.json.encode(Answered(asked.id, ended)))
        except OSError as error:
            log.warning("what was asked at the kiosk cannot be answered (%s)", error.strerror)
        return True

    def _pair(self, code: str) -> Ended:
        if self._line is None:
            return Ended.NO_FLEET
        try:
            self._line.enrol(code)
        except RefusedLineError:
            return Ended.BAD_CODE
        except LineError as error:
            log.warning("not paired: %s", error)
            return Ended.UNREACHABLE
        except OSError as error:
            log.warning("not paired: %s", error.strerror)
            return Ended.DISK
        return Ended.DONE
