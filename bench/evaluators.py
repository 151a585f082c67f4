"""Evaluators that run in this process, each made for a number of statements.

* watchword: the compiled engine, with and without the explanation, and the first decision from JSON text.
* ministack: its evaluator on its own parsed statements. It knows no variables in resources, so the user's
  name is written in; and it looks at no clock but its own, which the dates here allow for.
* moto: IAMPolicy on each of the identity policies, as moto asks them. It knows neither conditions nor
  boundaries, service control policies and bucket policies of this kind; its row says how often it is right.
"""

import gc
import time
from collections.abc import Callable, Sequence
from typing import Any

from watchword.policy import Decision, Policy, Request, Source, explain
from watchword.policy.evaluation.engine import Engine
from workload import (
    ACCOUNT,
    ALLOW,
    BOUNDARY,
    BOUNDARY_TEXT,
    BUCKET,
    BUCKET_TEXT,
    EXPLICIT,
    IMPLICIT,
    SCP,
    SCP_TEXT,
    USER,
    Asked,
    documents,
)

DENY = "deny"
"""The answer of those who know one kind of refusal."""

Run = Callable[[Sequence[Any]], tuple[Sequence[Any], float]]
"""The answers to requests, and the seconds that it took to find them; not those to prepare the requests."""


class MissingError(Exception):
    """The evaluator isn't here; the message says why."""


def timed(prepare: Callable[[Any], Any], answer: Callable[[Any], Any]) -> Run:
    """A run of an evaluator in this process."""

    def run(requests: Sequence[Any]) -> tuple[Sequence[Any], float]:
        prepared = [prepare(each) for each in requests]
        answers: list[Any] = [None] * len(prepared)
        gc.collect()  # no run pays for what another left behind
        began = time.process_time()
        for index, each in enumerate(prepared):
            answers[index] = answer(each)
        return answers, time.process_time() - began

    return run


def agrees(found: Any, label: str) -> bool:
    """Whether an answer is what the label says."""
    answer = getattr(found, "verdict", found)
    return bool(answer == label or (answer == DENY and label != ALLOW))


def engine(size: int) -> Run:
    return timed(_request, _decide(documents(size)))


def explained(size: int) -> Run:
    decide = _decide(documents(size))
    return timed(_request, lambda request: explain(decide(request)).decision)


def first(size: int) -> Run:
    """The first decision, from JSON text."""
    texts = documents(size)
    return timed(_request, lambda request: _decide(texts)(request).verdict)


def _decide(texts: list[str]) -> Callable[[Request], Decision]:
    """The decisions of a fresh engine, from JSON text."""
    held = Engine(
        USER,
        [Source(Policy.parse(text), f"policy-{index}") for index, text in enumerate(texts)],
        (Source(Policy.parse(BOUNDARY_TEXT)),),
    )
    bucket = Source(Policy.parse(BUCKET_TEXT))
    scps = ((Source(Policy.parse(SCP_TEXT)),),)
    return lambda request: held.decide(request, resource_policy=bucket, scps=scps)


def _request(each: Asked) -> Request:
    return Request(USER, each.action, each.resource, each.context, resource_account=ACCOUNT)


def ministack(size: int) -> Run:
    from ministack.core import (  # noqa: PLC0415 may be missing
        iam_evaluator as peer,
    )

    policies = [
        peer.parse_policy_document(text.replace("${aws:username}", "bench")) for text in documents(size)
    ]
    boundary, scp = [peer.parse_policy_document(BOUNDARY)], [peer.parse_policy_document(SCP)]
    names = {"Allow": ALLOW, "Deny": EXPLICIT, "ImplicitDeny": IMPLICIT}

    def prepare(each: Asked) -> Any:
        return peer.EvalContext(
            USER.arn,
            "User",
            ACCOUNT,
            each.action,
            each.resource,
            each.context["aws:RequestedRegion"],
            source_ip=each.context["aws:SourceIp"],
            secure_transport=each.context["aws:SecureTransport"] == "true",
            principal_keys={"aws:username": "bench"},
            service_context={"aws:useragent": each.context["aws:UserAgent"]},
        )

    def answer(context: Any) -> str:
        found = peer.evaluate(context, policies, boundary, scp)
        if found.decision != "Deny":
            bucket = peer.evaluate_resource_policy(BUCKET, context)
            if bucket.decision == "Deny":
                return EXPLICIT
        return names[found.decision]

    return timed(prepare, answer)


def moto(size: int) -> Run:
    from moto.iam.access_control import IAMPolicy, PermissionResult  # noqa: PLC0415 may be missing

    policies = [IAMPolicy(text) for text in documents(size)]

    def answer(each: Asked) -> str:
        found = {policy.is_action_permitted(each.action, each.resource) for policy in policies}
        if PermissionResult.DENIED in found:
            return EXPLICIT
        return ALLOW if PermissionResult.PERMITTED in found else IMPLICIT

    return timed(lambda each: each, answer)
