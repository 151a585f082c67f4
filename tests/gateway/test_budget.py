"""Decisions have a budget: long ones leave the event loop, and what is too long for a thread is refused."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from watchword.access import authorize
from watchword.gateway.journey import journey
from watchword.names import HttpRequest, HttpResponse
from watchword.names.would_block import WouldBlock
from watchword.world import World

SLOW = [f"*?000{number}?000*" for number in range(40)]


@pytest.fixture
def get(world: World, signed: Callable[..., HttpRequest]) -> Callable[..., HttpResponse]:
    """GetObject by a stranger, who may unless a User-Agent is one of 40 slow patterns."""
    condition = {"StringLike": {"aws:UserAgent": SLOW}}
    common = {"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}
    statements = [{"Effect": "Allow", **common}, {"Effect": "Deny", **common, "Condition": condition}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}).encode()
    opened = ("DELETE", "/bucket?publicAccessBlock")
    for request in (
        ("PUT", "/bucket"),
        opened,
        ("PUT", "/bucket?policy", policy),
        ("PUT", "/bucket/key", b"!"),
    ):
        assert journey(world, signed(*request)).status < 300

    def get(agent: str, in_world: World = world) -> HttpResponse:
        headers = (("host", "localhost"), ("user-agent", agent))
        return journey(in_world, HttpRequest("GET", "/bucket/key", "", headers))

    return get


def test_a_short_decision_is_made_on_the_event_loop_and_a_longer_one_by_a_thread(
    world: World, get: Callable[..., HttpResponse]
) -> None:
    cached = replace(world, facts=world.facts.cached_only(), objects=world.objects.at_once())
    assert get("x" * 800).status == 200
    assert get("curl", cached).status == 200
    with pytest.raises(WouldBlock):
        get("x" * 800, cached)


def test_what_takes_too_long_is_refused(get: Callable[..., HttpResponse]) -> None:
    refused = get("x" * 50_000)
    assert refused.status == 403
    assert isinstance(refused.body, bytes)
    assert b"because its policies take too long to evaluate" in refused.body


def test_a_call_divides_its_budget_among_its_demands(
    world: World, get: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get("x" * 800).status == 200
    monkeypatch.setattr(sys.modules[authorize.__module__], "BUDGET_OF_A_CALL", 1_000)
    assert get("x" * 800).status == 403
