"""A fleet of ten thousand: check-ins over real TLS, a change for all of them, the page that shows them, a year later.

One worker (`fleet serve`, TLS in process) and a PostgreSQL whose commits wait for the disk. The kiosks are simulated by
one process on the same machine: what they cost is not counted, and takes from what the service can do.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID, uuid4

import httpx
import msgspec
import psutil
import sqlalchemy as sa
import tomli_w
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.fleet_crowd import Kiosk, Tally, as_fast_as_it_goes, at_their_own_pace, come
from benchmarks.rounds import interleave
from benchmarks.rows import Peer, Row
from config.agent.again import Again
from config.agent.fetch import WebFetcher
from config.agent.verify import Place, signed_for
from config.checkin import CheckIn, Device, Health, InForce, Part, Said
from fleet import begin, keys
from fleet.service import database
from fleet.service.checkins import AT_A_TIME, MOST_EVENTS, CheckIns
from fleet.service.enrolment import Authority
from fleet.service.enrolment import Kiosk as Known
from fleet.service.people import hashed
from fleet.service.tables import Moment, kiosks
from fleet.work import Work
from simulators.daemon import Daemon
from simulators.postgresql import PostgreSql

KIOSKS, TOWNS = 10_000, 300
# As many as come together when a busy fleet has a bad minute.
IN_FLIGHT = 32
EACH_SECONDS = 60.0
FAST_SECONDS, PACE_SECONDS = 15.0, 30.0
PAGES, POLLS = 15, 9
# A kiosk's line for settings is closed between two polls, and made anew at the next.
LINE_SECONDS = 6.0
# Of a year: so many kiosks with as many lines as are kept of one, and so many check-ins a round.
OLD_KIOSKS, CALLS, ROUNDS = 2_000, 100, 9
START_SECONDS = 60.0
# Towns whose names look like nothing else, as long as names are: what is packed gains nothing by their being alike.
NAMES = [sha256(str(number).encode()).hexdigest()[:9] for number in range(TOWNS)]
PASSWORD = "een lang wachtwoord"  # noqa: S105 (of nobody)


def rows() -> list[Row]:
    """Every figure of this bench."""
    return [*check_ins(), *changes(), *after_a_year()]


def check_ins() -> list[Row]:
    """Ten thousand on their lines, and the page that shows them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a line is a file
    with _fleet() as (work, url, folder):
        pems = _known(work, url, folder)
        with _served(folder, work, url) as (port, pid):
            trust = ssl.create_default_context(cafile=folder / "ca.pem")
            crowd = [Kiosk(pem) for pem in pems]
            return [*asyncio.run(_check_ins(crowd, port, trust, psutil.Process(pid))), *_page(port, trust)]


def changes() -> list[Row]:
    """Those of signed settings: a fleet of as many towns, of which one kiosk is there."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name:
        folder = Path(name)
        work = _begun(folder)
        with _served(folder, work, f"sqlite:///{folder}/fleet.db") as (port, _):
            return _changes(work, f"https://localhost:{port}", folder)


def after_a_year() -> list[Row]:
    """The same check-ins on a new database, and on one with all the lines that are ever kept."""
    with _postgresql() as server:
        on_server = _after_a_year(server.database)
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        files = (f"sqlite:///{folder}/{number}.db" for number in count())
        return [*on_server, *_after_a_year(lambda: next(files), ", on SQLite")]


# --- the service and its fleet ---------------------------------------------------------------------------------------


@contextmanager
def _postgresql() -> Iterator[PostgreSql]:
    server = PostgreSql(durable=True)
    server.start()
    try:
        yield server
    finally:
        server.close()


@contextmanager
def _fleet() -> Iterator[tuple[Work, str, Path]]:
    """Give a fleet of many towns on its first morning, its database, and the folder where everything lies."""
    with _postgresql() as server, tempfile.TemporaryDirectory(prefix="loket-bench-") as place:
        folder = Path(place)
        work = _begun(folder)
        people = [{"name": "omar", "password": hashed(PASSWORD), "operator": True}]
        (work.home / "people.toml").write_text(tomli_w.dumps({"people": people}), encoding="utf-8")
        yield work, server.database(), folder


def _begun(folder: Path) -> Work:
    work = Work(folder / "fleet")
    begin.begin(work, NAMES, 1, lambda _name: "")
    return work


def _known(work: Work, url: str, folder: Path) -> list[Path]:
    """Let every kiosk in, as enrolment would; gives their files. One key for all: what differs is the certificate."""
    authority, key = (
        Authority(work.keys / "kiosks-ca.pem", lambda: datetime.now(UTC)),
        ec.generate_private_key(ec.SECP256R1()),
    )
    asked = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
    request = asked.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    made, pems = [], []
    for number in range(KIOSKS):
        who = Known(number + 1, NAMES[number % TOWNS], f"K-{number:05}")
        certificate = authority.certify(request, who)
        pems.append(folder / f"{who.number}.pem")
        pems[-1].write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        digest, until = certificate.fingerprint(hashes.SHA256()).hex(), certificate.not_valid_after_utc
        row = {"town": who.town, "number": who.number, "fingerprint": digest}
        made.append({**row, "certified_until": until, "revoked": False})
    engine = database.opened(url)
    with engine.begin() as connection:
        connection.execute(sa.insert(kiosks), made)
    _tidy(engine)
    engine.dispose()
    return pems


@contextmanager
def _served(folder: Path, work: Work, url: str) -> Iterator[tuple[int, int]]:
    authority = trustme.CA()
    mine = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    mine.cert_chain_pems[0].write_to_path(folder / "server.pem")
    mine.private_key_pem.write_to_path(folder / "server.key")
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = int(place.getsockname()[1])
    files = ["--certificate", f"{folder}/server.pem", "--key", f"{folder}/server.key", "--home", f"{work.home}"]
    command = [sys.executable, "-m", "fleet.cli", "serve", *files, "--port", f"{port}", "--database", url]
    service = Daemon(command, folder / "service.log")
    try:
        service.wait_for(lambda: _answers(port), START_SECONDS)
        yield port, service.pid
    finally:
        service.stop()


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


# --- check-ins -------------------------------------------------------------------------------------------------------


async def _check_ins(crowd: list[Kiosk], port: int, trust: ssl.SSLContext, service: psutil.Process) -> list[Row]:
    await come(crowd, port, trust, IN_FLIGHT)  # the first morning: everything is news
    for kiosk in crowd:
        kiosk.close()
    seconds, herd = await come(crowd, port, trust, KIOSKS)
    _say(f"all at once: {seconds:.1f} s, not taken: {herd.refused[:3]}")
    await as_fast_as_it_goes(crowd, IN_FLIGHT, FAST_SECONDS / 3)  # warm
    rate, fast = await as_fast_as_it_goes(crowd, IN_FLIGHT, FAST_SECONDS)
    _say(f"as fast as it goes: {rate:.0f}/s, not taken: {fast.refused[:3]}")
    before, begun = _cpu(service), time.perf_counter()
    pace = await at_their_own_pace(crowd, EACH_SECONDS, PACE_SECONDS)
    share = (_cpu(service) - before) / (time.perf_counter() - begun) * 100
    memory = service.memory_info().rss / 2**20
    for kiosk in crowd:
        kiosk.close()
    amiss = len(herd.refused) + len(fast.refused) + len(pace.refused)
    return [
        Row(f"{KIOSKS:,} kiosks back at once, until the last is served", seconds, "s", KIOSKS, target=60),
        Row(
            "check-ins that were not taken, of all", amiss, "", KIOSKS + len(fast.seconds) + len(pace.seconds), target=0
        ),
        Row(f"check-ins a second, {IN_FLIGHT} at a time", rate, "/s", len(fast.seconds), target=500, better="higher"),
        Row("slowest of a hundred of these", _p99(fast), "ms", len(fast.seconds), target=100),
        Row("of a core, each kiosk once a minute", share, "%", len(pace.seconds), target=15),
        Row("slowest of a hundred, each once a minute", _p99(pace), "ms", len(pace.seconds), target=100),
        Row(f"memory of the worker with {KIOSKS:,} lines", memory, "MiB", 1),
    ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _p99(tally: Tally) -> float:
    return quantiles(tally.seconds, n=100)[98] * 1000


# --- the page, and a change for all -----------------------------------------------------------------------------------


def _page(port: int, trust: ssl.SSLContext) -> list[Row]:
    taken = []
    with httpx.Client(base_url=f"https://localhost:{port}", verify=trust, timeout=START_SECONDS) as caller:
        caller.post("/aanmelden", data={"naam": "omar", "wachtwoord": PASSWORD})
        for _ in range(PAGES):
            begun = time.perf_counter()
            caller.get("/").raise_for_status()
            taken.append((time.perf_counter() - begun) * 1000)
    return [Row(f"the page of a fleet of {KIOSKS:,}", median(taken), "ms", PAGES, target=200)]


class _Counted(WebFetcher):
    """Counts what comes of metadata: over the line, and as it is once it is unpacked."""

    def __init__(self, ca: Path) -> None:
        super().__init__(ca)
        self._answers: list[httpx.Response] = []
        self._client.event_hooks["response"].append(self._answers.append)
        self.unpacked = 0

    def begin(self) -> None:
        """Count from here on."""
        self._answers.clear()
        self.unpacked = 0

    @property
    def received(self) -> int:
        """What came over the line."""
        return sum(one.num_bytes_downloaded for one in self._answers if "/metadata/" in one.url.path)

    def _fetch(self, url: str) -> Iterator[bytes]:
        for chunk in super()._fetch(url):
            self.unpacked += len(chunk) if "/metadata/" in url else 0
            yield chunk


def _changes(work: Work, url: str, folder: Path) -> list[Row]:
    """A change of the whole fleet's settings, as one kiosk of it fetches that; and nothing new, as it mostly is."""
    fetcher, trusted = _Counted(folder / "ca.pem"), folder / "memory" / "trusted"
    root, place = (work.home / "root.json").read_bytes(), Place(NAMES[0], "", "K-00000")
    ask = Again(partial(signed_for, place, root, trusted, fetcher, url), trusted, fetcher, url)

    def poll() -> float:
        begun = time.process_time()
        ask()
        return (time.process_time() - begun) * 1000

    def poll_later() -> float:
        time.sleep(LINE_SECONDS)
        return poll()

    trusted.parent.mkdir()
    poll()
    unchanged = [poll_later() for _ in range(POLLS)]
    (work.settings / "fleet.toml").write_text('languages = ["nl", "en"]\n', encoding="utf-8")
    work.drafts.sign("fleet", work.files_of("fleet"), keys.load(work.keys / "root.pem"))
    work.drafts.publish(keys.load(work.keys / "online.pem"))
    fetcher.begin()
    changed = poll_later()
    fetcher.close()
    received, unpacked = (count * KIOSKS / 1e6 for count in (fetcher.received, fetcher.unpacked))
    return [
        Row("a poll with nothing new, its line made anew, of a kiosk's processor", median(unchanged), "ms", POLLS, 10),
        Row("a poll that brings a change, of a kiosk's processor", changed, "ms", 1),
        Row(f"metadata of one change, {KIOSKS:,} kiosks and {TOWNS} towns", received, "MB", 1, target=200),
        Row("the same once it is unpacked", unpacked, "MB", 1),
    ]


# --- a year later ----------------------------------------------------------------------------------------------------


_LINES = sa.text(
    "INSERT INTO events (kiosk, line, at, what, part, word) "
    "WITH RECURSIVE numbers (line) AS (SELECT 1 UNION ALL SELECT line + 1 FROM numbers WHERE line < :most) "
    "SELECT k.id, line, :now, 'part', 'printer', 'ok' FROM kiosks AS k CROSS JOIN numbers WHERE line <= k.lines"
).bindparams(sa.bindparam("now", type_=Moment()))


def _after_a_year(database_: Callable[[], str], where: str = "") -> list[Row]:
    engines = {name: database.opened(database_()) for name in ("new", "old")}
    for name, engine in engines.items():
        rows_ = [
            {"town": "town000", "number": f"K-{n:05}", "fingerprint": f"{n:064x}", "revoked": False}
            | {"lines": MOST_EVENTS - 1 - n % AT_A_TIME if name == "old" else 0}
            for n in range(OLD_KIOSKS)
        ]
        with engine.begin() as connection:
            connection.execute(sa.insert(kiosks), rows_)
            connection.execute(_LINES, {"most": MOST_EVENTS, "now": _now()})
        _tidy(engine)
    boots = {name: uuid4() for name in engines}
    sequence = iter(range(1, 1 << 30))

    def calls(name: str) -> float:
        desk = CheckIns(engines[name], _now)
        begun = time.perf_counter()
        for _ in range(CALLS):
            number = next(sequence)
            desk.take(f"{number % OLD_KIOSKS:064x}", _said(boots[name], number))
        return (time.perf_counter() - begun) / CALLS * 1000

    taken = interleave({name: partial(calls, name) for name in engines}, ROUNDS)
    for engine in engines.values():
        engine.dispose()
    peer = Peer("the same on the first day", "", median(taken["new"]))
    return [
        Row(
            f"a check-in that changes something, after a year{where}",
            median(taken["old"]),
            "ms",
            ROUNDS * CALLS,
            1.2,
            peer,
        )
    ]


def _said(boot: UUID, number: int) -> bytes:
    """A check-in of a kiosk whose printer is another than at the last."""
    now = datetime.now(UTC)
    health = Health.OK if number // OLD_KIOSKS % 2 else Health.DOWN
    said = Said(now, boot, "0.1.0", offers=True, in_force=InForce(), devices=(Device(Part.PRINTER, health),))
    return msgspec.json.encode(CheckIn(boot, number, now, kiosk=said))


def _now() -> datetime:
    return datetime.now(UTC)


def _tidy(engine: sa.Engine) -> None:
    """What a quiet night leaves time for."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        postgresql = engine.dialect.name == "postgresql"
        for chore in ("VACUUM ANALYZE", "CHECKPOINT") if postgresql else ("ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"):
            connection.exec_driver_sql(chore)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
