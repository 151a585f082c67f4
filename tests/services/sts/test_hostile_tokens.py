"""Hostile and broken tokens, one a row: refused with AWS's code, recorded, and explained to the operator.

The issuer's keys are at hand, so nothing here opens a connection. What a token costs to fetch is tested in
tests/issuer_keys.
"""

import base64
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey, RSAKey
from tests.services.sts.issuer import claims_of, key_set, signed

from watchword.app import open_world
from watchword.gateway.journey import journey
from watchword.installation.administrator import first_account
from watchword.installation.settings import Settings
from watchword.issuer_keys import Issuer
from watchword.names import Body, HttpRequest, HttpResponse
from watchword.proofs.public_keys import Keys, read_keys
from watchword.store.iam import oidc_providers
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.world import World

URL = "https://ci.example.com/acme"
RSA, EC, STRANGER = RSAKey.generate_key(2048), ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
PUBLISHED = {"first": RSA, "curve": EC}
PEM = RSA.public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
INVALID, EXPIRED = "InvalidIdentityToken", "ExpiredTokenException"
PARTY = {"aud": "sts.amazonaws.com", "azp": "another"}
NOW = int(time.time())


def token(**changed: Any) -> str:
    return signed(payload(**changed), RSA)


def payload(**changed: Any) -> bytes:
    return json.dumps(claims_of(URL, **changed)).encode()


def headed(algorithm: str = "RS256", key: RSAKey | ECKey = RSA, **header: Any) -> str:
    return signed(payload(), key, algorithm, **header)


def raw(text: bytes) -> str:
    """A token with exactly these bytes as its claims, signed by the issuer."""
    return signed(text, RSA)


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_head(header: str, signature: str = "AA") -> str:
    return ".".join((part(header.encode()), part(payload()), signature))


def shared_secret(secret: bytes) -> str:
    """HMAC with the public key as the secret (algorithm confusion)."""
    text = with_head('{"alg":"HS256","kid":"first"}').rpartition(".")[0]
    return f"{text}.{part(hmac.digest(secret, text.encode(), 'sha256'))}"


def cut(text: str) -> str:
    return text[:-8]


def swapped(text: str, **changed: Any) -> str:
    """The claims replaced below a signature."""
    head, _, signature = text.split(".")
    return ".".join((head, part(payload(**changed)), signature))


FROM_ITSELF = {
    "jwk": STRANGER.as_dict(private=False),
    "jku": "https://evil.example.com/keys",
    "x5u": "https://evil",
}
HOSTILE: dict[str, tuple[str, str, str]] = {
    "alg none": (with_head('{"alg":"none","kid":"first"}'), INVALID, "alg: expected"),
    "alg none in another case": (with_head('{"alg":"NoNe","kid":"first"}'), INVALID, "alg: expected"),
    "alg none without a signature": (with_head('{"alg":"none","kid":"first"}', ""), INVALID, "three parts"),
    "alg is no text": (with_head('{"alg":["RS256"],"kid":"first"}'), INVALID, "lacks alg or kid"),
    "HMAC with the PEM": (shared_secret(PEM), INVALID, "alg: expected"),
    "HMAC with the JWK": (shared_secret(key_set({"first": RSA})), INVALID, "alg: expected"),
    "its own jwk, jku and x5u": (headed(key=STRANGER, **FROM_ITSELF), INVALID, "signature doesn't hold"),
    "its own certificate": (headed(key=STRANGER, x5c=["MIIB"]), INVALID, "signature doesn't hold"),
    "an unknown kid": (headed(kid="third"), INVALID, "no usable key 'third'"),
    "no kid": (headed(kid=None), INVALID, "lacks alg or kid"),
    "a kid that is a path": (headed(kid="../../etc/passwd"), INVALID, "no usable key"),
    "a kid of another type": (headed(kid="curve"), INVALID, "alg: expected ES256"),
    "crit": (with_head('{"alg":"RS256","kid":"first","crit":["x"],"x":1}'), INVALID, "header has crit"),
    "b64": (with_head('{"alg":"RS256","kid":"first","b64":false}'), INVALID, "header has b64"),
    "kid twice": (with_head('{"alg":"RS256","kid":"third","kid":"first"}'), INVALID, "isn't strict JSON"),
    "encrypted": (".".join((part(b'{"alg":"RSA-OAEP","enc":"A256"}'), *["AA"] * 4)), INVALID, "three parts"),
    "nested": (raw(part(b"x").encode()), INVALID, "isn't strict JSON"),
    "a list of claims": (raw(b"[]"), INVALID, "isn't a JSON object"),
    "a claim twice": (raw(b'{"sub":"eve",' + payload()[1:]), INVALID, "isn't strict JSON"),
    "a very deep claim": (raw(b'{"a":' + b"[" * 6000 + b"]" * 6000 + b"}"), INVALID, ""),
    "not a number": (raw(payload().replace(b'"exp": ', b'"x": NaN, "exp": ')), INVALID, "isn't strict JSON"),
    "half a character": (raw(b'{"x":"\\ud800",' + payload()[1:]), INVALID, "isn't strict JSON"),
    "not UTF-8": (raw(b'{"x":"\xff",' + payload()[1:]), INVALID, "isn't strict JSON"),
    "another claim below the signature": (swapped(token(), sub="eve"), INVALID, "signature doesn't hold"),
    "a shorter signature": (cut(token()), INVALID, "signature doesn't hold"),
    "a stranger's key": (headed(key=STRANGER), INVALID, "signature doesn't hold"),
    "ECDSA of zeros": (with_head('{"alg":"ES256","kid":"curve"}', part(bytes(64))), INVALID, "doesn't hold"),
    "no JWT at all": ("open sesame", INVALID, "three parts"),
    "another issuer": (token(iss="https://ci.example.com/other"), INVALID, "has no OIDC provider"),
    "a prefix of the issuer": (token(iss="https://ci.example.com"), INVALID, "has no OIDC provider"),
    "the issuer and a slash": (token(iss=f"{URL}/"), INVALID, "has no OIDC provider"),
    "the issuer in another case": (token(iss=URL.replace("ci", "CI")), INVALID, "has no OIDC provider"),
    "the issuer without TLS": (token(iss=URL.replace("https", "http")), INVALID, "has no OIDC provider"),
    "the issuer without a scheme": (token(iss=URL[8:]), INVALID, "has no OIDC provider"),
    "an issuer that is a file": (token(iss="file:///etc/passwd"), INVALID, "has no OIDC provider"),
    "an issuer with a line break": (token(iss=f"{URL}\r\nX: y"), INVALID, "claim iss"),
    "an issuer that is a list": (token(iss=[URL]), INVALID, "claim iss"),
    "no issuer": (token(iss=None), INVALID, "claim iss"),
    "no subject": (token(sub=None), INVALID, "claim sub"),
    "a subject that is a number": (token(sub=7), INVALID, "claim sub"),
    "a long subject": (token(sub="x" * 256), INVALID, "claim sub"),
    "a subject with a control character": (token(sub="ann\x00"), INVALID, "claim sub"),
    "another audience": (token(aud="else"), INVALID, "aud: expected one of 'sts.amazonaws.com', had 'else'"),
    "other audiences": (token(aud=["else", "sts.amazonaws.com "]), INVALID, "claim aud: expected one of"),
    "no audience": (token(aud=None), INVALID, "claim aud"),
    "an empty list of audiences": (token(aud=[]), INVALID, "claim aud"),
    "an audience that is an object": (token(aud={"sts.amazonaws.com": 1}), INVALID, "claim aud"),
    "another authorized party": (token(**PARTY), INVALID, "claim azp: expected one of"),
    "expired": (token(exp=NOW - 301), EXPIRED, "claim exp"),
    "no expiry": (token(exp=None), INVALID, "claim exp"),
    "an expiry that is a text": (token(exp=str(NOW + 600)), INVALID, "claim exp"),
    "an expiry that is true": (token(exp=True), INVALID, "claim exp"),
    "an expiry before 1970": (token(exp=-1), INVALID, "claim exp"),
    "an endless expiry": (raw(payload().replace(b'"exp": ', b'"exp": 1e400, "x": ')), INVALID, "strict JSON"),
    "not issued yet": (token(iat=NOW + 3600), INVALID, "claim iat"),
    "never issued": (token(iat=None), INVALID, "claim iat"),
    "not valid yet": (token(nbf=NOW + 3600), INVALID, "claim nbf"),
    "for another role": (
        token(**{"https://aws.amazon.com/roles": ["arn:aws:iam::1:role/x"]}), INVALID, "aws.amazon.com/roles"
    ),
    "tags that are a text": (token(**{"https://aws.amazon.com/tags": "x"}), INVALID, "aws.amazon.com/tags"),
    "a tag with two values": (
        token(**{"https://aws.amazon.com/tags": {"principal_tags": {"a": ["b", "c"]}}}), INVALID, "one value"
    ),
    "a tag with a long key": (
        token(**{"https://aws.amazon.com/tags": {"principal_tags": {"a" * 129: ["b"]}}}), INVALID, "too long"
    ),
    "a reserved tag": (
        token(**{"https://aws.amazon.com/tags": {"principal_tags": {"aws:x": ["b"]}}}),
        "InvalidParameterValue", "",
    ),
    "a source identity with a space": (
        token(**{"https://aws.amazon.com/source_identity": "a b"}), INVALID, "source_identity"
    ),
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world whose first account has the issuer as a provider, and the issuer's keys."""
    keys = read_keys(key_set(PUBLISHED))

    def published(_issuer: Issuer) -> Keys:
        return keys

    monkeypatch.setattr(Issuer, "keys", published)
    world = open_world(Settings(tmp_path))
    provider = OidcProvider("1", first_account(world), URL[8:], world.clock.now(), ("sts.amazonaws.com",))
    with world.database.write(world.clock.now()) as tx:
        oidc_providers.insert(tx, provider)
    yield world
    world.close()


def ask(world: World, token: str, account: str = "") -> HttpResponse:
    given = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": f"arn:aws:iam::{account or first_account(world)}:role/r",
        "RoleSessionName": "one",
        "WebIdentityToken": token,
    }
    headers = (("host", "localhost"), ("content-type", "application/x-www-form-urlencoded"))
    return journey(world, HttpRequest("POST", headers=headers, body=Body(urlencode(given).encode())))


def last(world: World) -> dict[str, Any]:
    (file,) = (world.settings.data / "audit").glob("*.jsonl")
    event: dict[str, Any] = json.loads(file.read_bytes().splitlines()[-1])
    found: dict[str, Any] = event.get("event", event)
    return found


@pytest.mark.parametrize(("token", "code", "meant"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_token(world: World, token: str, code: str, meant: str) -> None:
    response = ask(world, token)
    assert isinstance(response.body, bytes)
    assert (response.status, f"<Code>{code}</Code>" in response.body.decode()) == (400, True)
    event = last(world)
    assert event["errorCode"] == code
    assert event["requestParameters"]["webIdentityToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert meant in event.get("additionalEventData", {}).get("meant", "")
    assert token not in json.dumps(event)


GOOD: dict[str, Callable[[], str]] = {
    "as it is": token,
    "several audiences": lambda: token(aud=["else", "sts.amazonaws.com"]),
    "an authorized party": lambda: token(aud="else", azp="sts.amazonaws.com"),
    "within the five minutes of a clock": lambda: token(
        exp=int(time.time()) - 200, nbf=int(time.time()) + 200
    ),
    "with a fraction of a second": lambda: token(exp=time.time() + 60.5),
    "of a curve": lambda: headed("ES256", EC, kid="curve"),
    "with its keys and certificates beside it": lambda: headed(**FROM_ITSELF, x5t="x", typ=None),
}


@pytest.mark.parametrize("made", GOOD.values(), ids=GOOD.keys())
def test_a_good_token_comes_to_the_decision(world: World, made: Callable[[], str]) -> None:
    assert ask(world, made()).status == 403
    event = last(world)
    assert event["errorMessage"] == "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    account = first_account(world)
    provider = f"arn:aws:iam::{account}:oidc-provider/{URL[8:]}"
    assert event["recipientAccountId"] == account
    assert event["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:repo:acme/site",
        "userName": "repo:acme/site",
        "identityProvider": provider,
    }


def test_the_operator_is_told_which_claim_was_expected_and_had(
    world: World,
) -> None:
    ask(world, token(aud="else"))
    ask(world, token(sub="repo:acme/site"))
    shown = [explained(world, "--list"), explained(world, "--last")]
    assert "InvalidIdentityToken  sts:AssumeRoleWithWebIdentity  anonymous" in shown[0]
    provider = f"arn:aws:iam::{first_account(world)}:oidc-provider/{URL[8:]}"
    assert f"who      {provider}:sts.amazonaws.com:repo:acme/site" in shown[1]
    assert "there is no role" in shown[1]
    (refused,) = [line for line in shown[0].splitlines() if "InvalidIdentityToken" in line]
    request_id = refused.split()[-1]
    told = explained(world, request_id)
    assert "claim aud: expected one of 'sts.amazonaws.com', had 'else'" in told


def explained(world: World, *arguments: str) -> str:
    """What `watchword explain` prints."""
    command = [sys.executable, "-m", "watchword", "explain", *arguments, "--data", str(world.settings.data)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_provider_of_another_account_proves_nothing(world: World) -> None:
    assert ask(world, token(), "999999999999").status == 400
    assert last(world)["errorCode"] == INVALID


def test_a_provider_that_was_deleted_proves_nothing(world: World) -> None:
    assert ask(world, token()).status == 403
    with world.database.write(world.clock.now()) as tx:
        found = oidc_providers.of_url(tx, first_account(world), URL[8:])
        assert found
        oidc_providers.remove(tx, found)
    assert ask(world, token()).status == 400


def test_plain_http_needs_the_setting(world: World) -> None:
    named = replace(world, settings=replace(world.settings, private_issuers=(f"http://{URL[8:]}",)))
    assert ask(named, token(iss=f"http://{URL[8:]}")).status == 403
