"""Whole codes out of what a scanner sends, however it is cut up and whatever else is in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.scanner.codes import Assembler, Form

CODE = "4F7K-9XQR"


def heard(form: Form, *parts: bytes) -> list[str]:
    codes: list[str] = []
    assembler = Assembler(form, codes.append, lambda: 0.0)
    for part in parts:
        assembler.hear(part)
    return codes


@given(st.lists(st.integers(0, 20), max_size=6).map(sorted))
def test_a_code_is_one_however_it_is_cut_up(cuts: list[int]) -> None:
    sent = b"4F7K-9XQR\rC79Y-3DTW\r"
    edges = [0, *cuts, len(sent)]
    parts = [sent[a:b] for a, b in pairwise(edges)]
    assert heard(Form(), *parts) == [CODE, "C79Y-3DTW"]


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t", "\x03"])
def test_a_scanner_may_end_a_code_as_it_likes(suffix: str) -> None:
    assert heard(Form(suffix=suffix), f"{CODE}{suffix}{CODE}{suffix}".encode()) == [CODE, CODE]


def test_a_line_feed_after_the_suffix_is_no_code() -> None:
    assert heard(Form(suffix="\r"), f"{CODE}\r\n{CODE}\r\n".encode()) == [CODE, CODE]


def test_what_lacks_the_prefix_is_not_as_the_scanner_is_set() -> None:
    assert heard(Form(prefix="\x02"), f"\x02{CODE}\r{CODE}\r".encode()) == [CODE, ""]


@pytest.mark.parametrize(("sent", "code"), [("]Q1" + CODE, CODE), ("]C0" + CODE, ""), (CODE, ""), ("]", "")])
def test_only_the_kinds_that_are_wanted_are_codes(sent: str, code: str) -> None:
    assert heard(Form(kinds="Q"), f"{sent}\r".encode()) == [code]


def test_control_codes_are_left_out() -> None:
    assert heard(Form(), b"4F7K\x1d-9X\x00QR\x1b\r") == [CODE]


def test_what_is_no_text_is_no_code() -> None:
    assert heard(Form(), b"\xff\xfe\x80\r") == [""]


@pytest.mark.parametrize(("length", "whole"), [(4096, True), (7089, True), (8193, False), (200_000, False)])
def test_the_fullest_qr_code_is_whole_and_what_is_longer_is_none(length: int, *, whole: bool) -> None:
    sent = b"7" * length
    parts = [sent[at : at + 1000] for at in range(0, length, 1000)]
    assert heard(Form(), *parts, f"\r{CODE}\r".encode()) == ["7" * length if whole else "", CODE]


def test_a_code_that_was_cut_off_is_no_beginning_of_the_next() -> None:
    codes: list[str] = []
    clock = [0.0]
    assembler = Assembler(Form(), codes.append, lambda: clock[0])
    assembler.hear(b"4F7K-")
    clock[0] = 5.0
    assembler.hear(b"C79Y-3DTW\r")
    assert codes == ["C79Y-3DTW"]
