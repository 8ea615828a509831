"""The hunt for what must not be left: every secret in every file of a folder, however it is written or packed.

The reading is done by grep, which looks for a hundred thousand words at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import tempfile
import unicodedata
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

# zlib [RFC 1950 §2.2] and gzip [RFC 1952 §2.3]: where a packed stream may begin.
PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
# Of a process only what it wrote itself, a piece at a time.
PIECE = 1 << 22


def disguises(text: str) -> Iterator[bytes]:
    """Every way in which a text may stand in a file, ASCII letters in lower case."""
    cases = (text, text.lower(), text.upper())
    for form in {unicodedata.normalize(name, case) for name in ("NFC", "NFD") for case in cases}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
            with contextlib.suppress(UnicodeEncodeError):
                yield form.encode(encoding).lower()
        for written in (json.dumps(form)[1:-1], quote(form), quote_plus(form), form.encode().hex()):
            yield written.encode().lower()


def unpacked(data: bytes, depth: int = 2) -> Iterator[bytes]:
    """The bytes, and all that is packed somewhere within them."""
    yield data.lower()
    for start in (found.start() for found in PACKED.finditer(data) if depth):
        try:
            inner = zlib.decompressobj(wbits=47).decompress(data[start:])
        except zlib.error:
            continue
        yield from unpacked(inner, depth - 1)


def found(folder: Path, secrets: set[str]) -> list[str]:
    """Which secrets are in which files of a folder, or in their names."""
    files = [path for path in sorted((folder, *folder.rglob("*"))) if path.is_file()]
    layers = ((str(path), layer) for path in files for layer in unpacked(path.read_bytes() + path.name.encode()))
    return [f"{secret!r} in {place}" for secret, place in hits(layers, secrets)]


def remembered(pid: int, secrets: set[str]) -> set[str]:
    """Which secrets are anywhere in the memory of a process, as a core file would hold it."""
    return {secret for secret, _ in hits(_memory_of(pid), secrets)}


def hits(layers: Iterable[tuple[str, bytes]], secrets: set[str]) -> list[tuple[str, str]]:
    """Which secrets are in which layers; a layer is the name of a place, and bytes in lower case."""
    words = {way: secret for secret in secrets for way in disguises(secret)}
    with tempfile.TemporaryDirectory(prefix="loket-search-") as name:
        wanted, heap = Path(name, "wanted"), Path(name, "heap")
        wanted.write_bytes(b"\n".join(words))
        starts, places = [], []
        with heap.open("wb") as file:
            for place, layer in layers:
                starts.append(file.tell())
                places.append(place)
                file.write(layer + b"\n")
        grep = ["grep", "--text", "--only-matching", "--byte-offset", "--fixed-strings", f"--file={wanted}", str(heap)]
        said = subprocess.run(grep, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    if said.returncode > 1:
        raise RuntimeError(said.stderr.decode(errors="replace"))
    told = (line.split(b":", 1) for line in said.stdout.split(b"\n")[:-1])
    return list(dict.fromkeys((words[word], places[bisect_right(starts, int(at)) - 1]) for at, word in told))


def _memory_of(pid: int) -> Iterator[tuple[str, bytes]]:
    """All that a process wrote in its memory; not what it has from files, unchanged."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
            span, rights, _offset, _device, _inode, *name = line.split(maxsplit=5)
            if "w" not in rights:
                continue
            begin, end = (int(address, 16) for address in span.split("-"))
            for start in range(begin, end, PIECE):
                with contextlib.suppress(OSError):  # guard pages
                    memory.seek(start)
                    piece = memory.read(min(PIECE + 1024, end - start))  # a word may lie across two pieces
                    yield f"memory at {start:x} {''.join(name)}", piece.lower()
