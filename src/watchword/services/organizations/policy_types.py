"""Which types of policies are enabled in the root.

AWS does this in the background. Here it has happened when the answer comes, and every decision knows.
"""

from watchword.organizations import attaching
from watchword.organizations.policy_types import TYPES
from watchword.organizations.refusals import invalid, refusal
from watchword.services.operation import Call, Operation, Output, writes
from watchword.services.organizations import current, shapes
from watchword.services.organizations.demands import on
from watchword.store.organizations.organizations import Organization


def enable_type(call: Call) -> Output:
    """EnablePolicyType."""
    attaching.enable(call.tx, _root(call), known_type(call, "PolicyType"))
    return {"Root": shapes.root(current.organization(call))}


def disable_type(call: Call) -> Output:
    """DisablePolicyType: its policies are detached from everything."""
    attaching.disable(call.tx, _root(call), known_type(call, "PolicyType"))
    return {"Root": shapes.root(current.organization(call))}


def known_type(call: Call, member: str) -> str:
    """The type of policies that a member of the input names. Raises InvalidInputException."""
    type_: str = call.input[member]
    if type_ not in TYPES:
        raise invalid("INVALID_ENUM_POLICY_TYPE", "You specified an invalid policy type.")
    return type_


def _root(call: Call) -> Organization:
    here = current.organization(call)
    if call.input["RootId"] != here.root:
        raise refusal("RootNotFoundException")
    return here


OPERATIONS: dict[str, Operation] = {
    "EnablePolicyType": writes(enable_type, on("RootId")),
    "DisablePolicyType": writes(disable_type, on("RootId")),
}
