"""What may be done to a card and its reader while a program uses them, one line at a time: see `HELP`."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from simulators.eid.bench import COMMANDS, CardBench, CardState, Mischief
from simulators.eid.pinpad import Deed, Later
from simulators.pcscd import Pcscd

Name = TypeVar("Name", bound=Enum)

HELP = """
insert [KIND:PERSON[:STATE]]  push the card in again, or another one
pull                          out of the slot, at once
pull-after N                  N more commands are answered, then the card is gone
pull-at-byte N                N more bytes are answered, then it is gone in the middle of an answer
spoil WHAT [COMMAND]          every answer from now on, or those to one command
spoil-once WHAT COMMAND       the next answer to one command
mend                          answers are as they should be again
type PIN                      at the keys of a reader that has them; or one of: {deeds}
unplug, plug                  the cable of the reader
restart                       the smart card service
count                         say how often the card was asked what, and forget it
help                          say this

STATE: {states}
WHAT: a status word as four hex digits (6B00), or one of:
      {mischiefs}
COMMAND: {commands}
""".strip()


class AtWill:
    """A hand that does what a line says. Raises ValueError, with what is wrong, for one that it does not understand."""

    def __init__(
        self, pcscd: Pcscd, bench: CardBench, card: str, keys: Later | None, say: Callable[[str], None]
    ) -> None:
        self._pcscd, self._bench, self._card, self._keys, self._say = pcscd, bench, card, keys, say

    def do(self, line: str) -> None:
        """Do it, now."""
        match line.split():
            case []:
                return
            case ["insert"]:
                self._bench.insert(self._card)
            case ["insert", card]:
                self._insert(card)
            case ["pull"]:
                self._bench.pull()
            case ["pull-after", count]:
                self._bench.hand.pull_after(int(count))
            case ["pull-at-byte", count]:
                self._bench.hand.pull_at_byte(int(count))
            case ["spoil", what, *command] if len(command) <= 1:
                self._bench.hand.spoil(_what(what), *(_command(name) for name in command))
            case ["spoil-once", what, command]:
                self._bench.hand.spoil_once(_what(what), _command(command))
            case ["mend"]:
                self._bench.hand.mend()
            case ["type", deed] if self._keys is not None:
                self._keys.do(deed if deed.isdecimal() else _named(Deed, deed))
            case _:
                self._do_to_the_reader(line.strip())

    def _do_to_the_reader(self, line: str) -> None:
        match line:
            case "unplug":
                self._pcscd.unplug(self._pcscd.reader)
            case "plug":
                self._pcscd.plug(self._pcscd.reader)
            case "restart":
                self._pcscd.restart()
            case "count":
                asked = self._bench.hand.asked
                self._say(", ".join(f"{_spelt(name)} {count}" for name, count in asked.items()) or "nothing")
                self._bench.hand.forget_count()
            case "help":
                self._say(help_text())
            case _:
                raise ValueError(f"not understood: {line}")

    def _insert(self, card: str) -> None:
        try:
            self._bench.insert(card)
        except KeyError as error:
            raise ValueError(f"nobody of that name: {error}") from None
        self._card = card


def help_text() -> str:
    """Every line that is understood."""
    return HELP.format(
        deeds=" ".join(_spelt(deed.name) for deed in Deed),
        states=" ".join(state.value for state in CardState),
        mischiefs=" ".join(_spelt(mischief.name) for mischief in Mischief),
        commands=" ".join(_spelt(name) for name in COMMANDS.values()),
    )


def _spelt(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")


def _what(name: str) -> Mischief | int:
    """A mischief by its name, or a status word."""
    try:
        return _named(Mischief, name)
    except ValueError:
        if len(name) != 4:  # noqa: PLR2004 - two bytes
            raise
        return int(name, 16)


def _named(names: type[Name], name: str) -> Name:
    for one in names:
        if _spelt(one.name) == name:
            return one
    raise ValueError(f"{name} is none of: {' '.join(_spelt(one.name) for one in names)}")


def _command(name: str) -> str:
    for one in COMMANDS.values():
        if _spelt(one) == name:
            return one
    raise ValueError(f"{name} is none of: {' '.join(map(_spelt, COMMANDS.values()))}")
