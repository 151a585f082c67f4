"""How each operation of S3 is called: what a row is stands in tests/services/rows.py."""

import json
from datetime import UTC, datetime
from typing import Any

from tests.services.rows import Refused, Row, Step, Without

BUCKET, OBJECT = {"Bucket": "payroll"}, {"Bucket": "payroll", "Key": "2026"}
SOURCE = {"CopySource": OBJECT}
POLICY = {
    "Policy": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "123456789012"},
                    "Action": "s3:GetObject",
                    "Resource": "arn:aws:s3:::payroll/*",
                }
            ],
        }
    )
}
BODY = {"Body": b"bytes"}
LOCKED = {"Bucket": "vault", "Key": "kept"}
UNTIL = datetime(2096, 1, 1, tzinfo=UTC)
LOCK = {
    "ObjectLockMode": "GOVERNANCE",
    "ObjectLockRetainUntilDate": UNTIL,
    "ObjectLockLegalHoldStatus": "OFF",
}
RETENTION = {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": UNTIL}}
LIFECYCLE = {
    "LifecycleConfiguration": {
        "Rules": [{"ID": "old", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 3650}}]
    }
}
LOCKS = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
CORS = {
    "CORSConfiguration": {
        "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}]
    }
}
LOGGING = {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "payroll", "TargetPrefix": "log/"}}}
WEBSITE = {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}}
AES = {"SSEAlgorithm": "AES256"}
ENCRYPTION = {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": AES}]}}
NUMBERED = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
TAGS = {"Tagging": {"TagSet": [{"Key": "team", "Value": "red"}]}}
MIXED = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}
OPEN = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}


def bucket(name: str) -> dict[str, str]:
    return {"Bucket": name}


def key(name: str) -> dict[str, str]:
    return BUCKET | {"Key": name}


def upload(name: str) -> dict[str, str]:
    return key(name) | {"UploadId": f"<{name}>"}


def part(number: int) -> dict[str, Any]:
    return {"PartNumber": number}


NO_BUCKET = Refused("NoSuchBucket", Bucket="nowhere")
NO_KEY = Refused("NoSuchKey", Key="none")
NO_BUCKET_TO_HEAD, NO_KEY_TO_HEAD = Refused("404", Bucket="nowhere"), Refused("404", Key="none")
"""An answer to HEAD has no body, and so no code: botocore takes the status for it."""
NO_SOURCE = Refused("NoSuchKey", CopySource=key("none"))
NO_UPLOAD = Refused("NoSuchUpload", UploadId="none")
PARTS = {"MultipartUpload": {"Parts": [part(1) | {"ETag": "<part>"}]}}
ONLY_NEW = OBJECT | {"IfNoneMatch": "*"}

OURS = Refused(
    "BucketAlreadyOwnedByYou", **BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
)

SCENE = [
    *(Step("CreateBucket", bucket(name)) for name in ("payroll", "free", "spare")),
    Step("CreateBucket", bucket("vault") | {"ObjectLockEnabledForBucket": True}),
    Step("PutBucketLifecycleConfiguration", bucket("vault") | LIFECYCLE),
    Step("PutObject", LOCKED | BODY | LOCK),
    Step("PutBucketPolicy", BUCKET | POLICY),
    Step("CreateBucket", bucket("tagged")),
    Step("CreateBucket", bucket("mixed") | {"ObjectOwnership": "ObjectWriter"}),
    Step("PutBucketTagging", bucket("tagged") | TAGS),
    Step("PutBucketCors", bucket("tagged") | CORS),
    Step("PutBucketWebsite", bucket("tagged") | WEBSITE),
    *(Step("PutObject", key(name) | BODY) for name in ("2025", "2026", "a/1", "b/1", "free", "spare")),
    *(
        Step("CreateMultipartUpload", key(name), **{name: "UploadId"})
        for name in ("open", "whole", "gone", "more")
    ),
    *(Step("UploadPart", upload("open") | part(number) | BODY) for number in (1, 2)),
    Step("UploadPart", upload("whole") | part(1) | BODY, part="ETag"),
]

ROWS = {
    # buckets
    "CreateBucket": Row(bucket("new-one"), missing=Without("it makes what the others miss"), conflict=OURS),
    "ListBuckets": Row({"BucketRegion": "us-east-1"}, pages=1),
    "HeadBucket": Row(BUCKET, missing=NO_BUCKET_TO_HEAD),
    "GetBucketLocation": Row(BUCKET, missing=NO_BUCKET),
    "DeleteBucket": Row(bucket("spare"), missing=NO_BUCKET, conflict=Refused("BucketNotEmpty", **BUCKET)),
    "PutBucketPolicy": Row(BUCKET | POLICY, missing=NO_BUCKET),
    "PutBucketVersioning": Row(
        bucket("free") | {"VersioningConfiguration": {"Status": "Enabled"}}, missing=NO_BUCKET
    ),
    "GetBucketVersioning": Row(BUCKET, missing=NO_BUCKET),
    "GetBucketPolicy": Row(BUCKET, missing=Refused("NoSuchBucketPolicy", **bucket("free"))),
    "GetBucketPolicyStatus": Row(BUCKET, missing=Refused("NoSuchBucketPolicy", **bucket("free"))),
    "DeleteBucketPolicy": Row(bucket("free"), missing=NO_BUCKET),
    "PutPublicAccessBlock": Row(BUCKET | OPEN, missing=NO_BUCKET),
    "GetPublicAccessBlock": Row(BUCKET, missing=NO_BUCKET),
    "DeletePublicAccessBlock": Row(bucket("free"), missing=NO_BUCKET),
    # owners and ACLs
    "PutBucketOwnershipControls": Row(bucket("mixed") | MIXED, missing=NO_BUCKET),
    "GetBucketOwnershipControls": Row(BUCKET, missing=NO_BUCKET),
    "DeleteBucketOwnershipControls": Row(bucket("mixed"), missing=NO_BUCKET),
    "PutBucketAcl": Row(bucket("mixed") | {"ACL": "private"}, missing=NO_BUCKET),
    "GetBucketAcl": Row(BUCKET, missing=NO_BUCKET),
    "PutObjectAcl": Row(OBJECT | {"ACL": "bucket-owner-full-control"}, missing=NO_KEY),
    "GetObjectAcl": Row(OBJECT, missing=NO_KEY),
    # what a bucket always is
    "GetBucketAccelerateConfiguration": Row(BUCKET, missing=NO_BUCKET),
    "GetBucketLogging": Row(BUCKET, missing=NO_BUCKET),
    "GetBucketRequestPayment": Row(BUCKET, missing=NO_BUCKET),
    **{
        f"ListBucket{noun}Configurations": Row(BUCKET, missing=NO_BUCKET, pages=Without("it is always empty"))
        for noun in NUMBERED
    },
    "PutBucketAccelerateConfiguration": Row(
        BUCKET | {"AccelerateConfiguration": {"Status": "Suspended"}}, missing=NO_BUCKET
    ),
    "PutBucketLogging": Row(BUCKET | LOGGING, missing=NO_BUCKET),
    "PutBucketRequestPayment": Row(
        BUCKET | {"RequestPaymentConfiguration": {"Payer": "BucketOwner"}}, missing=NO_BUCKET
    ),
    "DeleteBucketReplication": Row(BUCKET, missing=NO_BUCKET),
    "DeleteBucketWebsite": Row(BUCKET, missing=NO_BUCKET),
    # what a bucket never has
    **{
        f"{verb}Bucket{noun}Configuration": Row(
            BUCKET | {"Id": "one"}, missing=NO_BUCKET, answer="NoSuchConfiguration"
        )
        for noun in NUMBERED
        for verb in ("Delete", "Get")
    },
    "GetBucketReplication": Row(BUCKET, missing=NO_BUCKET, answer="ReplicationConfigurationNotFoundError"),
    "GetBucketWebsite": Row(bucket("tagged"), missing=NO_BUCKET),
    "PutBucketWebsite": Row(BUCKET | WEBSITE, missing=NO_BUCKET),
    # encryption, notifications
    "PutBucketEncryption": Row(BUCKET | ENCRYPTION, missing=NO_BUCKET),
    "GetBucketEncryption": Row(BUCKET, missing=NO_BUCKET),
    "DeleteBucketEncryption": Row(bucket("free"), missing=NO_BUCKET),
    "PutBucketNotificationConfiguration": Row(BUCKET | {"NotificationConfiguration": {}}, missing=NO_BUCKET),
    "GetBucketNotificationConfiguration": Row(BUCKET, missing=NO_BUCKET),
    # for browsers
    "PutBucketCors": Row(BUCKET | CORS, missing=NO_BUCKET),
    "GetBucketCors": Row(bucket("tagged"), missing=NO_BUCKET),
    "DeleteBucketCors": Row(bucket("free"), missing=NO_BUCKET),
    # tags
    "PutBucketTagging": Row(BUCKET | TAGS, missing=NO_BUCKET),
    "GetBucketTagging": Row(bucket("tagged"), missing=NO_BUCKET),
    "DeleteBucketTagging": Row(bucket("free"), missing=NO_BUCKET),
    "PutBucketAbac": Row(bucket("free") | {"AbacStatus": {"Status": "Disabled"}}, missing=NO_BUCKET),
    "GetBucketAbac": Row(BUCKET, missing=NO_BUCKET),
    "PutObjectTagging": Row(OBJECT | TAGS, missing=NO_KEY),
    "GetObjectTagging": Row(OBJECT, missing=NO_KEY),
    "DeleteObjectTagging": Row(key("2025"), missing=NO_KEY),
    # objects
    "PutObject": Row(
        key("new") | BODY, missing=NO_BUCKET, conflict=Refused("PreconditionFailed", **ONLY_NEW)
    ),
    "GetObject": Row(OBJECT, missing=NO_KEY),
    "GetObjectAttributes": Row(OBJECT | {"ObjectAttributes": ["ETag"]}, missing=NO_KEY),
    "HeadObject": Row(OBJECT, missing=NO_KEY_TO_HEAD),
    "CopyObject": Row(key("copy") | SOURCE, missing=NO_SOURCE),
    "DeleteObject": Row(key("free"), missing=NO_BUCKET),
    "DeleteObjects": Row(BUCKET | {"Delete": {"Objects": [{"Key": "spare"}]}}, missing=NO_BUCKET),
    "ListObjects": Row(BUCKET | {"Delimiter": "/"}, missing=NO_BUCKET, pages=1),
    "ListObjectsV2": Row(BUCKET | {"Delimiter": "/"}, missing=NO_BUCKET, pages=1),
    # lifecycle
    "PutBucketLifecycleConfiguration": Row(BUCKET | LIFECYCLE, missing=NO_BUCKET),
    "GetBucketLifecycleConfiguration": Row(
        bucket("vault"), missing=Refused("NoSuchLifecycleConfiguration", **bucket("free"))
    ),
    "DeleteBucketLifecycle": Row(bucket("free"), missing=NO_BUCKET),
    # locks
    "PutObjectLockConfiguration": Row(
        bucket("vault") | LOCKS, missing=NO_BUCKET, conflict=Refused("InvalidBucketState", **BUCKET)
    ),
    "GetObjectLockConfiguration": Row(
        bucket("vault"), missing=Refused("ObjectLockConfigurationNotFoundError", **BUCKET)
    ),
    "PutObjectRetention": Row(LOCKED | RETENTION, missing=NO_KEY),
    "GetObjectRetention": Row(LOCKED, missing=NO_KEY),
    "PutObjectLegalHold": Row(LOCKED | {"LegalHold": {"Status": "ON"}}, missing=NO_KEY),
    "GetObjectLegalHold": Row(LOCKED, missing=NO_KEY),
    "ListObjectVersions": Row(BUCKET | {"Delimiter": "/"}, missing=NO_BUCKET, pages=1),
    # uploads in parts
    "CreateMultipartUpload": Row(key("begun"), missing=NO_BUCKET),
    "ListMultipartUploads": Row(BUCKET, missing=NO_BUCKET, pages=1),
    "UploadPart": Row(upload("open") | part(3) | BODY, missing=NO_UPLOAD),
    "UploadPartCopy": Row(upload("open") | part(4) | SOURCE, missing=NO_UPLOAD),
    "ListParts": Row(upload("open"), missing=NO_UPLOAD, pages=1),
    "CompleteMultipartUpload": Row(upload("whole") | PARTS, missing=NO_UPLOAD),
    "AbortMultipartUpload": Row(upload("gone"), missing=NO_UPLOAD),
}
OTHERS: dict[str, str] = {}
