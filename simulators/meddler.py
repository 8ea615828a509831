"""A man in the middle of the town's line: he passes everything on, and spoils each document that goes by.

The bytes change, not their number, so that only who checks them sees it. Or he lets a certain question through no more,
and nothing after it: to who asks, the town is gone. Both ends of the line trust him, because he was lent the
certificates of the other end.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path
from urllib.parse import urlsplit

DOCUMENT = b"%PDF-"
CHUNK = 64 * 1024


class Meddler:
    """Listens at `url` for who would call `target`; `files` holds the town's certificates and keys.

    `gone_at`: bytes of a question at which the town is gone; `gone` once it was asked.
    """

    def __init__(self, target: str, files: Path, gone_at: bytes | None = None) -> None:
        self._gone_at, self.gone = gone_at, False
        self._target = urlsplit(target)
        self._serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._serving.load_cert_chain(files / "server.pem", files / "server.key")
        self._calling = ssl.create_default_context(cafile=files / "ca.pem")
        self._calling.load_cert_chain(files / "kiosk.pem", files / "kiosk.key")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="meddler", daemon=True)
        self._thread.start()
        serving = asyncio.start_server(self._relay, "127.0.0.1", 0, ssl=self._serving)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        self.url = f"https://localhost:{self._server.sockets[0].getsockname()[1]}"
        self.spoiled = False

    def close(self) -> None:
        """Hang up on everybody."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hang_up(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.gone:
            writer.close()
            return
        place, port = self._target.hostname, self._target.port
        theirs, ours = await asyncio.open_connection(place, port, ssl=self._calling)
        await asyncio.gather(self._pass_on(reader, ours), self._pass_on(theirs, writer))

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(CHUNK):
                self.gone = self.gone or (self._gone_at is not None and self._gone_at in data)
                if self.gone:
                    return
                sink.write(self._meddled(data))
                await sink.drain()
        finally:
            sink.close()

    def _meddled(self, data: bytes) -> bytes:
        """Blank whatever follows the first bytes of a document."""
        before, word, after = data.partition(DOCUMENT)
        self.spoiled = self.spoiled or bool(word)
        return before + word + (b" " * len(after) if word else after)
