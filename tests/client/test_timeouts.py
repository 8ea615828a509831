"""The time-outs of a visit: a settings file cannot make them catch one another."""

from __future__ import annotations

import msgspec
import pytest

from config.timeouts import Timeouts


@pytest.mark.parametrize("waits", [{"paper_wait": 600}, {"print_silence": 600}, {"print_net": 60}])
def test_a_net_that_would_catch_a_healthy_job_is_refused(waits: dict[str, float]) -> None:
    """The net for a silent print worker hangs below the longest wait of a job; the message names the key."""
    with pytest.raises(msgspec.ValidationError, match="print_net"):
        msgspec.convert(waits, Timeouts)
    assert msgspec.convert({**waits, "print_net": 1800}, Timeouts).print_net == 1800
