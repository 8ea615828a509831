"""The command line of an operator: what a person types, from the first key to an undo, and what it then reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tomli_w
from typer.testing import CliRunner, Result

from config.merge import Layer
from fleet import sheet
from fleet.cli import app

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent

PASSPHRASE = "vier woorden op rij"
Type = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "fleet"


@pytest.fixture
def types(home: Path) -> Type:
    """Type a command; each line is what is typed when it asks."""

    def run(*words: str, lines: tuple[str, ...] = ()) -> Result:
        told = "".join(f"{line}\n" for line in lines)
        return CliRunner().invoke(app, [*words], input=told, env={"LOKET247_FLEET": str(home)})

    return run


@pytest.fixture
def begun(types: Type) -> Type:
    assert types("init", "--single", "lindeveld", lines=(PASSPHRASE,) * 4).exit_code == 0
    return types


def write(home: Path, path: str, text: str) -> None:
    file = home / "settings" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def given_out(types: Type) -> None:
    """Sign, give out, and bring it to every kiosk at once."""
    assert types("sign", "--key", "keys/lindeveld-1.pem", lines=(PASSPHRASE,)).exit_code == 0
    assert "fleet promote lindeveld" in types("publish").output
    assert types("promote", "lindeveld", "--all").exit_code == 0


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    monkeypatch.chdir(home)


def test_a_town_begins_with_one_command_and_two_passphrases(types: Type, home: Path) -> None:
    said = types(
        "init", "--single", "lindeveld", lines=("kort", "kort", PASSPHRASE, PASSPHRASE, PASSPHRASE, PASSPHRASE)
    )
    assert said.exit_code == 0
    assert "Te kort" in said.output
    locked = {file.name: b"ENCRYPTED" in file.read_bytes() for file in (home / "keys").iterdir()}
    assert locked == {"root.pem": True, "lindeveld-1.pem": True, "lindeveld-daily.pem": False, "online.pem": False}
    assert {file.stat().st_mode & 0o777 for file in (home / "keys").iterdir()} == {0o600}
    assert (home / "herstelblad.txt").stat().st_mode & 0o777 == 0o600


def test_a_fleet_is_never_begun_over_another(begun: Type) -> None:
    said = begun("init", "--single", "lindeveld", lines=(PASSPHRASE,) * 4)
    assert said.exit_code != 0
    assert "hier is al een vloot" in str(said.exception)


@pytest.mark.parametrize("town", ["", "Lindeveld", "l", "écaussinnes", "root", "targets", "fleet", "../x", "a-b"])
def test_a_name_that_would_not_be_a_town_is_refused(types: Type, town: str) -> None:
    said = types("init", town, lines=(PASSPHRASE,) * 4)
    assert said.exit_code != 0
    assert "kleine letters" in str(said.exception)


def test_from_a_line_of_settings_to_a_kiosk_and_back(begun: Type, home: Path, agent: Agent) -> None:
    write(home, "lindeveld/tenant.toml", 'languages = ["nl", "en"]\n')
    assert begun("validate").exit_code == 0
    assert '+languages = ["nl", "en"]' in begun("diff").output
    given_out(begun)
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "en"]}}
    write(home, "lindeveld/tenant.toml", 'languages = ["nl", "fr"]\n')
    given_out(begun)
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "fr"]}}
    assert begun("rollback", "lindeveld").exit_code == 0
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "en"]}}, "at once, by the machines' key"
    assert (home / "settings" / "lindeveld" / "tenant.toml").read_text() == 'languages = ["nl", "en"]\n'
    assert begun("diff").output == ""
    assert begun("rollback", "lindeveld", "--to", "3").exit_code == 0
    given_out(begun)
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "fr"]}}
    standing = {row["role"]: row["version"] for row in json.loads(begun("status", "--json").output)}
    assert standing["lindeveld"] == 4, "an older one comes back as a new version: a kiosk takes no older one"


def test_what_is_wrong_is_said_and_not_signed(begun: Type, home: Path) -> None:
    write(home, "lindeveld/tenant.toml", "colour = 1\n[town]\nmunicipality = 3\n")
    said = begun("validate", "--json")
    assert said.exit_code == 1
    assert json.loads(said.output)["wrong"] == ["lindeveld/tenant.toml: tenant: colour is no setting"]
    assert begun("sign", "--key", "keys/lindeveld-1.pem", lines=(PASSPHRASE,)).exit_code != 0
    assert not (home / "drafts").exists()
    assert json.loads(begun("status", "--json").output)[3]["version"] == 1


@pytest.mark.parametrize(
    "path", ["lindeveld/kiosk-lv-01.toml", "lindeveld/other.toml", "towns.toml", "fleet/tenant.toml"]
)
def test_a_file_that_no_kiosk_would_ask_for_is_said(begun: Type, home: Path, path: str) -> None:
    write(home, path, "")
    said = begun("validate")
    assert said.exit_code == 1
    assert "geen loket vraagt" in said.output


def test_daily_content_about_a_service_that_is_nowhere_is_said(begun: Type, home: Path) -> None:
    news = {
        "given": "2026-11-27",
        "services": [{"name": "Geldautomaat 9", "state": "outOfOrder", "until": "2026-11-30"}],
    }
    write(home, "lindeveld/daily/content.toml", tomli_w.dumps(news).replace('"2026-11-27"', "2026-11-27"))
    assert "Geldautomaat 9" in begun("validate").output


def test_a_key_signs_for_its_own_role_alone(begun: Type, home: Path) -> None:
    write(home, "lindeveld/tenant.toml", 'languages = ["nl", "en"]\n')
    said = begun("sign", "--key", "keys/lindeveld-daily.pem")
    assert said.exit_code == 0
    assert "niets veranderd waarvoor deze sleutel tekent" in said.output


def test_another_passphrase_opens_nothing(begun: Type, home: Path) -> None:
    write(home, "lindeveld/tenant.toml", 'languages = ["nl", "en"]\n')
    said = begun("sign", "--key", "keys/lindeveld-1.pem", lines=("een heel andere zin",))
    assert "andere wachtzin" in str(said.exception)


def test_the_sheet_gives_new_keys_and_the_old_ones_no_longer_count(begun: Type, home: Path, agent: Agent) -> None:
    agent.ask()
    rows = [line.strip() for line in (home / "herstelblad.txt").read_text().splitlines() if line.strip()[:1].isdigit()]
    assert begun("recover", lines=(*rows, *[PASSPHRASE] * 4)).exit_code == 0
    write(home, "lindeveld/tenant.toml", 'languages = ["nl", "en"]\n')
    (old,) = home.glob("keys-oud-*")
    assert "niets veranderd" in begun("sign", "--key", f"{old.name}/lindeveld-1.pem", lines=(PASSPHRASE,)).output
    given_out(begun)
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "en"]}}


@pytest.mark.parametrize("at", range(8))
def test_a_slip_of_the_pen_on_the_sheet_is_named_by_its_line(at: int) -> None:
    seed = bytes(range(32))
    rows = sheet.lines_of(seed)
    assert sheet.seed_of([row.upper().replace(" ", "  ") for row in rows]) == seed
    signs = rows[at].split()
    signs[1] = f"{int(signs[1], 16) ^ 0x10:04x}"
    with pytest.raises(sheet.SheetError, match=f"regel {at + 1} klopt niet"):
        sheet.seed_of([*rows[:at], " ".join(signs), *rows[at + 1 :]])


def test_two_lines_that_changed_places_are_seen() -> None:
    rows = sheet.lines_of(bytes(range(32)))
    with pytest.raises(sheet.SheetError, match="regel 1"):
        sheet.seed_of([rows[1], rows[0], *rows[2:]])
