"""The signed folder as kiosks fetch it: what lies there packed (fleet.repository) is given so to who can unpack it."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_GZIP = "gzip"


class SignedFolder(StaticFiles):
    """Files, and `name.gz` in the place of `name` where it is there."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Give a file, packed where the caller reads that."""
        packed, reads = Path(f"{os.fspath(full_path)}.gz"), Headers(scope=scope).get("accept-encoding", "")
        if _GZIP in reads and packed.is_file():
            answer = super().file_response(packed, packed.stat(), scope, status_code)
            answer.headers["Content-Encoding"] = _GZIP
        else:
            answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers.add_vary_header("Accept-Encoding")
        return answer
