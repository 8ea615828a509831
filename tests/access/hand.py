"""A screen reader's hand, run by the system's own Python: tells what a program offers over AT-SPI, and presses it.

Commands are lines on standard input: `look`, or `press ID`. Each answer is one line of JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


def walk(node: Atspi.Accessible) -> Iterator[Atspi.Accessible]:
    """Every node that is shown, from the top."""
    yield node
    for number in range(node.get_child_count()):
        child = node.get_child_at_index(number)
        if child is not None:
            yield from walk(child)


def nodes() -> Iterator[Atspi.Accessible]:
    """Every node of every program that is there."""
    Atspi.get_desktop(0).clear_cache()
    desktop = Atspi.get_desktop(0)
    for number in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(number)
        if program is not None:
            yield from walk(program)


def told(node: Atspi.Accessible) -> dict[str, object]:
    """What a screen reader is told of a node."""
    states, box = node.get_state_set(), node.get_extents(Atspi.CoordType.SCREEN)
    text = node.get_text_iface()
    value = node.get_value_iface()
    return {
        "id": node.get_accessible_id().rsplit(".", 1)[-1],
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "text": Atspi.Text.get_text(text, 0, -1) if text is not None else "",
        "value": Atspi.Value.get_current_value(value) if value is not None else None,
        "focusable": states.contains(Atspi.StateType.FOCUSABLE),
        "showing": states.contains(Atspi.StateType.SHOWING),
        "size": [box.width, box.height],
    }


def press(name: str) -> bool:
    """Press what has this id; False while there is none."""
    for node in nodes():
        if node.get_accessible_id().rsplit(".", 1)[-1] != name:
            continue
        action = node.get_action_iface()
        actions = [Atspi.Action.get_action_name(action, n) for n in range(Atspi.Action.get_n_actions(action))]
        return bool(Atspi.Action.do_action(action, actions.index("Press")))
    return False


def main() -> None:
    """Obey line by line."""
    for line in sys.stdin:
        command, _, name = line.strip().partition(" ")
        answer: object
        try:
            answer = press(name) if command == "press" else [told(node) for node in nodes()]
        except (GLib.Error, AttributeError) as error:  # the page went away meanwhile: whoever asked looks again
            answer = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), flush=True)


main()
