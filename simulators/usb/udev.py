"""Tells the pcscd in whose network namespace it runs what comes and goes on USB, as udev would: one line of stdin each.

A line is an action and a path below /sys. What is sent is udev's own message (systemd, libudev monitor): a header with
hashes of subsystem and type, by which a listener's filter picks it, and the device's properties. Run by `pcscd`, in
namespaces of its own: on the machine's network every program that listens to udev would hear it.
"""

from __future__ import annotations

import socket
import struct
import sys

NETLINK_KOBJECT_UEVENT, UDEV_GROUP = 15, 2
# "libudev", a magic number, the header's size, where the properties begin and how long they are, two hashes, no tags.
HEADER = struct.Struct("=8sLIIILLII")
MAGIC = 0xFEEDCAFE
SUBSYSTEM, KIND = "usb", "usb_interface"


def murmur(text: str) -> int:
    """MurmurHash2 of 32 bits with seed 0 (Austin Appleby, public domain): how libudev hashes a word."""
    data, factor, mask = text.encode(), 0x5BD1E995, 0xFFFFFFFF
    found = len(data)
    whole = len(data) - len(data) % 4
    for (piece,) in struct.iter_unpack("<I", data[:whole]):
        mixed = piece * factor & mask
        found = (found * factor ^ (mixed ^ mixed >> 24) * factor) & mask
    if rest := data[whole:]:
        found = (found ^ int.from_bytes(rest, "little")) * factor & mask
    found = (found ^ found >> 13) * factor & mask
    return found ^ found >> 15


def message(action: str, path: str, number: int) -> bytes:
    """Write what udev would say of a USB interface."""
    said = {"ACTION": action, "DEVPATH": path, "SUBSYSTEM": SUBSYSTEM, "DEVTYPE": KIND, "SEQNUM": str(number)}
    properties = b"".join(f"{name}={value}".encode() + b"\0" for name, value in said.items())
    hashes = (socket.htonl(murmur(word)) for word in (SUBSYSTEM, KIND))
    size = HEADER.size
    return HEADER.pack(b"libudev", socket.htonl(MAGIC), size, size, len(properties), *hashes, 0, 0) + properties


def main() -> None:
    """Send what the lines say, until there are no more."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_KOBJECT_UEVENT) as udev:
        for number, line in enumerate(sys.stdin, 1):
            action, path = line.split()
            udev.sendto(message(action, path, number), (0, UDEV_GROUP))


if __name__ == "__main__":
    main()
