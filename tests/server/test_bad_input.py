"""What no client should send: AWS's error in the protocol it looks like, never a 500, nothing left over.

Covered of the defects other systems had: N3 (two forms of authentication), N4 (signature version 2, empty
header names), N6 and N47 (parameters given twice), N9 (unknown hosts), N10 (paths), N45 (patterns that take
for ever), N48 (markup in values).
"""

import json
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.server.harness import (
    FORM,
    Answer,
    Draft,
    Keys,
    Line,
    Running,
    client,
    code_of,
    eventually,
    journal,
    query,
)

BUCKET = "bad-input-bucket"
HOUR_OLD = "20200101T000000Z"
VERSION = "Version=2010-05-08"
JSON_1_1 = "application/x-amz-json-1.1"
DEEP = b"<a>" * 50_000


@pytest.fixture(scope="module")
def bucket(kept: Running, administrator: Keys) -> str:
    client("s3", kept.endpoint, administrator).create_bucket(Bucket=BUCKET)
    return BUCKET


def ask(server: Running, draft: Draft, keys: Keys) -> Answer:
    with Line(server.endpoint) as line:
        return line.send(draft.signed(server.endpoint, keys))


def form(body: bytes, asked: str = "", service: str = "iam", **more: str) -> Draft:
    return Draft(service, query=asked, headers={"content-type": FORM, **more}, body=body)


def xml(path: str, body: bytes) -> Draft:
    return Draft("s3", "PUT", path.partition("?")[0], path.partition("?")[2], body=body)


def target(body: bytes, name: str = "AWSOrganizationsV20161128.CreateAccount") -> Draft:
    headers = {"content-type": JSON_1_1, "x-amz-target": name}
    return Draft("organizations", headers=headers, body=body)


LIST = b"Action=ListUsers&" + VERSION.encode()
AS_ADMINISTRATOR = {
    # forms
    "no action": (form(VERSION.encode()), {"MissingAction"}),
    "an unknown action": (form(b"Action=Nothing&" + VERSION.encode()), {"InvalidAction"}),
    "an unknown version": (form(b"Action=ListUsers&Version=2000-01-01"), {"InvalidAction"}),
    "no version": (form(b"Action=ListUsers"), {"InvalidAction"}),
    "a broken escape": (form(LIST + b"&Marker=%zz"), {"MalformedInput", "MalformedQueryString"}),
    "an escape that isn't UTF-8": (form(LIST + b"&Marker=%ff"), {"MalformedInput", "MalformedQueryString"}),
    "bytes that aren't UTF-8": (form(LIST + b"&Marker=\xff"), {"MalformedInput", "MalformedQueryString"}),
    "an action twice in the body": (form(LIST + b"&Action=CreateUser"), set()),
    "an action in query and body": (form(LIST, "Action=CreateUser"), set()),
    "a parameter in query and body": (form(LIST + b"&MaxItems=1", "MaxItems=2"), set()),
    "a parameter twice": (form(LIST + b"&MaxItems=1&MaxItems=2"), set()),
    "a number that is none": (form(LIST + b"&MaxItems=many"), set()),
    "a number out of range": (form(LIST + b"&MaxItems=0"), {"ValidationError"}),
    "a number of a thousand digits": (form(LIST + b"&MaxItems=" + b"9" * 1000), set()),
    "a boolean that is none": (form(b"Action=ListPolicies&OnlyAttached=perhaps&" + VERSION.encode()), set()),
    "ten thousand parameters": (form(LIST + b"&a=b" * 10_001), set()),
    "a list index of a billion": (
        form(b"Action=TagUser&UserName=x&Tags.member.1000000000.Key=a&" + VERSION.encode()),
        set(),
    ),
    "a list index that is none": (
        form(b"Action=TagUser&UserName=x&Tags.member.x.Key=a&" + VERSION.encode()),
        set(),
    ),
    "a name too long": (form(b"Action=GetUser&UserName=" + b"a" * 70_000 + b"&" + VERSION.encode()), set()),
    "a name of others' characters": (
        form(b"Action=CreateUser&UserName=%F0%9F%94%91&" + VERSION.encode()),
        {"ValidationError"},
    ),
    "markup in a value": (
        form(b"Action=GetUser&UserName=%3Cscript%3E&" + VERSION.encode()),
        {"ValidationError", "NoSuchEntity"},
    ),
    "a body too large": (form(LIST + b"&x=" + b"a" * (1 << 20)), {"RequestEntityTooLarge"}),
    "a path": (replace(form(LIST), path="/users"), {"InvalidAction"}),
    "another method": (replace(form(LIST), method="PUT"), set()),
    # policies
    "a policy that is no JSON": (query("iam", "CreatePolicy", PolicyName="p", PolicyDocument="x"), set()),
    "a policy too deep": (
        query("iam", "CreatePolicy", PolicyName="p", PolicyDocument="%5B" * 2000 + "%5D" * 2000),
        {"MalformedPolicyDocument", "LimitExceeded", "ValidationError"},
    ),
    "a policy of a number": (query("iam", "CreatePolicy", PolicyName="p", PolicyDocument="1e999"), set()),
    # other accounts
    "a policy of another account": (
        query("iam", "GetPolicy", PolicyArn="arn:aws:iam::999999999999:policy/x"),
        {"NoSuchEntity", "AccessDenied"},
    ),
    "a role of another account": (
        query("sts", "AssumeRole", RoleArn="arn:aws:iam::999999999999:role/x", RoleSessionName="xx"),
        {"AccessDenied"},
    ),
    "a role that is none": (query("sts", "AssumeRole", RoleArn="a" * 20, RoleSessionName="xx"), set()),
    "a session name that is a path": (
        query("sts", "AssumeRole", RoleArn="arn:aws:iam::999999999999:role/x", RoleSessionName="../x"),
        {"ValidationError"},
    ),
    # json
    "no JSON": (target(b"{"), set()),
    "JSON of another type": (target(b"[]"), set()),
    "a wrong type": (target(b'{"Email":1,"AccountName":[]}'), set()),
    "keys twice": (target(b'{"Email":"a@b.c","Email":"d@e.f","AccountName":"x"}'), set()),
    "JSON too deep": (target(b"[" * 100_000), set()),
    "half a surrogate": (target(b'{"Email":"\\ud800","AccountName":"x"}'), set()),
    "not a number": (target(b'{"Email":NaN}'), set()),
    "an unknown target": (target(b"{}", "AWSOrganizationsV20161128.Nothing"), {"UnknownOperationException"}),
    "a target of nobody": (target(b"{}", "Nobody.CreateAccount"), {"UnknownOperationException"}),
    # S3
    "broken XML": (xml(f"/{BUCKET}?tagging", b"<Tagging"), set()),
    "XML with entities": (
        xml(
            f"/{BUCKET}-two",
            b'<!DOCTYPE x [<!ENTITY a "b">]><CreateBucketConfiguration>&a;</CreateBucketConfiguration>',
        ),
        {"MalformedXML"},
    ),
    "XML too deep": (xml(f"/{BUCKET}-two", DEEP), {"MalformedXML"}),
    "XML of another shape": (xml(f"/{BUCKET}-two", b"<Other/>"), {"MalformedXML"}),
    "a bucket policy that is none": (xml(f"/{BUCKET}?policy", b"{"), {"MalformedPolicy"}),
    "a bucket name that is none": (Draft("s3", "PUT", "/UPPER_case"), {"InvalidBucketName"}),
    "a bucket that climbs": (Draft("s3", "PUT", "/../x"), set()),
    "a key that climbs": (
        Draft("s3", "GET", f"/{BUCKET}/../../etc/passwd"),
        {"NoSuchKey", "InvalidBucketName"},
    ),
    "a key that climbs, escaped": (Draft("s3", "GET", f"/{BUCKET}/%2e%2e%2f%2e%2e%2fetc"), {"NoSuchKey"}),
    "a key too long": (Draft("s3", "PUT", f"/{BUCKET}/" + "a" * 1025, body=b"x"), {"KeyTooLongError"}),
    "a key that isn't UTF-8": (Draft("s3", "PUT", f"/{BUCKET}/%ff", body=b"x"), set()),
    "a range that is none": (
        Draft("s3", "GET", f"/{BUCKET}/none", headers={"range": "bytes=9-1"}),
        {"NoSuchKey", "InvalidRange"},
    ),
    "a date that is none": (
        Draft("s3", "GET", f"/{BUCKET}/none", headers={"if-modified-since": "never"}),
        set(),
    ),
    "an MD5 that is none": (
        Draft("s3", "PUT", f"/{BUCKET}/k", headers={"content-md5": "x"}, body=b"x"),
        {"InvalidDigest"},
    ),
    "max-keys that is none": (
        Draft("s3", "GET", f"/{BUCKET}", "list-type=2&max-keys=x"),
        {"InvalidArgument"},
    ),
    "max-keys twice": (Draft("s3", "GET", f"/{BUCKET}", "list-type=2&max-keys=1&max-keys=2"), set()),
    "a copy from nowhere": (
        Draft("s3", "PUT", f"/{BUCKET}/k", headers={"x-amz-copy-source": "%zz"}),
        set(),
    ),
    "a policy too large": (xml(f"/{BUCKET}?policy", b" " * 30_000), set()),
    "another host": (
        Draft("s3", "GET", "/", headers={"host": "bucket.elsewhere.example"}),
        {"InvalidRequest"},
    ),
}


@pytest.mark.parametrize("name", AS_ADMINISTRATOR)
def test_refused_in_the_protocols_form(kept: Running, administrator: Keys, bucket: str, name: str) -> None:
    """Signed by somebody who may do everything, so nothing is hidden behind a refusal of the caller."""
    draft, codes = AS_ADMINISTRATOR[name]
    answer = ask(kept, draft, administrator)
    assert 400 <= answer.status < 500 or (answer.status, answer.code) == (501, "NotImplemented"), answer
    assert not codes or answer.code in codes, answer
    assert b"Traceback" not in answer.body
    assert b"<script>" not in answer.body
    event = next(event for event in journal(kept.data) if event["requestID"] == answer.request_id)
    assert event["errorCode"]


def test_what_was_asked_twice_was_not_done(kept: Running, administrator: Keys) -> None:
    """N6, N47: which of the two is meant, nobody may choose."""
    create = b"Action=CreateUser&UserName=first&UserName=second&" + VERSION.encode()
    both = form(b"Action=CreateUser&UserName=third&" + VERSION.encode(), "UserName=fourth")
    for draft in (form(create), both):
        assert ask(kept, draft, administrator).code in {"MalformedQueryString", "MalformedInput"}
    iam = client("iam", kept.endpoint, administrator)
    for name in ("first", "second", "third", "fourth"):
        assert code_of(iam.get_user, UserName=name) == "NoSuchEntity"


SCOPED = "AWS4-HMAC-SHA256 Credential={}, SignedHeaders={}, Signature={}"
SCOPE = "A/20260101/r/iam/aws4_request"
HEADERS = {
    "nothing after the algorithm": "AWS4-HMAC-SHA256",
    "no parameters": "AWS4-HMAC-SHA256 nothing",
    "empty parameters": SCOPED.format("", "", ""),
    "an empty signed header": SCOPED.format(SCOPE, ";;host", "0"),
    "a credential of four parts": SCOPED.format("A/20260101/r/iam", "host", "0"),
    "a credential of a hundred parts": SCOPED.format("A/" * 100, "host", "0"),
    "signature version 2": "AWS AKIAAAAAAAAAAAAAAAAA:c2lnbmF0dXJl",
    "basic": "Basic dXNlcjpwYXNz",
    "bearer": "Bearer x.y.z",
    "another algorithm": SCOPED.format(SCOPE, "host", "0").replace("SHA256", "MD5"),
    "latin letters": SCOPED.format("\xe9\xff" + SCOPE, "host", "\xe9"),
    "sixty kilobytes": "AWS4-HMAC-SHA256 Credential=" + "A" * 60_000,
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("kind", ["query", "s3", "json"])
def test_an_authorization_header_that_is_none(kept: Running, name: str, kind: str) -> None:
    draft = {"query": form(LIST), "s3": Draft("s3", "GET", f"/{BUCKET}/k"), "json": target(b"{}")}[kind]
    headers = {**draft.headers, "authorization": HEADERS[name], "x-amz-date": HOUR_OLD}
    with Line(kept.endpoint) as line:
        answer = line.send(replace(draft, headers=headers).request(kept.endpoint))
    assert answer.status in {400, 403}
    assert answer.code


def test_two_forms_of_authentication(kept: Running, administrator: Keys) -> None:
    """N3: a signature in the header and one in the query."""
    draft = form(LIST, "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0")
    assert ask(kept, draft, administrator).code == "IncompleteSignature"


def test_headers_given_twice(kept: Running, administrator: Keys) -> None:
    request = form(LIST).signed(kept.endpoint, administrator)
    for name in ("authorization", "x-amz-date", "x-amz-security-token", "host", "content-type"):
        value = request.header(name) or ""
        with Line(kept.endpoint) as line:
            answer = line.send(structs.replace(request, headers=(*request.headers, (name, value))))
        assert answer.status == 400, name


# --- the slow and the gone -------------------------------------------------------------------------------


def incoming(server: Running) -> list[Path]:
    return list(server.data.glob("incoming-*"))


def large_upload(server: Running, keys: Keys) -> bytes:
    request = Draft("s3", "PUT", f"/{BUCKET}/big", headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    headers = request.signed(server.endpoint, keys).headers
    lines = [f"PUT /{BUCKET}/big HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join([*lines, f"content-length: {8 << 20}"]) + "\r\n\r\n").encode()


def test_a_client_that_leaves_in_the_middle_leaves_nothing(
    kept: Running, administrator: Keys, bucket: str
) -> None:
    with socket.create_connection(("127.0.0.1", kept.port)) as connection:
        connection.sendall(large_upload(kept, administrator) + b"x" * (4 << 20))
        assert eventually(lambda: incoming(kept))
    assert eventually(lambda: not incoming(kept))
    s3 = client("s3", kept.endpoint, administrator)
    assert code_of(s3.get_object, Bucket=bucket, Key="big") == "NoSuchKey"


def test_a_whole_upload_leaves_nothing_but_the_object(
    kept: Running, administrator: Keys, bucket: str
) -> None:
    s3 = client("s3", kept.endpoint, administrator)
    s3.put_object(Bucket=bucket, Key="whole", Body=b"x" * (4 << 20))
    assert eventually(lambda: not incoming(kept))
    wrong = client("s3", kept.endpoint, {**administrator, "SecretAccessKey": "x" * 40})
    assert code_of(wrong.put_object, Bucket=bucket, Key="never", Body=b"x" * (4 << 20))
    assert eventually(lambda: not incoming(kept))
    assert len(list((kept.data / "objects").rglob("*"))) < 10


def test_a_large_body_of_nobody_is_not_kept(kept: Running, bucket: str) -> None:
    """Whoever has no key can't fill the disk."""
    stranger = {"AccessKeyId": "AKIA" + "D" * 16, "SecretAccessKey": "d" * 40}
    with socket.create_connection(("127.0.0.1", kept.port), 20) as connection:
        connection.sendall(large_upload(kept, stranger) + b"x" * (4 << 20))
        answered = b""
        while b"</Error>" not in answered:
            answered += connection.recv(65536)
        assert b"<Code>InvalidAccessKeyId</Code>" in answered
        assert incoming(kept) == []


def test_slow_clients_hold_up_nobody(kept: Running, administrator: Keys) -> None:
    slow = [socket.create_connection(("127.0.0.1", kept.port)) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
    assert client("sts", kept.endpoint, administrator).get_caller_identity()
    for connection in slow:
        connection.close()


def test_a_client_that_asks_whether_to_continue(kept: Running, administrator: Keys) -> None:
    request = query("sts", "GetCallerIdentity").signed(kept.endpoint, administrator)
    lines = ["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    lines += ["expect: 100-continue", f"content-length: {len(request.body.data)}", "connection: close"]
    with socket.create_connection(("127.0.0.1", kept.port), 20) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(request.body.data)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_who_announces_too_much_is_not_told_to_continue(kept: Running) -> None:
    with socket.create_connection(("127.0.0.1", kept.port), 20) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"
        )
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_pattern_of_stars_is_matched_in_no_time(kept: Running, administrator: Keys) -> None:
    """N45. Were it exponential, nobody would see this answer."""
    iam = client("iam", kept.endpoint, administrator)
    iam.create_user(UserName="starry")
    stars = "arn:aws:iam::*:user/" + "a*" * 400 + "b"
    document = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": stars}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [document]})
    iam.put_user_policy(UserName="starry", PolicyName="stars", PolicyDocument=policy)
    key = iam.create_access_key(UserName="starry")["AccessKey"]
    assert code_of(client("iam", kept.endpoint, key).get_user, UserName="a" * 64) == "AccessDenied"


# --- and what nobody thought of --------------------------------------------------------------------------

EXAMPLES = 10_000 if os.environ.get("WATCHWORD_FUZZ") else 250
SEEDS = [
    query("iam", "CreateUser", UserName="fuzzed", Path="/a/", **{"Tags.member.1.Key": "k"}),
    query("iam", "ListUsers", MaxItems="10", Marker="x"),
    query("sts", "AssumeRole", RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="xx"),
    Draft("s3", "GET", f"/{BUCKET}", "list-type=2&prefix=a&max-keys=3"),
    Draft("s3", "PUT", f"/{BUCKET}/fuzzed", headers={"x-amz-meta-a": "b"}, body=b"x"),
    Draft("s3", "POST", f"/{BUCKET}", "delete", body=b"<Delete><Object><Key>a</Key></Object></Delete>"),
    Draft("s3", "PUT", f"/{BUCKET}", "policy", body=b'{"Version":"2012-10-17","Statement":[]}'),
    Draft("s3", "PUT", f"/{BUCKET}/copy", headers={"x-amz-copy-source": f"{BUCKET}/fuzzed"}),
    Draft("s3", "GET", f"/{BUCKET}/fuzzed", headers={"range": "bytes=0-1", "if-match": '"x"'}),
    target(b'{"Email":"a@b.c","AccountName":"x"}'),
]
VISIBLE = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#")
TARGET_TEXT = st.text(VISIBLE, max_size=6)
HEADER_TEXT = st.text(
    st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=20
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Draft, bool]:
    """A valid request with one to three changes; and whether it is signed as changed or before."""
    draft = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 3))):
        part = draw(st.sampled_from(["method", "path", "query", "body", "header", "drop"]))
        draft = _change(draw, draft, part)
    return draft, draw(st.booleans())


def _change(draw: st.DrawFn, draft: Draft, part: str) -> Draft:
    match part:
        case "method":
            method = draw(st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"]))
            return replace(draft, method=method)
        case "path":
            return replace(draft, path="/" + _spliced(draw, draft.path[1:], TARGET_TEXT).replace("?", ""))
        case "query":
            return replace(draft, query=_spliced(draw, draft.query, TARGET_TEXT))
        case "body":
            start = draw(st.integers(0, len(draft.body)))
            end = draw(st.integers(start, len(draft.body)))
            return replace(draft, body=draft.body[:start] + draw(st.binary(max_size=8)) + draft.body[end:])
        case "header":
            names = ["content-type", "x-amz-target", "range", "x-amz-copy-source", "x-amz-acl", "content-md5"]
            names += [
                "x-amz-checksum-crc32",
                "x-amz-content-sha256",
                "x-amz-date",
                "if-none-match",
                "x-amz-tagging",
            ]
            return replace(
                draft, headers={**draft.headers, draw(st.sampled_from(names)): draw(HEADER_TEXT).strip()}
            )
        case _:
            return replace(draft, headers={}) if draft.headers else draft


def _spliced(draw: st.DrawFn, text: str, inserted: st.SearchStrategy[str]) -> str:
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return text[:start] + draw(inserted) + text[end:]


@given(mutated())
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_breaks_the_server(
    kept: Running, administrator: Keys, bucket: str, asked: tuple[Draft, bool]
) -> None:
    draft, signed = asked
    try:
        request = draft.signed(kept.endpoint, administrator) if signed else draft.request(kept.endpoint)
    except (ValueError, LookupError):  # our own signing can't read it
        request = draft.request(kept.endpoint)
    with Line(kept.endpoint) as line:
        answer = line.send(request)
    assert answer.status < 500 or answer.status == 501, answer
    assert b"Internal" not in answer.body


def test_nothing_of_all_this_was_the_servers_fault(kept: Running) -> None:
    assert "Traceback" not in kept.said
    assert "request failed" not in kept.said
    assert not [event for event in journal(kept.data) if event.get("errorCode") == "InternalFailure"]
