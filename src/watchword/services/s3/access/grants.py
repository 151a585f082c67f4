"""ACLs on the wire: what a request gives, and what an answer shows.

1. An ACL is given in one way: a canned one (x-amz-acl), grants in headers (x-amz-grant-*), or a document.
2. A grantee is an account by its canonical id, or a group by its URI. Accounts have no email addresses that
   anybody could be found by, so a grant to one is refused.
3. The owner in a document is the one that the bucket or object has: an ACL changes no owner.
Source: Amazon S3 API Reference, PutBucketAcl, PutObjectAcl, Grantee; User Guide, "Access control list (ACL)
overview".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from watchword.names import fault
from watchword.policy.buckets.acls import (
    ALL_USERS,
    AUTHENTICATED,
    CANNED,
    FULL,
    LOG_DELIVERY,
    MOST_GRANTS,
    READ,
    READ_ACP,
    WRITE,
    WRITE_ACP,
    Acl,
    Grant,
)
from watchword.services.operation import Call
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.limits import canonical_id
from watchword.store import accounts

URIS = {
    ALL_USERS: "http://acs.amazonaws.com/groups/global/AllUsers",
    AUTHENTICATED: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
    LOG_DELIVERY: "http://acs.amazonaws.com/groups/s3/LogDelivery",
}
_GROUPS = {uri: name for name, uri in URIS.items()}
IN_HEADERS = {
    "GrantFullControl": FULL,
    "GrantRead": READ,
    "GrantReadACP": READ_ACP,
    "GrantWrite": WRITE,
    "GrantWriteACP": WRITE_ACP,
}
"""Member of the input -> the permission that it grants."""
_GRANTEES = re.compile(r'\s*(id|uri|emailAddress)\s*=\s*(?:"([^"]*)"|([^",\s]*))\s*', re.ASCII)


def is_given(call: Call) -> bool:
    """Whether the call gives an ACL in any way."""
    return not {"ACL", "AccessControlPolicy", *IN_HEADERS}.isdisjoint(call.input)


def given_acl(call: Call, owner: str, bucket_owner: str) -> Acl:
    """Rule 1: the ACL that the call gives; without one, only the owner has a grant."""
    canned, headers = call.input.get("ACL"), IN_HEADERS.keys() & call.input.keys()
    document = call.input.get("AccessControlPolicy")
    if canned and headers:
        raise s3_error("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
    if document is not None and (canned or headers):
        raise s3_error("UnexpectedContent")
    if headers:
        grants = tuple(_of_headers(call, headers))
        return Acl(_checked(grants))
    if document is not None:
        return _of_document(call, document, owner)
    if canned is not None and canned not in CANNED:
        raise s3_error("NotImplemented", Header="x-amz-acl")
    return Acl.canned(canned or "private", owner, bucket_owner)


def shown(acl: Acl, owner: str) -> dict[str, object]:
    """The members of an answer."""
    return {"Owner": {"ID": canonical_id(owner)}, "Grants": [_entry(grant) for grant in acl.grants]}


def _entry(grant: Grant) -> dict[str, object]:
    uri = URIS.get(grant.grantee)
    grantee = (
        {"Type": "Group", "URI": uri} if uri else {"Type": "CanonicalUser", "ID": canonical_id(grant.grantee)}
    )
    return {"Grantee": grantee, "Permission": grant.permission}


def _of_headers(call: Call, members: set[str]) -> Iterator[Grant]:
    for member, permission in IN_HEADERS.items():
        for text in call.input[member].split(",") if member in members else ():
            found = _GRANTEES.fullmatch(text)
            if found is None:
                raise invalid_argument("Argument format not recognized", _header(member), call.input[member])
            kind, quoted, plain = found.groups()
            yield Grant(permission, _grantee(call, kind, quoted or plain or ""))


def _of_document(call: Call, document: Mapping[str, Any], owner: str) -> Acl:
    if "ID" not in document.get("Owner", {}) or "Grants" not in document:
        raise s3_error("MalformedACLError")
    if document["Owner"]["ID"] != canonical_id(owner):
        raise fault("AccessDenied", meant="the owner in the ACL isn't the owner")  # 3.
    grants = []
    for each in document["Grants"]:
        grantee = each.get("Grantee", {})
        member = _MEMBERS.get(grantee.get("Type", ""))
        if member is None or member[0] not in grantee or "Permission" not in each:
            raise s3_error("MalformedACLError")
        grants.append(Grant(each["Permission"], _grantee(call, member[1], grantee[member[0]])))
    return Acl(_checked(tuple(grants)))


_MEMBERS = {
    "CanonicalUser": ("ID", "id"),
    "Group": ("URI", "uri"),
    "AmazonCustomerByEmail": ("EmailAddress", "emailAddress"),
}
"""Type of a grantee -> the member that names it, and how headers call that."""


def _checked(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    if len(grants) > MOST_GRANTS:
        raise s3_error("MalformedACLError")
    return tuple(dict.fromkeys(grants))


def _grantee(call: Call, kind: str, value: str) -> str:
    """Rule 2."""
    if kind == "emailAddress":
        raise s3_error("UnresolvableGrantByEmailAddress")
    if kind == "uri":
        if value not in _GROUPS:
            raise invalid_argument("Invalid group uri", "uri", value)
        return _GROUPS[value]
    account = account_of(call, value)
    if account is None:
        raise invalid_argument("Invalid id", "CanonicalUser/ID", value)
    return account


def account_of(call: Call, wanted: str) -> str | None:
    """The account of a canonical id. There are few accounts, and few grants."""

    def look() -> dict[str, str]:
        with call.world.database.read() as tx:
            return {canonical_id(each.id): each.id for each in accounts.all_accounts(tx)}

    return call.resolve("canonical-ids", "", look).get(wanted)


def _header(member: str) -> str:
    return "x-amz-" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", member).lower()
