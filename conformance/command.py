"""The command line of the judge: `kiosk check backend URL`.

Its parts are imported when it runs, for a kiosk starts by the same door.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("url", metavar="URL", help="the base of the service, e.g. https://townhall.example")
    add("--ca", type=Path, required=True, metavar="PEM", help="the authority of the back end's certificate")
    add("--certificate", type=Path, required=True, metavar="PEM", help="a kiosk's certificate")
    add("--key", type=Path, required=True, metavar="PEM", help="its key")
    add(
        "--second-certificate",
        type=Path,
        metavar="PEM",
        help="another kiosk's: what belongs to one kiosk is tried there",
    )
    add("--second-key", type=Path, metavar="PEM", help="its key")
    add("--origin", metavar="URL", help="what cards sign for; else that of URL")
    add("--card-reader", metavar="NAME", help="sign in with the card in the reader whose name contains NAME")
    add("--pin-file", type=Path, metavar="FILE", help="its PIN; asked for in the terminal otherwise")
    add("--product", default="", metavar="CODE", help="what to order; else the first that is free and comes at once")
    add("--seal-ca", type=Path, metavar="PEM", help="authority of the seal: is the document one that a kiosk prints?")
    add("--code", default="", metavar="CODE", help="a code that waits; it is tried and given back, not spent")
    add("--try-codes", action="store_true", help="also guess codes until the back end stops it, which locks this kiosk")
    add("--json", type=Path, metavar="FILE", help="write the findings there too, for a machine")


def run(given: argparse.Namespace) -> int:
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


def _options(given: argparse.Namespace) -> Options:
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
        second=(given.second_certificate, given.second_key) if given.second_key else None,
        seal_ca=given.seal_ca,
        code=given.code,
        product=given.product,
        try_codes=given.try_codes,
    )


def _signer(given: argparse.Namespace) -> AbstractContextManager[Signer | None]:
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


def _concluded(given: argparse.Namespace, findings: list[Finding]) -> int:
    from conformance import contract, report
    from conformance.verdict import Outcome

    if given.json is not None:
        given.json.write_text(report.as_json(given.url, contract.load().title, findings), encoding="utf-8")
    return int(any(finding.verdict.outcome is Outcome.BROKEN for finding in findings))


def _cannot(why: str) -> int:
    print(f"kiosk check: {why}", file=sys.stderr)
    return 2
