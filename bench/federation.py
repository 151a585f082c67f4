"""What the operations of federation cost, beside AssumeRole and a bare signature: whole requests, no sockets.

.venv/bin/python bench/federation.py
"""

import json
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from rows import Row, print_medians
from tokens import ES384, signatures
from watchword.app import open_world
from watchword.facts.issuers import TOKEN_KEYS
from watchword.gateway.journey import journey
from watchword.identity import token_issuers, token_keys
from watchword.installation.administrator import new_root_key
from watchword.installation.settings import Settings
from watchword.names import Body, HttpRequest
from watchword.proofs import issued_token
from watchword.sigv4 import Credentials, sign
from watchword.wire.services import SERVICES
from watchword.world import World

MANY = 200
ACCOUNT, AUDIENCE = "123456789012", "sts.amazonaws.com"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/bench"
HEADERS = (("host", "localhost"), ("content-type", "application/x-www-form-urlencoded"))
ALLOW_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'


def rows(stack: ExitStack) -> Iterator[Row]:
    bench = Bench(stack)
    yield Row("AssumeRole, a whole request", bench.rate(bench.assume_role))
    yield Row(
        "AssumeRoleWithWebIdentity, RS256",
        bench.rate(bench.with_token("RS256")),
        "AssumeRole, a whole request",
        "aim: at least 0.5, with cached keys",
    )
    yield Row(
        "AssumeRoleWithWebIdentity, ES384",
        bench.rate(bench.with_token("ES384")),
        "AssumeRole, a whole request",
        "a signature on P-384 takes half a millisecond to verify",
    )
    yield Row("a signature, ES384", signatures)
    yield Row(
        "GetWebIdentityToken, ES384", bench.rate(bench.get_token), "a signature, ES384", "aim: at least 0.5"
    )


class Bench:
    """An account with a user, a role, and an issuer that the role trusts."""

    def __init__(self, stack: ExitStack) -> None:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.world: World = open_world(Settings(data, account=ACCOUNT, audit_reserve=0))
        stack.callback(self.world.close)
        self.keys = Credentials(*new_root_key(self.world, ACCOUNT))
        self.issuer = self.told("EnableOutboundWebIdentityFederation", "IssuerIdentifier")
        self.told("CreateOpenIDConnectProvider", Url=self.issuer, **{"ClientIDList.member.1": AUDIENCE})
        name = self.issuer.partition("://")[2]
        provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"
        by_token = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringLike": {f"{name}:sub": "service:*"},
                "StringEquals": {f"{name}:aud": AUDIENCE},
            },
        }
        by_key = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [by_token, by_key]})
        self.told("CreateRole", RoleName="bench", AssumeRolePolicyDocument=trust)
        self.told("CreateUser", UserName="bench")
        self.told("PutUserPolicy", UserName="bench", PolicyName="all", PolicyDocument=ALLOW_ALL)
        answer = self.answer(self.signed("iam", "CreateAccessKey", UserName="bench"))
        key, secret = (re.search(rf"<{each}>([^<]+)", answer) for each in ("AccessKeyId", "SecretAccessKey"))
        assert key
        assert secret
        self.keys = Credentials(key[1], secret[1])

    def told(self, action: str, member: str = "RequestId", **given: str) -> str:
        found = re.search(rf"<{member}>([^<]+)", self.answer(self.signed("iam", action, **given)))
        assert found
        return found[1]

    def signed(self, service: str, action: str, **given: str) -> HttpRequest:
        request = self.request(service, action, **given)
        return sign(request, self.keys, service=service, region="us-east-1", now=datetime.now(UTC))

    def request(self, service: str, action: str, **given: str) -> HttpRequest:
        text = urlencode({"Action": action, "Version": SERVICES[service].version, **given})
        return HttpRequest("POST", "/", "", HEADERS, Body(text.encode()))

    def answer(self, request: HttpRequest) -> str:
        response = journey(self.world, request)
        assert response.status == 200, response
        return str(response.body)

    def rate(self, make: Callable[[], HttpRequest]) -> Callable[[], float]:
        def measure() -> float:
            requests = [make() for _ in range(MANY)]
            began = time.perf_counter()
            for request in requests:
                journey(self.world, request)
            return MANY / (time.perf_counter() - began)

        return measure

    def assume_role(self) -> HttpRequest:
        return self.signed("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName=secrets.token_hex(8))

    def get_token(self) -> HttpRequest:
        given = {"Audience.member.1": secrets.token_hex(8), "SigningAlgorithm": ES384}
        return self.signed("sts", "GetWebIdentityToken", **given)

    def with_token(self, algorithm: str) -> Callable[[], HttpRequest]:
        """Each request has a token of its own."""
        now = datetime.now(UTC)
        keys = self.world.facts.need(TOKEN_KEYS, ACCOUNT)
        key = token_keys.signing(keys, algorithm, now)
        assert key

        def make() -> HttpRequest:
            subject, times = f"service:{secrets.token_hex(8)}", (now, timedelta(hours=1))
            claims = token_issuers.registered(self.issuer, subject, [AUDIENCE], times, secrets.token_bytes)
            token = issued_token.sign(json.dumps(claims).encode(), key)
            given = {"RoleArn": ROLE, "RoleSessionName": "bench", "WebIdentityToken": token}
            return self.request("sts", "AssumeRoleWithWebIdentity", **given)

        return make


if __name__ == "__main__":
    with ExitStack() as parts:
        print_medians(rows(parts), rounds=5)
