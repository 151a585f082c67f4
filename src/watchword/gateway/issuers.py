"""What the token issuers of accounts and of identity pools publish: for anybody, and not recorded.

    GET  /_watchword/issuers/ID/.well-known/openid-configuration    the issuer's metadata
    GET  /_watchword/issuers/ID/.well-known/jwks.json               its public keys (JWK Set)
    POST /_watchword/issuers/ID/token                               exchanges tokens (`token_exchange`)

The ID of a pool's issuer is the pool's, and its keys are those of its account.

An issuer that was disabled still publishes its keys: tokens that it issued count until they expire. Clients
may cache an answer for CACHED seconds, much less than a key is published before it signs
(`identity.token_keys`).
Source: OpenID Connect Discovery 1.0, sections 3 and 4; RFC 7517, section 5.
"""

import json
from typing import Any

from watchword.facts.issuers import ISSUER, TOKEN_KEYS
from watchword.facts.pools import IDENTITY_POOL
from watchword.gateway.failure import as_fault
from watchword.gateway.token_exchange import exchanged
from watchword.gateway.token_request import GRANT
from watchword.identity import token_keys
from watchword.identity.token_issuers import ISSUERS
from watchword.names import HttpRequest, HttpResponse
from watchword.names.would_block import WouldBlock
from watchword.proofs.issued_token import ALGORITHMS, key_set
from watchword.wire.error_writers import ErrorWriter
from watchword.world import World

UNRECORDED = "issuer"
"""In place of a request id."""
ERRORS = ErrorWriter("rest-json")
METADATA = "/.well-known/openid-configuration"
KEYS = "/.well-known/jwks.json"
TOKEN = "/token"  # noqa: S105 a path
CACHED = 300


def issuers(world: World, request: HttpRequest) -> HttpResponse:
    """A document of an issuer. Raises only WouldBlock, before anything was done."""
    try:
        world.facts.confirm()
        return _answer(world, request)
    except WouldBlock:
        raise
    except Exception as broken:  # noqa: BLE001 said and logged
        return ERRORS.write(as_fault(broken, UNRECORDED), UNRECORDED)


def _answer(world: World, request: HttpRequest) -> HttpResponse:
    issuer_id, slash, rest = request.path.removeprefix(ISSUERS).partition("/")
    url, account = _issuer(world, issuer_id) if rest else ("", "")
    match request.method, slash + rest:
        case "GET" | "HEAD", path if url and path == METADATA:
            return _json(200, _metadata(url, exchanges=":" not in issuer_id))
        case "GET" | "HEAD", path if account and path == KEYS:
            return _json(200, _keys(world, account))
        case "POST", path if path == TOKEN and (issuer := world.facts.get(ISSUER, issuer_id)):
            return exchanged(world, request, issuer)
    return _json(404, json.dumps({"message": "No issuer of this server has that document."}).encode())


def _issuer(world: World, issuer_id: str) -> tuple[str, str]:
    """Its URL, and whose it is; empty for none."""
    if ":" in issuer_id:
        found = world.facts.get(IDENTITY_POOL, issuer_id)
        return (found.pool.issuer, found.pool.account) if found else ("", "")
    issuer = world.facts.get(ISSUER, issuer_id)
    return (issuer.issuer_url or "", issuer.account) if issuer else ("", "")


def _metadata(url: str, *, exchanges: bool) -> bytes:
    """OpenID Connect Discovery 1.0, section 3; nobody logs in here, so there is no authorization endpoint."""
    document: dict[str, Any] = {
        "issuer": url,
        "jwks_uri": url + KEYS,
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "claims_supported": ["iss", "sub", "aud", "iat", "exp", "jti"],
    }
    if exchanges:
        document["token_endpoint"] = url + TOKEN
        document["grant_types_supported"] = [GRANT]
        document["token_endpoint_auth_methods_supported"] = ["none"]
    return json.dumps(document).encode()


def _keys(world: World, account: str) -> bytes:
    keys = world.facts.need(TOKEN_KEYS, account)
    return key_set(token_keys.published(keys, world.clock.wall()))


def _json(status: int, text: bytes) -> HttpResponse:
    cached = f"public, max-age={CACHED}" if status == 200 else "no-store"  # noqa: PLR2004 OK
    headers = (
        ("content-type", "application/json"),
        ("content-length", str(len(text))),
        ("cache-control", cached),
    )
    return HttpResponse(status, headers, text)
