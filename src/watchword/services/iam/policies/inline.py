"""Inline policies of users, groups and roles."""

from functools import partial

from watchword.identity.documents import check_inline
from watchword.identity.refusals import missing
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import GROUP, ROLE, USER, AnyEntityType
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import inline_policies
from watchword.store.iam.inline_policies import Inline


def put(kind: AnyEntityType, call: Call) -> Output:
    """PutUserPolicy, PutGroupPolicy, PutRolePolicy: creates a policy or replaces its document."""
    owner, name, document = kind.of(call), call.input["PolicyName"], call.input["PolicyDocument"]
    others = [each.document for each in inline_policies.of(call.tx, kind.noun, owner.id) if each.name != name]
    check_inline(document, others, kind.noun, owner.name, owner.partition)
    inline_policies.put(call.tx, Inline(kind.noun, owner.id, name, document))
    return {}


def get(kind: AnyEntityType, call: Call) -> Output:
    """GetUserPolicy, GetGroupPolicy, GetRolePolicy."""
    owner, name = kind.of(call), call.input["PolicyName"]
    policy = inline_policies.named(call.tx, kind.noun, owner.id, name)
    if policy is None:
        raise missing(f"{kind.noun} policy", name)
    return {
        kind.member: owner.name,
        "PolicyName": policy.name,
        "PolicyDocument": shapes.encoded(policy.document),
    }


def delete(kind: AnyEntityType, call: Call) -> Output:
    """DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy."""
    owner, name = kind.of(call), call.input["PolicyName"]
    if not inline_policies.remove(call.tx, kind.noun, owner.id, name):
        raise missing(f"{kind.noun} policy", name)
    return {}


def list_names(kind: AnyEntityType, call: Call) -> Output:
    """ListUserPolicies, ListGroupPolicies, ListRolePolicies."""
    owner = kind.of(call)
    found, more = inline_policies.page(
        call.tx, kind.noun, owner.id, after=pages.start_of(call), limit=pages.size_of(call)
    )
    names = [policy.name for policy in found]
    return {"PolicyNames": names, **pages.end(names[-1] if names else "", more=more)}


OPERATIONS: dict[str, Operation] = {
    "PutUserPolicy": writes(partial(put, USER), demands.on(USER, bounded=True)),
    "GetUserPolicy": reads(partial(get, USER), demands.on(USER)),
    "DeleteUserPolicy": writes(partial(delete, USER), demands.on(USER, bounded=True)),
    "ListUserPolicies": reads(partial(list_names, USER), demands.on(USER)),
    "PutGroupPolicy": writes(partial(put, GROUP), demands.on(GROUP)),
    "GetGroupPolicy": reads(partial(get, GROUP), demands.on(GROUP)),
    "DeleteGroupPolicy": writes(partial(delete, GROUP), demands.on(GROUP)),
    "ListGroupPolicies": reads(partial(list_names, GROUP), demands.on(GROUP)),
    "PutRolePolicy": writes(partial(put, ROLE), demands.on(ROLE, bounded=True)),
    "GetRolePolicy": reads(partial(get, ROLE), demands.on(ROLE)),
    "DeleteRolePolicy": writes(partial(delete, ROLE), demands.on(ROLE, bounded=True)),
    "ListRolePolicies": reads(partial(list_names, ROLE), demands.on(ROLE)),
}
