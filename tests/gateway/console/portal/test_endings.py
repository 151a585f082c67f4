"""What ends a session of the portal, and what came of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from tests.gateway.console.browser import FORM
from tests.gateway.console.portal.conftest import ANN, DIRECTORY, EVE, MEMBER, OTHER, Site
from tests.gateway.console.portal.program import call

from watchword.access.credentials import check_session
from watchword.access.living_sessions import sessions
from watchword.gateway.console.browser import CSRF, posted
from watchword.gateway.console.portal import authorize, device
from watchword.installation.portal_links import new_link
from watchword.installation.revoking import revoke_chain, revoke_everything, revoke_sessions
from watchword.installation.scim_tokens import digest_of
from watchword.names import AwsError
from watchword.store import accounts
from watchword.store.identity_center import assignments, scim_tokens, users
from watchword.store.identity_center.scim_tokens import ScimToken
from watchword.store.portal import passwords
from watchword.store.portal import sessions as portal_sessions
from watchword.store.portal.passwords import Password

NEW = "Battery2staple!"


def set_password(site: Site) -> None:
    link = new_link(site.world, "ann", "", "http://localhost:4566", without_authenticator=False)
    browser = site.browser()
    page = browser.get(link.removeprefix("http://localhost:4566"))
    browser.submit(page, "/start/password", new=NEW, again=NEW)


def put_password(site: Site) -> None:
    """Whatever sets it."""
    now = site.world.clock.now()
    with site.world.database.write(now) as tx:
        passwords.put(tx, Password(ANN, "hash", now))


def disable(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        users.update(tx, replace(site.user(), enabled=False))


def delete(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        users.remove(tx, site.user())


def unassign(site: Site) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        assignments.remove(tx, site.assignment)


def session_id(site: Site) -> str:
    with site.world.database.read() as tx:
        (found,) = portal_sessions.alive(tx, site.world.clock.now())
    return found.id


def revoke_person(site: Site) -> None:
    assert revoke_sessions(site.world, f"arn:aws:identitystore:::user/{ANN}") == ("person", ANN)


ENDINGS: dict[str, tuple[Callable[[Site], object], bool, bool]] = {
    "another password": (set_password, True, True),
    "another password, by other means": (put_password, True, True),
    "disabled": (disable, True, True),
    "deleted": (delete, True, True),
    "assignment removed": (unassign, False, True),
    "session revoked": (lambda site: revoke_sessions(site.world, session_id(site)), True, False),
    "chain revoked": (lambda site: revoke_chain(site.world, session_id(site), ()), True, True),
    "person revoked": (revoke_person, True, True),
    "everything in the instance's account revoked": (
        lambda site: revoke_everything(site.world, site.account, site.world.clock.now()),
        True,
        False,
    ),
    "everything in the role's account revoked": (
        lambda site: revoke_everything(site.world, MEMBER, site.world.clock.now()),
        False,
        True,
    ),
}


@pytest.mark.parametrize(("act", "ends_session", "ends_role"), ENDINGS.values(), ids=ENDINGS.keys())
def test_what_ends(site: Site, act: Callable[[Site], object], ends_session: bool, ends_role: bool) -> None:
    program, browser = site.program(), site.signed_in()
    made = program.signed_in(browser)
    got = program.get_role_credentials(made["accessToken"], MEMBER, "Read")[1]["roleCredentials"]
    role_session = site.world.facts.session(got["sessionToken"])
    check_session(site.world.facts, role_session, site.world.clock.now())
    site.later(seconds=1)
    act(site)
    assert (program.list_accounts(made["accessToken"])[0] == 401) is ends_session
    assert (program.refresh(made["refreshToken"])[0] == 400) is ends_session
    assert ("/start/signin" in browser.get("/start").forms) is ends_session
    if ends_role:
        with pytest.raises(AwsError, match="InvalidSessionToken"):
            check_session(site.world.facts, role_session, site.world.clock.now())
    else:
        check_session(site.world.facts, role_session, site.world.clock.now())


@pytest.mark.parametrize("by", ["the program", "the browser"])
def test_signing_out_ends_all_of_a_session(site: Site, by: str) -> None:
    program, other, browser = site.program(), site.program(), site.signed_in()
    made, second = program.signed_in(browser), other.signed_in(browser)
    waiting, _ = program.let_in(browser)
    elsewhere = site.signed_in()
    if by == "the program":
        assert program.logout(made["accessToken"]) == (200, {})
    else:
        page = browser.submit(browser.get("/start"), "/start/out")
        assert "You are signed out." in page.text
        assert browser.cookies == {}
    assert program.list_accounts(made["accessToken"])[0] == 401
    assert other.list_accounts(second["accessToken"])[0] == 401
    assert other.refresh(second["refreshToken"])[1]["error"] == "invalid_grant"
    assert program.poll(waiting)[1]["error"] == "invalid_grant"
    assert "/start/signin" in browser.get("/start").forms
    assert "Your accounts" in elsewhere.get("/start").text, "another session of the same person"
    assert len(site.events("Logout")) == 1


def test_a_yes_after_a_sign_out_gives_nothing(site: Site) -> None:
    program, browser = site.program(), site.signed_in()
    _, asked = program.start_device_authorization()
    page = browser.submit(browser.get("/start/device"), "/start/device", user_code=asked["userCode"])
    made: dict[str, Any] = program.signed_in(browser)
    program.logout(made["accessToken"])
    assert "/start/signin" in browser.submit(page, "/start/device/answer").forms
    assert program.poll(asked["deviceCode"])[1]["error"] == "authorization_pending"


@pytest.mark.parametrize("module", [authorize, device])
def test_a_sign_out_on_the_way_of_a_yes(
    site: Site, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session ends after it was found, and before it is given away."""
    program, browser, action = site.program(), site.signed_in(), "/start/device/answer"
    asked = program.start_device_authorization()[1]
    page = browser.submit(browser.get("/start/device"), "/start/device", user_code=asked["userCode"])
    if module is authorize:
        program.for_codes()
        page, action = browser.get(program.address()), "/authorize"

    def meanwhile(*given: Any, **more: Any) -> Any:
        with site.world.database.write(site.world.clock.now()) as tx:
            portal_sessions.remove_all(tx, ANN)
        return posted(*given, **more)

    monkeypatch.setattr(module, "posted", meanwhile)
    answered = browser.submit(page, action, answer="yes")
    assert (answered.url, answered.status) == (action, 403)
    recorded = [*site.events("Authorize"), *site.events("AuthorizeDevice")]
    assert [event for event in recorded if "errorCode" not in event] == []


def test_sessions_are_listed_with_what_came_of_them(site: Site) -> None:
    program = site.program()
    made = program.signed_in(site.signed_in())
    got = program.get_role_credentials(made["accessToken"], MEMBER, "Read")[1]["roleCredentials"]
    found = sessions(site.world)
    portal, role = sorted(found.living, key=lambda each: each.role)
    assert (portal.access_key_id, portal.arn) == (session_id(site), f"arn:aws:identitystore:::user/{ANN}")
    assert role.access_key_id == got["accessKeyId"]
    assert found.chain(role.access_key_id) == (portal.access_key_id, role.access_key_id)
    program.logout(made["accessToken"])
    assert [each.access_key_id for each in sessions(site.world).living] == [role.access_key_id]


def test_another_way_into_the_console_ends_what_the_one_before_handed_out(site: Site) -> None:
    """The same browser becomes somebody else there, as after any sign-in."""
    browser = site.signed_in()

    def entered() -> dict[str, str]:
        browser.submit(browser.get("/start"), "/start/console")
        token = browser.get("/console").forms["/signin/out"].fields[CSRF]
        sent = {"origin": browser.origin, "content-type": FORM}
        answer = browser.send("POST", "/console/credentials", f"{CSRF}={token}".encode(), sent)
        assert isinstance(answer.body, bytes)
        given: dict[str, str] = json.loads(answer.body)
        return given

    def check(given: dict[str, str]) -> None:
        found = site.world.facts.session(given["sessionToken"])
        check_session(site.world.facts, found, site.world.clock.now())

    first = entered()
    check(first)
    second = entered()
    check(second)
    with pytest.raises(AwsError, match="InvalidSessionToken"):
        check(first)


def scim_of(site: Site, directory: str) -> Callable[..., tuple[int, Any]]:
    """An identity provider that provisions people into the directory."""
    now = site.world.clock.now()
    with site.world.database.write(now) as tx:
        scim_tokens.insert(tx, ScimToken("t", directory, digest_of("s"), now, now + timedelta(days=1)))
    return lambda method, path, given=None: call(
        site.world, method, f"/scim/{directory}/scim/v2/{path}", given, authorization="Bearer s"
    )


def test_a_closed_account_is_provisioned_by_nobody(site: Site) -> None:
    scim = scim_of(site, OTHER)
    assert scim("GET", "Users")[1]["totalResults"] == 1
    with site.world.database.write(site.world.clock.now()) as tx:
        accounts.close(tx, MEMBER)
    assert scim("GET", "Users")[0] == scim("DELETE", f"Users/{EVE}")[0] == 401


def test_who_was_disabled_for_a_while_begins_again(site: Site) -> None:
    program, browser = site.program(), site.signed_in()
    made = program.signed_in(browser)
    got = program.get_role_credentials(made["accessToken"], MEMBER, "Read")[1]["roleCredentials"]
    role_session = site.world.facts.session(got["sessionToken"])
    with site.world.database.write(site.world.clock.now()) as tx:
        named = {"DisplayName": "Ann", "Name": {"GivenName": "Ann", "FamilyName": "Example"}}
        users.update(tx, replace(site.user(), attributes=named))
    scim = scim_of(site, DIRECTORY)
    for active in (False, True):
        status, said = scim(
            "PATCH", f"Users/{ANN}", {"Operations": [{"op": "replace", "value": {"active": active}}]}
        )
        assert status == 200, said
    assert program.list_accounts(made["accessToken"])[0] == 401
    assert program.refresh(made["refreshToken"])[0] == 400
    assert "/start/signin" in browser.get("/start").forms
    with pytest.raises(AwsError, match="InvalidSessionToken"):
        check_session(site.world.facts, role_session, site.world.clock.now())
