"""A town with a folder and nothing else: a change goes to one kiosk, to one in ten, to all, and back, by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from config.agent.fetch import FOLDER, FolderFetcher
from config.agent.verify import Place, signed_for
from config.merge import Layer
from fleet import keys
from fleet.cli import app

if TYPE_CHECKING:
    from tests.fleet.conftest import Fleet

KIOSKS = tuple(f"LV-{number:02}" for number in range(1, 25))
Type = Callable[..., Result]


@pytest.fixture
def types(fleet: Fleet) -> Type:
    def run(*words: str) -> Result:
        told = {"LOKET247_FLEET": str(fleet.work.home), "COLUMNS": "200"}
        return CliRunner().invoke(app, [*words], env=told)

    return run


@pytest.fixture
def have(fleet: Fleet, tmp_path: Path) -> Callable[[], dict[str, list[str]]]:
    """Let every kiosk of the town ask; gives the kiosks by the languages that they take."""

    def ask() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for number in KIOSKS:
            memory = tmp_path / "kiosks" / number
            memory.mkdir(parents=True, exist_ok=True)
            root, fetcher = (fleet.work.home / "root.json").read_bytes(), FolderFetcher(fleet.work.repository.folder)
            bundle = signed_for(Place("lindeveld", "", number), root, memory / "trusted", fetcher, FOLDER).bundle
            languages: list[str] = bundle.layers.get(Layer.TENANT, {}).get("languages", [])
            found.setdefault(" ".join(languages), []).append(number)
        return found

    return ask


def done(said: Result) -> str:
    assert said.exit_code == 0, (said.output, said.exception)
    return said.output


@pytest.fixture
def changed(types: Type, fleet: Fleet) -> Callable[[str], None]:
    """Write languages, sign and give out; that alone reaches nobody."""

    def change(languages: str) -> None:
        fleet.write("lindeveld/tenant.toml", f"languages = {languages}\n")
        done(types("sign", "--key", str(fleet.work.keys / "lindeveld-1.pem")))
        assert "lindeveld gaat nog nergens heen" in done(types("publish"))

    return change


def going(types: Type) -> Any:  # noqa: ANN401 (JSON)
    return {row["role"]: row for row in json.loads(done(types("status", "--json")))}["lindeveld"]["going"]


def test_a_change_goes_to_one_kiosk_to_one_in_ten_to_all_and_back(
    types: Type, changed: Callable[[str], None], have: Callable[[], dict[str, list[str]]], fleet: Fleet
) -> None:
    changed('["nl", "en"]')
    assert have() == {"": [*KIOSKS]}
    assert "welk loket eerst?" in str(types("promote", "lindeveld").exception)
    done(types("promote", "lindeveld", "--all"))
    assert have() == {"nl en": [*KIOSKS]}
    changed('["nl", "fr"]')
    assert have() == {"nl en": [*KIOSKS]}
    assert "lindeveld/LV-07" in done(types("promote", "lindeveld", "--kiosk", "LV-07"))
    assert have()["nl fr"] == ["LV-07"]
    done(types("promote", "lindeveld"))
    few = have()["nl fr"]
    assert "LV-07" in few
    assert 1 < len(few) < 10
    done(types("promote", "lindeveld"))
    assert have() == {"nl fr": [*KIOSKS]}
    assert "is al bij elk loket" in str(types("promote", "lindeveld").exception)
    done(types("pause", "lindeveld"))
    assert have()["nl fr"] == few
    done(types("pause", "lindeveld"))
    assert have()["nl fr"] == ["LV-07"]
    assert going(types)["named"] == ["lindeveld/LV-07"]
    done(types("promote", "lindeveld", "--all"))
    done(types("rollback", "lindeveld"))
    assert have() == {"nl en": [*KIOSKS]}
    assert (fleet.work.settings / "lindeveld" / "tenant.toml").read_text() == 'languages = ["nl", "en"]\n'


def test_what_stands_still_at_the_first_kiosk_is_at_none(
    types: Type, changed: Callable[[str], None], have: Callable[[], dict[str, list[str]]]
) -> None:
    changed('["nl", "en"]')
    done(types("promote", "lindeveld", "--kiosk", "LV-07"))
    done(types("pause", "lindeveld"))
    assert have() == {"": [*KIOSKS]}
    assert "nog bij geen enkel loket" in str(types("pause", "lindeveld").exception)


def test_another_change_takes_the_place_of_one_that_goes_round_and_begins_at_nobody(
    types: Type, changed: Callable[[str], None], have: Callable[[], dict[str, list[str]]]
) -> None:
    changed('["nl", "en"]')
    done(types("promote", "lindeveld", "--all"))
    changed('["nl", "fr"]')
    done(types("promote", "lindeveld", "--kiosk", "LV-07"))
    changed('["nl", "de"]')
    assert have() == {"nl en": [*KIOSKS]}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("promote", "lindeveld"), "er gaat geen wijziging rond"),
        (("pause", "lindeveld"), "er gaat geen wijziging rond"),
        (("promote", "elsdam", "--all"), "geen gemeente van deze vloot"),
        (("rollback", "lindeveld"), "er is geen versie 0"),
    ],
)
def test_where_nothing_goes_round_nothing_moves(types: Type, words: tuple[str, ...], why: str) -> None:
    assert why in str(types(*words).exception)


@pytest.mark.parametrize("kiosk", ["lv-07", "../x", "lindeveld/lv-07", ""])
def test_a_name_that_no_kiosk_has_is_said(types: Type, changed: Callable[[str], None], kiosk: str) -> None:
    changed('["nl", "en"]')
    assert "noem een loket als LV-01" in str(types("promote", "lindeveld", "--kiosk", kiosk).exception)


def test_a_change_for_all_towns_goes_round_by_hand_too(
    types: Type, fleet: Fleet, have: Callable[[], dict[str, list[str]]]
) -> None:
    fleet.write("fleet.toml", "[timeouts]\nidle = 90.0\n")
    done(types("sign", "--key", str(fleet.work.keys / "root.pem")))
    done(types("publish"))
    done(types("promote", "fleet", "--kiosk", "lindeveld/LV-07"))
    stage = fleet.work.stage("fleet")
    assert stage is not None
    assert stage.named == ("lindeveld/LV-07",)
    assert have() == {"": [*KIOSKS]}, "it says nothing of languages"


# --- for a program ----------------------------------------------------------------------------------------------------


def test_every_command_that_does_something_says_so_in_json(types: Type, fleet: Fleet, tmp_path: Path) -> None:
    def answer(*words: str) -> Any:  # noqa: ANN401 (JSON)
        said = types(*words, "--json")
        assert said.exit_code == 0, (said.output, said.exception)
        return json.loads(said.stdout)

    key = str(fleet.work.keys / "lindeveld-1.pem")
    fleet.write("lindeveld/tenant.toml", 'languages = ["nl", "en"]\n')
    assert answer("validate") == {"wrong": []}
    assert '+languages = ["nl", "en"]' in answer("diff")["diff"]
    assert answer("sign", "--key", key) == [{"role": "lindeveld", "signed": 1, "needed": 1}]
    assert answer("publish") == {"published": ["lindeveld"], "waiting": []}
    moved = answer("promote", "lindeveld", "--kiosk", "LV-01")
    assert (moved["whose"], moved["stage"]["percent"], moved["stage"]["named"]) == ("lindeveld", 0, ["lindeveld/LV-01"])
    assert answer("pause", "lindeveld")["stage"]["named"] == []
    answer("promote", "lindeveld", "--all")
    assert {row["role"] for row in answer("status")} >= {"root", "lindeveld", "lindeveld-daily"}
    assert answer("rollback", "lindeveld")["stage"]["percent"] == 0
    assert len(answer("enrol", "lindeveld", "LV-01")["code"]) > 8
    assert answer("commands", "lindeveld", "LV-01") == []
    audit = answer("audit")
    assert (audit["brokenAt"], audit["rows"]) == (None, [])
    assert "ging rond: overal" in [one["what"] for one in audit["signed"]]
    assert answer("proposals") == []
    public = tmp_path / "els.pub"
    assert answer("key", "--key", key, "--out", str(public))["keyid"] == keys.public(public).keyid
    handed = answer("signers", "lindeveld", str(public), "--need", "1", "--key", str(fleet.work.keys / "root.pem"))
    assert handed == {"town": "lindeveld", "needed": 1, "keyids": [keys.public(public).keyid]}


def test_what_is_asked_is_no_part_of_the_answer(tmp_path: Path) -> None:
    words = ["init", "--single", "lindeveld", "--home", str(tmp_path / "new"), "--json"]
    said = CliRunner().invoke(app, words, input="vier woorden op rij\n" * 4)
    assert said.exit_code == 0, said.output
    assert "nieuwe wachtzin" in said.stderr
    assert Path(json.loads(said.stdout)["sheet"]).is_file()
