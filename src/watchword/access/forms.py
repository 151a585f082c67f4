"""A browser's upload to S3: a form with a signed policy, made into the PutObject that it stands for.

(Uploads in parts are something else: `watchword.store.s3.uploads`.) The form's fields say under which key and
with which headers; one of them is the policy, which is what was signed. Everything above sees a PUT whose
body is the file, so that there is one way to store an object and one decision on it. In this order:

1. `read_upload`: what must be known before the operation: the bucket, the key, the headers;
2. `verify_upload`: the signature over the policy;
3. `take_file`: what the policy demands, the size of the file included; then the file becomes the body.

A field that is neither the form's own nor one of HEADERS is refused, never ignored: a form can't ask for a
copy. Sources: Amazon S3 API Reference, "POST Object", "Authenticating Requests: Browser-Based Uploads".
"""

import mmap
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from urllib.parse import quote

from watchword.installation.settings import Settings
from watchword.names import AwsError, Body, HttpRequest, fault
from watchword.sigv4 import Claim, post, sigv2
from watchword.sigv4.sigv2 import Presigned
from watchword.wire import multipart
from watchword.wire.addressing import before_path

HEADERS = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
        "x-amz-acl",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-storage-class",
    }
)
"""Fields that are headers of the put; so are x-amz-meta-* and x-amz-checksum-*."""

OWN = frozenset(
    {
        "acl",
        "bucket",
        "key",
        "policy",
        "redirect",
        "success_action_redirect",
        "success_action_status",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-signature",
    }
    | post.VERSION_2
)
_PREFIXES = ("x-amz-meta-", "x-amz-checksum-")
_KEPT = frozenset({"host", "origin", "referer", "user-agent"})
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"[0-9a-z!#$%&'*+.^_`|~-]+")
"""A header's: a token (RFC 9110, section 5.6.2), in lower case."""


@dataclass(frozen=True)
class Upload:
    """A form as it was read, with nothing proved."""

    form: post.PostForm | Presigned | None
    """What authenticates it; None for nothing."""
    fields: Mapping[str, str]
    parts: multipart.MultipartForm
    boundary: bytes
    bucket: str

    @property
    def claim(self) -> Claim | Presigned | None:
        return self.form.claim if isinstance(self.form, post.PostForm) else self.form

    @property
    def access_key_id(self) -> str:
        return self.claim.access_key_id if self.claim else ""


def read_upload(settings: Settings, request: HttpRequest) -> tuple[Upload, HttpRequest] | None:
    """The upload and the put that it means; None for any other request. Raises AwsError."""
    if request.method != "POST" or request.query or request.header("authorization") is not None:
        return None
    boundary = multipart.boundary_of(request.header("content-type"))
    if boundary is None:
        return None
    if loose := sorted(name for name, _ in request.headers if name.startswith("x-amz-")):
        said = "There were headers present in the request which were not signed"
        raise fault("UnsignedHeaders", said, HeadersNotSigned=", ".join(loose))
    bucket = (before_path(request.header("host"), settings.hosts) + request.path).strip("/")
    if not bucket or "/" in bucket:
        raise AwsError("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
    beginning = next(islice(request.body.pieces(), 1), b"")[: multipart.MOST_BEFORE_FILE + 1024]
    parts = multipart.read_fields(beginning, boundary)
    pairs = [(name, _expanded(name, value, parts.filename)) for name, value in parts.fields]
    fields = post.lower_fields(pairs)
    if not fields.get("key"):
        raise _argument("key", "Bucket POST must contain a field named 'key'.")
    form = (sigv2.read_form(pairs) if settings.sigv2_presigned else None) or post.read_form(pairs)
    return Upload(form, fields, parts, boundary, bucket), _put(request, fields)


def verify_upload(upload: Upload, secret: str, now: datetime) -> None:
    """Returns when the policy was signed with `secret`; raises a fault otherwise."""
    match upload.form:
        case post.PostForm() as form:
            post.verify_form(form, secret, services=("s3",))
        case Presigned() as claim:
            sigv2.verify_presigned(claim, secret, now)
        case None:
            raise fault("MissingAuthenticationToken")


def take_file(upload: Upload, body: Body, now: datetime) -> Body:
    """The file alone, once the policy holds. A body in a file is overwritten with it."""
    if body.file is None:
        end = multipart.end_of_file(body.data, upload.parts, upload.boundary)
        _check(upload, end, now)
        return Body(body.data[upload.parts.start : end])
    with body.file.open("r+b") as both, mmap.mmap(both.fileno(), 0) as mapped:
        end = multipart.end_of_file(mapped, upload.parts, upload.boundary)
        _check(upload, end, now)
        size = end - upload.parts.start
        mapped.move(0, upload.parts.start, size)
    with body.file.open("r+b") as both:
        both.truncate(size)
    return Body(file=body.file)


def _check(upload: Upload, end: int, now: datetime) -> None:
    if upload.form is not None:
        size = end - upload.parts.start
        post.check_policy(upload.fields, bucket=upload.bucket, size=size, now=now)


def _put(request: HttpRequest, fields: Mapping[str, str]) -> HttpRequest:
    headers = [header for header in request.headers if header[0] in _KEPT]
    for name, value in fields.items():
        if name in HEADERS or name.startswith(_PREFIXES):
            headers.append((name, _header(name, value)))
        elif name == "acl":
            headers.append(("x-amz-acl", _header(name, value)))
        elif name not in OWN and not name.startswith("x-ignore-"):
            raise AwsError("NotImplemented", 501, f"The form field '{name[:80]}' is not implemented.")
    path = f"{request.path.rstrip('/')}/{quote(fields['key'], safe='')}"
    return replace(request, method="PUT", path=path, headers=tuple(headers))


def _expanded(name: str, value: str, filename: str) -> str:
    """All of S3's one variable, before the policy is checked: "POST Policy", "Condition Matching"."""
    if name.lower() != "key":
        return value
    return value.replace("${filename}", re.split(r"[/\\]", filename)[-1])


def _header(name: str, value: str) -> str:
    """A field's value as a header has it on a wire."""
    if _NAME.fullmatch(name) is None:
        raise _argument(name, f"The name '{name[:80]}' can't be a header's.")
    if _CONTROLS.search(value):
        raise _argument(name, f"The value of '{name[:80]}' can't be a header's.")
    return value.strip(" ").encode().decode("latin-1")


def _argument(name: str, said: str) -> AwsError:
    return AwsError("InvalidArgument", 400, said, fields={"ArgumentName": name})
