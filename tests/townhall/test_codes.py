"""Codes are hard to guess and easy to type; what is kept under the town's key tells nothing without it."""

from __future__ import annotations

import datetime as dt
import re
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townhall.codes import ALPHABET, document_code, read_claim_code, read_document_code
from townhall.opening import Opening, Openings
from townhall.vault import Vault, VaultError

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault.key")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    claim=st.uuids(version=4),
    between=st.sampled_from(["", " ", "-", " - "]),
    case=st.sampled_from([str.upper, str.lower]),
)
def test_a_code_is_read_however_it_is_typed(
    vault: Vault, claim: UUID, between: str, case: Callable[[str], str]
) -> None:
    code = vault.code_of(claim)
    assert re.fullmatch(r"[CDFGHJKMNPQRTWXY34679]{4}-[CDFGHJKMNPQRTWXY34679]{4}", code)
    typed = between.join(code.replace("-", ""))
    assert read_claim_code(case(typed)) == code


@given(st.text(max_size=20))
def test_nothing_else_is_a_code(typed: str) -> None:
    read = read_claim_code(typed)
    assert read is None or set(read) <= {*ALPHABET, "-"}
    assert read_document_code(document_code()) is not None


def test_the_same_claim_has_the_same_code_and_no_two_share_one(vault: Vault, tmp_path: Path) -> None:
    claims = [uuid4() for _ in range(5000)]
    codes = [vault.code_of(claim) for claim in claims]
    assert codes == [Vault(tmp_path / "vault.key").code_of(claim) for claim in claims]
    assert len(set(codes)) == len(codes)
    seen = Counter("".join(codes).replace("-", ""))
    assert max(seen.values()) < 1.2 * min(seen.values()), "no sign is likelier than another"
    assert vault.name_of(codes[0]) != vault.name_of(codes[1])
    assert Vault(tmp_path / "other.key").code_of(claims[0]) != codes[0]


def test_a_document_opens_under_its_own_name_and_key_alone(vault: Vault, tmp_path: Path) -> None:
    name, content = uuid4(), b"%PDF-1.7 of An"
    closed = vault.close(name, content)
    assert b"PDF" not in closed
    assert vault.open(name, closed) == content
    assert vault.close(name, content) != closed
    for other, key in ((uuid4(), vault), (name, Vault(tmp_path / "other.key"))):
        with pytest.raises(VaultError):
            key.open(other, closed)
    with pytest.raises(VaultError):
        vault.open(name, closed[:-1] + bytes([closed[-1] ^ 1]))
    assert stat.S_IMODE((tmp_path / "vault.key").stat().st_mode) == 0o600


def test_a_source_closes_and_opens_at_its_time(tmp_path: Path) -> None:
    file = tmp_path / "closed.toml"
    openings = Openings(file)
    assert openings.of("population", NOW) == Opening(open=True)
    file.write_text("[population]\nopensAt = 2026-11-25T11:00:00+01:00\n[register]\n")
    ten = dt.datetime(2026, 11, 25, 10, 0, tzinfo=dt.UTC)
    assert openings.of("population", NOW) == Opening(open=False, opens_at=ten)
    assert openings.of("population", ten) == Opening(open=True)
    assert openings.of("register", ten + 999 * MINUTE) == Opening(open=False)
    assert openings.of("civilStatus", NOW) == Opening(open=True)
    (tmp_path / "new").write_text("[all]\n")
    (tmp_path / "new").replace(file)
    assert not openings.of("civilStatus", NOW).open


@pytest.mark.expects_log("closed.toml cannot be read")
@pytest.mark.parametrize("slip", ["[population", "population = 1", "[population]\nopensAt = 2026-11-25"])
def test_a_slip_of_the_pen_does_not_shut_the_town_hall(tmp_path: Path, slip: str) -> None:
    (tmp_path / "closed.toml").write_text(slip)
    assert Openings(tmp_path / "closed.toml").of("population", NOW).open
