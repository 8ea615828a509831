"""What a kiosk's settings may let pass for a product: a document without a seal of the town's, and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Protocol, cast
from uuid import uuid4

import pikepdf
import pytest
from msgspec import ValidationError, convert
from pikepdf import Dictionary, Name, String

from config.settings import BackEnd
from config.settings import SealRule as Setting
from hardware.devices import Health, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app import effects, events
from kiosk_app.audit import AuditLine, What, audit_lines
from kiosk_app.back_end_worker import BackEndWorker
from kiosk_app.journal import Journal
from kiosk_app.products import Details, Product
from kiosk_app.store import Store
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Visit
from printing.document_check import DocumentChecker
from printing.seal_rule import Checked, SealRule

REQUIRE, WARN, OFF = SealRule


class Town(Protocol):
    def seal(self, pdf: bytes, field: str = "Zegel") -> bytes: ...


class Desk(Protocol):
    folder: Path
    town: Town
    checker: DocumentChecker
    good: bytes
    typeset: Callable[..., bytes]
    changed: Callable[..., bytes]
    digest: Callable[[bytes], str]
    another_town: Callable[[Path], Town]


def scripted(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@pytest.fixture(scope="module")
def papers(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One document of every sort."""
    altered = BytesIO(desk.good)
    place = desk.good.index(b"/Lang") + 7
    altered.seek(place)
    altered.write(b"f")
    return {
        "good": desk.good,
        "unsealed": desk.typeset(),
        "stranger": desk.another_town(tmp_path_factory.mktemp("stranger")).seal(desk.typeset()),
        "altered": altered.getvalue(),
        "scripted": desk.changed(desk.typeset(), scripted),
        "a5": desk.typeset(paper="a5"),
        "book": desk.typeset(51),
    }


NO_SEAL, STRANGER, CHANGED = "none", "not by a seal we trust", "does not fit the document"
ANSWERS: dict[tuple[SealRule, str], Checked | tuple[FaultCode, str]] = {
    (REQUIRE, "good"): Checked(1),
    (REQUIRE, "unsealed"): (FaultCode.DOCUMENT_SEAL, NO_SEAL),
    (REQUIRE, "stranger"): (FaultCode.DOCUMENT_SEAL, STRANGER),
    (REQUIRE, "altered"): (FaultCode.DOCUMENT_SEAL, CHANGED),
    (WARN, "good"): Checked(1),
    (WARN, "unsealed"): Checked(1, NO_SEAL),
    (WARN, "stranger"): Checked(1, STRANGER),
    (WARN, "altered"): (FaultCode.DOCUMENT_SEAL, CHANGED),
    (WARN, "scripted"): (FaultCode.DOCUMENT_FORBIDDEN, "acts when opened"),
    (WARN, "a5"): (FaultCode.DOCUMENT_FORMAT, "page 1 is not A4"),
    (OFF, "good"): Checked(1),
    (OFF, "unsealed"): Checked(1),
    (OFF, "stranger"): Checked(1),
    (OFF, "altered"): Checked(1),
    (OFF, "scripted"): (FaultCode.DOCUMENT_FORBIDDEN, "acts when opened"),
    (OFF, "a5"): (FaultCode.DOCUMENT_FORMAT, "page 1 is not A4"),
    (OFF, "book"): (FaultCode.DOCUMENT_FORMAT, "51 pages"),
}


@pytest.mark.parametrize(("rule", "paper"), ANSWERS, ids=str)
def test_a_rule_lets_pass_what_it_says_and_nothing_else(
    desk: Desk, papers: dict[str, bytes], rule: SealRule, paper: str
) -> None:
    pdf, answer = papers[paper], ANSWERS[rule, paper]
    if isinstance(answer, Checked):
        assert desk.checker.check(pdf, desk.digest(pdf), timeout=60, rule=rule) == answer
        return
    with pytest.raises(DeviceFault) as caught:
        desk.checker.check(pdf, desk.digest(pdf), timeout=60, rule=rule)
    code, detail = answer
    assert caught.value.code is code
    assert detail in caught.value.detail or code is FaultCode.DOCUMENT_FORBIDDEN


@pytest.mark.parametrize("rule", SealRule)
def test_the_digest_is_checked_under_every_rule(desk: Desk, papers: dict[str, bytes], rule: SealRule) -> None:
    for digest in (None, desk.digest(b"other bytes")):
        with pytest.raises(DeviceFault) as caught:
            desk.checker.check(papers["unsealed"], digest, rule=rule)
        assert caught.value.code is FaultCode.DOCUMENT_BROKEN


def test_who_looks_at_no_seal_needs_no_authority_of_seals_and_who_warns_does(tmp_path: Path, desk: Desk) -> None:
    checker, pdf = DocumentChecker(tmp_path / "none.pem"), desk.typeset()
    try:
        assert checker.check(pdf, desk.digest(pdf), timeout=60, rule=OFF) == Checked(1)
        with pytest.raises(DeviceFault) as caught:
            checker.check(pdf, desk.digest(pdf), timeout=60, rule=WARN)
        assert caught.value.code is FaultCode.SETTINGS_INVALID
    finally:
        checker.close()


# --- the settings, the worker and the audit trail ----------------------------------------------------------------


def test_a_product_that_is_not_named_needs_its_seal() -> None:
    plain = {"url": "https://a", "origin": "https://a", "ca": "a", "certificate": "b", "key": "c", "seal_ca": "d"}
    settings = convert({**plain, "seals": {"card": "warn", "flyer": "off"}}, BackEnd, dec_hook=lambda t, v: t(v))
    assert [settings.seal_for(code) for code in ("card", "flyer", "life")] == [
        Setting.WARN,
        Setting.OFF,
        Setting.REQUIRE,
    ]
    with pytest.raises(ValidationError):
        convert({**plain, "seals": {"card": "sometimes"}}, BackEnd, dec_hook=lambda t, v: t(v))
    assert [rule.value for rule in Setting] == [rule.value for rule in SealRule]


class TownHall:
    """A town hall that gives out one document."""

    def __init__(self, pdf: bytes, digest: str) -> None:
        self._answer = pdf, digest

    async def health(self) -> Status:
        return Status(Health.OK)

    async def order(self, *_: object) -> tuple[bytes, str]:
        await asyncio.sleep(0)
        return self._answer

    async def print_result(self, *_: object) -> None:
        raise DeviceFault(FaultCode.BACKEND_DOWN)

    async def close(self) -> None:
        return


@contextmanager
def ordered(desk: Desk, folder: Path, pdf: bytes, rule: SealRule) -> Iterator[events.Event]:
    """Order that document at a kiosk with that rule for it, and give what the visit hears of it."""
    heard: list[events.Event] = []
    came, store = threading.Event(), Store(folder)

    def post(event: events.Event) -> None:
        heard.append(event)
        came.set()

    client = cast("TownHallClient", TownHall(pdf, desk.digest(pdf)))
    checker = DocumentChecker(desk.folder / "ca.pem")
    rules = {"residence": rule}
    worker = BackEndWorker(client, checker, Journal(store), post, lambda _: None, rules.__getitem__)
    worker.start()
    try:
        product = Product("residence", "Attest", "Waar je woont")
        worker.do(effects.OrderDocument(1, uuid4(), product, Details(product.key)))
        assert came.wait(30)
        yield heard[0]
    finally:
        worker.stop()
        store.close()


def written(event: events.Event) -> list[AuditLine]:
    visit = Visit(number=1)
    return list(audit_lines(visit, event, visit, ()))


@pytest.mark.expects_log(r"^WARNING kiosk_app.back_end_worker: .*may be printed by the settings: residence \(none\)$")
def test_what_is_let_pass_with_a_warning_is_written_down_and_said_to_the_operator(desk: Desk, tmp_path: Path) -> None:
    with ordered(desk, tmp_path, desk.typeset(), WARN) as event:
        assert isinstance(event, events.DocumentReady)
        assert event.document.unsealed
        assert written(event) == [AuditLine(What.UNSEALED, 1, event.document.ticket, FaultCode.DOCUMENT_SEAL)]


@pytest.mark.parametrize(("rule", "sealed"), [(WARN, True), (REQUIRE, True), (OFF, False)])
def test_of_a_good_seal_and_of_one_that_nobody_looks_at_nothing_is_written(
    desk: Desk, tmp_path: Path, rule: SealRule, *, sealed: bool
) -> None:
    with ordered(desk, tmp_path, desk.good if sealed else desk.typeset(), rule) as event:
        assert isinstance(event, events.DocumentReady)
        assert not event.document.unsealed
        assert written(event) == []


def test_where_a_seal_is_required_an_unsealed_document_is_refused(desk: Desk, tmp_path: Path) -> None:
    with ordered(desk, tmp_path, desk.typeset(), REQUIRE) as event:
        assert isinstance(event, events.OrderFailed)
        assert event.fault is FaultCode.DOCUMENT_SEAL
