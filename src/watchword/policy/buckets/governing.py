"""The one policy that decides about a bucket, and about an object in it, once ACLs and blocks are counted in.

1. A bucket policy decides as it is written.
2. While it is public and RESTRICT is on, a Deny is added for all but the bucket's account and services.
3. Where ACLs are enabled, each grant of the bucket's ACL is one more Allow, and so is each of an object's
   ACL for that object. Public grants are left out while IGNORE_ACLS is on.
4. Of an object that another account owns, the bucket policy can only deny. Its ACL must allow explicitly,
   also to callers of the bucket's account, which owns the bucket but not the object (OTHERS_OBJECT).
5. ACLs are enabled unless the object ownership is ENFORCED. Then the bucket's account owns every object, and
   ACLs that were made before have no effect.
6. A new object belongs to the account that writes it, except where that gives it to the bucket's account:
   under PREFERRED, by the canned ACL bucket-owner-full-control.
Source: Amazon S3 User Guide, "How Amazon S3 authorizes a request", "Controlling ownership of objects and
disabling ACLs for your bucket", "Blocking public access to your Amazon S3 storage".
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Final

from watchword.policy.buckets.acls import BUCKET_ACTIONS, OBJECT_ACTIONS, READ_ACP, WRITE_ACP, Acl, Grant
from watchword.policy.buckets.public import IGNORE_ACLS, RESTRICT, is_public, to_owner
from watchword.policy.evaluation.document import Policy
from watchword.policy.language.grammar import VARIABLES_SINCE, Effect, Statement

ENFORCED, PREFERRED, WRITER = "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"
OWNERSHIPS: Final = (ENFORCED, PREFERRED, WRITER)
GIVES_AWAY: Final = "bucket-owner-full-control"


def of_bucket(policy: Policy | None, acl: Acl | None, owner: str, blocked: Collection[str]) -> Policy | None:
    """Rules 1 to 3. acl: the bucket's, None where ACLs are disabled."""
    more: list[Statement] = []
    if acl is not None and acl.beyond(owner):
        more += acl.statements(BUCKET_ACTIONS, public=IGNORE_ACLS not in blocked)
    if policy is not None and RESTRICT in blocked and is_public(policy):
        more.append(to_owner(owner))
    return _with(policy, tuple(more))


@lru_cache(256)  # most objects have one of few ACLs
def of_object(bucket: Policy | None, acl: Acl, other: str, *, public: bool) -> Policy | None:
    """Rules 3 and 4. bucket: what decides about the bucket; public: whether public grants count.

    other: the account that owns the object, where that isn't the bucket's. It can always mend the ACL.
    """
    if other:
        acl = Acl((*acl.grants, Grant(READ_ACP, other), Grant(WRITE_ACP, other)))
        if bucket is not None:
            denies = tuple(each for each in bucket.statements if each.effect is Effect.DENY)
            bucket = Policy(denies, bucket.version, bucket.id)
    return _with(bucket, tuple(acl.statements(OBJECT_ACTIONS, public=public)))


def owner_of_new(writer: str, bucket_owner: str, ownership: str, canned: str) -> str:
    """Rules 5 and 6. Callers without an account write for the bucket's."""
    given = ownership == ENFORCED or (ownership == PREFERRED and canned == GIVES_AWAY)
    return bucket_owner if given or not writer else writer


def _with(policy: Policy | None, more: tuple[Statement, ...]) -> Policy | None:
    if policy is None:
        return Policy(more, VARIABLES_SINCE) if more else None
    return Policy((*policy.statements, *more), policy.version, policy.id) if more else policy
