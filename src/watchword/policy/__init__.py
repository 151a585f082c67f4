"""Floor 2: AWS's policy language. Text to values, values to rules, a request to a decision with reasons.

    policy = Policy.parse(text)
    decision = decide(request, Policies.of(identity=[policy]))

A server holds an `Engine` per principal instead, and asks it. Pure: no I/O, no clock, no settings.
"""

from watchword.policy.combine import PolicyType, Verdict
from watchword.policy.decision import Decision, message
from watchword.policy.document import Policy, Source
from watchword.policy.engine import Engine
from watchword.policy.explain import Explanation, as_json, explain
from watchword.policy.parse import PolicyError
from watchword.policy.policies import Policies, decide
from watchword.policy.request import Request
from watchword.policy.validate import Kind, validate

__all__ = [
    "Decision",
    "Engine",
    "Explanation",
    "Kind",
    "Policies",
    "Policy",
    "PolicyError",
    "PolicyType",
    "Request",
    "Source",
    "Verdict",
    "as_json",
    "decide",
    "explain",
    "message",
    "validate",
]
