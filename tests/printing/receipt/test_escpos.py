"""The slip printer's driver keeps its promises, over a real socket, on a printer that can go wrong."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from hardware.devices import Health, Slip, SlipLine, SlipStyle, Status
from hardware.escpos import printer as escpos
from hardware.faults import DeviceFault, FaultCode
from simulators.escpos_printer import EscPosPrinter

SLIP = Slip(
    (
        SlipLine("Gemeente Lindeveld", SlipStyle.TITLE),
        SlipLine("Samenstelling van het gezin"),
        SlipLine("4F7K-29", SlipStyle.CODE),
    ),
    "4F7K-29",
)


@pytest.fixture
def printer() -> Iterator[EscPosPrinter]:
    with EscPosPrinter() as printer:
        yield printer


@pytest.fixture
def driver(printer: EscPosPrinter, monkeypatch: pytest.MonkeyPatch) -> escpos.EscPosPrinter:
    monkeypatch.setattr(escpos, "STATUS_SECONDS", 0.5)
    monkeypatch.setattr(escpos, "ASK_EVERY", 0.05)
    return escpos.EscPosPrinter("127.0.0.1", printer.port)


def failure_of(driver: escpos.EscPosPrinter, slip: Slip = SLIP) -> FaultCode:
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(slip)
    assert "4F7K" not in str(caught.value)
    return caught.value.code


def printed_text(printer: EscPosPrinter, driver: escpos.EscPosPrinter, *lines: SlipLine) -> str:
    driver.print_slip(Slip(lines))
    return printer.slips[-1].text.rstrip()


# --- what comes out ----------------------------------------------------------------------------------------------


def test_when_print_returns_the_slip_is_out_and_cut(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    printer.bench.seconds_per_line = 0.02
    driver.print_slip(SLIP)
    assert [slip.text.split() for slip in printer.slips] == [
        ["Gemeente", "Lindeveld", "Samenstelling", "van", "het", "gezin", "4F7K-29"]
    ]


def test_two_referees_read_the_qr_code_from_the_paper(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter, codes_on: Callable[[bytes], list[str]]
) -> None:
    driver.print_slip(SLIP)
    assert codes_on(printer.slips[0].png) == ["4F7K-29"]


def test_no_byte_of_a_slip_can_be_taken_for_a_question_to_the_printer(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter
) -> None:
    for code in ("4F7K-29", "https://lindeveld.example/verify/AB12-CD34-EF56", "0"):
        driver.print_slip(Slip((SlipLine("Attest"),), code))
    sent = bytes(printer.received)
    assert re.sub(rb"(\x10\x04[\x01-\x04]){4}", b"", sent).count(b"\x10") == 0
    pictures = re.findall(rb"\x1dv0\x00\x48\x00..([\x00\x0f\xf0\xff]+)\n", sent)
    assert len(pictures) == 3
    assert all(len(dots) % 72 == 0 for dots in pictures)


def test_dutch_letters_arrive_in_code_page_858(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    text = "Noëlle, één, naïef, façade, über, € 1,50 · ½"
    assert printed_text(printer, driver, SlipLine(text)) == text
    assert b"\x1bt\x13" in printer.received
    assert text.encode("cp858") in printer.received


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("ĳsvrĳ", "ijsvrij"),
        ("Łódź", "Lódz"),
        ("hors d\u2019œuvre \u2013 \u2018a\u2019 “b” c…", "hors d'oeuvre - 'a' \"b\" c..."),
        ("9\N{NO-BREAK SPACE}uur", "9 uur"),
        ("日本", "??"),
        ("a\x1b@\x10\x04\x01b", "a?@???b"),
    ],
)
def test_letters_that_the_printer_lacks_become_the_nearest_it_has(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter, text: str, paper: str
) -> None:
    assert printed_text(printer, driver, SlipLine(text)) == paper


def test_lines_wrap_at_words_and_a_number_stays_with_its_unit(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter
) -> None:
    text = "De balie is morgen open van 9 tot 12 en tot 13.15\N{NO-BREAK SPACE}uur."
    wrapped = ["De balie is morgen open van 9 tot 12 en tot", "13.15 uur."]
    assert printed_text(printer, driver, SlipLine(text)).splitlines() == wrapped


def test_a_title_wraps_at_its_own_width(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    title = printed_text(printer, driver, SlipLine("Gemeente Sint-Genesius-Rode", SlipStyle.TITLE))
    assert title.splitlines() == ["Gemeente Sint-Genesius-", "Rode"]


def test_a_narrow_printer_gets_narrow_lines(printer: EscPosPrinter) -> None:
    narrow = escpos.EscPosPrinter("127.0.0.1", printer.port, columns=42)
    assert max(map(len, printed_text(printer, narrow, SlipLine("woord " * 30)).splitlines())) <= 42


# --- status ------------------------------------------------------------------------------------------------------


def test_a_printer_that_is_well_says_so(driver: escpos.EscPosPrinter) -> None:
    assert driver.status() == Status(Health.OK)


@pytest.mark.parametrize(
    ("fact", "health", "code"),
    [
        ("paper_low", Health.DEGRADED, FaultCode.RECEIPT_PAPER_LOW),
        ("paper_out", Health.DOWN, FaultCode.RECEIPT_PAPER_EMPTY),
        ("cover_open", Health.DOWN, FaultCode.RECEIPT_COVER_OPEN),
        ("cutter_jam", Health.DOWN, FaultCode.RECEIPT_FAULT),
        ("mute", Health.UNKNOWN, FaultCode.RECEIPT_LOST),
    ],
)
def test_what_is_wrong_shows_in_the_status_and_goes_away_again(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter, fact: str, health: Health, code: FaultCode
) -> None:
    printer.bench.put(fact)
    assert driver.status() == Status(health, (code,))
    printer.bench.put(fact, on=False)
    assert driver.status() == Status(Health.OK)


def test_an_open_cover_and_an_empty_roll_are_both_told(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    printer.bench.put("paper_out")
    printer.bench.put("cover_open")
    assert set(driver.status().faults) == {FaultCode.RECEIPT_COVER_OPEN, FaultCode.RECEIPT_PAPER_EMPTY}


def test_a_printer_without_power_is_down_and_comes_back(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    printer.bench.power_off()
    assert driver.status() == Status(Health.DOWN, (FaultCode.RECEIPT_LOST,))
    printer.bench.power_on()
    assert driver.status() == Status(Health.OK)
    driver.print_slip(SLIP)


# --- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("paper_out", FaultCode.RECEIPT_PAPER_EMPTY),
        ("cover_open", FaultCode.RECEIPT_COVER_OPEN),
        ("cutter_jam", FaultCode.RECEIPT_FAULT),
        ("mute", FaultCode.RECEIPT_LOST),
    ],
)
def test_nothing_is_sent_to_a_printer_that_cannot_print(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter, fact: str, code: FaultCode
) -> None:
    printer.bench.put(fact)
    assert failure_of(driver) is code
    assert b"Samenstelling" not in printer.received


def test_a_roll_that_is_nearly_empty_still_prints(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    printer.bench.put("paper_low")
    driver.print_slip(SLIP)
    assert len(printer.slips) == 1


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("paper_out", FaultCode.RECEIPT_PAPER_EMPTY),
        ("cover_open", FaultCode.RECEIPT_COVER_OPEN),
        ("cutter_jam", FaultCode.RECEIPT_FAULT),
    ],
)
def test_a_slip_that_stopped_half_way_is_told_and_its_rest_never_comes_out(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter, fact: str, code: FaultCode
) -> None:
    printer.bench.strike_after(2, fact)
    assert failure_of(driver) is code
    assert printer.slips == []
    printer.bench.put(fact, on=False)
    driver.print_slip(Slip((SlipLine("De volgende"),)))
    assert "4F7K" not in printer.slips[0].text
    assert printer.slips[0].text.rstrip().endswith("De volgende")


def test_power_lost_half_way_is_told(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    printer.bench.lose_power_after(2)
    assert failure_of(driver) is FaultCode.RECEIPT_LOST
    printer.bench.power_on()
    driver.print_slip(Slip((SlipLine("De volgende"),)))
    assert "4F7K" not in printer.slips[0].text


def test_a_printer_that_falls_silent_half_way_is_lost(printer: EscPosPrinter, driver: escpos.EscPosPrinter) -> None:
    printer.bench.strike_after(2, "mute")
    assert failure_of(driver) is FaultCode.RECEIPT_LOST


def test_a_printer_that_never_says_done_is_not_believed(
    printer: EscPosPrinter, driver: escpos.EscPosPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escpos, "PRINT_SECONDS", 0.3)
    printer.bench.seconds_per_line = 60
    assert failure_of(driver) is FaultCode.RECEIPT_FAULT


@pytest.mark.parametrize("work", [lambda d: d.print_slip(SLIP), lambda d: d.status()], ids=["print", "status"])
def test_closing_ends_a_conversation_under_way(
    printer: EscPosPrinter, monkeypatch: pytest.MonkeyPatch, work: Callable[[escpos.EscPosPrinter], object]
) -> None:
    monkeypatch.setattr(escpos, "STATUS_SECONDS", 60)
    driver = escpos.EscPosPrinter("127.0.0.1", printer.port)
    printer.bench.put("mute")
    ends: list[object] = []

    def converse() -> None:
        try:
            ends.append(work(driver))
        except DeviceFault as fault:
            ends.append(fault.code)

    caller = threading.Thread(target=converse)
    caller.start()
    assert printer.wait_for_bytes(12, timeout=5)
    driver.close()
    caller.join(5)
    assert not caller.is_alive()
    assert ends in ([FaultCode.RECEIPT_LOST], [Status(Health.UNKNOWN, (FaultCode.RECEIPT_LOST,))])


@pytest.mark.parametrize("noise", [b"", b"\x00" * 40, b"\x37" * 40, b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\x12"])
def test_something_else_on_that_port_is_no_printer(noise: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escpos, "STATUS_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        driver = escpos.EscPosPrinter("127.0.0.1", server.getsockname()[1])

        def answer() -> None:
            client, _ = server.accept()
            with client:
                client.recv(64)
                client.sendall(noise)
                client.recv(64)

        stranger = threading.Thread(target=answer)
        stranger.start()
        assert failure_of(driver) is FaultCode.RECEIPT_LOST
        stranger.join(5)
