"""Managed policies. `versions` has the operations on their documents."""

from functools import partial

from watchword.identity import managed_policies, removal
from watchword.identity.refusals import refusal
from watchword.names.entity_arn import EntityArn
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import POLICY
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags
from watchword.store.iam import policies
from watchword.store.iam.policies import Policy


def create_policy(call: Call) -> Output:
    """CreatePolicy: creates the policy with its version v1."""
    name, path = call.input["PolicyName"], call.input.get("Path", "/")
    if policies.named(call.tx, call.account, name):
        raise refusal(
            "EntityAlreadyExists", f"A policy called {name} already exists. Duplicate names are not allowed."
        )
    validate(call.input["PolicyDocument"], DocumentKind.MANAGED, partition=call.partition)
    policy = Policy(
        id=POLICY.new_id(call),
        account=call.account,
        name=name,
        path=path,
        arn=str(EntityArn(call.partition, call.account, POLICY.noun, path, name)),
        created=call.now,
        updated=call.now,
        description=call.input.get("Description", ""),
        partition=call.partition,
    )
    policies.insert(call.tx, policy, call.input["PolicyDocument"])
    given = put_given(POLICY, call, policy)
    return {"Policy": shapes.policy(policy) | shapes.tagged(given)}


def get_policy(call: Call) -> Output:
    """GetPolicy."""
    policy = POLICY.of(call)
    described = shapes.present("Description", policy.description)
    held = shapes.all_tags(tags.of(call.tx, POLICY.noun, policy.id))
    return {"Policy": shapes.policy(policy) | described | held}


def list_policies(call: Call) -> Output:
    """ListPolicies: policies of AWS, then the account's own."""
    scope = call.input.get("Scope", "All")
    parts = {"AWS": partial(_of_aws, call), "Local": partial(_own, call)}
    wanted = {word: fetch for word, fetch in parts.items() if scope in ("All", word)}
    found, end = pages.chain(call, wanted, lambda policy: policy.name)
    return {"Policies": [shapes.policy(policy) for part in found.values() for policy in part], **end}


def delete_policy(call: Call) -> Output:
    """DeletePolicy."""
    removal.remove_policy(call.tx, POLICY.of(call))
    return {}


def _of_aws(call: Call, after: str, limit: int) -> tuple[list[Policy], bool]:
    attached, bounding = _wanted_use(call)
    prefix = call.input.get("PathPrefix", "/")

    def used(policy: Policy) -> bool:
        return bool((policy.attachment_count or not attached) and (policy.boundary_count or not bounding))

    return managed_policies.page_of_aws(
        call.tx,
        call.account,
        after,
        limit,
        path_prefix=prefix,
        used=used if attached or bounding else None,
    )


def _own(call: Call, after: str, limit: int) -> tuple[list[Policy], bool]:
    attached, bounding = _wanted_use(call)
    return policies.page(
        call.tx,
        call.account,
        path_prefix=call.input.get("PathPrefix", "/"),
        attached_only=attached,
        bounding_only=bounding,
        after=after,
        limit=limit,
    )


def _wanted_use(call: Call) -> tuple[bool, bool]:
    """Whether only attached policies are listed, and whether only boundaries."""
    usage = call.input.get("PolicyUsageFilter")
    return call.input.get(
        "OnlyAttached", False
    ) or usage == "PermissionsPolicy", usage == "PermissionsBoundary"


OPERATIONS: dict[str, Operation] = {
    "CreatePolicy": writes(create_policy, demands.on_new_policy),
    "GetPolicy": reads(get_policy, demands.on_policy),
    "ListPolicies": reads(list_policies, demands.on_all("policy")),
    "DeletePolicy": writes(delete_policy, demands.on_own_policy),
}
