"""Somebody at the same town's service with a code, before our resident: opens the session, has the leave, reports."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path
from uuid import uuid4

import httpx

SECONDS = 30.0


def collect(url: str, files: Path, code: str) -> None:
    """Collect what a code stands for. Raises httpx.HTTPStatusError."""
    context = ssl.create_default_context(cafile=str(files / "ca.pem"))
    context.load_cert_chain(files / "kiosk.pem", files / "kiosk.key")
    with httpx.Client(base_url=f"{url}/kioskService/v1", verify=context, timeout=SECONDS) as http:
        opened = http.post("/codeSessions", json={"code": code.replace("-", "")}).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {opened['session']['accessToken']}"}
        claim = opened["claims"]["items"][0]["id"]
        path = f"/collections/{uuid4()}"
        http.put(path, json={"claimId": claim}, headers=bearer).raise_for_status()
        now = dt.datetime.now(dt.UTC).isoformat()
        told = {"outcome": "collected", "openedAt": now, "closedAt": now}
        http.put(f"{path}/result", json=told).raise_for_status()
