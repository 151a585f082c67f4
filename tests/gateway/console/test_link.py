"""The administrator's one-time link."""

from datetime import timedelta

import pytest
from tests.gateway.console.browser import Browser
from tests.gateway.console.conftest import Site

from watchword.installation.administrator import first_account
from watchword.installation.console_links import VALID, new_link
from watchword.sessions.revocation import revoke
from watchword.store.revocations import EVERYTHING


def link(site: Site) -> str:
    url = new_link(site.world, "", "", "http://localhost:4566")
    return url.removeprefix("http://localhost:4566")


def test_a_link_signs_in_once(site: Site) -> None:
    url, browser, second = link(site), site.browser(), site.browser()
    for _ in range(2):  # programs that look at links use none up
        page = browser.get(url)
    other = second.get(url)
    page = browser.submit(page, "/signin/link")
    assert (page.url, "assumed-role/WatchwordAdministrator/" in page.text) == ("/console", True)
    again = second.submit(other, "/signin/link")
    assert (again.status, "used already" in again.text) == (403, True)
    assert second.cookies == {}
    success, failure = sorted(site.events(), key=lambda each: str(each["responseElements"]), reverse=True)
    assert success["responseElements"] == {"ConsoleLogin": "Success"}
    assert success["userIdentity"]["type"] == "AssumedRole"
    assert failure["responseElements"] == {"ConsoleLogin": "Failure"}
    assert url.partition("=")[2] not in str(site.events())


def test_a_link_is_good_for_minutes_and_its_session_for_an_hour(site: Site) -> None:
    browser, late = site.browser(), site.browser()
    page, unused = browser.get(link(site)), late.get(link(site))
    site.world.clock.advance((VALID - timedelta(seconds=1)).total_seconds())
    browser.submit(page, "/signin/link")
    site.world.clock.advance(1)
    assert late.submit(unused, "/signin/link").status == 403
    site.world.clock.advance(3600 - VALID.total_seconds() - 1)
    assert browser.get("/console").url == "/console"
    site.world.clock.advance(1)
    assert browser.get("/console").url == "/signin"


def test_a_link_ends_with_the_role_s_sessions(site: Site) -> None:
    browser = site.browser()
    page = browser.get(link(site))
    with site.world.database.write(site.world.clock.now()) as tx:
        revoke(tx, first_account(site.world), "everything", EVERYTHING)
    assert browser.submit(page, "/signin/link").status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_nobody_elses_page_uses_a_link(site: Site, origin: str | None) -> None:
    browser = site.browser()
    page = browser.get(link(site))
    assert browser.submit(page, "/signin/link", origin=origin).status == 403
    assert browser.submit(page, "/signin/link").url == "/console"


def test_a_link_isnt_a_cookie_and_a_cookie_no_link(site: Site) -> None:
    secret = link(site).partition("=")[2]
    assert Browser(site.world, cookies={"__Host-watchword": secret}).get("/console").url == "/signin"
    browser, _ = site.signed_in("ann")
    held = browser.cookies["__Host-watchword"]
    assert site.browser().post("/signin/link", {"secret": held}).status == 403
