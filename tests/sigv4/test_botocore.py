"""Against the signers of botocore and of the AWS common runtime (awscrt), both ways.

What they sign we verify; what we sign is byte-equal to theirs, where a signature is deterministic.
"""

import os
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from watchword.names import AwsError, Body, HttpRequest, fault
from watchword.sigv4 import Credentials, presign, read, sign, verify
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A

EXAMPLES = settings(
    max_examples=2000 if os.environ.get("WATCHWORD_FUZZ") else 80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

NAMES = st.text("abcxyz-_.09", min_size=1, max_size=8).filter(lambda name: not name.startswith("x-amz"))
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
TEXTS = st.text(max_size=8)
RESERVED = {
    "authorization",
    "content-length",
    "date",
    "expect",
    "host",
    "te",
    "trailer",
    "upgrade",
    "user-agent",
    "baggage",
}


@st.composite
def paths(draw: st.DrawFn) -> str:
    segments = draw(st.lists(st.one_of(TEXTS, st.sampled_from(["", ".", "..", "a b", "%", "é", "a+b"]))))
    # No escaped slashes: botocore signs them for S3 as they stand, AWS as slashes.
    kept = [segment.replace("/", "").encode("utf-8", "ignore") for segment in segments]
    path = "/" + "/".join(quote(segment, safe="~") for segment in kept)
    # urlsplit takes what follows two leading slashes for a host.
    return path if not path.startswith("//") else "/x" + path


@st.composite
def queries(draw: st.DrawFn) -> str:
    pairs = draw(st.lists(st.tuples(TEXTS.filter(bool), st.none() | TEXTS), max_size=5))
    encoded = []
    for key, value in pairs:
        name = quote(key.encode("utf-8", "ignore"), safe="~")
        text = "" if value is None else "=" + quote(value.encode("utf-8", "ignore"), safe="~")
        if name:
            encoded.append(name + text)
    return "&".join(encoded)


@st.composite
def requests(draw: st.DrawFn) -> HttpRequest:
    headers = draw(
        st.lists(st.tuples(NAMES, VALUES).filter(lambda pair: pair[0] not in RESERVED), max_size=5)
    )
    extra = draw(st.lists(st.tuples(st.sampled_from(["x-amz-meta-a", "x-amz-acl"]), VALUES), max_size=3))
    return HttpRequest(
        draw(st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"])),
        draw(paths()),
        draw(queries()),
        (("host", draw(st.sampled_from(["a.local", "a.local:4566", "127.0.0.1:80"]))), *headers, *extra),
        Body(draw(st.binary(max_size=40))),
    )


SERVICES = st.sampled_from(["sts", "iam", "s3", "lambda"])
SECRETS = st.text("ABCabc019/+", min_size=1, max_size=40)
TOKENS = st.none() | st.text("ABCabc019/+=", min_size=1, max_size=80)
SIGNERS = st.builds(Credentials, st.text("AKI019", min_size=4, max_size=20), SECRETS, TOKENS)


@EXAMPLES
@given(requests(), SIGNERS, SERVICES)
def test_what_botocore_signs_we_verify(
    botocore_header: Callable[..., HttpRequest],
    moment: datetime,
    request_: HttpRequest,
    credentials: Credentials,
    service: str,
) -> None:
    signed = botocore_header(request_, credentials, service, "eu-west-1")
    claim = read(signed)
    assert claim
    verify(
        claim,
        signed,
        credentials.secret,
        services={service},
        regions={"eu-west-1"},
        now=moment,
    )
    assert (claim.access_key_id, claim.token) == (credentials.access_key_id, credentials.token)


@EXAMPLES
@given(requests(), SIGNERS, SERVICES)
def test_what_we_sign_is_what_botocore_signs(
    botocore_header: Callable[..., HttpRequest],
    moment: datetime,
    request_: HttpRequest,
    credentials: Credentials,
    service: str,
) -> None:
    ours = sign(request_, credentials, service=service, region="eu-west-1", now=moment)
    theirs = botocore_header(request_, credentials, service, "eu-west-1")
    for name in ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"):
        assert ours.header(name) == theirs.header(name)


@EXAMPLES
@given(requests(), SIGNERS, SERVICES, st.integers(1, 604800))
def test_what_botocore_presigns_we_verify(
    botocore_query: Callable[..., HttpRequest],
    moment: datetime,
    request_: HttpRequest,
    credentials: Credentials,
    service: str,
    expires: int,
) -> None:
    request_ = replace(request_, body=Body())  # botocore would move a form's body into the query
    signed = botocore_query(request_, credentials, service, "eu-west-1", expires)
    claim = read(signed)
    assert claim
    assert claim.expires == expires
    verify(claim, signed, credentials.secret, services={service}, regions={"eu-west-1"}, now=moment)
    assert (claim.access_key_id, claim.token) == (credentials.access_key_id, credentials.token)


@EXAMPLES
@given(requests(), SIGNERS, SERVICES, st.integers(1, 604800))
def test_what_we_presign_is_what_botocore_presigns(
    botocore_query: Callable[..., HttpRequest],
    moment: datetime,
    request_: HttpRequest,
    credentials: Credentials,
    service: str,
    expires: int,
) -> None:
    request_ = replace(
        request_, query="a=1&b=%20%C3%A9", body=Body()
    )  # botocore writes others in its own way
    ours = presign(request_, credentials, service=service, region="eu-west-1", now=moment, expires=expires)
    theirs = botocore_query(request_, credentials, service, "eu-west-1", expires)
    assert ours.query == theirs.query


RUNTIME = st.sampled_from(["header", "query"])


@EXAMPLES
@given(requests(), SIGNERS, SERVICES, RUNTIME, st.sampled_from([ALGORITHM, ALGORITHM_V4A]))
def test_what_the_runtime_signs_we_verify(
    crt_sign: Callable[..., HttpRequest],
    moment: datetime,
    request_: HttpRequest,
    credentials: Credentials,
    service: str,
    form: str,
    algorithm: str,
) -> None:
    v4a = algorithm == ALGORITHM_V4A
    region = "eu-*,us-east-1" if v4a else "eu-west-1"
    body = request_.body if form == "header" else Body()
    signed = crt_sign(
        replace(request_, body=body, headers=without_amz(request_)),
        credentials,
        service,
        region,
        v4a=v4a,
        expires=60 if form == "query" else None,
    )
    claim = read(signed)
    assert claim
    assert claim.algorithm == algorithm
    verify(claim, signed, credentials.secret, services={service}, regions={"eu-west-1"}, now=moment)


@EXAMPLES
@given(requests(), SIGNERS, SERVICES, RUNTIME)
def test_what_we_sign_is_what_the_runtime_signs(
    crt_sign: Callable[..., HttpRequest],
    moment: datetime,
    request_: HttpRequest,
    credentials: Credentials,
    service: str,
    form: str,
) -> None:
    request_ = replace(request_, headers=without_amz(request_), body=Body())
    given = {"service": service, "region": "eu-west-1", "now": moment}
    if form == "header":
        ours = sign(request_, credentials, **given)
        theirs = crt_sign(request_, credentials, service, "eu-west-1")
        assert ours.header("authorization") == theirs.header("authorization")
    else:
        ours = presign(request_, credentials, expires=60, **given)
        theirs = crt_sign(request_, credentials, service, "eu-west-1", expires=60)
        assert ours.query[-64:] == theirs.query[-64:]


def without_amz(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The runtime refuses some of our x-amz- headers in advance."""
    return tuple(header for header in request.headers if not header[0].startswith("x-amz-"))


def test_an_unsigned_payload_of_botocore(
    botocore_header: Callable[..., HttpRequest], moment: datetime, credentials: Credentials
) -> None:
    request = HttpRequest("PUT", "/b/k", "", (("host", "s3.local"),), Body(b"anything"))
    context = {"has_streaming_input": True, "client_config": None, "payload_signing_enabled": False}
    signed = botocore_header(
        replace(request, headers=(*request.headers, ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"))),
        credentials,
        "s3",
        "eu-west-1",
        **context,
    )
    claim = read(signed)
    assert claim
    verify(claim, signed, credentials.secret, now=moment)


FLIPS = {
    "method": lambda r: replace(r, method="DELETE" if r.method != "DELETE" else "GET"),
    "path": lambda r: replace(r, path=r.path + "x"),
    "query": lambda r: replace(r, query=r.query + ("&" if r.query else "") + "extra=1"),
    "body": lambda r: replace(r, body=Body(r.body.data + b"x")),
    "host": lambda r: with_header(r, "host", "evil.local"),
    "date": lambda r: with_header(r, "x-amz-date", "20261123T123457Z"),
    "token": lambda r: with_header(r, "x-amz-security-token", "b"),
    "no token": lambda r: without_header(r, "x-amz-security-token"),
    "a header": lambda r: with_header(r, "content-type", "text/x"),
    "no header": lambda r: without_header(r, "content-type"),
    "one more header": lambda r: replace(r, headers=(*r.headers, ("x-amz-acl", "public-read"))),
    "a header twice": lambda r: replace(r, headers=(*r.headers, ("content-type", "text/x"))),
    "day": lambda r: in_authorization(r, "/20261123/", "/20261124/"),
    "region": lambda r: in_authorization(r, "/eu-west-1/", "/eu-west-2/"),
    "service": lambda r: in_authorization(r, "/aws4_request", "x/aws4_request"),
    "terminator": lambda r: in_authorization(r, "/aws4_request", "/aws4_requesT"),
    "algorithm": lambda r: in_authorization(r, "SHA256 ", "SHA257 "),
    "signed headers": lambda r: in_authorization(r, "content-type;", ""),
    "signature": lambda r: with_header(r, "authorization", r.header("authorization")[:-1] + "g"),
    "signature cut": lambda r: with_header(r, "authorization", r.header("authorization")[:-1]),
    "signature in capitals": lambda r: with_header(
        r, "authorization", r.header("authorization")[:-64] + r.header("authorization")[-64:].upper()
    ),
}


def with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    headers = tuple((key, value if key == name else old) for key, old in request.headers)
    return replace(request, headers=headers)


def without_header(request: HttpRequest, name: str) -> HttpRequest:
    return replace(request, headers=tuple(header for header in request.headers if header[0] != name))


def in_authorization(request: HttpRequest, old: str, new: str) -> HttpRequest:
    text = request.header("authorization")
    assert text
    assert old in text
    return with_header(request, "authorization", text.replace(old, new, 1))


@pytest.mark.parametrize("flip", FLIPS)
@pytest.mark.parametrize("service", ["sts", "s3"])
def test_a_changed_part_is_refused(moment: datetime, flip: str, service: str) -> None:
    signer = Credentials("AKIAIOSFODNN7EXAMPLE", "secret", "a")
    request = HttpRequest(
        "POST", "/a/b", "q=1", (("host", "a.local"), ("content-type", "text/plain")), Body(b"x=y")
    )
    signed = sign(request, signer, service=service, region="eu-west-1", now=moment)
    changed = FLIPS[flip](signed)
    assert changed != signed
    with pytest.raises(AwsError):
        check(changed, signer, moment)
    check(signed, signer, moment)


@EXAMPLES
@given(requests(), SIGNERS, SERVICES, st.integers(min_value=0), st.integers(1, 255))
def test_a_flipped_character_of_the_request_is_refused(
    moment: datetime, request_: HttpRequest, signer: Credentials, service: str, place: int, change: int
) -> None:
    signed = sign(request_, signer, service=service, region="eu-west-1", now=moment)
    text = signed.header("authorization")
    assert text
    place %= len(text)
    other = chr(ord(text[place]) ^ change)
    changed = with_header(signed, "authorization", text[:place] + other + text[place + 1 :])
    if text[place] == " " or other == " ":
        return  # white space around the parameters carries no meaning
    with pytest.raises(AwsError):
        check(changed, signer, moment)


def check(request: HttpRequest, signer: Credentials, now: datetime) -> None:
    claim = read(request)
    assert claim
    if claim.access_key_id != signer.access_key_id:  # somebody else's secret would be asked for
        raise fault("InvalidClientTokenId")
    verify(claim, request, signer.secret, now=now)
