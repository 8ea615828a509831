"""Goes through the checks, one after another, whatever the last one found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance import checks, lines
from conformance.caller import CALL_SECONDS, Call, Caller, Unreachable
from conformance.check import Finding
from conformance.contract import load
from conformance.token import Signer
from conformance.trial import Options, Trial
from conformance.verdict import Verdict, broken


class CannotRun(Exception):
    """Nothing can be said of this back end; the message says what to mend here."""


def go(options: Options, signer: Signer | None, seconds: float = CALL_SECONDS) -> Iterator[Finding]:
    """Give each finding as it is made; a call may take so many seconds.

    Raises CannotRun, and SignerError when the card stops signing.
    """
    try:
        for file in (options.ca, options.certificate, options.key, *(options.second or ()), options.seal_ca):
            if file is not None:
                file.read_bytes()  # unlike the ssl module, this says which
        tls = lines.as_kiosk(options.ca, options.certificate, options.key)
        second = None if options.second is None else lines.as_kiosk(options.ca, *options.second)
    except OSError as error:  # ssl.SSLError is one too
        which = error.filename or "certificates and keys"
        raise CannotRun(f"{which}: {error.strerror or type(error).__name__}") from None
    kiosk = Caller(options.url, tls, seconds)
    other = None if second is None else Caller(options.url, second, seconds)
    try:
        _greet(kiosk)
        trial = Trial(options, load(), kiosk, other, signer)
        for check in checks.ALL:
            yield Finding(check, _judged(check.try_it, trial))
    finally:
        for caller in (kiosk, other):
            if caller is not None:
                caller.close()


def _greet(kiosk: Caller) -> None:
    """Whether there is anybody: a wrong address is no fault of a back end."""
    try:
        kiosk.call(Call("GET /health"))
    except Unreachable as gone:
        raise CannotRun(f"GET /health: {gone}") from None


def _judged(try_it: Callable[[Trial], Verdict], trial: Trial) -> Verdict:
    try:
        return try_it(trial)
    except Unreachable as gone:
        return broken(str(gone))
