"""The town's own compartments: who may open which door, and what came of it.

`rules` says what may happen at a kiosk and `counter` what clerks may do; `collecting` and `storing` are the calls of
kiosks, for a resident and for staff, `preparing` those of the town's software. What there is and what lies where is
written down in `townhall.compartments`.

A thing is a claim like a document (`townhall.tables`): registered it is announced, behind a door it waits,
bound to a ticket one kiosk may open that door. Where it lies stands beside that, for a claim can end while the thing
still lies there, and a thing can be at the counter while its claim goes on. What no lock or sensor said is never
guessed: a claim whose door stayed open is in doubt until somebody looked.
"""
