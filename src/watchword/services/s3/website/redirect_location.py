"""Where an object redirects to on a website: the header x-amz-website-redirect-location.

It is a path of the same bucket or a URL, of up to LONGEST bytes. Otherwise: InvalidRedirectLocation. A copy
has none unless its request gives it one, whatever its metadata directive is.

Source: Amazon S3 User Guide, "(Optional) Configuring a webpage redirect"; API Reference, PutObject,
CopyObject.
"""

from collections.abc import Mapping
from typing import Any

from watchword.services.s3.errors import s3_error

LOCATION = "WebsiteRedirectLocation"
"""The member, and its name among the headers of a row."""
LONGEST = 2048


def redirect_location(members: Mapping[str, Any]) -> dict[str, str]:
    """What an input says of it, as headers of a row."""
    if LOCATION not in members:
        return {}
    said: str = members[LOCATION]
    if not said.startswith(("/", "http://", "https://")):
        raise s3_error("InvalidRedirectLocation")
    if len(said.encode()) > LONGEST:
        why = "The length of website redirect location cannot exceed 2,048 characters."
        raise s3_error("InvalidRedirectLocation", why)
    return {LOCATION: said}
