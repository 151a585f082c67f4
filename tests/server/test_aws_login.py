"""botocore's own provider of `aws login` credentials, unmodified, refreshes them here."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import LoginRefreshRequired
from botocore.utils import generate_login_cache_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.gateway.console.login import Client
from tests.server.harness import client, credentials, serve, watchword
from tests.server.test_console import Browser


def test_botocore_refreshes_a_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(tmp_path / "data") as server:
        data = ("--data", str(server.data))
        login, browser = Client(), Browser(server.endpoint)
        secret = watchword("console", *data).stdout.strip().partition("secret=")[2]
        browser.ask("POST", "/signin/link", secret=secret)
        page = browser.ask("GET", login.address())[2]
        _, where, _ = browser.ask("POST", "/v1/authorize", **browser.fields(page, "/v1/authorize"))
        signin = client("signin", server.endpoint, {"AccessKeyId": "none", "SecretAccessKey": "none"})
        signin.meta.events.register(
            "before-call.signin.CreateOAuth2Token",
            lambda params, **_: params["headers"].update(DPoP=login.proof_for(params["url"])),
        )
        output = signin.create_o_auth2_token(
            tokenInput={
                "clientId": login.client_id,
                "grantType": "authorization_code",
                "code": parse_qs(urlsplit(where).query)["code"][0],
                "redirectUri": login.redirect_uri,
                "codeVerifier": login.verifier,
            }
        )["tokenOutput"]
        arn = json.loads(base64.urlsafe_b64decode(output["idToken"].split(".")[1] + "=="))["sub"]
        account = credentials(server.data)["AccountId"]
        assert arn.startswith(f"arn:aws:sts::{account}:assumed-role/WatchwordAdministrator/")

        cached = tmp_path / "cache" / f"{generate_login_cache_key(arn)}.json"
        cached.parent.mkdir()
        token = {
            "accessToken": {
                **output["accessToken"],
                "accountId": account,
                "expiresAt": "2020-01-01T00:00:00Z",
            },
            "refreshToken": output["refreshToken"],
            "clientId": login.client_id,
            "dpopKey": login.key.private_bytes(
                Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
            ).decode(),
        }
        cached.write_text(json.dumps(token))
        config = tmp_path / "config"
        config.write_text(f"[profile ann]\nlogin_session = {arn}\nregion = us-east-1\n")
        monkeypatch.setenv("AWS_LOGIN_CACHE_DIRECTORY", str(cached.parent))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
        session = boto3.Session(profile_name="ann")
        assert session.client("sts").get_caller_identity()["Arn"] == arn
        refreshed = json.loads(cached.read_text())
        assert refreshed["accessToken"]["accessKeyId"] != output["accessToken"]["accessKeyId"]
        assert refreshed["refreshToken"] == output["refreshToken"]

        watchword("session", "revoke", "--before", "0s", "--account", account, *data)
        cached.write_text(json.dumps(token))
        with pytest.raises(LoginRefreshRequired):
            boto3.Session(profile_name="ann").client("sts").get_caller_identity()
