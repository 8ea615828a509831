from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, qWarning

from config.settings import Address, Language
from kiosk_app.visit import AskCard, CardBack, Overlay, Recognising, Visit
from ui.app import App

PROJECT = Path(__file__).parents[2]
DEADLINE_MS = 10_000

KIOSK = """
from config.settings import load
from ui.app import App
from ui.sample import EXAMPLE
app = App(load(EXAMPLE), size_px=(540, 960))
app.call_soon(lambda: print("serving", flush=True))
code = app.run()
print("ended", *app.warnings, flush=True)
raise SystemExit(code)
"""


def wait_for(fact: list[object]) -> None:
    deadline = QDeadlineTimer(DEADLINE_MS)
    while not fact and not deadline.hasExpired():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    assert fact


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_kiosk_that_is_told_to_end_ends_cleanly(number: signal.Signals) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KIOSK], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "serving\n"
    child.send_signal(number)
    said, complaints = child.communicate(timeout=20)
    assert (child.returncode, said, complaints) == (0, "ended\n", "")


def test_a_call_from_another_thread_comes_on_the_screen_s_own(app: App) -> None:
    threads: list[object] = []
    caller = threading.Thread(target=lambda: app.call_soon(lambda: threads.append(threading.current_thread())))
    caller.start()
    caller.join()
    assert threads == []
    wait_for(threads)
    assert threads == [threading.main_thread()]


def test_a_new_alarm_replaces_the_one_before(app: App) -> None:
    rang: list[object] = []
    app.alarm(3600, lambda: rang.append("late"))
    app.alarm(0, lambda: rang.append("soon"))
    wait_for(rang)
    assert rang == ["soon"]


def test_an_alarm_can_be_taken_away(app: App) -> None:
    rang: list[object] = []
    app.alarm(0, lambda: rang.append("first"))
    app.alarm(None, lambda: rang.append("none"))
    passed: list[object] = []
    app.call_soon(lambda: app.call_soon(lambda: passed.append(True)))
    wait_for(passed)
    assert rang == []


def test_a_second_frame_in_the_queue_is_not_the_first_again(app: App) -> None:
    told: list[object] = []
    app.when_painted(lambda: told.append("painted"))
    app._first_frame()
    passed: list[object] = []
    app.call_soon(lambda: passed.append(True))
    wait_for(passed)
    assert told == []


def moving(app: App) -> list[str]:
    """The clocks that run on the screen."""
    found, waiting = [], [app.window.contentItem()]
    while waiting:
        item = waiting.pop()
        found += [child.metaObject().className() for child in item.children() if child.property("running")]
        waiting += item.childItems()
    return found


def test_nothing_moves_at_rest_and_arrows_do_where_hands_must_act(app: App) -> None:
    app.bridge.show(Visit())
    app.settle()
    assert moving(app) == ["QQmlTimer"]  # the sentence that is said in turn, once in eight seconds
    app.bridge.show(Visit(overlay=Overlay.HELP))
    app.settle()
    assert moving(app) == []
    for state in (Recognising(), CardBack()):
        app.bridge.show(Visit(1, state))
        app.settle()
        assert len(moving(app)) == 1
    app.bridge.show(Visit(1, AskCard()))
    app.settle()
    assert moving(app) == []


def test_the_clock_wakes_up_once_a_minute(app: App) -> None:
    app._wait_for_next_minute()
    assert app._minute.isSingleShot()
    seconds_to_go = 60 - app._now().second
    assert app._minute.interval() == pytest.approx(seconds_to_go * 1000, abs=1100)


def test_qt_leaves_the_count_of_none_alone(app: App) -> None:
    """PySide6 6.12.0 takes one from it at every call that gives None: after some thousands the process aborts."""
    before = [sys.getrefcount(one) for one in (None, True, False)]
    for _ in range(200):
        app.qt.processEvents()
    after = [sys.getrefcount(one) for one in (None, True, False)]
    assert all(was - now < 20 for was, now in zip(before, after, strict=True))


def test_the_gallery_paints_every_screen_into_a_folder(tmp_path: Path) -> None:
    some = ("--only", "portal", "--landscape", "--ease", "usual", "--ease", "large-contrast")
    done = subprocess.run(
        [sys.executable, "-m", "ui.gallery", "--out", str(tmp_path), *some],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    pictures = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    folders = {picture.partition("/")[0] for picture in pictures if picture.endswith("/001-portal.png")}
    assert folders == {f"landscape-{one}{way}" for one in Language for way in ("", "-large-contrast")}
    assert f"{len(pictures)} pictures" in done.stdout
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(f'src="{picture}"' in index for picture in pictures)


def test_the_gallery_paints_what_a_town_says_that_says_u(tmp_path: Path) -> None:
    painted = {}
    for says in Address:
        folder = tmp_path / says
        one = ("--only", "goodbye", "--upright", "--ease", "usual", "--language", "nl", "--address", says)
        subprocess.run(
            [sys.executable, "-m", "ui.gallery", "--out", str(folder), *one],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )
        (picture,) = folder.rglob("*.png")
        painted[says] = (picture.name, picture.read_bytes())
    (je, u) = painted[Address.JE], painted[Address.U]
    assert je[0] == u[0]
    assert je[1] != u[1]


@pytest.mark.expects_log("Qt: ")
@pytest.mark.usefixtures("app")
def test_what_qt_says_of_a_touch_never_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    qWarning("point is not in activePoints scn=773,1375")
    assert "Qt: " in caplog.text
    assert "773" not in caplog.text
