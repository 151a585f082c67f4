"""Attaching managed policies to users, groups and roles; listing them; listing who has one."""

from functools import partial

from watchword.identity import managed_policies
from watchword.identity.arns import given_policy_arn, policy_arn
from watchword.identity.quotas import check_quota
from watchword.identity.refusals import missing, not_attachable
from watchword.services.iam import demands, pages
from watchword.services.iam.entity_types import GROUP, POLICY, ROLE, USER, AnyEntityType
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import attachments, holders
from watchword.store.iam.holders import Holder

HOLDERS = {"Group": "group", "User": "user", "Role": "role"}
"""The value of EntityFilter, which is also in the names of members -> noun."""


def attach(kind: AnyEntityType, call: Call) -> Output:
    """AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy. Attaching again succeeds."""
    owner, arn = kind.of(call), str(given_policy_arn(call.input["PolicyArn"], call.partition))
    policy = managed_policies.find(call.tx, call.account, arn)
    if policy is None:
        raise not_attachable(arn)
    managed_policies.check_attachable(policy, kind.noun)
    current = {each.policy_arn for each in attachments.of(call.tx, kind.noun, owner.id)}
    check_quota(kind.attached, len(current | {arn}))
    attachments.attach(call.tx, kind.noun, owner.id, arn)
    return {}


def detach(kind: AnyEntityType, call: Call) -> Output:
    """DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy."""
    owner, arn = kind.of(call), str(given_policy_arn(call.input["PolicyArn"], call.partition))
    if not attachments.detach(call.tx, kind.noun, owner.id, arn):
        raise missing("policy", arn)
    return {}


def list_attached(kind: AnyEntityType, call: Call) -> Output:
    """ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies."""
    owner, prefix = kind.of(call), call.input.get("PathPrefix", "/")
    arns = [policy_arn(each.policy_arn) for each in attachments.of(call.tx, kind.noun, owner.id)]
    below = [arn for arn in arns if arn.path.startswith(prefix)]
    shown, end = pages.page(call, below, lambda arn: f"{arn.name} {arn.account}")
    return {"AttachedPolicies": [{"PolicyName": arn.name, "PolicyArn": str(arn)} for arn in shown], **end}


def list_entities_for_policy(call: Call) -> Output:
    """ListEntitiesForPolicy: groups, then users, then roles, as pages of one list."""
    wanted = call.input.get("EntityFilter")
    policy = POLICY.of(call)
    parts = {
        word: partial(_holders, call, policy.arn, noun)
        for word, noun in HOLDERS.items()
        if wanted in (None, word)
    }
    found, end = pages.chain(call, parts, lambda holder: holder.name)
    lists = {
        f"Policy{word}s": [
            {f"{word}Name": holder.name, f"{word}Id": holder.id} for holder in found.get(word, ())
        ]
        for word in HOLDERS
    }
    return {**lists, **end}


def _holders(call: Call, arn: str, noun: str, after: str, limit: int) -> tuple[list[Holder], bool]:
    usage = call.input.get("PolicyUsageFilter")
    return holders.page(
        call.tx,
        call.account,
        noun,
        arn,
        attached=usage != "PermissionsBoundary",
        bounding=usage != "PermissionsPolicy",
        path_prefix=call.input.get("PathPrefix", "/"),
        after=after,
        limit=limit,
    )


OPERATIONS: dict[str, Operation] = {
    "AttachUserPolicy": writes(partial(attach, USER), demands.on(USER, bounded=True)),
    "DetachUserPolicy": writes(partial(detach, USER), demands.on(USER, bounded=True)),
    "ListAttachedUserPolicies": reads(partial(list_attached, USER), demands.on(USER)),
    "AttachGroupPolicy": writes(partial(attach, GROUP), demands.on(GROUP)),
    "DetachGroupPolicy": writes(partial(detach, GROUP), demands.on(GROUP)),
    "ListAttachedGroupPolicies": reads(partial(list_attached, GROUP), demands.on(GROUP)),
    "AttachRolePolicy": writes(partial(attach, ROLE), demands.on(ROLE, bounded=True)),
    "DetachRolePolicy": writes(partial(detach, ROLE), demands.on(ROLE, bounded=True)),
    "ListAttachedRolePolicies": reads(partial(list_attached, ROLE), demands.on(ROLE)),
    "ListEntitiesForPolicy": reads(list_entities_for_policy, demands.on_policy),
}
