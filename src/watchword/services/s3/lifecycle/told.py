"""The header x-amz-expiration: when the current version of an object expires, and which rule says so.

Source: Amazon S3 API Reference, PutObject and GetObject, "x-amz-expiration".
"""

from email.utils import format_datetime
from urllib.parse import quote

from watchword.services.operation import Call
from watchword.services.s3.demands import bucket_of
from watchword.services.s3.lifecycle.rules import SETTING, expiries
from watchword.store.s3.objects import Object


def expiration(call: Call, row: Object) -> dict[str, object]:
    """The member of an answer about the current version; none about a version that is named."""
    document = bucket_of(call).settings.get(SETTING)
    if document is None or "VersionId" in call.input:
        return {}
    found = expiries(document).first(row)
    if found is None:
        return {}
    expiry, rule = found
    return {"Expiration": f'expiry-date="{format_datetime(expiry, usegmt=True)}", rule-id="{quote(rule)}"'}
