"""Records of the store as the structures of IAM's answers.

Source: IAM API Reference, "Data Types". Lists answer less than single entities do (no tags, boundary or
last use: "IAM resource-listing operations return a subset of the available attributes"), so what only an
entity alone shows stands in functions of its own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from watchword.identity import tags as tag_rules
from watchword.identity.managed_policies import version_name
from watchword.names.principal import Root
from watchword.store.accounts import Account
from watchword.store.iam.groups import Group
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

Shape = dict[str, Any]


def encoded(document: str) -> str:
    """A policy document as answers carry it: percent-encoded by RFC 3986."""
    return quote(document, safe="")


def user(record: User) -> Shape:
    """User, as in a list."""
    return {
        "Path": record.path,
        "UserName": record.name,
        "UserId": record.id,
        "Arn": record.arn,
        "CreateDate": second(record.created),
        **present("PasswordLastUsed", second(record.password_last_used)),
    }


def whole_user(record: User, tags: Mapping[str, str]) -> Shape:
    """User, alone."""
    return user(record) | boundary(record.boundary) | tagged(tags)


def group(record: Group) -> Shape:
    """Group."""
    return {
        "Path": record.path,
        "GroupName": record.name,
        "GroupId": record.id,
        "Arn": record.arn,
        "CreateDate": second(record.created),
    }


def role(record: Role, trust: str) -> Shape:
    """Role and RoleDetail; `trust` is its trust policy as people read it."""
    return {
        "Path": record.path,
        "RoleName": record.name,
        "RoleId": record.id,
        "Arn": record.arn,
        "CreateDate": second(record.created),
        "AssumeRolePolicyDocument": encoded(trust),
    }


def role_terms(record: Role) -> Shape:
    """What Role has and RoleDetail hasn't."""
    return {
        "MaxSessionDuration": record.max_session,
        **present("Description", record.description),
    }


def role_holdings(record: Role, tags: Mapping[str, str]) -> Shape:
    """What a role alone shows and a list doesn't."""
    used = present("LastUsedDate", second(record.last_used)) | present("Region", record.last_used_region)
    return boundary(record.boundary) | tagged(tags) | {"RoleLastUsed": used}


def policy(record: Policy) -> Shape:
    """Policy, as in a list."""
    return {
        "PolicyName": record.name,
        "PolicyId": record.id,
        "Arn": record.arn,
        "Path": record.path,
        "DefaultVersionId": f"v{record.default_version}",
        "AttachmentCount": record.attachment_count,
        "PermissionsBoundaryUsageCount": record.boundary_count,
        "IsAttachable": True,
        "CreateDate": second(record.created),
        "UpdateDate": second(record.updated),
    }


def version(record: Version) -> Shape:
    """PolicyVersion, without its document."""
    return {
        "VersionId": version_name(record),
        "IsDefaultVersion": record.default,
        "CreateDate": second(record.created),
    }


def boundary(arn: str | None) -> Shape:
    """The member PermissionsBoundary, where there is one."""
    if arn is None:
        return {}
    held = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    return {"PermissionsBoundary": held}


def tagged(tags: Mapping[str, str]) -> Shape:
    """The member Tags, where there are any."""
    return {"Tags": tag_rules.written(tags)} if tags else {}


def root(account: Account) -> Shape:
    """User, for an account's root user."""
    arn = Root(account.id, account.partition).arn
    return {"UserId": account.id, "Arn": arn, "CreateDate": second(account.created)}


def second(moment: datetime | None) -> datetime | None:
    """IAM tells times to the second."""
    return moment.replace(microsecond=0) if moment else None


def present(member: str, value: object) -> Shape:
    """The member, unless there is nothing to say."""
    return {member: value} if value else {}
