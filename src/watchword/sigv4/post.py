"""POST policy forms: a browser uploads a file, and a signed policy in the form authenticates it.

The policy (base64 of JSON) is the string to sign. The checks, in order:

 1. each field comes once, in any case; all fields of one kind of signature are there
 2. the algorithm is supported; date and credential are well formed; the scope has this service and region
 3. the signature is the one that we compute for the policy as it was sent
 4. the policy is a JSON document with an expiration and conditions, and hasn't expired
 5. each condition is true
 6. each field has a condition, except those in FREE
 7. the file's size is in the range of every content-length-range

Sources: Amazon S3 API Reference, "Authenticating Requests: Browser-Based Uploads Using POST", "POST Policy"
and "Error responses". The caller first parses the multipart body and replaces ${filename}, because conditions
apply to the fields after that. The caller also checks that the session hasn't expired.
"""

import json
import re
from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from watchword.names import AwsError, fault
from watchword.sigv4.claim import ALGORITHM, Claim
from watchword.sigv4.parts import amz_date, credential
from watchword.sigv4.verify import check_scope, holds, mismatch

FREE = frozenset({"x-amz-signature", "signature", "awsaccesskeyid", "file", "policy"})
"""Fields that need no condition. Fields that begin with x-ignore- don't need one either."""
VERSION_2 = frozenset({"signature", "awsaccesskeyid"})

_REQUIRED = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
_RANGE = "content-length-range"
_BYTES = re.compile(r"[0-9]{1,18}", re.ASCII)


class PostForm(NamedTuple):
    """The fields of a form, by their lower-case names, without the file."""

    fields: Mapping[str, str]
    claim: Claim


def read_form(pairs: Sequence[tuple[str, str]]) -> PostForm | None:
    """Rules 1 and 2. None for an anonymous upload, which has no field of a signature.

    pairs: the form's fields, in their order, without the file.
    Raises AwsError: InvalidArgument, UnsupportedSignature, IncompleteSignature.
    """
    fields = lower_fields(pairs)
    if not fields.keys().isdisjoint(VERSION_2):
        raise fault("UnsupportedSignature", f"Please use {ALGORITHM}.")
    if fields.keys().isdisjoint({"policy", *_REQUIRED}):
        return None
    if missing := [name for name in ("key", "policy", *_REQUIRED) if not fields.get(name)]:
        raise _argument(missing[0], f"Bucket POST must contain a field named '{missing[0]}'.")
    algorithm = fields["x-amz-algorithm"]
    if algorithm != ALGORITHM:
        raise fault("UnsupportedSignature", f"Unsupported AWS 'algorithm': '{algorithm}'.")
    date = fields["x-amz-date"]
    timestamp = amz_date(date)
    access_key_id, scope = credential(fields["x-amz-credential"], algorithm)
    token = fields.get("x-amz-security-token")
    signature = fields["x-amz-signature"]
    return PostForm(fields, Claim(algorithm, access_key_id, scope, "", signature, token, date, timestamp, ""))


def lower_fields(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Rule 1: the fields by their lower-case names. Raises InvalidArgument for a repeated one."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name.lower() in fields:
            raise _argument(name, f"Bucket POST must contain a field named '{name}' once.")
        fields[name.lower()] = value
    return fields


def verify_form(
    form: PostForm,
    secret: str,
    *,
    services: Collection[str] | None = None,
    regions: Collection[str] | None = None,
) -> None:
    """Rules 2 and 3: returns if the policy was signed with `secret`.

    services, regions: as in `watchword.sigv4.verify`. Raises ScopeMismatch or SignatureDoesNotMatch.
    """
    check_scope(form.claim, services, regions)
    policy = form.fields["policy"]
    try:
        proved = holds(form.claim, secret, policy, form.claim.signature)
    except UnicodeEncodeError:
        proved = False
    if not proved:
        raise mismatch(form.claim.access_key_id, policy, form.claim.signature)


def check_policy(fields: Mapping[str, str], *, bucket: str, size: int, now: datetime) -> None:
    """Rules 4 to 7, for a form whose signature was verified. size: bytes of the file.

    Raises AwsError: InvalidPolicyDocument, AccessDenied, EntityTooLarge, EntityTooSmall.
    """
    expiration, conditions = _document(fields["policy"])  # 4
    if now >= expiration:
        raise _denied("Policy expired.")
    actual = {**fields, "bucket": bucket}
    named, ranges = set(), []
    for condition in conditions:  # 5
        operator, name, value = _condition(condition)
        if operator == _RANGE:
            ranges.append((int(name), int(value)))
            continue
        named.add(name)
        if not _satisfied(operator, actual.get(name, ""), value, name):
            raise _denied(f"Policy Condition failed: {json.dumps(condition)}")
    extra = sorted(name for name in actual if name not in named and not _is_free(name))
    if extra:  # 6
        raise _denied(f"Extra input fields: {', '.join(extra)}")
    for smallest, largest in ranges:  # 7
        _check_size(size, smallest, largest)


def expiration(policy: str) -> datetime:
    """When a policy expires. Raises InvalidPolicyDocument."""
    return _document(policy)[0]


def _document(policy: str) -> tuple[datetime, list[object]]:
    """Rule 4: the expiration and the conditions."""
    with suppress(ValueError, RecursionError):
        match json.loads(b64decode(policy, validate=True)):
            case {"expiration": str(text), "conditions": list(conditions)} if text.endswith("Z"):
                return datetime.fromisoformat(text).astimezone(UTC), conditions
    raise _invalid("it is not JSON with an 'expiration' and a list of 'conditions'.")


def _condition(condition: object) -> tuple[str, str, str]:
    """Operator, lower-case name without the dollar, and value. For a range: _RANGE and its two bounds."""
    match condition:
        case dict() if len(condition) == 1:
            ((name, value),) = condition.items()
            if isinstance(value, str):
                return "eq", name.lower(), value
        case ["eq" | "starts-with" as operator, str(name), str(value)] if name.startswith("$"):
            return operator, name[1:].lower(), value
        case ["content-length-range", str() | int() as least, str() | int() as most]:
            if _BYTES.fullmatch(str(least)) and _BYTES.fullmatch(str(most)):
                return _RANGE, str(least), str(most)
    raise _invalid(f"Invalid condition: {json.dumps(condition)[:200]}")


def _satisfied(operator: str, actual: str, value: str, name: str) -> bool:
    if operator == "eq":
        return actual == value
    # Only Content-Type may be a list: then each of its values must begin with `value`.
    values = actual.split(",") if name == "content-type" else [actual]
    return all(each.strip().startswith(value) for each in values)


def _check_size(size: int, smallest: int, largest: int) -> None:
    if size > largest:
        raise AwsError(
            "EntityTooLarge",
            400,
            "Your proposed upload exceeds the maximum allowed size",
            fields={"ProposedSize": str(size), "MaxSizeAllowed": str(largest)},
        )
    if size < smallest:
        raise AwsError(
            "EntityTooSmall",
            400,
            "Your proposed upload is smaller than the minimum allowed size",
            fields={"ProposedSize": str(size), "MinSizeAllowed": str(smallest)},
        )


def _is_free(name: str) -> bool:
    return name in FREE or name.startswith("x-ignore-")


def _argument(name: str, said: str) -> AwsError:
    return AwsError("InvalidArgument", 400, said, fields={"ArgumentName": name})


def _denied(reason: str) -> AwsError:
    return fault("AccessDenied", f"Invalid according to Policy: {reason}")


def _invalid(reason: str) -> AwsError:
    return AwsError("InvalidPolicyDocument", 400, f"Invalid Policy: {reason}")
