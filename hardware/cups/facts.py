"""What a printer lists of itself, asked in the child process and read in ours: formats, trays, supplies.

`printer-input-tray` and `printer-supply` are strings of `key=value;` [PWG 5100.13 §5.6.11, §5.6.13]; a printer that has
no `printer-supply` may have CUPS's older `marker-…` words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hardware.cups.ipp import Attributes, Operation, Tag
from hardware.cups.lines import device_errors, first_group, to_device
from hardware.cups.queue import queue_now
from hardware.cups.ways import way_to
from hardware.devices import PrinterFacts, PrintWay, Queue, Supply, Tray

_WORDS = (
    *("printer-make-and-model", "document-format-supported", "sides-supported"),
    *("media-supported", "media-ready", "media-source-supported", "printer-input-tray", "printer-supply"),
    "print-color-mode-supported",
    *("marker-names", "marker-levels", "marker-types"),
)
# A class of supply that fills up, and the older word for it.
_FILLS = ("receptacleThatIsFilled", "waste")


def describe(server: str, queue: str, uri: str) -> dict[str, object]:
    """Ask the device what it is and has, and CUPS how it would send to it."""
    with device_errors():
        wish = (Tag.KEYWORD, "requested-attributes", list(_WORDS))
        answer = to_device(uri).ask(Operation.GET_PRINTER_ATTRIBUTES, [wish])
    return {"device": dict(first_group(answer)), "queue": queue_now(server, queue)}


def facts_in(answer: Mapping[str, object]) -> PrinterFacts:
    """Read what `describe` gave."""
    device, queue = answer.get("device"), answer.get("queue")
    words: Attributes = device if isinstance(device, dict) else {}
    formats = _texts(words, "document-format-supported")
    return PrinterFacts(
        model=next(iter(_texts(words, "printer-make-and-model")), ""),
        formats=formats,
        way=way_to(formats),
        queue=queue_in(queue if isinstance(queue, dict) else None),
        two_sided="two-sided-long-edge" in _texts(words, "sides-supported"),
        media=_texts(words, "media-supported"),
        loaded=_texts(words, "media-ready"),
        sources=_texts(words, "media-source-supported"),
        colours=_texts(words, "print-color-mode-supported"),
        trays=tuple(_tray(text) for text in _texts(words, "printer-input-tray")),
        supplies=tuple(_supply(text) for text in _texts(words, "printer-supply")) or _markers(words),
    )


def queue_in(queue: Mapping[str, object] | None) -> Queue:
    """Read what `queue_now` gave."""
    if queue is None:
        return Queue()
    return Queue(
        str(queue.get("address", "")),
        PrintWay.SEALED if queue.get("raw") else PrintWay.RASTER,
        ours=bool(queue.get("ours")),
        lets_go=bool(queue.get("letsGo")),
        gives_up=bool(queue.get("givesUp")),
    )


def _tray(text: str) -> Tray:
    fields = _fields(text)
    return Tray(fields.get("name", ""), _count(fields.get("level")), _count(fields.get("maxcapacity")))


def _supply(text: str) -> Supply:
    fields = _fields(text)
    level, whole = _count(fields.get("level")), _count(fields.get("maxcapacity"))
    percent = None if level is None or not whole else min(100, round(100 * level / whole))
    name = " ".join(fields[key] for key in ("colorantname", "type") if fields.get(key, "unknown") != "unknown")
    return Supply(name, percent, fields.get("class") == _FILLS[0])


def _markers(words: Attributes) -> tuple[Supply, ...]:
    names, levels = _texts(words, "marker-names"), words.get("marker-levels", [])
    kinds = [*_texts(words, "marker-types"), *[""] * len(names)]
    return tuple(
        Supply(name, _count(level), kind.startswith(_FILLS[1]))
        for name, level, kind in zip(names, levels, kinds, strict=False)
    )


def _fields(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


def _count(value: object) -> int | None:
    """Read a level: -1, -2 and -3 stand for 'other', 'unknown' and 'at least one' [RFC 3805]."""
    try:
        count = int(str(value))
    except ValueError:
        return None
    return count if count >= 0 else None


def _texts(words: Mapping[str, Iterable[object]], name: str) -> tuple[str, ...]:
    return tuple(value for value in words.get(name, ()) if isinstance(value, str))
