"""A slip says what came out, what did not, and what to do; it names nobody."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from config.settings import load
from hardware.devices import Slip, SlipStyle
from hardware.faults import FaultCode
from kiosk_app.effects import PrintSlip
from kiosk_app.slip import slip_of
from kiosk_app.visit import Document, Job, JobPhase, Product, Progress
from printing.receipt import Reprint, SlipDocument, lay_out

EXAMPLE = Path(__file__).parents[3] / "config" / "example.toml"
EVENING = datetime(2026, 11, 23, 20, 41)  # noqa: DTZ001 local time, as on the kiosk's clock
HOUSEHOLD = "Samenstelling van het gezin"
FAILED = SlipDocument(HOUSEHOLD, "Niet afgedrukt.", "3F2A-91C0", Reprint("4F7K-29", date(2026, 12, 7)))
PRINTED = SlipDocument("Bewijs van nationaliteit", "Afgedrukt.", "77B0-0D4E")


def words(slip: Slip) -> str:
    return "\n".join(line.text for line in slip.lines).replace("\N{NO-BREAK SPACE}", " ")


def test_a_slip_tells_where_when_what_and_how_it_ended() -> None:
    slip = lay_out("Gemeente Lindeveld", "LV-01", EVENING, (PRINTED,), "morgen open van 9 tot 12 uur.")
    assert words(slip).splitlines() == [
        "Gemeente Lindeveld",
        "Loket 24/7 · LV-01",
        "23 november 2026, 20.41 uur",
        "",
        "Bewijs van nationaliteit",
        "Afgedrukt.",
        "Nummer: 77B0-0D4E",
        "",
        "Balie: morgen open van 9 tot 12 uur.",
    ]
    assert slip.qr is None


def test_a_code_stands_large_with_its_last_day_and_in_the_qr_code() -> None:
    slip = lay_out("Gemeente Lindeveld", "LV-01", EVENING, (PRINTED, FAILED))
    assert [line.text for line in slip.lines if line.style is SlipStyle.CODE] == ["4F7K-29"]
    assert "Geldig tot en met 7 december 2026." in words(slip)
    assert "Met deze code krijg je je document gratis" in words(slip)
    assert slip.qr == "4F7K-29"


def test_a_code_without_a_last_day_claims_none() -> None:
    slip = lay_out("L", "LV-01", EVENING, (SlipDocument(HOUSEHOLD, "Niet zeker.", "1", Reprint("4F7K-29")),))
    assert "Geldig" not in words(slip)


def test_several_codes_leave_the_qr_code_out_for_it_could_be_either() -> None:
    other = SlipDocument("Bewijs van woonst", "Niet afgedrukt.", "9", Reprint("8Q2M-55"))
    slip = lay_out("L", "LV-01", EVENING, (FAILED, other))
    assert slip.qr is None
    assert [line.text for line in slip.lines if line.style is SlipStyle.CODE] == ["4F7K-29", "8Q2M-55"]
    assert "Met deze codes" in words(slip)


def test_a_slip_says_how_many_copies_came_out_and_counts_none_that_may_not_have() -> None:
    document = Document(UUID(int=1), Product("civilBirth", "Uittreksel uit de geboorteakte", ""), b"", 1, copies=3)
    endings = Progress(JobPhase.PRINTED, 3), Progress(JobPhase.FAILED, 2, FaultCode.PAPER_JAM)
    printed, failed = (words(slip_of(PrintSlip(1, (Job(document, one),), ()), load(EXAMPLE))) for one in endings)
    assert "Afgedrukt: 3 exemplaren." in printed
    assert "Niet afgedrukt." in failed
    assert "exemplaren" not in failed


def test_no_code_means_no_promise_of_a_free_document() -> None:
    assert "gratis" not in words(lay_out("L", "LV-01", EVENING, (PRINTED,)))


def test_what_is_on_a_slip_does_not_come_out_in_a_log() -> None:
    assert "4F7K" not in repr(FAILED) + repr(FAILED.reprint)
