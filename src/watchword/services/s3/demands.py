"""The permissions that S3's operations need: each is an action on a bucket or on an object.

1. Everybody learns that a bucket doesn't exist (NoSuchBucket), as at AWS. Nothing else is revealed before
   the decision.
2. The ARN has the same key as the row of the object. After the decision no path is decoded or normalised,
   so there is no path traversal (a key is any UTF-8).
3. Reading and deleting a version are actions of their own: s3:GetObject doesn't allow s3:GetObjectVersion.
4. A caller who may not list a bucket doesn't learn which keys exist: NoSuchKey needs s3:ListBucket and
   NoSuchVersion s3:ListBucketVersions, others get AccessDenied.
5. The root user of the bucket's account may always read, replace and delete the bucket policy, so that
   nobody is locked out of a bucket for good.

Sources: Service Authorization Reference, "Amazon S3"; Amazon S3 API Reference, GetObject "Permissions";
Amazon S3 User Guide, "Bucket owner condition" and "Amazon S3 policy keys".
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from watchword.access import Demand
from watchword.access.demand import ContextValue, Reserved
from watchword.facts.buckets import BUCKET, BucketFact
from watchword.names import fault
from watchword.names.principal import Root
from watchword.policy.buckets.governing import ENFORCED
from watchword.services.operation import Call, Demands
from watchword.services.resources import Attached
from watchword.services.s3.attached import OF_BUCKET, of_bucket, of_object
from watchword.services.s3.errors import s3_error
from watchword.services.s3.keys import keys_of
from watchword.services.s3.limits import is_bucket_name, key_bytes
from watchword.services.s3.stored import stored
from watchword.services.signing_keys import Context

_CREATE = {"CopyObject", "CreateMultipartUpload", "PutObject"}
"""Operations that are about an object to come; of one that is there they only read."""


def bucket_named(call: Call, name: str, owner: str | None) -> BucketFact:
    """The bucket. It must belong to `owner`, if given (x-amz-expected-bucket-owner).

    All of a call works with the same bucket, even if the name is given to another one meanwhile.
    """
    found = call.resolve("bucket", name, partial(call.world.facts.get, BUCKET, name))
    if found is None:
        raise s3_error("NoSuchBucket" if is_bucket_name(name) else "InvalidBucketName", BucketName=name)
    if owner and owner != found.bucket.account:
        raise fault("AccessDenied", meant=f"the bucket belongs to {found.bucket.account}, not to {owner}")
    return found


def bucket_of(call: Call) -> BucketFact:
    """The bucket that the call names."""
    return bucket_named(call, call.input["Bucket"], call.input.get("ExpectedBucketOwner"))


def bucket_demand(call: Call, fact: BucketFact, action: str, context: Context | None = None) -> Demand:
    """`action` on the bucket itself."""
    return _demand(call, of_bucket(fact), action, fact.bucket.name, context or {})


def object_demand(
    call: Call,
    fact: BucketFact,
    action: str,
    key: str,
    context: Mapping[str, ContextValue] | None = None,
    *,
    version: str = "",
    optional: bool = False,
) -> Demand:
    """`action` on an object, or with a version the action for versions (rule 3)."""
    context = context or {}
    if version:
        action = action.replace("Object", "ObjectVersion", 1)
        context = {**context, "s3:VersionId": version}
    key_bytes(key)
    whole = fact.ownership == ENFORCED or _creates(call, action)
    known = of_bucket(fact) if whole else of_object(fact, stored(call, fact, key, version))
    return _demand(call, known, action, f"{fact.bucket.name}/{key}", context, optional=optional)


def _creates(call: Call, action: str) -> bool:
    """Whether the action isn't about the object that is there (`attached`)."""
    return action in OF_BUCKET or (call.name in _CREATE and not action.startswith("s3:Get"))


def on_bucket(action: str) -> Demands:
    """For operations that need `action` on their bucket."""
    return lambda call: (bucket_demand(call, bucket_of(call), action),)


def on_own_policy(action: str) -> Demands:
    """For operations on the bucket policy: rule 5."""

    def demands(call: Call) -> tuple[Demand, ...]:
        fact, caller = bucket_of(call), call.caller.principal
        if isinstance(caller, Root) and caller.account == fact.bucket.account:
            fact = fact.without_policy
        return (bucket_demand(call, fact, action),)

    return demands


def no_such_key(
    call: Call, fact: BucketFact, key: str, headers: Mapping[str, str] = MappingProxyType({})
) -> Reserved:
    """Rule 4."""
    may_list = bucket_demand(call, fact, "s3:ListBucket", {"s3:prefix": key})
    return Reserved(s3_error("NoSuchKey", Key=key).with_headers(headers), may_list)


def no_such_version(call: Call, fact: BucketFact, key: str, version: str) -> Reserved:
    """Rule 4, for a version."""
    may_list = bucket_demand(call, fact, "s3:ListBucketVersions", {"s3:prefix": key})
    return Reserved(s3_error("NoSuchVersion", Key=key, VersionId=version), may_list)


def _demand(
    call: Call,
    known: Attached,
    action: str,
    resource: str,
    context: Mapping[str, ContextValue],
    *,
    optional: bool = False,
) -> Demand:
    arn = f"{known.policy_name.rpartition(':')[0]}:{resource}"
    return known.demand(action, arn, {**keys_of(call, action), **context}, optional=optional)
