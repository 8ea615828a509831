"""What was signed for one kiosk, verified by python-tuf with the root that the installer left; or nothing at all."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct
from tuf.api.exceptions import ExpiredMetadataError
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from config.bundle import MOST_BYTES, Bundle
from config.daily import Daily, daily_of
from config.layers import examine
from config.rings import marked, name_of, stage
from config.settings import SettingsError
from config.targets import ahead, change, daily, layers, owner, tenant
from config.targets import stage as stage_of

# The last word of a repository is some four hundred bytes, and who signs at the top some two thousand.
MOST_TIMESTAMP, MOST_ROOT = 16 << 10, 64 << 10
# Metadata of a fleet with three hundred towns is some forty kilobytes. What is larger by far is no metadata.
_LIMITS = UpdaterConfig(
    max_root_rotations=64,
    max_delegations=8,
    root_max_length=MOST_ROOT,
    timestamp_max_length=MOST_TIMESTAMP,
    snapshot_max_length=1 << 20,
    targets_max_length=1 << 20,
)


class Place:
    """Which kiosk this is, in which building of which town."""

    def __init__(self, town: str, building: str, kiosk: str) -> None:
        self.town, self.building, self.kiosk = town, building, kiosk


class Found(Struct, frozen=True):
    """What was signed for a kiosk, and what is amiss with its daily content if anything is."""

    bundle: Bundle
    daily: Daily | None
    amiss: str


def signed_for(place: Place, root: bytes, trusted: Path, fetcher: FetcherInterface, base: str) -> Found:
    """Fetch and verify.

    `trusted` remembers which versions were seen: what is older is refused. Beside it lies what was fetched, and is
    fetched again where it is another or not whole.

    Raises what python-tuf raises (RepositoryError, DownloadError), OSError, and SettingsError for what was signed well
    and is no settings.
    """
    trusted.mkdir(parents=True, exist_ok=True, mode=0o700)
    fetched = trusted.with_name("fetched")
    fetched.mkdir(exist_ok=True, mode=0o700)
    updater = Updater(
        str(trusted), f"{base}/metadata", str(fetched), f"{base}/targets", fetcher, _LIMITS, bootstrap=root
    )
    updater.refresh()
    # First of all who signs for the town: that is who may command this kiosk, whatever is amiss with settings.
    updater.get_targetinfo(tenant(place.town))
    where = layers(place.town, place.building, place.kiosk)
    takes = {whose: _takes(updater, whose, place) for whose in dict.fromkeys(map(owner, where.values()))}
    found = {layer: _tree(updater, ahead(path) if takes[owner(path)] else path) for layer, path in where.items()}
    news, amiss = _daily(updater, daily(place.town))
    said = {layer: tree for layer, tree in found.items() if tree is not None}
    for layer, tree in said.items():
        examine(layer, tree)
    return Found(Bundle(said), news, amiss)


def _takes(updater: Updater, whose: str, place: Place) -> bool:
    """Say whether a change that goes round has come to this kiosk. A stage of another change counts for nothing."""
    said, told = _tree(updater, change(whose)), _tree(updater, stage_of(whose))
    if said is None or told is None:
        return False
    come = stage(told)
    return come.change == marked(said) and come.reaches(name_of(place.town, place.kiosk))


def _daily(updater: Updater, path: str) -> tuple[Daily | None, str]:
    """Give the daily content; without any, and why, where its word has run out or it holds what it may not.

    It is one person's, and must not stand in the way of what a whole town signed.
    """
    try:
        news = _tree(updater, path)
        return daily_of(news) if news is not None else None, ""
    except ExpiredMetadataError:
        return None, ""  # none of it can still count: each part ends sooner
    except SettingsError as error:
        return None, str(error)


def _tree(updater: Updater, path: str) -> dict[str, Any] | None:
    target = updater.get_targetinfo(path)
    if target is None:
        return None
    if target.length > MOST_BYTES:
        raise SettingsError(f"{path}: larger than settings can be")
    try:
        file = updater.find_cached_target(target) or updater.download_target(target)
        return tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is not TOML") from error
