"""The town's file of alarms, its mail server, and a kiosk on a Wednesday morning."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import tomli_w

from tests.fleet.service.alarms.outside import PostOffice
from tests.fleet.service.alarms.watching import Made, Watch, Watching, on_wednesday, told_to

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Said


@pytest.fixture
def post() -> Iterator[PostOffice]:
    with PostOffice() as post:
        yield post


@pytest.fixture
def with_alarms(with_people: Fleet, post: PostOffice) -> None:
    """The town's file stands in the fleet's folder before the service begins."""
    (with_people.work.home / "alarms.toml").write_text(tomli_w.dumps(told_to(post)), encoding="utf-8")


Let = Callable[["Service", str], str]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop of a thread of its own: Chromium's is this one's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def watching(let_in: Let, said: Said, loop: asyncio.AbstractEventLoop) -> Watching:
    """Let a kiosk in and watch it; each says things of its own."""
    return lambda made, number: Watch(made, let_in(made[0], number), type(said)(), loop)


@pytest.fixture
def watch(with_alarms: None, file_database: str, make_service: Callable[[str], Made], watching: Watching) -> Watch:
    """A Wednesday at ten, and all is well."""
    del with_alarms
    return on_wednesday(make_service(file_database), watching)
