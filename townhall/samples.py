"""A sealed document as the town's other software would make it, to hand in: for a demo and for who tries the contract.

    python -m townhall.samples --data DIR --resident an > document.pdf

`--data` is the folder of a back end that has been started once: the seal is the demo town's own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from townhall import residents
from townhall.residents import Resident
from townhall.seal import Sealer
from townhall.typeset import Attest, Row, Stamp, Typesetter, day

TITLE = "Jouw document van de gemeente"
NOTICE = "Gemeente en inwoners op dit document zijn verzonnen. Het dient om het Loket 24/7 te tonen."


def sealed(data: Path, resident: Resident, title: str = TITLE) -> bytes:
    """One A4 page for a resident under the seal of the demo town in `data`. Raises SealError."""
    today = dt.datetime.now(dt.UTC).astimezone().date()
    attest = Attest(
        title=title,
        municipality=resident.municipality,
        statement="dit document is voor jou klaargelegd.",
        facts=(
            Row("Naam", resident.surname),
            Row("Voornamen", resident.given_names),
            Row("Geboren", f"{day(resident.birth_date)} in {resident.birth_place}"),
        ),
        notice=NOTICE,
    )
    stamp = Stamp("7KQ4-MX3P-9TRD", "https://www.lindeveld.example/verify/7KQ4-MX3P-9TRD", today, today)
    ca = data / "ca"
    sealer = Sealer(ca / "seal.pem", ca / "seal.key", ca / "seal-ca.pem")
    return sealer.seal(Typesetter().attest(attest, stamp), title)


def main() -> int:
    """Write one to standard output."""
    parser = argparse.ArgumentParser(prog="townhall.samples", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--resident", default="an", metavar="SLUG")
    parser.add_argument("--title", default=TITLE)
    asked = parser.parse_args()
    people = {resident.slug: resident for resident in residents.load().people.values()}
    if asked.resident not in people:
        parser.error(f"--resident: one of {', '.join(people)}")
    sys.stdout.buffer.write(sealed(asked.data, people[asked.resident], asked.title))
    return 0


if __name__ == "__main__":
    sys.exit(main())
