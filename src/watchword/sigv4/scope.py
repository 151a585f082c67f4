"""The credential scope: the day, region and service for which a signature is valid.

Source: IAM User Guide, "Create a signed AWS API request", step 3. Parsing only checks that all parts are
there; `watchword.sigv4.verify` checks their values.
"""

from functools import cached_property

from msgspec import Struct

TERMINATOR = "aws4_request"

LIKE_S3 = frozenset({"s3", "s3express", "s3-outposts", "s3-object-lambda"})
"""Services that sign the path encoded once. All others sign the normalised path, encoded twice."""

_PARTS = 5
_PARTS_WITHOUT_REGION = 4


class Scope(Struct, frozen=True, dict=True):
    """`date/region/service/terminator`. In SigV4a the scope has no region, and `region` is empty."""

    date: str
    region: str
    service: str
    terminator: str = TERMINATOR

    @cached_property
    def like_s3(self) -> bool:
        """Whether the path is signed as S3 signs it."""
        return self.service in LIKE_S3

    @cached_property
    def text(self) -> str:
        """The scope as it is in the string to sign and in the credential."""
        region = f"{self.region}/" if self.region else ""
        return f"{self.date}/{region}{self.service}/{self.terminator}"


def parse_credential(text: str) -> tuple[str, Scope]:
    """The access key id and the scope of `keyid/date/region/service/terminator`. Raises ValueError."""
    parts = text.split("/")
    if len(parts) != _PARTS or not all(parts):
        raise ValueError("5 slash-delimited elements, e.g. keyid/date/region/service/term")
    return parts[0], Scope(*parts[1:])


def parse_credential_without_region(text: str) -> tuple[str, Scope]:
    """The same for SigV4a's `keyid/date/service/terminator`. Raises ValueError."""
    parts = text.split("/")
    if len(parts) != _PARTS_WITHOUT_REGION or not all(parts):
        raise ValueError("4 slash-delimited elements, e.g. keyid/date/service/term")
    access_key_id, date, service, terminator = parts
    return access_key_id, Scope(date, "", service, terminator)
