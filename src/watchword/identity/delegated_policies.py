"""The policy of a delegation request, made of a template: a managed policy of the account that asks.

1. `@{name}` in a string of the template is replaced by the parameter of that name. A string with a
   `stringList` becomes several, one for each value.
2. Strings are replaced after the template was read as JSON, so a value can't become anything but a string.
3. Every name in the template has a parameter, and every parameter a name in the template.
4. The policy may be at most as large as a session policy, which it will be.

AWS's templates are registered with AWS, and their grammar isn't published; `@{name}` is that of role
templates.
Sources: IAM API Reference, DelegationPermission and PolicyParameter, GetRoleTemplateVersion
(RoleNamePattern).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from watchword.identity.refusals import refusal
from watchword.policy import Policy
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.policy.language.match import glob

MAX_TEXTS = 1000
"""Strings that one of the template may become."""
STRING, STRING_LIST = "string", "stringList"
_PLACEHOLDER = re.compile(r"@\{([ -|~]+)\}")
_BOUNDARY_KEY = "iam:permissionsboundary"
_CREATING = "iam:createrole"

Values = Mapping[str, tuple[str, Sequence[str]]]
"""Name -> its type and its values."""


def read_parameters(given: Iterable[Mapping[str, Any]]) -> Values:
    """Raises InvalidInput for parameters that can't be."""
    found: dict[str, tuple[str, Sequence[str]]] = {}
    for each in given:
        name, kind, values = each.get("Name", ""), each.get("Type", STRING), each.get("Values", [])
        if not name or name in found:
            raise refusal("InvalidInput", "Each policy parameter needs a name of its own.")
        if kind not in (STRING, STRING_LIST) or (kind == STRING and len(values) != 1):
            raise refusal("InvalidInput", f"The policy parameter {name} needs one value of the type string.")
        found[name] = kind, values
    return found


def made_of(template: str, given: Values, partition: str) -> str:
    """The policy. Raises InvalidInput or MalformedPolicyDocument."""
    wanted = set(_PLACEHOLDER.findall(template))
    if wanted != given.keys():
        said = f"The policy template takes the parameters {sorted(wanted)}, but {sorted(given)} were given."
        raise refusal("InvalidInput", said)
    document = json.dumps(_filled(json.loads(template), given), separators=(",", ":"), ensure_ascii=False)
    validate(document, DocumentKind.SESSION, partition=partition)
    return document


def boundaries_in(document: str) -> tuple[str, ...]:
    """The permissions boundaries that the policy's statements name where they allow roles to be created."""
    found: dict[str, None] = {}
    for statement in Policy.parse(document).statements:
        if not any(glob(each.lower())(_CREATING) for each in statement.action.values):
            continue
        for condition in statement.conditions:
            if condition.key.lower() == _BOUNDARY_KEY:
                found.update(dict.fromkeys(condition.values))
    return tuple(found)


def _filled(value: Any, given: Values) -> Any:  # noqa: ANN401 any JSON value
    match value:
        case dict():
            return {key: _filled(each, given) for key, each in value.items()}
        case list():
            return [text for each in value for text in _spread(each, given)]
        case str():
            texts = _spread(value, given)
            return texts[0] if len(texts) == 1 else texts
    return value


def _spread(value: Any, given: Values) -> list[Any]:  # noqa: ANN401 any JSON value
    """What stands in the place of one item of a list."""
    if not isinstance(value, str):
        return [_filled(value, given)]
    names = sorted(set(_PLACEHOLDER.findall(value)))
    choices = [given[name][1] for name in names]
    if prod(map(len, choices)) > MAX_TEXTS:
        raise refusal("InvalidInput", "The policy parameters have too many values.")
    return [_replaced(value, dict(zip(names, chosen, strict=True))) for chosen in product(*choices)]


def _replaced(text: str, chosen: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: chosen[found[1]], text)
