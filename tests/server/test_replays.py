"""A setting by which one signature makes one change, in all processes together."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from tests.server.harness import FORM, REGION, Answer, Draft, Keys, Line, client, credentials, query, serve
from tests.server.test_signature_matrix import BUCKET as FORMS
from tests.server.test_signature_matrix import Make, Signing, form, version_2

from watchword.gateway.token_request import ACCESS_TOKEN, GRANT
from watchword.names import HttpRequest
from watchword.sigv4 import Credentials, presign

BUCKET = "replays"
PUT = Draft("s3", "PUT", f"/{BUCKET}/key", body=b"x")


@dataclass(frozen=True)
class Desk:
    """A server of two processes."""

    endpoint: str
    keys: Keys

    def answers(self, request: HttpRequest, times: int = 6) -> list[Answer]:
        """To one request, each time on a connection of its own."""
        found = []
        for _ in range(times):
            with Line(self.endpoint) as line:
                found.append(line.send(request))
        return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data: Path = tmp_path_factory.mktemp("replays") / "data"
    with serve(data, "--workers", "2", "--refuse-replays") as server:
        keys = credentials(data)
        client("s3", server.endpoint, keys).create_bucket(Bucket=BUCKET)
        client("s3", server.endpoint, keys).create_bucket(Bucket=FORMS)
        client("iam", server.endpoint, keys).create_role(
            RoleName="r",
            AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":'
            '{"AWS":"*"},"Action":"sts:AssumeRole"}]}',
        )
        yield Desk(server.endpoint, keys)


def presigned(desk: Desk) -> HttpRequest:
    who = Credentials(desk.keys["AccessKeyId"], desk.keys["SecretAccessKey"], desk.keys["SessionToken"])
    now = datetime.now(UTC)
    return presign(PUT.request(desk.endpoint), who, service="s3", region=REGION, now=now, expires=60)


def by(make: Make) -> Callable[[Desk], HttpRequest]:
    return lambda desk: make(PUT.request(desk.endpoint), Signing(desk.keys, datetime.now(UTC), "s3"))


CHANGES: dict[str, Callable[[Desk], HttpRequest]] = {
    "a put": lambda desk: PUT.signed(desk.endpoint, desk.keys),
    "a presigned put": presigned,
    "a put presigned with version 2": by(version_2),
    "a form": by(form),
    "a user": lambda desk: query("iam", "CreateGroup", GroupName="g").signed(desk.endpoint, desk.keys),
    "an update": lambda desk: query("iam", "UpdateRole", RoleName="r", Description="d").signed(
        desk.endpoint, desk.keys
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_second_change_is_refused(desk: Desk, name: str) -> None:
    first, *others = desk.answers(CHANGES[name](desk))
    assert first.status in {200, 204}, first
    for answer in others:
        assert (answer.status, answer.code) == (403, "AccessDenied")
        assert b"This signature was used before." in answer.body


def test_a_session_is_exchanged_once(desk: Desk) -> None:
    iam = client("iam", desk.endpoint, desk.keys)
    issuer = urlsplit(str(iam.enable_outbound_web_identity_federation()["IssuerIdentifier"])).path
    allowed = {"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy)
    role = iam.get_role(RoleName="r")["Role"]["Arn"]
    session = client("sts", desk.endpoint, desk.keys).assume_role(RoleArn=role, RoleSessionName="exchange")
    token = session["Credentials"]["SessionToken"]
    given = {"grant_type": GRANT, "subject_token": token, "subject_token_type": ACCESS_TOKEN, "audience": "a"}
    form = {"content-type": FORM}
    draft = Draft("sts", "POST", f"{issuer}/token", headers=form, body=urlencode(given).encode())
    first, *others = desk.answers(draft.signed(desk.endpoint, session["Credentials"]))
    assert first.status == 200, first
    for answer in others:
        assert answer.status == 400
        assert b"This signature was used before." in answer.body


def test_reading_again_is_fine(desk: Desk) -> None:
    for draft in (query("sts", "GetCallerIdentity"), query("iam", "ListRoles")):
        assert {answer.status for answer in desk.answers(draft.signed(desk.endpoint, desk.keys))} == {200}


def test_who_is_refused_anyway_uses_nothing(desk: Desk) -> None:
    request = CHANGES["a put"](desk)
    forged = HttpRequest(request.method, "/replays/other", request.query, request.headers, request.body)
    assert {answer.code for answer in desk.answers(forged, 2)} == {"SignatureDoesNotMatch"}
