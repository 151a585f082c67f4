"""What is decided on the way, and what is said and recorded of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from watchword.gateway.journey import journey
from watchword.names import HttpRequest
from watchword.world import World

PUBLIC = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}
    ],
}


@pytest.fixture
def bucket(world: World, signed: Callable[..., HttpRequest]) -> str:
    """With one object, which everybody may read, and which only root may list."""
    for method, path, body in (
        ("PUT", "/logs", b""),
        ("PUT", "/logs/there", b"x"),
        ("DELETE", "/logs?publicAccessBlock", b""),
        ("PUT", "/logs?policy", json.dumps(PUBLIC).encode()),
    ):
        assert journey(world, signed(method, path, body)).status < 300
    return "logs"


def last(world: World) -> tuple[str, list[tuple[str, str]]]:
    """Of the last record its error, and which action was decided how."""
    (file,) = (world.settings.data / "audit").glob("*.jsonl")
    event: dict[str, Any] = json.loads(file.read_bytes().splitlines()[-1])
    event = event.get("event", event)
    decisions = event["additionalEventData"]["decisions"]
    return event.get("errorCode", ""), [(each["action"], each["decision"]) for each in decisions]


def test_a_missing_key_is_told_to_who_may_list_and_the_decision_is_recorded(
    world: World, bucket: str, signed: Callable[..., HttpRequest]
) -> None:
    read, may_list = ("s3:GetObject", "allow"), ("s3:ListBucket", "allow")
    assert journey(world, signed("GET", f"/{bucket}/there")).status == 200
    assert last(world) == ("", [read])
    assert journey(world, signed("GET", f"/{bucket}/missing")).status == 404
    assert last(world) == ("NoSuchKey", [read, may_list])


def test_who_may_not_list_is_told_which_permission_is_missing(world: World, bucket: str) -> None:
    def anonymous(key: str) -> HttpRequest:
        return HttpRequest("GET", f"/{bucket}/{key}", headers=(("host", "localhost"),))

    assert journey(world, anonymous("there")).status == 200
    refused = journey(world, anonymous("missing"))
    assert refused.status == 403
    assert last(world) == ("AccessDenied", [("s3:GetObject", "allow"), ("s3:ListBucket", "implicitDeny")])
