"""Records of the store as the structures of IAM's answers.

Each operation shows its own subset of a structure's members. A function here is one such subset; operations
put them together:

* lists of users and roles have no tags, boundary and last use; lists of policies and instance profiles have
  no tags;
* CreateRole answers neither the description nor the longest session, UpdateRoleDescription not the latter. A
  role inside an instance profile has neither;
* GetPolicy, GetInstanceProfile and GetAccountAuthorizationDetails answer an empty list of tags. GetUser,
  GetRole and every operation that creates something answer no list then.

Source: IAM API Reference, "Data Types", ListUsers and its siblings ("IAM resource-listing operations return a
subset of the available attributes"); sample answers in the AWS CLI Command Reference; recorded answers.
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
    """A policy document as answers have it: percent-encoded (RFC 3986)."""
    return quote(document, safe="")


def user(record: User) -> Shape:
    """User, as in a list."""
    return user_detail(record) | present("PasswordLastUsed", second(record.password_last_used))


def user_detail(record: User) -> Shape:
    """What User and UserDetail have in common."""
    return {
        "Path": record.path,
        "UserName": record.name,
        "UserId": record.id,
        "Arn": record.arn,
        "CreateDate": second(record.created),
    }


def whole_user(record: User, tags: Mapping[str, str]) -> Shape:
    """User, as an operation on one user shows it."""
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
    """Role and RoleDetail, as CreateRole and instance profiles have it; `trust` is its trust policy."""
    return {
        "Path": record.path,
        "RoleName": record.name,
        "RoleId": record.id,
        "Arn": record.arn,
        "CreateDate": second(record.created),
        "AssumeRolePolicyDocument": encoded(trust),
    }


def role_in_list(record: Role, trust: str) -> Shape:
    """Role, as in ListRoles."""
    terms = {"MaxSessionDuration": record.max_session}
    return role(record, trust) | terms | present("Description", record.description)


def last_use(record: Role) -> Shape:
    """The member RoleLastUsed, empty for a role that wasn't used."""
    used = present("LastUsedDate", second(record.last_used)) | present("Region", record.last_used_region)
    return {"RoleLastUsed": used}


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
    return present("Tags", tag_rules.written(tags))


def all_tags(tags: Mapping[str, str]) -> Shape:
    """The member Tags, also where there are none."""
    return {"Tags": tag_rules.written(tags)}


def root(account: Account) -> Shape:
    """User, for an account's root user."""
    arn = Root(account.id, account.partition).arn
    return {"UserId": account.id, "Arn": arn, "CreateDate": second(account.created)}


def second(moment: datetime | None) -> datetime | None:
    """IAM shows times to the second."""
    return moment.replace(microsecond=0) if moment else None


def present(member: str, value: object) -> Shape:
    """The member, unless its value is empty."""
    return {member: value} if value else {}
