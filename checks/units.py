"""How open each service of a kiosk is: systemd's own judgement of Debian's units with our drop-ins, against a limit."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from checks.tools import complaint
from kiosk_app.doctor_finds import EXPOSURE

DEBIANS = Path("/usr/lib/systemd/system")


def exposure(project: Path) -> list[str]:
    """What `systemd-analyze security` says of a unit that may do more than its limit allows."""
    ours = project / "deploy" / "machine" / "usr" / "lib" / "systemd" / "system"
    found = []
    with tempfile.TemporaryDirectory(prefix="loket-units-") as folder:
        for unit, limit in EXPOSURE.items():
            base = next((path for path in (project / unit, ours / unit, DEBIANS / unit) if path.exists()), None)
            if base is None:
                found.append(f"{unit} is not on this machine")
                continue
            shutil.copy(base, folder)
            if (ours / f"{unit}.d").is_dir():
                shutil.copytree(ours / f"{unit}.d", Path(folder) / f"{unit}.d")
            command = ("systemd-analyze", "security", "--offline=yes", f"--threshold={limit}", f"{folder}/{unit}")
            found += [
                f"{unit}: {line.strip()}" for line in complaint(project, *command) if "Overall" in line or "✗" in line
            ]
    return found
