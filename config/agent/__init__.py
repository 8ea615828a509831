"""The agent: a process and a user of its own beside the kiosk, which fetches what was signed for it.

Imported by nobody. `fetch` gets files from a server or a folder, within bounds; `verify` lets through only what the
repository's keys signed, and `again` asks for that from round to round; `told` is the folder that the kiosk reads;
`line` is what it says to its fleet, `commands` what an operator wants of it, `errands` what somebody at the kiosk does;
`rounds` the loop, `__main__` the process.
"""
