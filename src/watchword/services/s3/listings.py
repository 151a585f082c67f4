"""ListObjects and ListObjectsV2: the keys of a bucket, page by page, in the order of their bytes.

The two versions differ in pagination. The next page of the first begins after a key: NextMarker, which only a
request with a delimiter gets, or the last key. The next page of the second is named by an opaque token.
Source: Amazon S3 API Reference, ListObjects and ListObjectsV2.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from watchword.access import Demand
from watchword.services.operation import Call, Demands, Operation, Output, reads
from watchword.services.s3.demands import bucket_demand, bucket_of
from watchword.services.s3.described import checksum_type, quoted, second
from watchword.services.s3.errors import invalid_argument
from watchword.services.s3.limits import MAX_KEYS, canonical_id
from watchword.services.s3.tokens import decode_token, encode_token
from watchword.services.signing_keys import Context
from watchword.store.s3 import listing
from watchword.store.s3.listing import Listing
from watchword.store.s3.objects import Object

Members = dict[str, object]

CONTEXT = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}
"""Member -> its condition key."""
_MAX_INTEGER = 2**31 - 1


def list_objects(call: Call) -> Output:
    """ListObjects."""
    given = call.input
    page = _page(call, given.get("Marker", ""))
    output = _common(call, page) | {"Marker": encoded(given, given.get("Marker", ""))}
    if output["IsTruncated"] and given.get("Delimiter"):
        output["NextMarker"] = encoded(given, page.last.decode())
    return output | {"Contents": [_entry(call, row, owner=True) for row in page.objects]}


def list_objects_v2(call: Call) -> Output:
    """ListObjectsV2."""
    given = call.input
    token, start = given.get("ContinuationToken"), given.get("StartAfter", "")
    page = _page(call, decode_token(token).decode() if token is not None else start)
    output = _common(call, page) | {"KeyCount": len(page.objects) + len(page.prefixes)}
    if token is not None:
        output["ContinuationToken"] = token
    if start:
        output["StartAfter"] = encoded(given, start)
    if output["IsTruncated"]:
        output["NextContinuationToken"] = encode_token(page.last)
    owner = given.get("FetchOwner", False)
    return output | {"Contents": [_entry(call, row, owner=owner) for row in page.objects]}


def to_list(action: str) -> Demands:
    """For operations that need `action` on their bucket, with the condition keys of what is asked for."""

    def demands(call: Call) -> tuple[Demand, ...]:
        context: Context = {key: str(call.input[name]) for name, key in CONTEXT.items() if name in call.input}
        return (bucket_demand(call, bucket_of(call), action, context),)

    return demands


def _page(call: Call, after: str) -> Listing:
    given = call.input
    return listing.page(
        call.tx,
        bucket_of(call).bucket.id,
        prefix=given.get("Prefix", "").encode(),
        delimiter=given.get("Delimiter", "").encode(),
        after=after.encode(),
        limit=limit_of(given),
    )


def limit_of(given: Mapping[str, Any]) -> int:
    """The most entries that the page may have."""
    asked: int = given.get("MaxKeys", MAX_KEYS)
    if not 0 <= asked <= _MAX_INTEGER:
        said = f"Argument max-keys must be an integer between 0 and {_MAX_INTEGER}"
        raise invalid_argument(said, "max-keys", str(asked))
    return min(asked, MAX_KEYS)


def _common(call: Call, page: Listing) -> Members:
    """The members of both versions. A page for no keys (MaxKeys 0) is never truncated."""
    given = call.input
    output: Members = {
        "Name": given["Bucket"],
        "Prefix": encoded(given, given.get("Prefix", "")),
        "MaxKeys": limit_of(given),
        "IsTruncated": page.more and limit_of(given) > 0,
        "CommonPrefixes": [{"Prefix": encoded(given, prefix.decode())} for prefix in page.prefixes],
    }
    if given.get("Delimiter"):
        output["Delimiter"] = encoded(given, given["Delimiter"])
    if "EncodingType" in given:
        output["EncodingType"] = given["EncodingType"]
    return output


def _entry(call: Call, row: Object, *, owner: bool) -> Members:
    entry: Members = {
        "Key": encoded(call.input, row.key.decode()),
        "LastModified": second(row.modified),
        "ETag": quoted(row.etag),
        "Size": row.size,
        "StorageClass": "STANDARD",
    }
    if row.checksums:
        entry |= {"ChecksumAlgorithm": list(row.checksums), **checksum_type(row)}
    if owner:
        entry["Owner"] = {"ID": canonical_id(bucket_of(call).owner_of(row))}
    return entry


def encoded(given: Mapping[str, Any], text: str) -> str:
    """The text, URL-encoded (but for slashes and stars) if `encoding-type=url` asks for it."""
    if given.get("EncodingType") != "url":
        return text
    return quote_plus(text, safe="/*").replace("~", "%7E")


OPERATIONS: dict[str, Operation] = {
    "ListObjects": reads(list_objects, to_list("s3:ListBucket")),
    "ListObjectsV2": reads(list_objects_v2, to_list("s3:ListBucket")),
}
