"""Headers in the query string. SDKs move headers there when they presign a URL ("hoisting"); S3 obeys them.

`hoist` turns an `x-amz-*` parameter of a signed query into the header of that name, unless it belongs to the
signature itself. So the server obeys or refuses it like the header, with the same code. A name that is given
twice and a value that can't be a header's are refused. Signatures are verified for the request as sent.
Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters"; the sources of AWS's SDKs
for JavaScript and Go.
"""

import re
from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from watchword.names import AwsError, HttpRequest, fault
from watchword.sigv4.query import SIGNATURE, query_pairs

_PREFIX = "x-amz-"
_NAME = re.compile(r"[0-9a-z!#$%&'*+.^_`|~-]+")
"""A header's: a token (RFC 9110, section 5.6.2), in lower case."""
_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|^[ \t]|[ \t]$")


def is_amz(key: str) -> bool:
    """Whether a parameter stands for an x-amz-* header."""
    return key.lower().startswith(_PREFIX) and key not in SIGNATURE


def hoist(request: HttpRequest, stands_for_header: Callable[[str], bool] = is_amz) -> HttpRequest:
    """The request with its headers out of the query.

    Raises AwsError: IncompleteSignature, InvalidArgument.
    """
    if not request.query:
        return request
    moved = [(key.lower(), value) for key, value in query_pairs(request.query) if stands_for_header(key)]
    if not moved:
        return request
    there, count = {name for name, _ in request.headers}, Counter(name for name, _ in moved)
    if twice := [name for name, _ in moved if name in there or count[name] > 1]:
        raise fault("IncompleteSignature", f"'{twice[0][:80]}' is given more than once.")
    if unfit := [name for name, value in moved if _UNFIT.search(value) or not _NAME.fullmatch(name)]:
        raise AwsError("InvalidArgument", 400, f"'{unfit[0][:80]}' and its value can't be a header.")
    kept = [pair for pair in request.query.split("&") if not stands_for_header(_key(pair))]
    return replace(request, query="&".join(kept), headers=(*request.headers, *moved))


def _key(pair: str) -> str:
    return "".join(key for key, _ in query_pairs(pair))
