"""A client of `aws login`, as far as it isn't botocore's: the request for a code, and proofs of its key."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from tests.gateway.console.browser import Browser, Page

from watchword.gateway.doors import act_for
from watchword.names import Body, HttpRequest
from watchword.proofs import base64url

SAME, CROSS = "arn:aws:signin:::devtools/same-device", "arn:aws:signin:::devtools/cross-device"
CALLBACK = "http://127.0.0.1:40123/oauth/callback"
ORIGIN = "http://localhost:4566"
CONFIRMATION = f"{ORIGIN}/v1/sessions/confirmation"
Json = dict[str, Any]


def text(part: object) -> str:
    return base64url.encode(json.dumps(part).encode()).decode()


@dataclass
class Client:
    """One program, with its key and its verifier."""

    client_id: str = SAME
    redirect_uri: str = CALLBACK
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.key.public_key().public_numbers()
        x, y = (base64url.encode(each.to_bytes(32)).decode() for each in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def address(self, **other: str) -> str:
        """What the program opens in a browser."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "state": self.state,
            "code_challenge_method": "SHA-256",
            "scope": "openid",
            "redirect_uri": self.redirect_uri,
            "code_challenge": challenge.decode(),
        }
        return f"/v1/authorize?{urlencode({**asked, **other})}"

    def code(self, browser: Browser) -> str:
        """The code that the person in front of that browser gives."""
        return parse_qs(urlsplit(self.consent(browser).url).query)["code"][0]

    def consent(self, browser: Browser, **other: str) -> Page:
        page = browser.get(self.address(**other))
        return browser.submit(page, "/v1/authorize")

    def proof(self, now: float, *, header: Json | None = None, **claims: object) -> str:
        """A proof, with something else in it."""
        said = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk, **(header or {})}
        told = {"htm": "POST", "htu": f"{ORIGIN}/v1/token", "iat": int(now), "jti": secrets.token_hex(16)}
        signed = f"{text(said)}.{text({**told, **claims})}"
        r, s = utils.decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{base64url.encode(r.to_bytes(32) + s.to_bytes(32)).decode()}"

    def proof_for(self, url: str) -> str:
        """A proof for a request that is sent to that URL now."""
        return self.proof(time.time(), htu=url)

    def token(self, browser: Browser, proof: str | None = None, **given: str) -> tuple[int, Json]:
        """What CreateOAuth2Token answers: status and body."""
        world = browser.world
        sent = {"clientId": self.client_id, **given}
        headers = {
            "host": "localhost:4566",
            "content-type": "application/json",
            "dpop": self.proof(world.clock.wall().timestamp()) if proof is None else proof,
        }
        request = HttpRequest(
            "POST", "/v1/token", headers=tuple(headers.items()), body=Body(json.dumps(sent).encode())
        )
        response = act_for(request)(world, request)
        assert isinstance(response.body, bytes)
        return response.status, json.loads(response.body)

    def trade(self, browser: Browser, code: str, proof: str | None = None, **other: str) -> tuple[int, Json]:
        given = {
            "grantType": "authorization_code",
            "code": code,
            "redirectUri": self.redirect_uri,
            "codeVerifier": self.verifier,
            **other,
        }
        return self.token(browser, proof, **given)

    def refresh(self, browser: Browser, token: str, proof: str | None = None) -> tuple[int, Json]:
        return self.token(browser, proof, grantType="refresh_token", refreshToken=token)
