"""Principals: required or not, of a known form, and and whether a service may act for any customer.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "The confused deputy problem"; `trust`
has what is only for trust policies.
"""

import re
from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import IDENTITY_KINDS, RESOURCE_KINDS, Found, Subject, is_plain
from watchword.policy.checking.resources import is_of_ecr
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.language.grammar import EVERYONE, element_name
from watchword.policy.language.match import is_wild

_ROLE_ID = re.compile(r"AROA[A-Z0-9]{12,}", re.ASCII)
_USER_ID = re.compile(r"AIDA[A-Z0-9]{12,}", re.ASCII)
_AWS = re.compile(
    r"[0-9]{12}|arn:[a-z-]+:(?:iam::(?:[0-9]{12}|cloudfront):(?:root$|user/.|role/.)"
    r"|sts::[0-9]{12}:(?:assumed-role/[^/]+/.|federated-user/.|self$)).*|A(?:ID|RO)A[A-Z0-9]{12,}",
    re.ASCII,
)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_FORMS: Final = {"AWS": _AWS, "Service": _SERVICE}
_SOURCES: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
_OLD_SOURCE: Final = "aws:sourceowner"
_OF_ORGANIZATION: Final = frozenset({"aws:principalorgid", "aws:principalorgpaths"})


def required(subject: Subject) -> Found:
    """Principal and Resource: that they are there where the kind of policy needs them, and only there."""
    statement, kind = subject.statement, subject.kind
    if kind in IDENTITY_KINDS and statement.principal is not None:
        details = "An identity policy applies to the identity that it is attached to."
        yield Finding("Unsupported principal", details, (element_name("Principal", statement.principal),))
    if (kind in RESOURCE_KINDS or kind is DocumentKind.TRUST) and statement.principal is None:
        yield Finding("Missing principal", "The statement says nothing about who.")
    without = kind is DocumentKind.TRUST or (kind is DocumentKind.RESOURCE and is_of_ecr(statement.action))
    if statement.resource is None and not without:
        yield Finding("Missing resource", "The statement says nothing about which resources.")


def principals(subject: Subject) -> Found:
    """Each name, by the form of its type."""
    element = subject.statement.principal
    if subject.allows and element is not None and element.negated and subject.kind is not DocumentKind.TRUST:
        details = "Everyone who is not listed is allowed, anonymous callers too."
        yield Finding("Allow with NotPrincipal", details, ("NotPrincipal",))
    for kind, name, path in subject.principals():
        if _ROLE_ID.fullmatch(name):
            yield Finding("Invalid role reference", f"{name} is a role's id; use its ARN.", path)
        elif _USER_ID.fullmatch(name):
            yield Finding("Invalid user reference", f"{name} is a user's id; use its ARN.", path)
        elif is_wild(name) and (kind, name) != ("AWS", EVERYONE):
            details = f"A principal of type {kind} takes no wildcard, but {name} has one."
            yield Finding("Unsupported wildcard in principal", details, path)
        elif kind in _FORMS and name != EVERYONE and "${" not in name and not _FORMS[kind].fullmatch(name):
            yield Finding("Invalid principal format", f"{name} is not of a form that type {kind} has.", path)
    if subject.kind in RESOURCE_KINDS and element is not None and element.named("Federated"):
        details = "A federated identity calls as a session of a role."
        yield Finding(
            "Federated principal not supported", details, (element_name("Principal", element), "Federated")
        )


def services(subject: Subject) -> Found:
    """A service that may act for anyone is a confused deputy."""
    if not (subject.allows and subject.kind in RESOURCE_KINDS and subject.named("Service")):
        return
    path = ("Principal", "Service")
    keys = subject.keys
    if not keys & _SOURCES and _OLD_SOURCE in keys:
        details = f"Few services set {_OLD_SOURCE}; most set aws:SourceArn or aws:SourceAccount."
        yield Finding("Recommended condition key for service principal", details, path)
    elif not keys & _SOURCES:
        details = "The service may act for anyone: limit it with aws:SourceArn or aws:SourceAccount."
        yield Finding("Restrict access to service principal", details, path)
    element = subject.statement.principal
    if element is None or {kind for kind, _ in element.entries} != {"Service"}:
        return
    for condition, found, at in subject.conditions():
        if condition.key.lower() in _OF_ORGANIZATION and is_plain(found):
            details = f"A service belongs to no organization: it never has {condition.key}."
            yield Finding("Unsupported condition key for service principal", details, at)
