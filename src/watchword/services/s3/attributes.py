"""GetObjectAttributes: what is known of an object and of its parts, without its bytes.

1. Only what `x-amz-object-attributes` names is answered.
2. An object has parts if it was uploaded in parts. They are numbered from 1 on, whatever numbers they had in
   the upload. If the object has a checksum, their sizes and checksums are told, page by page; else how many
   they are.
Source: Amazon S3 API Reference, GetObjectAttributes.
"""

from watchword.access import Demand
from watchword.objects import BlobMissingError
from watchword.objects.blob_names import is_joined
from watchword.services.operation import Call, Operation, Output, point_read
from watchword.services.s3.customer_keys.given import Given, key_of
from watchword.services.s3.customer_keys.sealed import shown, shown_row
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.described import checksums, second
from watchword.services.s3.errors import invalid_argument
from watchword.services.s3.stored import existing_tags, stored
from watchword.services.s3.uploads.uploads import page_size
from watchword.services.s3.versions.versions import version_id, version_of
from watchword.store.s3.objects import Object

NAMES = ("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize")
Members = dict[str, object]


def get_object_attributes(call: Call) -> Output:
    """GetObjectAttributes."""
    row, wanted = version_of(call), call.input["ObjectAttributes"]
    customers = key_of(call, row.customer_key)
    if unknown := next((name for name in wanted if name not in NAMES), None):
        raise invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes", unknown)
    known: Members = {"ETag": row.etag, "StorageClass": "STANDARD", "ObjectSize": row.size}
    if row.checksums:
        known["Checksum"] = checksums(shown_row(row, customers))
    if row.parts and "ObjectParts" in wanted:
        known["ObjectParts"] = _parts(call, row, customers)
    named = {name: known[name] for name in wanted if name in known}
    return {"LastModified": second(row.modified), **version_id(call, row), **named}


def to_read_attributes(call: Call) -> tuple[Demand, ...]:
    """Permission to read the object, and its attributes."""
    fact, key, version = bucket_of(call), call.input["Key"], call.input.get("VersionId", "")
    tags = existing_tags(stored(call, fact, key, version))
    return tuple(
        object_demand(call, fact, action, key, tags, version=version)
        for action in ("s3:GetObject", "s3:GetObjectAttributes")
    )


def part_checksums(call: Call, row: Object, customers: Given | None) -> list[dict[str, str]]:
    """The member with the checksum of each part; empty where none are kept."""
    name = next(iter(row.checksums), "")
    if not (name and row.parts and is_joined(row.blob)):
        return []
    try:
        kept = call.world.objects.listing(row.blob).checksums
    except BlobMissingError:  # it was replaced or deleted meanwhile
        return []
    shown_ = (shown({name: value}, customers)[name] for value in kept)
    return [{f"Checksum{name}": value} for value in shown_]


def _parts(call: Call, row: Object, customers: Given | None) -> Members:
    """Rule 2."""
    total = len(row.parts)
    sums = part_checksums(call, row, customers)
    if not sums:
        return {"TotalPartsCount": total}
    limit, after = page_size(call, "MaxParts", "max-parts"), call.input.get("PartNumberMarker", 0)
    if after < 0:
        said = "Argument part-number-marker must be an integer between 0 and 2147483647"
        raise invalid_argument(said, "part-number-marker", str(after))
    end = min(after + limit, total)
    return {
        "TotalPartsCount": total,
        "PartNumberMarker": after,
        "NextPartNumberMarker": end if end > after else 0,
        "MaxParts": limit,
        "IsTruncated": end < total and limit > 0,
        "Parts": [
            {"PartNumber": number + 1, "Size": row.parts[number], **sums[number]}
            for number in range(after, end)
        ],
    }


OPERATIONS: dict[str, Operation] = {
    "GetObjectAttributes": point_read(get_object_attributes, to_read_attributes),
}
