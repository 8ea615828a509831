"""The form made from the settings' types: what a layer says goes into its boxes, and comes back as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from config.fields import Who, fields
from config.merge import Layer
from config.settings import SettingsError, read, settings_of
from fleet.service.form import Box, Table, form_of, layer_of
from fleet.service.mistakes import mistake_in
from fleet.service.values import differences, effective
from fleet.service.words import WORDS

PROJECT = Path(__file__).parents[3]
INSTALLERS = {
    "kiosk": None,
    "data": None,
    "back_end": {"ca", "certificate", "key", "seal_ca"},
}


def without_installers_and_empty(tree: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in tree.items():
        hidden = INSTALLERS.get(name, set())
        if hidden is None:
            continue
        if isinstance(value, Mapping):
            inside = {key: one for key, one in value.items() if key not in hidden and one not in ("", {}, [])}
            kept |= {name: inside} if inside else {}
        elif value not in ("", {}, []):
            kept[name] = value
    return kept


def boxes(tables: list[Table]) -> dict[str, str]:
    """Give what a browser would send of a form that nobody touched."""

    def inside(part: Box | Table) -> Iterator[tuple[str, str]]:
        if isinstance(part, Box):  # a box of one line loses the end of every line [HTML, value sanitization]
            one_line = part.kind != "lines"
            yield from ((name, value.replace("\n", "") if one_line else value) for name, value in part.values.items())
            return
        if part.key is not None:
            yield f"{part.name}.$naam", part.key
        for one in (*part.parts, *part.rows):
            yield from inside(one)

    return dict(pair for table in tables for pair in inside(table))


def test_every_setting_that_is_not_the_installers_has_words_in_dutch() -> None:
    assert set(WORDS) == {one.path for one in fields() if one.who is not Who.INSTALLER}
    assert all(label and told for label, told in WORDS.values())


def test_a_whole_file_of_settings_goes_into_the_form_and_comes_back_as_it_was() -> None:
    tree = read(PROJECT / "config" / "example.toml")
    assert layer_of(boxes(form_of(tree, {}))) == without_installers_and_empty(tree)


def test_what_the_example_leaves_out_comes_back_too() -> None:
    tree = {
        "closed": [dt.date(2026, 12, 25)],
        "back_end": {"seals": {"libraryCard": "warn"}},
        "printer": {"products": {"familyComposition": {"two_sided": True, "tray": "tray-2"}}},
        "scanner": {"device": "/dev/ttyUSB0", "kind": "serial", "suffix": "\r", "prefix": "\t"},
        "lockers": {"sensors": False, "compartments": [{"number": 1, "lock": 0}, {"number": 2, "lock": 1}]},
        "services": [{"kind": "cash", "name": "A", "place": "B", "open_from": dt.time(6), "steps": ["Een", "Twee"]}],
        "staff": [{"name": "T-03", "role": "technician", "public_key": "-----BEGIN PUBLIC KEY-----\nabc\n-----END"}],
        "operator": "-----BEGIN CERTIFICATE-----\nabc\n-----END",
        "timeouts": {"idle": 75.5},
    }
    assert layer_of(boxes(form_of(tree, {}))) == tree


def test_a_row_that_is_taken_away_is_gone_and_an_empty_form_says_nothing() -> None:
    tree = {"services": [{"kind": "cash", "name": "A", "place": "B"}, {"kind": "cash", "name": "C", "place": "D"}]}
    given = boxes(form_of(tree, {}))
    assert layer_of({**given, "services[0].$weg": "ja"}) == {"services": [tree["services"][1]]}
    assert layer_of(boxes(form_of({}, tree))) == {}


@pytest.mark.parametrize(
    ("box", "text", "key", "sentence"),
    [
        ("timeouts.idle", "3", "timeouts.idle", "Geen aanraking: Dit is te klein: minstens 20.0."),
        ("timeouts.idle", "9000", "timeouts.idle", "Geen aanraking: Dit is te groot: hoogstens 600.0."),
        ("timeouts.idle", "veel", "timeouts.idle", "Geen aanraking: Dit is niet wat hier moet staan."),
        ("form_of_address", "gij", "form_of_address", "Aanspreking: Kies een van de mogelijkheden."),
        ("town.colour", "blauw", "town.colour", "Kleur: Dit heeft niet de vorm die het moet hebben"),
        ("town.time_zone", "Mars/Noord", "town", "Deze tijdzone kent niemand."),
        ("counter[5].opens", "99:00", "counter.opens", "Van: Dit is geen dag, of geen uur."),
        ("languages", "fr", "", "Nederlands staat eerst"),
    ],
)
def test_what_a_kiosk_would_refuse_is_said_in_dutch_at_its_key(box: str, text: str, key: str, sentence: str) -> None:
    example = read(PROJECT / "config" / "example.toml")
    given = {**boxes(form_of(example, {})), box: text}
    tree = {**example, **layer_of(given)}
    for table in ("town", "back_end"):
        tree[table] = {**example[table], **tree[table]}
    with pytest.raises(SettingsError) as caught:
        settings_of(tree)
    mistake = mistake_in(f"lindeveld/tenant.toml: tenant: {caught.value}")
    assert sentence in mistake.sentence
    assert (mistake.key, mistake.is_about(box)) == (key, bool(key))


def test_only_what_becomes_another_is_shown_with_where_it_came_from() -> None:
    before = {"timeouts": {"idle": 60, "notice": 30}, "services": [{"name": "A", "state": "open"}]}
    after = {"timeouts": {"idle": 75.5, "notice": 30}, "services": [{"name": "A", "state": "outOfOrder"}]}
    shown = {one.path: (one.before, one.after, one.restart) for one in differences(before, after, {})}
    assert shown == {
        "timeouts.idle": ("60 seconden", "75,5 seconden", True),
        "services[0].state": ("open", "buiten dienst", False),
    }


def test_each_value_names_the_layer_that_says_it() -> None:
    layers: dict[Layer, dict[str, Any]] = {
        Layer.FLEET: {"timeouts": {"idle": 60, "notice": 20}},
        Layer.TENANT: {"timeouts": {"idle": 90}, "services": [{"name": "A"}]},
        Layer.KIOSK: {"closed": [dt.date(2026, 12, 25)]},
    }
    assert {one.path: (one.value, one.layer) for one in effective(layers)} == {
        "timeouts.idle": ("90 seconden", "de gemeente"),
        "timeouts.notice": ("20 seconden", "de vloot"),
        "services[0].name": ("A", "de gemeente"),
        "closed": ("2026-12-25", "dit loket"),
    }


def test_a_change_says_with_its_unit_what_held_and_what_will_and_what_does_where_nothing_is_said() -> None:
    (known,) = differences({}, {"timeouts": {"idle": 90.0}}, {})
    assert (known.label, known.before, known.after, known.instead) == (
        "Geen aanraking",
        "",
        "90 seconden",
        "60 seconden",
    )
    (told,) = differences({"timeouts": {"idle": 90.0}}, {}, {"timeouts": {"idle": 75.0}})
    assert (told.before, told.after, told.instead) == ("90 seconden", "", "75 seconden")
