"""A program that people sign in for, as the aws CLI does it: register, ask, wait, refresh, list, act."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.gateway.console.browser import Browser, Page

from watchword.gateway.doors import act_for
from watchword.names import Body, HttpRequest
from watchword.world import World

CALLBACK = "http://127.0.0.1/oauth/callback"
START = "http://localhost:4566/start"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ACCOUNTS = "sso:account:access"
Json = dict[str, Any]
Answer = tuple[int, Json]


def call(world: World, method: str, path: str, given: Json | None = None, **headers: str) -> Answer:
    """Status and body of an unsigned call."""
    path, _, query = path.partition("?")
    body = json.dumps(given).encode() if given is not None else b""
    kind = {"content-type": "application/json"} if given is not None else {}
    sent = {"host": "localhost:4566", **kind, **headers}
    request = HttpRequest(method, path, query, tuple(sent.items()), Body(body), "198.51.100.7")
    response = act_for(request)(world, request)
    assert isinstance(response.body, bytes)
    return response.status, json.loads(response.body or b"{}")


@dataclass
class Program:
    """A registered client, with the verifier of its challenge."""

    world: World
    id: str = ""
    secret: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_hex(8))
    redirect_uri: str = "http://127.0.0.1:40123/oauth/callback"

    def register(self, **given: Any) -> Answer:
        wanted = {"clientName": "botocore-client-1", "clientType": "public", "scopes": [ACCOUNTS], **given}
        status, made = call(self.world, "POST", "/client/register", wanted)
        if status == 200:
            self.id, self.secret = made["clientId"], made["clientSecret"]
        return status, made

    def for_codes(self, **given: Any) -> Answer:
        grants = {"grantTypes": ["authorization_code", "refresh_token"], "redirectUris": [CALLBACK]}
        return self.register(**{**grants, "issuerUrl": START, **given})

    @property
    def shown(self) -> dict[str, str]:
        return {"clientId": self.id, "clientSecret": self.secret}

    def start_device_authorization(self, **given: str) -> Answer:
        return call(self.world, "POST", "/device_authorization", {**self.shown, "startUrl": START, **given})

    def token(self, **given: str) -> Answer:
        return call(self.world, "POST", "/token", {**self.shown, **given})

    def poll(self, device_code: str) -> Answer:
        return self.token(grantType=DEVICE, deviceCode=device_code)

    def trade(self, code: str, **other: str) -> Answer:
        given = {"code": code, "redirectUri": self.redirect_uri, "codeVerifier": self.verifier, **other}
        return self.token(grantType="authorization_code", **given)

    def refresh(self, token: str) -> Answer:
        return self.token(grantType="refresh_token", refreshToken=token)

    def address(self, **other: str) -> str:
        """What the program opens in a browser."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge_method": "S256",
            "scopes": ACCOUNTS,
            "code_challenge": challenge.decode(),
        }
        return f"/authorize?{urlencode({**asked, **other})}"

    def code(self, browser: Browser, answer: str = "yes") -> dict[str, list[str]]:
        """What the person in front of that browser sends to the program."""
        page = browser.get(self.address())
        return parse_qs(urlsplit(browser.submit(page, "/authorize", answer=answer).url).query)

    def let_in(self, browser: Browser, answer: str = "yes") -> tuple[str, Page]:
        """The device code, once the person in front of that browser has answered; and what they see."""
        _, asked = self.start_device_authorization()
        page = browser.get("/start/device?" + urlsplit(asked["verificationUriComplete"]).query)
        page = browser.submit(page, "/start/device")
        return asked["deviceCode"], browser.submit(page, "/start/device/answer", answer=answer)

    def signed_in(self, browser: Browser) -> Json:
        """The tokens that the person in front of that browser lets it have."""
        status, made = self.poll(self.let_in(browser)[0])
        assert status == 200, made
        return made

    # --- the portal

    def list_accounts(self, token: str, **query: str) -> Answer:
        return self._portal("GET", "/assignment/accounts", token, **query)

    def list_account_roles(self, token: str, account: str, **query: str) -> Answer:
        return self._portal("GET", "/assignment/roles", token, account_id=account, **query)

    def get_role_credentials(self, token: str, account: str, role: str) -> Answer:
        return self._portal("GET", "/federation/credentials", token, account_id=account, role_name=role)

    def logout(self, token: str) -> Answer:
        return self._portal("POST", "/logout", token)

    def _portal(self, method: str, path: str, token: str, **query: str) -> Answer:
        where = f"{path}?{urlencode(query)}" if query else path
        return call(self.world, method, where, **{"x-amz-sso_bearer_token": token})
