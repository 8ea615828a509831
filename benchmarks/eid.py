"""A login on the virtual card: how many commands, how many bytes, how close to the line; beside OpenSC; and the screen.

Commands and bytes are counted by the card. With its line as slow as a real chip's, a login is held against what the
bytes alone take on that line; beside it stand the same commands without any driver, which tell what pcscd, the virtual
slot and a busy machine add by themselves. `pkcs11-tool` and a program of ours do the same work, process to process, in
turns.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.bare_tools import MODULE
from benchmarks.rounds import interleave
from benchmarks.rows import Peer, Row
from demo import settings_file
from demo.kiosk_process import KioskProcess
from hardware.devices import Signature
from hardware.eid import EidReader
from hardware.eid.pcsc import Context
from hardware.faults import DeviceFault
from simulators.eid.bench import CardBench
from simulators.eid.people import load_residents
from simulators.eid.pki import Pki
from simulators.pcscd import Pcscd
from simulators.world import RESIDENTS, World

KINDS = ("1.8", "1.7", "hybrid")
PIN = "1234"
ROUNDS, LOGINS, INSERTIONS = 9, 11, 9
# Of GET CARD DATA; the rest of what is of use is the certificate and the signature.
CARD_DATA = 28
# pcscd looks into its slots every 0.4 s.
POLL_SECONDS, CARD_SECONDS = 0.4, 10.0
PEER = "pkcs11-tool --login --pin 1234 --sign --id 02 --mechanism SHA256-RSA-PKCS"


@dataclass(frozen=True)
class Login:
    """One login, by the card's own count: commands, bytes of answers, seconds, and the seconds of the line alone."""

    commands: int
    wasted: float
    seconds: float
    line: float


def rows() -> list[Row]:
    """Measure it all."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-bench-")))
        pcscd = stack.enter_context(Pcscd())
        bench = CardBench(Pki(folder / "pki"), load_residents(RESIDENTS), pcscd.slot())
        stack.callback(bench.close)
        with pcscd.used_here():
            found = [row for kind in KINDS for row in _logins(bench, kind)]
        found += _beside_opensc(bench, pcscd, folder, at_line_speed=False)
        found += _beside_opensc(bench, pcscd, folder, at_line_speed=True)
    return found + _screen()


# --- counts, and the line ------------------------------------------------------------------------------------------


def _logins(bench: CardBench, kind: str) -> list[Row]:
    bench.at_line_speed = True
    bench.insert(f"{kind}:an")
    reader = EidReader()
    try:
        _wait_for_card(reader)
        commands = _commands_of(bench, lambda: _login(bench, reader))
        found = interleave(
            {"ours": lambda: _login(bench, reader), "bare": lambda: _bare(bench, reader, commands)}, LOGINS
        )
    finally:
        reader.close()
        bench.pull()
        bench.at_line_speed = False
    logins, bare = found["ours"], median(one.seconds / one.line for one in found["bare"])
    figures = {
        "commands": (median(one.commands for one in logins), "commands", 12.0),
        "bytes / useful bytes": (median(one.wasted for one in logins), "×", 1.05),
        "wall / line alone": (median(one.seconds / one.line for one in logins), "×", 1.1),
    }
    told = [Row(f"login {kind}: {name}", value, unit, LOGINS, to) for name, (value, unit, to) in figures.items()]
    return [
        *told,
        Row(f"login {kind}: the same commands bare / line alone", bare, "×", LOGINS),
        Row(f"login {kind}: wall", median(one.seconds for one in logins) * 1000, "ms", LOGINS),
    ]


def _login(bench: CardBench, reader: EidReader) -> Login:
    hand = bench.hand
    reader.release()  # the login of before, and its reset, are not this one's
    hand.forget_count()
    begun = time.monotonic()
    reader.recognise()
    certificate = reader.read_certificate()
    hashed = hashlib.sha384 if certificate.algorithm == "ES384" else hashlib.sha256
    answer = reader.sign(bytearray(PIN.encode()), hashed(b"a challenge").digest())
    seconds = time.monotonic() - begun
    if not isinstance(answer, Signature):
        raise TypeError("the PIN was refused")
    useful = CARD_DATA + len(certificate.der) + len(answer.value)
    line = hand.line_bytes * hand.seconds_per_byte
    return Login(sum(hand.asked.values()), hand.bytes_answered / useful, seconds, line)


def _commands_of(bench: CardBench, work: Callable[[], object]) -> list[bytes]:
    """Every command that the card gets by this."""
    told: list[bytes] = []
    bench.hand.listen(told.append)
    work()
    bench.hand.listen(None)
    return told


def _bare(bench: CardBench, reader: EidReader, commands: list[bytes]) -> Login:
    """Send the same commands, with nothing between them and PC/SC."""
    hand = bench.hand
    reader.release()
    context = Context()
    hand.forget_count()
    begun = time.monotonic()
    connection = context.connect(context.readers()[0])
    with connection.transaction():
        for command in commands:
            connection.transmit(command)
    seconds = time.monotonic() - begun
    connection.close()
    context.close()
    return Login(len(commands), 0.0, seconds, hand.line_bytes * hand.seconds_per_byte)


def _wait_for_card(reader: EidReader) -> None:
    deadline = time.monotonic() + CARD_SECONDS
    while True:
        try:
            reader.recognise()
        except DeviceFault:
            if time.monotonic() > deadline:
                raise
        else:
            return


# --- beside OpenSC ---------------------------------------------------------------------------------------------------


def _beside_opensc(bench: CardBench, pcscd: Pcscd, folder: Path, *, at_line_speed: bool) -> list[Row]:
    """Login and signature on the same 1.7 card, each as a process of its own.

    A card that answers at once compares the programs; one as slow as a real chip's line is what a person waits for.
    """
    environment = {**os.environ, **pcscd.environment}
    (folder / "data").write_bytes(b"a challenge")
    files = ["-i", str(folder / "data"), "-o", str(folder / "signature")]
    commands = {
        "ours": [sys.executable, "-m", "benchmarks.one_login", PIN],
        "peer": [*PEER.split(), "--module", MODULE, *files],
    }
    bench.at_line_speed = at_line_speed
    bench.insert("1.7:an")
    with pcscd.used_here():
        reader = EidReader()
        _wait_for_card(reader)
        reader.close()

    def run(name: str) -> float:
        begun = time.monotonic()
        subprocess.run(commands[name], env=environment, capture_output=True, check=True, timeout=60)
        return time.monotonic() - begun

    figures = interleave({name: lambda name=name: run(name) for name in commands}, ROUNDS)  # type: ignore[misc]
    bench.pull()
    bench.at_line_speed = False
    ours, peer = (median(figures[name]) * 1000 for name in commands)
    name = f"login and signature, 1.7{', line as on a real chip' if at_line_speed else ''}"
    return [Row(name, ours, "ms", ROUNDS, 0.4, Peer("OpenSC", PEER, peer))]


# --- the screen ------------------------------------------------------------------------------------------------------


def _screen() -> list[Row]:
    """From a card that goes in to the screen that says so, on a whole kiosk."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-bench-")))
        world = stack.enter_context(World(folder))
        settings = folder / "kiosk.toml"
        settings_file.write(settings, world, folder / "kiosk")
        environment = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
        kiosk = stack.enter_context(KioskProcess(settings, environment, folder / "kiosk.log"))
        kiosk.wait_until_known()
        seen = [_insertion(world, kiosk, n / INSERTIONS) for n in range(-1, INSERTIONS)][1:]
    return [Row("card in until the screen reacts", median(seen) * 1000, "ms", INSERTIONS, 300)]


def _insertion(world: World, kiosk: KioskProcess, phase: float) -> float:
    """Put a card in, at any moment between two looks of pcscd: `phase` is 0 to 1 of the time between them."""
    _pause(phase)
    begun = time.monotonic()
    world.cards.insert("1.8:an")
    reacted = _shown(kiosk, {"Recognising", "EnterPin"})
    if reacted - begun < 0:
        raise RuntimeError("the screen reacted before the card was in")
    _shown(kiosk, {"EnterPin"})
    world.cards.pull()
    _shown(kiosk, {"Notice"})
    return reacted - begun


def _pause(phase: float) -> None:
    """Come at any moment after the next look of pcscd; the last card's end was seen at one."""
    time.sleep(POLL_SECONDS * (1 + phase))


def _shown(kiosk: KioskProcess, states: set[str]) -> float:
    """When one of these states came on the screen, by the kiosk's own (the machine's) clock."""
    while (told := kiosk.next(CARD_SECONDS)) is not None:
        if told.get("state") in states:
            return float(told["at"])
    raise TimeoutError(f"the screen never showed {states}")
