"""What the town hands out: judged by qpdf, poppler, NSS, openssl, zxing, zbar and the check digits of the register."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from printing.document_check import DocumentChecker
from simulators.eid.people import load_residents
from townhall import catalogue
from townhall.authority import Authority, make
from townhall.catalogue import Channel, Wanted
from townhall.opening import Openings
from townhall.residents import RESIDENTS, Resident, load
from townhall.seal import Sealer, SealError
from townhall.sources import DocumentSource, DocumentUnavailable
from townhall.sources.demo import DemoSource
from townhall.typeset import Stamp, TypesetError

CODE = "7KQ4-MX2P-9TRD"
VERIFY = f"https://kiosk.lindeveld.example/verify/{CODE}"
PRODUCTS = {product.code: product for product in catalogue.load()}
DUTCH = Wanted("nl")
NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
ISSUED, VALID_UNTIL = dt.date(2026, 11, 24), dt.date(2027, 2, 24)
A4_MM = (210, 297)
PRINTER_MARGIN_MM = 5

People = dict[str, Resident]
Attest = Callable[..., Path]


def ran(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False, timeout=60, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode(errors="replace")


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def page_text(pdf: Path) -> str:
    return flat(ran("pdftotext", "-layout", pdf, "-"))


def raster(pdf: Path) -> Image.Image:
    ran("pdftoppm", "-r", "150", "-png", "-singlefile", pdf, pdf.with_suffix(""))
    return Image.open(pdf.with_suffix(".png")).convert("L")


@pytest.fixture(scope="module")
def people() -> People:
    return {resident.slug: resident for resident in load(RESIDENTS).people.values()}


@pytest.fixture(scope="module")
def source() -> DocumentSource:
    return DemoSource(load(RESIDENTS).people, catalogue.load(), Openings(Path("/nowhere/closed.toml")))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make(tmp_path_factory.mktemp("authority"), "LV-01")


@pytest.fixture(scope="module")
def sealer(authority: Authority) -> Sealer:
    sealer = Sealer(authority.seal, authority.seal_key, authority.seal_ca)
    sealer.warm()
    return sealer


def made(source: DocumentSource, resident: Resident, product: str, wanted: Wanted = DUTCH) -> bytes:
    return source.document(resident, PRODUCTS[product], wanted, Stamp(CODE, VERIFY, ISSUED, VALID_UNTIL))


@pytest.fixture
def attest(people: People, source: DocumentSource, sealer: Sealer, tmp_path: Path) -> Attest:
    def sealed(slug: str = "an", product: str = "householdComposition") -> Path:
        out = tmp_path / f"{product}.pdf"
        out.write_bytes(sealer.seal(made(source, people[slug], product), "Attest"))
        return out

    return sealed


def test_every_national_number_is_valid_and_of_a_range_that_is_never_issued(people: People) -> None:
    assert len(people) >= 12
    assert len(load(RESIDENTS).people) == len(people)
    for resident in people.values():
        born, nine, check = resident.birth_date, resident.ssin[:9], int(resident.ssin[9:])
        assert re.fullmatch(r"\d{11}", resident.ssin)
        assert nine[:6] == born.strftime("%y%m%d")
        assert nine[6:] in {"999", "000"}
        assert check == 97 - int(("2" if born.year >= 2000 else "") + nine) % 97


def test_everybody_the_issue_asks_for_lives_in_lindeveld(people: People) -> None:
    assert len(people["an"].household) == 4
    assert people["alone"].household == (("alone", "referentiepersoon"),)
    assert not people["elsewhere"].registered
    assert people["an"].registered
    assert people["nothing"].nothing
    assert people["foreigner"].nationality != "Belg"
    children = [
        2026 - people[slug].birth_date.year for slug, relation in people["an"].household if relation == "dochter"
    ]
    assert any(12 <= age < 18 for age in children)
    assert set("ëçßł") <= set("".join(resident.name.lower() for resident in people.values()))
    assert max(len(resident.name) for resident in people.values()) > 90


def test_the_cards_are_made_from_the_same_list(people: People) -> None:
    cards = load_residents(RESIDENTS)
    assert {slug: (card.ssin, card.surname) for slug, card in cards.items()} == {
        slug: (resident.ssin, resident.surname) for slug, resident in people.items()
    }
    assert cards["an"].ssin == "85113099960"
    assert cards["foreigner"].document_type not in {"1", "6"}


def test_a_resident_is_never_spelled_out_by_accident(people: People) -> None:
    assert not re.search("Peeters|8511", repr(people["an"]) + str(people["an"]))


@pytest.mark.parametrize(
    ("slug", "reason"), [("an", None), ("foreigner", None), ("nothing", "counterOnly"), ("elsewhere", "notRegistered")]
)
def test_who_may_have_what_is_said_with_the_reason(
    people: People, source: DocumentSource, slug: str, reason: str | None
) -> None:
    offers = source.offers(people[slug], NOW)
    asked_most = offers[:3]
    assert [offer.product.code for offer in asked_most] == ["householdComposition", "residence", "nationality"]
    assert {(offer.available, offer.reason) for offer in asked_most} == {(reason is None, reason)}


@pytest.mark.parametrize(
    ("slug", "product", "language"),
    [
        ("nothing", "residence", "nl"),
        ("elsewhere", "residence", "nl"),
        ("an", "cohabitation", "nl"),
        ("an", "residence", "fr"),
    ],
)
def test_what_is_not_on_offer_is_not_made(
    people: People, source: DocumentSource, slug: str, product: str, language: str
) -> None:
    with pytest.raises(DocumentUnavailable) as caught:
        made(source, people[slug], product, Wanted(language))
    assert people[slug].surname not in str(caught.value)


@pytest.mark.parametrize("slug", ["an", "longname", "francois", "alone"])
@pytest.mark.parametrize("product", ["householdComposition", "residence", "nationality"])
def test_an_attest_is_one_whole_tagged_a4_page(attest: Attest, slug: str, product: str) -> None:
    pdf = attest(slug, product)
    ran("qpdf", "--check", pdf)
    facts = dict(re.findall(r"^([^:]+):\s+(.*)$", ran("pdfinfo", pdf), re.MULTILINE))
    assert (facts["Tagged"], facts["Pages"], facts["JavaScript"]) == ("yes", "1", "no")
    assert "(A4)" in facts["Page size"]
    assert facts["Title"].startswith("Attest van ")


@pytest.mark.parametrize("slug", ["francois", "longname", "foreigner"])
def test_only_our_own_fonts_are_used_and_all_are_embedded(attest: Attest, slug: str) -> None:
    rows = ran("pdffonts", attest(slug)).splitlines()[2:]
    assert len(rows) == 2
    for row in rows:
        assert re.match(r"[A-Z]{6}\+AtkinsonHyperlegible-(Regular|Bold)", row)
        assert re.search(r"\byes yes yes\b", row), "embedded, subset, with a map to Unicode"


def test_the_household_stands_on_the_page_with_everybody_in_it(attest: Attest) -> None:
    text = page_text(attest("an"))
    for said in ("An Maria Peeters", "Bram Jozef De Wilde", "Noor De Wilde", "Lou De Wilde", "4 personen"):
        assert said in text
    for said in ("14 mei 2011", "dochter", "85.11.30-999.60", "Kerkstraat 1", "24 november 2026", "24 februari 2027"):
        assert said in text


@pytest.mark.parametrize(
    ("slug", "product", "said"),
    [
        ("foreigner", "nationality", "Portugal"),
        ("francois", "residence", "Sint-Jozefstraat 12 bus 3"),
        ("francois", "residence", "François Łukasz"),
        ("francois", "residence", "Größe-Vandenbroucke van der Meersch"),
        ("alone", "householdComposition", "uit één persoon"),
    ],
)
def test_each_attest_says_what_it_is_for(attest: Attest, slug: str, product: str, said: str) -> None:
    assert said in page_text(attest(slug, product))


@pytest.mark.parametrize(
    ("product", "slug", "said"),
    [
        ("residenceHistory", "an", "Veldstraat 8, 9998 Duinbeke"),
        ("life", "alone", "is deze persoon in leven"),
        ("cohabitation", "noel", "Clementina van Cauwenberghe"),
        ("residenceForMarriage", "mart", "dient voor een huwelijk"),
        ("funeralWishes", "an", "Crematie"),
        ("electoralRegister", "agnes", "kiesregister"),
        ("registerExtract", "foreigner", "Portugal"),
        ("civilBirth", "zoe", "Céline Dubois"),
        ("civilMarriage", "bram", "12 juni 2010 in Lindeveld"),
        ("criminalRecord595", "an", "Geen"),
    ],
)
def test_the_rest_of_the_catalogue_says_what_the_register_has(
    attest: Attest, product: str, slug: str, said: str
) -> None:
    pdf = attest(slug, product)
    ran("qpdf", "--check", pdf)
    assert said in page_text(pdf)
    assert PRODUCTS[product].title in page_text(pdf)


def test_what_a_criminal_record_is_for_stands_on_it(people: People, source: DocumentSource, tmp_path: Path) -> None:
    pdf = tmp_path / "record.pdf"
    wanted = Wanted("nl", purpose="security", recipient="Bewaking Vest", channel=Channel.PAPER)
    pdf.write_bytes(made(source, people["an"], "criminalRecord5961", wanted))
    assert "model 596.1" in page_text(pdf)
    assert "Bewaking en veiligheid" in page_text(pdf)
    assert "Bewaking Vest" in page_text(pdf)


def test_a_name_in_markup_is_printed_letter_by_letter(people: People, source: DocumentSource, tmp_path: Path) -> None:
    name = '#strong[x]*_ = $a$ <b> "q" \\ #panic()'
    odd = dataclasses.replace(people["alone"], surname=name)
    pdf = tmp_path / "odd.pdf"
    wanted = Wanted("nl", purpose="job", recipient="#" + name, channel=Channel.PAPER)
    for product, how in (("residence", DUTCH), ("criminalRecord595", wanted)):
        pdf.write_bytes(made(source, odd, product, how))
        assert name in page_text(pdf)
    assert "#" + name in page_text(pdf)


def test_a_product_with_a_price_is_for_the_counter(people: People) -> None:
    priced = [dataclasses.replace(product, price_in_cents=200) for product in PRODUCTS.values()]
    source = DemoSource(load(RESIDENTS).people, tuple(priced), Openings(Path("/nowhere/closed.toml")))
    assert {offer.reason for offer in source.offers(people["an"], NOW)} == {"counterOnly"}
    with pytest.raises(DocumentUnavailable):
        source.document(people["an"], priced[0], DUTCH, Stamp(CODE, VERIFY, ISSUED, VALID_UNTIL))


def test_what_a_viewer_shows_of_a_document_names_nobody(attest: Attest) -> None:
    assert not re.search(r"Peeters|An Maria|8511|85\.11", ran("pdfinfo", attest()))


def test_two_at_once_never_get_each_others_page(people: People, source: DocumentSource, tmp_path: Path) -> None:
    wanted = [people[slug] for slug in ("alone", "mart", "agnes", "foreigner")] * 4
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda resident: made(source, resident, "residence"), wanted))
    for number, (resident, page) in enumerate(zip(wanted, pages, strict=True)):
        pdf = tmp_path / f"{number}.pdf"
        pdf.write_bytes(page)
        text = page_text(pdf)
        assert [other.slug for other in people.values() if other.surname in text] == [resident.slug]


def test_a_letter_our_fonts_lack_is_an_error_that_quotes_nobody(people: People, source: DocumentSource) -> None:
    odd = dataclasses.replace(people["alone"], surname="Hendrickx 漢字")
    with pytest.raises(TypesetError) as caught:
        made(source, odd, "residence")
    chain = [
        caught.value,
        caught.value.__cause__,
        None if caught.value.__suppress_context__ else caught.value.__context__,
    ]
    assert not re.search("Hendrickx|漢", "".join(map(str, chain)))


def test_the_qr_code_leads_to_the_verification_and_the_code_stands_beside_it(
    attest: Attest, codes_on: Callable[[Image.Image], list[str]]
) -> None:
    pdf = attest("longname", "residence")
    assert codes_on(raster(pdf)) == [VERIFY]
    assert CODE in page_text(pdf).replace(VERIFY, "")
    assert VERIFY in page_text(pdf)
    assert "elektronisch verzegeld" in page_text(pdf)


def test_the_qr_code_has_words_for_who_cannot_see_it(attest: Attest) -> None:
    assert f"QR-code met het adres {VERIFY}" in ran("qpdf", "--qdf", "--object-streams=disable", attest(), "-")


def test_nothing_is_lost_in_the_margin_that_a_printer_leaves_white(attest: Attest) -> None:
    page = raster(attest("longname"))
    inked = ImageChops.invert(page).getbbox()
    assert inked is not None
    per_mm = page.width / A4_MM[0]
    left, top, right, bottom = (edge / per_mm for edge in inked)
    assert min(left, top, A4_MM[0] - right, A4_MM[1] - bottom) > PRINTER_MARGIN_MM


def signature(pdf: Path, ca: Path, folder: Path) -> str:
    store = f"sql:{folder}"
    ran("certutil", "-N", "-d", store, "--empty-password")
    ran("certutil", "-A", "-d", store, "-n", "seal", "-t", "C,C,C", "-i", ca)
    # What it says counts: its exit status for a bad seal is not the same in every version.
    return subprocess.run(
        ["pdfsig", "-nssdir", store, str(pdf)], capture_output=True, text=True, check=False, timeout=60
    ).stdout


def test_the_seal_is_valid_trusted_and_covers_the_whole_document(
    attest: Attest, authority: Authority, tmp_path: Path
) -> None:
    said = signature(attest(), authority.seal_ca, tmp_path)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_the_seal_brings_the_certificates_that_a_reader_needs(attest: Attest, tmp_path: Path) -> None:
    ran("pdfsig", "-dump", attest(), cwd=tmp_path)
    (blob,) = tmp_path.glob("*.sig*")
    held = ran("openssl", "pkcs7", "-inform", "DER", "-in", blob, "-print_certs", "-noout")
    assert set(re.findall(r"subject=.*CN ?= ?(.*)", held)) == {
        "DEMO Lindeveld Elektronisch Zegel",
        "DEMO Lindeveld Seal CA",
    }


def test_a_changed_letter_breaks_the_seal(attest: Attest, authority: Authority, tmp_path: Path) -> None:
    pdf = attest()
    pdf.write_bytes(pdf.read_bytes().replace(b"/Lang", b"/Lung", 1))
    assert "Digest Mismatch" in signature(pdf, authority.seal_ca, tmp_path)


def test_another_authority_does_not_vouch_for_the_seal(attest: Attest, tmp_path: Path) -> None:
    stranger = make(tmp_path / "stranger", "LV-01")
    store = tmp_path / "store"
    store.mkdir()
    said = signature(attest(), stranger.seal_ca, store)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." not in said


def test_the_kiosk_prints_what_the_town_seals(attest: Attest, authority: Authority) -> None:
    pdf = attest("longname").read_bytes()
    checker = DocumentChecker(authority.seal_ca)
    try:
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(pdf).digest()).decode()}:"
        assert checker.check(pdf, digest, timeout=60).pages == 1
    finally:
        checker.close()


def test_a_seal_without_its_key_is_refused_by_name(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(SealError, match=r"none\.key"):
        Sealer(authority.seal, tmp_path / "none.key", authority.seal_ca)
