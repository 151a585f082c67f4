"""What the caller's account may know of a decision, where the resource is another account's.

A decision across accounts is made from the policies of both. The caller's account learns nothing of the
resource's side: its policies, guardrails, tags and owner. That holds as well for what a policy of the
caller's account compared. An explanation that doesn't say whose the resource is counts as
one across accounts: records of older versions are like that.

What was meant for the operator of the server is for no account: nor is the place of an event in the journal,
which counts the events of all.
"""

from typing import Any

from watchword.policy.evaluation.combine import PolicyType

Json = dict[str, Any]

THEIRS = frozenset({PolicyType.RESOURCE, PolicyType.RCP})
"""The types of policy of a resource's account."""
_KEYS = ("aws:resource", "iam:resource", "s3:resource", "s3:existingobjecttag/", "s3:buckettag/")
"""How condition keys begin that tell of the resource, in lower case."""
_LISTS = ("matches", "nearMisses", "levels")
_COMPARED = ("conditions", "failed")
_QUIET = ("resourceAccount", "missingKeys")


def own_side(told: Json, account: str) -> Json:
    """An explanation (`explain.as_json`), as an account may know it."""
    if told.get("resourceAccount") == account:
        return told
    known = {name: value for name, value in told.items() if name not in _QUIET}
    for name in _LISTS:
        if name in known:
            known[name] = [_own(each) for each in known[name] if each["policyType"] not in THEIRS]
    return known


def tells_of_theirs(key: str) -> bool:
    """Whether the value of a condition key is of the resource's side."""
    return key.lower().startswith(_KEYS)


def own_event(event: Json, account: str) -> Json:
    """An event of an account, as that account may know it."""
    event = {name: value for name, value in event.items() if name != "chain"}
    additional = event.get("additionalEventData")
    if not additional:
        return event
    known = {name: value for name, value in additional.items() if name != "meant"}
    if "decisions" in known:
        known["decisions"] = [
            own_side(each, account) if "matches" in each else each for each in known["decisions"]
        ]
    return event | {"additionalEventData": known}


def _own(cited: Json) -> Json:
    """A statement, or a level, without what the resource had."""
    compared = {name: [_unread(each) for each in cited[name]] for name in _COMPARED if name in cited}
    return cited | compared


def _unread(compared: Json) -> Json:
    return compared | {"actual": None} if tells_of_theirs(compared.get("key", "")) else compared
