"""How a fleet begins, begins again from the recovery sheet, and how it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata

from config import durable
from config.rings import Stage
from config.targets import TENANT
from fleet import by_hand, keys, roles, sheet
from fleet.repository import Repository, found
from fleet.signing import Count
from fleet.work import Work


class Begun(Struct, frozen=True):
    """What a new fleet has to be brought somewhere: a sheet to the safe, and who may sign to the kiosks."""

    sheet: Path
    root: Path


class Standing(Struct, frozen=True):
    """How one role stands. `signed` of `needed` keys signed what waits; `going` is how far its last change has come.

    `ages` says whether people must soon say again what it says.
    """

    role: str
    version: int
    until: datetime
    changed: bool
    signed: int
    needed: int
    going: Stage | None
    ages: bool


def begin(
    work: Work,
    towns: Sequence[str],
    signers: int,
    new_passphrase: Callable[[str], str],
    signer: Signer | None = None,
) -> Begun:
    """Make keys, the repository and the recovery sheet; a town whose signer is there already gets no key.

    Raises RepositoryError where there is a fleet already.
    """
    if work.repository.exists or work.keys.exists():
        raise RepositoryError(f"{work.home}: hier is al een vloot")
    for town in towns:
        refuse_no_town(town)
    root = keys.new_seed()
    _give_keys(work, root, dict.fromkeys(towns, signers), new_passphrase, signer)
    for town in towns:
        (work.settings / town / "daily").mkdir(parents=True)
    for_kiosks = work.home / "root.json"
    durable.write(for_kiosks, work.repository.root().to_bytes())
    paper = work.home / "herstelblad.txt"
    day = f"{datetime.now(UTC):%d-%m-%Y}"
    text = sheet.sheet(", ".join(towns), root, keys.signer_of(root).public_key.keyid, day)
    durable.write(paper, text.encode(), 0o600)
    return Begun(paper, for_kiosks)


def refuse_no_town(town: str) -> None:
    """Raises RepositoryError for what cannot be the name of a town."""
    if not re.fullmatch(TENANT, town):
        raise RepositoryError(f"{town}: neem 2 tot 32 kleine letters of cijfers")


def recover(work: Work, root: bytes, new_passphrase: Callable[[str], str]) -> None:
    """Make every key anew, with the root key from the sheet. Raises RepositoryError for another fleet's sheet."""
    if keys.signer_of(root).public_key.keyid not in work.repository.root().signed.roles["root"].keyids:
        raise RepositoryError("dit herstelblad hoort niet bij deze vloot")
    signers = {town: work.repository.needed(town) for town in work.towns}
    aside = work.home / f"keys-oud-{datetime.now(UTC):%Y%m%d%H%M%S}"
    if work.keys.exists():
        work.keys.rename(aside)
    _give_keys(work, root, signers, new_passphrase)


def standing(work: Work) -> list[Standing]:
    """Say of every role how it stands."""
    at: Repository = work.repository
    changed = set(work.changed_roles())
    waiting = {draft.role: work.drafts.count(draft) for draft in work.drafts.all()}
    owners = {roles.FLEET, *work.towns}
    tops: list[tuple[str, Metadata[Any]]] = [
        ("root", at.root()),
        ("snapshot", at.snapshot()),
        ("timestamp", at.timestamp()),
    ]
    rows = [
        Standing(name, said.version, said.expires, changed=False, signed=0, needed=1, going=None, ages=ages)
        for name, said in ((name, one.signed) for name, one in tops)
        for ages in [roles.ages(name, said.expires)]
    ]
    for name, version in at.versions().items():
        until = at.role(name).signed.expires
        count = waiting.get(name) or Count(name, 0, at.needed(name))
        going = by_hand.going(work, name) if name in owners else None
        ages = roles.ages(name, until)
        rows.append(Standing(name, version, until, name in changed, count.signed, count.needed, going, ages))
    return rows


def _give_keys(
    work: Work, root: bytes, towns: dict[str, int], new_passphrase: Callable[[str], str], signer: Signer | None = None
) -> None:
    """Make a key for whoever signs and has none, write them down, and publish who may sign.

    Machines' keys have no passphrase.
    """
    work.keys.mkdir(parents=True, mode=0o700)
    keys.save(root, work.keys / "root.pem", new_passphrase("root.pem"))
    online = keys.new_seed()
    keys.save(online, work.keys / "online.pem")
    of_towns: dict[str, list[Signer]] = {}
    daily = {}
    for town, signers in towns.items():
        seeds = [] if signer is not None else [keys.new_seed() for _ in range(signers)]
        for number, seed in enumerate(seeds, 1):
            name = f"{town}-{number}.pem"
            keys.save(seed, work.keys / name, new_passphrase(name))
        of_towns[town] = [signer] if signer is not None else [keys.signer_of(seed) for seed in seeds]
        daily[town] = keys.new_seed()
        keys.save(daily[town], work.keys / f"{town}-daily.pem")
    signers_of = roles.Signers(
        keys.signer_of(root),
        keys.signer_of(online),
        of_towns,
        {town: keys.signer_of(seed) for town, seed in daily.items()},
    )
    found(work.repository, signers_of)
