"""The Debian package: the wheel and what it needs in a folder of its own, and what `deploy/` gives a machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from release.wheel import EPOCH

HOME = "opt/loket247"  # where the kiosk lives on its machine
PARTS = (  # what goes where, beside `deploy/machine`, which is laid out as a machine is
    ("kiosk.service", "usr/lib/systemd/system/kiosk.service"),
    ("deploy/cups", "usr/share/loket247/cups"),
    ("config/example.toml", "usr/share/doc/loket247/example.toml"),
    ("config/agent/example.toml", "usr/share/doc/loket247/agent.toml"),
    ("deploy/README.md", "usr/share/doc/loket247/README.md"),
    ("LICENSE", "usr/share/doc/loket247/copyright"),
)


def lay_out(project: Path, root: Path) -> None:
    """Lay out everything but the kiosk itself, as it lies on a machine."""
    shutil.copytree(project / "deploy" / "machine", root, symlinks=True, dirs_exist_ok=True)
    for source, target in PARTS:
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        if (project / source).is_dir():
            shutil.copytree(project / source, root / target)
        else:
            shutil.copy(project / source, root / target)


def locked(project: Path) -> str:
    """Give what the lock file names for a kiosk: requirements, each with its hashes."""
    listing = ["uv", "export", "--quiet", "--project", str(project), "--locked", "--no-dev", "--no-emit-project"]
    return subprocess.run(listing, check=True, capture_output=True, text=True).stdout


def install(project: Path, wheel: Path, home: Path) -> None:
    """Install the wheel and what the lock file names for it, each part by its hash, into a folder that can be moved."""
    needed = locked(project)
    _uv("venv", "--relocatable", "--python", "/usr/bin/python3", home)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(needed)
        requirements.flush()
        python = home / "bin" / "python"
        _uv("pip", "install", "--python", python, "--require-hashes", "--no-deps", "-r", requirements.name)
        _uv("pip", "install", "--python", python, "--no-deps", wheel)


def build(project: Path, wheel: Path, out: Path) -> Path:
    """Build the package for the Debian that this runs on, and give it."""
    with tempfile.TemporaryDirectory(prefix="loket-package-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        lay_out(project, root)
        install(project, wheel, root / HOME)
        _strip(root / HOME)
        _compile(root)
        (root / "usr" / "bin").mkdir()
        (root / "usr" / "bin" / "kiosk").symlink_to(f"/{HOME}/bin/kiosk")
        _control(project, root)
        name = f"{wheel.name.split('-')[0]}_{_version(project)}_{_architecture()}.deb"
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z3", "--build", str(root), str(out / name)]
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH})
        return out / name


def _uv(*arguments: str | Path) -> None:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    subprocess.run(["uv", *arguments, "--quiet"], check=True, env=environment)


def _strip(home: Path) -> None:
    """Leave out what nobody runs on a kiosk: every command but its own two, and what uv noted for itself."""
    needed = {"kiosk", "loket247-agent", "python", "python3", f"python3.{sys.version_info[1]}"}
    for file in (*home.glob(".*"), home / "CACHEDIR.TAG", *(home / "bin").iterdir()):
        if file.name not in needed:
            file.unlink()


def _compile(root: Path) -> None:
    """Compile it here: the kiosk may write nothing there, and `dpkg` takes away only what it brought."""
    for stale in (root / HOME).rglob("__pycache__"):
        shutil.rmtree(stale)
    # Not by the folder's own interpreter: what that imports as it starts, it compiles in its own way.
    command: list[str | Path] = ["/usr/bin/python3", "-I", "-S", "-m", "compileall", "-q", "-f", "-j", "2", "-s", root]
    command += ["-p", "/", "--invalidation-mode", "unchecked-hash", root / HOME / "lib"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
    # A package brings templates that are no Python of this version; as pip does, what cannot be compiled is left.
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)


def _control(project: Path, root: Path) -> None:
    """Write what dpkg wants to know: who we are, what we need, and which files are the administrator's."""
    major, minor = sys.version_info[:2]
    words = {
        "@VERSION@": _version(project),
        "@ARCHITECTURE@": _architecture(),
        "@PYTHON@": f"{major}.{minor}",
        "@NEXT_PYTHON@": f"{major}.{minor + 1}",
    }
    shutil.copytree(project / "deploy" / "debian", root / "DEBIAN")
    control = root / "DEBIAN" / "control"
    text = control.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    control.write_text(text, encoding="utf-8")
    kept = sorted(path for path in (root / "etc").rglob("*") if path.is_file() and not path.is_symlink())
    (root / "DEBIAN" / "conffiles").write_text("".join(f"/{path.relative_to(root)}\n" for path in kept))
    sums = (
        f"{_md5(path)}  {path.relative_to(root)}\n"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.relative_to(root).parts[0] not in {"DEBIAN", "etc"}
    )
    (root / "DEBIAN" / "md5sums").write_text("".join(sums))


def _md5(file: Path) -> str:
    """Give the sum by which `dpkg --verify` sees that a file was changed."""
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def _version(project: Path) -> str:
    return str(tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _architecture() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()
