"""What a buyer asks of a release: the list of its parts, and whether one of them is known to be broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


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


def compare(sbom: Path, locked: str) -> int:
    """Hold the list against what was locked by hashes; give how many parts. Raises Complaint where they differ."""
    listed = {f"{name}=={version}" for name, version in _parts(sbom).items()}
    wanted = set()
    for line in locked.replace("\\\n", " ").splitlines():
        if line and not line.lstrip().startswith("#"):
            said, *hashes = line.split("--hash=")
            part = Requirement(said.strip())
            if not hashes:
                raise Complaint(f"locked without a hash: {part.name}")
            if part.marker is None or part.marker.evaluate():
                wanted.add(f"{canonicalize_name(part.name)}{part.specifier}")
    if differing := sorted(listed ^ wanted):
        raise Complaint(f"in the list of parts or in the lock alone: {', '.join(differing)}")
    return len(listed)


def _parts(sbom: Path) -> dict[str, str]:
    """Give what is not ours in a list, by name."""
    parts = json.loads(sbom.read_text(encoding="utf-8"))["components"]
    named = {canonicalize_name(part["name"]): part["version"] for part in parts}
    named.pop(canonicalize_name("loket247"), None)  # our own package is in no list
    return {str(name): version for name, version in named.items()}


def ask_about(sbom: Path) -> int:
    """Ask whether a part is known to be vulnerable; give how many were looked at. Raises Complaint."""
    named = _parts(sbom)
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
