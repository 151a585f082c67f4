"""Tags that a cluster or an association is made with. They can't be changed later.

Source: Amazon EKS API Reference, "TagMap".
"""

from watchword.identity import tags as tag_rules
from watchword.services.operation import Call
from watchword.services.resources import Keys


def given(call: Call, kind: str) -> dict[str, str]:
    """The tags in a request. Raises InvalidParameterException."""
    listed = [{"Key": key, "Value": value} for key, value in call.input.get("tags", {}).items()]
    return tag_rules.read(kind, listed, "InvalidParameterException")


def request_keys(call: Call) -> Keys:
    """Condition keys of the tags in a request."""
    found = call.input.get("tags", {})
    if not found:
        return {}
    return {"aws:TagKeys": tuple(found), **{f"aws:RequestTag/{key}": value for key, value in found.items()}}
