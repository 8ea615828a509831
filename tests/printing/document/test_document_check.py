"""What may be printed: whole, sealed by the town, A4, still. Everything else is refused with its reason."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from hardware.faults import DeviceFault, FaultCode
from printing.document_check import MAX_BYTES, DocumentChecker

if TYPE_CHECKING:
    from tests.printing.document.conftest import Desk

BROKEN, SEAL = FaultCode.DOCUMENT_BROKEN, FaultCode.DOCUMENT_SEAL
FORBIDDEN, FORMAT = FaultCode.DOCUMENT_FORBIDDEN, FaultCode.DOCUMENT_FORMAT


def poppler_says(desk: Desk, pdf: bytes, tmp_path: Path) -> str:
    """Ask pdfsig, with the town's CA in a certificate store of its own."""
    store = f"sql:{tmp_path}"
    (tmp_path / "it.pdf").write_bytes(pdf)
    for command in (
        ["certutil", "-N", "-d", store, "--empty-password"],
        ["certutil", "-A", "-d", store, "-n", "town", "-t", "C,C,C", "-i", str(desk.folder / "ca.pem")],
    ):
        subprocess.run(command, check=True, capture_output=True)
    command = ["pdfsig", "-nssdir", store, str(tmp_path / "it.pdf")]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


@pytest.mark.parametrize("pages", [1, 3, 50])
def test_a_sealed_document_passes_and_its_pages_are_counted_as_qpdf_counts_them(
    desk: Desk, pages: int, tmp_path: Path
) -> None:
    pdf = desk.town.seal(desk.typeset(pages))
    (tmp_path / "a.pdf").write_bytes(pdf)
    referee = subprocess.run(["qpdf", "--show-npages", tmp_path / "a.pdf"], check=True, capture_output=True, text=True)
    assert desk.check(pdf) == int(referee.stdout) == pages


def test_poppler_trusts_the_same_seal(desk: Desk, tmp_path: Path) -> None:
    verdict = poppler_says(desk, desk.good, tmp_path)
    assert "Signature is Valid" in verdict
    assert "Certificate is Trusted" in verdict
    assert "Total document signed" in verdict


def test_a_page_on_its_side_is_a4_too(desk: Desk) -> None:
    assert desk.check(desk.town.seal(desk.typeset(flipped=True))) == 1


def test_a_page_that_only_opens_at_its_top_may_do_so(desk: Desk) -> None:
    def open_at_top(pdf: Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]))

    assert desk.check(desk.town.seal(desk.changed(desk.typeset(), open_at_top))) == 1


# --- digest and size ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha-256=:AAAA:",
        "sha-256=:not base64:",
        "sha-256=:===:",
        "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:",
        "md5=:HhaDnJXAVf8AAAAAAAAAAA==:",
    ],
)
def test_without_a_fitting_digest_nothing_is_looked_at(desk: Desk, header: str | None) -> None:
    with pytest.raises(DeviceFault) as caught:
        desk.checker.check(desk.good, header)
    assert caught.value.code is BROKEN


def test_a_digest_among_others_is_found(desk: Desk) -> None:
    header = f"sha-512=:AAAA:, {desk.digest(desk.good)} , md5=:AAAA:"
    assert desk.checker.check(desk.good, header, timeout=60).pages == 1


def test_the_digest_is_the_one_of_openssl(desk: Desk) -> None:
    command = "openssl dgst -sha256 -binary | openssl base64 -A"
    referee = subprocess.run(["sh", "-c", command], input=desk.good, check=True, capture_output=True)
    assert desk.checker.check(desk.good, f"sha-256=:{referee.stdout.decode()}:", timeout=60).pages == 1


def test_an_empty_document_is_broken_and_a_huge_one_is_not_ours(desk: Desk) -> None:
    assert desk.refusal(b"").code is BROKEN
    assert desk.refusal(b"%PDF-1.7\n" + bytes(MAX_BYTES)).code is FORMAT


# --- structure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"<html>503</html>",
        b"\n%PDF-1.7 comes later",
        b"%PDF-1.7\n%%EOF\n",
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000,
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R /Prev 9>>\nstartxref\n9\n%%EOF\n",
    ],
)
def test_what_is_no_document_is_broken(desk: Desk, data: bytes) -> None:
    assert desk.refusal(data).code is BROKEN


def test_a_truncated_document_is_broken(desk: Desk) -> None:
    assert desk.refusal(desk.good[: len(desk.good) // 2]).code is BROKEN


def test_bytes_before_the_document_are_not_overlooked(desk: Desk) -> None:
    assert desk.refusal(b"#!/bin/sh\n" + desk.good).code is BROKEN


def test_an_encrypted_document_is_forbidden_with_or_without_a_password(desk: Desk) -> None:
    for password in ("", "1234"):
        locked = desk.changed(desk.typeset(), lambda _: None, encryption=pikepdf.Encryption(owner="o", user=password))
        assert desk.refusal(locked).code is FORBIDDEN


@pytest.mark.parametrize("paper", ["a5", "a3", "us-letter"])
def test_other_paper_is_refused(desk: Desk, paper: str) -> None:
    assert desk.refusal(desk.town.seal(desk.typeset(paper=paper))).code is FORMAT


def test_one_page_of_another_size_among_many_is_refused(desk: Desk) -> None:
    def crop_second(pdf: Pdf) -> None:
        pdf.pages[1].cropbox = Array([0, 0, 300, 300])

    refusal = desk.refusal(desk.town.seal(desk.changed(desk.typeset(3), crop_second)))
    assert (refusal.code, refusal.detail) == (FORMAT, "page 2 is not A4")


@pytest.mark.parametrize(("points", "passes"), [(595, True), (600.9, True), (601.0, False), (589.6, False)])
def test_a_page_may_differ_from_a4_as_much_as_paper_does(desk: Desk, points: float, *, passes: bool) -> None:
    def resize(pdf: Pdf) -> None:
        pdf.pages[0].mediabox = Array([0, 0, points, 842])

    pdf = desk.town.seal(desk.changed(desk.typeset(), resize))
    if passes:
        assert desk.check(pdf) == 1
    else:
        assert desk.refusal(pdf).code is FORMAT


def test_a_page_that_is_scaled_by_a_unit_of_its_own_is_refused(desk: Desk) -> None:
    def scale(pdf: Pdf) -> None:
        pdf.pages[0].obj["/UserUnit"] = 2

    assert desk.refusal(desk.town.seal(desk.changed(desk.typeset(), scale))).code is FORMAT


@pytest.mark.parametrize("pages", [51, 500])
def test_a_book_is_refused(desk: Desk, pages: int) -> None:
    refusal = desk.refusal(desk.town.seal(desk.typeset(pages)))
    assert (refusal.code, refusal.detail) == (FORMAT, f"{pages} pages")


def test_a_document_without_pages_is_refused(desk: Desk) -> None:
    def empty(pdf: Pdf) -> None:
        del pdf.pages[0]

    assert desk.refusal(desk.changed(desk.typeset(), empty)).code in (FORMAT, BROKEN)


def test_pages_that_contain_themselves_are_refused(desk: Desk) -> None:
    def loop(pdf: Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    assert desk.refusal(desk.changed(desk.typeset(), loop)).code in (FORMAT, BROKEN)


# --- what acts or hides ------------------------------------------------------------------------------------------


def javascript(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def javascript_by_name(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), Dictionary(S=Name.JavaScript)])))


def javascript_after_a_turn(pdf: Pdf) -> None:
    turn = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]), Next=Dictionary(S=Name.JavaScript))
    pdf.Root.OpenAction = turn


def launch_from_a_link(pdf: Pdf) -> None:
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=Dictionary(S=Name.Launch, F=String("sh"))
    )
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])


def address_on_opening(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.URI, URI=String("https://example.org"))


def action_of_a_page(pdf: Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("https://example.org")))


def embedded_file(pdf: Pdf) -> None:
    pdf.attachments["list.txt"] = b"names"


def hidden_file(pdf: Pdf) -> None:
    stream = pdf.make_stream(b"names")
    stream.Type = Name.EmbeddedFile
    pdf.Root.Hidden = stream


def form_in_xml(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


def film(pdf: Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))])


@pytest.mark.parametrize(
    "change",
    [
        javascript,
        javascript_by_name,
        javascript_after_a_turn,
        launch_from_a_link,
        address_on_opening,
        action_of_a_page,
        embedded_file,
        hidden_file,
        form_in_xml,
        film,
    ],
)
@pytest.mark.parametrize("mode", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
def test_a_sealed_document_that_acts_or_hides_something_is_forbidden(
    desk: Desk, change: Callable[[Pdf], None], mode: pikepdf.ObjectStreamMode
) -> None:
    pdf = desk.changed(desk.typeset(), change, object_stream_mode=mode)
    assert desk.refusal(desk.town.seal(pdf)).code is FORBIDDEN


def test_a_name_in_disguise_is_known(desk: Desk) -> None:
    """Any letter of a name may be written as its number [ISO 32000-2 §7.3.5]."""
    plain = desk.changed(desk.typeset(), launch_from_a_link, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    hidden = plain.replace(b" /S /Launch ", b"/S/L#61unch ")
    assert hidden != plain
    assert desk.refusal(desk.town.seal(hidden)).code is FORBIDDEN


# --- the seal ----------------------------------------------------------------------------------------------------


def test_a_document_without_a_seal_is_refused(desk: Desk) -> None:
    refusal = desk.refusal(desk.typeset())
    assert (refusal.code, refusal.detail) == (SEAL, "none")


def test_a_seal_of_another_town_is_refused(desk: Desk, tmp_path: Path) -> None:
    pdf = desk.another_town(tmp_path).seal(desk.typeset())
    refusal = desk.refusal(pdf)
    assert (refusal.code, refusal.detail) == (SEAL, "not by a seal we trust")
    assert "Certificate is Trusted" not in poppler_says(desk, pdf, tmp_path)


def test_an_addition_after_the_seal_is_refused(desk: Desk, tmp_path: Path) -> None:
    out = BytesIO(desk.good)
    writer = IncrementalPdfFileWriter(out)
    writer.root["/Lang"] = pdf_string("fr")
    writer.update_root()  # type: ignore[no-untyped-call]
    writer.write_in_place()  # type: ignore[no-untyped-call]
    refusal = desk.refusal(out.getvalue())
    assert refusal.code is SEAL
    assert "Not total document signed" in poppler_says(desk, out.getvalue(), tmp_path)


def test_bytes_after_the_sealed_file_are_refused(desk: Desk) -> None:
    assert desk.refusal(desk.good + b"\n% Maes\n").code in (SEAL, BROKEN)


def test_two_seals_of_the_town_are_as_good_as_one(desk: Desk) -> None:
    assert desk.check(desk.town.seal(desk.good, field="Tweede")) == 1


def test_a_changed_letter_in_a_sealed_document_is_refused(desk: Desk, tmp_path: Path) -> None:
    place = desk.good.index(b"/Lang") + 7
    pdf = desk.good[:place] + b"f" + desk.good[place + 1 :]
    assert pdf != desk.good
    assert desk.refusal(pdf).code is SEAL
    assert "Signature is Valid" not in poppler_says(desk, pdf, tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_missing_ca_is_a_fault_of_the_settings(desk: Desk, content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    checker = DocumentChecker(tmp_path / "ca.pem")
    with pytest.raises(DeviceFault) as caught:
        checker.check(desk.good, desk.digest(desk.good), timeout=60)
    checker.close()
    assert caught.value.code is FaultCode.SETTINGS_INVALID


# --- drawing -----------------------------------------------------------------------------------------------------


def test_a_reader_that_takes_too_long_is_ended_and_the_next_document_passes(desk: Desk) -> None:
    with pytest.raises(DeviceFault) as caught:
        desk.checker.check(desk.good, desk.digest(desk.good), timeout=0.0001)
    assert caught.value.code is BROKEN
    assert desk.check(desk.good) == 1


# --- anything at all ---------------------------------------------------------------------------------------------

CHANGES = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.sampled_from(["flip", "cut", "repeat", "put"]), st.binary(max_size=12)),
    min_size=1,
    max_size=4,
)


def mutate(pdf: bytes, changes: list[tuple[int, str, bytes]]) -> bytes:
    data = bytearray(pdf)
    for where, how, what in changes:
        place = where % len(data)
        match how:
            case "flip":
                data[place] ^= 1 + len(what)
            case "cut":
                del data[place : place + len(what)]
            case "repeat":
                data[place:place] = data[place : place + 200]
            case _:
                data[place : place + len(what)] = what
    return bytes(data)


def sealed_part(pdf: bytes) -> bytes:
    """Everything but the seal itself, which stands in hexadecimal between angle brackets."""
    return re.sub(rb"/Contents <[0-9a-fA-F]*>", b"", pdf)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_no_change_to_a_sealed_document_passes(desk: Desk, changes: list[tuple[int, str, bytes]]) -> None:
    pdf = mutate(desk.good, changes)
    if sealed_part(pdf) != sealed_part(desk.good):
        assert desk.refusal(pdf).code in (BROKEN, SEAL, FORBIDDEN, FORMAT)
    else:  # the seal may have unused room, in which a change changes nothing
        with contextlib.suppress(DeviceFault):
            desk.check(pdf)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=300))
def test_no_stray_bytes_pass(desk: Desk, data: bytes) -> None:
    assert desk.refusal(data).code is BROKEN
