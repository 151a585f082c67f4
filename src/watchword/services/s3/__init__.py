"""The S3 service: buckets, objects, multipart uploads, bucket policies.

1. Every operation checks the headers first (`headers`): a request for something that isn't served is
   refused. An empty version id is no version, and not the current one: it would delete that.
2. Where the requester pays, requests of others say so (`request_payment`).
3. Anonymous requests are decided on like any other, since a bucket policy can allow them. Those of
   SIGNED_ONLY must be signed: they need an account (making and listing buckets, multipart uploads), or S3
   demands it (copies).
"""

from dataclasses import replace

from watchword.access import Demand
from watchword.services.operation import Call, Operation
from watchword.services.s3 import (
    attributes,
    buckets,
    copies,
    deletions,
    encryption,
    listings,
    objects,
    request_payment,
    settings,
)
from watchword.services.s3.access import acls, bucket_policies, ownership_controls, public_access_blocks
from watchword.services.s3.access_logs import configuration as access_logs
from watchword.services.s3.cors import configuration as cors
from watchword.services.s3.errors import invalid_argument
from watchword.services.s3.headers import check_headers
from watchword.services.s3.lifecycle import configuration as lifecycle
from watchword.services.s3.locks import object_lock, retention
from watchword.services.s3.notifications import configuration as notifications
from watchword.services.s3.request_payment import paid
from watchword.services.s3.tags import bucket_tags, object_tags
from watchword.services.s3.uploads import completion, parts, uploads
from watchword.services.s3.versions import listings as version_listings
from watchword.services.s3.versions import versioning
from watchword.services.s3.website import configuration as website

SIGNED_ONLY = {
    *("CopyObject", "CreateBucket", "ListBuckets"),
    *uploads.OPERATIONS,
    *parts.OPERATIONS,
    *completion.OPERATIONS,
}


def _guarded(name: str, row: Operation) -> Operation:
    def demands(call: Call) -> tuple[Demand, ...]:
        check_headers(call)
        if call.input.get("VersionId") == "":
            raise invalid_argument("Version id cannot be the empty string", "versionId", "")
        return row.demands(call)

    return paid(name, replace(row, demands=demands, anonymous=name not in SIGNED_ONLY))


OPERATIONS: dict[str, Operation] = {
    name: _guarded(name, row)
    for table in (
        access_logs.OPERATIONS,
        acls.OPERATIONS,
        attributes.OPERATIONS,
        bucket_policies.OPERATIONS,
        bucket_tags.OPERATIONS,
        buckets.OPERATIONS,
        completion.OPERATIONS,
        copies.OPERATIONS,
        cors.OPERATIONS,
        deletions.OPERATIONS,
        lifecycle.OPERATIONS,
        encryption.OPERATIONS,
        listings.OPERATIONS,
        notifications.OPERATIONS,
        object_lock.OPERATIONS,
        object_tags.OPERATIONS,
        objects.OPERATIONS,
        ownership_controls.OPERATIONS,
        parts.OPERATIONS,
        public_access_blocks.OPERATIONS,
        request_payment.OPERATIONS,
        retention.OPERATIONS,
        settings.OPERATIONS,
        uploads.OPERATIONS,
        version_listings.OPERATIONS,
        versioning.OPERATIONS,
        website.OPERATIONS,
    )
    for name, row in table.items()
}
