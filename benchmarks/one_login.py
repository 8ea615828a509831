"""One login with the card in the reader, as a program: recognise, read the certificate, PIN, sign. What `eid` times."""

from __future__ import annotations

import hashlib
import sys

from hardware.devices import Signature
from hardware.eid import EidReader


def main() -> int:
    """Sign with the PIN on the command line. Returns 0 when the card did."""
    reader = EidReader()
    reader.recognise()
    certificate = reader.read_certificate()
    hashed = hashlib.sha384 if certificate.algorithm == "ES384" else hashlib.sha256
    answer = reader.sign(bytearray(sys.argv[1].encode()), hashed(b"a challenge").digest())
    reader.release()
    reader.close()
    return 0 if isinstance(answer, Signature) else 1


if __name__ == "__main__":
    sys.exit(main())
