"""Who may use the office: clerks with their roles, and the town's software. `office.toml`, read at the start.

[[clerks]]
name = "els"
password = "$argon2id$…"    # python -m townhall.passwords
role = "balie"              # or "lezer"

[[clients]]
id = "burgerzaken"
secret = "$argon2id$…"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class Role(Enum):
    """What a clerk may do: BALIE everything, LEZER only look."""

    BALIE = "balie"
    LEZER = "lezer"


@dataclass(frozen=True, repr=False)
class Clerk:
    """Somebody at the counter; `password` is a hash."""

    name: str
    password: str
    role: Role


@dataclass(frozen=True, repr=False)
class Accounts:
    """Everybody who may come in: clerks by name, clients' secrets (hashes) by id."""

    clerks: dict[str, Clerk] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)


def load(file: Path | None) -> Accounts:
    """Read the file; without one nobody comes in. Raises OSError, TOMLDecodeError, KeyError, ValueError."""
    if file is None:
        return Accounts()
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    clerks = [Clerk(row["name"], row["password"], Role(row["role"])) for row in table.get("clerks", ())]
    clients = {row["id"]: row["secret"] for row in table.get("clients", ())}
    return Accounts({clerk.name: clerk for clerk in clerks}, clients)
