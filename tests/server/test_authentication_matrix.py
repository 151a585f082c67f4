"""Every operation that is served, asked for in every way that proves nothing: refused, and nothing done.

What is covered of the defects other systems had: N1 (one place verifies, whatever the route), N3 (unsigned
x-amz headers), N5 (old signatures), N11 (scope of another service), N29 and N31 (tokens that nobody sealed),
N42 (deleted and inactive keys, deleted roles), N46 (no key id is special).
"""

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.model import ServiceModel
from msgspec import structs
from tests.functions.isolated import ISOLATED, OPTIONS
from tests.server.harness import Answer, Draft, Keys, Line, client, journal, query
from tests.server.test_audit import events

from watchword.names import HttpRequest
from watchword.reference.models import read_model
from watchword.services.table import SERVED
from watchword.store import Database, revocations
from watchword.store.revocations import Revocation
from watchword.testing import Server
from watchword.wire.faults import FAULTS
from watchword.wire.services import SERVICES

BUCKET = "matrix-bucket"
MODELS = {name: ServiceModel(json.loads(read_model(name)), name) for name in SERVED}
OPERATIONS = [(service, name) for service, rows in sorted(SERVED.items()) for name in sorted(rows)]

JSON = "application/x-amz-json-1.1"
ANCHOR = b"arn:aws:rolesanywhere:us-east-1:123456789012:trust-anchor/a"
BODIES = {
    "DeleteObjects": b"<Delete><Object><Key>key</Key></Object></Delete>",
    "PutBucketPolicy": b"{}",
    "CreateOAuth2Token": b'{"clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "nobodys", '
    b'"grantType": "refresh_token"}',
    "CreateToken": b'{"clientId": "nobodys", "clientSecret": "a", "grantType": "refresh_token"}',
    "JoinHost": b'{"token": "nobody-issued-this-one", "certificateRequest": "a"}',
    "RenewHost": b'{"trustAnchorArn": "%b", "certificateRequest": "a"}' % ANCHOR,
    "CreateHostSession": b'{"trustAnchorArn": "%b", "roleArn": "arn:aws:iam::1:role/a", "servicePrincipal": '
    b'"ec2.amazonaws.com"}' % ANCHOR,
}
"""What anonymous callers are let through with, to the decision."""
MARKS = {
    "CopyObject": {"x-amz-copy-source": f"{BUCKET}/key"},
    "UploadPartCopy": {"x-amz-copy-source": f"{BUCKET}/key"},
    "GetObjectAttributes": {"x-amz-object-attributes": "ETag"},
    **{name: {"x-amz-sso_bearer_token": "nobodys"} for name in SERVED["sso"]},
    "DeleteObjects": {
        "content-md5": base64.b64encode(hashlib.md5(BODIES["DeleteObjects"]).digest()).decode()
    },
}
"""Headers by which one operation is told from another, and those that its body needs."""
PROVES_NOTHING = (
    *("MissingAuthenticationToken", "InvalidClientTokenId", "InvalidSessionToken", "ExpiredToken"),
    *("SignatureDoesNotMatch", "SignatureExpired", "SignatureNotYetCurrent", "ScopeMismatch"),
    *("PayloadHashMismatch", "UnsignedHeaders", "InvalidAction"),
)
"""Faults that say so."""
TAKEN_FOR_S3 = (
    *(("AccessDenied", 403), ("MethodNotAllowed", 405), ("NoSuchBucket", 404)),
    ("PreconditionFailed", 412),  # a form was expected
    ("InvalidBucketName", 400),
)
"""A path whose signature can't be read is S3's."""
SINGLY = {
    ("nothing", "DeleteObjects"): ("AccessDenied", 200),
    **{
        ("nothing", each): ("InvalidRequestException", 400)
        for each in ("RegisterClient", "StartDeviceAuthorization")
    },
}
"""Refused key by key, as S3 does; and for the input, where anybody may ask."""
UNREADABLE = ("MissingRequestBodyError", 400)
"""The input of anonymous callers is read before they are decided on: a bucket policy may allow them."""
MODELLED = {
    "AssumeRoleForPodIdentity": ("ExpiredTokenException", 400),
    "CreateOAuth2Token": ("ValidationException", 400),
    "CreateToken": ("InvalidClientException", 401),
    **dict.fromkeys(SERVED["sso"], ("UnauthorizedException", 401)),
    **dict.fromkeys(("RegisterClient", "StartDeviceAuthorization"), ("ExpiredTokenException", 400)),
}
"""Where the model of the operation has the code of a fault, with another status."""


PROOFS = {
    "AssumeRoleWithWebIdentity": {
        "RoleArn": "arn:aws:iam::123456789012:role/expired",
        "RoleSessionName": "matrix",
        "WebIdentityToken": "nobody.signed.it",
    },
    "AssumeRoleWithSAML": {
        "RoleArn": "arn:aws:iam::123456789012:role/expired",
        "PrincipalArn": "arn:aws:iam::123456789012:saml-provider/nobody",
        "SAMLAssertion": "bm9ib2R5IHNpZ25lZCBpdA==",
    },
    "GetId": {"IdentityPoolId": "us-east-1:0"},
    "GetOpenIdToken": {"IdentityId": "us-east-1:0"},
    "GetCredentialsForIdentity": {"IdentityId": "us-east-1:0"},
    "UnlinkIdentity": {"IdentityId": "us-east-1:0", "Logins": {"a": "b"}, "LoginsToRemove": ["a"]},
}
"""The input of operations whose proof is in it: it proves nothing."""


_ANYWHERE = "arn%3Aaws%3Arolesanywhere%3Aus-east-1%3A123456789012%3A"
QUERY = {
    "profileArn": f"{_ANYWHERE}profile%2Fa",
    "trustAnchorArn": f"{_ANYWHERE}trust-anchor%2Fa",
    "roleArn": "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fexpired",
}
"""Of CreateSession, whose query is read before its proof."""


def draft(service: str, name: str) -> Draft:
    """A request for the operation, as its protocol has it; what else it needs is never looked at."""
    row = SERVICES[service]
    if row.protocol == "query":
        return query(service, name, **PROOFS.get(name, {}))
    if row.protocol == "json":
        headers = {"content-type": JSON, "x-amz-target": f"{row.target}.{name}"}
        return Draft(row.signing_name, headers=headers, body=json.dumps(PROOFS.get(name, {})).encode())
    model = MODELS[service].operation_model(name)
    http, shape = model.http, model.input_shape
    path, _, asked = http["requestUri"].partition("?")
    for member in shape.required_members if shape else ():
        place = shape.members[member].serialization
        if place.get("location") == "querystring":
            pair = f"{place['name']}={QUERY.get(place['name'], '1')}"
            asked += f"&{pair}" if asked else pair
    path = re.sub(r"\{(\w+)\+?\}", lambda label: {"Bucket": BUCKET}.get(label[1], "key"), path)
    headers = MARKS.get(name, {}) | ({row.header: "123456789012"} if row.header else {})
    return Draft(row.signing_name, http["method"], path, asked, headers, BODIES.get(name, b""))


DRAFTS = {(service, name): draft(service, name) for service, name in OPERATIONS}


@dataclass(frozen=True)
class Cast:
    """Credentials of every kind that must not work, and one that does."""

    good: Keys
    session: Keys
    other_session: Keys
    inactive: Keys
    deleted: Keys
    expired: Keys
    revoked: Keys
    roleless: Keys
    reborn: Keys


Make = Callable[[Draft, str, Cast], HttpRequest]


NO_IDENTITY = (("InvalidIdentityToken", 400), ("ResourceNotFoundException", 400))
"""The refusals of operations whose proof is in the body: what the head presents is read, and not looked at
again."""


@dataclass(frozen=True)
class Fake:
    """A way to ask without the right to, and what it is answered: code and status.

    Services of the JSON protocols answer one of the codes that these have for it.
    """

    make: Make
    query: tuple[str, int]
    s3: tuple[str, int]
    recognised: bool = True


def signed(keys: Callable[[Cast], Keys]) -> Make:
    return lambda draft, endpoint, cast: draft.signed(endpoint, keys(cast))


def wrong_signature(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    return draft.signed(endpoint, {**cast.good, "SecretAccessKey": "a" * 40})


def no_signature_value(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    request = draft.signed(endpoint, cast.good)
    headers = [
        (name, value.rpartition("=")[0] + "=" + "0" * 64 if name == "authorization" else value)
        for name, value in request.headers
    ]
    return structs.replace(request, headers=tuple(headers))


def of_another_service(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    return draft.signed(endpoint, cast.good, scope="ec2")


def old(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    return draft.signed(endpoint, cast.good, now=datetime.now(UTC) - timedelta(minutes=16))


def early(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    return draft.signed(endpoint, cast.good, now=datetime.now(UTC) + timedelta(minutes=16))


def unsigned_header(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    request = draft.signed(endpoint, cast.good)
    return structs.replace(request, headers=(*request.headers, ("x-amz-meta-added", "later")))


def added_token(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    request = draft.signed(endpoint, cast.good)
    token = cast.session["SessionToken"]
    return structs.replace(request, headers=(*request.headers, ("x-amz-security-token", token)))


def changed_body(draft: Draft, endpoint: str, cast: Cast) -> HttpRequest:
    return (
        replace(draft, body=draft.body + b"&a=b")
        .signed(endpoint, cast.good)
        .with_body(draft.request(endpoint).body)
    )


def tampered(cast: Cast) -> Keys:
    token = bytearray(base64.b64decode(cast.session["SessionToken"]))
    token[len(token) // 2] ^= 1
    return {**cast.session, "SessionToken": base64.b64encode(token).decode()}


def without_token(cast: Cast) -> Keys:
    return {name: value for name, value in cast.session.items() if name != "SessionToken"}


NO_TOKEN = (("InvalidClientTokenId", 403), ("InvalidToken", 400))
NO_KEY = (("InvalidClientTokenId", 403), ("InvalidAccessKeyId", 403))
NO_MATCH = (("SignatureDoesNotMatch", 403), ("SignatureDoesNotMatch", 403))
TOO_OLD = (("SignatureDoesNotMatch", 403), ("RequestTimeTooSkewed", 403))

FAKES = {
    "nothing": Fake(
        lambda draft, endpoint, _: draft.request(endpoint),
        ("MissingAuthenticationToken", 403),
        ("AccessDenied", 403),
    ),
    "wrong secret": Fake(wrong_signature, *NO_MATCH),
    "zeroes": Fake(no_signature_value, *NO_MATCH),
    "unknown key": Fake(signed(lambda cast: {**cast.good, "AccessKeyId": "AKIA" + "A" * 16}), *NO_KEY),
    "key named test": Fake(signed(lambda _: {"AccessKeyId": "test", "SecretAccessKey": "test"}), *NO_KEY),
    "key named like an account": Fake(
        signed(lambda _: {"AccessKeyId": "123456789012", "SecretAccessKey": "test"}), *NO_KEY
    ),
    "inactive key": Fake(signed(lambda cast: cast.inactive), *NO_KEY),
    "deleted key": Fake(signed(lambda cast: cast.deleted), *NO_KEY),
    "token missing": Fake(signed(without_token), *NO_KEY),
    "token of another key": Fake(
        signed(lambda cast: {**cast.session, "SessionToken": cast.other_session["SessionToken"]}), *NO_TOKEN
    ),
    "token with a user's key": Fake(
        signed(lambda cast: {**cast.good, "SessionToken": cast.session["SessionToken"]}), *NO_KEY
    ),
    "token tampered with": Fake(signed(tampered), *NO_TOKEN),
    "token that is none": Fake(signed(lambda cast: {**cast.session, "SessionToken": "AQIDBA=="}), *NO_TOKEN),
    "token added": Fake(added_token, ("SignatureDoesNotMatch", 403), ("AccessDenied", 403), recognised=False),
    "expired session": Fake(signed(lambda cast: cast.expired), ("ExpiredToken", 403), ("ExpiredToken", 400)),
    "revoked session": Fake(signed(lambda cast: cast.revoked), *NO_TOKEN),
    "session of a deleted role": Fake(signed(lambda cast: cast.roleless), *NO_TOKEN),
    "session of a role made again": Fake(signed(lambda cast: cast.reborn), *NO_TOKEN),
    "another service's scope": Fake(
        of_another_service, ("InvalidAction", 400), ("MethodNotAllowed", 405), recognised=False
    ),
    "old": Fake(old, *TOO_OLD),
    "early": Fake(early, *TOO_OLD),
    "unsigned header": Fake(
        unsigned_header, ("SignatureDoesNotMatch", 403), ("AccessDenied", 403), recognised=False
    ),
    "changed body": Fake(changed_body, ("SignatureDoesNotMatch", 403), ("XAmzContentSHA256Mismatch", 400)),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """An ephemeral server, and its data."""
    place = tmp_path_factory.mktemp("matrix")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        started = Server.start(*OPTIONS, "--recorded-refusals", "1000000")
    with started:
        yield started, next(place.glob("watchword-*"))


@pytest.fixture(scope="module")
def cast(server: tuple[Server, Path]) -> Cast:
    running = server[0]
    root = {"AccessKeyId": running.access_key_id, "SecretAccessKey": running.secret}
    iam = client("iam", running.endpoint, root)
    client("s3", running.endpoint, root).create_bucket(Bucket=BUCKET)
    iam.create_user(UserName="good")
    iam.attach_user_policy(UserName="good", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    good = iam.create_access_key(UserName="good")["AccessKey"]

    def key(name: str) -> Keys:
        iam.create_user(UserName=name)
        made: Keys = iam.create_access_key(UserName=name)["AccessKey"]
        return made

    def assume(name: str) -> Keys:
        trust = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":'
            f'{{"AWS":"{running.account}"}},"Action":"sts:AssumeRole"}}]}}'
        )
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        sts = client("sts", running.endpoint, good)
        made: Keys = sts.assume_role(RoleArn=arn, RoleSessionName="matrix")["Credentials"]
        return made

    expired = assume("expired")
    running.advance(3601)
    inactive, deleted = key("inactive"), key("deleted")
    iam.update_access_key(UserName="inactive", AccessKeyId=inactive["AccessKeyId"], Status="Inactive")
    iam.delete_access_key(UserName="deleted", AccessKeyId=deleted["AccessKeyId"])
    roleless, reborn, revoked = assume("roleless"), assume("reborn"), assume("revoked")
    iam.delete_role(RoleName="roleless")
    iam.delete_role(RoleName="reborn")
    assume("reborn")
    revoke(server[1], running.account, revoked["AccessKeyId"])
    return Cast(
        good, assume("session"), assume("other"), inactive, deleted, expired, revoked, roleless, reborn
    )


def revoke(data: Path, account: str, access_key_id: str) -> None:
    """As `watchword session revoke` does, which won't open an ephemeral server's data."""
    database, now = Database.open(f"sqlite:///{data}/watchword.db"), datetime.now(UTC)
    with database.write(now) as tx:
        revocation = Revocation(account, "session", access_key_id, now + timedelta(days=1), now)
        revocations.put(tx, revocation)
    database.close()


def everything(data: Path) -> tuple[list[str], list[str]]:
    """The whole database as SQL, and the objects' files."""
    with sqlite3.connect(data / "watchword.db") as database:
        dump = list(database.iterdump())
    database.close()
    return dump, sorted(str(file) for file in (data / "objects").rglob("*"))


def named(name: str, service: str, operation: str) -> set[str]:
    """What the record may call the operation: a path without any signature is one of S3's, but where the
    operation is called without one."""
    if (
        name == "nothing"
        and SERVICES[service].protocol == "rest-json"
        and operation not in {"JoinHost", *MODELLED} - {"AssumeRoleForPodIdentity"}
    ):
        return {"Unknown", *SERVED["s3"]}
    return {operation} if FAKES[name].recognised else {"Unknown"}


def expected(name: str, service: str, operation: str, answer: Answer, method: str) -> bool:
    fake, protocol = FAKES[name], SERVICES[service].protocol
    if SERVED[service][operation].proof and (answer.code, answer.status) in NO_IDENTITY:
        return True
    if protocol in ("json", "rest-json"):
        words = [FAULTS[kind][protocol] for kind in PROVES_NOTHING]
        more = (MODELLED.get(operation), SINGLY.get((name, operation)), *TAKEN_FOR_S3)
        return (answer.code, answer.status) in [*more, *((each.code, each.status) for each in words)]
    if name == "nothing" and service == "s3" and (answer.code, answer.status) == UNREADABLE:
        return True
    told = {"s3": (fake.s3,), "s3control": (fake.s3, fake.query)}.get(service, (fake.query,))
    if (name, operation) in SINGLY:
        told = (SINGLY[name, operation],)
    return any(answer.status == status and (method == "HEAD" or answer.code == code) for code, status in told)


@pytest.mark.parametrize("name", FAKES)
def test_every_operation_refuses(server: tuple[Server, Path], cast: Cast, name: str) -> None:
    running, data = server
    fake, before, surprises, asked = FAKES[name], everything(data), [], {}
    with Line(running.endpoint) as line:
        for (service, operation), plan in DRAFTS.items():
            answer = line.send(fake.make(plan, running.endpoint, cast))
            asked[answer.request_id] = named(name, service, operation)
            if not expected(name, service, operation, answer, plan.method):
                surprises.append((service, operation, answer.status, answer.body[:300]))
    assert not surprises, [each[:3] for each in surprises]
    assert everything(data) == before
    recorded = {event["requestID"]: event["eventName"] for event in journal(data)}
    assert {each: recorded[each] for each, names in asked.items() if recorded[each] not in names} == {}


def test_the_matrix_is_whole() -> None:
    assert len(OPERATIONS) == len(DRAFTS) == sum(len(rows) for rows in SERVED.values())
    assert len(FAKES) == 23  # changed with the table, so that none can vanish unseen


def test_the_same_requests_by_the_right_caller_are_answered_otherwise(
    server: tuple[Server, Path], cast: Cast
) -> None:
    """The matrix refuses for the credentials' sake and nothing else's. (Last, since it does things.)

    And each answer is recorded, in the journal or with its change.
    """
    about_credentials = {code for fake in FAKES.values() for code, _ in (fake.query, fake.s3)} - {
        "AccessDenied"
    }
    (running, data), asked = server, {}
    with Line(running.endpoint) as line:
        for (service, operation), plan in DRAFTS.items():
            if service == "lambda" and not ISOLATED:
                continue
            answer = line.send(plan.signed(running.endpoint, cast.good))
            asked[answer.request_id] = operation
            assert answer.status != 501, operation
            assert answer.status < 500, operation
            assert answer.status < 400 or plan.method == "HEAD" or answer.code not in about_credentials, (
                service,
                operation,
                answer,
            )
    recorded = {request_id: event["eventName"] for request_id, event in events(data).items()}
    assert {request_id: recorded.get(request_id) for request_id in asked} == asked
