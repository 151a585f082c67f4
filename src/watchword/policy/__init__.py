"""Floor 2: AWS's policy language. Text to values, values to rules, a request to a decision with reasons.

    policy = Policy.parse(text)
    decision = decide(request, Policies.of(identity=[policy]))
    reasons = explain(decision)

A server keeps an `engine` for each principal and asks that instead. Pure: no I/O, no clock, no settings.
"""

from watchword.policy.decision import Decision
from watchword.policy.document import Policy, Source
from watchword.policy.explain import explain
from watchword.policy.parse import PolicyError
from watchword.policy.policies import Policies, decide
from watchword.policy.request import Request

__all__ = ["Decision", "Policies", "Policy", "PolicyError", "Request", "Source", "decide", "explain"]
