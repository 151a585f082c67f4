"""What S3 says of a malformed signature. The words of IAM and STS are where each refusal is raised.

An error carries both (`AwsError.in_s3`), and the writer of the answer picks one: a request can be malformed
before its service is known. `Place` has the words that differ between the Authorization header and the query.
Forms use the words of the header.
Sources: Amazon S3 API Reference, "List of error codes" (AuthorizationHeaderMalformed,
AuthorizationQueryParametersError, InvalidArgument); the messages are those of S3's answers.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from watchword.names import AwsError
from watchword.sigv4.scope import TERMINATOR, Scope

NO_DATE = AwsError("AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header")
NOT_SIGNED = "There were headers present in the request which were not signed"

_HEADER = "AuthorizationHeaderMalformed"
_QUERY = "AuthorizationQueryParametersError"
_DAY = re.compile(r"[0-9]{8}")
_LONGEST_VALUE = 1024


def header(detail: str, **fields: str) -> AwsError:
    """For a malformed Authorization header."""
    return AwsError(_HEADER, 400, f"The authorization header is malformed; {detail}", fields=fields)


def query(said: str, **fields: str) -> AwsError:
    """For a malformed presigned query."""
    return AwsError(_QUERY, 400, said, fields=fields)


def argument(said: str, name: str, value: str) -> AwsError:
    fields = {"ArgumentName": name, "ArgumentValue": value[:_LONGEST_VALUE]}
    return AwsError("InvalidArgument", 400, said, fields=fields)


def not_signed(names: str) -> AwsError:
    return AwsError("AccessDenied", 403, NOT_SIGNED, fields={"HeadersNotSigned": names})


THREE = header(
    "the authorization header requires three components: Credential, SignedHeaders, and Signature."
)


class Place(NamedTuple):
    """Where a signature is."""

    malformed: Callable[[str], AwsError]
    """For parts that aren't as they must be."""
    credential: Callable[[str], AwsError]
    """For what is wrong with the credential."""
    date: AwsError
    other_day: Callable[[str, str], AwsError]
    """For a scope whose day isn't that of the date."""


IN_HEADER = Place(
    header,
    header,
    NO_DATE,
    lambda _scope, _date: header("Invalid credential date. Date is not the same as X-Amz-Date."),
)
IN_QUERY = Place(
    query,
    lambda detail: query(f"Error parsing the X-Amz-Credential parameter; {detail}"),
    query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
    lambda scope, date: query(
        f'Invalid credential date "{scope[:80]}". This date is not the same as X-Amz-Date: "{date}".'
    ),
)


def bad_parts(place: Place, *, region: bool) -> AwsError:
    """For a credential without its five parts, or without the four of SigV4a."""
    parts = "YYYYMMDD/REGION/SERVICE" if region else "YYYYMMDD/SERVICE"
    return place.credential(f'the Credential is mal-formed; expecting "<YOUR-AKID>/{parts}/aws4_request".')


def bad_scope(place: Place, scope: Scope, day: str) -> AwsError:
    """For a scope that isn't S3's. day: of the date."""
    if not _DAY.fullmatch(scope.date):
        return place.credential(
            f'incorrect date format "{scope.date[:80]}". This date in the credential must be in the format '
            '"yyyyMMdd".'
        )
    if scope.service != "s3":
        return place.credential(f'incorrect service "{scope.service[:80]}". This endpoint belongs to "s3".')
    if scope.terminator != TERMINATOR:
        return place.credential(
            f'incorrect terminal "{scope.terminator[:80]}". This endpoint uses "{TERMINATOR}".'
        )
    if scope.date != day:
        return place.other_day(scope.date, day)
    return bad_region(place, scope.region)


def bad_region(place: Place, region: str) -> AwsError:
    """For what can't be the name of a region. Every other name is one here."""
    return place.credential(f"the region '{region[:80]}' is wrong")
