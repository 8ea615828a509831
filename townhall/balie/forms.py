"""Reads what a clerk sent, in memory alone: an uploaded PDF never touches the disk on its way to the shelf."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from townhall.deposits import MAX_DOCUMENT
from townhall.problems import Problem, ProblemType
from townhall.shelf import Announcement
from townhall.tables import Access, Order
from townhall.web import MAX_BODY

OTHER = "other"
MAX_FIELDS = 20


class _InMemory(MultiPartParser):
    """Starlette's parser, which would write what is larger than a megabyte to a temporary file."""

    spool_max_size = MAX_DOCUMENT + MAX_BODY


@dataclass(frozen=True, repr=False)
class DepositForm:
    """The form "Klaarleggen" as it was filled in. `id` makes sending it twice one deposit."""

    id: str
    valid_until: dt.date | None
    ssin: str = ""
    order: str = ""
    product: str = ""
    title: str = ""
    language: str = "nl"
    access: str = "eid"
    pdf: bytes = b""

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Self:
        """What was filled in. Raises Problem when it is no form of ours."""
        try:
            id_ = str(UUID(fields["id"]))
            order = str(UUID(fields["ticket"])) if fields.get("ticket") else ""
        except (KeyError, ValueError):
            raise Problem(ProblemType.SCHEMA_VIOLATION) from None
        return cls(
            id=id_,
            valid_until=_day(fields.get("geldig", "")),
            ssin=fields.get("rijksregisternummer", "")[:20],
            order=order,
            product=fields.get("product", "")[:64],
            title=fields.get("titel", "").strip()[:200],
            language=fields.get("taal", ""),
            access=fields.get("toegang", ""),
            pdf=fields.get("pdf", b""),
        )

    def for_order(self, order: Order) -> Self:
        """The form for an order that waits for its document."""
        return replace(self, order=str(order.ticket), product=order.product_code, language=order.language)

    def means(self, municipality: int) -> Announcement:
        """The same, as the shelf has it. Raises Problem."""
        if self.valid_until is None:
            raise Problem.of_field("validUntil")
        if self.language not in {"nl", "fr", "de"} or self.access not in {"eid", "code"} or not self.product:
            raise Problem(ProblemType.SCHEMA_VIOLATION)
        if self.product == OTHER and not self.title:
            raise Problem.of_field("title")
        return Announcement(
            ssin=None if self.order else re.sub(r"[\s.-]", "", self.ssin),
            order_id=UUID(self.order) if self.order else None,
            municipality=municipality,
            product_code=self.product,
            title=self.title if self.product == OTHER else None,
            language=self.language,
            valid_until=self.valid_until,
            access=Access(self.access),
        )


async def fields_of(request: Request) -> dict[str, Any]:
    """The fields of a form: text, and a file as bytes. Raises Problem."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        parser = _InMemory(
            request.headers, request.stream(), max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_BODY
        )
        try:
            form = await parser.parse()
        except MultiPartException:
            raise Problem(ProblemType.SCHEMA_VIOLATION) from None
        return {key: await one.read() if isinstance(one, UploadFile) else one for key, one in form.items()}
    body = await request.body()
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Problem(ProblemType.SCHEMA_VIOLATION) from None


def is_ours(request: Request) -> bool:
    """Whether a form was sent from a page of ours: browsers say where from, and no other page can say otherwise."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def _day(typed: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return None
