"""How the agent gets a file, from a server or a folder such as a stick: never more, and never longer, than is sane.

How long a file may be says whoever asks (python-tuf); here a file that never ends in time is given up, and in a folder
only what is plainly a file is opened.
"""

from __future__ import annotations

import os
import stat
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient.fetcher import FetcherInterface

# All files of a change are some ten kilobytes: a line that takes longer for one is no line.
TOTAL_SECONDS = 20.0
_READ_SECONDS = 5.0
_CHUNK = 1 << 14
FOLDER = "folder:"  # before each name in a folder, where a server has its address

_GZIP = "gzip"


class SlowDownError(DownloadError):
    """The server asks to come back later. `seconds` says when."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:.0f} s")
        self.seconds = seconds


class WebFetcher(FetcherInterface):
    """Over HTTPS, with a bound on the whole of a file: the time-outs of httpx are for one read."""

    def __init__(self, ca: Path | None = None, total: float = TOTAL_SECONDS) -> None:
        import ssl

        trust = ssl.create_default_context(cafile=ca)
        self._client = httpx.Client(
            verify=trust,
            timeout=httpx.Timeout(_READ_SECONDS),
            follow_redirects=False,
            headers={"Accept-Encoding": _GZIP},
        )
        self._total = total

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _fetch(self, url: str) -> Iterator[bytes]:
        deadline = time.monotonic() + self._total
        try:
            with self._client.stream("GET", url) as answer:
                _refuse_bad(answer)
                # As it comes: gathered into larger pieces, a drip would never end.
                for chunk in _unpacked(answer.headers.get("Content-Encoding", ""), answer.iter_raw()):
                    if time.monotonic() > deadline:
                        raise DownloadError("too slow")
                    yield chunk
        except httpx.HTTPError as error:
            raise DownloadError(type(error).__name__) from error


class FolderFetcher(FetcherInterface):
    """Out of one folder. A link, a device or a way out of the folder is no file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def close(self) -> None:
        """Nothing is held."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        names = unquote(url.removeprefix(f"{FOLDER}/")).split("/")
        if any(name in {"", ".", ".."} for name in names):
            raise DownloadHTTPError("no such file", 404)
        with os.fdopen(self._open(names), "rb") as file:
            try:
                while chunk := file.read(_CHUNK):
                    yield chunk
            except OSError as error:  # a stick that is pulled
                raise DownloadError(error.strerror or "cannot be read") from error

    def _open(self, names: list[str]) -> int:
        """Open step by step, following no link at any of them."""
        try:
            at = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise DownloadError(error.strerror or "no such folder") from error
        try:
            for name in names[:-1]:
                step = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = step
            file = os.open(names[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
        except FileNotFoundError as error:
            raise DownloadHTTPError("no such file", 404) from error
        except OSError as error:
            raise DownloadError(error.strerror or "cannot be read") from error
        finally:
            os.close(at)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise DownloadError("not a file")
        return file


def _unpacked(how: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Give what a server packed, a small piece at a time: whoever counts them may stop long before it is all there."""
    if not how:
        yield from chunks
        return
    if how != _GZIP:
        raise DownloadError("packed in a way that was not asked for")
    gzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield gzip.decompress(rest, _CHUNK)
                rest = gzip.unconsumed_tail
            if gzip.eof:
                return  # and whatever else may come, nobody waits for it
    except zlib.error as error:
        raise DownloadError("packed wrongly") from error
    raise DownloadError("ends too soon")


def _refuse_bad(answer: httpx.Response) -> None:
    if answer.status_code in {429, 503} and (asked := answer.headers.get("Retry-After", "")).isdigit():
        raise SlowDownError(float(asked))
    if answer.status_code != httpx.codes.OK:
        raise DownloadHTTPError("refused", answer.status_code)
