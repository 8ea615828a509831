"""The sentences that a town had recorded: `FOLDER/nl/sentences.toml` says which WAV file holds which sentence.

A line of it is `"Neem je kaart terug" = "neem-je-kaart-terug.wav"`, the sentence as it stands on the screen.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from hardware.speech.wave import NotPlayable, sound

INDEX = "sentences.toml"


class Recordings:
    """What of it can be played; the rest is for espeak-ng. `amiss` says what cannot, and why."""

    def __init__(self, folder: Path | None) -> None:
        self._files: dict[tuple[str, str], Path] = {}
        self.amiss: list[str] = []
        for index in sorted(folder.glob(f"*/{INDEX}")) if folder is not None else ():
            self._take_up(index)

    def __len__(self) -> int:
        return len(self._files)

    def of(self, sentence: str, language: str) -> Path | None:
        """Give the file that holds a sentence in a language."""
        return self._files.get((language, sentence))

    def _take_up(self, index: Path) -> None:
        try:
            named = tomllib.loads(index.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            self.amiss.append(f"{index}: {type(error).__name__}")
            return
        for sentence, name in named.items():
            file = index.parent / str(name)
            try:
                sound(file)
            except NotPlayable as why:
                self.amiss.append(f"{file}: {why}")
            else:
                self._files[index.parent.name, sentence] = file
