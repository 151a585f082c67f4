"""Amazon S3, as far as buckets and objects go.

Every row is guarded: a request for something that isn't served is refused before anything else. Unsigned
requests are let through to the decision wherever a bucket's policy can allow them: not to what needs an
account (making and listing buckets, uploads in parts, which belong to somebody), and not to copies, which
must be signed.
"""

from dataclasses import replace

from watchword.access import Demand
from watchword.services.operation import Call, Operation
from watchword.services.s3 import (
    bucket_policies,
    buckets,
    completion,
    copies,
    deletions,
    listings,
    objects,
    parts,
    settings,
    uploads,
)
from watchword.services.s3.headers import check_headers

SIGNED_ONLY = {
    *("CopyObject", "CreateBucket", "ListBuckets"),
    *uploads.OPERATIONS,
    *parts.OPERATIONS,
    *completion.OPERATIONS,
}


def _guarded(name: str, row: Operation) -> Operation:
    def demands(call: Call) -> tuple[Demand, ...]:
        check_headers(call)
        return row.demands(call)

    return replace(row, demands=demands, anonymous=name not in SIGNED_ONLY)


OPERATIONS: dict[str, Operation] = {
    name: _guarded(name, row)
    for table in (
        bucket_policies.OPERATIONS,
        buckets.OPERATIONS,
        completion.OPERATIONS,
        copies.OPERATIONS,
        deletions.OPERATIONS,
        listings.OPERATIONS,
        objects.OPERATIONS,
        parts.OPERATIONS,
        settings.OPERATIONS,
        uploads.OPERATIONS,
    )
    for name, row in table.items()
}
