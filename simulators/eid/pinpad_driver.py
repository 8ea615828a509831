"""Builds the driver of a virtual reader with keys of its own that is asked over SCardControl (`pinpad_reader.c`)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from simulators.pcscd import DRIVER, PcscdError

SOURCE = Path(__file__).with_name("pinpad_reader.c")
# What vpcd's driver calls itself (its SONAME): ours finds it beside it under this name.
VPCD = "libifdvpcd.so.0"
# No reader that is known by name for pseudo-APDUs: it says by itself what it can.
CONTROL_READER_NAME = "Virtual reader with keys"


def lay_out(folder: Path) -> Path:
    """Put driver and slot in a folder; gives the driver's path. Raises PcscdError with what the compiler said."""
    vpcd, built = Path(shutil.copy(DRIVER, folder / VPCD)), folder / "libifdpinpad.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-I/usr/include/PCSC"]
    command += ["-o", str(built), str(SOURCE), str(vpcd), "-Wl,-rpath,$ORIGIN"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise PcscdError("gcc is missing (Debian packages gcc, libc6-dev, libpcsclite-dev)") from None
    if said.returncode:
        raise PcscdError(f"the reader's driver cannot be built: {said.stderr}")
    return built
