"""The bus: where a reader's device shows itself below /sys, where its slot is, and the driver that pcscd loads."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("reader.c")
# Two plain readers, at whose slots pcscd looks every 0.4 s; one with an interrupt line, that tells of each change; one
# with keys, that says so over SCardControl; and one of a family that is asked for its keys with pseudo-APDUs instead,
# and is known for it by its name (e-Contract/commons-eid, CCID).
READER_A, READER_B, QUICK_READER = "Virtual reader A", "Virtual reader B", "Virtual quick reader"
READER_WITH_KEYS, DIGIPASS = "Virtual reader with keys", "VASCO DIGIPASS 870 (virtual)"
VENDOR = 0x1D6B  # of the Linux Foundation: a real maker's numbers would promise what these readers cannot
PRODUCTS = {READER_A: 0xE1D0, READER_B: 0xE1D1, READER_WITH_KEYS: 0xE1D2, DIGIPASS: 0xE1D3, QUICK_READER: 0xE1D4}
DEVICES = "sys/devices/loket/usb1"


class DriverError(Exception):
    """The reader's driver cannot be built; the message says why."""


class Bus:
    """The bus in a folder whose `sys`, `run` and `drivers` a pcscd takes for /sys, /run and its drivers."""

    def __init__(self, folder: Path) -> None:
        """Lay it out, with no device on it. Raises DriverError."""
        self._folder = folder
        contents = folder / "drivers" / "virtual.bundle" / "Contents"
        for made in (contents / "Linux", folder / DEVICES, folder / "sys/bus/usb/devices", folder / "run/udev"):
            made.mkdir(parents=True)
        (folder / "run" / "udev" / "control").touch()  # libudev asks whether a udev is there
        (contents / "Info.plist").write_bytes(plistlib.dumps(_bundle()))
        _build(contents / "Linux" / "libifdvirtual.so")

    def slot(self, reader: str) -> Path:
        """Where a card is pushed into a reader. It is there as long as the cable is in and pcscd has the reader."""
        return self._folder / "run" / f"usb-{_port(reader)}"

    def plug(self, reader: str) -> str:
        """Put a reader's cable in; gives what udev says of it."""
        device = self._folder / DEVICES / _port(reader)
        interface = device / f"{_port(reader)}:1.0"
        interface.mkdir(parents=True)
        name = f"DEVNAME={self.slot(reader).name}"
        _describe(device, "usb_device", name, idVendor=VENDOR, idProduct=PRODUCTS[reader])
        _describe(interface, "usb_interface", bInterfaceNumber=0)
        on_the_bus = self._folder / "sys/bus/usb/devices" / interface.name
        on_the_bus.symlink_to(_path(reader))
        return f"add {_path(reader).removeprefix('/sys')}"

    def unplug(self, reader: str) -> str:
        """Pull the cable out: nothing crosses it any more. Gives what udev says of it."""
        self.slot(reader).unlink(missing_ok=True)
        (self._folder / "sys/bus/usb/devices" / f"{_port(reader)}:1.0").unlink()
        shutil.rmtree(self._folder / DEVICES / _port(reader))
        return f"remove {_path(reader).removeprefix('/sys')}"


def _port(reader: str) -> str:
    return f"1-{1 + list(PRODUCTS).index(reader)}"


def _path(reader: str) -> str:
    return f"/{DEVICES}/{_port(reader)}/{_port(reader)}:1.0"


def _describe(folder: Path, kind: str, *more: str, **attributes: int) -> None:
    """Write a device's folder as sysfs shows it: what it is, its numbers, and the bus it hangs on."""
    (folder / "uevent").write_text("\n".join((f"DEVTYPE={kind}", *more, "")), encoding="ascii")
    (folder / "subsystem").symlink_to("/sys/bus/usb")
    for name, value in attributes.items():
        (folder / name).write_text(f"{value:04x}\n", encoding="ascii")


def _bundle() -> dict[str, object]:
    """What a bundle of drivers says of itself: which file is the driver, and which devices it is for."""
    return {
        "CFBundleExecutable": "libifdvirtual.so",
        "ifdVendorID": [f"0x{VENDOR:04X}"] * len(PRODUCTS),
        "ifdProductID": [f"0x{number:04X}" for number in PRODUCTS.values()],
        "ifdFriendlyName": list(PRODUCTS),
    }


def _build(driver: Path) -> None:
    command = ["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-I/usr/include/PCSC"]
    special = {"WITH_KEYS": READER_WITH_KEYS, "WITH_INTERRUPTS": QUICK_READER}
    command += [f"-D{name}=0x{PRODUCTS[reader]:X}" for name, reader in special.items()]
    try:
        said = subprocess.run([*command, "-o", driver, SOURCE], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise DriverError("gcc is missing (Debian packages gcc, libc6-dev, libpcsclite-dev)") from None
    if said.returncode:
        raise DriverError(f"the reader's driver cannot be built: {said.stderr}")
