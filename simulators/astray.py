"""A machine that goes wrong under a program while it runs: its disk refuses, or its clock leaps. Needs no rights."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class Astray:
    """The machine of one program that keeps its files in `disk`; all is well with it until somebody says otherwise."""

    def __init__(self, folder: Path, disk: Path) -> None:
        """Build what is loaded into the program. Raises CalledProcessError."""
        folder.mkdir()
        self.disk = disk
        self._folder, self._library = folder, folder / "astray.so"
        command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(self._library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """What the program needs."""
        where = {"LOKET_ASTRAY": str(self._folder), "LOKET_ASTRAY_DISK": str(self.disk)}
        return {"LD_PRELOAD": str(self._library), **where}

    def refuse(self, error: int) -> None:
        """From now on its disk answers with this errno."""
        self._tell("refusal", str(error))

    def leap(self, far: timedelta) -> None:
        """From now on its clock is so far ahead."""
        self._tell("leap", str(round(far.total_seconds())))

    def mend(self) -> None:
        """All is well again."""
        for name in ("refusal", "leap"):
            (self._folder / name).unlink(missing_ok=True)

    def _tell(self, name: str, word: str) -> None:
        draft = self._folder / "draft"
        draft.write_text(word, encoding="ascii")
        draft.replace(self._folder / name)
