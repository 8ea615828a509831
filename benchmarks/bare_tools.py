"""The same work by bare tools in sequence: OpenSC signs, curl calls, lp prints. What a script without us would do."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from simulators.world import World

COMMAND = "pkcs11-tool --login --sign; curl (sign in, order, document); lp"
MODULE = "opensc-pkcs11.so"
KEY = "02"


@dataclass(frozen=True)
class Told:
    """Seconds each tool took, and how long the back end worked by its own word."""

    tools: dict[str, float]
    back_end: float


class BareTools:
    """Runs the tools against one world."""

    def __init__(self, world: World, folder: Path, queue: str) -> None:
        self._world = world
        self._folder = folder
        self._queue = queue
        self._url = f"{world.town_hall.url}/kioskService/v1"
        self._environment = {**os.environ, **world.environment}
        self._own = 0.0

    def wait_for_card(self, seconds: float) -> None:
        """Wait until OpenSC sees the card. Raises CalledProcessError with what it said last."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._run("pkcs11-tool", "--module", MODULE, "-O", "--type", "cert")
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline:
                    raise
            else:
                return

    def challenge(self) -> dict[str, Any]:
        """Get a nonce and the certificate: before OK, so it counts on neither side."""
        self._run(
            "pkcs11-tool", "--module", MODULE, "-r", "--type", "cert", "--id", KEY, "-o", str(self._folder / "c.der")
        )
        return self._call("POST", "/authenticationChallenges", {})

    def run(self, challenge: dict[str, Any]) -> Told:
        """Sign in, order, fetch and print, one tool after the other."""
        self._own, tools = 0.0, {}
        began = time.monotonic()
        signature = self._sign(challenge["nonce"])
        tools["sign"] = time.monotonic() - began
        began = time.monotonic()
        session = self._sign_in(challenge["id"], signature)
        tools["sign in"] = time.monotonic() - began
        began = time.monotonic()
        pdf = self._document(session["session"]["accessToken"])
        tools["order and fetch"] = time.monotonic() - began
        began = time.monotonic()
        self._run("lp", "-d", self._queue, "-o", "raw", "-o", "print-scaling=none", str(pdf))
        tools["lp"] = time.monotonic() - began
        return Told(tools, self._own)

    def _sign(self, nonce: str) -> bytes:
        origin = self._world.town_hall.url.encode()
        data, signed = self._folder / "data", self._folder / "signature"
        data.write_bytes(hashlib.sha256(origin).digest() + hashlib.sha256(nonce.encode()).digest())
        mechanism = ["--sign", "--id", KEY, "--mechanism", "SHA256-RSA-PKCS"]
        files = ["-i", str(data), "-o", str(signed)]
        self._run("pkcs11-tool", "--module", MODULE, "--login", "--pin", "1234", *mechanism, *files)
        return signed.read_bytes()

    def _sign_in(self, challenge: str, signature: bytes) -> dict[str, Any]:
        token = {
            "unverifiedCertificate": base64.b64encode((self._folder / "c.der").read_bytes()).decode(),
            "algorithm": "RS256",
            "signature": base64.b64encode(signature).decode(),
            "format": "web-eid:1.0",
            "appVersion": "https://example.org/bench",
        }
        return self._call("PUT", f"/authenticationChallenges/{challenge}/response", {"authToken": token})

    def _document(self, bearer: str) -> Path:
        order = f"/documentOrders/{uuid4()}"
        self._call("PUT", order, {"productCode": "householdComposition", "language": "nl"}, bearer)
        pdf = self._folder / "document.pdf"
        self._curl("GET", f"{order}/document", bearer, "-o", str(pdf))
        return pdf

    def _call(self, method: str, path: str, body: dict[str, Any], bearer: str = "") -> dict[str, Any]:
        answer = self._folder / "answer.json"
        content = ["-H", "Content-Type: application/json", "--data", json.dumps(body)]
        self._curl(method, path, bearer, "-o", str(answer), *content)
        return dict(json.loads(answer.read_text()))

    def _curl(self, method: str, path: str, bearer: str, *more: str) -> None:
        files = self._world.town_hall.ca
        mutual = ["--cacert", f"{files}/ca.pem", "--cert", f"{files}/kiosk.pem", "--key", f"{files}/kiosk.key"]
        authorization = ["-H", f"Authorization: Bearer {bearer}"] if bearer else []
        said = self._run(
            "curl", "-sS", "--fail", "-X", method, *mutual, *authorization, "-D", "-", *more, self._url + path
        )
        self._own += own_seconds(said)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout


def own_seconds(headers: str) -> float:
    """Give the back end's own time in a Server-Timing header; 0 without one."""
    timing = next((line for line in headers.splitlines() if line.lower().startswith("server-timing:")), "")
    return float(timing.rsplit("dur=", 1)[1].split(";")[0].strip()) / 1000 if "dur=" in timing else 0.0
