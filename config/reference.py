"""`python -m config.reference FOLDER` writes what every setting is: settings.md for people, JSON Schema for programs.

Both are read from the types; `./dev check` says when the ones in `docs/` are of other types.
"""

from __future__ import annotations

import sys
from inspect import cleandoc
from pathlib import Path

import msgspec

from config.daily import Daily
from config.fields import fields
from config.settings import Settings

_HEAD = """# Every setting

Made from the types by `python -m config.reference docs`: change them in `config/`, not here.

A setting may stand in the installer's file on the machine and in the layers from afar: fleet, tenant (a town), site (a
building), kiosk; the later wins. Who may change it: **installer** in the file on the machine alone; **town** also from
afar, signed by as many as the town's role asks for; **daily** also by one person, with an end date. What asks for a new
start takes it by itself, between visits.

| setting | what it is | unit | default | who | new start | |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """Give the page for people."""
    rows = (
        f"| `{one.path}` | {_cell(one.kind)} | {one.unit} | {_cell(one.default)} | {one.who} "
        f"| {'yes' if one.restart else ''} | {_cell(one.help)} |\n"
        for one in fields()
    )
    return _HEAD + "".join(rows)


def schema(kind: type) -> str:
    """Give the JSON Schema (2020-12) of settings, or of daily content."""
    made = msgspec.json.schema(kind, schema_hook=_hook)
    return msgspec.json.format(msgspec.json.encode(_without_margins(made)), indent=1).decode() + "\n"


def files() -> dict[str, str]:
    """Give every file of the reference, by its name."""
    return {
        "settings.md": page(),
        "settings.schema.json": schema(Settings),
        "daily.schema.json": schema(Daily),
    }


def _without_margins(node: object) -> object:
    """Give a schema without the margins in its descriptions: docstrings keep theirs before Python 3.13."""
    if isinstance(node, dict):
        return {
            key: cleandoc(each) if key == "description" and isinstance(each, str) else _without_margins(each)
            for key, each in node.items()
        }
    return [_without_margins(each) for each in node] if isinstance(node, list | tuple) else node


def _hook(kind: type) -> dict[str, str]:
    if issubclass(kind, Path):
        return {"type": "string", "description": "A file or a folder on the kiosk."}
    raise NotImplementedError


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for name, content in files().items():
        (Path(sys.argv[1]) / name).write_text(content, encoding="utf-8")
