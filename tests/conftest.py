"""What every test gets: a screen in memory, and the rule that our log stays quiet.

A test in which one of our packages logs a warning or an error fails, unless it says
`@pytest.mark.expects_log("pattern")`; a pattern that nothing matched fails it too.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pysqlite3 import dbapi2

from kiosk_app import store
from kiosk_app.migrations import upgrade as migrate

# Before anybody imports Qt: it reads these once. The software renderer draws the same pixels everywhere.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

LONG_FILES = (
    *("tests/journeys/", "tests/visit/test_every_path.py", "tests/maintenance/", "tests/eid/test_every_card.py"),
    "tests/machine/test_astray.py",
)
MIGRATING = Path(__file__).parent / "memory"
OURS = ("config", "conformance", "demo", "fleet", "hardware", "kiosk_app", "printing", "simulators", "townhall", "ui")


class Listener(logging.Handler):
    """Keeps what our packages complain of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in OURS:
            self.said.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(scope="session")
def codes_on() -> Callable[[Image.Image | bytes], list[str]]:
    """Give what is read from the QR codes on a picture (or the bytes of one): by zxing and by zbar, who must agree."""

    def codes_on(picture: Image.Image | bytes) -> list[str]:
        image = Image.open(BytesIO(picture)) if isinstance(picture, bytes) else picture
        found = [code for code in zxingcpp.read_barcodes(image) if code.format == zxingcpp.BarcodeFormat.QRCode]
        png = BytesIO()
        image.save(png, "PNG")
        command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "PNG:-"]
        told = subprocess.run(command, input=png.getvalue(), capture_output=True, check=False)
        assert told.returncode in (0, 4), told.stderr  # 4: no code there
        zbar, zxing = told.stdout.decode().splitlines(), [code.text for code in found]
        assert sorted(zbar) == sorted(zxing)
        return zxing

    return codes_on


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take minutes first: begun last, one of them keeps everybody waiting while two cores rest."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG_FILES))


@pytest.fixture(scope="session")
def new_memory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Make a kiosk's empty memory of a file: migrated once in a run as on a machine, and copied from then on."""
    mould = tmp_path_factory.mktemp("mould") / "kiosk.db"

    def new_memory(file: Path) -> None:
        if not mould.exists():
            migrate(mould)
        with closing(dbapi2.connect(mould)) as made, closing(dbapi2.connect(file)) as new:
            made.backup(new)

    return new_memory


@pytest.fixture(autouse=True)
def migrated_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with a new memory at once, but where migrating is what the test is of: a process each is half a second."""

    def upgrade(file: Path) -> None:
        with closing(dbapi2.connect(file)) as found:
            new = not found.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        (request.getfixturevalue("new_memory") if new else migrate)(file)

    if not request.node.path.is_relative_to(MIGRATING):
        monkeypatch.setattr(store, "upgrade", upgrade)


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    listener = Listener()
    logging.getLogger().addHandler(listener)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(listener)
    expected = [str(mark.args[0]) for mark in request.node.iter_markers("expects_log")]
    unexpected = [line for line in listener.said if not any(re.search(pattern, line) for pattern in expected)]
    missing = [pattern for pattern in expected if not any(re.search(pattern, line) for line in listener.said)]
    if unexpected or missing:
        pytest.fail(f"unexpected in the log: {unexpected}; expected and absent: {missing}", pytrace=False)
