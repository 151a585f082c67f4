"""Multipart uploads: create, list, abort. Their parts are in `parts`, completing them is in `completion`.

An upload id is no credential: each step needs permission for the key. An id is only valid with the key that
the upload was created for, so permission for one key doesn't reach the uploads to another. An upload stays
until it is completed or aborted, or its bucket is deleted.
Source: Amazon S3 API Reference, CreateMultipartUpload, AbortMultipartUpload, ListMultipartUploads; User
Guide, "Uploading and copying objects using multipart upload".
"""

from collections.abc import Collection, Iterator

from watchword.access import Demand
from watchword.names import AwsError
from watchword.names.principal import Root
from watchword.objects.joined import COMBINED
from watchword.services.operation import Call, Demands, Operation, Output, object_write, reads
from watchword.services.s3.access.new_owner import new_owner, to_give
from watchword.services.s3.commits import delete_after_commit
from watchword.services.s3.customer_keys.given import encryption, kept, new_key
from watchword.services.s3.demands import bucket_of, object_demand, on_bucket
from watchword.services.s3.described import COMPOSITE, FULL_OBJECT, Description, second
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.integrity import known_algorithm
from watchword.services.s3.limits import MAX_KEYS, canonical_id, key_bytes
from watchword.services.s3.listings import encoded
from watchword.services.s3.locks.locks import Lock, to_lock
from watchword.services.s3.tags.new_tags import new_tags, request_tags, to_tag
from watchword.store import StillReferenced, Transaction
from watchword.store.s3 import uploads
from watchword.store.s3.uploads import Upload

Members = dict[str, object]


def create_multipart_upload(call: Call) -> Output:
    """CreateMultipartUpload."""
    algorithm, checksum_type = _checksum(call)
    bucket, customers = bucket_of(call).bucket, new_key(call)
    new = Upload(
        f"{int(call.now.timestamp() * 1_000_000):014x}{call.world.randomness(24).hex()}",
        bucket.id,
        key_bytes(call.input["Key"]),
        call.now,
        _initiator(call),
        algorithm,
        checksum_type,
        **Description.given(call.input, new_tags(call)).columns,
        **Lock.asked(call).columns,
        **new_owner(call),
        customer_key=kept(call, customers),
    )
    try:
        uploads.insert(call.change.begin(), new)
    except StillReferenced:
        raise s3_error("NoSuchBucket", BucketName=bucket.name) from None
    named = {"Bucket": bucket.name, "Key": call.input["Key"], "UploadId": new.id}
    return named | encryption(customers) | kept_checksum(new)


def abort_multipart_upload(call: Call) -> Output:
    """AbortMultipartUpload."""
    end(call, upload_of(call, call.change.begin()))
    return {}


def list_multipart_uploads(call: Call) -> Output:
    """ListMultipartUploads."""
    given, limit = call.input, page_size(call, "MaxUploads", "max-uploads")
    found = [each for each, _ in zip(_entries(call), range(limit + 1), strict=False)]
    shown, more = found[:limit], len(found) > limit > 0
    output: Members = {
        "Bucket": given["Bucket"],
        "KeyMarker": encoded(given, given.get("KeyMarker", "")),
        "UploadIdMarker": given.get("UploadIdMarker", ""),
        "Prefix": encoded(given, given.get("Prefix", "")),
        "MaxUploads": limit,
        "IsTruncated": more,
        "Uploads": [_entry(call, each) for each in shown if isinstance(each, Upload)],
        "CommonPrefixes": [{"Prefix": encoded(given, each)} for each in shown if isinstance(each, str)],
    }
    output |= {name: encoded(given, given[name]) for name in ("Delimiter",) if given.get(name)}
    output |= {name: given[name] for name in ("EncodingType",) if name in given}
    return output | (_next(call, shown[-1]) if more else {})


def upload_of(call: Call, tx: Transaction) -> Upload:
    """The upload that the call names. Raises NoSuchUpload."""
    found = uploads.at(tx, bucket_of(call).bucket.id, key_bytes(call.input["Key"]), call.input["UploadId"])
    if found is None:
        raise no_such_upload(call)
    return found


def end(call: Call, upload: Upload, kept: Collection[str] = ()) -> None:
    """Deletes the upload and its parts, but for the blobs that are `kept`.

    Raises NoSuchUpload if another call has ended it, and OperationAborted if one of the `kept` was replaced.
    """
    try:
        blobs = uploads.remove(call.change.begin(), upload.id)
    except StillReferenced:
        raise s3_error("OperationAborted") from None
    if blobs is None:
        raise no_such_upload(call)
    if not set(kept) <= set(blobs):
        raise s3_error("OperationAborted")
    delete_after_commit(call, set(blobs) - set(kept))


def no_such_upload(call: Call) -> AwsError:
    """There is no upload with that id to that key."""
    return s3_error("NoSuchUpload", UploadId=call.input["UploadId"])


def kept_checksum(upload: Upload) -> Members:
    """The members for the checksum that the object will have."""
    if not upload.algorithm:
        return {}
    return {"ChecksumAlgorithm": upload.algorithm, "ChecksumType": upload.checksum_type}


def owners(call: Call, upload: Upload) -> Members:
    """The members for who owns and who created an upload."""
    return {
        "Owner": {"ID": canonical_id(bucket_of(call).bucket.account)},
        "Initiator": {"ID": upload.by},
        "StorageClass": "STANDARD",
    }


def page_size(call: Call, member: str, parameter: str) -> int:
    """The most items that the page may have."""
    asked: int = call.input.get(member, MAX_KEYS)
    if asked < 0:
        said = f"Argument {parameter} must be an integer between 0 and 2147483647"
        raise invalid_argument(said, parameter, str(asked))
    return min(asked, MAX_KEYS)


def on_upload(action: str) -> Demands:
    """For operations that need `action` on the key of the upload."""

    def demands(call: Call) -> tuple[Demand, ...]:
        return (object_demand(call, bucket_of(call), action, call.input["Key"]),)

    return demands


def to_create(call: Call) -> tuple[Demand, ...]:
    """s3:PutObject, and the permissions for the tags and the lock that the object will have."""
    asked = request_tags(new_tags(call))
    puts = object_demand(call, bucket_of(call), "s3:PutObject", call.input["Key"], asked)
    return (puts, *to_tag(call), *to_lock(call), *to_give(call))


def _checksum(call: Call) -> tuple[str, str]:
    """Algorithm and type of the object's checksum."""
    asked, wanted = call.input.get("ChecksumAlgorithm"), call.input.get("ChecksumType")
    if asked is None:
        if wanted is None:
            return "", ""
        said = "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
        raise s3_error("InvalidRequest", said)
    algorithm = known_algorithm(asked)
    possible = [COMPOSITE, FULL_OBJECT] if algorithm in COMBINED else [COMPOSITE]
    possible = [FULL_OBJECT] if algorithm == "CRC64NVME" else possible
    if wanted is not None and wanted not in possible:
        said = f"The {wanted} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        raise s3_error("InvalidRequest", said)
    return algorithm, wanted or possible[0]


def _initiator(call: Call) -> str:
    principal = call.caller.principal
    return canonical_id(principal.account) if isinstance(principal, Root) else principal.arn


def _entries(call: Call) -> Iterator[Upload | str]:
    """Uploads after the markers, and common prefixes of uploads, in the order of keys."""
    given = call.input
    prefix, delimiter = given.get("Prefix", ""), given.get("Delimiter", "")
    key_marker, id_marker = given.get("KeyMarker", ""), given.get("UploadIdMarker", "")
    told = key_marker
    low = max(prefix.encode(), key_marker.encode())
    for upload in uploads.from_key(call.tx, bucket_of(call).bucket.id, low):
        key = upload.key.decode()
        if not key.startswith(prefix):
            return
        if key == key_marker and not (id_marker and upload.id > id_marker):
            continue
        found = key.find(delimiter, len(prefix)) if delimiter else -1
        if found < 0:
            yield upload
        elif (common := key[: found + len(delimiter)]) != told:
            told = common
            yield common


def _entry(call: Call, upload: Upload) -> Members:
    return {
        "Key": encoded(call.input, upload.key.decode()),
        "UploadId": upload.id,
        "Initiated": second(upload.begun),
        **owners(call, upload),
        **kept_checksum(upload),
    }


def _next(call: Call, last: Upload | str) -> Members:
    if isinstance(last, str):
        return {"NextKeyMarker": encoded(call.input, last), "NextUploadIdMarker": ""}
    return {"NextKeyMarker": encoded(call.input, last.key.decode()), "NextUploadIdMarker": last.id}


OPERATIONS: dict[str, Operation] = {
    "CreateMultipartUpload": object_write(create_multipart_upload, to_create),
    "AbortMultipartUpload": object_write(
        abort_multipart_upload, on_upload("s3:AbortMultipartUpload"), makes_room=True
    ),
    "ListMultipartUploads": reads(list_multipart_uploads, on_bucket("s3:ListBucketMultipartUploads")),
}
