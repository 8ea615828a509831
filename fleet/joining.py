"""A town that joins a fleet: the head key lets keys of its own sign for it; no other town hears of anything else."""

from __future__ import annotations

from collections.abc import Callable

from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Delegations, Metadata, Targets

from config.targets import group
from fleet import keys, roles
from fleet.begin import refuse_no_town
from fleet.repository import said_by
from fleet.work import Work


def join(work: Work, town: str, signers: int, head: Signer, new_passphrase: Callable[[str], str]) -> None:
    """Make keys for a town, of which so many must sign, and give out that they may.

    Raises RepositoryError, OSError, and FileExistsError where such a key is there already; the fleet is then as it was.
    """
    refuse_no_town(town)
    if town in work.towns:
        raise RepositoryError(f"{town}: is al een gemeente van deze vloot")
    if head.public_key.keyid not in work.repository.may_sign(Targets.type):
        raise RepositoryError("dit is niet de hoofdsleutel van deze vloot")
    by = {Targets.type, group(town)}
    if waiting := {draft.role for draft in work.drafts.all()} & by:
        raise RepositoryError(f"er wacht al iets van {min(waiting)}: geef dat eerst uit, of wis het ontwerp")
    online = keys.load(work.keys / "online.pem")
    seeds, daily = [keys.new_seed() for _ in range(signers)], keys.new_seed()
    named = {f"{town}-{number}.pem": seed for number, seed in enumerate(seeds, 1)}
    if there := [name for name in (*named, f"{town}-daily.pem") if (work.keys / name).exists()]:
        raise FileExistsError(f"{work.keys / there[0]}: bestaat al")
    locked = {name: new_passphrase(name) for name in named}
    of_town = [keys.signer_of(seed) for seed in seeds]
    new = roles.Signers(head, online, {town: of_town}, {town: keys.signer_of(daily)})
    try:
        for name, seed in named.items():
            keys.save(seed, work.keys / name, locked[name])
        keys.save(daily, work.keys / f"{town}-daily.pem")
        work.repository.publish(online, _signed(work, town, new), {})
    except BaseException:
        if town not in work.towns:  # a key that signs for nothing would be in the way of the next try
            for name in (*named, f"{town}-daily.pem"):
                (work.keys / name).unlink(missing_ok=True)
        raise
    (work.settings / town / "daily").mkdir(parents=True, exist_ok=True)


def _signed(work: Work, town: str, new: roles.Signers) -> dict[str, Metadata[Targets]]:
    """Give what the town says, and what those say anew who let it."""
    repository, letter = work.repository, group(town)
    of_letter = roles.group_of(new, [town])
    said: dict[str, tuple[Targets, list[Signer]]] = {}
    if letter in repository.versions():
        of_letter = _with(repository.next_of(letter), of_letter)
    else:
        said[Targets.type] = (_with(repository.next_of(Targets.type), roles.top_of(new)), [new.root])
    said[letter] = (of_letter, [new.root])
    said[town] = (roles.town_of(new, town), [*new.towns[town]])
    said[roles.daily_role(town)] = (Targets(), [new.daily[town]])
    said[roles.rollout_role(town)] = (Targets(), [new.online])
    return {name: said_by(name, content, signers) for name, (content, signers) in said.items()}


def _with(said: Targets, more: Targets) -> Targets:
    """Let those sign as well whom the other lets sign; whoever does already stays, and is asked first as before."""
    old, new = said.delegations, more.delegations
    if old is None or old.roles is None or new is None or new.roles is None:
        raise RepositoryError("daar tekent niemand voor")
    joined = {name: role for name, role in new.roles.items() if name not in old.roles}
    said.delegations = Delegations(new.keys | old.keys, old.roles | joined)
    return said
