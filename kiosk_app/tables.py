"""The tables of the kiosk's memory: facts about tickets and devices, no column in which a person fits."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

tickets = sa.Table(
    "ticket",
    metadata,
    sa.Column("ticket", sa.String(36), primary_key=True),
    sa.Column("product", sa.String(64), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("phase", sa.String(16), nullable=False),
    sa.Column("pages", sa.Integer),
    sa.Column("job_uuid", sa.String(64)),
    sa.Column("sheets", sa.Integer),
    sa.Column("fault", sa.String(32)),
    sa.Column("changed_at", sa.String(32), nullable=False),
    sa.Column("reported_at", sa.String(32)),
    sa.Column("printer", sa.String(64)),
    sa.Column("up_time", sa.Integer),
    sa.Column("handed_at", sa.Integer),
    sa.Column("copies", sa.Integer),
    sa.Column("sides", sa.Integer),
    sa.Column("taken_at", sa.String(32)),
)

doors = sa.Table(
    "door",
    metadata,
    sa.Column("ticket", sa.String(36), primary_key=True),
    sa.Column("compartment", sa.Integer, nullable=False),
    sa.Column("phase", sa.String(16), nullable=False),
    sa.Column("sensed", sa.String(16)),
    sa.Column("fault", sa.String(32)),
    sa.Column("opened_at", sa.String(32)),
    sa.Column("closed_at", sa.String(32)),
    sa.Column("changed_at", sa.String(32), nullable=False),
    sa.Column("reported_at", sa.String(32)),
)

# What staff did at a door: their cards, and what stands on a thing; the town hears it once.
staff_acts = sa.Table(
    "staffAct",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("deed", sa.String(16), nullable=False),
    sa.Column("compartment", sa.Integer, nullable=False),
    sa.Column("about", sa.String(36)),
    sa.Column("reference", sa.String(16)),
    sa.Column("staff", sa.String(32), nullable=False),
    sa.Column("second", sa.String(32)),
    sa.Column("phase", sa.String(16), nullable=False),
    sa.Column("sensed", sa.String(16)),
    sa.Column("found", sa.String(16)),
    sa.Column("changed_at", sa.String(32), nullable=False),
    sa.Column("reported_at", sa.String(32)),
    sa.Column("problem", sa.String(64)),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("visit", sa.Integer),
    sa.Column("ticket", sa.String(36)),
    sa.Column("fault", sa.String(32)),
    sa.Column("part", sa.String(32)),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("staff", sa.String(32)),
)

# The first row of the audit trail that is kept, and what it hashes of the one before; one row at most.
audit_start = sa.Table(
    "auditStart",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("previous", sa.String(64), nullable=False),
)

# What residents reported that does not work.
defects = sa.Table(
    "defect",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("about", sa.String(16), nullable=False),
    sa.Column("screen", sa.String(32), nullable=False),
    sa.Column("seen_at", sa.String(32), nullable=False),
    sa.Column("reported_at", sa.String(32)),
)

# The rights to maintenance: what was tried with each, by a hash of card and code; wrong codes in a row.
staff = sa.Table(
    "staff",
    metadata,
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("wrong", sa.Integer, nullable=False),
    sa.Column("tried_at", sa.String(32), nullable=False),
    sa.Column("last_step", sa.Integer, nullable=False),
)

# How the last test of each device ended.
trials = sa.Table(
    "trial",
    metadata,
    sa.Column("subject", sa.String(32), primary_key=True),
    sa.Column("well", sa.Boolean, nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("figure", sa.String(64)),
)

# How each part does now, for whoever asks beside the kiosk; `faults`: codes, worst first, a space between.
parts = sa.Table(
    "part",
    metadata,
    sa.Column("part", sa.String(32), primary_key=True),
    sa.Column("health", sa.String(16), nullable=False),
    sa.Column("faults", sa.Text, nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)

# Which printer is used in the place of the settings' own, or is being tried: one row of each at most.
printer_choices = sa.Table(
    "printerChoice",
    metadata,
    sa.Column("role", sa.String(16), primary_key=True),
    sa.Column("device", sa.String(256), nullable=False),
    sa.Column("instead_of", sa.String(256), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)

# Why the kiosk is out of service, and until when: one row at most.
closings = sa.Table(
    "closing",
    metadata,
    sa.Column("reason", sa.String(32), primary_key=True),
    sa.Column("until", sa.String(32), nullable=False),
)
