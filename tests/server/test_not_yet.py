"""What the models know and nobody serves: listed, and refused in the protocol's own form.

UPDATE_GOLDEN=1 rewrites the list; it may only shrink.
"""

import os
from pathlib import Path

import pytest
from tests.server.harness import Draft, Keys, Line, Running, journal

from watchword.reference.models import read_model
from watchword.services.table import SERVED
from watchword.wire import Models

LIST = Path(__file__).parents[1] / "golden" / "not_yet.txt"
COUNT = 405
"""Lowered with the list, never raised but with a new model."""


def not_yet() -> list[str]:
    models = Models(read_model)
    return [
        f"{service.name} {operation}"
        for service in models.services
        for operation in sorted(models.service(service.name).operations)
        if operation not in SERVED.get(service.name, {})
    ]


def test_the_list_is_true() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        LIST.parent.mkdir(exist_ok=True)
        LIST.write_text("\n".join(not_yet()) + "\n")
    assert LIST.read_text().splitlines() == not_yet()
    assert len(not_yet()) == COUNT


def target(service: str, prefix: str, operation: str) -> Draft:
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{prefix}.{operation}"}
    return Draft(service, headers=headers, body=b"{}")


JSON = {"content-type": "application/json"}
ASKED = {
    "s3 GetObjectTorrent": Draft("s3", "GET", "/some-bucket/key", "torrent"),
    "s3control ListAccessPoints": Draft(
        "s3", "GET", "/v20180820/accesspoint", headers={"x-amz-account-id": "123456789012"}
    ),
    "lambda ListLayers": Draft("lambda", "GET", "/2018-10-31/layers"),
    "eks ListNodegroups": Draft("eks", "GET", "/clusters/c/node-groups", headers={}),
    "sso-oidc CreateTokenWithIAM": Draft(
        "sso-oauth", "POST", "/token", "aws_iam=t", headers=JSON, body=b"{}"
    ),
    "identitystore UpdateIdentityStore": Draft(
        "identitystore",
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSIdentityStore.UpdateIdentityStore",
        },
        body=b"{}",
    ),
    "sso-admin ListApplications": Draft(
        "sso",
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "SWBExternalService.ListApplications",
        },
        body=b"{}",
    ),
    "stepfunctions ListActivities": Draft(
        "states",
        headers={
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": "AWSStepFunctions.ListActivities",
        },
        body=b"{}",
    ),
    "signin GetResourcePolicy": Draft("signin", "POST", "/get-resource-policy", headers=JSON, body=b"{}"),
    "cloudtrail ListTrails": target(
        "cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "ListTrails"
    ),
    "accessanalyzer ListAnalyzers": Draft("access-analyzer", "GET", "/analyzer", headers={}),
}
FORMS = {
    "rest-xml": (b"<Error>", "application/xml"),
    "query": (b"<Error>", "text/xml"),
    "json": (b'"__type"', "application/x-amz-json-1."),
    "rest-json": (b'"message"', "application/json"),
}


def test_every_service_is_asked() -> None:
    """All that have an operation left."""
    assert {name.split()[0] for name in ASKED} == {name.split()[0] for name in not_yet()}


@pytest.mark.parametrize("name", ASKED)
def test_it_says_so_in_the_protocols_form(kept: Running, administrator: Keys, name: str) -> None:
    if name not in not_yet():
        pytest.fail(f"{name} is served by now: ask for another one here")
    service, operation = name.split()
    with Line(kept.endpoint) as line:
        answer = line.send(ASKED[name].signed(kept.endpoint, administrator))
    assert (answer.status, answer.code) == (501, "NotImplemented")
    form, content_type = FORMS[Models(read_model).service(service).row.error_format]
    assert form in answer.body
    assert answer.headers["content-type"].startswith(content_type)
    event = next(event for event in journal(kept.data) if event["requestID"] == answer.request_id)
    assert (event["eventName"], event["errorCode"]) == (operation, "NotImplemented")


@pytest.mark.parametrize("name", ASKED)
def test_it_says_so_to_nobody_who_is_not_known(kept: Running, name: str) -> None:
    stranger = {"AccessKeyId": "AKIA" + "B" * 16, "SecretAccessKey": "b" * 40}
    with Line(kept.endpoint) as line:
        answer = line.send(ASKED[name].signed(kept.endpoint, stranger))
    assert answer.status in {400, 403}
    assert answer.code in {"InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException"}
