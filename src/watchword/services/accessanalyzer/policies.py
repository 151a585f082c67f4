"""ValidatePolicy: what is wrong and what is doubtful in a policy document, each with its place.

1. A document that can't be stored has a finding of type ERROR for that, with our own issue code NOT_STORABLE,
   unless another error says it already.
2. `policy.checking` has the findings: those of Access Analyzer, and our own.
3. Lines and columns count from 1 and 0, offsets from 0.

Source: IAM Access Analyzer API Reference, ValidatePolicy, ValidatePolicyFinding, Location, Position; IAM User
Guide, "IAM policy validation check reference" for the links.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from watchword.access import Demand
from watchword.names import AwsError
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.language.text import NAME, Path, Place, Spans, nearest, spans
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.page_positions import position_in, token_of

PAGE = 100
MOST_CHARACTERS = 1 << 17
NOT_STORABLE = "NOT_STORABLE"
_MANUAL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
_ERROR = "error"
_KINDS: Mapping[str, DocumentKind] = {
    "IDENTITY_POLICY": DocumentKind.IDENTITY,
    "RESOURCE_POLICY": DocumentKind.RESOURCE,
    "SERVICE_CONTROL_POLICY": DocumentKind.SCP,
    "RESOURCE_CONTROL_POLICY": DocumentKind.RCP,
}
_OF_RESOURCES: Mapping[str, DocumentKind] = {
    "AWS::S3::Bucket": DocumentKind.S3_BUCKET,
    "AWS::IAM::AssumeRolePolicyDocument": DocumentKind.TRUST,
}


def validate_policy(call: Call) -> Output:
    """ValidatePolicy."""
    from watchword.policy.lines.check import check  # noqa: PLC0415 many servers check nothing
    from watchword.reference.actions import catalogue  # noqa: PLC0415 the same

    text: str = call.input["policyDocument"]
    if len(text) > MOST_CHARACTERS:
        raise invalid("The policy document is too long.")
    with call.world.simulating:
        told = check(text, _kind(call), catalogue())
    found = _findings(told, text)
    start, size = _start(call), min(call.input.get("maxResults", PAGE), PAGE)
    if size < 1:
        raise invalid("maxResults must be at least 1.")
    more = {"nextToken": token_of(str(start + size))} if start + size < len(found) else {}
    return {"findings": found[start : start + size], **more}


def to_validate(call: Call) -> tuple[Demand, ...]:
    return (Demand("access-analyzer:ValidatePolicy", "*", call.account),)


def invalid(said: str) -> AwsError:
    """ValidationException."""
    return AwsError("ValidationException", 400, said, fields={"reason": "fieldValidationFailed"})


def _kind(call: Call) -> DocumentKind:
    type_, resource = call.input["policyType"], call.input.get("validatePolicyResourceType")
    if resource and type_ != "RESOURCE_POLICY":
        raise invalid("validatePolicyResourceType is for resource policies.")
    return _OF_RESOURCES.get(resource or "", _KINDS[type_])


def _start(call: Call) -> int:
    position = position_in(call.input.get("nextToken"))
    if position is None or not (position or "0").isdecimal():
        raise invalid("The token isn't one of a page of findings.")
    return int(position or 0)


def _findings(told: Mapping[str, Any], text: str) -> list[Output]:
    try:
        known = spans(text)
    except (IndexError, ValueError):
        known = {}
    found = [_finding(each, text, known) for each in (*told["findings"], *told["ours"])]
    errors = [each for each in found if each["findingType"] == "ERROR"]
    if told["error"] and not errors:  # 1.
        found.insert(0, _not_storable(told["error"], text))
    return found


def _finding(found: Mapping[str, Any], text: str, known: Spans) -> Output:
    path: Path = tuple(found["path"])
    span = (nearest(known, path) if path else None) or _from(found, text)
    anchor = f"{found['level']}-{found['code'].lower().replace('_', '-')}"
    return {
        "findingDetails": found["details"],
        "findingType": found["level"].upper().replace("-", "_"),
        "issueCode": found["code"],
        "learnMoreLink": f"{_MANUAL}#access-analyzer-reference-policy-checks-{anchor}",
        "locations": [{"path": _elements(path), "span": _span(text, span)}],
    }


def _not_storable(error: Mapping[str, Any], text: str) -> Output:
    return {
        "findingDetails": error["reason"] or error["message"],
        "findingType": "ERROR",
        "issueCode": NOT_STORABLE,
        "learnMoreLink": _MANUAL,
        "locations": [{"path": [], "span": _span(text, _from(error, text))}],
    }


def _from(found: Mapping[str, Any], text: str) -> tuple[int, int]:
    """From the line and column of a text that can't be read to its end."""
    if "line" not in found:
        return 0, len(text)
    lines = text.split("\n")[: found["line"] - 1]
    return min(sum(len(each) + 1 for each in lines) + found["column"] - 1, len(text)), len(text)


def _elements(path: Path) -> Sequence[Output]:
    """PathElement."""
    return [{"index": each} if isinstance(each, int) else {"value": each} for each in path if each != NAME]


def _span(text: str, span: tuple[int, int]) -> Output:
    return {"start": _position(text, span[0]), "end": _position(text, span[1])}


def _position(text: str, offset: int) -> Output:
    """Position."""
    place = Place.at(text, offset)
    return {"line": place.line, "column": place.column - 1, "offset": place.offset}


OPERATIONS: dict[str, Operation] = {"ValidatePolicy": reads(validate_policy, to_validate)}
