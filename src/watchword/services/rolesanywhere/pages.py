"""Lists in pages: pageSize and nextToken, in the order of ids. A token is the id after which a page begins.

It grants nothing, since each page is decided on like the first. AWS documents no limits of a page.
Source: IAM Roles Anywhere API Reference, ListTrustAnchors and its siblings.
"""

import re
from collections.abc import Callable
from typing import Any

from watchword.services.operation import Call, Output
from watchword.services.rolesanywhere.errors import invalid

MOST = 50
_ID = re.compile(r"[0-9a-f-]{36}")


def listed(call: Call, page: Callable[..., Any], member: str, show: Callable[[Any], Output]) -> Output:
    """A page of what the account has in the Region."""
    size, token = call.input.get("pageSize", MOST), call.input.get("nextToken", "")
    if size < 1:
        raise invalid("pageSize must be at least 1.")
    if token and not _ID.fullmatch(token):
        raise invalid("nextToken isn't one that this list has given.")
    records, more = page(call.tx, call.account, call.context.region, after=token, limit=min(size, MOST))
    output: dict[str, object] = {member: [show(record) for record in records]}
    return output | ({"nextToken": records[-1].id} if more else {})
