"""Whether everything we build on may be combined with EUPL-1.2 and handed to a town."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

# Permissive, or weak copyleft that ends at the library itself.
FREE = {
    "0BSD",
    "Apache Software License",
    "Apache-2.0",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "EUPL-1.2",
    "ISC",
    "ISC License (ISCL)",
    "MIT",
    "MIT License",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "PSF-2.0",
    "Python Software Foundation License",
    "GNU Lesser General Public License v2 or later (LGPLv2+)",
    "LGPL-3.0-only",
}

# What a package says of itself is not always the whole of it. Each was read in the package's own files.
READ = {
    "atheris": "Apache-2.0; its metadata leave it out; for `./dev fuzz` alone",
    "axe-playwright-python": "MIT; its metadata leave it out; the axe-core in it is MPL-2.0",
    "pycups": "GPL-2.0-or-later: in the EUPL's appendix of compatible licences; runs in a process of its own",
    "pypdfium2": "BSD-3-Clause or Apache-2.0; PDFium and what it bundles are permissive",
    "pysqlite3": "zlib; its metadata leave it out",
    "pytest-timeout": "MIT; its metadata add 'DFSG approved'",
    "qrcode": "BSD-3-Clause; 'Other' stands for the port of an MIT library in it",
}


def allowed(project: Path) -> list[str]:
    """Installed packages, those for tests too, whose licence is not one we know to be fit."""
    listing = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json", "--with-system"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [
        f"{package['Name']} {package['Version']}: {package['License']}"
        for package in json.loads(listing)
        if package["Name"] not in READ and not fit(package["License"])
    ]


def fit(licence: str) -> bool:
    """Whether an expression is satisfied: one side of each OR, all that stand beside each other."""
    alternatives = licence.replace("(", "").replace(")", "") if " AND " in licence or " OR " in licence else licence
    return any(
        all(part.strip() in FREE for part in side.replace(" AND ", ";").split(";"))
        for side in alternatives.split(" OR ")
    )
