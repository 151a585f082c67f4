"""Whether an answer is what AWS would say to a variant.

1. No answer is a defect of the server (5xx), and botocore can read each.
2. What violates the model is refused with ValidationError, or the service's own code for that, and exactly
   AWS's sentence, whoever asks.
3. What the model allows is never refused with such a sentence: it is done, or refused with a code of the
   operation's model, or one that all operations have.
4. An answer has the members that the output's shape requires, each of its type, each enum among its values.
5. Who may do nothing is denied. Another account's root sees nothing of ours.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape
from tests.conformance.rules import sentence
from tests.conformance.stage import Answer
from tests.conformance.variants import OURS, Variant
from tests.services.rows import FREE_FOR_ALL

from watchword.wire.services import SERVICES

DEFECT, REFUSED = 500, 400
_LONG = re.compile(r"(Value '[^']{40})[^']{100,}(.{20}' at )")
INVALID = {"query": "ValidationError", "json": "ValidationException"}
"""The code for what violates the model, where a service has none of its own."""
COMMON = {"ValidationError", "AccessDenied", "NotImplemented"}
"""Codes that an operation's model needn't list. NotImplemented: docs/differences-from-aws.md."""
BESIDE_THE_MODEL = {
    "GetAccessKeyLastUsed": {"NoSuchEntity"},  # older models list it
    "AssumeRole": {"InvalidParameterValue"},  # transitive keys that are no tags
}
"""Further codes that AWS answers, as users report them."""
ENUMS = {
    "PolicySourceType": {"IAM Policy"},
    "PermissionsBoundaryAttachmentType": {"Policy"},
}
"""Values that AWS answers although its model doesn't have them: sample answers in the IAM API Reference."""
NARROWER = {"GetWebIdentityToken": "at 'signingAlgorithm'"}
"""Members for which the API Reference lists valid values, and the model doesn't."""
TELLS_OF_OTHERS = {"GetAccessKeyInfo", "ListHandshakesForAccount"}
"""The account of an access key (AWS STS API Reference, GetAccessKeyInfo); who sent an invitation."""
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": datetime,
    "blob": bytes,
}


def judge(model: OperationModel, variant: Variant, answer: Answer) -> str:
    """What is wrong with the answer, without the middle of long values; empty when nothing is."""
    return _LONG.sub(r"\1...\2", _judge(model, variant, answer))


def _judge(model: OperationModel, variant: Variant, answer: Answer) -> str:
    if answer.status >= DEFECT and answer.code != "NotImplemented":
        return f"defect: {answer.status} {answer.code} {answer.said}"  # 1.
    if variant.what == "malformed":
        return "" if answer.status == REFUSED else f"{answer.status} {answer.code or 'done'}"
    if expected := sentence(model.service_model.service_name, model.input_shape, dict(variant.given)):
        row = SERVICES[model.service_model.service_name]
        return _against_the_model(answer, row.invalid_input or INVALID[row.protocol], expected)  # 2.
    if "failed to satisfy constraint" in answer.said and not _beyond_the_model(model, answer):
        return f"the model allows it: {answer.said}"  # 3.
    return _refusal(model, variant, answer) if answer.code else _done(model, variant, answer)


def _beyond_the_model(model: OperationModel, answer: Answer) -> bool:
    """Whether the documentation of a member forbids what the model allows."""
    return "Member must not be null" in answer.said or NARROWER.get(model.name, "-") in answer.said


def _against_the_model(answer: Answer, code: str, expected: str) -> str:
    if (answer.status, answer.code) != (REFUSED, code):
        return f"{answer.status} {answer.code or 'done'} {answer.said} instead of: {expected}"
    return "" if answer.said == expected else f"said: {answer.said}\nnot:  {expected}"


def _done(model: OperationModel, variant: Variant, answer: Answer) -> str:
    why = DONE[variant.what](model, variant, answer) if variant.what in DONE else ""  # 5.
    return why or "; ".join(unlike(model.output_shape, answer.parsed))  # 4.


def _by_powerless(model: OperationModel, _: Variant, __: Answer) -> str:
    free = (model.service_model.service_name, model.name) in FREE_FOR_ALL
    return "" if free else "done for a user without policies"


def _by_other(model: OperationModel, variant: Variant, answer: Answer) -> str:
    told = OURS in answer.body.decode() and OURS not in str(variant.given)
    return "another account is told about ours" if told and model.name not in TELLS_OF_OTHERS else ""


def _on_foreign(_: OperationModel, variant: Variant, __: Answer) -> str:
    return f"done with {variant.member} of another account"


DONE: Mapping[str, Callable[[OperationModel, Variant, Answer], str]] = {
    "powerless": _by_powerless,
    "other account": _by_other,
    "foreign ARN": _on_foreign,
}
"""What may not be done, or not be told, in a variant that the model allows."""


def _refusal(model: OperationModel, variant: Variant, answer: Answer) -> str:
    if variant.what == "minimal":
        return f"refused: {answer.code} {answer.said}"
    if variant.what == "powerless" and answer.code.removesuffix("Exception") != "AccessDenied":
        return f"{answer.code} for a user without policies"
    modelled = {shape.error_code: shape.metadata.get("error", {}) for shape in model.error_shapes}
    if answer.code in modelled:
        status = modelled[answer.code].get("httpStatusCode", REFUSED)
        return (
            "" if answer.status == status else f"{answer.code} with the status {answer.status}, not {status}"
        )
    known = COMMON | {f"{code}Exception" for code in COMMON} | BESIDE_THE_MODEL.get(model.name, set())
    return "" if answer.code in known else f"{answer.code} is not in the model: {answer.said}"


def unlike(shape: Shape | None, value: Mapping[str, Any]) -> Iterator[str]:
    """How an answer differs from its shape."""
    if shape is not None:
        yield from _unlike(shape, {k: v for k, v in value.items() if k != "ResponseMetadata"}, "")


def _unlike(shape: Shape, value: Any, path: str) -> Iterator[str]:
    match shape.type_name:
        case "structure":
            for name in shape.required_members:
                if name not in value:
                    yield f"{path}.{name} is missing"
            for name, each in value.items():
                yield from _unlike(shape.members[name], each, f"{path}.{name}")
        case "list":
            for index, each in enumerate(value):
                yield from _unlike(shape.member, each, f"{path}[{index}]")
        case "map":
            for key, each in value.items():
                yield from _unlike(shape.value, each, f"{path}.{key}")
        case _:
            yield from _unlike_single(shape, value, path)


def _unlike_single(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, TYPES[shape.type_name]):
        yield f"{path} is {value!r}, not of the type {shape.type_name}"
    allowed = {*shape.metadata.get("enum", [value]), *ENUMS.get(shape.name, ())}
    if value not in allowed:
        yield f"{path} is {value!r}, not one of {allowed}"
