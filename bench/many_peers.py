"""Peers that decide among many (`many`), each with what it can keep from request to request.

* Cedar: a parsed set of policies for each principal. What all buckets' policies have in common is written
  once, and the reader of a bucket is in the context, where it costs least.
* ministack: parsed statements for each principal. It knows no variables in resources: names are written in.
"""

from collections.abc import Iterable
from typing import Any

from evaluators import DENY, Run, timed
from many import (
    BOUNDARY,
    BUCKETS,
    OBJECT_ACTIONS,
    SCPS,
    SHARED,
    USERS,
    Asked,
    Grant,
    bucket_policy,
    covered,
    document,
    documents,
    grants,
    reader,
)
from watchword.names.principal import User
from workload import ACCOUNT, ALLOW, EXPLICIT, IMPLICIT

LIMITS = """
forbid (principal, action, resource) when { !context.secure };
forbid (principal, action, resource) unless { ["eu-central-1", "eu-west-1"].contains(context.region) };
forbid (principal, action, resource) when { context.resource like "arn:aws:s3:::*-audit-*" };
forbid (principal, action, resource) when { context.resource like "arn:aws:s3:::*/legal-hold/*" };
forbid (principal, DELETES, resource) when { context.resource like "arn:aws:s3:::*/*/keep/*" };
permit (principal, READS, resource) when
    { context.reader == principal && context.resource like "arn:aws:s3:::*/shared/*" };
"""
CONDITIONS = {
    "StringLike": 'context.agent like "*Boto3*"',
    "IpAddress": '(context.address.isInRange(ip("10.0.0.0/8")) '
    '|| context.address.isInRange(ip("192.0.2.0/24")))',
    "ArnLike": f'context.arn like "arn:aws:iam::{ACCOUNT}:user/*"',
    "DateLessThan": "context.now < 4070908800",
}


def cedarpy(size: int) -> Run:
    import cedarpy as peer  # noqa: PLC0415 may be missing

    sets = {user: peer.PolicySet.from_str(_in_cedar(user, size)) for user in USERS}
    entities: Any = peer.Entities.from_json_str("[]")

    def answer(asked: tuple[User, dict[str, Any]]) -> str:
        user, request = asked
        return ALLOW if peer.is_authorized(request, sets[user], entities).allowed else DENY

    return timed(_cedar_request, answer)


def _in_cedar(user: User, size: int) -> str:
    deletes = [each for each in OBJECT_ACTIONS if each.startswith("s3:Delete")]
    limits = LIMITS.replace("DELETES", _actions(deletes)).replace("READS", _actions(SHARED))
    return limits + "\n".join(_statement(user, each) for each in grants(user, size))


def _statement(user: User, grant: Grant) -> str:
    effect = "permit" if grant.effect == "Allow" else "forbid"
    resource = grant.resource.replace("${aws:username}", user.name).replace("??", "*")
    tests = [f'context.resource like "{resource}"', *(CONDITIONS[each] for each in grant.condition)]
    head = f'{effect} (principal == User::"{user.name}", {_actions(covered(grant))}, resource)'
    return f"{head} when {{ {' && '.join(tests)} }};"


def _actions(names: Iterable[str]) -> str:
    listed = ", ".join(f'Action::"{each}"' for each in names)
    return f"action in [{listed}]"


def _cedar_request(each: Asked) -> tuple[User, dict[str, Any]]:
    context = each.context
    return each.user, {
        "principal": {"type": "User", "id": each.user.name},
        "action": {"type": "Action", "id": each.action},
        "resource": {"type": "Object", "id": "any"},
        "context": {
            "resource": each.resource,
            "reader": {"__entity": {"type": "User", "id": reader(each.bucket).name}},
            "agent": context["aws:UserAgent"],
            "address": {"__extn": {"fn": "ip", "arg": context["aws:SourceIp"]}},
            "arn": context["aws:PrincipalArn"],
            "now": 1_793_000_000,
            "secure": context["aws:SecureTransport"] == "true",
            "region": context["aws:RequestedRegion"],
        },
    }


def ministack(size: int) -> Run:
    from ministack.core import iam_evaluator as peer  # noqa: PLC0415 may be missing

    policies = {
        user: [
            peer.parse_policy_document(text.replace("${aws:username}", user.name))
            for text in documents(user, size)
        ]
        for user in USERS
    }
    limits = [[peer.parse_policy_document(document(*each))] for each in (BOUNDARY, *SCPS)]
    buckets = {bucket: bucket_policy(bucket) for bucket in BUCKETS}
    names = {"Allow": ALLOW, "Deny": EXPLICIT, "ImplicitDeny": IMPLICIT}

    def prepare(each: Asked) -> Any:
        context = peer.EvalContext(
            each.user.arn,
            "User",
            ACCOUNT,
            each.action,
            each.resource,
            each.context["aws:RequestedRegion"],
            source_ip=each.context["aws:SourceIp"],
            secure_transport=each.context["aws:SecureTransport"] == "true",
            principal_keys={"aws:username": each.user.name},
            service_context={"aws:useragent": each.context["aws:UserAgent"]},
        )
        return each.user, buckets[each.bucket], context

    def answer(asked: tuple[User, Any, Any]) -> str:
        user, bucket, context = asked
        own = peer.evaluate(context, policies[user], *limits).decision
        if own == "Deny":
            return EXPLICIT
        attached = peer.evaluate_resource_policy(bucket, context).decision
        return names[own if attached == "ImplicitDeny" else attached]

    return timed(prepare, answer)
