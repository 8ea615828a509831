"""The town's service as the kiosk itself asks it: whether it serves, and gives what a card then signs.

`kiosk check backend` holds a service to the whole contract; this one asks what a kiosk asks before each visit.
"""

from __future__ import annotations

import asyncio

from config.settings import BackEnd
from hardware.devices import Health
from hardware.faults import DeviceFault
from kiosk_app.check_words import Say, explain, timed
from kiosk_app.townhall_client import TownHallClient


def check_back_end(setting: BackEnd, say: Say) -> bool:
    """Try it. False when something failed; then it was said, with what to do."""
    say(f"Dienst van de gemeente op {setting.url}")
    client = TownHallClient(setting)
    with asyncio.Runner() as runner:
        try:
            status, seconds = timed(lambda: runner.run(client.health()))
            for code in status.faults:
                explain(say, code, word="Let op" if status.health is not Health.DOWN else "FOUT")
            if status.health is Health.DOWN:
                return False
            say(f"Ze zegt dat ze werkt ({seconds * 1000:.0f} ms).")
            _, seconds = timed(lambda: runner.run(client.challenge()))
        except DeviceFault as fault:
            explain(say, fault.code, fault.detail)
            return False
        finally:
            runner.run(client.close())
    say(f"Ze geeft wat een kaart tekent ({seconds * 1000:.0f} ms).")
    say("Alles in orde.")
    return True
