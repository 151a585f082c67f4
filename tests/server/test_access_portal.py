"""`aws sso login` as people have it: the page's configuration, boto3 and the aws CLI, unmodified."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.server.chromium import ENTER, MISSING, TAB, chromium
from tests.server.harness import Running, client, credentials, serve, watchword
from tests.server.test_console import Browser
from tests.server.test_in_a_browser import press_by_keyboard, shows, type_into
from tests.server.test_sessions import listed

PAGE = Path(__file__).parents[2] / "docs" / "identity-center.md"
PASSWORD = "Correct1horse!"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
NONE = {"AccessKeyId": "none", "SecretAccessKey": "none"}
Json = dict[str, Any]


@dataclass
class Site:
    """A server with an instance of Identity Center, and Alice, who may read in its account."""

    running: Running
    account: str
    user_id: str

    @property
    def start(self) -> str:
        return f"{self.running.endpoint}/start"

    def browser(self) -> Browser:
        """One in which Alice is signed in."""
        browser = Browser(self.running.endpoint)
        assert browser.ask("POST", "/start/signin", user="alice", password=PASSWORD)[:2] == (303, "/start")
        return browser

    def client(self, service: str) -> Any:
        return client(service, self.running.endpoint, NONE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("portal") / "data") as running:
        keys = credentials(running.data)
        admin: Any = client("sso-admin", running.endpoint, keys)
        people: Any = client("identitystore", running.endpoint, keys)
        instance = {"InstanceArn": admin.create_instance()["InstanceArn"]}
        (found,) = admin.list_instances()["Instances"]
        alice = people.create_user(
            IdentityStoreId=found["IdentityStoreId"],
            UserName="alice",
            DisplayName="Alice",
            Name={"GivenName": "Alice", "FamilyName": "Liddell"},
        )
        readers = admin.create_permission_set(**instance, Name="Read", SessionDuration="PT2H")
        arn = readers["PermissionSet"]["PermissionSetArn"]
        read_only = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
        admin.attach_managed_policy_to_permission_set(**instance, PermissionSetArn=arn, **read_only)
        admin.create_account_assignment(
            **instance,
            PermissionSetArn=arn,
            TargetId=keys["AccountId"],
            TargetType="AWS_ACCOUNT",
            PrincipalType="USER",
            PrincipalId=alice["UserId"],
        )
        link = watchword("portal", "invite", "alice", "--data", str(running.data)).stdout.strip()
        secret = link.removeprefix(f"{running.endpoint}/start/password?secret=")
        given = {"secret": secret, "new": PASSWORD, "again": PASSWORD}
        answer = Browser(running.endpoint).ask("POST", "/start/password", **given)
        assert answer[:2] == (303, "/start/signin?set"), answer
        yield Site(running, keys["AccountId"], alice["UserId"])


def tokens_by_device_code(site: Site, browser: Browser) -> Json:
    """What `aws sso login --use-device-code` writes to its cache."""
    oidc = site.client("sso-oidc")
    made = oidc.register_client(clientName="cli", clientType="public", scopes=["sso:account:access"])
    program = {name: made[name] for name in ("clientId", "clientSecret")}
    asked = oidc.start_device_authorization(**program, startUrl=site.start)
    grant = {**program, "grantType": DEVICE, "deviceCode": asked["deviceCode"]}
    with pytest.raises(oidc.exceptions.AuthorizationPendingException) as pending:
        oidc.create_token(**grant)
    assert pending.value.response["error"] == "authorization_pending"
    where = urlsplit(asked["verificationUriComplete"])
    assert f"{where.scheme}://{where.netloc}" == site.running.endpoint
    page = browser.ask("GET", f"{where.path}?{where.query}")[2]
    page = browser.ask("POST", "/start/device", **browser.fields(page, "/start/device"))[2]
    fields = {**browser.fields(page, "/start/device/answer"), "answer": "yes"}
    assert "Go back to your terminal" in browser.ask("POST", "/start/device/answer", **fields)[2]
    return {**program, **oidc.create_token(**grant)}


def home_of(site: Site, folder: Path, made: Json, *, expires: datetime) -> dict[str, str]:
    """The environment of somebody with the page's configuration, and these tokens in the cache."""
    blocks = re.findall(r"^```ini\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    text = blocks[0].replace("https://watchword.example.com", site.running.endpoint)
    config = folder / ".aws" / "config"
    cached = folder / ".aws" / "sso" / "cache" / f"{hashlib.sha1(b'corp').hexdigest()}.json"
    cached.parent.mkdir(parents=True)
    config.write_text(text.replace("222233334444", site.account))
    token = {
        "startUrl": site.start,
        "region": "us-east-1",
        **{name: made[name] for name in ("accessToken", "refreshToken", "clientId", "clientSecret")},
        "expiresAt": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "registrationExpiresAt": f"{expires + timedelta(days=80):%Y-%m-%dT%H:%M:%SZ}",
    }
    cached.write_text(json.dumps(token))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"}


def run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout.strip() or done.stderr.strip()


ASK = "import boto3; print(boto3.Session(profile_name='payroll').client('sts').get_caller_identity()['Arn'])"


def test_a_terminal_without_a_browser(site: Site, tmp_path: Path) -> None:
    """boto3 and the aws CLI with the page's profile; the token is refreshed by boto3's own provider."""
    made = tokens_by_device_code(site, site.browser())
    now = datetime.now(UTC)
    environment = home_of(site, tmp_path, made, expires=now + timedelta(minutes=5))
    said = run(environment, sys.executable, "-c", ASK)
    assert re.fullmatch(rf"arn:aws:sts::{site.account}:assumed-role/AWSReservedSSO_Read_\w+/alice", said), (
        said
    )
    (cached,) = (tmp_path / ".aws" / "sso" / "cache").iterdir()
    refreshed = json.loads(cached.read_text())
    assert refreshed["accessToken"] != made["accessToken"]
    assert refreshed["refreshToken"] != made["refreshToken"]
    aws = str(Path(sys.executable).with_name("aws"))
    told = run(environment, aws, "sts", "get-caller-identity", "--profile", "payroll")
    assert json.loads(told)["Arn"] == said
    mine = [each for each in listed(site.running) if each["Arn"] == said]
    assert len(mine) >= 2
    assert {each["Chain"][0] for each in mine} == {mine[0]["Chain"][0]}
    data = ("--data", str(site.running.data))
    watchword("session", "revoke", f"arn:aws:identitystore:::user/{site.user_id}", *data)
    assert "UnauthorizedSSOTokenError" in run(environment, sys.executable, "-c", ASK)


def test_a_terminal_beside_the_browser(site: Site) -> None:
    """The way of `aws sso login` from the CLI's version 2 on: a code, PKCE, and the portal's operations."""
    oidc, browser = site.client("sso-oidc"), site.browser()
    made = oidc.register_client(
        clientName="cli",
        clientType="public",
        grantTypes=["authorization_code", "refresh_token"],
        redirectUris=["http://127.0.0.1/oauth/callback"],
        issuerUrl=site.start,
        scopes=["sso:account:access"],
    )
    verifier, callback = "v" * 64, "http://127.0.0.1:40123/oauth/callback"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": made["clientId"],
        "redirect_uri": callback,
        "state": "s",
        "code_challenge_method": "S256",
        "scopes": "sso:account:access",
        "code_challenge": challenge,
    }
    page = browser.ask("GET", f"/authorize?{urlencode(asked)}")[2]
    fields = {**browser.fields(page, "/authorize"), "answer": "yes"}
    _, where, _ = browser.ask("POST", "/authorize", **fields)
    assert where.startswith(f"{callback}?")
    token = oidc.create_token(
        clientId=made["clientId"],
        clientSecret=made["clientSecret"],
        grantType="authorization_code",
        redirectUri=callback,
        codeVerifier=verifier,
        code=parse_qs(urlsplit(where).query)["code"][0],
    )["accessToken"]
    sso = site.client("sso")
    (account,) = sso.list_accounts(accessToken=token)["accountList"]
    assert account["accountId"] == site.account
    (role,) = sso.list_account_roles(accessToken=token, accountId=site.account)["roleList"]
    got = sso.get_role_credentials(accessToken=token, accountId=site.account, roleName=role["roleName"])
    keys = got["roleCredentials"]
    iam: Any = client(
        "iam",
        site.running.endpoint,
        {
            "AccessKeyId": keys["accessKeyId"],
            "SecretAccessKey": keys["secretAccessKey"],
            "SessionToken": keys["sessionToken"],
        },
    )
    iam.list_users()
    with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
        iam.create_user(UserName="nobody")
    sso.logout(accessToken=token)
    with pytest.raises(sso.exceptions.UnauthorizedException):
        sso.list_accounts(accessToken=token)
    assert browser.ask("GET", "/start")[0] == 303, "the browser is signed out too"
    for secret in (token, PASSWORD, keys["secretAccessKey"]):
        assert secret not in site.running.said


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_in_a_browser_by_the_keyboard(site: Site) -> None:
    """What browsers make of the portal's pages: a sign-in on the way to a code, and a program let in."""
    oidc = site.client("sso-oidc")
    made = oidc.register_client(clientName="a terminal", clientType="public")
    program = {name: made[name] for name in ("clientId", "clientSecret")}
    asked = oidc.start_device_authorization(**program, startUrl=site.start)
    with chromium() as window:
        window.complaints()
        window.open(asked["verificationUriComplete"])
        type_into(window, "user", "alice", TAB, PASSWORD, ENTER)
        assert shows(window, "Go on only if your own terminal shows this code now.")
        assert window.run("return document.getElementById('user_code').value") == asked["userCode"]
        window.press("My terminal shows it")
        assert shows(window, asked["userCode"])
        assert "a terminal" in window.text
        window.press("Allow access")
        assert shows(window, "The program has its answer.")
        grant = {**program, "grantType": DEVICE, "deviceCode": asked["deviceCode"]}
        assert oidc.create_token(**grant)["tokenType"] == "Bearer"
        (cookie,) = window.cookies
        assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == (
            "__Host-watchword-portal",
            True,
            True,
        )
        window.open(site.start)
        assert shows(window, site.account)
        window.press("Access keys")
        assert shows(window, 'export AWS_ACCESS_KEY_ID="ASIA')
        window.open(site.start)
        press_by_keyboard(window)
        assert shows(window, "You are signed out.")
        assert window.cookies == []
        assert window.complaints() == []
