"""A child process answers, and whatever it does instead, its parent goes on."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.limits import memory_settings
from hardware.child import MAX_DETAIL, Child, ChildDied, ChildTimeout
from hardware.faults import DeviceFault, FaultCode
from soaking.search import remembered

HERE = Path(__file__).parent


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.setenv("A_SECRET_OF_THE_KIOSK", "x")
    child = Child("child_at_work")
    yield child
    child.close()


def pid_of(child: Child) -> int:
    pid = child.call("own_pid", timeout=10)
    assert isinstance(pid, int)
    return pid


def wait_until_gone(pid: int) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle):
        return bool(select.select([handle], [], [], 5)[0])


def test_a_call_gives_back_what_the_function_gave(child: Child) -> None:
    assert child.call("add", 40, 2, timeout=10) == 42
    assert child.call("measure", "a.pdf", payload=b"%PDF" + bytes(3_000_000), timeout=10) == [
        "a.pdf",
        3_000_004,
        "25504446",
    ]


def test_with_the_memory_of_the_unit_a_child_keeps_nothing_of_a_document_it_had(
    monkeypatch: pytest.MonkeyPatch, child: Child
) -> None:
    for name, value in memory_settings().items():
        monkeypatch.setenv(name, value)
    pid = pid_of(child)
    child.call("measure", "a.pdf", payload=b"Elodie van Lindeveld\n" * 1_000, timeout=10)
    assert remembered(pid, {"Elodie van Lindeveld"}) == set()


def test_bytes_come_back_as_they_are_beside_the_result(child: Child) -> None:
    assert child.call("paint", 40_000, timeout=10) == ([40_000], bytes(range(256)) * 40_000)  # 10 MB: a page is 9
    assert child.call("add", 1, 1, timeout=10) == 2


def test_calls_share_one_process_and_a_closed_child_gives_way_to_a_fresh_one(child: Child) -> None:
    first = pid_of(child)
    assert pid_of(child) == first
    child.close()
    assert wait_until_gone(first)
    assert pid_of(child) != first


def test_the_childs_own_refusal_crosses_as_it_is(child: Child) -> None:
    with pytest.raises(DeviceFault) as caught:
        child.call("refuse", timeout=10)
    assert caught.value.code is FaultCode.DOCUMENT_FORMAT
    assert caught.value.detail == "501 pagesand a second line"
    assert child.call("add", 1, 1, timeout=10) == 2


def test_an_exception_tells_its_type_and_place_but_never_its_words(
    child: Child, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DeviceFault) as caught:
        child.call("quote_document", timeout=10)
    assert caught.value.code is FaultCode.INTERNAL
    assert caught.value.detail.startswith("ValueError at child_at_work.py:")
    assert "Maes" not in caught.value.detail + "".join(capfd.readouterr())


@pytest.mark.parametrize("name", ["not_json", "no_such_function"])
def test_a_call_that_cannot_work_is_an_internal_fault(child: Child, name: str) -> None:
    with pytest.raises(DeviceFault) as caught:
        child.call(name, timeout=10)
    assert caught.value.code is FaultCode.INTERNAL


def test_a_module_that_cannot_be_imported_is_an_internal_fault() -> None:
    broken = Child("no.such.module")
    with pytest.raises(DeviceFault) as caught:
        broken.call("add", timeout=10)
    broken.close()
    assert caught.value.code is FaultCode.INTERNAL
    assert caught.value.detail.startswith("ModuleNotFoundError")


@pytest.mark.parametrize("name", ["hang", "hang_deaf"])
def test_a_child_that_hangs_is_killed_and_replaced(child: Child, name: str) -> None:
    pid = pid_of(child)
    with pytest.raises(ChildTimeout):
        child.call(name, timeout=0.2)
    assert wait_until_gone(pid)
    assert child.call("add", 1, 1, timeout=10) == 2


def test_a_child_that_crashes_is_replaced(child: Child) -> None:
    with pytest.raises(ChildDied):
        child.call("die", timeout=10)
    assert child.call("add", 1, 1, timeout=10) == 2


@pytest.mark.parametrize(
    "answer",
    [
        "ffffffff00000000",  # four gigabytes are announced
        "00000002ffffffff",  # four gigabytes are announced to come beside the answer
        "0000000200000001" + b"{}".hex() + "00",  # bytes beside no answer
        "0000000200000000" + b"{}".hex(),
        "0000000200000000" + b"\xff\xff".hex(),
        "0000000400000000" + b"null".hex(),
        "0000001d00000000" + b'{"fault": "no", "detail": "x"}'.hex(),
    ],
)
def test_nonsense_from_a_child_that_was_taken_over_ends_it(child: Child, answer: str) -> None:
    pid = pid_of(child)
    with pytest.raises(ChildDied):
        child.call("answer_raw", answer, timeout=10)
    assert wait_until_gone(pid)


def test_a_detail_is_kept_short_and_on_one_line(child: Child) -> None:
    header = b'{"fault": "documentBroken", "detail": "' + b"a\\u0007" * MAX_DETAIL + b'"}'
    with pytest.raises(DeviceFault) as caught:
        child.call("answer_raw", (len(header).to_bytes(4, "big") + bytes(4) + header).hex(), timeout=10)
    assert caught.value.detail == "a" * (MAX_DETAIL // 2)


def test_closing_from_another_thread_ends_a_call_under_way(child: Child) -> None:
    said, says = os.pipe()
    pid = pid_of(child)
    ends: list[type[BaseException]] = []

    def call() -> None:
        try:
            child.call("hang", f"/proc/{os.getpid()}/fd/{says}", timeout=60)
        except ChildDied as error:
            ends.append(type(error))

    caller = threading.Thread(target=call)
    caller.start()
    assert os.read(said, 1)
    child.close()
    caller.join(5)
    os.close(said)
    os.close(says)
    assert ends == [ChildDied]
    assert wait_until_gone(pid)


def test_a_child_knows_nothing_of_our_surroundings_and_leaves_nothing_on_disk(child: Child, tmp_path: Path) -> None:
    assert "A_SECRET_OF_THE_KIOSK" not in str(child.call("environment", timeout=10))
    assert child.call("limits", timeout=10) == [[1, 1], [0, 0]]
    with pytest.raises(DeviceFault):
        child.call("write", str(tmp_path / "file"), timeout=10)
    assert not (tmp_path / "file").exists() or (tmp_path / "file").stat().st_size == 0


def test_a_child_that_wants_too_much_memory_gets_none(child: Child) -> None:
    with pytest.raises(DeviceFault) as caught:
        child.call("swallow_memory", timeout=10)
    assert caught.value.detail.startswith("MemoryError")


def test_the_limits_are_the_childs_only(child: Child) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    child.call("limits", timeout=10)
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


@pytest.mark.parametrize("work", ["rest", "hang_deaf"])
def test_a_child_dies_with_its_parent_even_while_it_hangs(work: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    script = (
        "import sys, threading\n"
        "from hardware.child import Child\n"
        "child = Child('child_at_work')\n"
        "thread = threading.Thread(target=child.warm); thread.start(); thread.join()\n"
        "print(child.call('own_pid', timeout=10), flush=True)\n"
        f"child.call('hang_deaf', {str(pipe)!r}, timeout=60) if {work == 'hang_deaf'} else sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if work == "hang_deaf":
            assert pipe.read_bytes() == b"."
        parent.send_signal(signal.SIGKILL)
    assert wait_until_gone(pid)


def test_a_child_at_rest_uses_no_processor_time(child: Child) -> None:
    pid = pid_of(child)

    def switches() -> int:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)

    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "S":
        assert time.monotonic() < deadline
    before = switches()
    select.select([], [], [], 0.5)
    assert switches() == before


def test_a_child_that_cannot_be_started_leaves_no_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    handles = Path("/proc/self/fd")
    before = len(list(handles.iterdir()))
    child = Child("tests.child.child_at_work")
    for _ in range(3):
        with pytest.raises(FileNotFoundError):
            child.warm()
    assert len(list(handles.iterdir())) == before
