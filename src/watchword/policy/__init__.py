"""Floor 2: AWS's policy language. Text to values, values to rules, a request to a decision with reasons.

    policy = Policy.parse(text)
    decision = decide(request, Policies.of(identity=[policy]))
    reasons = explain(decision)

A server keeps an `engine` for each principal and asks that instead. Pure: no I/O, no clock, no settings.
"""

from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Policy, Source
from watchword.policy.evaluation.explain import explain
from watchword.policy.evaluation.policies import Policies, decide
from watchword.policy.evaluation.request import Request
from watchword.policy.language.parse import PolicyError

__all__ = ["Decision", "Policies", "Policy", "PolicyError", "Request", "Source", "decide", "explain"]
