"""Tags of functions. A version or alias has none of its own.

Source: AWS Lambda API Reference, TagResource, UntagResource, ListTags.
"""

from collections.abc import Callable

from watchword.access import Demand
from watchword.facts.functions import FunctionFact
from watchword.identity import tags as tag_rules
from watchword.names import nouns
from watchword.services.lambda_.demands import Keys, demand, found, request_tags
from watchword.services.lambda_.errors import invalid, no_function
from watchword.services.lambda_.names import FunctionName
from watchword.services.operation import Call, Demands, Operation, Output, reads, writes
from watchword.store import tags

_ERROR = "InvalidParameterValueException"


def tag_resource(call: Call) -> Output:
    """TagResource."""
    function = _tagged(call).function
    given = [{"Key": key, "Value": value} for key, value in call.input["Tags"].items()]
    added = tag_rules.read(nouns.FUNCTION, given, _ERROR)
    before = tags.of(call.tx, nouns.FUNCTION, function.id)
    if len(before.keys() | added.keys()) > tag_rules.MAX_TAGS:
        raise invalid(f"Member must have length less than or equal to {tag_rules.MAX_TAGS}")
    tags.put(call.tx, nouns.FUNCTION, function.id, added)
    return {}


def untag_resource(call: Call) -> Output:
    """UntagResource."""
    tags.remove(call.tx, nouns.FUNCTION, _tagged(call).function.id, call.input["TagKeys"])
    return {}


def list_tags(call: Call) -> Output:
    """ListTags."""
    return {"Tags": tags.of(call.tx, nouns.FUNCTION, _tagged(call).function.id)}


def on_resource(action: str, keys: Callable[[Call], Keys] = lambda _call: {}) -> Demands:
    """For operations on the tags of a function."""

    def demands(call: Call) -> tuple[Demand, ...]:
        return (demand(call, action, _named(call), keys(call)),)

    return demands


def _named(call: Call) -> FunctionName:
    named = FunctionName.parse(call, call.input["Resource"])
    if named.qualifier:
        raise invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        )
    return named


def _tagged(call: Call) -> FunctionFact:
    named = _named(call)
    fact = found(call, named)
    if fact is None:
        raise no_function(named.arn)
    return fact


def _tag_keys(call: Call) -> Keys:
    return {"aws:TagKeys": tuple(call.input["TagKeys"])}


OPERATIONS: dict[str, Operation] = {
    "TagResource": writes(tag_resource, on_resource("TagResource", request_tags)),
    "UntagResource": writes(untag_resource, on_resource("UntagResource", _tag_keys)),
    "ListTags": reads(list_tags, on_resource("ListTags")),
}
