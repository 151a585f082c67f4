"""`aws login`: codes, credentials for them, and refresh tokens that are bound to a key."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.gateway.console.browser import Browser
from tests.gateway.console.conftest import PASSWORD, Site
from tests.gateway.console.login import CALLBACK, CONFIRMATION, CROSS, ORIGIN, SAME, Client, Json
from tests.gateway.console.test_federation import log_in
from tests.gateway.console.test_federation import token as signin_token
from tests.gateway.console.test_sign_in import revoke_all, set_password, twelve_hours_later

from watchword.access.schemes import sign_in_grant
from watchword.access.sign_ins import SignedIn
from watchword.gateway.journey import journey
from watchword.names import HttpRequest
from watchword.sessions.revocation import revoke
from watchword.sigv4 import Credentials, sign
from watchword.store.iam import inline_policies, roles
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.roles import Role


def allow(site: Site, *actions: str, resource: str = "*", **conditions: Json) -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **conditions}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with site.world.database.write(site.world.clock.now()) as tx:
        inline_policies.put(tx, Inline("user", "AIDAANN", "sign-in", document))


@pytest.fixture
def ann(site: Site) -> Browser:
    """The browser of somebody who may use `aws login`."""
    allow(site, "signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token", "iam:ListUsers")
    return site.signed_in("ann")[0]


def call(site: Site, token: Json, action: str = "sts:GetCallerIdentity") -> tuple[int, str]:
    """A request with the credentials of an access token."""
    keys, (service, name) = token["accessToken"], action.split(":")
    version = {"sts": "2011-06-15", "iam": "2010-05-08"}[service]
    request = HttpRequest(
        "GET", "/", f"Action={name}&Version={version}", (("host", "localhost"),), peer="127.0.0.1"
    )
    credentials = Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"])
    now = site.world.clock.wall()
    response = journey(site.world, sign(request, credentials, service=service, region="us-east-1", now=now))
    assert isinstance(response.body, bytes)
    return response.status, response.body.decode()


def test_a_code_is_traded_in_for_credentials(site: Site, ann: Browser) -> None:
    client = Client()
    page = ann.get(client.address())
    assert f"arn:aws:iam::{site.account}:user/ann" in page.text
    assert page.headers["content-security-policy"].endswith("form-action 'self' http://127.0.0.1:40123")
    page = ann.submit(page, "/v1/authorize")
    place = urlsplit(page.url)
    assert f"{place.scheme}://{place.netloc}{place.path}" == CALLBACK
    given = parse_qs(place.query)
    assert given["state"] == [client.state]
    status, token = client.trade(ann, given["code"][0])
    assert status == 200
    assert (token["tokenType"], token["expiresIn"]) == ("aws_sigv4", 900)
    claims = json.loads(base64.urlsafe_b64decode(token["idToken"].split(".")[1] + "=="))
    assert claims["sub"] == f"arn:aws:iam::{site.account}:user/ann"
    status, body = call(site, token)
    assert (status, ":user/ann" in body) == (200, True)
    assert call(site, token, "iam:ListUsers")[0] == 200, "who signed in can call IAM"
    event = site.events("AuthorizeOAuth2Access")[-1]
    assert event["eventSource"] == "signin.amazonaws.com"
    assert event["additionalEventData"]["decisions"][0]["action"] == "signin:AuthorizeOAuth2Access"
    event = site.events("CreateOAuth2Token")[-1]
    assert event["userIdentity"]["userName"] == "ann"
    for secret in (given["code"][0], client.verifier, token["refreshToken"], token["idToken"]):
        assert secret not in str(event)


def test_credentials_end_after_fifteen_minutes_and_are_refreshed(site: Site, ann: Browser) -> None:
    client = Client()
    _, first = client.trade(ann, client.code(ann))
    site.world.clock.advance(900)
    assert call(site, first)[0] == 403
    for _ in range(2):  # an answer that got lost is asked for again
        status, token = client.refresh(ann, first["refreshToken"])
        assert status == 200
        assert call(site, token)[0] == 200
        assert "idToken" not in token
        assert token["refreshToken"] == first["refreshToken"]


def test_they_end_with_the_sign_in(site: Site, ann: Browser) -> None:
    client = Client()
    _, first = client.trade(ann, client.code(ann))
    site.world.clock.advance(12 * 3600 - 300)
    _, token = client.refresh(ann, first["refreshToken"])
    assert token["expiresIn"] == 300
    site.world.clock.advance(300)
    assert call(site, token)[0] == 403
    assert client.refresh(ann, first["refreshToken"]) == (401, expired("TOKEN_EXPIRED"))


def expired(error: str) -> Json:
    return {"error": error, "message": "The code or token has expired, or was used. Sign in again."}


@pytest.mark.parametrize("end", [set_password, revoke_all])
def test_what_ends_the_sign_in_ends_its_tokens(site: Site, ann: Browser, end: object) -> None:
    client = Client()
    _, token = client.trade(ann, client.code(ann))
    code = client.code(ann)
    site.world.clock.advance(1)
    assert callable(end)
    end(site)
    for status, body in (client.refresh(ann, token["refreshToken"]), client.trade(ann, code)):
        assert (status, body["error"]) == (403, "USER_CREDENTIALS_CHANGED")
    if end is revoke_all:
        assert call(site, token)[0] == 403, "a session under another key counts as issued at the sign-in"


def test_signing_out_of_the_browser_leaves_the_terminal(site: Site, ann: Browser) -> None:
    client = Client()
    _, token = client.trade(ann, client.code(ann))
    ann.submit(ann.get("/console"), "/signin/out")
    assert client.refresh(ann, token["refreshToken"])[0] == 200


def test_a_code_is_good_once(site: Site, ann: Browser) -> None:
    client = Client()
    code = client.code(ann)
    assert client.trade(ann, code)[0] == 200
    assert client.trade(ann, code) == (401, expired("AUTHCODE_EXPIRED"))


def test_of_two_who_show_a_code_at_once_one_gets_something(
    site: Site, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find the code; then the other one is quicker."""
    client, find = Client(), sign_in_grant._found
    code, others = client.code(ann), iter([True])

    def found(*given: Any) -> SignedIn:
        mine = find(*given)
        if next(others, False):
            assert client.trade(ann, code)[0] == 200
        return mine

    monkeypatch.setattr(sign_in_grant, "_found", found)
    assert client.trade(ann, code) == (401, expired("AUTHCODE_EXPIRED"))


def test_a_code_is_good_for_five_minutes(site: Site, ann: Browser) -> None:
    client = Client()
    code = client.code(ann)
    site.world.clock.advance(300)
    assert client.trade(ann, code) == (401, expired("AUTHCODE_EXPIRED"))


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"codeVerifier": "v" * 43}, 400),
        ({"redirectUri": CALLBACK.replace("40123", "40124")}, 400),
        ({"clientId": CROSS}, 400),
        ({"code": "nothing"}, 401),
        ({"codeVerifier": "short"}, 400),
        ({"grantType": "client_credentials"}, 400),
        ({"clientId": "arn:aws:signin:::devtools/other"}, 400),
    ],
)
def test_a_code_is_bound_to_what_asked_for_it(
    site: Site, ann: Browser, other: dict[str, str], status: int
) -> None:
    client = Client()
    code = client.code(ann)
    answer = client.trade(ann, **{"code": code, **other})
    assert answer[0] == status
    assert answer[1]["error"] == ("INVALID_REQUEST" if status == 400 else "AUTHCODE_EXPIRED")
    assert client.trade(ann, code)[0] == 200, "a wrong attempt takes no code from its owner"


@pytest.mark.parametrize("missing", ["code", "redirectUri", "codeVerifier"])
def test_what_is_missing_is_said(site: Site, ann: Browser, missing: str) -> None:
    client = Client()
    given = {"code": "c", "redirectUri": CALLBACK, "codeVerifier": "v" * 43}
    del given[missing]
    status, body = client.token(ann, grantType="authorization_code", **given)
    assert (status, body) == (400, {"error": "INVALID_REQUEST", "message": f"{missing} is missing."})


def test_a_refresh_token_is_bound_to_its_key(site: Site, ann: Browser) -> None:
    client, thief = Client(), Client()
    _, token = client.trade(ann, client.code(ann))
    status, body = thief.refresh(ann, token["refreshToken"])
    assert (status, body["error"]) == (400, "INVALID_REQUEST")
    assert replace(client, client_id=CROSS).refresh(ann, token["refreshToken"])[0] == 400
    assert client.refresh(ann, token["refreshToken"])[0] == 200


def test_a_proof_is_good_once(site: Site, ann: Browser) -> None:
    client = Client()
    proof = client.proof(site.world.clock.wall().timestamp())
    _, token = client.trade(ann, client.code(ann), proof)
    status, body = client.refresh(ann, token["refreshToken"], proof)
    assert (status, "used before" in body["message"]) == (400, True)


def test_a_request_has_one_proof(site: Site, ann: Browser) -> None:
    client = Client()
    status, body = client.trade(ann, client.code(ann), "")
    assert (status, body["error"]) == (400, "INVALID_REQUEST")
    status, body = client.trade(ann, client.code(ann), client.proof(0))
    assert "iat" in body["message"]
    assert "htu" in client.trade(ann, "c", client.proof(0, htu="http://evil.example/v1/token"))[1]["message"]


def test_who_may_not_is_told(site: Site) -> None:
    browser, client = site.signed_in("ann")[0], Client()
    page = client.consent(browser)
    assert (page.status, "is not authorized to perform: signin:AuthorizeOAuth2Access" in page.text) == (
        403,
        True,
    )
    assert site.events("AuthorizeOAuth2Access")[-1]["errorCode"] == "AccessDenied"
    allow(site, "signin:AuthorizeOAuth2Access")
    status, body = client.trade(browser, client.code(browser))
    assert (status, body["error"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert "signin:CreateOAuth2Token" in body["message"]


def test_conditions_on_the_client_count(site: Site) -> None:
    local = {"StringEquals": {"signin:OAuthClientId": SAME}}
    arn = f"arn:aws:signin:us-east-1:{site.account}:oauth2/public-client/localhost"
    allow(site, "signin:*", resource=arn, Condition=local)
    browser = site.signed_in("ann")[0]
    client, other = Client(), Client(CROSS, CONFIRMATION)
    assert client.trade(browser, client.code(browser))[0] == 200
    assert other.consent(browser).status == 403


def test_another_machine_gets_its_code_by_hand(site: Site, ann: Browser) -> None:
    client = Client(CROSS, CONFIRMATION)
    page = ann.get(client.address())
    assert page.headers["content-security-policy"].endswith("form-action 'self'")
    where = ann.submit(page, "/v1/authorize").url
    assert where.startswith(CONFIRMATION)
    shown = ann.get(where.removeprefix(ORIGIN))
    (pasted,) = [word for word in shown.text.split() if len(word) > 60]
    given = parse_qs(base64.b64decode(pasted).decode())
    assert given["state"] == [client.state]
    assert client.trade(ann, given["code"][0])[0] == 200


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://127.0.0.1:40123/oauth/callback?a=b",
        "http://127.0.0.1:40123/oauth/callback#a",
        "http://127.0.0.1:40123/other",
        "http://127.0.0.1/oauth/callback",
        "http://127.0.0.1:0/oauth/callback",
        "http://127.0.0.1:65536/oauth/callback",
        "http://127.0.0.1:40123@evil.example/oauth/callback",
        "http://127.0.0.1.evil.example:40123/oauth/callback",
        "http://localhost:40123/oauth/callback",
        "https://127.0.0.1:40123/oauth/callback",
        "http://10.0.0.1:40123/oauth/callback",
        "https://evil.example/oauth/callback",
        "http://127.0.0.1:40123/oauth/callback\n",
        CONFIRMATION,
        "",
    ],
)
def test_a_code_goes_to_a_loopback_address_only(site: Site, ann: Browser, redirect_uri: str) -> None:
    page = ann.get(Client().address(redirect_uri=redirect_uri))
    assert (page.status, "sent elsewhere" in page.text) == (400, True)
    assert page.forms.keys() <= {"/signin/out"}
    elsewhere = ann.get(Client(CROSS).address(redirect_uri=f"http://evil.example{CONFIRMATION[21:]}"))
    assert elsewhere.status == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", "arn:aws:signin:::devtools/other"),
        ("response_type", "token"),
        ("scope", "openid admin"),
        ("code_challenge_method", "plain"),
        ("code_challenge", "short"),
        ("code_challenge", "=" * 43),
        ("state", ""),
        ("state", "a b"),
    ],
)
def test_a_request_for_a_code_is_whole(site: Site, ann: Browser, name: str, value: str) -> None:
    assert ann.get(Client().address(**{name: value})).status == 400


def test_a_person_is_asked_and_signs_in_first(site: Site) -> None:
    allow(site, "signin:*")
    client, browser = Client(), site.browser()
    page = browser.get(client.address())
    assert page.url.startswith("/signin?next=%2Fv1%2Fauthorize%3F")
    page = browser.submit(page, "/signin", account=site.account, user="ann", password=PASSWORD)
    assert page.url == client.address()
    refused = browser.submit(page, "/v1/authorize", origin="http://evil.example")
    assert refused.status == 403
    assert browser.submit(page, "/v1/authorize", csrf="x").status == 403
    assert browser.submit(page, "/v1/authorize").url.startswith(CALLBACK)


def test_an_administrators_link_gives_a_terminal_too(site: Site) -> None:
    from watchword.installation.console_links import new_link  # noqa: PLC0415

    browser, client = site.browser(), Client()
    link = new_link(site.world, "", "", ORIGIN).removeprefix(ORIGIN)
    browser.submit(browser.get(link), "/signin/link")
    _, token = client.trade(browser, client.code(browser))
    status, body = call(site, token)
    assert (status, "assumed-role/WatchwordAdministrator/" in body) == (200, True)
    site.world.clock.advance(3600)
    assert client.refresh(browser, token["refreshToken"])[0] == 401


def test_twelve_hours_are_the_most(site: Site, ann: Browser) -> None:
    client = Client()
    _, token = client.trade(ann, client.code(ann))
    twelve_hours_later(site)
    assert client.refresh(ann, token["refreshToken"])[0] == 401


def end_sign_in(site: Site) -> None:
    """As the operator does who revokes the sign-in's own session."""
    revoke_key(site, site.events()[-1]["responseElements"]["credentials"]["accessKeyId"])


def end_user(site: Site) -> None:
    revoke_key(site, "AIDAANN")


def end_role(site: Site) -> None:
    revoke_key(site, "AROADEPLOY")


def revoke_key(site: Site, subject: str) -> None:
    with site.world.database.write(site.world.clock.now()) as tx:
        revoke(tx, site.account, "session", subject)


def in_a_role(site: Site, ann: Browser) -> None:
    """Ann switches to a role that may use `aws login`."""
    allow(site, "sts:AssumeRole", "signin:*")
    statement = {"Effect": "Allow", "Principal": {"AWS": site.account}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    may = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    )
    now = site.world.clock.now()
    with site.world.database.write(now) as tx:
        roles.insert(tx, Role("AROADEPLOY", site.account, "deploy", "/", now, trust))
        inline_policies.put(tx, Inline("role", "AROADEPLOY", "may", may))
    page = ann.get("/console/switch-role")
    assert ann.submit(page, "/console/switch-role", account=site.account, role="deploy").status == 200


@pytest.mark.parametrize("end", [set_password, end_sign_in, end_user, end_role])
def test_what_ends_a_sign_in_in_a_role_ends_its_tokens(
    site: Site, ann: Browser, end: Callable[[Site], None]
) -> None:
    in_a_role(site, ann)
    client = Client()
    _, token = client.trade(ann, client.code(ann))
    assert "assumed-role/deploy/ann" in call(site, token)[1]
    code = client.code(ann)
    site.world.clock.advance(1)
    end(site)
    for status, body in (client.refresh(ann, token["refreshToken"]), client.trade(ann, code)):
        assert (status, body["error"]) == (403, "USER_CREDENTIALS_CHANGED"), "never those of the user instead"


def test_tokens_of_a_role_end_with_its_session(site: Site, ann: Browser) -> None:
    in_a_role(site, ann)
    client = Client()
    _, token = client.trade(ann, client.code(ann))
    ann.submit(ann.get("/console"), "/console/exit-role")
    site.world.clock.advance(3500)
    assert client.refresh(ann, token["refreshToken"])[1]["expiresIn"] == 100
    site.world.clock.advance(100)
    assert client.refresh(ann, token["refreshToken"]) == (401, expired("TOKEN_EXPIRED"))


def test_who_says_yes_is_who_was_asked(site: Site, ann: Browser) -> None:
    """The role ends while its page is open: by then the button would give away the user."""
    in_a_role(site, ann)
    page = ann.get(Client().address())
    assert "assumed-role/deploy/ann" in page.text
    end_role(site)
    page = ann.submit(page, "/v1/authorize")
    assert (page.status, "look who you are" in page.text) == (403, True)


def test_tokens_end_when_a_short_sign_in_ends(site: Site) -> None:
    """A program of one's own let somebody in for less than its credentials last."""
    browser, client = site.browser(), Client()
    log_in(browser, signin_token(site, SessionDuration="900"))
    site.world.clock.advance(800)
    _, token = client.trade(browser, client.code(browser))
    assert token["expiresIn"] == 100
    site.world.clock.advance(100)
    assert client.refresh(browser, token["refreshToken"]) == (401, expired("TOKEN_EXPIRED"))
    assert call(site, token)[0] == 403
