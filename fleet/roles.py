"""Who may sign what: the roles of the repository, how many of their keys are needed, and how long their word holds.

`targets` lets `fleet` sign what holds for all, and a role for each letter (`towns-l`) say who signs for the towns that
begin with it; a town says who signs its daily content. A kiosk fetches its own branch, and nobody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from securesystemslib.signer import Signer
from tuf.api.metadata import DelegatedRole, Delegations, Root, Targets

from config import targets

FLEET = "fleet"

# The root key comes out of the safe once a year; a town's settings may stand still for as long.
ROOT_HOLDS = timedelta(days=400)
TOWN_HOLDS = timedelta(days=400)
# So long before its end a word should be said again: time enough to find the sheet, the stick and the second person.
AGES = timedelta(days=60)
# Daily content ends within 92 days (config.daily): a word that is older says nothing any more.
DAILY_HOLDS = timedelta(days=92)
# Signed anew every hour by a machine. A weekend without it does no harm; a replay older than this is refused.
ONLINE_HOLDS = timedelta(hours=72)


class Signers(Struct, frozen=True):
    """The keys of a fleet, by what they may do. `towns` and `daily` by the town's name."""

    root: Signer
    online: Signer
    towns: Mapping[str, Sequence[Signer]]
    daily: Mapping[str, Signer]


def daily_role(town: str) -> str:
    """Give the name of the role that signs a town's daily content."""
    return f"{town}-daily"


def rollout_role(whose: str) -> str:
    """Give the name of the role that says how far a change of a town's settings has come, or of the fleet's."""
    return f"{whose}-rollout"


def delegator(role: str) -> str:
    """Say who let a role sign."""
    whose = role.removesuffix("-daily").removesuffix("-rollout")
    if whose != role:
        return whose
    return Targets.type if role == FLEET or "-" in role else targets.group(role)


def holds(role: str) -> timedelta:
    """Say how long the word of a role holds."""
    if role == Root.type:
        return ROOT_HOLDS
    if role in {"snapshot", "timestamp"}:
        return ONLINE_HOLDS
    return DAILY_HOLDS if role.endswith("-daily") else TOWN_HOLDS


def ages(role: str, until: datetime) -> bool:
    """Say whether people must soon say again what holds until then; machines do so by themselves, and news ends."""
    of_machines = role in {"snapshot", "timestamp"} or role.endswith(("-daily", "-rollout"))
    return not of_machines and until - datetime.now(UTC) < AGES


def root_of(signers: Signers) -> Root:
    """Say who may sign at the top. The root key says who signs for a town, too: that changes as seldom."""
    root = Root(consistent_snapshot=True)
    for role in ("root", "targets"):
        root.add_key(signers.root.public_key, role)
    for role in ("snapshot", "timestamp"):
        root.add_key(signers.online.public_key, role)
    return root


def top_of(signers: Signers) -> Targets:
    """Let the root key sign for the whole fleet, and say who signs for the towns of each letter."""
    key = signers.root.public_key
    mine = [targets.FLEET, *_folders(FLEET)]
    # The fleet's own folder comes before the towns with its letter, and ends the search.
    of_fleet = DelegatedRole(FLEET, [key.keyid], 1, terminating=True, paths=mine)
    groups = [
        DelegatedRole(name, [key.keyid], 1, terminating=True, paths=_folders(f"{towns[0][0]}*"))
        for name, towns in groups_of(signers).items()
    ]
    return Targets(delegations=Delegations({key.keyid: key}, {role.name: role for role in (of_fleet, *groups)}))


def groups_of(signers: Signers) -> dict[str, list[str]]:
    """Put the towns together by the role that says who signs for them."""
    found: dict[str, list[str]] = {}
    for town in signers.towns:
        found.setdefault(targets.group(town), []).append(town)
    return found


def group_of(signers: Signers, towns: Sequence[str]) -> Targets:
    """Let each of these towns sign what lies in its own folder, and nothing else."""
    roles = {
        town: DelegatedRole(town, _ids(signers.towns[town]), len(signers.towns[town]), terminating=True, paths=paths)
        for town in towns
        for paths in [_folders(town)]
    }
    known = {key.public_key.keyid: key.public_key for town in towns for key in signers.towns[town]}
    return Targets(delegations=Delegations(known, roles))


def fleet_of(signers: Signers) -> Targets:
    """Let the machines' key say how far a change of the whole fleet came."""
    online, rollout = signers.online.public_key, _rollout(signers, FLEET)
    return Targets(delegations=Delegations({online.keyid: online}, {rollout.name: rollout}))


def town_of(signers: Signers, town: str) -> Targets:
    """Let the key for daily content sign that one document of its town, and the machines' key how far a change came."""
    key, online = signers.daily[town].public_key, signers.online.public_key
    name = daily_role(town)
    role = DelegatedRole(name, [key.keyid], 1, terminating=True, paths=[targets.daily(town)])
    rollout = _rollout(signers, town)
    return Targets(delegations=Delegations({key.keyid: key, online.keyid: online}, {name: role, rollout.name: rollout}))


def _rollout(signers: Signers, whose: str) -> DelegatedRole:
    keyid = signers.online.public_key.keyid
    return DelegatedRole(rollout_role(whose), [keyid], 1, terminating=True, paths=[targets.stage(whose)])


def _folders(town: str) -> list[str]:
    return [f"{town}/{within}*" for within in ("", "daily/", "next/", "rollout/")]


def _ids(keys: Sequence[Signer]) -> list[str]:
    return [key.public_key.keyid for key in keys]
