"""Bucket settings that can be read but not changed. They are the same for every bucket.

Programs that manage buckets, such as terraform's aws_s3_bucket, read all settings. Here buckets have no
logging. There is no other configuration. To set what is true anyway, and to
delete what isn't there, succeeds or fails as at S3; anything else is NotImplemented.
Source: Amazon S3 API Reference, the operation's own page; Service Authorization Reference, "Amazon S3".
"""

from watchword.services.operation import Call, Operation, Output, Perform, reads, writes
from watchword.services.s3.demands import on_bucket
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body

_NUMBERED = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
"""Configurations of which a bucket can have several, each with an id."""
ANSWERS: dict[str, tuple[str, Output]] = {
    "GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration", {}),
    **{
        f"ListBucket{noun}Configurations": (f"s3:Get{noun}Configuration", {"IsTruncated": False})
        for noun in _NUMBERED
    },
}
"""Operation -> its action and its output."""

ABSENT: dict[str, tuple[str, str]] = {
    **{
        f"GetBucket{noun}Configuration": (f"s3:Get{noun}Configuration", "NoSuchConfiguration")
        for noun in _NUMBERED
    },
    "GetBucketReplication": ("s3:GetReplicationConfiguration", "ReplicationConfigurationNotFoundError"),
}
"""Operation -> its action, and the error that says there is no such configuration."""


ABSENT_TO_DELETE: dict[str, tuple[str, str]] = {
    f"DeleteBucket{noun}Configuration": (f"s3:Put{noun}Configuration", "NoSuchConfiguration")
    for noun in _NUMBERED
}
"""The same for what can't be deleted, since it isn't there."""

SET: dict[str, tuple[str, str, Output]] = {
    "DeleteBucketReplication": ("s3:PutReplicationConfiguration", "", {}),
    "PutBucketAccelerateConfiguration": (
        "s3:PutAccelerateConfiguration",
        "AccelerateConfiguration",
        {"Status": "Suspended"},
    ),
}
"""Operation -> its action, the member with its document, and the only document that is true."""


def _answer(output: Output) -> Perform:
    return lambda _call: output


def _absence(code: str) -> Perform:
    def perform(call: Call) -> Output:
        raise s3_error(code, BucketName=call.input["Bucket"])

    return perform


def _truth(name: str, member: str, truth: Output) -> Perform:
    def perform(call: Call) -> Output:
        check_body(call.request, required=False)
        if call.input.get(member, {}) != truth:
            raise s3_error("NotImplemented", f"{name} with this document is not implemented.")
        return {}

    return perform


OPERATIONS: dict[str, Operation] = {
    **{name: reads(_answer(output), on_bucket(action)) for name, (action, output) in ANSWERS.items()},
    **{name: reads(_absence(code), on_bucket(action)) for name, (action, code) in ABSENT.items()},
    **{name: writes(_absence(code), on_bucket(action)) for name, (action, code) in ABSENT_TO_DELETE.items()},
    **{
        name: writes(_truth(name, member, truth), on_bucket(action))
        for name, (action, member, truth) in SET.items()
    },
}
