"""Signing in to the portal, its pages, and what others can't do with them."""

import base64
import re

import pytest
from tests.gateway.console.portal.conftest import MEMBER, OTHER, PASSWORD, Site
from tests.gateway.console.portal.program import Program

from watchword.identity.attempts import FREE
from watchword.identity.failed_sign_ins import MOST_OF_ADDRESS
from watchword.installation.administrator import Refused
from watchword.installation.portal_links import new_link
from watchword.proofs.mfa import code_of, step_of

ORIGIN = "http://localhost:4566"
NEW = "Battery2staple!"
COOKIE = "__Host-watchword-portal"


def test_by_password(site: Site) -> None:
    browser = site.browser()
    page = site.sign_in(browser, "ann")
    assert "payroll" in page.text
    assert "Read" in page.text
    assert list(browser.cookies) == [COOKIE]
    (event,) = site.events("UserAuthentication")
    assert event["eventSource"] == "signin.amazonaws.com"
    assert event["serviceEventDetails"] == {"UserAuthentication": "Success"}
    assert event["additionalEventData"] == {"CredentialType": "PASSWORD", "LoginTo": f"{ORIGIN}/start"}
    assert event["userIdentity"]["userName"] == "ann"
    assert event["recipientAccountId"] == site.account


def test_by_password_and_code(site: Site) -> None:
    browser = site.browser()
    page = site.sign_in(browser, "bob")
    assert "Six digits" in page.text
    half = browser.cookies[COOKIE]
    assert "/start/signin" in browser.get("/start").forms, "half a sign-in is worth nothing"
    assert browser.submit(page, "/start/code", code="000000").status == 403
    page = browser.submit(page, "/start/code", code=site.code())
    assert "No role is assigned to you yet." in page.text
    assert browser.cookies[COOKIE] != half
    steps = [event["serviceEventDetails"]["CredentialVerification"] for event in _verified(site)]
    assert sorted(steps) == ["Failure", "Success"]
    (event,) = site.events("UserAuthentication")
    assert event["additionalEventData"]["CredentialType"] == "PASSWORD,TOTP"
    again = site.browser()
    page = site.sign_in(again, "bob")
    assert again.submit(page, "/start/code", code=site.code()).status == 403, "each code is good once"


def _verified(site: Site) -> list[dict[str, dict[str, str]]]:
    return site.events("CredentialVerification")


def test_all_that_is_wrong_looks_the_same(site: Site) -> None:
    site.world.failed_sign_ins.reset(site.world.clock.now())
    pages = [
        site.sign_in(site.browser(), name, password)
        for name, password in (("ann", "Wrong1horse!"), ("zoe", PASSWORD), ("bob", "Wrong1horse!"))
    ]
    told = {
        (page.status, re.sub(r'value="[a-z]*"', "", page.body).replace("autofocus", "")) for page in pages
    }
    assert len(told) == 1
    assert "zoe" not in str(_verified(site)), "it may be a password"
    assert "ann" in str(_verified(site))


def test_guessing_is_slow(site: Site) -> None:
    for number in range(FREE):
        assert site.sign_in(site.browser(peer=f"192.0.2.{number}"), "ann", "Wrong1horse!").status == 403
    assert site.sign_in(site.browser(), "ann").status == 403, "blocked: even the right one"
    site.later(minutes=2)
    assert site.sign_in(site.browser(), "ann").status == 200


def test_one_address_has_so_many_attempts(site: Site) -> None:
    for _ in range(MOST_OF_ADDRESS):
        site.sign_in(site.browser(), "ann", "Wrong1horse!")
    assert site.sign_in(site.browser(), "bob").status == 429
    assert site.sign_in(site.browser(peer="192.0.2.1"), "bob").status == 200


@pytest.mark.parametrize(
    "to",
    [
        "https://example.com",
        "//example.com",
        "/\\example.com",
        "/startle",
        "/console",
        "/start\r\nx: y",
        "/start/../bucket/page.html",
    ],
)
def test_nobody_is_sent_away(shared: Site, to: str) -> None:
    browser = shared.browser()
    page = browser.get("/start/signin")
    page = browser.submit(page, "/start/signin", user="ann", password=PASSWORD, next=to)
    assert page.url == "/start"


def test_the_record_of_a_sign_in_has_no_code_of_a_program(site: Site) -> None:
    site.sign_in(site.browser(), "ann", to="/start/device?user_code=BCDF-GHJK")
    (event,) = site.events("UserAuthentication")
    assert event["additionalEventData"]["LoginTo"] == f"{ORIGIN}/start/device"


def test_a_page_is_come_back_to(site: Site) -> None:
    program, browser = Program(site.world), site.browser()
    program.for_codes()
    page = site.sign_in(browser, "ann", to=program.address())
    assert "/authorize" in page.forms
    csp = page.headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:40123" in csp
    assert "frame-ancestors 'none'" in csp


def test_two_tabs_as_two_users(site: Site) -> None:
    """A form that was shown to Ann does nothing once the browser is Bob's."""
    program, browser = Program(site.world), site.signed_in()
    program.for_codes()
    page = browser.get(program.address())
    code = site.sign_in(browser, "bob", to="/start/signin")
    browser.submit(code, "/start/code", code=site.code())
    assert browser.submit(page, "/authorize").status == 403
    assert "another sign-in" in browser.submit(page, "/authorize").text


@pytest.mark.parametrize(
    "action", ["/start/signin", "/start/out", "/start/console", "/start/keys", "/start/device", "/authorize"]
)
def test_forms_of_other_sites_count_for_nothing(shared: Site, action: str) -> None:
    browser = shared.signed_in()
    token = browser.get("/start").forms["/start/out"].fields["csrf"]
    given = {"csrf": token, "user": "ann", "password": PASSWORD, "account": MEMBER, "role": "Read"}
    assert browser.post(action, given, origin="https://example.com").status == 403
    if action != "/start/signin":
        assert browser.post(action, {**given, "csrf": "other"}).status == 403


def test_the_console_as_a_role(site: Site) -> None:
    browser = site.signed_in()
    page = browser.submit(browser.get("/start"), "/start/console")
    assert page.url == "/console"
    assert "assumed-role/AWSReservedSSO_Read_0123456789abcdef/ann" in page.text
    assert set(browser.cookies) == {COOKIE, "__Host-watchword"}
    (event,) = site.events("Federate")
    assert event["eventSource"] == "sso.amazonaws.com"
    browser.post("/start/out", browser.get("/start").forms["/start/out"].fields)
    assert "assumed-role" in browser.get("/console").text, "a session of a role has an end of its own"


def test_access_keys_to_copy(site: Site) -> None:
    browser = site.signed_in()
    page = browser.submit(browser.get("/start"), "/start/keys")
    token = re.search(r"aws_session_token=(\S+?)<", page.body)
    assert token
    assert site.world.facts.session(token[1]).principal.account == MEMBER
    for form in ('export AWS_ACCESS_KEY_ID="ASIA', '$Env:AWS_SECRET_ACCESS_KEY="', f"[{MEMBER}_Read]"):
        assert form in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("action", ["/start/console", "/start/keys"])
def test_a_role_of_others(shared: Site, action: str) -> None:
    browser = shared.signed_in()
    page = browser.submit(browser.get("/start"), action, role="Write")
    assert (page.status, "isn't yours" in page.text) == (403, True)
    page = browser.submit(browser.get("/start"), action, account="not an account")
    assert page.status == 403


def test_a_link_sets_a_password_once(site: Site) -> None:
    link = new_link(site.world, "ANN", "", ORIGIN, without_authenticator=False).removeprefix(ORIGIN)
    browser = site.browser()
    page = browser.get(link)
    assert "You are ann" in page.text
    for flawed, again in ((NEW, "Other3thing!"), ("short1A!", "short1A!x"), ("alllowercase1!",) * 2):
        assert browser.submit(page, "/start/password", new=flawed, again=again).status == 400
    assert browser.submit(page, "/start/password", new="xAnn1!xxx", again="xAnn1!xxx").status == 400
    page = browser.submit(page, "/start/password", new=NEW, again=NEW)
    assert "Your password is set." in page.text
    assert browser.cookies == {}, "nobody is signed in by a link"
    assert site.sign_in(site.browser(), "ann").status == 403
    assert site.sign_in(site.browser(), "ann", NEW).status == 200
    assert browser.get(link).status == 403
    (event,) = site.events("UpdatePassword")
    assert event["userIdentity"]["userName"] == "ann"
    assert NEW not in str(event)
    assert len(site.events("CreatePasswordLink")) == 1


def test_links_end(site: Site) -> None:
    first, second = (
        new_link(site.world, "ann", "d-0123456789", ORIGIN, without_authenticator=False).removeprefix(ORIGIN)
        for _ in range(2)
    )
    browser = site.browser()
    page = browser.get(first)
    browser.submit(page, "/start/password", new=NEW, again=NEW)
    assert browser.get(second).status == 403, "a password that is set ends all links"
    third = new_link(site.world, "ann", "", ORIGIN, without_authenticator=False).removeprefix(ORIGIN)
    site.later(days=1)
    assert browser.get(third).status == 403
    for name, directory in (("zoe", ""), ("ann", "d-ffffffffff")):
        with pytest.raises(Refused):
            new_link(site.world, name, directory, ORIGIN, without_authenticator=False)


def test_a_link_can_forget_a_lost_app(site: Site) -> None:
    link = new_link(site.world, "bob", "", ORIGIN, without_authenticator=True).removeprefix(ORIGIN)
    browser = site.browser()
    browser.submit(browser.get(link), "/start/password", new=NEW, again=NEW)
    assert "Your accounts" in site.sign_in(browser, "bob", NEW).text


def test_an_app_is_added(site: Site) -> None:
    browser = site.signed_in()
    page = browser.get("/start/authenticator")
    assert browser.submit(page, "/start/authenticator", password="Wrong1horse!").status == 403
    page = browser.submit(page, "/start/authenticator", password=PASSWORD)
    assert site.sign_in(site.browser(), "ann").url == "/start", "not in use before its first code"
    seed = re.search(r"<pre>([A-Z2-7]{64})</pre>", page.body)
    assert seed
    wrong = browser.submit(page, "/start/authenticator/confirm", code="000000")
    assert wrong.status == 403
    assert seed[1] not in wrong.body, "for who finds the browser open, and hasn't the password"
    code = _code_of(site, seed[1])
    page = browser.submit(wrong, "/start/authenticator/confirm", code=code)
    assert "Your app is in use" in page.text
    assert "/start/code" in site.sign_in(site.browser(), "ann").forms
    token = browser.get("/start").forms["/start/out"].fields["csrf"]
    assert browser.post("/start/authenticator", {"csrf": token, "password": PASSWORD}).status == 409


def _code_of(site: Site, seed: str) -> str:
    return code_of(base64.b32decode(seed), step_of(site.world.clock.wall()))


def test_a_directory_has_its_own_start_url(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/start/d-0123456789")
    page = browser.submit(page, "/start/signin", user="ann", password=PASSWORD)
    assert page.url == "/start/d-0123456789"
    assert "Your accounts" in page.text
    assert browser.get("/start/d-ffffffffff").status == 404
    assert browser.get("/start/other").status == 404


def test_people_of_another_directory_answer_nothing(site: Site) -> None:
    """What a program asks of one start URL isn't granted at another."""
    eve = site.browser()
    assert "Sign in" in site.sign_in(eve, "eve").text, "there is no such user in the first directory"
    site.sign_in(eve, "eve", to=f"/start/{OTHER}")
    assert "No role is assigned to you yet." in eve.get("/start").text
    asking, program = Program(site.world), site.program()
    asking.for_codes()
    assert eve.get(asking.address()).status == 403
    given = dict(each.split("=") for each in asking.address().partition("?")[2].split("&"))
    token = eve.get("/start").forms["/start/out"].fields["csrf"]
    assert eve.post("/authorize", {**given, "csrf": token, "answer": "yes"}).status in {400, 403}
    asked = program.start_device_authorization()[1]
    page = eve.submit(eve.get("/start/device"), "/start/device", user_code=asked["userCode"])
    assert page.status == 403
    fields = {**page.forms["/start/device"].fields, "user_code": asked["userCode"], "answer": "yes"}
    assert eve.post("/start/device/answer", fields).status == 403
    assert program.poll(asked["deviceCode"])[1]["error"] == "authorization_pending"
    page = eve.get(f"/start/device?user_code={asked['userCode']}")
    own = program.start_device_authorization(startUrl=f"{ORIGIN}/start/{OTHER}")[1]
    page = eve.submit(page, "/start/device", user_code=own["userCode"])
    assert "/start/device/answer" in page.forms


def test_one_answer_is_enough(site: Site) -> None:
    """Once somebody has said yes, nobody else says anything."""
    program, browser, other = site.program(), site.signed_in(), site.signed_in()
    asked = program.start_device_authorization()[1]
    page = browser.submit(browser.get("/start/device"), "/start/device", user_code=asked["userCode"])
    late = other.submit(other.get("/start/device"), "/start/device", user_code=asked["userCode"])
    browser.submit(page, "/start/device/answer", answer="yes")
    assert other.submit(late, "/start/device/answer", answer="no").status == 403
    assert browser.submit(page, "/start/device/answer", answer="no").status == 403
    assert program.poll(asked["deviceCode"])[0] == 200


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    browser = site.signed_in()
    before = browser.cookies[COOKIE]
    site.sign_in(browser, "ann", to="/start/signin")
    again = site.browser()
    again.cookies[COOKIE] = before
    assert "/start/signin" in again.get("/start").forms


def test_names_are_text(site: Site) -> None:
    program = Program(site.world)
    program.for_codes(clientName="<script>alert(1)</script>")
    page = site.signed_in().get(program.address())
    assert "<script>" not in page.body
    assert "&lt;script&gt;" in page.body
