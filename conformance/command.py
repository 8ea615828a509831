"""The command line of the judge: `kiosk check backend URL`.

Its parts are imported when it runs: whoever asks for help waits for none of them.
"""

from __future__ import annotations

import sys
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from conformance.check import Finding
    from conformance.token import Signer
    from conformance.trial import Options

DESCRIPTION = """\
Calls a back end as a kiosk would, and says which promises of the contract (docs/openapi/kiosk-service.yaml) it keeps.
Give it a test back end: with a card it signs in four times and orders two documents in the name of its holder, one of
which it reports as failed. Exit status: 0 all held, 1 something did not, 2 it could not run.
"""
# The only libraries that a kiosk itself does without.
EXTRA = ("jsonschema", "yaml")


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line."""

    url: str
    ca: Path
    certificate: Path
    key: Path
    second_certificate: Path | None
    second_key: Path | None
    origin: str
    card_reader: str | None
    pin_file: Path | None
    product: str
    seal_ca: Path | None
    code: str
    try_codes: bool
    json: Path | None


def backend(
    url: Annotated[str, typer.Argument(metavar="URL", help="The base of the service, e.g. https://townhall.example")],
    *,
    ca: Annotated[Path, typer.Option(help="The authority of the back end's certificate (PEM).")],
    certificate: Annotated[Path, typer.Option(help="A kiosk's certificate (PEM).")],
    key: Annotated[Path, typer.Option(help="Its key (PEM).")],
    second_certificate: Annotated[
        Path | None, typer.Option(help="Another kiosk's: what belongs to one kiosk is tried there.")
    ] = None,
    second_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    origin: Annotated[str, typer.Option(metavar="URL", help="What cards sign for; else that of URL.")] = "",
    card_reader: Annotated[
        str | None, typer.Option(metavar="NAME", help="Sign in with the card in the reader whose name contains NAME.")
    ] = None,
    pin_file: Annotated[Path | None, typer.Option(help="Its PIN; asked for in the terminal otherwise.")] = None,
    product: Annotated[
        str, typer.Option(metavar="CODE", help="What to order; else the first that is free and comes at once.")
    ] = "",
    seal_ca: Annotated[
        Path | None, typer.Option(help="Authority of the seal: is the document one that a kiosk prints?")
    ] = None,
    code: Annotated[
        str, typer.Option(metavar="CODE", help="A code that waits; it is tried and given back, not spent.")
    ] = "",
    try_codes: Annotated[
        bool, typer.Option("--try-codes", help="Also guess codes until the back end stops it, which locks this kiosk.")
    ] = False,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the findings there too.")] = None,
) -> None:
    """Hold a back end to the contract."""
    given = (second_certificate, second_key, origin, card_reader, pin_file, product, seal_ca, code, try_codes, json)
    raise typer.Exit(run(Asked(url, ca, certificate, key, *given)))


def run(given: Asked) -> int:
    """Do it, and tell."""
    import importlib.util

    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        return _cannot(f"{' and '.join(missing)} is not installed: pip install 'loket247[conformance]'")
    if bool(given.second_certificate) != bool(given.second_key):
        return _cannot("--second-certificate and --second-key go together")
    from conformance.run import CannotRun
    from conformance.token import SignerError

    try:
        if given.json is not None:
            given.json.write_text("", encoding="utf-8")  # before a minute of checks, not after
        with _signer(given) as signer:
            findings = _told(_options(given), signer)
        return _concluded(given, findings)
    except (CannotRun, SignerError) as error:
        return _cannot(str(error))
    except OSError as error:
        return _cannot(f"{error.filename}: {error.strerror}")


def _options(given: Asked) -> Options:
    from urllib.parse import urlsplit

    from conformance.trial import Options

    url = given.url.rstrip("/")
    place = urlsplit(url)
    return Options(
        url=url,
        ca=given.ca,
        certificate=given.certificate,
        key=given.key,
        origin=(given.origin or f"{place.scheme}://{place.netloc}").rstrip("/"),
        second=(given.second_certificate, given.second_key) if given.second_certificate and given.second_key else None,
        seal_ca=given.seal_ca,
        code=given.code,
        product=given.product,
        try_codes=given.try_codes,
    )


def _signer(given: Asked) -> AbstractContextManager[Signer | None]:
    """The card, for as long as the checks last. Raises SignerError, OSError."""
    if given.card_reader is None:
        return nullcontext()
    import getpass

    from conformance.card import CardSigner

    pin = given.pin_file.read_bytes().strip() if given.pin_file else getpass.getpass("PIN: ").encode()
    return closing(CardSigner(given.card_reader, bytearray(pin)))


def _told(options: Options, signer: Signer | None) -> list[Finding]:
    from conformance import contract, report, run

    print(f"{contract.load().title} at {options.url}\n")
    findings = []
    for finding in run.go(options, signer):
        findings.append(finding)
        print("\n".join(report.lines(finding)), flush=True)
    print(f"\n{report.summary(findings)}")
    return findings


def _concluded(given: Asked, findings: list[Finding]) -> int:
    from conformance import contract, report
    from conformance.verdict import Outcome

    if given.json is not None:
        given.json.write_text(report.as_json(given.url, contract.load().title, findings), encoding="utf-8")
    return int(any(finding.verdict.outcome is Outcome.BROKEN for finding in findings))


def _cannot(why: str) -> int:
    print(f"kiosk check: {why}", file=sys.stderr)
    return 2
