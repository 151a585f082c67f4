"""ListObjectVersions: all versions and delete markers of a bucket, page by page.

The next page begins behind a key and a version of it (NextKeyMarker, NextVersionIdMarker). If that version
was deleted meanwhile, its id still tells the place; that of a null version doesn't, and its key is listed
again.
Source: Amazon S3 API Reference, ListObjectVersions.
"""

from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.s3.demands import bucket_of
from watchword.services.s3.described import checksum_type, quoted, second
from watchword.services.s3.errors import invalid_argument
from watchword.services.s3.limits import canonical_id
from watchword.services.s3.listings import encoded, limit_of, to_list
from watchword.services.s3.versions.ids import is_version, rank_of
from watchword.store.s3 import objects, version_listing
from watchword.store.s3.listing import Range
from watchword.store.s3.objects import UNVERSIONED
from watchword.store.s3.version_listing import Entry, Listed, Position

Members = dict[str, object]


def list_object_versions(call: Call) -> Output:
    """ListObjectVersions."""
    given, limit = call.input, limit_of(call.input)
    prefix, delimiter = given.get("Prefix", ""), given.get("Delimiter", "")
    where = Range(bucket_of(call).bucket.id, prefix.encode(), delimiter.encode())
    start = _start(call, where)
    entries, more = version_listing.page(call.tx, where, start, limit) if start else ([], False)
    listed = [each for each in entries if isinstance(each, Listed)]
    output: Members = {
        "Name": given["Bucket"],
        "Prefix": encoded(given, prefix),
        "KeyMarker": encoded(given, given.get("KeyMarker", "")),
        "VersionIdMarker": given.get("VersionIdMarker", ""),
        "MaxKeys": limit,
        "IsTruncated": more and limit > 0,
        "Versions": [_version(call, each) for each in listed if not each.row.marker],
        "DeleteMarkers": [_entry(call, each) for each in listed if each.row.marker],
        "CommonPrefixes": [
            {"Prefix": encoded(given, each.decode())} for each in entries if isinstance(each, bytes)
        ],
    }
    output |= {"Delimiter": encoded(given, delimiter)} if delimiter else {}
    output |= {name: given[name] for name in ("EncodingType",) if name in given}
    return output | (_next(call, entries[-1]) if output["IsTruncated"] else {})


def _start(call: Call, where: Range) -> Position | None:
    """Where the page begins; None behind all keys that could be listed."""
    key, version = call.input.get("KeyMarker", ""), call.input.get("VersionIdMarker", "")
    if version and not key:
        said = "A version-id marker cannot be specified without a key marker."
        raise invalid_argument(said, "version-id-marker", version)
    if version and not is_version(version):
        raise invalid_argument("Invalid version id specified", "version-id-marker", version)
    if version:
        return _behind(call, where, key.encode(), version)
    low = where.beyond(key.encode()) if key else where.prefix
    return None if low is None else Position(low)


def _behind(call: Call, where: Range, key: bytes, version: str) -> Position:
    if version != UNVERSIONED:
        return Position(key, rank_of(version))
    row = objects.at(call.tx, where.bucket_id, key, version)
    return Position(key, row.rank) if row else Position(key)


def _entry(call: Call, listed: Listed) -> Members:
    row = listed.row
    return {
        "Owner": {"ID": canonical_id(bucket_of(call).owner_of(row))},
        "Key": encoded(call.input, row.key.decode()),
        "VersionId": row.version,
        "IsLatest": listed.latest,
        "LastModified": second(row.modified),
    }


def _version(call: Call, listed: Listed) -> Members:
    row = listed.row
    entry = _entry(call, listed)
    entry |= {"ETag": quoted(row.etag), "Size": row.size, "StorageClass": "STANDARD"}
    return entry | ({"ChecksumAlgorithm": list(row.checksums), **checksum_type(row)} if row.checksums else {})


def _next(call: Call, last: Entry) -> Members:
    """Where the next page begins."""
    if isinstance(last, bytes):
        return {"NextKeyMarker": encoded(call.input, last.decode())}
    row = last.row
    return {"NextKeyMarker": encoded(call.input, row.key.decode()), "NextVersionIdMarker": row.version}


OPERATIONS: dict[str, Operation] = {
    "ListObjectVersions": reads(list_object_versions, to_list("s3:ListBucketVersions")),
}
