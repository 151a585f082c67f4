"""Every route, in every form of signature, with everything that can be wrong with it: refused, nothing done.

What is covered of the defects other systems had: N1 and N2 (a form that one handler doesn't verify), N3
(headers that nobody signed, two forms at once), N4 (version 2 beyond presigned requests), N8 (forms,
expired queries, tokens), N11 (scopes of others).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.server.harness import Answer, Draft, Keys, Line, client
from tests.server.test_authentication_matrix import BUCKET, DRAFTS, everything

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, presign, sign
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.payload import EMPTY_SHA256
from watchword.sigv4.sigv2 import read_presigned
from watchword.sigv4.sigv4a import private_key, sign_text_v4a
from watchword.testing import Server

NO_REGION = "Not_A_Region"
BOUNDARY = "boundary"
PAYLOADS = {
    ALGORITHM: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    ALGORITHM_V4A: "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
}
UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@dataclass(frozen=True)
class Signing:
    """Who signs, when, and for what."""

    keys: Keys
    now: datetime
    service: str
    region: str = "us-east-1"

    @property
    def credentials(self) -> Credentials:
        return Credentials(
            self.keys["AccessKeyId"], self.keys["SecretAccessKey"], self.keys.get("SessionToken")
        )


Make = Callable[[HttpRequest, Signing], HttpRequest]


def header(request: HttpRequest, by: Signing, algorithm: str = ALGORITHM) -> HttpRequest:
    return sign(
        request, by.credentials, service=by.service, region=by.region, now=by.now, algorithm=algorithm
    )


def header_v4a(request: HttpRequest, by: Signing) -> HttpRequest:
    return header(request, by, ALGORITHM_V4A)


def presigned(request: HttpRequest, by: Signing) -> HttpRequest:
    return presign(request, by.credentials, service=by.service, region=by.region, now=by.now, expires=60)


def framed(request: HttpRequest, payload: str, **more: str) -> HttpRequest:
    added = {"x-amz-content-sha256": payload, "x-amz-decoded-content-length": "0", **more}
    return replace(request, headers=(*request.headers, *added.items()), body=Body())


def signed_chunks(request: HttpRequest, by: Signing, algorithm: str = ALGORITHM) -> HttpRequest:
    signed = header(framed(request, PAYLOADS[algorithm]), by, algorithm)
    last, _ = chained(signed, by, "PAYLOAD", f"{EMPTY_SHA256}\n{EMPTY_SHA256}")
    return signed.with_body(Body(f"0;chunk-signature={last}\r\n\r\n".encode()))


def signed_trailer(request: HttpRequest, by: Signing, algorithm: str = ALGORITHM) -> HttpRequest:
    payload = f"{PAYLOADS[algorithm]}-TRAILER"
    signed = header(framed(request, payload, **{"x-amz-trailer": "x-amz-checksum-crc32"}), by, algorithm)
    last, before = chained(signed, by, "PAYLOAD", f"{EMPTY_SHA256}\n{EMPTY_SHA256}")
    trailer = "x-amz-checksum-crc32:AAAAAA=="
    hashed = hashlib.sha256(f"{trailer}\n".encode()).hexdigest()
    whole, _ = chained(signed, by, "TRAILER", hashed, before)
    text = f"0;chunk-signature={last}\r\n{trailer}\r\nx-amz-trailer-signature:{whole}\r\n\r\n"
    return signed.with_body(Body(text.encode()))


def chained(signed: HttpRequest, by: Signing, kind: str, hashes: str, previous: str = "") -> tuple[str, str]:
    """The signature of a chunk or a trailer, as it is sent and as the next one has it."""
    authorization, date = signed.header("authorization") or "", signed.header("x-amz-date") or ""
    algorithm, scope = authorization.partition(" ")[0], authorization.partition("/")[2].partition(",")[0]
    previous = previous or authorization.rpartition("=")[2]
    text = f"{algorithm}-{kind}\n{date}\n{scope}\n{previous}\n{hashes}"
    if algorithm == ALGORITHM_V4A:
        found = sign_text_v4a(private_key(by.credentials.secret, by.credentials.access_key_id), text)
        return found.ljust(144, "*"), found
    found = sign_text(signing_key(by.credentials.secret, date[:8], by.region, by.service), text)
    return found, found


def v4a_chunks(request: HttpRequest, by: Signing) -> HttpRequest:
    return signed_chunks(request, by, ALGORITHM_V4A)


def v4a_trailer(request: HttpRequest, by: Signing) -> HttpRequest:
    return signed_trailer(request, by, ALGORITHM_V4A)


def unsigned_chunks(request: HttpRequest, by: Signing) -> HttpRequest:
    plain = framed(request, UNSIGNED_CHUNKS, **{"x-amz-trailer": "x-amz-checksum-crc32"})
    return header(plain, by).with_body(Body(b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"))


def form(request: HttpRequest, by: Signing) -> HttpRequest:
    date = by.now.strftime("%Y%m%dT%H%M%SZ")
    fields = {
        "key": "key",
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": f"{by.keys['AccessKeyId']}/{date[:8]}/{by.region}/{by.service}/aws4_request",
        "x-amz-date": date,
    }
    if by.credentials.token:
        fields["x-amz-security-token"] = by.credentials.token
    end = (by.now + timedelta(seconds=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    conditions = [{"bucket": BUCKET}, *({name: value} for name, value in fields.items())]
    text = json.dumps({"expiration": end, "conditions": conditions}).encode()
    fields["policy"] = base64.b64encode(text).decode()
    key = signing_key(by.credentials.secret, date[:8], by.region, by.service)
    fields["x-amz-signature"] = sign_text(key, fields["policy"])
    return multipart(request, fields)


def multipart(request: HttpRequest, fields: Mapping[str, str]) -> HttpRequest:
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**fields, "file": "x"}.items()
    )
    kind = ("content-type", f"multipart/form-data; boundary={BOUNDARY}")
    body = Body(f"{parts}--{BOUNDARY}--\r\n".encode())
    return HttpRequest("POST", f"/{BUCKET}", "", (request.headers[0], kind), body)


def version_2(request: HttpRequest, by: Signing) -> HttpRequest:
    given = {"AWSAccessKeyId": by.keys["AccessKeyId"], "Expires": str(int(by.now.timestamp()) + 60)}
    if by.credentials.token:
        given["x-amz-security-token"] = by.credentials.token.replace("+", "%2B")
    added = "&".join(f"{name}={value}" for name, value in given.items())
    query = f"{request.query}&{added}" if request.query else added
    try:
        claim = read_presigned(replace(request, query=f"{query}&Signature=x"), "")
    except AwsError:  # a parameter that version 2 doesn't sign
        return replace(request, query=f"{query}&Signature=x")
    assert claim
    digest = hmac.digest(by.credentials.secret.encode(), claim.to_sign.encode(), hashlib.sha1)
    signature = base64.b64encode(digest).decode().replace("+", "%2B").replace("/", "%2F")
    return replace(request, query=f"{query}&Signature={signature}")


def of_s3(draft: Draft) -> bool:
    """Of S3 itself: S3 Control signs by the same name."""
    return draft.service == "s3" and "x-amz-account-id" not in draft.headers


FORMS: dict[str, tuple[Make, Callable[[Draft], bool]]] = {
    "header": (header, lambda _: True),
    "presigned": (presigned, lambda _: True),
    "sigv4a header": (header_v4a, lambda _: True),
    "signed chunks": (signed_chunks, of_s3),
    "signed trailer": (signed_trailer, of_s3),
    "sigv4a chunks": (v4a_chunks, of_s3),
    "sigv4a trailer": (v4a_trailer, of_s3),
    "unsigned chunks": (unsigned_chunks, of_s3),
    "form": (form, lambda draft: draft.method == "PUT" and draft.path == f"/{BUCKET}/key"),
    "version 2": (version_2, lambda draft: of_s3(draft) and draft.method in {"GET", "PUT"}),
}
"""How it is signed, and which routes can be asked so."""


@dataclass(frozen=True)
class Cast:
    """Credentials that are good, of a user and of two sessions."""

    user: Keys
    session: Keys
    other: Keys


Wrong = Callable[[Make, HttpRequest, str, Cast], HttpRequest]


def now() -> datetime:
    return datetime.now(UTC)


def missing(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    if make is form:
        return multipart(request, {"key": "key"})
    whole = make(request, Signing(cast.user, now(), service))
    return replace(
        whole,
        query=request.query,
        headers=tuple(pair for pair in whole.headers if pair[0] != "authorization"),
    )


def forged(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    return make(request, Signing({**cast.user, "SecretAccessKey": "a" * 40}, now(), service))


def expired(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    return make(request, Signing(cast.user, now() - timedelta(minutes=16), service))


def another_service(make: Make, request: HttpRequest, _: str, cast: Cast) -> HttpRequest:
    return make(request, Signing(cast.user, now(), "ec2"))


def no_region(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    return make(request, Signing(cast.user, now(), service, NO_REGION))


def both(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    by = Signing(cast.user, now(), service)
    first = make(request, by)
    in_query = make in {presigned, version_2}
    return header(first, by) if in_query or make is form else presigned(first, by)


def unsigned_header(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    whole = make(request, Signing(cast.user, now(), service))
    return replace(whole, headers=(*whole.headers, ("x-amz-meta-added", "later")))


def no_token(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    keys = {name: value for name, value in cast.session.items() if name != "SessionToken"}
    return make(request, Signing(keys, now(), service))


def another_token(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    keys = {**cast.session, "SessionToken": cast.other["SessionToken"]}
    return make(request, Signing(keys, now(), service))


def touched(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    """Another signature of the last chunk or trailer, or another checksum."""
    whole = make(request, Signing(cast.user, now(), service))
    head, mark, rest = whole.body.data.rpartition(b"signature:" if make in TRAILERS else b"signature=")
    if not mark:
        return whole.with_body(Body(whole.body.data.replace(b"AAAAAA==", b"AAAAAQ==")))
    other = b"1" if rest.startswith(b"0") else b"0"
    return whole.with_body(Body(head + mark + other + rest[1:]))


def cut(make: Make, request: HttpRequest, service: str, cast: Cast) -> HttpRequest:
    whole = make(request, Signing(cast.user, now(), service))
    return whole.with_body(Body(whole.body.data[:-1]))


TRAILERS = {signed_trailer, v4a_trailer}
CHUNKS = {kind for kind in FORMS if "chunks" in kind or "trailer" in kind}
OF_CHUNKS: dict[str, Wrong] = {"body touched": touched, "body cut": cut}
WRONGS: dict[str, Wrong] = {
    "missing": missing,
    "forged": forged,
    "expired": expired,
    "another service": another_service,
    "no region": no_region,
    "both forms": both,
    "unsigned header": unsigned_header,
    "token missing": no_token,
    "token of another key": another_token,
    **OF_CHUNKS,
}
HAS_NO_SCOPE = {"another service", "no region"}
CASES = [
    (kind, wrong)
    for kind in FORMS
    for wrong in WRONGS
    if not (kind == "version 2" and wrong in HAS_NO_SCOPE) and (kind in CHUNKS or wrong not in OF_CHUNKS)
]


def routes(kind: str) -> list[tuple[str, Draft]]:
    return [(name, draft) for (_, name), draft in DRAFTS.items() if FORMS[kind][1](draft)]


def began(place: Path, *arguments: str) -> Iterator[tuple[Server, Path, Cast]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        server = Server.start(*arguments)
    with server:
        root = {"AccessKeyId": server.access_key_id, "SecretAccessKey": server.secret}
        iam = client("iam", server.endpoint, root)
        client("s3", server.endpoint, root).create_bucket(Bucket=BUCKET)
        client("s3", server.endpoint, root).put_object(Bucket=BUCKET, Key="key", Body=b"there")
        iam.create_user(UserName="good")
        iam.attach_user_policy(UserName="good", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        user = iam.create_access_key(UserName="good")["AccessKey"]
        sts = client("sts", server.endpoint, user)
        session, other = (sts.get_session_token()["Credentials"] for _ in range(2))
        yield server, next(place.glob("watchword-*")), Cast(user, session, other)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, Cast]]:
    yield from began(tmp_path_factory.mktemp("signatures"))


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, Cast]]:
    yield from began(tmp_path_factory.mktemp("strict"), "--no-sigv2-presigned")


def is_refused(name: str, wrong: str, answer: Answer) -> bool:
    """DeleteObjects, of anybody's, is refused key by key."""
    singly = name == "DeleteObjects" and wrong == "missing" and b"AccessDenied" in answer.body
    return 400 <= answer.status < 500 or singly


@pytest.mark.parametrize(("kind", "wrong"), CASES, ids=lambda each: each.replace(" ", "-"))
def test_every_route_refuses(stage: tuple[Server, Path, Cast], kind: str, wrong: str) -> None:
    server, data, cast = stage
    before, done = everything(data), []
    with Line(server.endpoint) as line:
        for name, draft in routes(kind):
            plain = draft.request(server.endpoint)
            answer = line.send(WRONGS[wrong](FORMS[kind][0], plain, draft.service, cast))
            if not is_refused(name, wrong, answer):
                done.append((name, answer))
    assert done == []
    assert everything(data) == before


def test_version_2_is_refused_on_every_route_where_it_is_off(strict: tuple[Server, Path, Cast]) -> None:
    server, data, cast = strict
    before = everything(data)
    with Line(server.endpoint) as line:
        for name, draft in routes("version 2"):
            plain = draft.request(server.endpoint)
            answer = line.send(version_2(plain, Signing(cast.user, now(), "s3")))
            assert answer.status == 400, name
    assert everything(data) == before


def test_the_matrix_is_whole() -> None:
    assert len(CASES) == 98  # changed with the tables, so that none can vanish unseen
    count = [service for service, _ in DRAFTS].count("s3")
    asked = {kind: len(routes(kind)) for kind in FORMS}
    assert {asked.pop(kind) for kind in ("header", "presigned", "sigv4a header")} == {len(DRAFTS)}
    assert {asked.pop(kind) for kind in CHUNKS} == {count}
    assert asked == {"form": 8, "version 2": 64}


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_right_is_let_in(stage: tuple[Server, Path, Cast], kind: str) -> None:
    """The matrix refuses for what is wrong and nothing else. (Last, since it does things.)"""
    server, _, cast = stage
    draft = Draft("s3", "PUT", f"/{BUCKET}/key")
    with Line(server.endpoint) as line:
        for keys in (cast.user, cast.session):
            request = FORMS[kind][0](draft.request(server.endpoint), Signing(keys, now(), "s3"))
            answer = line.send(request)
            assert answer.status in {200, 204}, answer
