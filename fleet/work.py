"""The operator's own folder: settings in TOML as people write them, keys, drafts and the repository, side by side."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from fleet.ahead import apart, side_by_side
from fleet.repository import Repository
from fleet.signing import Draft, Drafts

# A kiosk's own settings where an operator has none at hand: what is asked of layers from afar does not depend on them.
EXAMPLE = Path(__file__).parents[1] / "config" / "example.toml"
Watched = Callable[[Sequence[str]], Iterator[str]]
_LAYER_OF = (
    (re.compile(r"^fleet\.toml$"), Layer.FLEET),
    (re.compile(rf"^{TENANT}/tenant\.toml$"), Layer.TENANT),
    (re.compile(rf"^{TENANT}/site-[a-z0-9-]+\.toml$"), Layer.SITE),
    (re.compile(rf"^{TENANT}/kiosk-[A-Z0-9-]+\.toml$"), Layer.KIOSK),
)
_DAILY = re.compile(rf"^{TENANT}/daily/content\.toml$")


class Work:
    """One fleet, in one folder."""

    def __init__(self, home: Path, drafts: Path | None = None) -> None:
        """Take the folder; and another for drafts, where they come from elsewhere."""
        self.home = home
        self.keys = home / "keys"
        self.settings = home / "settings"
        self.repository = Repository(home / "repository")
        self.drafts = Drafts(drafts or home / "drafts", self.repository)

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
        """Give what a role wants of every kiosk, also while it goes round, unless it was withdrawn; or wanted then."""
        now, then, change = apart(self.repository.content(role, version))
        if then is None or (version is None and self.stage(role) == Stage(change)):
            return now
        return then

    def to_say(self, role: str) -> dict[str, bytes]:
        """Give what a role would say with the files of the folder: a change beside what holds, daily content alone."""
        ours = self.files_of(role)
        if ours == self.wanted(role):
            return self.repository.content(role)  # it is the keys that are others
        return self._beside(role, ours)

    def _beside(self, role: str, then: dict[str, bytes]) -> dict[str, bytes]:
        if role.endswith("-daily") or then == (now := self.in_force(role)):
            return then
        return side_by_side(role, now, then, self.repository.versions()[role] + 1)[0]

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
        """Name the roles whose files are not those that are published, or that new keys must sign for."""
        ours: dict[str, dict[str, bytes]] = {}
        for path, content in self.files().items():
            ours.setdefault(self.role_of(path), {})[path] = content
        owed = self.drafts.owed()
        return [name for name in self.roles if name in owed or ours.get(name, {}) != self.wanted(name)]

    def ageing(self) -> list[str]:
        """Name the towns that must soon sign again for what they say already; for the rest, the head key does."""
        return [town for town in self.towns if self.repository.ages(town)]

    def diff(self) -> Iterator[str]:
        """Give what would change, line by line."""
        now = {path: text for role in self.roles for path, text in self.wanted(role).items()}
        ours = self.files()
        yield from _differences(now, ours)

    def differences(self, draft: Draft) -> Iterator[str]:
        """Give what a draft would change, line by line. Raises SettingsError for what no kiosk would take."""
        try:
            now, then, _ = apart(draft.files)
        except ValueError as error:
            raise SettingsError(f"{draft.role}: geen TOML ({error})") from error
        wanted = now if then is None else then
        if wrong := [
            f"{path}: is niet van {draft.role}" for path in {**now, **wanted} if self.role_of(path) != draft.role
        ]:
            raise SettingsError("; ".join(wrong))
        if wrong := self.examine({**self.in_force(roles.FLEET), **wanted}):
            raise SettingsError("; ".join(wrong))
        if draft.files not in (self.repository.content(draft.role), self._beside(draft.role, wanted)):
            raise SettingsError(f"{draft.role}: dit ontwerp komt niet naast wat nu geldt; begin opnieuw")
        yield from _differences(self.wanted(draft.role), wanted)

    def validate(self, machine: Path = EXAMPLE, watched: Watched = iter) -> list[str]:
        """Try the settings as each kiosk would, file after file under who watches; give what is wrong, or nothing."""
        try:
            files = self.files()
        except SettingsError as error:
            return [str(error)]
        return self.examine(files, machine, watched)

    def examine(self, files: Mapping[str, bytes], machine: Path = EXAMPLE, watched: Watched = iter) -> list[str]:
        """Try files of settings as each kiosk would; give what is wrong with them, or nothing."""
        try:
            trees = {path: _tree(path, content) for path, content in files.items()}
            base = read(machine)
        except SettingsError as error:
            return [str(error)]
        wrong = []
        for path in watched([*trees]):
            try:
                self._try(path, trees[path], trees, base)
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

    def restore(self, role: str, then: Mapping[str, bytes]) -> list[str]:
        """Put files of a role back in the folder of settings, and no others of it there."""
        for path in self.files_of(role).keys() - then.keys():
            (self.settings / path).unlink()
        for path, content in then.items():
            file = self.settings / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return sorted(then)


def _differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted({*before, *after}):
        was, becomes = (text.get(path, b"").decode(errors="replace").splitlines() for text in (before, after))
        yield from difflib.unified_diff(was, becomes, f"gepubliceerd/{path}", f"nieuw/{path}", lineterm="")


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
