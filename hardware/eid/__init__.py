"""The Belgian eID behind PC/SC: a thin layer of our own, without PKCS#11.

`reader` is the driver, `EidReader`, that keeps the promises of `hardware.devices.CardReader`. `watch` sees cards come
and go; `slot` decides what of that is news. `dialogue` is what is said to a card, in `apdu`s; `certificate` reads the
one thing that is read from it; `pinpad` lets a reader that has keys take the PIN. `pcsc` is the only file that knows
pyscard, and imports it at its first use.

The kiosk reads the authentication certificate and nothing else of the card; see `dialogue`. Sources: [A18] applet 1.8
reference manual, [C18] card content v5.4, [MW] the official middleware, all in Fedict/eid-mw.
"""

from hardware.eid.reader import EidReader

__all__ = ["EidReader"]
