"""What an organization costs a decision. Counted in instructions, which are the same on every machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from tests.services.organizations.harness import RCP, SCP, By, administrator, statement

from watchword.access import Caller, Demand, RequestContext, authorize
from watchword.names import HttpRequest

REGIONS = {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}
MOST = 1.2


def instructions(act: Callable[[], object]) -> int:
    """How many instructions of Python code it takes."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def test_a_decision_costs_a_fifth_more_at_most(management: By) -> None:
    """With two policies on each of seven levels, one of which has a condition."""
    parent = management.root_id
    for type_ in (SCP, RCP):
        management("EnablePolicyType", RootId=parent, PolicyType=type_)
    account, levels = management.member("dev"), [parent]
    for level in range(5):
        levels.append(management.unit(str(level), levels[-1]))
    management("MoveAccount", AccountId=account, SourceParentId=parent, DestinationParentId=levels[-1])
    for place, target in enumerate((*levels, account)):
        content = statement("Deny", "ec2:*", Condition=REGIONS, Sid=f"L{place}")
        management("AttachPolicy", PolicyId=management.policy(str(place), content), TargetId=target)

    member, outside = (of(administrator(management.world, each)) for each in (account, alone(management)))
    for act in (member, outside):
        for _ in range(3):
            act()
    assert instructions(member) <= MOST * instructions(outside)


def alone(management: By) -> str:
    """An account of no organization, with the same role."""
    account = management.member("alone")
    management.world.clock.advance(7 * 86400)
    management("RemoveAccountFromOrganization", AccountId=account)
    return account


def of(by: By) -> Callable[[], object]:
    """A decision on an action of IAM that is allowed."""
    caller = Caller(by.principal)
    context = RequestContext(by.world, caller, HttpRequest("POST"), "us-east-1", by.world.clock.now())
    demand = Demand("iam:ListUsers", f"arn:aws:iam::{caller.account}:user/", caller.account)

    def act() -> None:
        (decision,) = authorize(context, (demand,))
        assert decision.allowed

    return act
