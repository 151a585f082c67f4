"""Signing in by a password: the steps, what ends a sign-in, and what is refused."""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.gateway.console.browser import Browser, Page
from tests.gateway.console.conftest import ALIAS, OTHER, PASSWORD, Site

from watchword.access import sign_ins
from watchword.app import open_world
from watchword.gateway.console import sign_in
from watchword.gateway.console import sign_in_pages as said
from watchword.gateway.console.browser import COOKIE
from watchword.identity.attempts import FREE
from watchword.identity.failed_sign_ins import MOST_OF_ADDRESS
from watchword.installation.administrator import first_account
from watchword.installation.settings import Settings
from watchword.names import fault
from watchword.sessions.revocation import revoke
from watchword.store import accounts
from watchword.store import sign_ins as kept
from watchword.store.iam import inline_policies, login_profiles, mfa_devices, password_policies, users
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.password_policies import PasswordPolicy
from watchword.store.revocations import EVERYTHING
from watchword.store.sign_ins import Kind

HOME = "Who you are"
MAY_CHANGE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "*"}],
    }
)


def is_in(page: Page, name: str) -> bool:
    return page.status == 200 and HOME in page.text and f":user/{name}" in page.text


def test_a_password_signs_in(site: Site) -> None:
    browser, page = site.signed_in("ann")
    assert is_in(page, "ann")
    assert f"{site.account} ({ALIAS})" in page.text
    assert is_in(browser.get("/console"), "ann")
    event = site.events()[-1]
    assert event["eventType"] == "AwsConsoleSignIn"
    assert event["eventSource"] == "signin.amazonaws.com"
    assert event["userIdentity"] == {
        "type": "IAMUser",
        "principalId": "AIDAANN",
        "arn": f"arn:aws:iam::{site.account}:user/ann",
        "accountId": site.account,
        "accessKeyId": "",
        "userName": "ann",
    }
    assert event["responseElements"]["ConsoleLogin"] == "Success"
    assert event["additionalEventData"] == {
        "LoginTo": "http://localhost:4566/console",
        "MobileVersion": "No",
        "MFAUsed": "No",
    }
    assert event["recipientAccountId"] == site.account
    assert event["readOnly"] is False
    assert PASSWORD not in str(event)


def test_an_account_is_named_by_its_alias_or_by_its_id(site: Site) -> None:
    for account in (
        ALIAS,
        ALIAS.upper(),
        f" {site.account} ",
        f"{site.account[:4]}-{site.account[4:8]}-{site.account[8:]}",
    ):
        browser = site.browser()
        page = browser.get(f"/signin?account={ALIAS}")
        assert is_in(browser.submit(page, "/signin", account=account, user="ann", password=PASSWORD), "ann")


def test_a_user_with_a_device_gives_a_code(site: Site) -> None:
    browser, page = site.signed_in("bob")
    assert "/signin/code" in page.forms
    assert browser.get("/console").url.startswith("/signin"), "half a sign-in is none"
    (asked,) = site.events("CheckMfa")  # the password was right all the same
    assert (asked["responseElements"], asked["userIdentity"]["userName"]) == ({"CheckMfa": "Success"}, "bob")
    assert (asked["eventType"], asked["recipientAccountId"]) == ("AwsConsoleSignIn", site.account)
    secret = browser.cookies[COOKIE]
    wrong = browser.submit(page, "/signin/code", code="000000")
    assert (wrong.status, said.WRONG_CODE in wrong.text) == (403, True)
    page = browser.submit(wrong, "/signin/code", code=f"{site.code()[:3]} {site.code()[3:]}")
    assert is_in(page, "bob")
    assert "proved by a code" in page.text
    assert browser.cookies[COOKIE] != secret
    failed, event = site.events()[-2:]
    device = f"arn:aws:iam::{site.account}:mfa/phone"
    assert failed["responseElements"] == {"ConsoleLogin": "Failure"}
    assert failed["additionalEventData"]["meant"] == "wrong code"
    for each in (failed, event):
        assert each["additionalEventData"]["MFAUsed"] == "Yes"
        assert each["additionalEventData"]["MFAIdentifier"] == device


def test_a_code_is_good_once(site: Site) -> None:
    browser, page = site.signed_in("bob")
    assert is_in(browser.submit(page, "/signin/code", code=site.code()), "bob")
    other, page = site.signed_in("bob")
    assert said.WRONG_CODE in other.submit(page, "/signin/code", code=site.code()).text


def test_codes_cant_be_guessed(site: Site) -> None:
    browser, page = site.signed_in("bob")
    for _ in range(FREE):
        assert browser.submit(page, "/signin/code", code="000000").status == 403
    assert said.WRONG_CODE in browser.submit(page, "/signin/code", code=site.code()).text
    assert "blocked until" in site.events()[-1]["additionalEventData"]["meant"]


def test_the_device_of_somebody_else_isnt_asked(site: Site) -> None:
    browser, page = site.signed_in("bob")
    taken = browser.submit(page, "/signin/code", device="arn:aws:iam::1:mfa/of-eve", code=site.code())
    assert is_in(taken, "bob")


def test_a_device_that_was_removed_meanwhile(site: Site) -> None:
    browser, page = site.signed_in("bob")
    with site.world.database.write(site.world.clock.now()) as tx:
        device = mfa_devices.by_id(tx, "MFA1")
        assert device
        mfa_devices.unassign(tx, device)
    assert browser.submit(page, "/signin/code", code=site.code()).status == 403
    assert browser.get("/console").url.startswith("/signin")


@pytest.mark.parametrize(
    "gone", [SimpleNamespace(by_id=lambda *_: None), SimpleNamespace(of=lambda *_: None)]
)
def test_a_user_or_password_that_was_removed_after_the_check(
    site: Site, monkeypatch: pytest.MonkeyPatch, gone: SimpleNamespace
) -> None:
    """It comes between two reads, so it is done to the second one."""
    browser, page = site.signed_in("bob")
    monkeypatch.setattr(sign_in, "users" if hasattr(gone, "by_id") else "login_profiles", gone)
    assert browser.submit(page, "/signin/code", code=site.code()).status == 403


def allow_changes(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        inline_policies.put(tx, Inline("user", "AIDACAT", "change", MAY_CHANGE))


def test_a_password_that_must_be_changed(site: Site) -> None:
    allow_changes(site)
    browser, page = site.signed_in("cat")
    assert "/signin/password" in page.forms
    assert browser.get("/console").url.startswith("/signin")
    for given, words in (
        ({"old": PASSWORD, "new": OTHER, "again": PASSWORD}, said.DIFFER),
        ({"old": OTHER, "new": OTHER, "again": OTHER}, "The old password was incorrect."),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "minimum length"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "reuse"),
    ):
        again = browser.submit(page, "/signin/password", **given)
        assert again.status == 400
        assert words in again.text
    assert is_in(browser.submit(page, "/signin/password", old=PASSWORD, new=OTHER, again=OTHER), "cat")
    assert is_in(site.signed_in("cat", OTHER)[1], "cat")
    assert [each.get("errorCode") for each in site.events("ChangePassword")][-1] is None
    assert site.events()[0]["responseElements"]["ConsoleLogin"] == "Success"


def test_a_password_is_changed_by_those_who_may(site: Site) -> None:
    browser, page = site.signed_in("cat")
    refused = browser.submit(page, "/signin/password", old=PASSWORD, new=OTHER, again=OTHER)
    assert refused.status == 400
    assert "is not authorized to perform: iam:ChangePassword" in refused.text
    assert site.events("ChangePassword")[-1]["errorCode"] == "AccessDenied"
    assert browser.get("/console").url.startswith("/signin")


def expire(site: Site, *, hard: bool) -> None:
    policy = PasswordPolicy(
        site.account,
        minimum_length=6,
        symbols=False,
        numbers=False,
        uppercase=False,
        lowercase=False,
        users_may_change=True,
        hard_expiry=hard,
        max_age=1,
    )
    with site.world.database.write(site.world.clock.now()) as tx:
        password_policies.put(tx, policy)
    site.world.clock.advance(86400)


def test_a_password_that_has_expired(site: Site) -> None:
    expire(site, hard=False)
    browser, page = site.signed_in("ann")
    assert is_in(browser.submit(page, "/signin/password", old=PASSWORD, new=OTHER, again=OTHER), "ann")


def test_a_password_that_only_an_administrator_replaces(site: Site) -> None:
    expire(site, hard=True)
    page = site.signed_in("ann")[1]
    assert (page.status, said.EXPIRED in page.text) == (403, True)
    assert site.events()[-1]["additionalEventData"]["meant"] == "the password has expired"
    bob = site.signed_in("bob")[1]
    assert "/signin/code" in bob.forms, "before the code, nothing is told about the password"


def test_whoever_is_wrong_gets_the_same_answer(site: Site) -> None:
    pages = [
        site.browser().post("/signin", {"account": account, "user": user, "password": "Wrong1horse!"})
        for account, user in (
            (site.account, "ann"),
            (site.account, "dan"),
            (site.account, "eve"),
            ("111111111111", "ann"),
            ("no-such-alias", "ann"),
        )
    ]
    for page in pages:
        assert (page.status, said.WRONG in page.text) == (403, True)
        assert COOKIE not in str(page.headers)
    events = site.events()
    assert [each["errorMessage"] for each in events] == ["Failed authentication"] * 5
    names = {each["userIdentity"]["userName"] for each in events}
    assert names == {"ann", "dan", "HIDDEN_DUE_TO_SECURITY_REASONS"}


@pytest.mark.parametrize("field", ["account", "user", "password"])
def test_what_postgresql_cant_be_asked_for_is_refused(tmp_path: Path, database_url: str, field: str) -> None:
    world = open_world(Settings(tmp_path, database=database_url))
    given = {"account": first_account(world), "user": "ann", "password": "Wrong1horse!"}
    page = Browser(world).post("/signin", given | {field: "\0"})
    world.close()
    assert (page.status, "it has a NUL" in page.text) == (400, True)


def test_a_password_in_the_field_of_the_user_isnt_recorded(site: Site) -> None:
    site.signed_in("MySecretPassword", PASSWORD)
    assert "MySecretPassword" not in str(site.events())


def test_a_user_is_blocked_after_wrong_passwords(site: Site) -> None:
    for number in range(FREE):
        browser = site.browser(peer=f"10.0.0.{number}")
        assert site.sign_in(browser, "ann", "Wrong1horse!").status == 403
    page = site.signed_in("ann")[1]
    assert (page.status, said.WRONG in page.text) == (403, True)
    assert "blocked until" in site.events()[-1]["additionalEventData"]["meant"]
    site.world.clock.advance(61)
    assert is_in(site.signed_in("ann")[1], "ann")


@pytest.mark.parametrize(("peer", "same"), [("10.0.0.1", "10.0.0.1"), ("2001:db8::1", "2001:db8::2")])
def test_one_address_cant_try_many_users(site: Site, peer: str, same: str) -> None:
    for number in range(MOST_OF_ADDRESS):
        assert site.sign_in(site.browser(peer=peer), f"user{number}").status == 403
    page = site.sign_in(site.browser(peer=same), "ann")
    assert (page.status, "Try again in a minute" in page.text) == (429, True)
    assert site.events()[-1]["errorCode"] == "Throttling"
    assert is_in(site.sign_in(site.browser(peer="10.9.9.9"), "ann"), "ann")
    site.world.clock.advance(60)
    assert is_in(site.sign_in(site.browser(peer=same), "ann"), "ann")


@pytest.mark.parametrize(
    ("peer", "named"), [("10.0.0.1", "10.0.0.1"), ("2001:db8::1", "20010db800000000::/64")]
)
def test_an_account_named_like_an_address_keeps_nobody_out(site: Site, peer: str, named: str) -> None:
    """One somewhere else could have kept the people of that address out."""
    for _ in range(MOST_OF_ADDRESS):
        fields = {"account": named, "user": "eve", "password": "Wrong1horse!"}
        assert site.browser(peer="10.6.6.6").post("/signin", fields).status == 403
    assert is_in(site.sign_in(site.browser(peer=peer), "ann"), "ann")


def test_an_account_cant_be_tried_from_many_addresses(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchword.identity.failed_sign_ins.MOST_OF_ACCOUNT", 3)
    for number in range(3):
        assert site.sign_in(site.browser(peer=f"10.0.0.{number}"), "eve").status == 403
    assert site.sign_in(site.browser(), "ann").status == 429


def test_counts_dont_tell_which_accounts_exist(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchword.identity.failed_sign_ins.MOST_OF_ACCOUNT", 1)
    browsers = (site.browser(peer=f"10.0.0.{number}") for number in range(9))
    for account in (site.account, "no-such-alias", "another-one"):
        fields = {"account": account, "user": "eve", "password": "Wrong1horse!"}
        assert next(browsers).post("/signin", fields).status == 403
        assert next(browsers).post("/signin", fields).status == 429


def test_hashing_is_bounded(site: Site) -> None:
    gate = site.world.hashing
    for _ in range(4):
        assert gate._near.acquire(blocking=False)
    page = site.signed_in("ann")[1]
    assert page.status == 429
    assert COOKIE not in site.browser().cookies


def test_signing_out_ends_it_everywhere(site: Site) -> None:
    browser, page = site.signed_in("ann")
    thief = Browser(site.world, cookies=dict(browser.cookies))
    assert is_in(thief.get("/console"), "ann")
    page = browser.submit(page, "/signin/out")
    assert said.SIGNED_OUT in page.text
    assert browser.cookies == {}
    assert thief.get("/console").url.startswith("/signin")
    assert site.events("Logout")[-1]["responseElements"] == {"Logout": "Success"}


def set_password(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        profile = login_profiles.of(tx, "AIDAANN")
        assert profile
        login_profiles.set_password(tx, profile, profile.hash, reset_required=False)


def remove_password(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        profile = login_profiles.of(tx, "AIDAANN")
        assert profile
        login_profiles.remove(tx, profile)


def remove_user(site: Site) -> None:
    remove_password(site)
    with site.world.database.write(site.world.clock.now()) as tx:
        users.remove(tx, site.user("ann"))


def revoke_all(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        revoke(tx, site.account, "everything", EVERYTHING)


def revoke_one(site: Site) -> None:
    key = site.events()[-1]["responseElements"]["credentials"]["accessKeyId"]
    with site.world.database.write(site.world.clock.now()) as tx:
        revoke(tx, site.account, "session", key)


def close_account(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        accounts.close(tx, site.account)


def twelve_hours_later(site: Site) -> None:
    site.world.clock.advance(12 * 3600)


@pytest.mark.parametrize(
    "end",
    [set_password, remove_password, remove_user, revoke_all, revoke_one, close_account, twelve_hours_later],
)
def test_what_ends_a_sign_in_ends_it_at_the_next_request(site: Site, end: object) -> None:
    browser, _ = site.signed_in("ann")
    other, _ = site.signed_in("bob")
    site.world.clock.advance(1)
    assert is_in(browser.get("/console"), "ann")
    assert callable(end)
    end(site)
    assert browser.get("/console").url.startswith("/signin")
    assert other


def test_a_step_is_waited_for_ten_minutes(site: Site) -> None:
    browser, page = site.signed_in("bob")
    site.world.clock.advance(sign_ins.STEP / timedelta(seconds=1))
    late = browser.submit(page, "/signin/code", code=site.code())
    assert (late.status, "Sign in again" in late.text) == (403, True)


def test_a_secret_is_good_for_its_step_alone(site: Site) -> None:
    """Session fixation: no secret that was known before a step is worth anything after it."""
    browser, page = site.signed_in("bob")
    before = dict(browser.cookies)
    assert is_in(browser.submit(page, "/signin/code", code=site.code()), "bob")
    planted = Browser(site.world, cookies=before)
    assert planted.get("/console").url.startswith("/signin")
    assert planted.get("/signin/code").status == 403
    assert Browser(site.world, cookies={COOKIE: "A" * 43}).get("/console").url.startswith("/signin")


def test_signing_in_again_ends_the_sign_in_before(site: Site) -> None:
    browser, page = site.signed_in("ann")
    stale, first = page, dict(browser.cookies)
    bob = site.sign_in(browser, "bob")
    browser.submit(bob, "/signin/code", code=site.code())
    assert Browser(site.world, cookies=first).get("/console").url.startswith("/signin")
    refused = browser.submit(stale, "/signin/out")
    assert (refused.status, "another sign-in" in refused.text) == (403, True), "two tabs as two users"
    assert is_in(browser.get("/console"), "bob")


def test_secrets_are_kept_as_digests(site: Site) -> None:
    browser, _ = site.signed_in("ann")
    secret = browser.cookies[COOKIE]
    with site.world.database.read() as tx:
        row = kept.of(tx, sign_ins.digest(secret), Kind.BROWSER)
        assert kept.of(tx, sign_ins.digest(secret), Kind.LINK) is None
    assert row
    assert secret not in str(row)
    assert secret.encode() not in row.id


def test_sign_ins_that_have_expired_are_forgotten(site: Site) -> None:
    browser, _ = site.signed_in("ann")
    twelve_hours_later(site)
    site.signed_in("ann")
    with site.world.database.read() as tx:
        assert kept.of(tx, sign_ins.digest(browser.cookies[COOKIE]), Kind.BROWSER) is None


def test_a_page_that_needs_a_sign_in_is_come_back_to(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/console?tab=1&x=%20")
    assert page.url == "/signin?next=%2Fconsole%3Ftab%3D1%26x%3D%2520"
    page = browser.submit(page, "/signin", account=ALIAS, user="ann", password=PASSWORD)
    assert page.url == "/console?tab=1&x=%20"


def test_nobody_is_told_that_they_are_signed_out_who_may_not_be(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, page = site.signed_in()

    def broken(*_given: Any) -> Any:
        raise fault("ServiceUnavailable")

    with monkeypatch.context() as patched:
        patched.setattr(sign_ins, "find", broken)
        assert browser.submit(page, "/signin/out").status == 503
    assert "/signin" in browser.submit(browser.get("/console"), "/signin/out").forms
    assert browser.cookies == {}
