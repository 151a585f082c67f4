"""Parts of a multipart upload: UploadPart, UploadPartCopy, ListParts.

A part is stored like an object (`commits`), but isn't visible as one. Its checksum follows the upload's:
1. A part with a checksum of another algorithm is refused, since the checksums of the parts are combined.
2. If the upload's checksum is composite, each part must come with a checksum.
3. If it is of the full object, the checksum of a part that comes without one is computed.
4. If the upload has no checksum, one that a part comes with is still checked.
A copy needs permission to read its source as well (`sources`).
Source: Amazon S3 API Reference, UploadPart, UploadPartCopy, ListParts.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from watchword.access import Demand
from watchword.objects import Sums
from watchword.objects.blob_names import upload_family
from watchword.services.operation import Call, Operation, Output, object_write, reads
from watchword.services.s3.commits import delete_after_commit, fresh_blob
from watchword.services.s3.customer_keys.given import (
    OF_SOURCE,
    Given,
    encryption,
    key_of,
    key_of_part,
    key_of_sums,
)
from watchword.services.s3.customer_keys.sealed import hidden, shown, write
from watchword.services.s3.described import COMPOSITE, quoted, second
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.integrity import Promise, promised
from watchword.services.s3.objects import body_of
from watchword.services.s3.preconditions import Preconditions
from watchword.services.s3.sources import bytes_of_source, source_row, source_version, to_read_source
from watchword.services.s3.uploads.uploads import (
    kept_checksum,
    no_such_upload,
    on_upload,
    owners,
    page_size,
    upload_of,
)
from watchword.store import StillReferenced
from watchword.store.s3 import parts
from watchword.store.s3.objects import Object
from watchword.store.s3.parts import Part
from watchword.store.s3.uploads import Upload

MAX_PARTS = 10_000
_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


def upload_part(call: Call) -> Output:
    """UploadPart."""
    number, promise = _number(call), promised(call.request)
    upload = _upload(call)
    customers = key_of_part(call, upload.customer_key)
    _check_algorithm(upload, promise)
    with fresh_blob(call, family=upload_family(upload.id)) as blob:
        sums = Sums(filter(None, {upload.algorithm, promise.algorithm}))
        etag = write(call, blob, body_of(call).pieces(), sums, customers)
        promise.check(sums)
        part = _keep(call, upload, _part(call, upload, number, blob, sums, etag), customers)
    echoed = {f"Checksum{promise.algorithm}": promise.checksum} if promise.algorithm else {}
    return {"ETag": quoted(part.etag), **encryption(customers), **echoed, **checksum_of(upload, part)}


def upload_part_copy(call: Call) -> Output:
    """UploadPartCopy."""
    number, upload, row = _number(call), _upload(call), source_row(call)
    keys = key_of(call, row.customer_key, OF_SOURCE), key_of_part(call, upload.customer_key)
    Preconditions.of(call.input, "CopySource").check_source(row.etag, row.modified)
    start, end = _source_range(call, row)
    with fresh_blob(call, end - start, family=upload_family(upload.id)) as blob:
        sums = Sums((upload.algorithm,) if upload.algorithm else ())
        etag = write(call, blob, bytes_of_source(call, row, start, end, keys[0]), sums, keys[1])
        part = _keep(call, upload, _part(call, upload, number, blob, sums, etag), keys[1])
    result = {"ETag": quoted(part.etag), "LastModified": second(part.modified), **checksum_of(upload, part)}
    output: dict[str, object] = {"CopyPartResult": result, **encryption(keys[1])}
    return output | source_version(call, row)


def list_parts(call: Call) -> Output:
    """ListParts."""
    upload, limit, after = upload_of(call, call.tx), page_size(call, "MaxParts", "max-parts"), _marker(call)
    customers = key_of_sums(call, upload.customer_key, summed=bool(upload.algorithm))
    found, more = parts.page(call.tx, upload.id, after=after, limit=limit)
    return {
        "Bucket": call.input["Bucket"],
        "Key": call.input["Key"],
        "UploadId": upload.id,
        "PartNumberMarker": after,
        "NextPartNumberMarker": found[-1].number if found else 0,
        "MaxParts": limit,
        "IsTruncated": more and limit > 0,
        "Parts": [_entry(upload, shown_part(upload, part, customers)) for part in found],
        **owners(call, upload),
        **kept_checksum(upload),
    }


def to_copy_part(call: Call) -> tuple[Demand, ...]:
    """Permission to read the source and to write the part."""
    return (to_read_source(call), *on_upload("s3:PutObject")(call))


def checksum_of(upload: Upload, part: Part) -> dict[str, str]:
    """The member for a part's checksum."""
    return {f"Checksum{upload.algorithm}": part.checksum} if upload.algorithm else {}


def _number(call: Call) -> int:
    number: int = call.input["PartNumber"]
    if not 1 <= number <= MAX_PARTS:
        said = f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive"
        raise invalid_argument(said, "partNumber", str(number))
    return number


def _marker(call: Call) -> int:
    marker: int = call.input.get("PartNumberMarker", 0)
    if marker < 0:
        said = "Provided part-number-marker not an integer or within integer range"
        raise invalid_argument(said, "part-number-marker", str(marker))
    return marker


def _upload(call: Call) -> Upload:
    with call.world.database.read() as tx:
        return upload_of(call, tx)


def _check_algorithm(upload: Upload, promise: Promise) -> None:
    """Rules 1 and 2."""
    wanted, given = upload.algorithm, promise.algorithm or ""
    if not wanted or given == wanted or (not given and upload.checksum_type != COMPOSITE):
        return
    raise s3_error(
        "InvalidRequest",
        f"Checksum Type mismatch occurred, expected checksum Type: {wanted.lower()}, "
        f"actual checksum Type: {given.lower() or 'null'}",
    )


def shown_part(upload: Upload, part: Part, customers: Given | None) -> Part:
    """The part with its checksum."""
    return replace(part, checksum=_changed(upload, part, partial(shown, given=customers)))


def _changed(upload: Upload, part: Part, change: Callable[[dict[str, str]], dict[str, str]]) -> str:
    """Its checksum, hidden or shown."""
    return change({upload.algorithm: part.checksum})[upload.algorithm] if upload.algorithm else ""


def _part(call: Call, upload: Upload, number: int, blob: str, sums: Sums, etag: str) -> Part:
    checksum = sums.value(upload.algorithm) if upload.algorithm else ""
    return Part(upload.id, number, blob, sums.size, etag, checksum, call.now)


def _keep(call: Call, upload: Upload, new: Part, customers: Given | None) -> Part:
    """Stores the row of the part."""
    row = replace(new, checksum=_changed(upload, new, partial(hidden, call, given=customers)))
    try:
        delete_after_commit(call, parts.put(call.change.begin(), row))
    except StillReferenced:
        raise no_such_upload(call) from None
    return new


def _source_range(call: Call, row: Object) -> tuple[int, int]:
    """The first byte and the byte after the last."""
    asked = call.input.get("CopySourceRange")
    if asked is None:
        return 0, row.size
    found = _RANGE.fullmatch(asked)
    first, last = (int(found[1]), int(found[2])) if found else (1, 0)
    if last < first:
        said = (
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last "
            "are the zero-based offsets of the first and last bytes to copy"
        )
        raise invalid_argument(said, "x-amz-copy-source-range", asked)
    if last >= row.size:
        said = f"Range specified is not valid for source object of size: {row.size}"
        raise invalid_argument(said, "x-amz-copy-source-range", asked)
    return first, last + 1


def _entry(upload: Upload, part: Part) -> dict[str, object]:
    return {
        "PartNumber": part.number,
        "LastModified": second(part.modified),
        "ETag": quoted(part.etag),
        "Size": part.size,
        **checksum_of(upload, part),
    }


OPERATIONS: dict[str, Operation] = {
    "UploadPart": object_write(upload_part, on_upload("s3:PutObject")),
    "UploadPartCopy": object_write(upload_part_copy, to_copy_part, moves_bytes=True),
    "ListParts": reads(list_parts, on_upload("s3:ListMultipartUploadParts"), data_event=True),
}
