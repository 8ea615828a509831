"""The roots under which Belgium's identity cards hang: what a list of trust for real cards has to stand on.

Only what names them, not the certificates: a town takes those from the government's own repository (docs/balie.md), and
this list says whether they are the right ones. Each was found alike, byte for byte, in two places that do not share a
maker: Fedict/eid-mw (plugins_tools/eid-viewer/certs) and e-Contract/jtrust (jtrust-lib, be/fedict/trust), both read on
2026-11-26. Root CA2 ended in 2021. A new root is a new line here, after the same two looks.
"""

from __future__ import annotations

# SHA-256 of the certificate -> its name, and until when it is valid.
BELGIAN_ROOTS = {
    "a8d14e945e3e5156bcae5e39737cf6a1b1f51028bbbf982f50ce5f4c05568b4d": "Belgium Root CA3, until 2028-01-28",
    "c3fbf37259af0954eeea4282dd1c7226a54e7150f7c29a2c495ba34dbfe09ca0": "Belgium Root CA4, until 2028-01-28",
    "702dd5c1a093cf0a9d71fadd9bf9a7c5857d89fb73b716e867228b3c2beb968f": "Belgium Root CA4, until 2032-10-22",
    "9c872bc979a7c09a58d4a274c199e5cb16cfa9b9618d98bc9a9988e984b8495c": "Belgium Root CA6, until 2040-06-03",
}
