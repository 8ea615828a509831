"""How the program or the machine begins anew, where whoever supervises them lets a kiosk do so."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from pathlib import Path

from config import durable

log = logging.getLogger(__name__)

# systemd answers at once, or says that it may not.
REBOOT_SECONDS = 15.0
REBOOT_WANTED = "reboot"


def restart() -> bool:
    """End: systemd begins a service anew that ends. False where nobody would."""
    if os.environ.get("SYSTEMD_EXEC_PID") != str(os.getpid()):  # [systemd.exec(5)] the process of a service
        return False
    os.kill(os.getpid(), signal.SIGTERM)
    return True


def ask_for_reboot(said: Path) -> bool:
    """Ask whoever may, and does where the agent's file says that an operator signed for it. False where nothing comes.

    The kiosk itself has no such right: whoever breaks out of it would have it too. [deploy/machine, loket247-reboot]
    """
    wish = said / REBOOT_WANTED
    try:
        durable.write(wish, b"")
        time.sleep(REBOOT_SECONDS)  # the machine ends in it
    finally:
        wish.unlink(missing_ok=True)
    return False


def reboot() -> bool:
    """Ask systemd, which asks its own rules whether a kiosk may. False where it may not."""
    command = ["systemctl", "--no-ask-password", "reboot"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=REBOOT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        done = None
    if done is None or done.returncode:
        log.warning("no reboot: %s", done.stderr.strip() if done else "no systemctl")
        return False
    return True
