"""Twenty thousand broken answers: each ends in an answer or in the driver's own fault. `./dev fuzz` tries a million."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzzing.targets import Targets
from hardware.eid import certificate

INPUTS, INPUTS_AT_ONCE, INPUT_BYTES = 20_000, 40, 48
some = settings(
    max_examples=INPUTS // INPUTS_AT_ONCE,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Targets:
    return Targets(tmp_path_factory.mktemp("keys"))


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@some
@given(data=st.binary(min_size=INPUTS_AT_ONCE * INPUT_BYTES, max_size=INPUTS_AT_ONCE * INPUT_BYTES))
def test_whatever_a_card_answers_ends_in_an_answer_or_in_the_drivers_own_fault(targets: Targets, data: bytes) -> None:
    for at in range(0, len(data), INPUT_BYTES):
        targets.try_one(data[at : at + INPUT_BYTES])


def test_an_input_that_breaks_something_would_be_found(targets: Targets, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(certificate, "parse", broken)
    with pytest.raises(ZeroDivisionError):
        targets.try_one(bytes(16))
