"""What a check is: a promise of the contract, and the function that tries it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.trial import Trial
from conformance.verdict import Verdict


@dataclass(frozen=True)
class Check:
    """One promise of the contract: where it stands, what was expected, and what its maker does when it is broken."""

    name: str
    clause: str
    expected: str
    advice: str
    try_it: Callable[[Trial], Verdict]


@dataclass(frozen=True)
class Finding:
    """A check that was made."""

    check: Check
    verdict: Verdict
