"""A fleet of one town as its operator has it, and the agent of one of its kiosks, in folders of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct, structs
from securesystemslib.signer import CryptoSigner

from config.agent.fetch import FOLDER, FolderFetcher
from config.agent.told import Told
from config.agent.verify import Place, signed_for
from config.bundle import Bundle
from fleet import begin, keys
from fleet.work import Work

TOWN, KIOSK = "lindeveld", "LV-01"


class Fleet(Struct, frozen=True):
    """What an operator does: write, sign, give out."""

    work: Work

    def write(self, path: str, text: str) -> None:
        file = self.work.settings / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def sign(self, key: str) -> None:
        signer = keys.load(self.work.keys / f"{key}.pem")
        for role in self.work.changed_roles():
            if signer.public_key.keyid in self.work.drafts.may_sign(role):
                self.work.drafts.sign(role, self.work.files_of(role), signer)

    @property
    def online(self) -> CryptoSigner:
        return keys.load(self.work.keys / "online.pem")

    def give_out(self) -> None:
        self.work.drafts.publish(self.online)

    def say(self, path: str, text: str) -> None:
        """Write, sign with every key that must, and give out."""
        self.write(path, text)
        for key in sorted(file.stem for file in self.work.keys.glob("*.pem") if file.stem != "online"):
            self.sign(key)
        self.give_out()


class Agent(Struct, frozen=True):
    """The agent of one kiosk. `at` is where it asks: a folder, or a server."""

    home: Path
    root: Path
    at: str
    ca: str = ""

    @property
    def told(self) -> Path:
        return self.home / "told"

    def settings(self) -> Path:
        file = self.home / "agent.toml"
        file.write_text(
            f'url = "{self.at}"\nroot = "{self.root}"\ntown = "{TOWN}"\nkiosk = "{KIOSK}"\nca = "{self.ca}"\n'
            f'memory = "{self.home}/memory/trusted"\ntold = "{self.told}"\n',
            encoding="utf-8",
        )
        return file

    def round(self) -> str:
        """Make one round as the process that it is; give what it says of it."""
        command = [sys.executable, "-m", "config.agent", "--settings", str(self.settings()), "--once"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout.strip()

    def ask(self) -> Bundle:
        """Fetch and verify in this process. Raises as `signed_for` does."""
        (self.home / "memory").mkdir(exist_ok=True)
        where = Place(TOWN, "", KIOSK)
        fetcher = FolderFetcher(Path(self.at))
        return signed_for(where, self.root.read_bytes(), self.home / "memory" / "trusted", fetcher, FOLDER).bundle

    def state(self) -> str:
        """Give the alarm that the kiosk can read, or nothing."""
        return str(Told(self.told).state().alarm or "")


@pytest.fixture(scope="session")
def fleet_in() -> Callable[[Path], Fleet]:
    """Give the fleet of a folder."""
    return lambda home: Fleet(Work(home))


@pytest.fixture
def begun(tmp_path: Path) -> Callable[..., Fleet]:
    """Begin a fleet of towns, for each of which so many must sign. No passphrases: nobody is there to type."""

    def make(*towns: str, signers: int = 1) -> Fleet:
        work = Work(tmp_path / "fleet")
        begin.begin(work, towns or (TOWN,), signers, lambda _name: "")
        return Fleet(work)

    return make


@pytest.fixture
def fleet(begun: Callable[..., Fleet]) -> Fleet:
    return begun()


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    """The agent of a kiosk to which the installer gave the folder of the repository, and its root."""
    home = tmp_path / "agent"
    home.mkdir()
    return Agent(home, tmp_path / "fleet" / "root.json", str(tmp_path / "fleet" / "repository"))


@pytest.fixture
def other(agent: Agent) -> Callable[[str], Agent]:
    """The same agent, told to ask somewhere else."""
    return lambda at: structs.replace(agent, at=at)


@pytest.fixture
def certified(tmp_path: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that signs itself; gives it and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "server.pem", tmp_path / "server.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return files
