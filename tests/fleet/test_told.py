"""A kiosk that takes what its agent offers: shown between visits, on trial, and back by itself where it does harm."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec
import pytest
import tomli_w

from config.activation import HEALTH_WINDOW, Activation
from config.bundle import Bundle
from config.merge import Layer
from config.settings import SettingsError, read
from kiosk_app.told import News, ToldSettings

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

PROJECT = Path(__file__).parents[2]
WELL = frozenset({"printer", "cardReader", "backEnd"})
TODAY = date.today()  # noqa: DTZ011 (daily content is about days, and the kiosk in this test has the machine's clock)
OUT = {"name": "Geldautomaat 1", "state": "outOfOrder", "until": TODAY + timedelta(days=2)}

# A kiosk with its real screen that looks every tenth of a second. What it is asked comes on its standard input.
KIOSK = """
import sys, threading
from pathlib import Path
from kiosk_app import screened
from kiosk_app.told import ToldSettings
screened.LOOK_SECONDS = 0.1
told = ToldSettings(Path(sys.argv[1]), Path(sys.argv[2]), screened.dry_run)
kiosk = screened.Screened(told.settings, size_px=(540, 960), told=told)
def say():
    bridge = kiosk.app.bridge
    print(bridge.screen, bridge.header, bridge.bar, flush=True)
def hand():
    for line in sys.stdin:
        kiosk.app.call_soon(say)
threading.Thread(target=hand, daemon=True).start()
sys.exit(kiosk.run())
"""


class Kiosk:
    """One kiosk's folders, and what it does with what is offered."""

    def __init__(self, folder: Path) -> None:
        self.told, self.file, self.clock = folder / "told", folder / "kiosk.toml", 0.0
        self.told.mkdir()
        own = read(PROJECT / "config" / "example.toml")
        self.file.write_text(tomli_w.dumps({**own, "data": str(folder / "data"), "announcements": []}))

    def start(self, dry_run: Callable[..., None] = lambda _settings: None) -> ToldSettings:
        folder, machine = Path(read(self.file)["data"]) / "settings", read(self.file)
        activation = Activation(folder, machine, dry_run, lambda: self.clock)
        return ToldSettings(self.file, self.told, dry_run, activation)

    def offer(self, **layer: object) -> None:
        self._put("offered.json", Bundle({Layer.TENANT: dict(layer)}).encoded())

    def offer_daily(self, **what: object) -> None:
        self._put("daily.json", msgspec.json.encode({"given": TODAY, **what}))

    def _put(self, name: str, content: bytes) -> None:
        draft = self.told / f".{name}"
        draft.write_bytes(content)
        draft.replace(self.told / name)


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def states(told: ToldSettings) -> list[str]:
    return [one.state.value for one in told.settings.services]


# --- daily content -----------------------------------------------------------------------------------------------


def test_daily_content_is_shown_at_the_next_look_and_gone_when_it_is_withdrawn(kiosk: Kiosk) -> None:
    told = kiosk.start()
    assert told.look(WELL) is News.NONE
    kiosk.offer_daily(services=[OUT])
    assert told.look(WELL) is News.SHOWN
    assert states(told)[1] == "outOfOrder"
    (kiosk.told / "daily.json").unlink()
    assert told.look(WELL) is News.SHOWN
    assert states(told)[1] == "open"


def test_daily_content_is_there_from_the_first_frame(kiosk: Kiosk) -> None:
    kiosk.offer_daily(services=[OUT])
    assert states(kiosk.start())[1] == "outOfOrder"


def test_daily_content_ends_by_itself_on_a_kiosk_that_nobody_reaches(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.offer_daily(services=[OUT])
    told = kiosk.start()
    monkeypatch.setattr(ToldSettings, "_today", property(lambda _: TODAY + timedelta(days=3)))
    assert told.look(WELL) is News.SHOWN
    assert states(told)[1] == "open"


@pytest.mark.expects_log("daily content left out")
@pytest.mark.parametrize("content", [b"", b'{"given": "2026-11-27", "printer": {}}', b"[" * 100_000])
def test_daily_content_that_is_none_leaves_the_portal_as_it_is(kiosk: Kiosk, content: bytes) -> None:
    told = kiosk.start()
    kiosk._put("daily.json", content)
    before = told.settings
    assert told.look(WELL) is News.NONE
    assert told.settings == before


def test_daily_content_does_not_wait_for_settings_that_were_sent_back(kiosk: Kiosk) -> None:
    told = kiosk.start()
    kiosk.offer(counter=[])
    told.look(WELL)
    kiosk.clock = HEALTH_WINDOW
    kiosk.offer_daily(services=[OUT])
    assert told.look(WELL) is News.SHOWN
    assert states(told)[1] == "outOfOrder"


# --- everything else ---------------------------------------------------------------------------------------------


def test_words_of_the_portal_are_shown_without_a_new_start(kiosk: Kiosk) -> None:
    told = kiosk.start()
    kiosk.offer(closed=["2026-12-24"])
    assert told.look(WELL) is News.SHOWN
    assert told.settings.closed == (date(2026, 12, 24),)
    assert told.look(WELL) is News.NONE


def test_another_printer_asks_for_a_new_start_and_is_there_after_it(kiosk: Kiosk) -> None:
    told = kiosk.start()
    kiosk.offer(printer={"queue": "second-floor"})
    assert told.look(WELL) is News.BEGIN_ANEW
    again = kiosk.start()
    assert again.settings.printer is not None
    assert again.settings.printer.queue == "second-floor"
    assert again.look(WELL) is News.NONE


@pytest.mark.expects_log("back to the last that were good")
def test_settings_that_validate_and_break_the_printer_are_taken_back_within_the_window(kiosk: Kiosk) -> None:
    told = kiosk.start()
    kiosk.offer(printer={"queue": "nowhere"})
    told.look(WELL)
    on_trial = kiosk.start()
    kiosk.clock = HEALTH_WINDOW
    assert on_trial.look(WELL - {"printer"}) is News.BEGIN_ANEW
    back = kiosk.start()
    assert back.settings.printer is not None
    assert back.settings.printer.queue == "kiosk"
    assert back.look(WELL) is News.NONE, "what was sent back is not taken again"


@pytest.mark.expects_log("settings refused")
def test_settings_that_the_portal_cannot_be_made_with_change_nothing(kiosk: Kiosk) -> None:
    def refuse(_: object) -> None:
        raise SettingsError("the portal cannot be made")

    told = kiosk.start(refuse)
    kiosk.offer(closed=["2026-12-24"])
    assert told.look(WELL) is News.NONE
    assert told.settings.closed != (date(2026, 12, 24),)


@pytest.mark.expects_log("nothing can be written down")
def test_what_could_not_be_written_is_taken_once_there_is_room(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = kiosk.start()
    kiosk.offer(closed=["2026-12-24"])
    with monkeypatch.context() as full:
        full.setattr(Activation, "try_out", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        assert told.look(WELL) is News.NONE
    assert told.look(WELL) is News.SHOWN


# --- with a real repository, agent and screen --------------------------------------------------------------------


class Running:
    """A kiosk's process, whose portal can be asked what stands there."""

    def __init__(self, kiosk: Kiosk, told: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", KIOSK, str(kiosk.file), str(told)],
            cwd=PROJECT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )

    def shows(self) -> str:
        stdin: IO[str] | None = self._process.stdin
        stdout: IO[str] | None = self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("\n")
        return stdout.readline()

    def comes_to_show(self, words: str) -> bool:
        """Ask until it stands there; the test's own time-out ends a wait for what never comes."""
        while words not in self.shows():
            pass
        return True

    def ends(self) -> int:
        return self._process.wait(60)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def running(kiosk: Kiosk, agent: Agent) -> Iterator[Callable[[], Running]]:
    began: list[Running] = []

    def begin() -> Running:
        began.append(Running(kiosk, agent.told))
        return began[-1]

    yield begin
    for one in began:
        one.close()


@pytest.fixture
def bare(kiosk: Kiosk) -> None:
    """Without devices or back end: the portal alone."""
    own = read(kiosk.file)
    for device in ("back_end", "card_reader", "printer", "receipt_printer"):
        del own[device]
    kiosk.file.write_text(tomli_w.dumps(own))


@pytest.mark.usefixtures("bare")
def test_what_an_operator_signs_comes_to_stand_on_the_portal(
    fleet: Fleet, agent: Agent, running: Callable[[], Running]
) -> None:
    """From the pen to the glass: signed, fetched by the agent's process, shown by the kiosk's; and withdrawn."""
    portal = running()
    assert "Kermis op de Markt" not in portal.shows()
    news = {"title": "Kermis op de Markt", "text": "De hal blijft open.", "first_day": TODAY, "last_day": TODAY}
    fleet.say("lindeveld/daily/content.toml", tomli_w.dumps({"given": TODAY, "announcements": [news]}))
    assert agent.round() == "ok"
    assert portal.comes_to_show("Kermis op de Markt")
    fleet.say("lindeveld/daily/content.toml", tomli_w.dumps({"given": TODAY}))
    assert agent.round() == "ok"
    while "Kermis op de Markt" in portal.shows():
        pass


@pytest.mark.usefixtures("bare")
def test_a_language_that_a_town_adds_is_there_after_a_new_start(
    fleet: Fleet, agent: Agent, running: Callable[[], Running]
) -> None:
    portal = running()
    portal.shows()
    fleet.say("lindeveld/tenant.toml", 'languages = ["nl", "fr"]\n')
    assert agent.round() == "ok"
    assert portal.ends() == 0
    assert running().comes_to_show("Français")
