"""The trust policy of a role: who may assume it, by which action, and under which claims.

Source: IAM User Guide, "Role trust policy ..." of the check reference, "Create a role for OpenID Connect
federation", "Pass session tags in AWS STS"; IAM Roles Anywhere User Guide, "Trust policy". A pattern needs
six plain characters before each wildcard, and says so only for the subject of an identity provider's token.
"""

import re
from collections.abc import Iterator
from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject, is_plain
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.language.grammar import element_name
from watchword.policy.language.match import glob, is_wild
from watchword.policy.language.text import Path

_GITHUB: Final = "token.actions.githubusercontent.com"
_PROVIDER = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/(.+)", re.ASCII)
_SAML = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:saml-provider/[\w.-]+", re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_BRANCH = re.compile(r"repo:[^*?/:]+/[^*?/:]+:ref:refs/(?:heads|tags)/[^*?]+")
_WILDCARDS = re.compile(r"\$\{[^}]*\}|[*?]")
_VERBATIM = re.compile(r"(?<!\$\{)[*?]")
"""Wildcards that only the Like operators know."""
_LEAST_BEFORE_WILDCARD: Final = 6
_ROLES_ANYWHERE: Final = "rolesanywhere.amazonaws.com"
_BY_KIND: Final = {"oidc": "sts:assumerolewithwebidentity", "saml": "sts:assumerolewithsaml"}
_ASSUMING: Final = ("sts:assumerole", *_BY_KIND.values())
_FOR_ROLES_ANYWHERE: Final = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
_SETTING: Final = {
    "sts:sourceidentity": "sts:SetSourceIdentity",
    "sts:transitivetagkeys": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "aws:requesttag": "sts:TagSession",
}
"""Keys that need another action, which the statement must name too."""


def trust(subject: Subject) -> Found:
    """All checks that are for trust policies only."""
    if subject.kind is DocumentKind.TRUST:
        yield from _elements(subject)
        yield from _providers(subject)
        yield from _actions(subject)
        yield from _sessions(subject)
        yield from _claims(subject)


def _elements(subject: Subject) -> Found:
    element = subject.statement.principal
    if element is not None and element.negated:
        details = "A trust policy has no NotPrincipal."
        yield Finding("Role trust policy syntax error notprincipal", details, ("NotPrincipal",))
    elif element is not None and element.everyone:
        details = "A trust policy names who may assume the role."
        yield Finding("Role trust policy unsupported wildcard in principal", details, ("Principal",))
    resource = subject.statement.resource
    if resource is not None:
        details = "A trust policy is attached to its resource, the role."
        yield Finding(
            "Role trust policy syntax error resource", details, (element_name("Resource", resource),)
        )


def _providers(subject: Subject) -> Found:
    for kind, name, path in subject.principals():
        if kind == "Federated" and _provider(name) is None and not is_wild(name):
            details = f"{name} is neither a provider's ARN nor its domain."
            yield Finding("Invalid federated principal syntax in role trust policy", details, path)


def _provider(name: str) -> tuple[str, str] | None:
    """The kind of an identity provider, and its name in condition keys."""
    if _SAML.fullmatch(name):
        return "saml", "saml"
    if found := _PROVIDER.fullmatch(name):
        return "oidc", found[1].lower()
    return ("oidc", name.lower()) if _DOMAIN.fullmatch(name) else None


def _actions(subject: Subject) -> Found:
    """Each way to assume a role is for one kind of principal."""
    kinds = {found[0] for found in map(_provider, subject.named("Federated")) if found is not None}
    others = subject.named("AWS") or subject.named("Service")
    for pattern, path in subject.actions():
        action = pattern.lower()
        if action not in _ASSUMING or not (kinds or others):
            continue
        fits = any(_BY_KIND[kind] == action for kind in kinds) or (others and action == "sts:assumerole")
        if not fits:
            details = f"{pattern} is not how the principals of this statement assume a role."
            yield Finding("Mismatched action for principal", details, path)
    if subject.allows and _ROLES_ANYWHERE in subject.named("Service"):
        missing = [name for name in _FOR_ROLES_ANYWHERE if not _names(subject, name)]
        if missing:
            details = f"IAM Roles Anywhere also needs {' and '.join(missing)}."
            yield Finding("Missing action for roles anywhere trust policy", details, ("Action",))


def _names(subject: Subject, action: str) -> bool:
    return any(glob(pattern.lower())(action.lower()) for pattern in subject.statement.action.values)


def _sessions(subject: Subject) -> Found:
    for condition, found, path in subject.conditions():
        action = _SETTING.get(condition.key.lower().partition("/")[0])
        if action is not None and is_plain(found) and not _names(subject, action):
            details = f"A request has {condition.key} only with {action}, which the statement doesn't name."
            yield Finding("Missing action for condition key", details, path)
    roles = {_role(name): name for name in subject.named("AWS") if ":role/" in name}
    for _, name, path in subject.principals():
        if ":assumed-role/" in name and _role(name) in roles:
            details = f"{name} is a session of {roles[_role(name)]}, which is named too."
            yield Finding("Redundant principal in role trust policy", details, path)


def _role(name: str) -> tuple[str, str]:
    """The account and name of a role, or of the role of a session."""
    _, _, path = name.partition("role/")
    account = name.split(":")[4] if name.count(":") > 3 else ""  # noqa: PLR2004 the ARN's account
    return account, path.split("/")[0] if ":assumed-role/" in name else path.rpartition("/")[2]


def _claims(subject: Subject) -> Found:
    """Which tokens are accepted: an identity provider has other customers too."""
    found = {
        name for kind, name in filter(None, map(_provider, subject.named("Federated"))) if kind == "oidc"
    }
    prefixes = {key.rpartition(":")[0] for key in subject.keys}
    for name in sorted(found if subject.allows else ()):
        path: Path = ("Principal", "Federated")
        if name not in prefixes:
            details = f"Anyone with an account at {name} may assume the role: compare {name}:sub or :aud."
            yield Finding("Missing condition key for OIDC principal", details, path)
        if name == _GITHUB and f"{name}:sub" not in subject.keys:
            details = f"Every repository may assume the role: compare {name}:sub."
            yield Finding("Missing github repo condition key", details, path)
    for key, text, path in _claimed(subject):
        if subject.allows and key.endswith(":sub"):
            yield from _subject_pattern(key, text, path)
    for condition, _, path in subject.conditions():
        if condition.key.lower().rpartition(":")[0] in found and condition.key.lower().endswith(":aud"):
            details = (
                "Whether aud has one value or many is the provider's choice; only many need ForAnyValue."
            )
            yield Finding("Confirm audience claim type", details, path)


def _claimed(subject: Subject) -> Iterator[tuple[str, str, Path]]:
    for condition, found, path in subject.conditions():
        if found.comparison.kind == "String" and not found.negated:
            for index, text in enumerate(condition.values):
                pattern = text if "Like" in found.name else _VERBATIM.sub("_", text)
                yield condition.key.lower(), pattern, (*path, index)


def _subject_pattern(key: str, text: str, path: Path) -> Found:
    before = 0
    for sign in _WILDCARDS.finditer(text):
        if sign.start() - before < _LEAST_BEFORE_WILDCARD and sign.group() not in ("${*}", "${?}", "${$}"):
            variable = sign.group().startswith("${")
            check = "Variable usage too permissive" if variable else "Wildcard usage too permissive"
            details = f"Put {_LEAST_BEFORE_WILDCARD} plain characters before {sign.group()} in {text}."
            yield Finding(check, details, path)
            break
        before = sign.end()
    if key == f"{_GITHUB}:sub" and not _BRANCH.fullmatch(text):
        details = f"{text} names no single repository and branch."
        yield Finding("Specific github repo and branch recommended", details, path)
