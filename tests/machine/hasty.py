"""Runs a program as it is, but for a kiosk that waits for its disk: it tries again after a second, not a minute.

`python -m tests.machine.hasty MODULE …`.
"""

from __future__ import annotations

import runpy
import sys

from kiosk_app import screened

if __name__ == "__main__":
    screened.RETRY_SECONDS = 1.0
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
