"""The benches compare what they say they compare."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.grown import grow
from benchmarks.processes import pss
from benchmarks.rounds import interleave, p95
from benchmarks.rows import Peer, Row
from kiosk_app.audit import AuditTrail
from kiosk_app.journal import Journal
from kiosk_app.store import Store
from kiosk_app.upkeep import give_up


def test_a_row_has_the_keys_of_every_report() -> None:
    row = Row("start", 150.0, "ms", 9, target=0.5, peer=Peer("Chromium", "chromium --kiosk", 500.0))
    assert row.as_json() == {
        "name": "start",
        "ours": 150.0,
        "peer": 500.0,
        "peerName": "Chromium",
        "peerCommand": "chromium --kiosk",
        "ratio": 0.3,
        "target": 0.5,
        "better": "lower",
        "unit": "ms",
        "n": 9,
    }


def test_the_target_limits_the_ratio_where_there_is_a_peer_and_ours_where_there_is_none() -> None:
    assert Row("start", 150.0, "ms", 9, target=0.5, peer=Peer("Chromium", "", 500.0)).met
    assert not Row("start", 300.0, "ms", 9, target=0.5, peer=Peer("Chromium", "", 500.0)).met
    assert Row("memory", 200.0, "MiB", 1, target=220).met
    assert not Row("memory", 230.0, "MiB", 1, target=220).met
    assert Row("frames", 60.0, "/s", 1, target=50, better="higher").met
    assert Row("part", 3.0, "ms", 1).met is None


def test_a_target_without_a_peer_leaves_peer_and_ratio_empty() -> None:
    said = Row("memory", 200.0, "MiB", 1, target=220).as_json()
    assert (said["peer"], said["ratio"]) == (None, None)


def test_contenders_take_turns_and_the_warm_up_counts_for_nothing() -> None:
    order: list[str] = []

    def contender(name: str) -> int:
        order.append(name)
        return len(order)

    figures = interleave({"ours": lambda: contender("ours"), "peer": lambda: contender("peer")}, rounds=3)
    assert order == ["peer", "ours", "ours", "peer", "peer", "ours", "ours", "peer"]
    assert figures == {"ours": [3, 6, 7], "peer": [4, 5, 8]}


def test_ninety_five_of_a_hundred_figures_do_not_pass_the_ninety_fifth() -> None:
    assert p95(list(range(100, 0, -1))) == 95
    assert p95([7.0]) == 7
    assert p95([1.0] * 10 + [50.0]) == 50


def test_memory_counts_the_children_too() -> None:
    # The parent holds little; its child holds 64 MiB and says so.
    child = "x = b'x' * 2**26; print('held', flush=True); input()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert pss(process.pid) > 64
        process.communicate(b"\n")


def test_a_grown_memory_is_one_that_a_kiosk_could_have_written_and_would_keep(tmp_path: Path) -> None:
    grow(tmp_path, 5000)
    with closing(Store(tmp_path)) as store:
        trail, journal = AuditTrail(store), Journal(store)
        give_up(store, datetime.now(UTC))
        head = trail.head()
        assert head is not None
        assert (head[0], len(trail.latest(9999)), trail.broken_at()) == (5000, 5000, None)
        assert trail.refilled_at() is not None
        assert (journal.first_at() is not None, journal.unreported(), journal.paper_may_lie()) == (True, [], False)
