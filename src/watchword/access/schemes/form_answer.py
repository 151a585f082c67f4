"""The answer to a browser's upload, which differs from that to PutObject.

1. `success_action_redirect` (or `redirect`, its old name), when it is an absolute URL: 303, to there, with
   bucket, key and etag in the query;
2. `success_action_status`: 200, 201 with a document, or 204; anything else is 204.

Source: Amazon S3 API Reference, "POST Object", "Form fields".
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from watchword.names import HttpRequest, HttpResponse
from watchword.wire.xml_text import text

_URL = re.compile(r"https?://[!-~]+")
_STATUSES = {"200": 200, "201": 201}


def posted(
    request: HttpRequest, bucket: str, fields: Mapping[str, str], answer: HttpResponse
) -> HttpResponse:
    """The answer to a form, from the `answer` to its put."""
    headers = [pair for pair in answer.headers if pair[0].lower() not in {"content-length", "content-type"}]
    key, etag = fields["key"], next(value for name, value in answer.headers if name.lower() == "etag")
    redirect = fields.get("success_action_redirect") or fields.get("redirect") or ""
    if _URL.fullmatch(redirect):  # 1
        query = urlencode({"bucket": bucket, "key": key, "etag": etag}, quote_via=quote)
        target = f"{redirect}{'&' if '?' in redirect else '?'}{query}"
        return HttpResponse(303, (*headers, ("location", target), ("content-length", "0")))
    scheme, host = "https" if request.secure else "http", request.header("host")
    headers.append(("location", f"{scheme}://{host}{request.path}"))
    status = _STATUSES.get(fields.get("success_action_status", ""), 204)  # 2
    if status != 201:  # noqa: PLR2004 HTTP's own number
        length = () if status == 204 else (("content-length", "0"),)  # noqa: PLR2004 the same
        return HttpResponse(status, (*headers, *length))
    elements = {"Location": headers[-1][1], "Bucket": bucket, "Key": key, "ETag": etag}
    inside = "".join(f"<{name}>{text(value)}</{name}>" for name, value in elements.items())
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{inside}</PostResponse>'.encode()
    headers += [("content-type", "application/xml"), ("content-length", str(len(document)))]
    return HttpResponse(status, tuple(headers), document)
