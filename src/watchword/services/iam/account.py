"""The account as a whole: a summary in numbers, and all entities with their policies.

Source: IAM API Reference, GetAccountSummary, GetAccountAuthorizationDetails.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from watchword.identity import aws_managed, managed_policies
from watchword.identity.arns import policy_arn
from watchword.identity.quotas import QUOTAS, SUMMARY
from watchword.services.iam import demands, pages, shapes, trust
from watchword.services.iam.entity_types import GROUP, ROLE, USER, AnyEntityType, Entity
from watchword.services.iam.instance_profiles import shown_profile
from watchword.services.iam.pages import Fetch
from watchword.services.iam.shapes import Shape
from watchword.services.operation import Call, Operation, Output, reads
from watchword.store import tags
from watchword.store.iam import (
    access_keys,
    account_settings,
    attachments,
    groups,
    inline_policies,
    instance_profiles,
    mfa_devices,
    oidc_providers,
    policies,
    policy_versions,
    roles,
    saml_providers,
    server_certificates,
    signing_certificates,
    users,
)
from watchword.store.iam.groups import Group
from watchword.store.iam.policies import Policy
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

NEVER_THERE = ("AccountMFAEnabled", "AccountPasswordPresent")
"""What GetAccountSummary counts at AWS and nobody can create here."""
TOKEN_VERSION = 2
"""What AWS calls session tokens that are good in every region, as all here are.

An account can say that it prefers version 1, which changes nothing.
"""
MOST_PROFILES = 1000
"""Instance profiles shown of one role."""


def get_account_summary(call: Call) -> Output:
    """GetAccountSummary."""
    counts = {
        "Users": users.count(call.tx, call.account),
        "Groups": groups.count(call.tx, call.account),
        "Roles": roles.count(call.tx, call.account),
        "Policies": policies.count(call.tx, call.account),
        "PolicyVersionsInUse": policy_versions.count_all(call.tx, call.account),
        "InstanceProfiles": instance_profiles.count(call.tx, call.account),
        "MFADevices": mfa_devices.count(call.tx, call.account),
        "MFADevicesInUse": mfa_devices.count_assigned(call.tx, call.account),
        "Providers": oidc_providers.count(call.tx, call.account)
        + saml_providers.count(call.tx, call.account),
        "ServerCertificates": server_certificates.count(call.tx, call.account),
        "AccountSigningCertificatesPresent": min(1, len(signing_certificates.of_root(call.tx, call.account))),
        "AccountAccessKeysPresent": min(1, len(access_keys.of_root(call.tx, call.account))),
        **dict.fromkeys(NEVER_THERE, 0),
        "GlobalEndpointTokenVersion": account_settings.of(call.tx, call.account).token_version
        or TOKEN_VERSION,
    }
    return {"SummaryMap": counts | {word: QUOTAS[quota] for word, quota in SUMMARY.items()}}


def get_account_authorization_details(call: Call) -> Output:
    """GetAccountAuthorizationDetails: one type of entity after the other, as pages of one list."""
    wanted = call.input.get("Filter") or list(_SECTIONS)
    parts: dict[str, Fetch[Any]] = {
        word: partial(fetch, call) for word, (_, fetch, _) in _SECTIONS.items() if word in wanted
    }
    found, end = pages.chain(call, parts, lambda each: each.name)
    output: dict[str, list[Shape]] = {member: [] for member, _, _ in _SECTIONS.values()}
    for word, part in found.items():
        member, _, detail = _SECTIONS[word]
        output[member] += [detail(call, each) for each in part]
    return {**output, **end}


def _users(call: Call, after: str, limit: int) -> tuple[list[User], bool]:
    return users.page(call.tx, call.account, after=after, limit=limit)


def _groups(call: Call, after: str, limit: int) -> tuple[list[Group], bool]:
    return groups.page(call.tx, call.account, after=after, limit=limit)


def _roles(call: Call, after: str, limit: int) -> tuple[list[Role], bool]:
    return roles.page(call.tx, call.account, after=after, limit=limit)


def _local_policies(call: Call, after: str, limit: int) -> tuple[list[Policy], bool]:
    return policies.page(call.tx, call.account, after=after, limit=limit)


def _aws_policies(call: Call, after: str, limit: int) -> tuple[list[Policy], bool]:
    """AWS's policies that the account uses."""
    return managed_policies.page_of_aws(
        call.tx,
        call.account,
        after,
        limit,
        used=lambda policy: policy.attachment_count or policy.boundary_count,
    )


def _user_detail(call: Call, user: User) -> Shape:
    return {
        **shapes.user_detail(user),
        **shapes.present("UserPolicyList", _inline(call, USER, user)),
        "GroupList": [group.name for group in groups.of_user(call.tx, user.id)],
        "AttachedManagedPolicies": _attached(call, USER, user),
        **shapes.boundary(user.boundary),
        **shapes.all_tags(tags.of(call.tx, USER.noun, user.id)),
    }


def _group_detail(call: Call, group: Group) -> Shape:
    return {
        **shapes.group(group),
        "GroupPolicyList": _inline(call, GROUP, group),
        "AttachedManagedPolicies": _attached(call, GROUP, group),
    }


def _role_detail(call: Call, role: Role) -> Shape:
    held_by, _ = instance_profiles.page_of_role(call.tx, role.id, limit=MOST_PROFILES)
    return {
        **shapes.role(role, trust.shown(call.tx, role.trust)),
        **shapes.boundary(role.boundary),
        **shapes.last_use(role),
        **shapes.all_tags(tags.of(call.tx, ROLE.noun, role.id)),
        "InstanceProfileList": [shown_profile(call, each) for each in held_by],
        "RolePolicyList": _inline(call, ROLE, role),
        "AttachedManagedPolicies": _attached(call, ROLE, role),
    }


def _policy_detail(call: Call, policy: Policy) -> Shape:
    if policy.account == aws_managed.OWNER:  # its old versions could be megabytes
        versions = [aws_managed.default_version(policy)]
    else:
        versions = policy_versions.of(call.tx, policy.id)
    written = [shapes.version(each) | {"Document": shapes.encoded(each.document)} for each in versions]
    return {**shapes.policy(policy), "PolicyVersionList": written}


def _inline(call: Call, kind: AnyEntityType, owner: Entity) -> list[Shape]:
    return [
        {"PolicyName": policy.name, "PolicyDocument": shapes.encoded(policy.document)}
        for policy in inline_policies.of(call.tx, kind.noun, owner.id)
    ]


def _attached(call: Call, kind: AnyEntityType, owner: Entity) -> list[Shape]:
    return [
        {"PolicyName": policy_arn(each.policy_arn).name, "PolicyArn": each.policy_arn}
        for each in attachments.of(call.tx, kind.noun, owner.id)
    ]


_Section = tuple[str, Callable[[Call, str, int], tuple[list[Any], bool]], Callable[[Call, Any], Shape]]

_SECTIONS: dict[str, _Section] = {
    "User": ("UserDetailList", _users, _user_detail),
    "Group": ("GroupDetailList", _groups, _group_detail),
    "Role": ("RoleDetailList", _roles, _role_detail),
    "LocalManagedPolicy": ("Policies", _local_policies, _policy_detail),
    "AWSManagedPolicy": ("Policies", _aws_policies, _policy_detail),
}
"""What Filter calls a type -> the member of the answer, how a page is read, how an entity is shown."""

OPERATIONS: dict[str, Operation] = {
    "GetAccountSummary": reads(get_account_summary, demands.on_account),
    "GetAccountAuthorizationDetails": reads(get_account_authorization_details, demands.on_account),
}
