"""What the engines cost by themselves, in one process: decide, verify, seal, open.

Every request is another one: keys, session names and times are drawn anew, so nothing is remembered but what
a server remembers too (signing keys, compiled policies).
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from watchword.names import Body, HttpRequest
from watchword.names.principal import User
from watchword.policy import Engine, Policy, Request, Source
from watchword.proofs import session_token
from watchword.proofs.keyring import Keyring, new_key
from watchword.sigv4 import Credentials, explain, read, sign, verify

RowData = tuple[str, Callable[[], float], str, str]
MANY = 400
SECRET = "s" * 40
FLOOR = "SHA-256 + HMAC floor"
STATEMENTS = 100


def rows() -> Iterator[RowData]:
    yield f"decide, {STATEMENTS} statements", _decisions(), "", ""
    yield FLOOR, _floor, "", ""
    yield "verify STS POST", _verify, FLOOR, ">= 0.29"
    yield "seal a session token", _seal, "", ""
    yield "open a session token", _open, "", ""


def _per_second(act: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(MANY):
        act(number)
    return MANY / (time.perf_counter() - began)


def _decisions() -> Callable[[], float]:
    statements = ",".join(
        f'{{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::bucket-{n}/team-*/*",'
        f'"Condition":{{"StringLike":{{"aws:PrincipalTag/team":"team-{n}*"}}}}}}'
        for n in range(STATEMENTS)
    )
    policy = Policy.parse(f'{{"Version":"2012-10-17","Statement":[{statements}]}}')
    user = User("123456789012", "bench", "AIDAAAAAAAAAAAAAAAAAA")
    engine = Engine(user, [Source(policy, "bench")])

    def decide(number: int) -> object:
        bucket = number % (STATEMENTS + STATEMENTS // 2)
        resource = f"arn:aws:s3:::bucket-{bucket}/team-1/{secrets.token_hex(4)}"
        context = {"aws:PrincipalTag/team": f"team-{bucket}"}
        return engine.decide(Request(user, "s3:GetObject", resource, context)).verdict

    return lambda: _per_second(decide)


def _signed() -> list[HttpRequest]:
    now, made = datetime.now(UTC), []
    for _ in range(MANY):
        body = f"Action=AssumeRole&Version=2011-06-15&RoleSessionName={secrets.token_hex(8)}".encode()
        headers = (
            ("host", "127.0.0.1:4566"),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        )
        request = HttpRequest("POST", "/", "", headers, Body(body))
        credentials = Credentials("AKIAIOSFODNN7EXAMPLE", SECRET)
        made.append(sign(request, credentials, service="sts", region="us-east-1", now=now))
    return made


def _verify() -> float:
    requests, now = _signed(), datetime.now(UTC)

    def check(number: int) -> None:
        request = requests[number]
        claim = read(request)
        assert claim is not None
        verify(claim, request, SECRET, services=("sts",), now=now)

    return _per_second(check)


def _floor() -> float:
    """Hashing and signing the very bytes that must be hashed and signed, without looking at them."""
    texts = []
    for request in _signed():
        claim = read(request)
        assert claim is not None
        explanation = explain(claim, request)
        canonical, to_sign = explanation.canonical_request.encode(), explanation.string_to_sign.encode()
        texts.append((request.body.data, canonical, to_sign))
    key = hmac.digest(SECRET.encode(), b"signing key", "sha256")

    def work(number: int) -> None:
        body, canonical, to_sign = texts[number]
        hashlib.sha256(body).hexdigest()
        hashlib.sha256(canonical).hexdigest()
        hmac.new(key, to_sign, "sha256").hexdigest()

    return _per_second(work)


_RING = Keyring((new_key(secrets.token_bytes),), secrets.token_bytes)


def _seal() -> float:
    return _per_second(lambda _: session_token.seal(secrets.token_bytes(300), _RING))


def _open() -> float:
    tokens = [session_token.seal(secrets.token_bytes(300), _RING) for _ in range(MANY)]
    return _per_second(lambda number: session_token.open(tokens[number], _RING))
