"""What the caller's account may know of a decision, where the resource is another account's.

A decision across accounts is made from the policies of both. Nothing is told of the resource's side: its
policies, its guardrails, whose it is. An explanation that doesn't say whose the resource is counts as one
across accounts: records of older versions are like that.

What was meant for the operator of the server is for no account.
"""

from typing import Any

from watchword.policy.evaluation.combine import PolicyType

Json = dict[str, Any]

THEIRS = frozenset({PolicyType.RESOURCE, PolicyType.RCP})
"""The types of policy of a resource's account."""
_LISTS = ("matches", "nearMisses", "levels")
_QUIET = ("resourceAccount", "missingKeys")


def own_side(told: Json, account: str) -> Json:
    """An explanation (`explain.as_json`), as an account may know it."""
    if told.get("resourceAccount") == account:
        return told
    known = {name: value for name, value in told.items() if name not in _QUIET}
    for name in _LISTS:
        if name in known:
            known[name] = [each for each in known[name] if each["policyType"] not in THEIRS]
    return known


def own_event(event: Json, account: str) -> Json:
    """An event of an account, as that account may know it."""
    additional = event.get("additionalEventData")
    if not additional:
        return event
    known = {name: value for name, value in additional.items() if name != "meant"}
    if "decisions" in known:
        known["decisions"] = [
            own_side(each, account) if "matches" in each else each for each in known["decisions"]
        ]
    return event | {"additionalEventData": known}
