"""The commands about keys: show one, let a town join or others sign, say it again; and how a command takes one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError

from fleet import keys
from fleet.cli_output import AsJson, agreed, asked, beside, show_difference, tell
from fleet.cli_service import Home, existing
from fleet.joining import join
from fleet.renewal import renew as again
from fleet.signing import Count, Draft
from fleet.work import Work

KEY_HELP = "Je sleutel: een bestand, of een kaart (pkcs11:token=Els;id=%02?module-path=/…/opensc-pkcs11.so)."
KeyOption = Annotated[str, typer.Option("--key", envvar="LOKET247_KEY", help=KEY_HELP)]
_HERE = Path()


def key(
    key: KeyOption,
    public: Annotated[
        Path | None, typer.Option("--out", help="Schrijf wat anderen ervan mogen weten, bv. els.pub.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Toon welke sleutel dit is, in een bestand of op een kaart, en probeer of ze tekent."""
    signer, named = opened(key)
    if public is not None:
        keys.save_public(signer.public_key, public)
    known = signer.public_key
    told = {"name": named, "scheme": known.scheme, "keyid": known.keyid}
    tell(told, f"[green]✓[/] {named}: {known.scheme}", f"  {_spaced(known.keyid)}", as_json=as_json)


def signers(
    town: Annotated[str, typer.Argument(help="De gemeente.")],
    public: Annotated[list[Path], typer.Argument(help="Van ieder die mag tekenen wat fleet key --out schreef.")],
    need: Annotated[int, typer.Option("--need", min=1, max=9, help="Hoeveel van hen moeten tekenen.")],
    key: KeyOption,
    home: Home = _HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Laat andere sleutels tekenen voor een gemeente. De hoofdsleutel zegt het; daarna tekenen zij zelf."""
    work = existing(home)
    if town not in work.towns:
        raise RepositoryError(f"{town}: geen gemeente van deze vloot")
    others = [keys.public(file) for file in public]
    signer, _ = opened(key)
    work.drafts.let_sign(town, others, need, signer)
    names = [f"  {file.stem}: {_spaced(other.keyid)}" for file, other in zip(public, others, strict=True)]
    said = f"[green]✓[/] {need} van deze {len(others)} sleutels tekenen voor {town}, zodra zoveel van hen dat deden."
    told = {"town": town, "needed": need, "keyids": [other.keyid for other in others]}
    tell(told, *names, said, as_json=as_json)


def town(
    town: Annotated[str, typer.Argument(help="De gemeente die erbij komt.")],
    key: KeyOption,
    signers: Annotated[int, typer.Option("--signers", min=1, max=9, help="Hoeveel mensen moeten tekenen.")] = 1,
    home: Home = _HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Laat een gemeente meedoen: maak haar sleutels, en geef uit dat die voor haar tekenen. Vraagt de hoofdsleutel."""
    work = existing(home)
    join(work, town, signers, opened(key)[0], new_passphrase)
    mine = [f"{town}-{number}.pem" for number in range(1, signers + 1)]
    said = f"[green]✓[/] {town} hoort bij deze vloot. Wie voor haar tekent, krijgt: {', '.join(mine)}."
    tell({"town": town, "keys": mine}, said, as_json=as_json)


def renew(key: KeyOption, home: Home = _HERE, *, as_json: AsJson = False) -> None:
    """Zeg met de hoofdsleutel opnieuw wie mag tekenen, een jaar lang. Een gemeente tekent zelf opnieuw: fleet sign."""
    work = existing(home)
    done = again(work, opened(key)[0])
    until = work.repository.root().signed.expires
    said = f"[green]✓[/] Opnieuw gezegd tot {until:%d-%m-%Y}: {', '.join(done)}. Leg de hoofdsleutel terug in de kluis."
    tell({"renewed": done, "until": until}, said, as_json=as_json)


def new_passphrase(name: str) -> str:
    """Ask twice for a passphrase that is long enough."""
    while True:
        said = asked(f"nieuwe wachtzin voor {name}", twice=True)
        if len(said) >= keys.SHORTEST_PASSPHRASE:
            return said
        beside.print(f"Te kort: neem {keys.SHORTEST_PASSPHRASE} tekens of meer, bv. vier woorden.")


def countersign(work: Work, signer: Signer) -> list[Count]:
    """Show what somebody else signed, ask, and sign it too. Raises RepositoryError, SettingsError."""
    mine = [one for one in work.drafts.all() if signer.public_key.keyid in work.drafts.may_sign(one.role)]
    return [work.drafts.count(_countersigned(work, draft, signer)) for draft in mine]


def _countersigned(work: Work, draft: Draft, signer: Signer) -> Draft:
    if signer.public_key.keyid in draft.said.signatures:
        return draft
    work.drafts.refuse_dishonest(draft)
    if draft.role in work.drafts.owed():
        beside.print(f"Voor {draft.role} tekenen vanaf nu {work.drafts.count(draft).needed} van deze sleutels:")
        for keyid in sorted(work.drafts.may_sign(draft.role)):
            beside.print(f"  {_spaced(keyid)}")
    for line in work.differences(draft):
        show_difference(line, beside)
    agreed(f"Teken je dit voor {draft.role}?")
    return work.drafts.countersign(draft, signer)


def opened(key: str) -> tuple[Signer, str]:
    """Give a key that was named, once it could be opened, and what to call it. Raises KeyFileError."""
    if not key.startswith(keys.ON_CARD):
        file = Path(key)
        return keys.load(file, _passphrase(file)), file.stem
    try:
        from fleet.cards import CardSigner
    except ImportError as error:
        raise keys.KeyFileError("voor een kaart is nodig: pip install 'loket247[fleet,cards]'") from error
    signer = CardSigner(key, asked)
    signer.prove()
    return signer, signer.token_label or "kaart"


def _passphrase(file: Path) -> str:
    return asked(f"wachtzin van {file.name}") if keys.is_locked(file) else ""


def _spaced(keyid: str) -> str:
    """Write the beginning of a key's name so that two people can compare it on the telephone."""
    return " ".join(keyid[at : at + 4] for at in range(0, 24, 4))
