"""A whole kiosk without a screen: cards behind the real pcscd, boards on a line, the town's own service."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from config.settings import load
from demo import settings_file
from hardware.devices import Health
from kiosk_app.loop import PlainLoop
from kiosk_app.maintenance import secret
from kiosk_app.parts import Part
from kiosk_app.wiring import Kiosk
from simulators.pcscd import QUICK_READER
from simulators.piv import PivCard
from simulators.world import World
from tests.maintenance.at_kiosk import PIN, SEED, Site


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), reader=QUICK_READER) as world:
        yield world


@pytest.fixture(scope="package")
def site(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, loop = tmp_path_factory.mktemp("kiosk"), PlainLoop()
    cards = {name: PivCard.new(name) for name in ("T-03", "T-04", "S-01", "D-11", "D-12", "ended", "stranger")}
    (folder / "T-04.totp").write_text(base64.b32encode(SEED).decode(), encoding="ascii")
    soon = datetime.now(UTC).date() + timedelta(days=9)
    right = {"role": "technician", "until": soon}
    pin = secret.pin_hash(PIN)
    staff = [
        {**right, "name": "T-03", "public_key": cards["T-03"].public_key(), "pin": pin},
        {**right, "name": "T-04", "public_key": cards["T-04"].public_key(), "totp": str(folder / "T-04.totp")},
        {**right, "name": "S-01", "public_key": cards["S-01"].public_key(), "pin": pin, "role": "siteStaff"},
        {**right, "name": "ended", "public_key": cards["ended"].public_key(), "pin": pin}
        | {"until": soon - timedelta(days=20)},
        *(
            {**right, "name": name, "public_key": cards[name].public_key(), "pin": pin, "role": "depositor"}
            for name in ("D-11", "D-12")
        ),
    ]
    with world.pcscd.used_here():
        settings_file.write(folder / "kiosk.toml", world, folder / "kiosk", staff=staff)
        kiosk = Kiosk(load(folder / "kiosk.toml"), loop)
        site = Site(world, kiosk, cards, folder / "kiosk")
        loop.call_soon(kiosk.start)
        thread = threading.Thread(target=loop.run)
        thread.start()
        devices = (Part.BACK_END, Part.CARD_READER, Part.PRINTER, Part.RECEIPT_PRINTER, Part.LOCKERS)
        site.until(lambda _: all(kiosk.health.statuses[part].health is Health.OK for part in devices))
        yield site
        loop.call_soon(kiosk.stop)
        loop.stop()
        thread.join()


@pytest.fixture
def left_as_found(site: Site) -> Iterator[None]:
    yield
    site.leaves()
