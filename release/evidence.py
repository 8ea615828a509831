"""What a buyer asks of a release: the list of its parts, and whether one of them is known to be broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


class Complaint(Exception):
    """A part is known to be vulnerable, or it could not be found out whether it is."""


def list_parts(project: Path, home: Path, out: Path) -> Path:
    """Write the CycloneDX list of everything in a kiosk's folder (SBOM), and give it."""
    sbom = out / "sbom.cdx.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--sv", "1.6"]
    command += [
        "--of",
        "JSON",
        "--pyproject",
        str(project / "pyproject.toml"),
        "-o",
        str(sbom),
        str(home / "bin" / "python"),
    ]
    subprocess.run(command, check=True)
    return sbom


def ask_about(sbom: Path) -> int:
    """Ask whether a part is known to be vulnerable; give how many were looked at. Raises Complaint."""
    parts = json.loads(sbom.read_text(encoding="utf-8"))["components"]
    named = {part["name"].lower().replace("_", "-"): part["version"] for part in parts}
    named.pop("loket247", None)  # our own package is in no list
    listing = sbom.with_name("requirements.txt")
    listing.write_text("".join(f"{name}=={version}\n" for name, version in sorted(named.items())))
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--no-deps", "--progress-spinner=off"]
    command += ["-f", "json", "-r", str(listing)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    listing.unlink()
    try:
        said = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise Complaint(f"it could not be asked: {(done.stderr.strip().splitlines() or ['no answer'])[-1]}") from None
    # It says "No known vulnerabilities found" of what it skipped, too: counted here, whatever it says.
    looked = {part["name"] for part in said if "vulns" in part and "skip_reason" not in part}
    broken = sorted(f"{part['name']} {v['id']}" for part in said for v in part.get("vulns", ()))
    if broken:
        raise Complaint(f"known to be vulnerable: {', '.join(broken)}")
    if len(looked) < len(named) or done.returncode != 0:
        raise Complaint(f"looked at {len(looked)} of {len(named)} parts only")
    return len(looked)
