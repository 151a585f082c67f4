"""Requests and answers of SCIM: bodies, pages, errors.

Source: RFC 7644, sections 3.4.2 (lists), 3.12 (errors), 8.1 (media type).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.members import decoded
from watchword.wire.error_writers import ErrorWriter

Json = dict[str, Any]

LARGEST = 1 << 18
"""Bytes of a body."""
MOST = 100
"""Resources of a page: AWS's limit."""
MOST_PARAMETERS = 20
_NUMBER = re.compile("-?[0-9]{1,8}")
_MEDIA = "application/scim+json"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_STATUS = {
    "ValidationException": (400, "invalidValue"),
    "ConflictException": (409, "uniqueness"),
    "ResourceNotFoundException": (404, ""),
    "ServiceQuotaExceededException": (403, ""),
}
"""Errors of the directory -> status and scimType."""
_FAULTS = ErrorWriter("rest-json")
"""Words and status of those that have none of their own, such as a database that can't be reached."""


def wrong(said: str, kind: str = "invalidValue") -> AwsError:
    """A request that isn't one of SCIM; `kind` is the scimType."""
    return AwsError(kind, 400, said)


def body_of(request: HttpRequest) -> Json:
    """The JSON object in a body. Raises AwsError."""
    if request.body.size > LARGEST:
        raise AwsError("tooLarge", 413, f"A body has at most {LARGEST} bytes.")
    try:
        found = decoded(request.body.read())
    except (ValueError, RecursionError) as unreadable:
        raise wrong(f"The body isn't JSON: {unreadable}", "invalidSyntax") from None
    if not isinstance(found, dict):
        raise wrong("The body isn't a JSON object.", "invalidSyntax")
    return found


def query_of(request: HttpRequest) -> Mapping[str, str]:
    """The query's parameters, by their names. Raises AwsError."""
    try:
        return dict(parse_qsl(request.query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
    except ValueError:
        raise wrong(f"A query has at most {MOST_PARAMETERS} parameters.") from None


def page_of(query: Mapping[str, str]) -> tuple[int, int]:
    """How many to skip, and how many there may be: startIndex begins at 1, a smaller one counts as 1."""
    start, count = _number(query, "startIndex", 1), _number(query, "count", MOST)
    return max(start, 1) - 1, min(max(count, 0), MOST)


def listed(resources: Sequence[Json], total: int, skipped: int) -> Json:
    return {
        "schemas": [_LIST],
        "totalResults": total,
        "itemsPerPage": len(resources),
        "startIndex": skipped + 1,
        "Resources": list(resources),
    }


def answered(status: int, body: Json | None, request_id: str) -> HttpResponse:
    """A document; none for 204."""
    text = b"" if body is None else msgspec.json.encode(body)
    headers = [("x-amz-request-id", request_id), ("cache-control", "no-store")]
    if body is not None:
        headers += [("content-type", _MEDIA), ("content-length", str(len(text)))]
    if location := (body or {}).get("meta", {}).get("location"):
        headers.append(("location", location))
    return HttpResponse(status, tuple(headers), text)


def refused(error: AwsError, request_id: str) -> HttpResponse:
    """An error document."""
    wired = _FAULTS.wire_error(error)
    status, kind = _STATUS.get(error.code, (wired.status, error.code if error.code[:1].islower() else ""))
    body: Json = {"schemas": [_ERROR], "detail": wired.message, "status": str(status)}
    if kind and status != 401:  # noqa: PLR2004 RFC 7644 has no scimType for it
        body["scimType"] = kind
    found = answered(status, body, request_id)
    if status != 401:  # noqa: PLR2004 as above
        return found
    return HttpResponse(status, (*found.headers, ("www-authenticate", "Bearer")), found.body)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if _NUMBER.fullmatch(text) is None:
        raise wrong(f"{name} isn't a number.")
    return int(text)
