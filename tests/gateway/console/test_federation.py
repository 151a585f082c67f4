"""getSigninToken and the address that signs somebody in: temporary credentials in a browser."""

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from tests.gateway.console.browser import Browser, Page
from tests.gateway.console.conftest import Site
from tests.gateway.console.test_sign_in import revoke_all

from watchword.access import sign_ins
from watchword.facts.credentials import KEYRING
from watchword.installation.administrator import administrator_session
from watchword.names.principal import FederatedUser, Root
from watchword.sessions import Session
from watchword.sessions import session as sessions
from watchword.sessions.session import new_session

ORIGIN = "http://localhost:4566"
Make = Callable[[Site], Session]


def of_role(site: Site) -> Session:
    return administrator_session(site.world, "", "", "ann")


def chained(site: Site) -> Session:
    session = of_role(site)
    lifetime = timedelta(hours=1)
    return new_session(
        session.principal, lifetime, site.world.clock.now(), site.world.randomness, chained=True
    )


def of_federated_user(site: Site) -> Session:
    user = FederatedUser(site.account, "guest", f"arn:aws:iam::{site.account}:user/ann", "aws", "AIDAANN")
    return new_session(user, timedelta(hours=1), site.world.clock.now(), site.world.randomness)


def of_user(site: Site) -> Session:
    now = site.world.clock.now()
    return new_session(site.user("ann").principal, timedelta(hours=1), now, site.world.randomness)


def signed_in(site: Site) -> Session:
    now = site.world.clock.now()
    return sign_ins.user_session(site.world, site.user("ann"), timedelta(hours=1), now, multi_factor=False)


def of_root(site: Site) -> Session:
    now = site.world.clock.now()
    return new_session(Root(site.account), timedelta(hours=1), now, site.world.randomness)


def shown(site: Site, session: Session, **other: str) -> str:
    token = sessions.seal(session, site.world.facts.need(KEYRING))
    given = {"sessionId": session.access_key_id, "sessionKey": session.secret, "sessionToken": token}
    return json.dumps({**given, **other})


def ask(site: Site, session: str, **more: str) -> Page:
    return site.browser().get(
        f"/federation?{urlencode({'Action': 'getSigninToken', 'Session': session, **more})}"
    )


def token(site: Site, make: Make = of_role, **more: str) -> str:
    page = ask(site, shown(site, make(site)), **more)
    assert page.headers["cache-control"] == "no-store"
    return str(json.loads(page.body)["SigninToken"])


def address(signin_token: str, to: str = "") -> str:
    given = {"Action": "login", "Issuer": "https://broker.example", "Destination": to}
    return f"/federation?{urlencode({**given, 'SigninToken': signin_token})}"


def log_in(browser: Browser, signin_token: str, to: str = "") -> Page:
    return browser.submit(browser.get(address(signin_token, to)), "/federation/login")


@pytest.mark.parametrize(
    ("make", "who"),
    [
        (of_role, "assumed-role/WatchwordAdministrator/ann"),
        (chained, "assumed-role/WatchwordAdministrator/ann"),
        (of_federated_user, "federated-user/guest"),
    ],
)
def test_temporary_credentials_sign_in(site: Site, make: Make, who: str) -> None:
    given = token(site, make)
    browser = site.browser()
    page = browser.get(address(given))
    assert f"You will be arn:aws:sts::{site.account}:{who}" in page.text
    page = browser.submit(page, "/federation/login")
    assert (page.url, who in page.text) == ("/console", True)
    assert site.events("GetSigninToken")[-1]["responseElements"] == {"GetSigninToken": "Success"}
    assert site.events()[-1]["responseElements"] == {"ConsoleLogin": "Success"}
    assert given not in str([*site.events("GetSigninToken"), *site.events()])


def test_credentials_may_be_posted(site: Site) -> None:
    given = {"Action": "getSigninToken", "Session": shown(site, of_role(site))}
    page = site.browser().post("/federation", given, origin=None)
    assert page.status == 200


@pytest.mark.parametrize("make", [of_user, signed_in, of_root])
def test_only_roles_and_federated_users(site: Site, make: Make) -> None:
    page = ask(site, shown(site, make(site)))
    assert (page.status, "Only sessions of roles" in page.text) == (400, True)
    assert site.events("GetSigninToken")[-1]["responseElements"] == {"GetSigninToken": "Failure"}


def test_what_isnt_proved_is_refused(site: Site) -> None:
    session, other = of_role(site), of_role(site)
    for text in (
        "",
        "[]",
        "{}",
        "[" * 9000,
        shown(site, session, sessionKey=other.secret),
        shown(site, session, sessionKey=""),
        shown(site, session, sessionKey="é"),
        shown(site, session, sessionId=other.access_key_id),
        shown(site, session, sessionToken="nothing"),
        shown(site, session, sessionToken=""),
    ):
        assert ask(site, text).status == 400
    assert session.secret not in str(site.events("GetSigninToken"))
    site.world.clock.advance(3600)
    assert ask(site, shown(site, session)).status == 400


def test_an_action_is_one_of_two(site: Site) -> None:
    assert site.browser().get("/federation").status == 400
    assert site.browser().get("/federation?Action=logout").status == 400


def test_a_token_is_good_once(site: Site) -> None:
    given, first, second = token(site), site.browser(), site.browser()
    one, other = first.get(address(given)), second.get(address(given))
    assert first.submit(one, "/federation/login").url == "/console"
    assert second.submit(other, "/federation/login").status == 403
    assert second.get(address(given)).status == 403
    assert second.cookies == {}


def test_a_token_is_good_for_fifteen_minutes(site: Site) -> None:
    given, browser = token(site), site.browser()
    page = browser.get(address(given))
    site.world.clock.advance(900)
    assert browser.submit(page, "/federation/login").status == 403


def test_a_token_ends_with_its_session(site: Site) -> None:
    given, browser = token(site), site.browser()
    page = browser.get(address(given))
    revoke_all(site)
    assert browser.submit(page, "/federation/login").status == 403


@pytest.mark.parametrize(("more", "seconds"), [({}, 3600), ({"SessionDuration": "900"}, 900)])
def test_a_sign_in_lasts_as_long_as_was_asked(site: Site, more: dict[str, str], seconds: int) -> None:
    browser = site.browser()
    log_in(browser, token(site, **more))
    site.world.clock.advance(seconds - 1)
    assert browser.get("/console").url == "/console"
    site.world.clock.advance(1)
    assert browser.get("/console").url == "/signin"


@pytest.mark.parametrize("seconds", ["899", "43201", "-1", "1e3", "²", "9" * 9])
def test_a_duration_has_limits(site: Site, seconds: str) -> None:
    assert ask(site, shown(site, of_role(site)), SessionDuration=seconds).status == 400


@pytest.mark.parametrize("make", [chained, of_federated_user])
def test_who_has_no_duration(site: Site, make: Make) -> None:
    page = ask(site, shown(site, make(site)), SessionDuration="900")
    assert (page.status, "SessionDuration can't" in page.text) == (400, True)


@pytest.mark.parametrize(
    ("to", "there"),
    [
        ("", "/console"),
        ("https://console.aws.amazon.com/", "/console"),
        (f"{ORIGIN}/console/switch-role", "/console/switch-role"),
        ("/console?a=b", "/console?a=b"),
        ("//evil.example/console", "/console"),
        (f"{ORIGIN}.evil.example/console", "/console"),
        (f"{ORIGIN}@evil.example", "/console"),
        (f"{ORIGIN}{ORIGIN}/console", "/console"),
    ],
)
def test_a_destination_is_of_this_server(site: Site, to: str, there: str) -> None:
    assert log_in(site.browser(), token(site), to).url == there


def test_nobody_is_signed_in_unasked(site: Site) -> None:
    browser, _ = site.signed_in("ann")
    page = browser.get(address(token(site)))
    assert ":user/ann" in browser.get("/console").text
    assert browser.submit(page, "/federation/login", origin="http://evil.example").status == 403
    assert ":user/ann" in browser.get("/console").text
    before = dict(browser.cookies)
    browser.submit(page, "/federation/login")
    assert Browser(site.world, cookies=before).get("/console").url == "/signin"
