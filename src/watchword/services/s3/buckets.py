"""Buckets: create, list, head, delete.

Names are unique across all accounts. A bucket is in the region that the request named, or was signed for. It
can be reached with a signature for any region, since one server serves all regions.
Source: Amazon S3 API Reference, CreateBucket, ListBuckets, HeadBucket, GetBucketLocation, DeleteBucket.
"""

import re
from dataclasses import replace

from msgspec import structs

from watchword.access import Demand
from watchword.facts.buckets import ACL
from watchword.identity.tags import as_condition_keys
from watchword.names import nouns
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.attached import of_account
from watchword.services.s3.demands import bucket_demand, bucket_of, on_bucket
from watchword.services.s3.described import second
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.keys import keys_of
from watchword.services.s3.limits import canonical_id, is_bucket_name
from watchword.services.s3.locks.object_lock import NO_DEFAULT
from watchword.services.s3.new_settings import new_settings, to_set
from watchword.services.s3.tags.tag_sets import Tags, tags_of_list
from watchword.services.s3.tokens import decode_token, encode_token
from watchword.store import StillReferenced, tags
from watchword.store.s3 import bucket_settings, buckets, objects, uploads
from watchword.store.s3.buckets import ENABLED, Bucket

FIRST_REGION = "us-east-1"
"""The region whose buckets have no location constraint."""
MAX_BUCKETS = 10_000
_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)*", re.ASCII)
_OLD_NAMES = {"EU": "eu-west-1"}
_TO_LOCK = ("s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning")
_PAGING = {"MaxBuckets", "ContinuationToken", "Prefix", "BucketRegion"}


def create_bucket(call: Call) -> Output:
    """CreateBucket."""
    name = call.input["Bucket"]
    if not is_bucket_name(name):
        raise s3_error("InvalidBucketName", BucketName=name)
    taken = buckets.named(call.tx, name)
    if taken is not None:
        return _made_again(call, taken)
    bucket_id = call.world.randomness(16).hex()
    settings = new_settings(call)
    new = Bucket(bucket_id, name, call.account, _region_of(call), call.now)
    if call.input.get("ObjectLockEnabledForBucket"):
        new = replace(new, versioning=ENABLED, object_lock=NO_DEFAULT)
    buckets.insert(call.tx, new)
    for setting, document in settings.items():
        bucket_settings.put(call.tx, new, setting, document)
    tags.put(call.tx, nouns.BUCKET, bucket_id, _tags(call))
    return {"Location": f"/{name}"}


def _made_again(call: Call, taken: Bucket) -> Output:
    """In us-east-1, making a bucket again that one owns succeeds and resets its ACL. It sets nothing else."""
    if taken.account != call.account:
        raise s3_error("BucketAlreadyExists", BucketName=taken.name)
    sets = to_set(call, "") or _tags(call)
    if sets or {taken.region, _region_of(call)} != {FIRST_REGION}:
        raise s3_error("BucketAlreadyOwnedByYou", BucketName=taken.name)
    bucket_settings.put(call.tx, taken, ACL, None)
    return {"Location": f"/{taken.name}"}


def list_buckets(call: Call) -> Output:
    """ListBuckets: those of the caller's account."""
    given = call.input
    limit = given.get("MaxBuckets", MAX_BUCKETS)
    if not 1 <= limit <= MAX_BUCKETS:
        said = f"Argument max-buckets must be an integer between 1 and {MAX_BUCKETS}"
        raise invalid_argument(said, "max-buckets", str(limit))
    found = _matching(call)
    output: dict[str, object] = {
        "Owner": {"ID": canonical_id(call.account)},
        "Buckets": [_entry(bucket, paged=not _PAGING.isdisjoint(given)) for bucket in found[:limit]],
    }
    if "Prefix" in given:
        output["Prefix"] = given["Prefix"]
    if len(found) > limit:
        output["ContinuationToken"] = encode_token(found[limit - 1].name.encode())
    return output


def head_bucket(call: Call) -> Output:
    """HeadBucket."""
    return {"BucketRegion": bucket_of(call).bucket.region, "AccessPointAlias": False}


def get_bucket_location(call: Call) -> Output:
    """GetBucketLocation."""
    region = bucket_of(call).bucket.region
    return {} if region == FIRST_REGION else {"LocationConstraint": region}


def delete_bucket(call: Call) -> Output:
    """DeleteBucket. It must be empty. Its multipart uploads are aborted; `sweep` deletes their bytes."""
    bucket = bucket_of(call).bucket
    if objects.any_in(call.tx, bucket.id):
        raise s3_error("BucketNotEmpty", BucketName=bucket.name)
    try:
        uploads.remove_all(call.tx, bucket.id)
        bucket_settings.remove_all(call.tx, bucket)
        tags.remove_all(call.tx, nouns.BUCKET, bucket.id)
        buckets.remove(call.tx, bucket)
    except StillReferenced:  # an object or a part was stored since the check
        raise s3_error("BucketNotEmpty", BucketName=bucket.name) from None
    return {}


def to_create(call: Call) -> tuple[Demand, ...]:
    """s3:CreateBucket in the caller's account, and what its tags, lock, ACL and ownership need."""
    action, arn = "s3:CreateBucket", f"arn:aws:s3:::{call.input['Bucket']}"
    owner, context = of_account(call.account), keys_of(call, action)
    if constraint := _constraint(call):
        context["s3:locationconstraint"] = constraint
    locking = _TO_LOCK if call.input.get("ObjectLockEnabledForBucket") else ()
    beside = (*(owner.demand(other, arn, keys_of(call, other)) for other in locking), *to_set(call, arn))
    given = _tags(call)
    if not given:
        return (owner.demand(action, arn, context), *beside)
    asked = {**as_condition_keys("aws:RequestTag", given.items()), "aws:TagKeys": tuple(given)}
    tagging = owner.demand("s3:TagResource", arn, keys_of(call, "s3:TagResource") | asked)
    return (owner.demand(action, arn, context | asked), tagging, *beside)


def to_list_all(call: Call) -> tuple[Demand, ...]:
    """s3:ListAllMyBuckets on `arn:aws:s3:::*`, which policies for this action usually name."""
    action = "s3:ListAllMyBuckets"
    return (of_account(call.account).demand(action, "arn:aws:s3:::*", keys_of(call, action)),)


def to_head(call: Call) -> tuple[Demand, ...]:
    """s3:ListBucket. A refusal tells the bucket's region as well, which is what many clients ask for."""
    fact = bucket_of(call)
    told = {"x-amz-bucket-region": fact.bucket.region}
    return (structs.replace(bucket_demand(call, fact, "s3:ListBucket"), headers=told),)


def _tags(call: Call) -> Tags:
    return tags_of_list(call.input.get("CreateBucketConfiguration", {}).get("Tags", ()), "Bucket")


def _constraint(call: Call) -> str | None:
    constraint: str | None = call.input.get("CreateBucketConfiguration", {}).get("LocationConstraint")
    return constraint or None


def _region_of(call: Call) -> str:
    """Only us-east-1 creates buckets in other regions: API Reference, CreateBucket, LocationConstraint."""
    beyond = set(call.input.get("CreateBucketConfiguration", {})) - {"LocationConstraint", "Tags"}
    if beyond:
        raise s3_error("NotImplemented", f"{min(beyond)} of a new bucket is not implemented.")
    constraint = _constraint(call)
    if constraint is None:
        if call.context.region != FIRST_REGION:
            raise s3_error("IllegalLocationConstraintException")
        return FIRST_REGION
    region = _OLD_NAMES.get(constraint, constraint)
    if region == FIRST_REGION or not _REGION.fullmatch(region):
        raise s3_error("InvalidLocationConstraint", LocationConstraint=constraint)
    if call.context.region not in (FIRST_REGION, region):
        said = (
            f"The {constraint} location constraint is incompatible for the region specific endpoint this "
            "request was sent to."
        )
        raise s3_error("IllegalLocationConstraintException", said)
    return region


def _matching(call: Call) -> list[Bucket]:
    """The caller's buckets that the listing asks for."""
    given = call.input
    after = decode_token(given["ContinuationToken"]).decode() if "ContinuationToken" in given else ""
    prefix, region = given.get("Prefix", ""), given.get("BucketRegion")
    found, _ = buckets.page(call.tx, call.account, after=after, limit=MAX_BUCKETS)
    return [each for each in found if each.name.startswith(prefix) and region in (None, each.region)]


def _entry(bucket: Bucket, *, paged: bool) -> dict[str, object]:
    entry: dict[str, object] = {"Name": bucket.name, "CreationDate": second(bucket.created)}
    return entry | {"BucketRegion": bucket.region} if paged else entry


OPERATIONS: dict[str, Operation] = {
    "CreateBucket": writes(create_bucket, to_create),
    "ListBuckets": reads(list_buckets, to_list_all),
    "HeadBucket": reads(head_bucket, to_head),
    "GetBucketLocation": reads(get_bucket_location, on_bucket("s3:GetBucketLocation")),
    "DeleteBucket": writes(delete_bucket, on_bucket("s3:DeleteBucket")),
}
