"""The principal of a line of `watchword decide`: its type, and the members that this type has.

docs/decide.md is the manual. Members that the ARN tells may be left out. ValueError is raised for an ARN that
is not of the type, for a missing account, and for a service or provider without a name.
"""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

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


class Caller(Struct, rename="camel"):
    """The principal of a line."""

    type: Literal[
        "user", "role-session", "federated-user", "root", "service", "anonymous", "web-identity", "saml"
    ]
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


def principal_of(caller: Caller) -> Principal:  # noqa: PLR0911 one for each kind of principal
    """The principal that a line names."""
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
    """Those of the caller's ARN, or of its role's."""
    text = caller.arn or caller.role_arn
    arn = Arn.parse(text) if text else None
    account = caller.account or (arn.account if arn else "")
    return arn.partition if arn else "aws", _needed(caller, "account", account)


def _read(kind: str, arn: str) -> dict[str, str]:
    """The parts that the resource of an ARN of this kind has; none when there is no ARN."""
    if not arn:
        return {}
    found = _RESOURCES[kind].fullmatch(Arn.parse(arn).resource)
    if found is None:
        raise ValueError(f"not the ARN of a {kind}: {arn}")
    return found.groupdict()


def _needed(caller: Caller, member: str, found: str) -> str:
    if not found:
        raise ValueError(f"a principal of type {caller.type} needs {member!r}")
    return found
