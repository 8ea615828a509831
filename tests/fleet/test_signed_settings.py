"""What reaches a kiosk: what its town signed, whole and newest; and nothing of what anybody else tries."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tuf.api.exceptions import DownloadError, ExpiredMetadataError, RepositoryError
from tuf.api.metadata import Metadata, TargetFile, Targets

from config.agent.fetch import FOLDER, FolderFetcher
from config.merge import Layer
from fleet import begin, keys, repository, roles, sheet, signing

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

ENGLISH_ONLY = 'languages = ["nl", "en"]\n'


def offered(agent: Agent) -> dict[str, Any]:
    return msgspec.json.decode((agent.told / "offered.json").read_bytes(), type=dict[str, Any])


# --- what comes through ------------------------------------------------------------------------------------------


def test_each_layer_reaches_the_kiosk_it_is_for(fleet: Fleet, agent: Agent) -> None:
    fleet.write("lindeveld/tenant.toml", ENGLISH_ONLY)
    fleet.write("lindeveld/kiosk-LV-01.toml", "[timeouts]\nidle = 75.0\n")
    fleet.write("lindeveld/kiosk-LV-02.toml", "[timeouts]\nidle = 30.0\n")
    fleet.say("fleet.toml", "[timeouts]\nidle = 90.0\n")
    assert agent.round() == "ok"
    assert offered(agent)["layers"] == {
        "fleet": {"timeouts": {"idle": 90.0}},
        "tenant": {"languages": ["nl", "en"]},
        "kiosk": {"timeouts": {"idle": 75.0}},
    }


def test_daily_content_has_a_way_of_its_own(fleet: Fleet, agent: Agent) -> None:
    fleet.write(
        "lindeveld/daily/content.toml",
        'given = 2026-11-26\n[[services]]\nname = "Geldautomaat 1"\nstate = "outOfOrder"\nuntil = 2026-11-30\n',
    )
    fleet.sign("lindeveld-daily")
    fleet.give_out()
    assert agent.round() == "ok"
    daily = msgspec.json.decode((agent.told / "daily.json").read_bytes())
    assert daily["services"] == [{"name": "Geldautomaat 1", "state": "outOfOrder", "until": "2026-11-30"}]


def test_a_stick_brings_the_same_as_a_server(
    fleet: Fleet, agent: Agent, other: Callable[[str], Agent], tmp_path: Path
) -> None:
    fleet.say("fleet.toml", ENGLISH_ONLY)
    stick = tmp_path / "stick"
    shutil.copytree(agent.at, stick)
    assert other(str(stick)).ask().layers == {Layer.FLEET: {"languages": ["nl", "en"]}}


def test_nothing_new_leaves_the_offer_alone(fleet: Fleet, agent: Agent) -> None:
    fleet.say("fleet.toml", ENGLISH_ONLY)
    agent.round()
    before = (agent.told / "offered.json").stat()
    assert agent.round() == "ok"
    assert (agent.told / "offered.json").stat().st_ino == before.st_ino


def test_new_keys_from_the_recovery_sheet_are_taken_over_by_themselves(fleet: Fleet, agent: Agent) -> None:
    fleet.say("fleet.toml", ENGLISH_ONLY)
    agent.ask()
    typed = [line.strip() for line in (fleet.work.home / "herstelblad.txt").read_text().splitlines()]
    rows = [line for line in typed if line[:1].isdigit()]
    begin.recover(fleet.work, sheet.seed_of(rows), lambda _name: "")
    fleet.say("fleet.toml", 'languages = ["nl", "fr"]\n')
    assert agent.ask().layers[Layer.FLEET] == {"languages": ["nl", "fr"]}


# --- what does not -----------------------------------------------------------------------------------------------


def test_one_of_two_is_too_few(begun: Callable[..., Fleet]) -> None:
    fleet = begun("lindeveld", signers=2)
    fleet.write("lindeveld/tenant.toml", ENGLISH_ONLY)
    fleet.sign("lindeveld-1")
    fleet.sign("lindeveld-1")  # once more by the same is not a second
    fleet.give_out()
    assert fleet.work.repository.versions()["lindeveld"] == 1
    (waiting,) = fleet.work.drafts.all()
    with pytest.raises(RepositoryError):
        fleet.work.repository.publish(fleet.online, {waiting.role: waiting.said}, waiting.files)
    fleet.sign("lindeveld-2")
    fleet.give_out()
    assert fleet.work.repository.versions()["lindeveld"] == 2


def test_a_kiosk_counts_the_signatures_itself(
    begun: Callable[..., Fleet], agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's side that was taken over gives out what one of two signed."""
    fleet = begun("lindeveld", signers=2)
    monkeypatch.setattr(repository.Repository, "verify", lambda *_: None)
    monkeypatch.setattr(signing.Drafts, "_enough", lambda *_: True)
    fleet.write("lindeveld/tenant.toml", ENGLISH_ONLY)
    fleet.sign("lindeveld-1")
    fleet.give_out()
    with pytest.raises(RepositoryError):
        agent.ask()


def forged(fleet: Fleet, role: str, key: str, path: str, content: bytes) -> None:
    """Give out, by the online key, what `key` says in the name of `role` of a file that is not its own."""
    signer = keys.load(fleet.work.keys / f"{key}.pem")
    said = Targets.from_dict(fleet.work.repository.role(role).signed.to_dict())
    said.version += 1
    said.targets[path] = TargetFile.from_data(path, content)
    metadata = Metadata(said)
    metadata.sign(signer)
    fleet.work.repository.publish(keys.load(fleet.work.keys / "online.pem"), {role: metadata}, {path: content})


def test_a_town_cannot_speak_for_another(begun: Callable[..., Fleet], agent: Agent) -> None:
    fleet = begun("lindeveld", "elsdam")
    forged(fleet, "elsdam", "elsdam-1", "lindeveld/tenant.toml", ENGLISH_ONLY.encode())
    assert agent.ask().layers == {}


def test_who_says_who_signs_for_some_towns_cannot_speak_for_a_town_of_another_letter(
    begun: Callable[..., Fleet], agent: Agent
) -> None:
    """Neither by itself, nor through a town that it lets sign what is not its own."""
    fleet = begun("elsdam", "lindeveld")
    forged(fleet, "towns-e", "root", "lindeveld/tenant.toml", ENGLISH_ONLY.encode())
    assert agent.ask().layers == {}
    said = Targets.from_dict(fleet.work.repository.role("towns-e").signed.to_dict())
    assert said.delegations is not None
    assert said.delegations.roles is not None
    said.delegations.roles["elsdam"].paths = ["*/*"]
    said.version += 1
    metadata = Metadata(said)
    metadata.sign(keys.load(fleet.work.keys / "root.pem"))
    fleet.work.repository.publish(fleet.online, {"towns-e": metadata}, {})
    forged(fleet, "elsdam", "elsdam-1", "lindeveld/tenant.toml", ENGLISH_ONLY.encode())
    assert agent.ask().layers == {}


def test_a_town_cannot_say_who_signs_for_its_letter(
    begun: Callable[..., Fleet], agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = begun("lindeveld", "leiedorp")
    monkeypatch.setattr(repository.Repository, "verify", lambda *_: None)
    forged(fleet, "towns-l", "leiedorp-1", "lindeveld/tenant.toml", ENGLISH_ONLY.encode())
    with pytest.raises(RepositoryError):
        agent.ask()


def test_towns_with_the_letter_of_the_fleet_do_not_speak_for_it(begun: Callable[..., Fleet], agent: Agent) -> None:
    """A set that goes round for the whole fleet lies in a folder whose name begins like theirs."""
    fleet = begun("fonteindam", "lindeveld")
    forged(fleet, "towns-f", "root", "fleet/next/fleet.toml", ENGLISH_ONLY.encode())
    forged(fleet, "towns-f", "root", "fleet/next/change.toml", f'change = "{"a" * 64}"\n'.encode())
    forged(fleet, "towns-f", "root", "fleet/rollout/stage.toml", f'change = "{"a" * 64}"\npercent = 100\n'.encode())
    assert agent.ask().layers == {}


def test_a_folder_of_before_the_fleet_had_a_role_of_its_own_is_told_apart(fleet: Fleet) -> None:
    at, online = fleet.work.repository, fleet.online
    snapshot = at.snapshot()
    del snapshot.signed.meta["fleet.json"]
    snapshot.sign(online)
    version = snapshot.signed.version
    (at.folder / "metadata" / f"{version}.snapshot.json").write_bytes(snapshot.to_bytes())
    with pytest.raises(RepositoryError, match="gemaakt door een oudere versie"):
        fleet.give_out()


def test_the_key_for_daily_content_reaches_nothing_else(fleet: Fleet, agent: Agent) -> None:
    forged(fleet, "lindeveld-daily", "lindeveld-daily", "lindeveld/tenant.toml", ENGLISH_ONLY.encode())
    assert agent.ask().layers == {}


def test_the_online_key_alone_says_nothing_of_settings(
    fleet: Fleet, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository.Repository, "verify", lambda *_: None)
    forged(fleet, "lindeveld", "online", "lindeveld/tenant.toml", ENGLISH_ONLY.encode())
    with pytest.raises(RepositoryError):
        agent.ask()


def test_what_was_newer_before_is_not_taken_back(fleet: Fleet, agent: Agent, tmp_path: Path) -> None:
    fleet.say("fleet.toml", ENGLISH_ONLY)
    old = tmp_path / "old"
    shutil.copytree(agent.at, old)
    fleet.say("fleet.toml", 'languages = ["nl"]\n')
    agent.round()
    shutil.rmtree(agent.at)
    shutil.copytree(old, agent.at)
    assert agent.round().startswith("refused")
    assert offered(agent)["layers"]["fleet"] == {"languages": ["nl"]}


def test_old_settings_with_a_new_timestamp_are_refused(fleet: Fleet, agent: Agent) -> None:
    """Mix and match: a snapshot that names a version other than the one that lies there."""
    fleet.say("fleet.toml", ENGLISH_ONLY)
    metadata = Path(agent.at) / "metadata"
    newest = fleet.work.repository.versions()["fleet"]
    (metadata / f"{newest}.fleet.json").write_bytes((metadata / f"{newest - 1}.fleet.json").read_bytes())
    with pytest.raises(RepositoryError):
        agent.ask()


def test_a_word_that_has_run_out_leaves_what_was_there(
    fleet: Fleet, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.say("fleet.toml", ENGLISH_ONLY)
    agent.round()
    monkeypatch.setattr(roles, "ONLINE_HOLDS", timedelta(seconds=-1))
    fleet.give_out()
    assert agent.round().startswith("expired")
    assert agent.state() == "expired"
    assert offered(agent)["layers"]["fleet"] == {"languages": ["nl", "en"]}
    with pytest.raises(ExpiredMetadataError):
        agent.ask()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1\n", "colour"),
        ('data = "/tmp/x"\n', "data is for the installer alone"),
        ('[back_end]\nkey = "/tmp/x"\n', "back_end.key is for the installer alone"),
        ("this is = = no TOML", "is not TOML"),
    ],
)
def test_what_is_signed_well_and_is_no_setting_is_refused_by_name(
    fleet: Fleet, agent: Agent, text: str, said: str
) -> None:
    fleet.say("fleet.toml", text)
    answer = agent.round()
    assert answer.startswith("settings")
    assert said in answer


def test_settings_for_a_newer_kiosk_wait(fleet: Fleet, agent: Agent) -> None:
    fleet.say("fleet.toml", 'min_app_version = "99.0"\nsoundness = 3\n')
    assert agent.round().startswith("tooNew")


def test_bad_daily_content_does_not_hold_up_what_the_town_signed(fleet: Fleet, agent: Agent) -> None:
    fleet.write("lindeveld/tenant.toml", ENGLISH_ONLY)
    fleet.say("lindeveld/daily/content.toml", 'given = 2026-11-26\n[printer]\nqueue = "elsewhere"\n')
    assert agent.round().startswith("settings")
    assert offered(agent)["layers"] == {"tenant": {"languages": ["nl", "en"]}}
    assert not (agent.told / "daily.json").exists()


# --- a stick from anybody ----------------------------------------------------------------------------------------


def link_elsewhere(at: Path) -> None:
    file = at / "metadata" / "timestamp.json"
    kept = at.parent / "kept.json"
    file.rename(kept)
    file.symlink_to(kept)


def device(at: Path) -> None:
    file = at / "metadata" / "timestamp.json"
    file.unlink()
    os.mkfifo(file)


def endless(at: Path) -> None:
    """64 GB, of which the disk holds none."""
    os.truncate(at / "metadata" / "timestamp.json", 64 << 30)


def torn(at: Path) -> None:
    file = at / "metadata" / "timestamp.json"
    os.truncate(file, file.stat().st_size // 2)


def bare(at: Path) -> None:
    shutil.rmtree(at / "metadata")


def crowded(at: Path) -> None:
    """Ten thousand files that nobody asked for, and none that somebody did."""
    shutil.rmtree(at / "targets")
    (at / "targets").mkdir()
    for number in range(10_000):
        (at / "targets" / f"{number}.fleet.toml").touch()


@pytest.mark.parametrize("spoil", [link_elsewhere, device, endless, torn, bare, crowded])
def test_a_stick_that_is_not_as_it_must_be_changes_nothing(
    fleet: Fleet, agent: Agent, spoil: Callable[[Path], None]
) -> None:
    fleet.say("fleet.toml", ENGLISH_ONLY)
    spoil(Path(agent.at))
    with pytest.raises((RepositoryError, DownloadError)):
        agent.ask()
    assert agent.round().partition(" ")[0] in {"unreachable", "refused"}
    assert not (agent.told / "offered.json").exists()


@pytest.mark.parametrize("name", ["../root.json", "..%2Froot.json", "metadata/../../root.json", "/etc/passwd", ""])
def test_nothing_is_read_outside_the_stick(fleet: Fleet, agent: Agent, name: str) -> None:
    assert (fleet.work.home / "root.json").is_file()
    with pytest.raises(DownloadError):
        FolderFetcher(Path(agent.at)).download_bytes(f"{FOLDER}/{name}", 1 << 20)
