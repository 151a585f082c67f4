"""Access control lists of buckets and objects: what a grant allows, as statements of a policy.

1. A grant gives a permission to an account or to a group. Accounts are named by their number here; their
   canonical ids belong to the wire.
2. A permission stands for the actions in BUCKET_ACTIONS or OBJECT_ACTIONS. FULL_CONTROL stands for all.
3. A grant to an account is one to its root, which delegates: the user's own policies must allow as well.
   A grant to AllUsers is one to everyone, AuthenticatedUsers are those of them who signed, and LogDelivery
   is the service that delivers logs.
4. An ACL is public if it grants anything to AllUsers or AuthenticatedUsers.
5. Each statement is called after its grant, so a decision that it makes names the grant.
Source: Amazon S3 User Guide, "Access control list (ACL) overview": grantees, permissions, "Mapping of ACL
permissions and access policy permissions", "Canned ACL"; "The meaning of public".
"""

from collections.abc import Iterator, Mapping
from typing import Final, Self

import msgspec
from msgspec import Struct

from watchword.policy.language.grammar import Condition, Effect, Patterns, Principals, Statement

ALL_USERS, AUTHENTICATED, LOG_DELIVERY = "AllUsers", "AuthenticatedUsers", "LogDelivery"
GROUPS: Final = (ALL_USERS, AUTHENTICATED, LOG_DELIVERY)
PUBLIC: Final = (ALL_USERS, AUTHENTICATED)
READ, WRITE, READ_ACP, WRITE_ACP = "READ", "WRITE", "READ_ACP", "WRITE_ACP"
FULL: Final = "FULL_CONTROL"
MOST_GRANTS: Final = 100

Actions = Mapping[str, tuple[str, ...]]
BUCKET_ACTIONS: Actions = {
    READ: ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    WRITE: ("s3:PutObject",),
    READ_ACP: ("s3:GetBucketAcl",),
    WRITE_ACP: ("s3:PutBucketAcl",),
}
OBJECT_ACTIONS: Actions = {
    READ: ("s3:GetObject", "s3:GetObjectVersion"),
    WRITE: (),
    READ_ACP: ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    WRITE_ACP: ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
}
PERMISSIONS: Final = (FULL, *BUCKET_ACTIONS)
BUCKET_OWNER: Final = "bucket owner"
CANNED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "private": (),
    "public-read": ((READ, ALL_USERS),),
    "public-read-write": ((READ, ALL_USERS), (WRITE, ALL_USERS)),
    "authenticated-read": ((READ, AUTHENTICATED),),
    "bucket-owner-read": ((READ, BUCKET_OWNER),),
    "bucket-owner-full-control": ((FULL, BUCKET_OWNER),),
}
"""What a canned ACL grants, beside full control for the owner."""

_GROUPS = {
    ALL_USERS: Principals(everyone=True),
    AUTHENTICATED: Principals(everyone=True),
    LOG_DELIVERY: Principals((("Service", ("logging.s3.amazonaws.com",)),)),
}
_SIGNED = Condition("Null", "aws:PrincipalArn", ("false",))


class Grant(Struct, frozen=True, array_like=True):
    """A permission, and the account or group that has it."""

    permission: str
    grantee: str

    @property
    def public(self) -> bool:
        """Rule 4."""
        return self.grantee in PUBLIC


class Acl(Struct, frozen=True):
    """The grants of a bucket or object."""

    grants: tuple[Grant, ...]

    @classmethod
    def canned(cls, name: str, owner: str, bucket_owner: str) -> Self:
        """One of CANNED; the accounts are those of the bucket or object, and of its bucket."""
        grants = [Grant(FULL, owner)]
        for permission, grantee in CANNED[name]:
            whose = bucket_owner if grantee == BUCKET_OWNER else grantee
            if whose != owner:  # who has full control
                grants.append(Grant(permission, whose))
        return cls(tuple(grants))

    @classmethod
    def parse(cls, text: str) -> Self:
        """An ACL that `str` wrote."""
        return cls(msgspec.json.decode(text, type=tuple[Grant, ...]))

    def __str__(self) -> str:
        return msgspec.json.encode(self.grants).decode()

    @property
    def public(self) -> bool:
        """Rule 4."""
        return any(grant.public for grant in self.grants)

    def beyond(self, owner: str) -> bool:
        """Whether it grants anything to others than the owner."""
        return any(grant.grantee != owner for grant in self.grants)

    def statements(self, actions: Actions, *, public: bool) -> Iterator[Statement]:
        """What it allows; without `public`, its public grants allow nothing."""
        for grant in self.grants:
            allowed = _allowed(grant.permission, actions)
            if allowed and (public or not grant.public):
                yield _statement(grant, allowed)


def _allowed(permission: str, actions: Actions) -> tuple[str, ...]:
    """Rule 2."""
    if permission == FULL:
        return tuple(action for each in actions.values() for action in each)
    return actions[permission]


def _statement(grant: Grant, actions: tuple[str, ...]) -> Statement:
    """Rules 3 and 5."""
    principal = _GROUPS.get(grant.grantee) or Principals((("AWS", (grant.grantee,)),))
    conditions = (_SIGNED,) if grant.grantee == AUTHENTICATED else ()
    called = f"ACL grant of {grant.permission} to {grant.grantee}"
    return Statement(Effect.ALLOW, Patterns(actions), Patterns(("*",)), principal, conditions, called)
