"""CompleteMultipartUpload: the parts become one object, atomically.

1. The list names at least one part and each by number and ETag, or MalformedXML.
2. Numbers ascend, or InvalidPartOrder.
3. Each part is there, with that ETag and, where it is told, that checksum, or InvalidPart.
4. A composite checksum needs each part's own in the list, or InvalidRequest; and numbers from 1 on without a
   gap, or InvalidPartOrder.
5. Every part but the last has MIN_PART bytes, or EntityTooSmall.
6. What the request says of the object's size and checksum is true, or it is refused.

The blobs of the parts become pieces of one joined blob: no byte is written again. One change creates the
object and ends the upload, if the parts are still the same; parts that the list doesn't name are deleted.
The operation is idempotent: the same list gets the same answer for as long as the object is there, since the
first answer may have been lost.
Source: Amazon S3 API Reference, CompleteMultipartUpload.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from watchword.names import AwsError
from watchword.objects.blob_names import joined, new_in_family, upload_family
from watchword.objects.joined import composite, full, joined_etag
from watchword.services.operation import Call, Operation, Output, object_write
from watchword.services.s3.commits import commit_object, undone
from watchword.services.s3.customer_keys.given import key_of_sums
from watchword.services.s3.customer_keys.sealed import hidden, shown_row, stored_size
from watchword.services.s3.demands import bucket_of
from watchword.services.s3.described import COMPOSITE, ENCRYPTION, checksums, quoted
from watchword.services.s3.errors import s3_error
from watchword.services.s3.lifecycle.told import expiration
from watchword.services.s3.limits import MAX_LIST, key_bytes
from watchword.services.s3.locks.locks import Lock
from watchword.services.s3.notifications.notifying import notify
from watchword.services.s3.objects import to_write
from watchword.services.s3.uploads.parts import MAX_PARTS, shown_part
from watchword.services.s3.uploads.uploads import end, upload_of
from watchword.services.s3.versions.versions import version_id
from watchword.store.s3 import objects, parts
from watchword.store.s3.objects import Object
from watchword.store.s3.parts import Part
from watchword.store.s3.uploads import Upload

MIN_PART = 5 << 20
"""Bytes of every part but the last: User Guide, "Amazon S3 multipart upload limits"."""

Entry = Mapping[str, Any]


def complete_multipart_upload(call: Call) -> Output:
    """CompleteMultipartUpload."""
    entries = _entries(call)
    try:
        made = _made(call, entries)
    except AwsError:
        made_before = _made_before(call, entries)
        if made_before is None:
            raise
        made = made_before
    return {
        "Location": f"http{'s' * call.request.secure}://{call.request.header('host')}{call.request.path}",
        "Bucket": call.input["Bucket"],
        "Key": call.input["Key"],
        "ETag": quoted(made.etag),
        **version_id(call, made),
        **expiration(call, made),
        **_encryption(call, made),
    }


def _made(call: Call, entries: Sequence[Entry]) -> Object:
    """Creates the object."""
    with call.world.database.read() as tx:
        upload = upload_of(call, tx)
        sent = parts.page(tx, upload.id, limit=MAX_PARTS)[0]
    customers = key_of_sums(call, upload.customer_key, summed=bool(upload.algorithm))
    if upload.checksum_type == COMPOSITE and entries[-1]["PartNumber"] != len(entries):
        raise s3_error("InvalidPartOrder", UploadId=upload.id)
    there = {part.number: shown_part(upload, part, customers) for part in sent}
    chosen = [_chosen(call, upload, there, entry) for entry in entries]
    _check_sizes(call, chosen)
    checksum = _checksum(call, upload, chosen)
    name = joined(new_in_family(upload_family(upload.id), call.world.randomness))
    with undone(name, call.world.objects.unjoin) as blob:
        new = _object(call, upload, chosen, blob, hidden(call, checksum, customers))
        stored = {part.number: part for part in sent}
        sums = [stored[part.number].checksum for part in chosen] if upload.algorithm else []
        entries_ = [(part.blob, stored_size(part.size, upload.customer_key)) for part in chosen]
        call.world.objects.join(entries_, blob, sums)
        end(call, upload, kept=[part.blob for part in chosen])
        made = commit_object(call, new, call.input["Bucket"])
        event = "ObjectCreated:CompleteMultipartUpload"
        notify(call, bucket_of(call), event, call.input["Key"], made)
    return made


def _made_before(call: Call, entries: Sequence[Entry]) -> Object | None:
    """The object that an earlier call made of the same parts."""
    with call.world.database.read() as tx:
        found = objects.at(tx, bucket_of(call).bucket.id, key_bytes(call.input["Key"]))
    if found is None or found.upload != call.input["UploadId"]:
        return None
    with suppress(ValueError):  # an ETag that no part can have
        return found if found.etag == joined_etag([_etag(entry) for entry in entries]) else None
    return None


def _entries(call: Call) -> Sequence[Entry]:
    """Rules 1 and 2."""
    entries: Sequence[Entry] = call.input.get("MultipartUpload", {}).get("Parts", ())
    if not entries or not all("PartNumber" in entry and "ETag" in entry for entry in entries):
        raise s3_error("MalformedXML")
    numbers = [entry["PartNumber"] for entry in entries]
    if any(after <= before for before, after in pairwise(numbers)):
        raise s3_error("InvalidPartOrder", UploadId=call.input["UploadId"])
    return entries


def _chosen(call: Call, upload: Upload, sent: Mapping[int, Part], entry: Entry) -> Part:
    """Rules 3 and 4."""
    part, member = sent.get(entry["PartNumber"]), f"Checksum{upload.algorithm}"
    if upload.checksum_type == COMPOSITE and member not in entry:
        raise s3_error(
            "InvalidRequest",
            f"The upload was created using a {upload.algorithm.lower()} checksum. The complete request must "
            f"include the checksum for each part. It was missing for part {entry['PartNumber']} in the "
            "request.",
        )
    etag = _etag(entry)
    if part is None or part.etag != etag or entry.get(member, part.checksum) != part.checksum:
        named = {"UploadId": call.input["UploadId"], "PartNumber": str(entry["PartNumber"]), "ETag": etag}
        raise s3_error("InvalidPart", **named)
    return part


def _etag(entry: Entry) -> str:
    etag: str = entry["ETag"]
    return etag.strip('"')


def _check_sizes(call: Call, chosen: Sequence[Part]) -> None:
    """Rules 5 and 6."""
    for part in chosen[:-1]:
        if part.size < MIN_PART:
            raise s3_error(
                "EntityTooSmall",
                ProposedSize=str(part.size),
                MinSizeAllowed=str(MIN_PART),
                PartNumber=str(part.number),
                ETag=part.etag,
            )
    size, said = sum(part.size for part in chosen), call.input.get("MpuObjectSize")
    if said is not None and said != size:
        wrong = f"The provided 'x-amz-mp-object-size' header value {said} does not match what was computed: "
        raise s3_error("InvalidRequest", f"{wrong}{size}")


def _checksum(call: Call, upload: Upload, chosen: Sequence[Part]) -> dict[str, str]:
    """Rule 6: the checksum that is kept with the object."""
    algorithm, wanted = upload.algorithm, call.input.get("ChecksumType")
    if algorithm and wanted is not None and wanted != upload.checksum_type:
        raise s3_error(
            "InvalidRequest",
            f"The upload was created using the {upload.checksum_type} checksum mode. The complete request "
            "must use the same checksum mode.",
        )
    if not algorithm:
        return {}
    if upload.checksum_type == COMPOSITE:
        value = composite(algorithm, [part.checksum for part in chosen])
    else:
        value = full(algorithm, [(part.checksum, part.size) for part in chosen])
    said = call.input.get(f"Checksum{algorithm}", value)
    if said not in (value, value.partition("-")[0]):
        raise s3_error("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")
    return {algorithm: value}


def _object(
    call: Call, upload: Upload, chosen: Sequence[Part], blob: str, checksum: Mapping[str, str]
) -> Object:
    sizes = tuple(part.size for part in chosen)
    return Object(
        bucket_of(call).bucket.id,
        upload.key,
        blob,
        sum(sizes),
        joined_etag([part.etag for part in chosen]),
        call.now,
        upload.content_type,
        upload.headers,
        upload.metadata,
        checksum,
        parts=sizes,
        upload=upload.id,
        tags=upload.tags,
        **Lock.of(upload).or_default(call).columns,
        owner=upload.owner,
        acl=upload.acl,
        customer_key=upload.customer_key,
    )


def _encryption(call: Call, made: Object) -> dict[str, object]:
    """The members for encryption and checksum. A customer's key isn't told again."""
    customers = key_of_sums(call, made.customer_key, summed=bool(made.checksums))
    shown = checksums(shown_row(made, customers))
    return {**shown} if made.customer_key else {**ENCRYPTION, **shown}


OPERATIONS: dict[str, Operation] = {
    "CompleteMultipartUpload": object_write(complete_multipart_upload, to_write, max_body=MAX_LIST),
}
