"""Layers of settings: the later wins, each value says whose it is, and what no layer may hold is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.fields import REQUIRED, Who, fields, may_change, needs_restart
from config.layers import TooNewError, begins_anew, combine, values
from config.merge import Layer, merged
from config.settings import Settings, SettingsError, read

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"


@pytest.fixture
def machine() -> dict[str, Any]:
    return read(EXAMPLE)


def origin(layers: dict[Layer, dict[str, Any]], path: str) -> tuple[object, str]:
    (found,) = (one for one in values(combine(layers)) if one.path == path)
    return found.value, found.layer


# --- how they become one -----------------------------------------------------------------------------------------


def test_the_layer_nearest_to_the_kiosk_wins_key_by_key(machine: dict[str, Any]) -> None:
    layers = {
        Layer.KIOSK: {"timeouts": {"idle": 75.0}},
        Layer.TENANT: {"timeouts": {"idle": 80.0, "still_there": 50.0}},
        Layer.FLEET: {"timeouts": {"idle": 90.0, "still_there": 40.0, "notice": 45.0}},
        Layer.MACHINE: machine,
    }
    effective = combine(layers)
    timeouts = effective.settings.timeouts
    assert (timeouts.idle, timeouts.still_there, timeouts.notice) == (75.0, 50.0, 45.0)
    assert {path: layer for path, layer in effective.origins.items() if path.startswith("timeouts.")} == {
        "timeouts.idle": Layer.KIOSK,
        "timeouts.still_there": Layer.TENANT,
        "timeouts.notice": Layer.FLEET,
    }


def test_each_value_that_is_in_force_says_where_it_comes_from(machine: dict[str, Any]) -> None:
    layers = {Layer.MACHINE: machine, Layer.SITE: {"printer": {"queue": "second-floor"}}}
    assert origin(layers, "printer.queue") == ("second-floor", "site")
    assert origin(layers, "printer.device") == ("ipp://printer.lindeveld.example/ipp/print", "machine")
    assert origin(layers, "printer.full_tray") == (250, "default")


def test_a_list_is_replaced_whole(machine: dict[str, Any]) -> None:
    one = {"kind": "cash", "name": "Automaat", "place": "Links"}
    effective = combine({Layer.MACHINE: machine, Layer.TENANT: {"services": [one]}})
    assert [service.name for service in effective.settings.services] == ["Automaat"]
    assert effective.origins["services"] is Layer.TENANT


def test_a_text_is_replaced_with_its_translations(machine: dict[str, Any]) -> None:
    """Half of the one and half of the other would say two things in two languages."""
    whole, _ = merged({Layer.MACHINE: machine, Layer.TENANT: {"printer": {"place": {"nl": "links"}}}})
    assert whole["printer"]["place"] == {"nl": "links"}


def test_a_plain_value_over_a_table_leaves_nothing_of_it() -> None:
    whole, origins = merged({Layer.MACHINE: {"a": {"b": 1}}, Layer.FLEET: {"a": 2}})
    assert (whole, origins) == ({"a": 2}, {"a": Layer.FLEET})


def test_merging_leaves_the_layers_as_they_were(machine: dict[str, Any]) -> None:
    before = msgspec.json.encode(machine, enc_hook=str)
    merged({Layer.MACHINE: machine, Layer.FLEET: {"town": {"name": "Gemeente Elders"}}})
    assert msgspec.json.encode(machine, enc_hook=str) == before


# --- what a layer may not hold -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"colour": 1}, "tenant: colour is no setting"),
        ({"printer": {"ques": "x"}}, "tenant: printer.ques is no setting"),
        ({"services": [{"kind": "cash", "nam": "x"}]}, r"tenant: services\[0\].nam is no setting"),
        ({"back_end": {"seals": {"x": "warn"}, "keys": ""}}, "tenant: back_end.keys is no setting"),
        ({"kiosk": "LV-99"}, "tenant: kiosk is for the installer alone"),
        ({"data": "/tmp"}, "tenant: data is for the installer alone"),
        ({"back_end": {"ca": "/tmp/ca.pem"}}, "tenant: back_end.ca is for the installer alone"),
        ({"back_end": {"seal_ca": "/tmp/ca.pem"}}, "tenant: back_end.seal_ca is for the installer alone"),
        ({"timeouts": {"idle": "soon"}}, "tenant: Expected `float`"),
        ({"languages": ["en"]}, "Dutch comes first"),
        ({"town": {"time_zone": "Mars/Olympus"}}, "time_zone"),
        ({"printer": "none"}, "tenant: Expected `object"),
    ],
)
def test_it_is_refused_with_the_layer_and_the_key(machine: dict[str, Any], tree: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        combine({Layer.MACHINE: machine, Layer.TENANT: tree})


def test_every_wrong_key_is_named_at_once(machine: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        combine({Layer.MACHINE: machine, Layer.SITE: {"colour": 1, "data": "/tmp", "shape": 2}})
    assert all(word in str(caught.value) for word in ("colour", "data", "shape"))


def test_the_installer_may_set_what_is_the_installers(machine: dict[str, Any]) -> None:
    assert combine({Layer.MACHINE: {**machine, "kiosk": "LV-07"}}).settings.kiosk == "LV-07"


@pytest.mark.parametrize("wanted", ["0.2", "0.10.0", "1", "0.1.1"])
def test_a_layer_for_a_newer_kiosk_waits(machine: dict[str, Any], wanted: str) -> None:
    tree = {"min_app_version": wanted}
    with pytest.raises(TooNewError, match=f"made for version {wanted}"):
        combine({Layer.MACHINE: machine, Layer.FLEET: tree}, app="0.1.0")


@pytest.mark.parametrize("wanted", ["0.1.0", "0.0.9", "0.1", "0"])
def test_a_layer_for_this_kiosk_or_an_older_does_not(machine: dict[str, Any], wanted: str) -> None:
    combine({Layer.MACHINE: machine, Layer.FLEET: {"min_app_version": wanted}}, app="0.1.0")


@pytest.mark.parametrize("wanted", ["newest", "", 2, "1.x"])
def test_a_version_that_is_none_is_refused(machine: dict[str, Any], wanted: object) -> None:
    with pytest.raises(SettingsError, match="is no version"):
        combine({Layer.MACHINE: machine, Layer.FLEET: {"min_app_version": wanted}})


# --- what each setting says of itself ----------------------------------------------------------------------------


def test_every_setting_has_a_kind_and_help() -> None:
    told = list(fields())
    assert len(told) > 100
    assert [one.path for one in told if not one.kind or not one.help] == []


def test_the_types_say_what_is_required_and_what_it_is_otherwise() -> None:
    told = {one.path: one for one in fields()}
    assert told["town.name"].default == REQUIRED
    assert told["printer.full_tray"].default == "250"
    assert told["timeouts.idle"].unit == "s"
    assert told["languages"].default == '["nl"]'


def test_news_is_shown_at_once_and_a_device_asks_for_a_new_start(machine: dict[str, Any]) -> None:
    before = combine({Layer.MACHINE: machine}).settings
    news = combine({Layer.MACHINE: machine, Layer.TENANT: {"announcements": [], "closed": []}}).settings
    queue = combine({Layer.MACHINE: machine, Layer.TENANT: {"printer": {"queue": "other"}}}).settings
    assert not begins_anew(before, news)
    assert begins_anew(before, queue)
    assert needs_restart("printer.queue")


def test_who_may_change_what() -> None:
    assert may_change("kiosk") is Who.INSTALLER
    assert may_change("back_end.key") is Who.INSTALLER
    assert may_change("back_end.url") is Who.TOWN
    assert may_change("announcements[].text") is Who.DAILY
    assert may_change("services[].state") is Who.DAILY
    assert may_change("services[].name") is Who.TOWN
    assert {one.path.partition(".")[0] for one in fields() if one.who is Who.INSTALLER} == {"kiosk", "data", "back_end"}


def test_what_stands_in_the_tables_is_the_path_of_a_setting() -> None:
    """A setting that was renamed would slip out of the installer's hands unseen."""
    paths = {one.path.partition("[]")[0] for one in fields(Settings)} | {one.path for one in fields(Settings)}
    assert {"kiosk", "data", "back_end.ca", "back_end.certificate", "back_end.key", "back_end.seal_ca"} <= paths
    assert {"announcements", "closed", "services[].state", "services", "counter"} <= paths
