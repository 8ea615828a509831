"""`kiosk doctor`: whether a machine is all that a kiosk needs, and for what is amiss how to mend it.

Each symptom is looked for by the tool that knows it: dpkg for our files, systemd for its units, cupsd, nft and chronyd
for their own configuration. What only a machine that runs can show (limits of the kernel, the spool, devices) is not
judged where it does not run: that is said, and is no fault. `doctor_finds` has what is looked for.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

# A tool that has not answered by then hangs; the slowest, dpkg over nine thousand files, takes two, and some minutes
# on a machine that is emulated or whose disk is failing.
SECONDS = 300.0


class Judgement(Enum):
    """What the doctor says of one thing."""

    WELL = "ok"
    AMISS = "MIS"
    UNSEEN = "?"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do about it."""

    what: str
    judgement: Judgement
    remedy: str = ""


@dataclass(frozen=True)
class Machine:
    """The machine that is looked at, from its root folder."""

    root: Path = Path("/")

    @property
    def runs(self) -> bool:
        """Whether systemd runs it: in a folder, or a container, it does not."""
        return self.path("run/systemd/system").is_dir()

    def path(self, name: str) -> Path:
        """Give a file of this machine."""
        return self.root / name

    def read(self, name: str) -> str:
        """Give what is in a file; nothing when it cannot be read."""
        try:
            return self.path(name).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def asks(self, *command: str) -> tuple[int, str]:
        """Run a tool; give its exit code and all it says. One that is not there says so."""
        try:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return 127, type(error).__name__
        return done.returncode, done.stdout.strip()


Symptom = Callable[[Machine], Iterable[Finding]]


def judged(what: str, *, well: bool, remedy: str) -> Finding:
    """Give a finding, with its remedy where one is needed."""
    return Finding(what, Judgement.WELL) if well else Finding(what, Judgement.AMISS, remedy)


def examine(machine: Machine, symptoms: Iterable[Symptom], say: Callable[[str], None]) -> bool:
    """Look for every symptom and say what was found; give whether nothing is amiss."""
    counts = dict.fromkeys(Judgement, 0)
    for symptom in symptoms:
        for finding in symptom(machine):
            counts[finding.judgement] += 1
            say(f"{finding.judgement.value:<4} {finding.what}")
            if finding.remedy:
                say(f"     → {finding.remedy}")
    say(
        f"{counts[Judgement.WELL]} in orde, {counts[Judgement.AMISS]} mis, "
        f"{counts[Judgement.UNSEEN]} hier niet te zien (toestel of draaiend systeem nodig)."
    )
    return not counts[Judgement.AMISS]
