"""Switching to a role in the console, and its history."""

import base64
import json
from typing import Any

import pytest
from tests.gateway.console.browser import Browser, Page
from tests.gateway.console.conftest import ALIAS, Site

from watchword.gateway.console import switch_role
from watchword.gateway.console.browser import COOKIE
from watchword.gateway.console.switch_role import HISTORY, MOST
from watchword.names import HttpResponse
from watchword.store.iam import inline_policies, roles
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.roles import Role

PLACE, LEAVE = "/console/switch-role", "/console/exit-role"


@pytest.fixture
def ann(site: Site) -> Browser:
    """Ann may assume the roles one to seven, and `closed`, which trusts nobody."""
    may_become(site, *map(str, range(1, 8)), "closed")
    return site.signed_in("ann")[0]


def may_become(site: Site, *names: str) -> None:
    """Makes roles that ann may assume, but for `closed`."""
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust = {**allow, "Principal": {"AWS": f"arn:aws:iam::{site.account}:user/ann"}}
    refuse = {**trust, "Effect": "Deny"}
    now = site.world.clock.now()
    with site.world.database.write(now) as tx:
        inline_policies.put(tx, Inline("user", "AIDAANN", "assume", document({**allow, "Resource": "*"})))
        for name in names:
            trusts = document(refuse if name == "closed" else trust)
            path = "/jobs/" if name == "7" else "/"
            roles.insert(tx, Role(f"AROA{name}", site.account, f"role-{name}", path, now, trusts))


def document(statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def switch(browser: Browser, role: str = "role-1", account: str = ALIAS, **given: str) -> Page:
    return browser.submit(browser.get(PLACE), PLACE, account=account, role=role, **given)


def acts_as(page: Page, name: str) -> bool:
    return f"You are arn:aws:sts::{name}" in page.text or f"{name}/ann" in page.text.partition("You are")[2]


def test_to_a_role_and_back(site: Site, ann: Browser) -> None:
    first = dict(ann.cookies)
    page = switch(ann)
    assert page.url == "/console"
    assert acts_as(page, "assumed-role/role-1")
    assert f"Signed in as arn:aws:iam::{site.account}:user/ann" in page.text
    assert Browser(site.world, cookies=first).get("/console").url.startswith("/signin")
    page = ann.submit(page, LEAVE)
    assert "role-1" not in page.text
    assert ":user/ann" in page.text
    assert LEAVE not in page.forms
    assumed, switched, left = (site.events(each)[-1] for each in ("AssumeRole", "SwitchRole", "ExitRole"))
    assert assumed["requestParameters"]["roleSessionName"] == "ann"
    assert assumed["userIdentity"]["userName"] == "ann"
    assert switched["userIdentity"]["type"] == "AssumedRole"
    assert switched["responseElements"] == {"SwitchRole": "Success"}
    assert switched["additionalEventData"] == {"SwitchFrom": f"arn:aws:iam::{site.account}:user/ann"}
    assert left["additionalEventData"]["SwitchFrom"].endswith(":assumed-role/role-1/ann")


def test_a_form_of_before_the_switch_does_nothing_after_it(ann: Browser) -> None:
    stale = ann.get("/console")
    switch(ann)
    assert ann.submit(stale, "/signin/out").status == 403


@pytest.mark.parametrize("place", [PLACE, LEAVE])
def test_a_switch_doesnt_bring_back_who_signed_out_meanwhile(
    site: Site, ann: Browser, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = switch(ann)
    become = switch_role._become

    def signs_out_first(*given: Any) -> HttpResponse:
        other = Browser(site.world, cookies=dict(ann.cookies))
        assert other.submit(shown, "/signin/out").url == "/signin?out"
        return become(*given)

    monkeypatch.setattr(switch_role, "_become", signs_out_first)
    page = ann.get(PLACE)
    assert ann.submit(page, place, account=ALIAS, role="role-2").status == 403
    assert ann.get("/console").url == "/signin"


def test_from_role_to_role_without_a_chain(site: Site, ann: Browser) -> None:
    switch(ann)
    assert acts_as(switch(ann, "role-2"), "assumed-role/role-2")
    assert site.events("AssumeRole")[-1]["userIdentity"]["userName"] == "ann"


@pytest.mark.parametrize(
    ("account", "role"),
    [
        ("", "arn:aws:iam::{}:role/jobs/role-7"),
        ("{}", "jobs/role-7"),
        ("{}", "/jobs/role-7"),
        (ALIAS.upper(), "jobs/role-7"),
    ],
)
def test_a_role_is_named(site: Site, ann: Browser, account: str, role: str) -> None:
    page = switch(ann, role.format(site.account), account.format(site.account))
    assert acts_as(page, "assumed-role/role-7")


@pytest.mark.parametrize("role", ["role-closed", "nothing", "", "a b", "<script>", "é" * 300])
def test_it_is_decided_like_any_assume_role(site: Site, ann: Browser, role: str) -> None:
    before = dict(ann.cookies)
    page = switch(ann, role)
    assert page.status == 403
    assert "<script>" not in page.body
    assert ann.cookies == before
    assert ann.get("/console").status == 200
    if role in {"role-closed", "nothing"}:
        assert "is not authorized to perform: sts:AssumeRole" in page.text
        assert site.events("AssumeRole")[-1]["errorCode"] == "AccessDenied"


def test_who_may_not_stays_who_they_are(site: Site) -> None:
    browser, page = site.signed_in("bob")
    page = browser.submit(page, "/signin/code", code=site.code())
    assert switch(browser).status == 403
    assert browser.submit(browser.get("/console"), "/signin/out").status == 200


@pytest.mark.parametrize("path", [PLACE, LEAVE])
def test_a_switch_is_asked_for_by_a_page_of_ours(ann: Browser, path: str) -> None:
    page = switch(ann)
    given = {"account": ALIAS, "role": "role-2"}
    assert ann.post(path, {**page.forms[LEAVE].fields, **given}, origin="http://evil.example").status == 403
    assert ann.post(path, given).status == 403
    assert acts_as(ann.get("/console"), "assumed-role/role-1")


def test_a_role_ends_and_the_sign_in_goes_on(site: Site, ann: Browser) -> None:
    switch(ann)
    site.world.clock.advance(3600)
    page = ann.get("/console")
    assert (page.status, ":user/ann" in page.text, "role-1" in page.text) == (200, True, False)


def test_a_link_fills_the_form_in(ann: Browser) -> None:
    page = ann.get(f"{PLACE}?account={ALIAS}&roleName=role-1&displayName=x")
    assert page.forms[PLACE].fields["role"] == "role-1"


def test_the_last_five_roles_are_a_click_away(site: Site, ann: Browser) -> None:
    for name in ("1", "2", "3", "4", "5", "6", "5"):
        switch(ann, f"role-{name}")
    page = ann.get(PLACE)
    arns = [f"arn:aws:iam::{site.account}:role/role-{name}" for name in "56432"]
    assert len(arns) == MOST
    places = [page.text.index(arn) for arn in arns]
    assert places == sorted(places)
    assert "role-1" not in page.text.partition("Before")[2]
    page = ann.post(PLACE, {**page.forms[PLACE].fields, "role": arns[1]})
    assert acts_as(page, "assumed-role/role-6")


def test_the_history_is_of_who_switched(site: Site, ann: Browser) -> None:
    switch(ann)
    ann.submit(ann.get("/console"), "/signin/out")
    assert HISTORY in ann.cookies
    page = site.sign_in(ann, "bob")
    ann.submit(page, "/signin/code", code=site.code())
    assert "role-1" not in ann.get(PLACE).text


@pytest.mark.parametrize(
    "written",
    [
        b"nothing",
        b"{}",
        b"[[1, 2]]",
        b'[["AIDAANN", "javascript:alert(1)"]]',
        b'[["AIDAANN", "arn:aws:iam::123456789012:user/<b>"]]',
        b"[" * 9000,
        b"\xff",
    ],
)
def test_a_history_that_somebody_wrote(ann: Browser, written: bytes) -> None:
    ann.cookies[HISTORY] = base64.urlsafe_b64encode(written).decode().rstrip("=")
    page = ann.get(PLACE)
    assert (page.status, "Before" in page.text) == (200, False)
    assert COOKIE in ann.cookies
