"""Findings: what may be stored and yet won't do what its author wanted, or does more.

Source: IAM User Guide, "Access Analyzer policy check reference". Each function looks for a few checks of
`findings.CHECKS` in one statement; `lint` runs them all. Without a catalogue, what only a catalogue knows
(actions, services' keys, forms of ARNs) is not looked for.
"""

import re
from collections.abc import Callable, Iterator

from watchword.names.ids import is_account_id
from watchword.policy import values
from watchword.policy.catalogue import Catalogue
from watchword.policy.conditions import FOR_ALL, NULL, Operator, operator
from watchword.policy.document import Policy
from watchword.policy.findings import GLOBAL_KEYS, TAG_KEYS, Finding
from watchword.policy.grammar import VARIABLES_SINCE, Condition, Effect, Patterns, Statement
from watchword.policy.match import glob
from watchword.policy.text import Path

Found = Iterator[Finding]
_ARN_SEGMENTS = 6
_MOST_COMPARED = 100
_WILDCARD = re.compile(r"[*?](?!\})")
_PASS_ROLE = ("iam:passrole", "Pass role")
_CREATE_SLR = ("iam:createservicelinkedrole", "Create SLR")
_GLOBAL_SERVICES = frozenset({"iam", "cloudfront", "route53", "organizations", "waf"})


def lint(policy: Policy, catalogue: Catalogue | None = None) -> tuple[Finding, ...]:
    """Every finding, in the order of the document."""
    return tuple(_findings(policy, catalogue))


def _findings(policy: Policy, catalogue: Catalogue | None) -> Found:
    if policy.version is None:
        yield Finding(
            "Missing version", f'Without "Version": "{VARIABLES_SINCE}" variables are literal text.'
        )
    checks: list[Callable[[Statement], Found]] = [_sid, _principal, _arns, _conditions, _risky, _redundant]
    checks.append(_variables if policy.version == VARIABLES_SINCE else _variables_of_old)
    for index, statement in enumerate(policy.statements):
        at: Path = ("Statement", index)
        for check in checks:
            yield from _under(at, check(statement))
        yield from _under(at, _keys(statement, catalogue))
        if catalogue is not None:
            yield from _under(at, _actions(statement.action, catalogue))
        if statement in policy.statements[:index]:
            yield Finding("Redundant statement", "The same statement stands above.", at)


def _under(at: Path, found: Found) -> Found:
    return (Finding(each.check, each.details, (*at, *each.path)) for each in found)


def _sid(statement: Statement) -> Found:
    if statement.sid == "":
        yield Finding("Empty Sid value", "Give the Sid a value or leave it out.", ("Sid",))


def _principal(statement: Statement) -> Found:
    if statement.effect is Effect.ALLOW and statement.principal is not None and statement.principal.negated:
        details = "Everybody who is not listed is allowed, anonymous callers too."
        yield Finding("Allow with NotPrincipal", details, ("NotPrincipal",))


def _actions(action: Patterns, catalogue: Catalogue) -> Found:
    path: Path = ("NotAction" if action.negated else "Action",)
    for pattern in action.values:
        service, _, name = pattern.partition(":")
        if pattern == "*":
            continue
        if "*" in service or "?" in service:
            yield Finding("Wildcard in service name", f"{pattern} speaks about several services.", path)
        elif service.lower() not in catalogue.services:
            yield Finding("Invalid service in action", f"There is no service {service}.", path)
        elif name and not catalogue.expand(pattern):
            yield Finding("Invalid action", f"There is no action {pattern}.", path)


def _arns(statement: Statement) -> Found:
    resource = statement.resource
    if resource is None:
        return
    path: Path = (_resource_name(resource),)
    for text in resource.values:
        parts = text.split(":", _ARN_SEGMENTS - 1)
        if text == "*" or parts[0] != "arn":
            continue
        if len(parts) < _ARN_SEGMENTS:
            yield Finding("Missing ARN field", f"{text} has {len(parts)} of {_ARN_SEGMENTS} parts.", path)
            continue
        _, _, service, region, account, name = parts
        plain = not any(sign in account for sign in "*?$")
        if account and plain and not is_account_id(account) and account != "aws":
            yield Finding("Invalid ARN account", f"{account} is not a 12-digit account.", path)
        if service in _GLOBAL_SERVICES and region not in ("", "*"):
            yield Finding("ARN Region not allowed", f"Resources of {service} have no Region.", path)
        if service == "s3" and "/" not in name and account and not name.startswith("accesspoint"):
            yield Finding("ARN account not allowed", "A bucket's ARN has no account.", path)
        if not name:
            yield Finding("Invalid ARN resource", f"{text} names no resource.", path)
        if any("${" in part and not re.fullmatch(r"(?:[^$]|\$\{[*?$]\})*", part) for part in parts[:5]):
            details = "A variable stands only in the resource part of an ARN; here it matches nothing."
            yield Finding("Variable unsupported in element", details, path)


def _conditions(statement: Statement) -> Found:
    seen: dict[tuple[str, str], str] = {}
    for condition in statement.conditions:
        path: Path = ("Condition", condition.operator, condition.key)
        found = operator(condition.operator)
        if seen.setdefault((condition.operator, condition.key.lower()), condition.key) != condition.key:
            yield Finding("Duplicate keys with different case", "Both must hold: names have no case.", path)
        if found is not None:
            yield from _under(path, _condition(condition, found))


def _condition(condition: Condition, found: Operator) -> Found:
    written, kind = condition.values, found.comparison.kind
    if not written:
        yield Finding("Empty array condition", "There is no value to compare with.")
    if len(set(written)) < len(written):
        yield Finding("Redundant condition value num", "A value stands more than once.")
    if found.name == NULL and found.quantifier:
        yield Finding("Null with qualifier", "With a missing key the answer is always the same.")
    if kind == "Bool" and len({each.lower() for each in written}) > 1:
        yield Finding("Invalid condition multiple Boolean", "True and false together are no condition.")
    like = found.comparison.kind == "ARN" or "Like" in found.name
    if kind == "String" and not like and any(_WILDCARD.search(each) for each in written):
        yield Finding("Wildcard without like operator", f"{found.name} takes wildcards literally.")
    if not found.comparison.variables and any("${" in each for each in written):
        yield Finding("Invalid variable for operator", f"{found.name} knows no variables.")
    if kind == "IPAddress":
        yield from _addresses(condition)


def _addresses(condition: Condition) -> Found:
    for text in condition.values:
        block = values.network(text)
        if block is None:
            continue
        address = values.address(text.partition("/")[0])
        if address is not None and address[1] != block.base:
            yield Finding("Improve IP range", f"{text} has bits beyond its prefix; they are not looked at.")


def _keys(statement: Statement, catalogue: Catalogue | None) -> Found:
    for condition in statement.conditions:
        found = operator(condition.operator)
        path: Path = ("Condition", condition.operator, condition.key)
        key = condition.key.lower()
        if ":" not in key:
            yield Finding("Invalid condition key format", "A key is service:name.", path)
        elif key.startswith("aws:"):
            yield from _under(path, _global_key(key, found))
        elif catalogue is not None and key.partition(":")[0] in catalogue.services:
            kind = catalogue.key_type(key)
            if kind is None:
                yield Finding("Invalid service condition key", f"There is no key {condition.key}.", path)
            elif found is not None:
                yield from _under(path, _key_type(kind, found))


def _global_key(key: str, found: Operator | None) -> Found:
    if key.endswith("/") and key in TAG_KEYS:
        yield Finding("Missing tag key in condition", "Name the tag after the slash.")
    prefix = f"{key.partition('/')[0]}/" if "/" in key else key
    kind = GLOBAL_KEYS.get(prefix)
    if kind is None:
        yield Finding("Invalid global condition key", f"There is no global key {key}.")
    elif found is not None:
        yield from _key_type(kind, found)


def _key_type(kind: str, found: Operator) -> Found:
    many = kind.startswith("ArrayOf")
    if many and not found.quantifier and found.name != NULL:
        yield Finding("Missing qualifier", "The key has many values: say ForAllValues or ForAnyValue.")
    if not many and found.quantifier == FOR_ALL:
        details = "The key has one value, and ForAllValues holds when it is missing."
        yield Finding("ForAllValues with single valued key", details)
    wanted = kind.removeprefix("ArrayOf")
    if found.comparison.kind not in (wanted, "Null", *_ALSO.get(wanted, ())):
        yield Finding("Type mismatch", f"The key is of type {wanted}, {found.name} compares others.")


_ALSO = {"ARN": ("String",), "Date": ("Numeric", "String"), "Bool": ("String",), "Numeric": ("String",)}
"""Operators of other types that are in use for keys of a type."""


def _variables(statement: Statement) -> Found:
    for path, text in _texts(statement):
        for variable in re.finditer(r"\$\{([^}]*)(\}?)", text):
            inside, closed = variable.groups()
            if not closed:
                yield Finding("Missing brace in variable", f"{text} has a variable without end.", path)
            elif not inside.strip():
                yield Finding("Empty variable", f"{text} has a variable without a name.", path)
            elif inside.count("'") % 2:
                yield Finding(
                    "Missing quote in variable", f"In {variable.group()} a quote has no other.", path
                )
            elif re.search(r"\s", re.sub(r", '[^']*'$", "", inside)):
                yield Finding("Unsupported space in variable", f"{variable.group()} has a space.", path)


def _variables_of_old(statement: Statement) -> Found:
    for path, text in _texts(statement):
        if "${" in text:
            details = f"{text} is literal text without Version {VARIABLES_SINCE}."
            yield Finding("Variable unsupported in version", details, path)


def _texts(statement: Statement) -> Iterator[tuple[Path, str]]:
    if statement.resource is not None:
        for text in statement.resource.values:
            yield (_resource_name(statement.resource),), text
    for condition in statement.conditions:
        for text in condition.values:
            yield ("Condition", condition.operator, condition.key), text


def _risky(statement: Statement) -> Found:
    """Passing any role, creating any service-linked role."""
    if statement.effect is not Effect.ALLOW or statement.resource is None:
        return
    resource = _how(statement.resource, "NotResource", "star in resource")
    for name, title in (_PASS_ROLE, _CREATE_SLR):
        action = _how_action(statement.action, name)
        if resource is None or action is None:
            continue
        parts = {"": resource, "NotAction": f"{resource} and NotAction"}.get(
            action, f"{action} and {resource}"
        )
        if action == "star in action" and resource == "star in resource":
            parts = "star in action and resource"
        if action == "NotAction" and resource == "NotResource":
            parts = "NotAction and NotResource"
        details = f"{name} on more than a few roles hands out what those roles may do."
        yield Finding(f"{title} with {parts}", details, (_resource_name(statement.resource),))


def _how(patterns: Patterns, negated: str, star: str) -> str | None:
    if patterns.negated:
        return negated
    return star if "*" in patterns.values else None


def _how_action(action: Patterns, name: str) -> str | None:
    """How a statement comes to speak about an action: by its name (""), a wildcard, or NotAction."""
    named = [pattern.lower() for pattern in action.values if glob(pattern.lower())(name)]
    if action.negated:
        return None if named else "NotAction"
    if not named:
        return None
    return "" if name in named else "star in action"


def _redundant(statement: Statement) -> Found:
    resource = statement.resource
    elements = [("NotAction" if statement.action.negated else "Action", "Redundant action", statement.action)]
    elements += [(_resource_name(resource), "Redundant resource", resource)] if resource else []
    for name, check, patterns in elements:
        written = [each.lower() if patterns is statement.action else each for each in patterns.values]
        wide = [each for each in dict.fromkeys(written) if "*" in each and "$" not in each][:_MOST_COMPARED]
        for index, text in enumerate(written):
            again = text in written[:index] if index < _MOST_COMPARED else False
            if again or any(each != text and glob(each)(text) for each in wide if "$" not in text):
                yield Finding(check, f"{patterns.values[index]} is covered by another entry.", (name,))


def _resource_name(resource: Patterns) -> str:
    return "NotResource" if resource.negated else "Resource"
