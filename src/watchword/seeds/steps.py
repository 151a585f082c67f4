"""What a seed asks for, as calls of operations, in an order in which each finds what it names.

Policies come before what they are attached to. All users and all roles exist, in all accounts, before the
first trust policy or bucket policy names them; until then a role trusts nobody.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from watchword.installation.administrator import TRUSTS_NO_ONE
from watchword.names.members import Place
from watchword.seeds.written import Account, Group, Role, Seed, User

Holder = User | Group | Role
_HOLDERS = {User: "User", Group: "Group", Role: "Role"}
_FIRST_REGION = "us-east-1"


class Step(NamedTuple):
    """A call of the account's root user, and the part of the seed that asks for it."""

    account: str
    place: Place
    service: str
    operation: str
    given: dict[str, Any]


def steps(seed: Seed) -> Iterator[Step]:
    """All calls. Raises Wrong for a policy file that can't be read, or a policy that isn't there."""
    for make in (_policies, _groups, _users, _roles, _buckets, _trust, _bucket_policies):
        for index, account in enumerate(seed.accounts):
            for place, service, operation, given in make(seed, account, ("accounts", index)):
                yield Step(account.id, place, service, operation, given)


Calls = Iterator[tuple[Place, str, str, dict[str, Any]]]


def _policies(seed: Seed, account: Account, within: Place) -> Calls:
    for index, policy in enumerate(account.policies):
        here = (*within, "policies", index)
        text = seed.text_of(policy.document, (*here, "document"))
        yield (
            here,
            "iam",
            "CreatePolicy",
            {"PolicyName": policy.name, "Path": policy.path, "PolicyDocument": text},
        )


def _groups(seed: Seed, account: Account, within: Place) -> Calls:
    for index, group in enumerate(account.groups):
        here = (*within, "groups", index)
        yield here, "iam", "CreateGroup", {"GroupName": group.name, "Path": group.path}
        yield from _held(seed, account, group, here)


def _users(seed: Seed, account: Account, within: Place) -> Calls:
    for index, user in enumerate(account.users):
        here = (*within, "users", index)
        given = {"UserName": user.name, "Path": user.path, **_tags(user.tags), **_boundary(account, user)}
        yield here, "iam", "CreateUser", given
        for number, group in enumerate(user.groups):
            given = {"UserName": user.name, "GroupName": group}
            yield (*here, "groups", number), "iam", "AddUserToGroup", given
        yield from _held(seed, account, user, here)


def _roles(seed: Seed, account: Account, within: Place) -> Calls:
    for index, role in enumerate(account.roles):
        here = (*within, "roles", index)
        given = {
            "RoleName": role.name,
            "Path": role.path,
            "AssumeRolePolicyDocument": TRUSTS_NO_ONE,
            "MaxSessionDuration": role.max_session,
            **_tags(role.tags),
            **_boundary(account, role),
        }
        yield here, "iam", "CreateRole", given
        yield from _held(seed, account, role, here)


def _trust(seed: Seed, account: Account, within: Place) -> Calls:
    for index, role in enumerate(account.roles):
        here = (*within, "roles", index, "trust")
        given = {"RoleName": role.name, "PolicyDocument": seed.text_of(role.trust, here)}
        yield here, "iam", "UpdateAssumeRolePolicy", given


def _buckets(_seed: Seed, account: Account, within: Place) -> Calls:
    for index, bucket in enumerate(account.buckets):
        place = {"CreateBucketConfiguration": {"LocationConstraint": bucket.region}}
        given = {"Bucket": bucket.name, **(place if bucket.region != _FIRST_REGION else {})}
        yield (*within, "buckets", index), "s3", "CreateBucket", given


def _bucket_policies(seed: Seed, account: Account, within: Place) -> Calls:
    for index, bucket in enumerate(account.buckets):
        if not bucket.block_public_access:
            yield (*within, "buckets", index), "s3", "DeletePublicAccessBlock", {"Bucket": bucket.name}
        if bucket.policy is not None:
            here = (*within, "buckets", index, "policy")
            text = seed.text_of(bucket.policy, here)
            yield here, "s3", "PutBucketPolicy", {"Bucket": bucket.name, "Policy": text}


def _held(seed: Seed, account: Account, holder: Holder, within: Place) -> Calls:
    """Its policies, attached and inline."""
    kind = _HOLDERS[type(holder)]
    who = {f"{kind}Name": holder.name}
    for index, name in enumerate(holder.attached):
        here = (*within, "attached", index)
        yield here, "iam", f"Attach{kind}Policy", {**who, "PolicyArn": _arn(account, name)}
    for name, policy in holder.inline.items():
        here = (*within, "inline", name)
        given = {**who, "PolicyName": name, "PolicyDocument": seed.text_of(policy, here)}
        yield here, "iam", f"Put{kind}Policy", given


def _tags(tags: Mapping[str, str]) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}


def _boundary(account: Account, holder: User | Role) -> dict[str, str]:
    return {"PermissionsBoundary": _arn(account, holder.boundary)} if holder.boundary else {}


def _arn(account: Account, name: str) -> str:
    """The ARN of a policy; by its name, of a policy of the account."""
    if name.startswith("arn:"):
        return name
    path = next((policy.path for policy in account.policies if policy.name == name), "/")
    return f"arn:aws:iam::{account.id}:policy{path}{name}"
