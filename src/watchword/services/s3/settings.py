"""Bucket settings that can be read but not changed. They are the same for every bucket.

Programs that manage buckets, such as terraform's aws_s3_bucket, read all settings. Here buckets have no
logging, the owner pays, ACLs are off, and the encryption is AES256. There is no other
configuration.
Source: Amazon S3 API Reference, the operation's own page; Service Authorization Reference, "Amazon S3".
"""

from watchword.services.operation import Call, Operation, Output, Perform, reads
from watchword.services.s3.demands import on_bucket
from watchword.services.s3.errors import s3_error

_AES256 = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}
ANSWERS: dict[str, tuple[str, Output]] = {
    "GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration", {}),
    "GetBucketEncryption": ("s3:GetEncryptionConfiguration", {"ServerSideEncryptionConfiguration": _AES256}),
    "GetBucketLogging": ("s3:GetBucketLogging", {}),
    "GetBucketNotificationConfiguration": ("s3:GetBucketNotification", {}),
    "GetBucketRequestPayment": ("s3:GetBucketRequestPayment", {"Payer": "BucketOwner"}),
}
"""Operation -> its action and its output."""

ABSENT: dict[str, tuple[str, str]] = {
    "GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
    "GetBucketReplication": ("s3:GetReplicationConfiguration", "ReplicationConfigurationNotFoundError"),
    "GetBucketWebsite": ("s3:GetBucketWebsite", "NoSuchWebsiteConfiguration"),
}
"""Operation -> its action, and the error that says there is no such configuration."""


def _answer(output: Output) -> Perform:
    return lambda _call: output


def _absence(code: str) -> Perform:
    def perform(call: Call) -> Output:
        raise s3_error(code, BucketName=call.input["Bucket"])

    return perform


OPERATIONS: dict[str, Operation] = {
    **{name: reads(_answer(output), on_bucket(action)) for name, (action, output) in ANSWERS.items()},
    **{name: reads(_absence(code), on_bucket(action)) for name, (action, code) in ABSENT.items()},
}
