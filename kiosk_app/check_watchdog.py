"""`kiosk check watchdog`: who begins the kiosk anew when it hangs, and the machine when even that does not help."""

from __future__ import annotations

from kiosk_app.check_words import Say
from kiosk_app.doctor import Machine

_UNIT = "kiosk.service"
_NOBODY = ("0", "infinity", "")


def check_watchdog(machine: Machine, say: Say) -> bool:
    """Ask systemd. False when nobody watches; then it was said, with what to do."""
    code, told = machine.asks(
        "systemctl", "show", _UNIT, "--property=WatchdogUSec,WatchdogTimestamp,NRestarts,ActiveState"
    )
    if code:
        say(f"FOUT: systemd antwoordt niet ({told or code}): het loket draait hier niet als dienst")
        return False
    of_kiosk = _facts(told)
    of_machine = _facts(machine.asks("systemctl", "show", "--property=RuntimeWatchdogUSec")[1])
    kiosk = _watched(of_kiosk.get("WatchdogUSec", ""), "het loket", f"kijk in {_UNIT} naar WatchdogSec", say)
    if kiosk:
        heard = of_kiosk.get("WatchdogTimestamp") or "nog niet"
        say(f"Het laatst gehoord: {heard}. Vanzelf herbegonnen: {of_kiosk.get('NRestarts', '?')} keer.")
    hint = "kijk in /usr/lib/systemd/system.conf.d/60-loket247.conf, en of /dev/watchdog0 er is"
    whole = _watched(of_machine.get("RuntimeWatchdogUSec", ""), "de machine", hint, say)
    if kiosk and whole:
        say("Alles in orde.")
    return kiosk and whole


def _facts(told: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in told.splitlines() if "=" in line)


def _watched(after: str, what: str, hint: str, say: Say) -> bool:
    if after in _NOBODY:
        say(f"FOUT: niemand waakt over {what}")
        say(f"  1. {hint[:1].upper()}{hint[1:]}.")
        return False
    say(f"Wie zwijgt, wordt na {after} opnieuw begonnen: {what}.")
    return True
