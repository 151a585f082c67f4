"""One line of an access log, in S3's format.

1. Fields are separated by spaces; what isn't known is a hyphen. No quote, space or control character that a
   client sent ends a field.
2. Of the query only what is no credential is shown: presigned URLs have signatures, tokens and keys in it.
3. Times, ciphers and host ids that this server doesn't know are hyphens.

Source: Amazon S3 User Guide, "Amazon S3 server access log format".
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from watchword.access import RequestLog
from watchword.access.caller import Caller
from watchword.names import HttpRequest, HttpResponse
from watchword.names.principal import Root
from watchword.services.s3.limits import canonical_id
from watchword.store.s3.buckets import Bucket

NONE = "-"
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\"]|[^\x00-\xff]")  # \x85 is a newline of Unicode, \xa0 a space
_UNFIT_IN_QUOTES = re.compile(r"[\x00-\x1f\x7f-\x9f\"\\]|[^\x00-\xff]")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z0-9]*|[A-Z]+")
_CREDENTIALS = {"awsaccesskeyid", "expires", "signature"}
_KINDS = {
    "AbortMultipartUpload": "UPLOAD",
    "CompleteMultipartUpload": "UPLOAD",
    "CreateMultipartUpload": "UPLOADS",
    "DeleteObjects": "MULTI_OBJECT_DELETE",
    "GetObjectAttributes": "OBJECT_ATTRIBUTES",
    "ListMultipartUploads": "UPLOADS",
    "ListObjectVersions": "BUCKETVERSIONS",
    "ListParts": "UPLOAD",
    "UploadPart": "PART",
    "UploadPartCopy": "PART",
    **dict.fromkeys(("CopyObject", "DeleteObject", "GetObject", "HeadObject", "PutObject"), "OBJECT"),
    **dict.fromkeys(("CreateBucket", "DeleteBucket", "HeadBucket", "ListObjects", "ListObjectsV2"), "BUCKET"),
}
"""Operation -> what it is about; of others their name says so."""


def line(bucket: Bucket, log: RequestLog, response: HttpResponse, now: datetime) -> str:
    """The line of a request that was answered."""
    request, headers, given = log.request, dict(response.headers), log.input
    took = str(max(int((now - log.now).total_seconds() * 1000), 0))
    ok = log.error is None
    fields = (
        canonical_id(bucket.account),
        bucket.name,
        f"[{log.now:%d/%b/%Y:%H:%M:%S} +0000]",
        _bare(request.peer),
        _requester(log.caller),
        log.request_id,
        _operation(request.method, log.operation.name if log.operation else ""),
        quote(str(given["Key"]), safe="/") if "Key" in given else NONE,
        _quoted(f"{request.method} {_target(request)} HTTP/1.1"),
        str(response.status),
        log.error.code if log.error else NONE,
        headers.get("content-length", NONE) if request.method != "HEAD" else NONE,
        _size(log.output, headers) if ok else NONE,
        took,
        took,
        _quoted(request.header("referer") or NONE),
        _quoted(request.header("user-agent") or NONE),
        _bare(str(given.get("VersionId", NONE))),
        NONE,
        log.signature or NONE,
        NONE,
        _authentication(log.caller),
        _bare(request.header("host") or NONE),
        f"TLSv{request.tls}" if request.tls else NONE,
        NONE,
        NONE,
    )
    return " ".join(fields)


def _requester(caller: Caller | None) -> str:
    if caller is None or caller.anonymous:
        return NONE
    principal = caller.principal
    return canonical_id(principal.account) if isinstance(principal, Root) else _bare(principal.arn)


def _authentication(caller: Caller | None) -> str:
    """How the signature was shown."""
    if caller is None or caller.anonymous:
        return NONE
    return {"REST-HEADER": "AuthHeader", "REST-QUERY-STRING": "QueryString"}.get(caller.means.form, NONE)


def _operation(method: str, name: str) -> str:
    kind = _KINDS.get(name)
    if kind is None:
        words = [word.upper() for word in _WORDS.findall(name)[1:]]
        kind = "_".join(words[1:] if words[:1] == ["BUCKET"] and len(words) > 1 else words)
    return f"REST.{'COPY' if name in {'CopyObject', 'UploadPartCopy'} else method}.{kind}"


def _target(request: HttpRequest) -> str:
    """Rule 2."""
    kept = [pair for pair in request.query.split("&") if pair and not _is_credential(pair.partition("=")[0])]
    return f"{request.path}?{'&'.join(kept)}" if kept else request.path


def _is_credential(name: str) -> bool:
    lowered = name.lower()
    return lowered.startswith("x-amz-") or "%" in name or lowered in _CREDENTIALS


def _size(output: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Of the whole object, where the answer says so."""
    whole = str(output.get("ContentRange", "")).rpartition("/")[2]
    return whole or (headers.get("content-length", NONE) if "ETag" in output and "Body" in output else NONE)


def _bare(text: str) -> str:
    return _UNFIT.sub("_", text) or NONE


def _quoted(text: str) -> str:
    return f'"{_UNFIT_IN_QUOTES.sub("_", text)}"'
