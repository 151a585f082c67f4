"""The principal of a line of `watchword decide`: its type, and the members that this type has.

docs/decide.md is the manual. Members that the ARN tells may be left out. ValueError is raised for an ARN that
is not of the type, for a missing account, for two accounts, for a service or provider without a name, and
for a member that the type doesn't have.
"""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import fields

from watchword.names import Arn, Principal
from watchword.names.principal import (
    Anonymous,
    FederatedUser,
    RoleSession,
    Root,
    Saml,
    Service,
    User,
    WebIdentity,
)

_RESOURCES: Mapping[str, re.Pattern[str]] = {
    "root": re.compile(r"root"),
    "user": re.compile(r"user(?P<path>/(?:.*/)?)(?P<name>[^/]+)"),
    "role": re.compile(r"role(?P<path>/(?:.*/)?)(?P<name>[^/]+)"),
    "role-session": re.compile(r"assumed-role/(?P<role>[^/]+)/(?P<name>.+)"),
    "federated-user": re.compile(r"federated-user/(?P<name>.+)"),
}
"""The part of an ARN behind its fifth colon, by what it is the ARN of."""


Type = Literal[
    "user", "role-session", "federated-user", "root", "service", "anonymous", "web-identity", "saml"
]


class Caller(Struct, rename="camel", forbid_unknown_fields=True):
    """The principal of a line."""

    type: Type
    arn: str = ""
    account: str = ""
    unique_id: str = ""
    name: str = ""
    role_arn: str = ""
    session_name: str = ""
    service_linked: bool = False
    user_arn: str = ""
    service: str = ""
    federated: str = ""
    tags: dict[str, str] = {}


_ONLY = {
    "role_arn": {"role-session"},
    "session_name": {"role-session"},
    "service_linked": {"role-session"},
    "user_arn": {"federated-user"},
    "service": {"service"},
    "federated": {"web-identity", "saml"},
}
"""Members of one type of principal, or of two."""


def principal_of(caller: Caller) -> Principal:  # noqa: PLR0911 one for each kind of principal
    """The principal that a line names."""
    _check_members(caller)
    match caller.type:
        case "anonymous":
            return Anonymous()
        case "service":
            return Service(_needed(caller, "service", caller.service or caller.arn or caller.name))
        case "web-identity":
            return WebIdentity(_needed(caller, "federated", caller.federated or caller.arn), caller.name)
        case "saml":
            return Saml(_needed(caller, "federated", caller.federated or caller.arn), caller.name)
    partition, account = _partition_and_account(caller)
    own = _read(caller.type, caller.arn)
    match caller.type:
        case "root":
            return Root(account, partition)
        case "user":
            path, name = own.get("path", "/"), own.get("name", caller.name)
            return User(account, name, caller.unique_id, path, partition)
        case "federated-user":
            return FederatedUser(account, own.get("name", caller.name), caller.user_arn, partition)
    role = _read("role", caller.role_arn)
    name, session = role.get("name") or own.get("role", ""), own.get("name", caller.session_name)
    unique_id = caller.unique_id.partition(":")[0]
    return RoleSession(account, name, unique_id, session, role.get("path", "/"), partition)


def _partition_and_account(caller: Caller) -> tuple[str, str]:
    """Those of the caller's ARN, or of its role's. They can't contradict each other."""
    arns = [Arn.parse(text) for text in (caller.arn, caller.role_arn) if text]
    accounts = {account for account in (caller.account, *(arn.account for arn in arns)) if account}
    if len(accounts) > 1:
        raise ValueError(f"a principal of two accounts: {', '.join(sorted(accounts))}")
    account = accounts.pop() if accounts else ""
    arn = arns[0] if arns else None
    return arn.partition if arn else "aws", _needed(caller, "account", account)


def _read(kind: str, arn: str) -> dict[str, str]:
    """The parts that the resource of an ARN of this kind has; none when there is no ARN."""
    if not arn:
        return {}
    found = _RESOURCES[kind].fullmatch(Arn.parse(arn).resource)
    if found is None:
        raise ValueError(f"not the ARN of a {kind}: {arn}")
    return found.groupdict()


def _check_members(caller: Caller) -> None:
    """Refuses a member that this type of principal doesn't have: it would have no effect."""
    for member, types in _ONLY.items():
        if getattr(caller, member) and caller.type not in types:
            name = {field.name: field.encode_name for field in fields(Caller)}[member]
            raise ValueError(f"a principal of type {caller.type} has no {name!r}")


def _needed(caller: Caller, member: str, found: str) -> str:
    if not found:
        raise ValueError(f"a principal of type {caller.type} needs {member!r}")
    return found
