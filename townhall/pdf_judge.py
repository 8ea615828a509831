"""Has a PDF judged in a child process: one that hangs, bursts or is taken over costs that child and nothing else."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

# The imports of the parsers take a second; a busy machine may need ten times that.
START_SECONDS = 30.0
# A resident at a kiosk goes before a document that is collected tomorrow.
NICE = 10
# A document takes 20 ms, the largest that is taken a second.
JUDGE_SECONDS = 20.0


def _child(line: Connection, authorities: tuple[str, ...]) -> None:
    os.nice(NICE)
    from townhall.pdf_rules import serve  # the parsers are loaded there and not here

    serve(line, authorities)


class Rejected(Exception):
    """This PDF is not taken: `why` is the contract's word for it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class PdfJudge:
    """One child that judges, one document at a time. Safe from threads. To be closed."""

    def __init__(self, authorities: tuple[Path, ...]) -> None:
        """`authorities` are PEM files: whose seals this town accepts."""
        self._authorities = tuple(map(str, authorities))
        self._lock = threading.Lock()
        self._child: tuple[BaseProcess, Connection] | None = None

    def warm(self) -> None:
        """Start the child, so that the first document does not wait for it."""
        with self._lock, contextlib.suppress(Rejected):
            self._started()

    def pages(self, pdf: bytes) -> int:
        """Count the pages of a document that is taken. Raises Rejected."""
        with self._lock:
            line = self._started()
            try:
                line.send_bytes(pdf)
                verdict = line.recv() if line.poll(JUDGE_SECONDS) else None
            except (OSError, EOFError):
                verdict = None
            if verdict is None:
                self._end()
        if not isinstance(verdict, int):
            raise Rejected(verdict or "notPdf")
        return verdict

    def close(self) -> None:
        """End the child, whatever it is doing: who waits for it hears the line go dead."""
        child = self._child
        if child is not None:
            child[0].kill()
        with self._lock:
            self._end()

    def _started(self) -> Connection:
        if self._child is None:
            ours, theirs = multiprocessing.Pipe()
            context = multiprocessing.get_context("spawn")
            child = context.Process(target=_child, args=(theirs, self._authorities), daemon=True)
            child.start()
            theirs.close()
            self._child = child, ours
            if not _is_ready(ours):
                self._end()
                raise Rejected("notPdf")
        return self._child[1]

    def _end(self) -> None:
        if self._child is not None:
            child, line = self._child
            self._child = None
            line.close()
            child.kill()
            child.join()


def _is_ready(line: Connection) -> bool:
    try:
        return line.poll(START_SECONDS) and line.recv() == "ready"
    except (OSError, EOFError):
        return False
