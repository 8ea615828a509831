"""Bringing a change round by hand, where no fleet service sees how kiosks do: to a few, one in ten, all; and back.

How far it has come stands in the signed stage, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError

from config.rings import MOST_NAMED, Stage
from fleet import roles
from fleet.ahead import apart
from fleet.stages import tell_stage
from fleet.work import Work

# As the service does: one in ten have it before all do.
FEW = 10
ALL = 100
NOWHERE = "nergens"
_KIOSK = re.compile(r"[a-z0-9]{2,32}/[A-Z0-9-]+")


def going(work: Work, whose: str) -> Stage | None:
    """Say how far what a town signed last has come, or the fleet; None where nothing goes round."""
    if whose not in {roles.FLEET, *work.towns}:
        raise RepositoryError(f"{whose}: geen gemeente van deze vloot")
    _, then, change = apart(work.repository.content(whose))
    if then is None:
        return None
    said = work.stage(whose)
    return said if said is not None and said.change == change else Stage(change)


def onward(work: Work, whose: str, kiosks: Sequence[str], online: Signer) -> Stage:
    """Bring it to a few kiosks by name; without names to one in ten, and then to all. Raises RepositoryError."""
    now = _must_go(work, whose)
    if now.everywhere:
        raise RepositoryError(f"{whose}: is al bij elk loket")
    named = [name if "/" in name else f"{whose}/{name}" for name in kiosks]
    if wrong := [name for name in named if not _KIOSK.fullmatch(name)]:
        raise RepositoryError(f"{wrong[0]}: noem een loket als LV-01, of als lindeveld/LV-01")
    if named:
        return _tell(work, whose, Stage(now.change, now.percent, _together(now.named, named)), online)
    if not now.named and not now.percent:
        raise RepositoryError("welk loket eerst? --kiosk LV-01; of ineens overal: --all")
    return _tell(work, whose, msgspec.structs.replace(now, percent=FEW if now.percent < FEW else ALL), online)


def everywhere(work: Work, whose: str, online: Signer) -> Stage:
    """Bring it to every kiosk at once. Raises RepositoryError."""
    return _tell(work, whose, msgspec.structs.replace(_must_go(work, whose), percent=ALL), online)


def back(work: Work, whose: str, online: Signer) -> Stage:
    """Take it one step back: kiosks further out take what held before. Raises RepositoryError."""
    now = _must_go(work, whose)
    if now == Stage(now.change):
        raise RepositoryError(f"{whose}: is nog bij geen enkel loket")
    if now.everywhere:
        return _tell(work, whose, msgspec.structs.replace(now, percent=FEW), online)
    return _tell(work, whose, Stage(now.change, 0, now.named if now.percent else ()), online)


def withdraw(work: Work, whose: str, online: Signer) -> Stage:
    """Have every kiosk take what held before. Raises RepositoryError."""
    return _tell(work, whose, Stage(_must_go(work, whose).change), online)


def in_words(stage: Stage) -> str:
    """Say how far a change has come."""
    if stage.everywhere:
        return "overal"
    where = [*stage.named, *([f"{stage.percent} op de honderd"] if stage.percent else [])]
    return f"bij {', '.join(where)}" if where else NOWHERE


def is_withdrawn(work: Work, whose: str) -> bool:
    """Say whether what was signed last was taken back, or is no change that can be."""
    now = going(work, whose)
    return now is None or work.stage(whose) == Stage(now.change)


def _must_go(work: Work, whose: str) -> Stage:
    now = going(work, whose)
    if now is None:
        raise RepositoryError(f"{whose}: er gaat geen wijziging rond")
    return now


def _together(before: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    named = tuple(dict.fromkeys((*before, *more)))
    if len(named) > MOST_NAMED:
        raise RepositoryError(f"noem hoogstens {MOST_NAMED} loketten; daarna gaat het per tien op de honderd")
    return named


def _tell(work: Work, whose: str, stage: Stage, online: Signer) -> Stage:
    tell_stage(work.repository, online, whose, stage)
    return stage
