"""The commands about keys: show one, and let others sign for a town; and how every command takes one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError

from fleet import keys
from fleet.cli_service import Home, existing
from fleet.signing import Draft
from fleet.work import Work

KEY_HELP = "Je sleutel: een bestand, of een kaart (pkcs11:token=Els;id=%02?module-path=/…/opensc-pkcs11.so)."
KeyOption = Annotated[str, typer.Option("--key", envvar="LOKET247_KEY", help=KEY_HELP)]
_HERE = Path()
out = Console(soft_wrap=True)


def key(
    key: KeyOption,
    public: Annotated[
        Path | None, typer.Option("--out", help="Schrijf wat anderen ervan mogen weten, bv. els.pub.")
    ] = None,
) -> None:
    """Toon welke sleutel dit is, in een bestand of op een kaart, en probeer of ze tekent."""
    signer, named = opened(key)
    if public is not None:
        keys.save_public(signer.public_key, public)
    out.print(f"[green]✓[/] {named}: {signer.public_key.scheme}")
    out.print(f"  {_spaced(signer.public_key.keyid)}")


def signers(
    town: Annotated[str, typer.Argument(help="De gemeente.")],
    public: Annotated[list[Path], typer.Argument(help="Van ieder die mag tekenen wat fleet key --out schreef.")],
    need: Annotated[int, typer.Option("--need", min=1, max=9, help="Hoeveel van hen moeten tekenen.")],
    key: KeyOption,
    home: Home = _HERE,
) -> None:
    """Laat andere sleutels tekenen voor een gemeente. De hoofdsleutel zegt het; daarna tekenen zij zelf."""
    work = existing(home)
    if town not in work.towns:
        raise RepositoryError(f"{town}: geen gemeente van deze vloot")
    others = [keys.public(file) for file in public]
    signer, _ = opened(key)
    work.drafts.let_sign(town, others, need, signer)
    for file, other in zip(public, others, strict=True):
        out.print(f"  {file.stem}: {_spaced(other.keyid)}")
    out.print(
        f"[green]✓[/] {need} van deze {len(others)} sleutels tekenen voor {town}, zodra zoveel van hen dat deden."
    )


def countersign(work: Work, signer: Signer) -> None:
    """Show what somebody else signed, ask, and sign it too. Raises RepositoryError, SettingsError."""
    mine = [one for one in work.drafts.all() if signer.public_key.keyid in work.drafts.may_sign(one.role)]
    for draft in mine:
        if signer.public_key.keyid not in draft.said.signatures:
            work.drafts.refuse_dishonest(draft)
            _show(work, draft)
            if typer.prompt(f"Teken je dit voor {draft.role}? Typ ja", default="nee").strip().lower() != "ja":
                raise typer.Abort
            draft = work.drafts.countersign(draft, signer)  # noqa: PLW2901
        have, need = work.drafts.signatures(draft)
        out.print(f"[green]✓[/] {draft.role}: {have} van {need} getekend")
    if not mine:
        out.print("Hier ligt niets waarvoor deze sleutel tekent.")


def _show(work: Work, draft: Draft) -> None:
    if draft.role in work.drafts.owed():
        out.print(f"Voor {draft.role} tekenen vanaf nu {work.drafts.signatures(draft)[1]} van deze sleutels:")
        for keyid in sorted(work.drafts.may_sign(draft.role)):
            out.print(f"  {_spaced(keyid)}")
    for line in work.differences(draft):
        style = {"+": "green", "-": "red"}.get(line[:1], "")
        out.print(line, style=style, markup=False, highlight=False)


def opened(key: str) -> tuple[Signer, str]:
    """Give a key that was named, once it could be opened, and what to call it. Raises KeyFileError."""
    if not key.startswith(keys.ON_CARD):
        file = Path(key)
        return keys.load(file, _passphrase(file)), file.stem
    try:
        from fleet.cards import CardSigner
    except ImportError as error:
        raise keys.KeyFileError("voor een kaart is nodig: pip install 'loket247[fleet,cards]'") from error
    signer = CardSigner(key, lambda what: str(typer.prompt(what, hide_input=True)))
    signer.prove()
    return signer, signer.token_label or "kaart"


def _passphrase(file: Path) -> str:
    return str(typer.prompt(f"wachtzin van {file.name}", hide_input=True)) if keys.is_locked(file) else ""


def _spaced(keyid: str) -> str:
    """Write the beginning of a key's name so that two people can compare it on the telephone."""
    return " ".join(keyid[at : at + 4] for at in range(0, 24, 4))
