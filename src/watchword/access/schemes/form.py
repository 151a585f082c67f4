"""A browser's upload to S3: a form with a signed policy, made into the PutObject that it stands for.

(Uploads in parts are something else: `watchword.store.s3.uploads`.) The form's fields say under which key and
with which headers; one of them is the policy, which is what was signed. Everything above sees a PUT whose
body is the file, so that there is one way to store an object and one decision on it. In this order:

1. `read`: what must be known before the operation: the bucket, the key, the headers;
2. the signature over the policy;
3. `_take_file`: what the policy demands, the size of the file included; then the file becomes the body.

A field that is neither the form's own nor one of HEADERS is refused, never ignored: a form can't ask for a
copy. Sources: Amazon S3 API Reference, "POST Object", "Authenticating Requests: Browser-Based Uploads".
"""

import mmap
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from urllib.parse import quote, urlencode

from msgspec import structs

from watchword.access.caller import NOBODY, VERSION_2, Caller, Means, Proven
from watchword.access.credentials import signer
from watchword.access.schemes import form_answer
from watchword.access.schemes.presigned_v2 import REGION as VERSION_2_REGION
from watchword.access.schemes.signature import check_region
from watchword.installation.settings import Settings
from watchword.names import AwsError, Body, HttpRequest, HttpResponse, fault
from watchword.sigv4 import Claim, post, sigv2
from watchword.sigv4.replay import Trace, trace_of_text
from watchword.sigv4.sigv2 import Presigned
from watchword.wire import Operation, multipart
from watchword.wire.addressing import before_path, read_path
from watchword.wire.xml_text import Element, read_document
from watchword.world import World

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
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-md5",
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
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


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was read, with nothing proved."""

    request: HttpRequest
    """The put that it stands for; its body is still the whole form."""
    signed: post.PostForm | Presigned | None
    """What authenticates it; None for nothing."""
    fields: Mapping[str, str]
    parts: multipart.MultipartForm
    boundary: bytes
    bucket: str
    region: str
    version: str
    service: str | None = "s3"

    @property
    def claim(self) -> Claim | Presigned | None:
        return self.signed.claim if isinstance(self.signed, post.PostForm) else self.signed

    @property
    def access_key_id(self) -> str:
        return self.claim.access_key_id if self.claim else ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        caller = NOBODY if self.claim is None and anonymous else self._signer(world)
        body = self._take_file(world.clock.wall())
        length = ("content-length", str(body.size))
        request = self.request
        return Proven(caller, structs.replace(request, headers=(*request.headers, length), body=body))

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        return Proven(self._signer(world), self.request)

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        """One form, one file: the policy is what was signed."""
        if self.claim is None:
            return None
        policy = self.fields["policy"]
        return trace_of_text(self.access_key_id, policy, post.expiration(policy))

    def answer(self, response: HttpResponse) -> HttpResponse:
        return form_answer.posted(self.request, self.bucket, self.fields, response)

    def _signer(self, world: World) -> Caller:
        claim = self.claim
        if claim is None:
            raise fault("MissingAuthenticationToken")
        if isinstance(claim, Claim):
            check_region(claim)
        verify = partial(self._verify, now=world.clock.wall())
        caller, _ = signer(world, claim.access_key_id, claim.token, verify)
        version = VERSION_2 if isinstance(claim, Presigned) else claim.algorithm
        return structs.replace(caller, means=Means("POST", version))

    def _verify(self, secret: str, now: datetime) -> None:
        """Returns when the policy was signed with `secret`; raises a fault otherwise."""
        match self.signed:
            case post.PostForm() as form:
                post.verify_form(form, secret, services=("s3",))
            case Presigned() as claim:
                sigv2.verify_presigned(claim, secret, now)

    def _take_file(self, now: datetime) -> Body:
        """The file alone, once the policy holds. A body in a file is overwritten with it."""
        body, parts = self.request.body, self.parts
        if body.file is None:
            end = multipart.end_of_file(body.data, parts, self.boundary)
            self._check(end, now)
            return Body(body.data[parts.start : end])
        with body.file.open("r+b") as both, mmap.mmap(both.fileno(), 0) as mapped:
            end = multipart.end_of_file(mapped, parts, self.boundary)
            self._check(end, now)
            size = end - parts.start
            mapped.move(0, parts.start, size)
        with body.file.open("r+b") as both:
            both.truncate(size)
        return Body(file=body.file)

    def _check(self, end: int, now: datetime) -> None:
        if self.signed is not None:
            post.check_policy(self.fields, bucket=self.bucket, size=end - self.parts.start, now=now)


def read(settings: Settings, request: HttpRequest) -> Form | None:
    """The form and the put that it means; None for any other request. Raises AwsError."""
    if request.method != "POST" or request.query or request.header("authorization") is not None:
        return None
    boundary = multipart.boundary_of(request.header("content-type"))
    if boundary is None:
        return None
    if loose := sorted(name for name, _ in request.headers if name.startswith("x-amz-")):
        said = "There were headers present in the request which were not signed"
        raise fault("UnsignedHeaders", said, HeadersNotSigned=", ".join(loose))
    named = read_path(request.path).strip("/")
    bucket = f"{before_path(request.header('host'), settings.hosts)}/{named}".strip("/")
    if not bucket or "/" in bucket:
        raise AwsError("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
    beginning = next(islice(request.body.pieces(), 1), b"")[: multipart.MOST_BEFORE_FILE + 1024]
    parts = multipart.read_fields(beginning, boundary)
    pairs = [(name, _expanded(name, value, parts.filename)) for name, value in parts.fields]
    fields = post.lower_fields(pairs)
    if not fields.get("key"):
        raise _argument("key", "Bucket POST must contain a field named 'key'.")
    signed = (sigv2.read_form(pairs) if settings.sigv2_presigned else None) or post.read_form(pairs)
    region, version = _named_by(signed)
    path = f"/{named}/" if named else "/"
    return Form(_put(request, path, fields), signed, fields, parts, boundary, bucket, region, version)


def _named_by(signed: post.PostForm | Presigned | None) -> tuple[str, str]:
    """The region of the signature, and its version."""
    match signed:
        case post.PostForm(_, claim):
            return claim.scope.region or claim.region_set[0], "SigV4"
        case Presigned():
            return VERSION_2_REGION, "SigV2"
        case None:
            return "", ""


def _put(request: HttpRequest, path: str, fields: Mapping[str, str]) -> HttpRequest:
    """`path`: of the bucket. Of the form's own path no slash is left, which would become part of the key."""
    headers = [header for header in request.headers if header[0] in _KEPT]
    for name, value in fields.items():
        if name in HEADERS or name.startswith(_PREFIXES):
            headers.append((name, _header(name, value)))
        elif name == "acl":
            headers.append(("x-amz-acl", _header(name, value)))
        elif name == "tagging":
            headers.append(("x-amz-tagging", _tags(value)))
        elif name not in OWN and not name.startswith("x-ignore-"):
            raise AwsError("NotImplemented", 501, f"The form field '{name[:80]}' is not implemented.")
    path += quote(fields["key"], safe="")
    return structs.replace(request, method="PUT", path=path, headers=tuple(headers))


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


def _tags(document: str) -> str:
    """The tags of a form, which are a document there, as a header has them."""
    try:
        return urlencode([_pair(tag) for tag in _inside(read_document(document.encode()))])
    except ValueError as wrong:
        said = "The XML you provided was not well-formed or did not validate against our published schema"
        raise AwsError("MalformedXML", 400, said) from wrong


def _inside(root: Element) -> Sequence[Element]:
    (tag_set,) = root.children
    if (root.name, tag_set.name) != ("Tagging", "TagSet"):
        raise ValueError(root.name, tag_set.name)
    return tag_set.children


def _pair(tag: Element) -> tuple[str, str]:
    """Key and value. Raises ValueError for anything else, so that no two readers see different tags."""
    pair = {each.name: each.text for each in tag.children if not each.children}
    if tag.name != "Tag" or len(tag.children) != len(pair) or pair.keys() != {"Key", "Value"}:
        raise ValueError(tag.name)
    return pair["Key"], pair["Value"]


def _argument(name: str, said: str) -> AwsError:
    return AwsError("InvalidArgument", 400, said, fields={"ArgumentName": name})
