"""Keys that never leave a card: SoftHSM's real PKCS#11 module, and OpenSC's before a card that counts wrong PINs."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec import structs
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, TargetFile, Targets
from typer.testing import CliRunner, Result

from config.agent.commands import Commands
from config.agent.verify import Place
from config.commands import Verb
from config.merge import Layer
from fleet import keys
from fleet.cards import CardError, CardSigner
from fleet.cli import app
from fleet.commanding import signed
from fleet.signing import Draft
from fleet.work import Work
from simulators.eid.__main__ import RESIDENTS
from simulators.eid.bench import CardBench
from simulators.eid.people import load_residents
from simulators.eid.pki import Pki
from simulators.pcscd import Pcscd

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
OPENSC = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"
PIN = "836251"
PASSPHRASE = "vier woorden op rij"
PEOPLE = ("els", "omar", "mia")
CHANGED = 'languages = ["nl", "en"]\n'
# Far more than a prompt and a signature take, also on a machine that does much else.
DEADLINE_SECONDS = 30.0

Type = Callable[..., Result]


def uri(who: str, key: str = ";id=%02") -> str:
    return f"pkcs11:token={who}{key}?module-path={SOFTHSM}"


@pytest.fixture(scope="module", autouse=True)
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A card for each person, with a key that was made on it."""
    home = tmp_path_factory.mktemp("cards")
    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {home}/tokens\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))
        for who in PEOPLE:
            of_card = ["softhsm2-util", "--init-token", "--free", "--label", who, "--pin", PIN, "--so-pin", "87654321"]
            made = ["--keypairgen", "--key-type", "EC:prime256v1", "--id", "02", "--label", "sign"]
            of_key = ["pkcs11-tool", "--module", SOFTHSM, "--token-label", who, "--login", "--pin", PIN, *made]
            for command in (of_card, of_key):
                subprocess.run(command, check=True, capture_output=True, timeout=60)
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "fleet").mkdir()
    monkeypatch.chdir(tmp_path / "fleet")
    return tmp_path / "fleet"


@pytest.fixture
def types(home: Path) -> Type:
    """Type a command, at the first machine or at another; each line is what is typed when it asks."""

    def run(*words: str, lines: tuple[str, ...] = (), at: Path = home) -> Result:
        told = "".join(f"{line}\n" for line in lines)
        return CliRunner().invoke(app, [*words], input=told, env={"LOKET247_FLEET": str(at), "COLUMNS": "200"})

    return run


def done(said: Result) -> str:
    assert said.exit_code == 0, (said.output, said.exception)
    return said.output


# --- one card --------------------------------------------------------------------------------------------------------


def test_a_town_begins_with_a_key_on_a_card_and_it_signs_what_a_kiosk_takes(
    types: Type, home: Path, agent: Agent
) -> None:
    begun = types("init", "--single", "lindeveld", "--key", uri("els"), lines=(PIN, PASSPHRASE, PASSPHRASE))
    assert "pincode van els" in done(begun)
    assert PIN not in begun.output
    assert {file.name for file in (home / "keys").iterdir()} == {"root.pem", "online.pem", "lindeveld-daily.pem"}
    (home / "settings" / "lindeveld" / "tenant.toml").write_text(CHANGED, encoding="utf-8")
    assert "lindeveld: 1 van 1 getekend" in done(types("sign", "--key", uri("els"), lines=(PIN,)))
    done(types("publish"))
    done(types("promote", "lindeveld", "--all"))
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "en"]}}


def test_a_card_commands_a_kiosk(types: Type, fleet: Fleet, agent: Agent) -> None:
    done(types("key", "--key", uri("els"), "--out", "els.pub", lines=(PIN,)))
    fleet.work.drafts.let_sign("lindeveld", [keys.public(Path("els.pub"))], 1, keys.load(fleet.work.keys / "root.pem"))
    card = CardSigner(uri("els"), lambda _: PIN)
    fleet.work.drafts.sign("lindeveld", {}, card)
    fleet.give_out()
    agent.ask()
    agent.told.mkdir()
    now = datetime.now(UTC)
    made = signed(fleet.work.repository, card, ("lindeveld", "LV-01"), Verb.REBOOT, now)
    place, trusted = Place("lindeveld", "", "LV-01"), agent.home / "memory" / "trusted"
    Commands(place, trusted, agent.told, {}, lambda: now).take(made.envelope)
    assert msgspec.json.decode((agent.told / "command.json").read_bytes())["command"]["verb"] == "reboot"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (uri("anna"), r"geen kaart; in de lezers: els \(serial=[0-9a-f]+\), "),
        (f"pkcs11:?module-path={SOFTHSM}", "welke kaart\\? zeg het met token= of serial="),
        (uri("els", ";id=%03"), r"die sleutel staat er niet; .* id=%02 \(sign\)"),
        (uri("els", ";object=other"), "die sleutel staat er niet"),
        (uri("els", ";slot-id=1"), "slot-id: dat kan hier niet"),
        (uri("els") + f"&pin-value={PIN}", "zet geen pincode in een URI"),
        ("pkcs11:token=els", "zeg welke module"),
        ("pkcs11:token=els?module-path=/nowhere.so", "die module staat niet op deze machine"),
        ("pkcs11:token=els?module-path=/etc/hostname", "/etc/hostname: "),
    ],
)
def test_what_a_uri_does_not_find_is_said_before_anybody_types_a_pin(key: str, said: str) -> None:
    with pytest.raises(CardError, match=said):
        CardSigner(key, lambda _: pytest.fail("nobody is asked for a PIN"))


@pytest.mark.parametrize("key", [";object=sign", ";id=%02;type=private", ";manufacturer=SoftHSM%20project", ""])
def test_a_key_is_found_by_whatever_tells_it_apart(key: str) -> None:
    asked = iter([("pincode van els", PIN)])

    def ask(what: str) -> str:
        expected, pin = next(asked)
        assert what == expected
        return pin

    card = CardSigner(uri("els", key), ask)
    card.prove()
    card.prove()  # once is enough


def test_a_wrong_pin_is_said_and_nothing_is_begun(types: Type, home: Path) -> None:
    said = types("init", "--single", "lindeveld", "--key", uri("els"), lines=("000000",))
    assert said.exit_code != 0
    assert str(said.exception) == "verkeerde pincode"
    assert list(home.iterdir()) == []


def test_a_card_that_signs_for_nobody_here_signs_nothing(types: Type, home: Path, fleet: Fleet) -> None:
    fleet.write("lindeveld/tenant.toml", CHANGED)
    assert "niets veranderd waarvoor deze sleutel tekent" in done(types("sign", "--key", uri("mia"), lines=(PIN,)))
    assert not (home / "drafts").exists()


# --- two of three, each at a machine of their own ---------------------------------------------------------------------


@pytest.fixture
def handed(types: Type, fleet: Fleet, home: Path, tmp_path: Path) -> Path:
    """A town for which two of three cards sign from now on; gives the stick that goes round."""
    for who in PEOPLE:
        done(types("key", "--key", uri(who), "--out", f"{who}.pub", lines=(PIN,)))
    public = [f"{who}.pub" for who in PEOPLE]
    done(types("signers", "lindeveld", *public, "--need", "2", "--key", "keys/root.pem"))
    stick = tmp_path / "stick"
    shutil.move(home / "drafts", stick)
    for who in ("els", "omar"):
        countersigned(types, tmp_path, stick, who)
    assert "uitgegeven: lindeveld, towns-l" in done(types("publish", "--drafts", str(stick)))
    assert fleet.work.repository.needed("lindeveld") == 2
    return stick


def countersigned(types: Type, folder: Path, stick: Path, who: str) -> str:
    """Sign what lies on the stick, at a machine with a copy of the repository and no settings of the town."""
    elsewhere = folder / who
    shutil.copytree(folder / "fleet" / "repository", elsewhere / "repository", dirs_exist_ok=True)
    return done(types("sign", "--key", uri(who), "--drafts", str(stick), lines=(PIN, "ja"), at=elsewhere))


def test_two_of_three_people_sign_one_after_the_other_on_machines_of_their_own(
    types: Type, handed: Path, fleet: Fleet, agent: Agent, tmp_path: Path
) -> None:
    assert agent.ask().layers == {}
    fleet.write("lindeveld/tenant.toml", CHANGED)
    assert "niets veranderd" in done(types("sign", "--key", "keys/lindeveld-1.pem")), "the first key counts no more"
    assert "lindeveld: 1 van 2 getekend" in done(types("sign", "--key", uri("mia"), lines=(PIN,)))
    assert "lindeveld wacht: 1 van 2 getekend" in done(types("publish"))
    assert agent.ask().layers == {}
    shutil.copy(fleet.work.home / "drafts" / "lindeveld.json", handed)
    said = countersigned(types, tmp_path, handed, "els")
    assert '+languages = ["nl", "en"]' in said
    assert "lindeveld: 2 van 2 getekend" in said
    done(types("publish", "--drafts", str(handed)))
    done(types("promote", "lindeveld", "--all"))
    assert agent.ask().layers == {Layer.TENANT: {"languages": ["nl", "en"]}}


def test_who_signs_changes_only_once_enough_of_the_new_keys_signed(
    types: Type, fleet: Fleet, home: Path, tmp_path: Path
) -> None:
    for who in PEOPLE:
        done(types("key", "--key", uri(who), "--out", f"{who}.pub", lines=(PIN,)))
    done(types("signers", "lindeveld", "els.pub", "omar.pub", "--need", "2", "--key", "keys/root.pem"))
    said = countersigned(types, tmp_path, home / "drafts", "els")
    assert "Voor lindeveld tekenen vanaf nu 2 van deze sleutels" in said
    waits = done(types("publish"))
    assert "lindeveld wacht: 1 van 2 getekend" in waits
    assert fleet.work.repository.versions() == dict.fromkeys(fleet.work.repository.versions(), 1)
    again = types("signers", "lindeveld", "els.pub", "--need", "1", "--key", "keys/root.pem")
    assert "er wacht al iets" in str(again.exception)


def test_only_the_root_key_says_who_signs(types: Type, fleet: Fleet) -> None:
    done(types("key", "--key", uri("els"), "--out", "els.pub", lines=(PIN,)))
    said = types("signers", "lindeveld", "els.pub", "--need", "1", "--key", "keys/lindeveld-1.pem")
    assert "deze sleutel tekent niet voor towns-l" in str(said.exception)
    assert fleet.work.drafts.all() == []


def other_keys(draft: Draft, said: Targets) -> Draft:
    """What it says of the settings is as shown; who signs the daily content is another."""
    assert said.delegations is not None
    assert said.delegations.roles is not None
    said.delegations.roles["lindeveld-daily"].threshold = 2
    return draft


def other_files(draft: Draft, said: Targets) -> Draft:
    path = "lindeveld/tenant.toml"
    said.targets[path] = TargetFile.from_data(path, b'languages = ["nl", "fr"]\n')
    return draft


def other_town(draft: Draft, said: Targets) -> Draft:
    path = "elsdam/tenant.toml"
    said.targets[path] = TargetFile.from_data(path, CHANGED.encode())
    return structs.replace(draft, files={**draft.files, path: CHANGED.encode()})


def no_settings(draft: Draft, said: Targets) -> Draft:
    path = "lindeveld/tenant.toml"
    said.targets = {path: TargetFile.from_data(path, b"colour = 1\n")}
    return structs.replace(draft, files={path: b"colour = 1\n"})


def at_once(draft: Draft, said: Targets) -> Draft:
    """It would hold everywhere the moment it is out, and a second signer would think that it goes round."""
    path = "lindeveld/tenant.toml"
    said.targets = {path: TargetFile.from_data(path, CHANGED.encode())}
    return structs.replace(draft, files={path: CHANGED.encode()})


def later_version(draft: Draft, said: Targets) -> Draft:
    said.version += 1
    return draft


def for_ever(draft: Draft, said: Targets) -> Draft:
    said.expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=401)
    return draft


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (other_keys, "verandert wie mag tekenen"),
        (other_files, "iets anders dan zijn bestanden"),
        (at_once, "komt niet naast wat nu geldt"),
        (other_town, "elsdam/tenant.toml: is niet van lindeveld"),
        (no_settings, "colour is no setting"),
        (for_ever, "langer gelden dan het mag"),
        (later_version, "intussen is er iets anders uitgegeven"),
    ],
)
def test_who_began_a_draft_gets_no_second_signature_for_more_than_it_shows(
    begun: Callable[..., Fleet], spoil: Callable[[Draft, Targets], Draft], why: str
) -> None:
    fleet = begun("lindeveld", signers=2)
    fleet.write("lindeveld/tenant.toml", CHANGED)
    first, second = (keys.load(fleet.work.keys / f"lindeveld-{number}.pem") for number in (1, 2))
    draft = fleet.work.drafts.sign("lindeveld", fleet.work.to_say("lindeveld"), first)
    assert draft is not None
    metadata = draft.said
    spoiled = spoil(draft, metadata.signed)
    metadata.sign(first)
    spoiled = structs.replace(spoiled, metadata=Metadata[Targets](metadata.signed, metadata.signatures).to_bytes())
    (fleet.work.home / "drafts" / "lindeveld.json").write_bytes(msgspec.json.encode(spoiled))
    words = ["sign", "--key", str(fleet.work.keys / "lindeveld-2.pem"), "--drafts", str(fleet.work.home / "drafts")]
    said = CliRunner().invoke(app, words, input="ja\n", env={"LOKET247_FLEET": str(fleet.work.home)})
    assert said.exit_code != 0
    assert why in str(said.exception)
    (left,) = fleet.work.drafts.all()
    assert second.public_key.keyid not in left.said.signatures


def test_what_is_no_draft_is_said(fleet: Fleet) -> None:
    (fleet.work.home / "drafts").mkdir()
    (fleet.work.home / "drafts" / "lindeveld.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RepositoryError, match="geen ontwerp"):
        Work(fleet.work.home).drafts.all()


# --- a card that counts ----------------------------------------------------------------------------------------------


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A card with three tries behind a real pcscd, simulated below it."""
    with Pcscd() as daemon:
        hand = CardBench(Pki(tmp_path), load_residents(RESIDENTS), daemon.slot())
        hand.insert("1.8:an")
        yield daemon.environment
        hand.close()


def typed(environment: dict[str, str], pin: str) -> str:
    """Try the key on the card at a real terminal, as a person does; gives all that stands there afterwards."""
    command = [sys.executable, "-m", "fleet.cli", "key", "--key", f"pkcs11:id=%02?module-path={OPENSC}"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | environment, start_new_session=True
    ) as fleet:
        os.close(theirs)
        seen, asked = b"", False
        while select.select([ours], [], [], DEADLINE_SECONDS)[0]:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # the terminal's other side is closed
                break
            if not asked and re.search(rb"pincode van .*: ", seen):
                os.write(ours, f"{pin}\n".encode())
                asked = True
        fleet.kill()  # where it closed its terminal it ends anyway
    os.close(ours)
    return seen.decode()


def test_a_card_says_that_one_try_is_left_and_then_that_it_is_blocked(reader: dict[str, str]) -> None:
    said = [typed(reader, "0000") for _ in range(3)]
    assert "fleet: verkeerde pincode\r" in said[0]
    assert "verkeerde pincode: je hebt nog één poging" in said[1]
    assert "de kaart is geblokkeerd" in said[2]
    assert "0000" not in "".join(said)
