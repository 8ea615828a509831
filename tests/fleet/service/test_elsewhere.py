"""Coming in with an account that a town has already: a real provider of OpenID Connect over TLS, in a real Chromium."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import tomli_w
import trustme
from joserfc import jwt
from joserfc.jwk import RSAKey
from msgspec import structs
from playwright.sync_api import Page, sync_playwright

from fleet.service.elsewhere import Elsewhere, Errand, LoginSettings, StrangerError
from fleet.service.people import Person

if TYPE_CHECKING:
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Running

SECONDS = 30.0
# The provider, as a program of its own: whoever types a name there is that person, and any client is known to it.
PROVIDER = """
import sys, warnings
warnings.simplefilter("ignore")
from oidc_provider_mock import app
from werkzeug.serving import make_server
place, *files = sys.argv[1:]
make_server("127.0.0.1", int(place), app(require_nonce=True), ssl_context=tuple(files)).serve_forever()
"""


@pytest.fixture(scope="module")
def provider(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give its address."""
    folder = tmp_path_factory.mktemp("provider")
    mine, files = authority.issue_cert("localhost"), [folder / "cert.pem", folder / "key.pem"]
    mine.cert_chain_pems[0].write_to_path(files[0])
    mine.private_key_pem.write_to_path(files[1])
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([sys.executable, "-c", PROVIDER, str(port), *map(str, files)], stderr=log)
    deadline = time.monotonic() + SECONDS
    with socket.socket() as caller:
        while caller.connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
            assert running.poll() is None, (folder / "log").read_text()
    yield f"https://localhost:{port}"
    running.terminate()
    running.wait(10)


@pytest.fixture
def settings(provider: str, authority: trustme.CA, tmp_path: Path) -> LoginSettings:
    authority.cert_pem.write_to_path(tmp_path / "provider-ca.pem")
    (tmp_path / "secret").write_text("een geheim\n")
    told = {"client": "vloot", "secret": str(tmp_path / "secret"), "ca": str(tmp_path / "provider-ca.pem")}
    return LoginSettings(issuer=provider, here="https://vloot.lindeveld.example", **told)


@pytest.fixture
def elsewhere(settings: LoginSettings) -> Elsewhere:
    return Elsewhere(settings, {"els": Person("els", login="els@lindeveld.example")})


def comes_back(elsewhere: Elsewhere, errand: Errand, sub: str, settings: LoginSettings) -> dict[str, str]:
    """Say at the provider who one is, as a browser does; gives what it sends back along."""
    trust = ssl.create_default_context(cafile=settings.ca)
    with httpx.Client(verify=trust) as client:
        answer = client.post(elsewhere.address(errand), data={"sub": sub})
    return dict(httpx.URL(answer.headers["location"]).params)


def test_whom_the_provider_knows_and_we_do_too_comes_in(elsewhere: Elsewhere, settings: LoginSettings) -> None:
    errand = Errand.new()
    back = comes_back(elsewhere, errand, "els@lindeveld.example", settings)
    assert elsewhere.who(errand, back["state"], back["code"]).name == "els"
    with pytest.raises(StrangerError):  # a code is good once
        elsewhere.who(errand, back["state"], back["code"])


def test_whom_only_the_provider_knows_is_nobody_here(elsewhere: Elsewhere, settings: LoginSettings) -> None:
    errand = Errand.new()
    for sub in ("mallory@lindeveld.example", "els", "ELS@lindeveld.example"):
        back = comes_back(elsewhere, errand, sub, settings)
        with pytest.raises(StrangerError, match="nobody here"):
            elsewhere.who(errand, back["state"], back["code"])


def test_the_code_of_another_errand_brings_nobody_in(elsewhere: Elsewhere, settings: LoginSettings) -> None:
    """Somebody has a browser come back with a code of their own: of another state, or of another nonce."""
    errand, mine = Errand.new(), Errand.new()
    back = comes_back(elsewhere, mine, "els@lindeveld.example", settings)
    with pytest.raises(StrangerError, match="another errand"):
        elsewhere.who(errand, back["state"], back["code"])
    with pytest.raises(StrangerError, match="another nonce"):
        elsewhere.who(Errand(mine.state, errand.nonce, mine.verifier), back["state"], back["code"])


@pytest.mark.parametrize(
    "other",
    [{}, {"iss": "https://elsewhere.example"}, {"aud": "another"}, {"exp": 1}, {"exp": None}, {"signed": "by another"}],
)
def test_a_token_counts_when_it_is_of_the_provider_for_us_and_of_now(
    elsewhere: Elsewhere, settings: LoginSettings, other: dict[str, object]
) -> None:
    theirs, anothers = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
    now = int(time.time())
    claims = {"iss": settings.issuer, "aud": "vloot", "exp": now + 60, "iat": now, "sub": "els", **other}
    claims = {name: value for name, value in claims.items() if value is not None}
    token = jwt.encode({"alg": "RS256"}, claims, anothers if "signed" in other else theirs)
    keys = {"keys": [theirs.as_dict(private=False)]}
    if other:
        with pytest.raises(StrangerError):
            elsewhere._claims(token, keys)
    else:
        assert elsewhere._claims(token, keys)["sub"] == "els"


def test_a_provider_of_another_name_or_none_at_all_is_refused(settings: LoginSettings) -> None:
    for issuer in (settings.issuer.replace("localhost", "127.0.0.1"), "https://localhost:9", f"{settings.issuer}/x"):
        with pytest.raises(StrangerError):
            Elsewhere(structs.replace(settings, issuer=issuer), {}).address(Errand.new())


@pytest.fixture
def with_people(with_people: Fleet, provider: str, authority: trustme.CA, tmp_path: Path) -> Fleet:
    """The same people, of whom els has an account; and where that is. The browser may call the service by any name."""
    home = with_people.work.home
    authority.cert_pem.write_to_path(tmp_path / "provider-ca.pem")
    (tmp_path / "secret").write_text("een geheim")
    people = [{"name": "els", "login": "els@lindeveld.example", "towns": ["lindeveld"]}]
    (home / "people.toml").write_text(tomli_w.dumps({"people": people}), encoding="utf-8")
    told = {"issuer": provider, "client": "vloot", "here": "https://vloot.example"}
    told |= {"secret": str(tmp_path / "secret"), "ca": str(tmp_path / "provider-ca.pem")}
    (home / "login.toml").write_text(tomli_w.dumps(told), encoding="utf-8")
    return with_people


@pytest.fixture
def page(running: Running) -> Iterator[Page]:
    """A browser for which the name of the service, as `here` has it, leads to its port."""
    leads = f"--host-resolver-rules=MAP vloot.example 127.0.0.1:{running.url.rpartition(':')[2]}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", leads])
        context = chromium.new_context(base_url="https://vloot.example", ignore_https_errors=True, locale="nl-BE")
        page = context.new_page()
        page.set_default_timeout(20_000)
        yield page
        chromium.close()


def test_somebody_comes_in_by_an_account_of_their_town_and_without_a_password(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Meld je aan met je account van de gemeente").click()
    page.get_by_placeholder("sub").fill("els@lindeveld.example")
    page.locator("form").first.get_by_role("button").click()
    page.get_by_role("heading", name="Vandaag op het loket").wait_for()
    assert page.get_by_text("els", exact=True).is_visible()


def test_a_stranger_is_told_so_on_the_page_where_people_come_in(page: Page) -> None:
    page.goto("/aanmelden/terug?state=x&code=y")
    assert "Met dat account kom je hier niet binnen" in page.get_by_role("alert").inner_text()
    page.goto("/")
    assert page.get_by_label("Wachtwoord").is_visible()
