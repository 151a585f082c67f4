"""What service control policies and resource control policies can't say.

Source: AWS Organizations User Guide, "SCP syntax" and "RCP syntax"; IAM User Guide, "RCP ..." of the check
reference. An RCP also binds AWS services that act for a customer: a condition on the principal's organization
must exempt them, and a condition on the customer that a service acts for must apply to services only.
"""

from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.evaluation.combine import has_rcps
from watchword.policy.language.grammar import EVERYONE, element_name

_OF_PRINCIPALS: Final = ("aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths")
_OF_SOURCES: Final = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_IS_SERVICE: Final = "aws:principalisawsservice"


def service_control(subject: Subject) -> Found:
    """An SCP is about the principals of its accounts."""
    element = subject.statement.principal
    if subject.kind is DocumentKind.SCP and element is not None:
        details = "A service control policy has no Principal: use aws:PrincipalArn in a condition."
        yield Finding("SCP syntax error principal", details, (element_name("Principal", element),))


def resource_control(subject: Subject) -> Found:
    """An RCP denies actions to everyone, and only those of services that support RCPs."""
    if subject.kind is not DocumentKind.RCP:
        return
    statement, element = subject.statement, subject.statement.principal
    if subject.allows:
        yield Finding("RCP syntax error allow", "A resource control policy may only deny.", ("Effect",))
    lone = element is not None and element.entries == (("AWS", (EVERYONE,)),)
    if element is None or element.negated or not (element.everyone or lone):
        details = f'A resource control policy has the Principal "{EVERYONE}".'
        yield Finding("RCP syntax error principal", details, (element_name("Principal", element),))
    if statement.action.negated:
        details = "A resource control policy has no NotAction."
        yield Finding("RCP syntax error NotAction", details, ("NotAction",))
        return
    for pattern, path in subject.actions():
        if not has_rcps(pattern.lower()):
            details = f"{pattern} names no service that supports resource control policies."
            yield Finding("RCP syntax error action", details, path)


def services_in_rcps(subject: Subject) -> Found:
    """Conditions that must, or must not, hold for services that act for a customer."""
    if subject.kind is not DocumentKind.RCP or _IS_SERVICE in subject.keys:
        return
    for condition, _, path in subject.conditions():
        if condition.key.lower() in _OF_PRINCIPALS:
            details = f'A service has no {condition.key}: add "BoolIfExists" {_IS_SERVICE} "false".'
            yield Finding("RCP missing related principal condition key", details, path)
        elif condition.key.lower() in _OF_SOURCES:
            details = f'Only a service has {condition.key}: add "Bool" {_IS_SERVICE} "true".'
            yield Finding("RCP missing related service principal condition key", details, path)
