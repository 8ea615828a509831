"""Which products a town lets into its compartments: its own choice, within what the contract has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from townhall.compartments import wall
from townhall.compartments.wall import CODES, Size

PROJECT = Path(__file__).parents[2]
CONTRACT = PROJECT / "docs" / "openapi" / "kiosk-service.yaml"
PRODUCT = '[[products]]\ncode = "{code}"\ntitle = "{title}"\n{more}\n'
DOORS = '[[compartments]]\nkiosk = "LV-01"\nnumbers = {numbers}\nsize = "{size}"\n{more}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lockers.toml"


def product(code: str = "voucher", title: str = "Cadeaubon", more: str = "") -> str:
    return PRODUCT.format(code=code, title=title, more=more)


def doors(numbers: str = "[1, 2]", size: str = "small", more: str = "") -> str:
    return DOORS.format(numbers=numbers, size=size, more=more)


def test_a_town_without_the_file_has_no_compartments() -> None:
    assert wall.load(None).compartments == ()


def test_a_town_says_what_may_lie_where_and_for_how_long(file: Path) -> None:
    file.write_text(
        "days = 5\n" + product() + product("passport", "Paspoort", 'fourEyes = true\nkiosks = ["LV-02"]')
        + doors() + doors("[7]", "large", "low = true")
    )  # fmt: skip
    found = wall.load(file)
    assert found.life == dt.timedelta(days=5)
    passport, voucher = found.product("passport"), found.product("voucher")
    assert passport is not None
    assert voucher is not None
    assert (passport.needs_card, passport.four_eyes, passport.allowed_at("LV-01")) == (True, True, False)
    assert (voucher.needs_card, voucher.four_eyes, voucher.allowed_at("LV-01")) == (False, False, True)
    assert [(one.number, one.size, one.low) for one in found.at("LV-01")] == [
        (1, Size.SMALL, False),
        (2, Size.SMALL, False),
        (7, Size.LARGE, True),
    ]


def test_what_may_lie_in_a_compartment_is_what_the_contract_says() -> None:
    schemas = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]
    assert tuple(schemas["LockerProductCode"]["enum"]) == CODES
    assert [size.value for size in Size] == schemas["CompartmentSize"]["enum"]


@pytest.mark.parametrize(
    "written",
    [
        product("eidCard", "Kaart"),
        product("kidsId", "Kaart voor je kind"),
        product("residenceCard", "Kaart"),
        product("papers", "Identiteitskaart"),
        product("papers", "Je nieuwe eID"),
        product("papers", "Kids-ID van je kind"),
        product("papers", "Elektronische verblijfstitel"),
        product("papers", "Verblijfskaart"),
        product("papers", "ID-kaart"),
        product("papers", "eID-kaart van je kind"),
        product("papers", "Elektronische vreemdelingenkaart"),
        product("papers", "Carte d'identité"),
        product("papers", "Titre de séjour"),
        product("papers", "Personalausweis"),
    ],
)
def test_no_identity_card_gets_in_by_any_name(file: Path, written: str) -> None:
    file.write_text(written)
    with pytest.raises(ValueError, match="may not lie in a compartment"):
        wall.load(file)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (product("passport", "Paspoort", "needsCard = false"), "needsCard cannot be false"),
        (product("drivingLicence", "Rijbewijs", "needsCard = false"), "needsCard cannot be false"),
        (product() + product(), "a product comes twice"),
        (doors("[1, 1]"), "a compartment comes twice"),
        (doors("[0]"), "from 1 to 999"),
        (doors("[true]"), "from 1 to 999"),
        (doors(size="huge"), "huge"),
        (doors(more="lock = 3"), "unknown: lock"),
        (product(more="eid = true"), "unknown: eid"),
        ("days = 0\n", "from 1 to 60"),
        ("hours = 3\n", "unknown: hours"),
    ],
)
def test_a_slip_of_the_pen_is_told_at_the_start(file: Path, written: str, said: str) -> None:
    file.write_text(written)
    with pytest.raises(ValueError, match=said):
        wall.load(file)


def test_the_town_of_the_demo_is_one() -> None:
    found = wall.load(PROJECT / "townhall" / "compartments" / "demo.toml")
    assert len(found.at("LV-01")) == 24
    assert {one.code for one in found.products} == set(CODES)
