"""Tells a program of an alarm, signed as Standard Webhooks has it; never one that stands where it may not be.

A name is looked up here, each address it has is judged, and the line goes to the one that was judged: a name that says
something else a moment later reaches nobody. Nobody is sent elsewhere, and what is answered is not read.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import datetime as dt
import hashlib
import hmac
import ipaddress
import socket
import ssl
from pathlib import Path

import httpx

from fleet.service.alarm_settings import Webhook
from fleet.service.mailing import UndeliveredError

# All of a call together; each step of it gets half, for only a step that is given up in time closes what it opened.
DEADLINE = 20.0
# [Standard Webhooks] how a secret is written down.
_PREFIX = "whsec_"
_SHORTEST_SECRET = 24
_GONE = 410
# [RFC 6052] an IPv4 address in the clothes of an IPv6 one.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


async def tell(hook: Webhook, name: str, content: bytes, now: dt.datetime) -> None:
    """Tell it. A program may hear twice of one alarm, under one name, by which it knows. Raises UndeliveredError."""
    headers = {"Content-Type": "application/json", **signature(_secret(hook), name, content, now)}
    url = httpx.URL(hook.url)
    try:
        async with asyncio.timeout(DEADLINE):
            place = await _address(url, hook)
            trust = ssl.create_default_context(cafile=hook.ca or None)
            async with (
                httpx.AsyncClient(
                    verify=trust, trust_env=False, follow_redirects=False, timeout=DEADLINE / 2
                ) as client,
                client.stream(
                    "POST",
                    url.copy_with(host=str(place)),
                    content=content,
                    headers={**headers, "Host": url.netloc.decode("ascii")},
                    extensions={"sni_hostname": url.host},
                ) as answer,
            ):
                status = answer.status_code
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        raise UndeliveredError(f"antwoordt niet ({type(error).__name__})") from error
    if not httpx.codes.is_success(status):
        raise UndeliveredError(f"zegt {status}", for_good=status == _GONE)


def signature(secret: bytes, name: str, content: bytes, now: dt.datetime) -> dict[str, str]:
    """Give the headers by which a program knows that it is us, and when [Standard Webhooks 1.0]."""
    at = f"{now.timestamp():.0f}"
    made = hmac.digest(secret, f"{name}.{at}.".encode() + content, hashlib.sha256)
    return {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": f"v1,{base64.b64encode(made).decode()}"}


def allowed(address: Ip, hook: Webhook) -> bool:
    """Say whether a webhook may stand there: anywhere in the world, or in a network that the operator named."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in ipaddress.ip_network(network) for network in hook.networks):
        return True
    if isinstance(plain, ipaddress.IPv6Address) and (plain.sixtofour or plain.teredo or plain in _TRANSLATED):
        return False
    return plain.is_global and not plain.is_multicast


async def _address(url: httpx.URL, hook: Webhook) -> Ip:
    found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    places = [ipaddress.ip_address(str(place[4][0]).partition("%")[0]) for place in found]
    if not places or not all(allowed(place, hook) for place in places):
        raise UndeliveredError("staat op een adres dat niet mag", for_good=True)
    return places[0]


def _secret(hook: Webhook) -> bytes:
    try:
        text = Path(hook.secret_file).read_text(encoding="ascii").strip()
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (OSError, ValueError, binascii.Error) as error:
        raise UndeliveredError("het geheim kan niet gelezen worden") from error
    if len(secret) < _SHORTEST_SECRET:
        raise UndeliveredError("het geheim is te kort")
    return secret
