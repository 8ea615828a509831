"""A kiosk in its whole world, to which one visitor comes after the other, no slower than a finger may be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from demo import settings_file
from demo.door_strikes import DOOR_STRIKES
from demo.errands import ERRANDS
from demo.kiosk_process import KioskProcess
from demo.pace import PACE
from demo.resident import Resident, Slot
from demo.strikes import STRIKES, Strike
from simulators.world import QUEUE, World
from soaking.people import Visitor
from soaking.personal import PIN

UNIT = Path(__file__).parent.parent / "kiosk.service"
SECONDS = 60.0
# Who sees nothing happen for so long tries once more.
PATIENCE = 3.0
# So many times in a visit: counted, for a machine that was halted altogether has lost no time.
SILENCES = 20
# As fast as paper may come: what is looked for is not in the printer.
MS_PER_SHEET = 20
# Whose goodbye still stands there; who comes now does not wait for it to go.
_GOING = "Goodbye"


class HallError(Exception):
    """A visit did not go as it must."""


class Hall:
    """The world, the kiosk and all its folders lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out, self.data = folder, folder / "out", folder / "kiosk"
        self.home, self.tmp = folder / "home", folder / "tmp"
        self.log, self.pace = folder / "kiosk.log", folder / "pace"
        self.world = World(folder / "world", out=self.out, ms_per_sheet=MS_PER_SHEET)
        self.world.residents.update({slug: replace(one, pin=PIN) for slug, one in self.world.residents.items()})
        self.struck: list[str] = []
        self._last_touch: tuple[str, float] = ("", 0.0)

    def __enter__(self) -> Self:
        for place in (self.home, self.tmp):
            place.mkdir()
        self.world.__enter__()
        try:
            settings = self.folder / "kiosk.toml"
            settings_file.write(settings, self.world, self.data)
            places = {"HOME": self.home, "XDG_CACHE_HOME": self.home, "XDG_RUNTIME_DIR": self.home, "TMPDIR": self.tmp}
            own = {name: str(place) for name, place in places.items()}
            more = {**memory_settings(), PACE: str(self.pace), "QT_QPA_PLATFORM": "offscreen"}
            self.kiosk = KioskProcess(settings, {**self.world.environment, **own, **more}, self.log)
            self.kiosk.wait_until_known()
        except BaseException:
            self.world.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.kiosk.close()
        finally:
            self.world.__exit__(kind, error, trace)

    def receive(self, visitor: Visitor) -> list[str]:
        """Let somebody come and go; gives the states that were seen. Raises HallError."""
        strike = {**STRIKES, **DOOR_STRIKES}[visitor.fault](self.world) if visitor.fault else None
        resident = self._resident(visitor, strike)
        self.kiosk.look()
        self._watch(resident, in_peace=strike is None)
        resident.take_card()  # whoever was sent away takes it along
        self._last_touch = resident._touched  # noqa: SLF001  the next one's first touch is no trembling of this hand
        if strike is not None:
            self._mend(strike, visitor)
        return resident.states

    def come_to_rest(self) -> None:
        """Wait until nobody is there, and nothing is under way anywhere."""
        self.kiosk.wait_until_known()
        self.wait_for(lambda: not self.world.cupsd.waiting(QUEUE) and not self.world.printer.busy, "a quiet printer")

    @staticmethod
    def wait_for(fact: Callable[[], object], what: str) -> None:
        """Wait for a fact, with a deadline. Raises HallError."""
        deadline = time.monotonic() + SECONDS
        while not fact():
            if time.monotonic() > deadline:
                raise HallError(f"it never came to {what}")
            time.sleep(0.05)

    def _resident(self, visitor: Visitor, strike: Strike | None) -> Resident:
        slot = Slot(self.world.cards, f"1.8:{visitor.person}")
        resident = Resident(self.kiosk, slot, self.world.residents[visitor.person].pin, **visitor.habits)
        resident._touched = self._last_touch  # noqa: SLF001  as above
        self.wait_for(lambda: self._prepare(visitor, resident), "a compartment that is free again")
        if strike is not None:
            strike.kiosk = self.kiosk
            strike.brief(resident)
            resident.on_state = lambda state: strike.at_state(state, resident)
            resident.on_digit = lambda count: strike.at_digit(count, resident)
        return resident

    def _prepare(self, visitor: Visitor, resident: Resident) -> bool:
        """Have lie ready what somebody comes for; False where the last one's door is not told of yet."""
        try:
            ERRANDS[visitor.errand](self.world, visitor.person, resident)
        except httpx.HTTPStatusError:
            return False
        return True

    def _watch(self, resident: Resident, *, in_peace: bool) -> None:
        """Let the resident see each screen; they are gone when the goodbye stands there, or the portal.

        Who brings a card or a code on paper does not wait for somebody else's goodbye to go; who touches does.
        """
        touches = resident.scan is None and (bool(resident.code) or resident.reads_the_list)
        silent = 0
        while silent < SILENCES:
            told = self.kiosk.next(PATIENCE)
            if told is None:
                silent += 1
                self._again(resident)
                continue
            if "error" in told and in_peace:  # what goes wrong takes a key from under a finger
                raise HallError(f"{told} after {resident.states}")
            if "state" not in told:
                continue
            if told["state"] == _GOING:
                if len(resident.states) > 1:
                    resident.feel(told)
                    return
                if touches:
                    continue
                told["state"] = "Portal"
            if resident.see(told):
                return
        raise HallError(f"nothing happens any more after {resident.states}")

    @staticmethod
    def _again(resident: Resident) -> None:
        """Put the card in once more, where nothing came of it: the reader was only coming back."""
        if resident.states == ["Portal"] and resident.scan is None:
            resident.slot.pull()
            resident.slot.insert()

    def _mend(self, strike: Strike, visitor: Visitor) -> None:
        """See that it struck, and leave the world as it was."""
        strike.after()
        if strike.struck_at is None:
            raise HallError(f"{visitor.fault} did not strike")
        self.struck.append(str(visitor.fault))
        world = self.world
        world.town_hall.start()
        world.cupsd.mend()
        world.printer.mend()
        world.pcscd.plug(world.pcscd.reader)
        world.slips.bench.put("paper_out", on=False)
        world.lockers.line.noise = False
        self.kiosk.wait_until_known()


def memory_settings() -> dict[str, str]:
    """What the unit of a kiosk says of its memory: without it, what was freed would be found in it."""
    lines = (line.removeprefix("Environment=").split("=", 1) for line in UNIT.read_text(encoding="utf-8").splitlines())
    return {line[0]: line[1] for line in lines if line[0] in ("PYTHONMALLOC", "MALLOC_PERTURB_", "GLIBC_TUNABLES")}
