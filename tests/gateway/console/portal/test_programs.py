"""Programs get tokens of people: by a device code, by a code, and by a refresh token. And who doesn't."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.gateway.console.portal.conftest import MEMBER, Site
from tests.gateway.console.portal.program import CALLBACK, START, Program

from watchword.identity.failed_sign_ins import MOST_OF_ADDRESS
from watchword.services.sso_oidc import device_authorizations as starting
from watchword.services.sso_oidc import tokens
from watchword.store.identity_center import users

NEVER = "1" * 43
REGISTRATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a confidential client": ({"clientType": "confidential"}, "invalid_client_metadata"),
    "no name": ({"clientName": ""}, "invalid_client_metadata"),
    "a name that isn't printable": ({"clientName": "aws\ncli"}, "invalid_client_metadata"),
    "a long name": ({"clientName": "a" * 101}, "invalid_client_metadata"),
    "an unknown grant": ({"grantTypes": ["password"]}, "unsupported_grant_type"),
    "no grant": ({"grantTypes": []}, "unsupported_grant_type"),
    "a scope of others": ({"scopes": ["openid"]}, "invalid_scope"),
    "a redirect elsewhere": ({"redirectUris": ["https://example.com/callback"]}, "invalid_redirect_uri"),
    "a redirect to a name": ({"redirectUris": ["http://localhost/callback"]}, "invalid_redirect_uri"),
    "a redirect to a host that begins so": (
        {"redirectUris": ["http://127.0.0.1.example.com/"]},
        "invalid_redirect_uri",
    ),
    "a redirect with a user": ({"redirectUris": ["http://127.0.0.1@example.com/"]}, "invalid_redirect_uri"),
    "a redirect with a query": ({"redirectUris": ["http://127.0.0.1/?a=b"]}, "invalid_redirect_uri"),
    "a port that isn't one": ({"redirectUris": ["http://127.0.0.1:65536/"]}, "invalid_redirect_uri"),
    "codes, sent nowhere": ({"grantTypes": ["authorization_code"]}, "invalid_redirect_uri"),
    "another server's portal": ({"issuerUrl": "https://d-1.awsapps.com/start"}, "invalid_request"),
    "an application": ({"entitledApplicationArn": "arn:aws:sso:::application/a"}, "invalid_request"),
    "all too long": (
        {"redirectUris": [f"http://127.0.0.1/{n}{'a' * 180}" for n in range(10)]},
        "invalid_client_metadata",
    ),
}


@pytest.mark.parametrize(("given", "word"), REGISTRATIONS.values(), ids=REGISTRATIONS.keys())
def test_who_cant_register(shared: Site, given: dict[str, Any], word: str) -> None:
    status, refused = Program(shared.world).register(**given)
    assert (status, refused["error"]) == (400, word)
    assert refused["error_description"]


def test_a_device_code_is_good_once(site: Site) -> None:
    program, browser = site.program(), site.signed_in()
    device_code, page = program.let_in(browser)
    assert "Go back to your terminal." in page.text
    status, made = program.poll(device_code)
    assert (status, made["tokenType"], made["expiresIn"]) == (200, "Bearer", 3600)
    assert program.poll(device_code)[1]["error"] == "invalid_grant"
    assert program.list_accounts(made["accessToken"])[0] == 200
    (event,) = (each for each in site.events("CreateToken") if "errorCode" not in each)
    assert event["userIdentity"]["userName"] == "ann"
    assert event["eventSource"] == "sso-oauth.amazonaws.com"
    assert made["accessToken"] not in str(site.events("CreateToken"))
    (event,) = site.events("AuthorizeDevice")
    assert event["additionalEventData"]["clientName"] == "botocore-client-1"


def test_until_somebody_answers(site: Site) -> None:
    program, browser = site.program(), site.signed_in()
    status, asked = program.start_device_authorization()
    assert (status, asked["expiresIn"], asked["interval"]) == (200, 600, 1)
    assert program.poll(asked["deviceCode"])[1]["error"] == "authorization_pending"
    assert program.poll(asked["deviceCode"])[1]["error"] == "slow_down"
    site.later(seconds=1)
    assert program.poll(asked["deviceCode"])[1]["error"] == "authorization_pending"
    denied, _ = program.let_in(browser, answer="no")
    assert program.poll(denied)[1]["error"] == "access_denied"
    site.later(minutes=10)
    assert program.poll(asked["deviceCode"])[1]["error"] == "expired_token"
    page = browser.get("/start/device?" + urlsplit(asked["verificationUriComplete"]).query)
    assert "older than ten minutes" in browser.submit(page, "/start/device").text


def test_a_device_code_is_of_one_client(site: Site) -> None:
    program, other, browser = site.program(), site.program(), site.signed_in()
    device_code, _ = program.let_in(browser)
    assert other.poll(device_code)[1]["error"] == "invalid_grant"
    other.id = program.id  # without its secret
    status, refused = other.poll(device_code)
    assert (status, refused["error"]) == (401, "invalid_client")
    assert program.poll(device_code)[0] == 200


def test_a_code_is_bound_and_good_once(site: Site) -> None:
    program, browser = Program(site.world), site.signed_in()
    program.for_codes()
    told = program.code(browser)
    assert told["state"] == [program.state]
    code = told["code"][0]
    other = Program(site.world)
    other.for_codes()
    assert other.trade(code, codeVerifier=program.verifier)[1]["error"] == "invalid_grant"
    assert program.trade(code, codeVerifier=NEVER)[1]["error"] == "invalid_grant"
    assert program.trade(code, redirectUri=CALLBACK)[1]["error"] == "invalid_grant"
    status, made = program.trade(code)
    assert status == 200, made
    assert program.trade(code)[1]["error"] == "invalid_grant"
    assert program.list_accounts(made["accessToken"])[0] == 200


def test_a_code_that_is_old_or_refused(site: Site) -> None:
    program, browser = Program(site.world), site.signed_in()
    program.for_codes()
    assert program.code(browser, answer="no") == {"error": ["access_denied"], "state": [program.state]}
    code = program.code(browser)["code"][0]
    site.later(minutes=5)
    assert program.trade(code)[1]["error"] == "invalid_grant"


AUTHORIZATIONS = {
    "an unknown client": {"client_id": "AAAA.BBBB"},
    "another address": {"redirect_uri": "http://127.0.0.1:40123/other"},
    "another host": {"redirect_uri": "http://127.0.0.2:40123/oauth/callback"},
    "another scheme": {"redirect_uri": "https://127.0.0.1:40123/oauth/callback"},
    "another response": {"response_type": "token"},
    "a plain challenge": {"code_challenge_method": "plain"},
    "no challenge": {"code_challenge": ""},
    "no state": {"state": ""},
    "another scope": {"scopes": "openid"},
}


@pytest.mark.parametrize("other", AUTHORIZATIONS.values(), ids=AUTHORIZATIONS.keys())
def test_nobody_is_sent_anywhere(shared: Site, other: dict[str, str]) -> None:
    program, browser = Program(shared.world), shared.signed_in()
    program.for_codes()
    page = browser.get(program.address(**other))
    assert page.status == 400
    assert "/authorize" not in page.forms
    token = browser.get("/start").forms["/start/out"].fields["csrf"]
    given = dict(each.split("=") for each in program.address().partition("?")[2].split("&"))
    sent = browser.post("/authorize", {**given, **other, "answer": "yes", "csrf": token})
    assert sent.status == 400


def test_a_refresh_token_is_replaced(site: Site) -> None:
    program = site.program()
    first = program.signed_in(site.signed_in())
    site.later(minutes=50)
    status, second = program.refresh(first["refreshToken"])
    assert status == 200
    assert program.list_accounts(second["accessToken"])[0] == 200
    site.later(minutes=1)
    assert program.refresh(first["refreshToken"])[0] == 200, "an answer can get lost"
    other = site.program()
    assert other.refresh(second["refreshToken"])[1]["error"] == "invalid_grant"
    site.later(minutes=2)
    assert program.refresh(first["refreshToken"])[1]["error"] == "invalid_grant"
    assert program.list_accounts(second["accessToken"])[0] == 401, "it was copied: the session ends"
    assert program.refresh(second["refreshToken"])[1]["error"] == "invalid_grant"


def test_no_token_outlasts_the_session(site: Site) -> None:
    program = site.program()
    made = program.signed_in(site.signed_in())
    site.later(hours=1)
    assert program.list_accounts(made["accessToken"])[0] == 401
    site.later(hours=6, minutes=30)
    made = program.refresh(made["refreshToken"])[1]
    assert made["expiresIn"] == 1800
    site.later(minutes=30)
    assert program.refresh(made["refreshToken"])[1]["error"] == "invalid_grant"
    assert program.list_accounts(made["accessToken"])[0] == 401


def test_without_the_scope_nothing_is_refreshed(site: Site) -> None:
    made = site.program(scopes=[]).signed_in(site.signed_in())
    assert "refreshToken" not in made
    assert made["expiresIn"] == 8 * 3600


def test_a_session_has_so_many_tokens(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 4)
    program = site.program()
    made = program.signed_in(site.signed_in())
    assert program.refresh(made["refreshToken"])[0] == 200
    assert program.refresh(made["refreshToken"])[1]["error"] == "slow_down"


GRANTS = {
    "an unknown grant": ({"grantType": "password"}, 400, "unsupported_grant_type"),
    "a grant that isn't its own": ({"grantType": "authorization_code"}, 400, "unauthorized_client"),
    "no device code": ({"grantType": "refresh_token"}, 400, "invalid_request"),
    "an invented token": (
        {"grantType": "refresh_token", "refreshToken": NEVER},
        400,
        "invalid_grant",
    ),
    "no secret": ({"grantType": "refresh_token", "clientSecret": ""}, 401, "invalid_client"),
    "a forged client": ({"grantType": "refresh_token", "clientId": f"kw.{NEVER}"}, 401, "invalid_client"),
}


@pytest.mark.parametrize(("given", "status", "word"), GRANTS.values(), ids=GRANTS.keys())
def test_who_gets_no_token(shared: Site, given: dict[str, str], status: int, word: str) -> None:
    found, refused = shared.program().token(**given)
    assert (found, refused["error"]) == (status, word)


def test_a_registration_ends(site: Site) -> None:
    program = site.program()
    site.later(days=90)
    assert program.start_device_authorization()[1]["error"] == "invalid_client"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/start",
        "http://localhost:4566/console",
        "http://localhost:4566/start/d-ffffffffff",
        "javascript:alert(1)//start",
        "http://localhost:4566@example.com/start",
    ],
)
def test_a_start_url_of_others(shared: Site, url: str) -> None:
    assert shared.program().start_device_authorization(startUrl=url)[1]["error"] == "invalid_request"


@pytest.mark.parametrize("end", ["", "/", "/#/", "#/", "/d-0123456789"])
def test_a_start_url_is_spelled_in_several_ways(shared: Site, end: str) -> None:
    status, asked = shared.program().start_device_authorization(startUrl=START + end)
    assert status == 200
    assert asked["verificationUri"] == f"{START}/device"


def test_so_many_wait(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "MOST_OF_SOURCE", 2)
    program = site.program()
    assert [program.start_device_authorization()[0] for _ in range(3)] == [200, 200, 400]
    site.later(minutes=10)
    assert program.start_device_authorization()[0] == 200


def test_user_codes_cant_be_tried(site: Site) -> None:
    program, browser = site.program(), site.signed_in()
    asked = program.start_device_authorization()[1]
    for _ in range(MOST_OF_ADDRESS):
        page = browser.get("/start/device")
        assert browser.submit(page, "/start/device", user_code="BCDF-GHJK").status == 403
    page = browser.get("/start/device")
    assert browser.submit(page, "/start/device", user_code=asked["userCode"]).status == 429
    fields = {**page.forms["/start/device"].fields, "user_code": asked["userCode"], "answer": "yes"}
    assert browser.post("/start/device/answer", fields).status == 429


def test_a_code_is_typed_in_any_way(site: Site) -> None:
    program, browser = site.program(), site.signed_in()
    asked = program.start_device_authorization()[1]
    typed = asked["userCode"].replace("-", " ").lower()
    page = browser.submit(browser.get("/start/device"), "/start/device", user_code=typed)
    assert asked["userCode"] in page.text
    assert "botocore-client-1" in page.text
    assert "at another address than this browser: 198.51.100.7" in page.text


def test_what_is_listed(site: Site) -> None:
    program = site.program()
    token = program.signed_in(site.signed_in())["accessToken"]
    account = {"accountId": MEMBER, "accountName": "payroll", "emailAddress": "payroll@example.com"}
    assert program.list_accounts(token) == (200, {"accountList": [account]})
    assert program.list_accounts(token, max_result="1") == (200, {"accountList": [account]})
    assert program.list_accounts(token, next_token="!")[0] == 400
    assert program.list_account_roles(token, MEMBER)[1] == {
        "roleList": [{"roleName": "Read", "accountId": MEMBER}]
    }


def test_what_isnt_assigned_isnt_told_apart(site: Site) -> None:
    program = site.program()
    token = program.signed_in(site.signed_in())["accessToken"]
    asked = [
        *(program.get_role_credentials(token, MEMBER, role) for role in ("Write", "Nothing", "")),
        *(
            program.get_role_credentials(token, account, "Read")
            for account in (site.account, "999988887777", "")
        ),
        *(program.list_account_roles(token, account) for account in (site.account, "999988887777")),
    ]
    assert {(status, said["message"]) for status, said in asked} == {(403, "No access")}


def test_credentials_say_whose_they_are(site: Site) -> None:
    program = site.program()
    token = program.signed_in(site.signed_in())["accessToken"]
    status, got = program.get_role_credentials(token, MEMBER, "Read")
    assert status == 200, got
    credentials = got["roleCredentials"]
    session = site.world.facts.session(credentials["sessionToken"])
    assert session.principal.arn.endswith("assumed-role/AWSReservedSSO_Read_0123456789abcdef/ann")
    assert credentials["expiration"] == session.expires == session.issued + 3_600_000
    assert session.claims["identitystore:UserId"] == site.user().id
    (assumed,) = site.events("AssumeRoleWithSAML")
    assert assumed["userIdentity"]["invokedBy"] == "sso.amazonaws.com"
    assert assumed["userIdentity"]["accessKeyId"] == session.first
    (given,) = site.events("GetRoleCredentials")
    assert given["eventSource"] == "sso.amazonaws.com"
    assert given["userIdentity"]["type"] == "IdentityCenterUser"
    assert given["userIdentity"]["credentialId"] == session.first
    for secret in (credentials["secretAccessKey"], credentials["sessionToken"], token):
        assert secret not in str(given) + str(assumed)


@pytest.mark.parametrize("token", ["", NEVER, "é"])
def test_a_token_that_isnt_one(shared: Site, token: str) -> None:
    program = shared.program()
    refused = [
        program.list_accounts(token),
        program.logout(token),
        program.get_role_credentials(token, MEMBER, "Read"),
    ]
    assert {status for status, _ in refused} == {401}
    assert {said["message"] for _, said in refused} == {"Session token not found or invalid"}


def test_other_secrets_are_no_tokens(site: Site) -> None:
    program, browser = site.program(), site.signed_in()
    made = program.signed_in(browser)
    assert program.list_accounts(made["refreshToken"])[0] == 401
    assert program.list_accounts(browser.cookies["__Host-watchword-portal"])[0] == 401
    assert program.refresh(made["accessToken"])[1]["error"] == "invalid_grant"
    browser.cookies["__Host-watchword-portal"] = made["accessToken"]
    assert "/start/signin" in browser.get("/start").forms


def test_a_name_that_no_session_can_have(site: Site) -> None:
    """Spelled otherwise it could be that of another person."""
    program = site.program()
    token = program.signed_in(site.signed_in())["accessToken"]
    with site.world.database.write(site.world.clock.now()) as tx:
        users.update(tx, replace(site.user(), name="ann lee"))
    assert program.get_role_credentials(token, MEMBER, "Read")[0] == 403
    assert site.events("AssumeRoleWithSAML") == []
