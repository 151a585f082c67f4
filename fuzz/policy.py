"""Texts of policies: read or refused by a PolicyError, in every kind of document, with place and findings.

What was read prints as text that reads the same, and decides without an error.
"""

import json

from fuzz.requests import VECTORS
from watchword.names.principal import User
from watchword.policy import Policies, Policy, PolicyError, Request, decide, explain
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.evaluation.explain import as_json
from watchword.policy.lines.check import check as check_document

USER = User("111122223333", "ann", "AIDAANN")
CONTEXT = {"aws:username": "ann", "aws:SourceIp": "10.0.0.1", "aws:CurrentTime": "2026-01-01T00:00:00Z"}
REQUEST = Request(USER, "s3:GetObject", "arn:aws:s3:::bucket/home/ann/x", CONTEXT)


def seeds() -> list[bytes]:
    """Every document of the decision vectors, once."""
    found: dict[str, None] = {}
    for file in sorted((VECTORS / "policy").glob("*.json")):
        for case in json.loads(file.read_text()):
            for given in case["given"].values():
                found |= dict.fromkeys(json.dumps(each) for each in _documents(given))
    return [text.encode() for text in found]


def _documents(given: object) -> list[object]:
    if isinstance(given, list):
        return [document for each in given for document in _documents(each)]
    return [given] if isinstance(given, dict) and "Statement" in given else []


def check(data: bytes) -> None:
    for kind in DocumentKind:
        check_document(data, kind)
    try:
        policy = Policy.parse(data)
    except PolicyError:
        return
    assert Policy.parse(str(policy)) == policy
    for policies in (Policies.of(identity=[policy]), Policies.of(resource=policy)):
        decision = decide(REQUEST, policies)
        assert as_json(explain(decision))["decision"] == decision.verdict
