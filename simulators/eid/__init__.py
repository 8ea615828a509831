"""The Belgian eID card outside the kiosk: virtual cards with real keys, plugged into a real pcscd.

`pki` is the test authority that issues what is on a card, `people` the fictitious residents; `files` lays out the
file system as the card's content specification says; `applet` is the chip that answers APDUs; `plug` puts it into a
slot of `simulators.pcscd`; `bench` inserts and pulls cards, `hand` delays, cuts and spoils what they answer; `pinpad`
is a reader's own keys; `at_will` does what a line says. In process, `VirtualCard.transmit` will do.

Of use to anybody who develops for the eID, without any of the rest: `python -m simulators.eid --help`.

Knows nothing of the kiosk. Where a fact comes from: [A18] the applet 1.8 reference manual, [C18] the card content
specification v5.4, [C17] and [H17] that of applet 1.7 and its addendum on re-keyed cards, all of them published with
the Belgian middleware (Fedict/eid-mw).
"""
