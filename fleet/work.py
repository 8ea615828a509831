"""The operator's own folder: settings in TOML as people write them, keys, drafts and the repository, side by side."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tuf.api.metadata import Targets

from config.bundle import MOST_BYTES
from config.daily import daily_of, strangers
from config.layers import combine, examine
from config.merge import Layer
from config.rings import Stage, stage
from config.settings import SettingsError, read
from config.targets import FLEET, TENANT, owner
from config.targets import stage as stage_of
from fleet import roles
from fleet.ahead import apart
from fleet.repository import Repository
from fleet.signing import Drafts

# A kiosk's own settings where an operator has none at hand: what is asked of layers from afar does not depend on them.
EXAMPLE = Path(__file__).parents[1] / "config" / "example.toml"
_LAYER_OF = (
    (re.compile(r"^fleet\.toml$"), Layer.FLEET),
    (re.compile(rf"^{TENANT}/tenant\.toml$"), Layer.TENANT),
    (re.compile(rf"^{TENANT}/site-[a-z0-9-]+\.toml$"), Layer.SITE),
    (re.compile(rf"^{TENANT}/kiosk-[A-Z0-9-]+\.toml$"), Layer.KIOSK),
)
_DAILY = re.compile(rf"^{TENANT}/daily/content\.toml$")


class Work:
    """One fleet, in one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.keys = home / "keys"
        self.settings = home / "settings"
        self.repository = Repository(home / "repository")
        self.drafts = Drafts(home / "drafts", self.repository)

    @property
    def towns(self) -> list[str]:
        """The towns of this fleet."""
        versions = self.repository.versions()
        groups = [name for name in self._delegated(Targets.type, versions) if name != roles.FLEET]
        return sorted(town for name in groups for town in self._delegated(name, versions))

    @property
    def roles(self) -> list[str]:
        """The roles that sign files of the folder of settings."""
        return [roles.FLEET, *(role for town in self.towns for role in (town, roles.daily_role(town)))]

    def role_of(self, path: str) -> str:
        """Say which role signs a file of settings. Raises SettingsError for one that no kiosk asks for."""
        if _DAILY.match(path):
            return roles.daily_role(owner(path))
        layer_of(path)
        return owner(path)

    def files(self) -> dict[str, bytes]:
        """Give every file of settings, by its place. Raises SettingsError for one that has none."""
        found = {}
        for file in sorted(self.settings.rglob("*.toml")):
            path = file.relative_to(self.settings).as_posix()
            self.role_of(path)
            content = file.read_bytes()
            if len(content) > MOST_BYTES:
                raise SettingsError(f"{path}: groter dan instellingen kunnen zijn")
            found[path] = content
        return found

    def files_of(self, role: str) -> dict[str, bytes]:
        """Give the files that a role signs."""
        return {path: content for path, content in self.files().items() if self.role_of(path) == role}

    def wanted(self, role: str, version: int | None = None) -> dict[str, bytes]:
        """Give what a role wants of every kiosk, also while that goes round; or wanted then."""
        now, then, _ = apart(self.repository.content(role, version))
        return now if then is None else then

    def in_force(self, role: str) -> dict[str, bytes]:
        """Give what holds: a change that goes round does so once it has come everywhere."""
        now, then, change = apart(self.repository.content(role))
        come = self.stage(role)
        return then if then is not None and come is not None and come.everywhere and come.change == change else now

    def stage(self, whose: str) -> Stage | None:
        """Give how far the last change of a town has come, or of the fleet; None where none went round yet."""
        said = self.repository.content(roles.rollout_role(whose)).get(stage_of(whose))
        return stage(_tree(stage_of(whose), said)) if said is not None else None

    def changed_roles(self) -> list[str]:
        """Name the roles whose files are not those that are published."""
        ours: dict[str, dict[str, bytes]] = {}
        for path, content in self.files().items():
            ours.setdefault(self.role_of(path), {})[path] = content
        return [name for name in self.roles if ours.get(name, {}) != self.wanted(name)]

    def diff(self) -> Iterator[str]:
        """Give what would change, line by line."""
        now = {path: text for role in self.roles for path, text in self.wanted(role).items()}
        ours = self.files()
        for path in sorted({*now, *ours}):
            before, after = (text.get(path, b"").decode(errors="replace").splitlines() for text in (now, ours))
            yield from difflib.unified_diff(before, after, f"gepubliceerd/{path}", f"nieuw/{path}", lineterm="")

    def validate(self, machine: Path = EXAMPLE) -> list[str]:
        """Try the settings as each kiosk would; give what is wrong, or nothing."""
        try:
            files = self.files()
        except SettingsError as error:
            return [str(error)]
        return self.examine(files, machine)

    def examine(self, files: Mapping[str, bytes], machine: Path = EXAMPLE) -> list[str]:
        """Try files of settings as each kiosk would; give what is wrong with them, or nothing."""
        try:
            trees = {path: _tree(path, content) for path, content in files.items()}
            base = read(machine)
        except SettingsError as error:
            return [str(error)]
        wrong = []
        for path, tree in trees.items():
            try:
                self._try(path, tree, trees, base)
            except SettingsError as error:
                wrong.append(f"{path}: {error}")
        return wrong

    def _try(
        self, path: str, tree: Mapping[str, Any], trees: Mapping[str, Mapping[str, Any]], base: Mapping[str, Any]
    ) -> None:
        """Try one file on top of those that every kiosk has below it."""
        town = path.partition("/")[0]
        layers: dict[Layer, Mapping[str, Any]] = {Layer.MACHINE: base}
        layers |= {Layer.FLEET: trees[FLEET]} if FLEET in trees else {}
        layers |= {Layer.TENANT: trees[f"{town}/tenant.toml"]} if f"{town}/tenant.toml" in trees else {}
        if _DAILY.match(path):
            content = daily_of(tree)
            if unknown := strangers(combine(layers).settings, content):
                raise SettingsError(f"er is geen dienst {', '.join(unknown)}")
            return
        layer = layer_of(path)
        examine(layer, tree)
        combine(layers | {layer: tree})

    def _delegated(self, name: str, versions: Mapping[str, int]) -> list[str]:
        delegations = self.repository.role(name, versions[name]).signed.delegations
        return list(delegations.roles or {}) if delegations is not None else []

    def restore(self, role: str, version: int) -> list[str]:
        """Put what a role said then back in the folder of settings, to be signed as something new."""
        then = self.wanted(role, version)
        for path in self.files_of(role).keys() - then.keys():
            (self.settings / path).unlink()
        for path, content in then.items():
            file = self.settings / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return sorted(then)


def layer_of(path: str) -> Layer:
    """Say which layer stands in a place. Raises SettingsError for one that no kiosk asks for."""
    for pattern, layer in _LAYER_OF:
        if pattern.match(path):
            return layer
    raise SettingsError(f"{path}: geen loket vraagt naar dit bestand")


def _tree(path: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: geen TOML ({error})") from error
