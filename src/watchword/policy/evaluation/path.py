"""An explanation as a path: the types of policy in the order of evaluation, and what each says.

It is the form for people and their programs: the console, the playground, `watchword explain` and
`watchword decide` show it. docs/explaining.md is its manual. It is made of an explanation as JSON
(`explain.as_json`), whether that was made just now or comes from a record or an authorization message. So
all of them say the same.

1. An explicit Deny decides wherever it stands. Without one, the first type that lacks an Allow decides.
2. A level of an organization is a station of its own, where the explanation knows the levels.
3. A fix is a list of changes that are enough together. The first fix adds a statement for each type that
   lacks one. Where one type lacks an Allow and a statement there lacks only the resource, the second fix
   widens that statement.
   An explicit Deny has no fix: somebody meant it.

Source of the order: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny
access".
"""

from collections.abc import Iterator
from typing import Any, Final

from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.reasons import GRANTING, Explained, called, granted_by

VERSION: Final = 1
ORDER = (
    PolicyType.RCP,
    PolicyType.SCP,
    PolicyType.VPC_ENDPOINT,
    PolicyType.RESOURCE,
    PolicyType.IDENTITY,
    PolicyType.BOUNDARY,
    PolicyType.SESSION,
)
DENIES, ALLOWS, LACKS, SILENT = "denies", "allows", "lacks", "silent"
"""What a type says: it has a Deny; an Allow; it needs an Allow and has none; nothing, and needs nothing."""
_LEVEL_SAYS = {"deny": DENIES, "allow": ALLOWS, "nothing": LACKS}
_OF_AWS = "arn:aws:iam::aws:policy/"
"""How the ARNs of AWS's own policies begin, which no account can change."""
Json = dict[str, Any]


def path_of(told: Explained, context: Explained | None = None) -> Json:
    """The path of an explanation. `context`: the condition keys of the request, where they are known."""
    request = {
        name: told[name] for name in ("principal", "action", "resource", "resourceAccount") if name in told
    }
    return {
        "version": VERSION,
        "decision": told["decision"],
        "sentence": told.get("message") or granted_by(told),
        "request": request if context is None else request | {"context": context},
        "path": list(_stations(told)),
        "decidedBy": _decider(told),
        "missingKeys": list(told.get("missingKeys", ())),
        "fixes": list(_fixes(told)),
        **({"steps": told["steps"]} if "steps" in told else {}),
    }


def _stations(told: Explained) -> Iterator[Json]:
    for type_ in ORDER:
        statements = [_statement(each) for each in _cited(told) if each["policyType"] == type_]
        levels = [each for each in told.get("levels", ()) if each["policyType"] == type_]
        for level in levels:  # rule 2
            here = [each for each in statements if each.get("level") == level["level"]]
            yield _station(told, type_, _LEVEL_SAYS[level["says"]], here) | {"level": level["level"]}
        says = _says(told, type_)
        if not levels and (says != SILENT or type_ is not PolicyType.VPC_ENDPOINT):
            yield _station(told, type_, says, statements)


def _station(told: Explained, type_: PolicyType, says: str, statements: list[Json]) -> Json:
    return {
        "policyType": type_.value,
        "called": called(type_, told),
        "says": says,
        "statements": statements,
    }


def _says(told: Explained, type_: PolicyType) -> str:
    effects = {each["effect"] for each in told["matches"] if each["policyType"] == type_}
    if "Deny" in effects:
        return DENIES
    if type_ in told.get("blockedBy", ()):
        return LACKS
    return ALLOWS if effects else SILENT


def _cited(told: Explained) -> list[Explained]:
    """The statements that apply, and those that nearly do."""
    return [*told["matches"], *told.get("nearMisses", ())]


def _statement(cited: Explained) -> Json:
    """With what was compared: the conditions of one that applies, or what failed of one that nearly does."""
    applies = "failed" not in cited
    compared = cited.get("conditions", ()) if applies else cited["failed"]
    return {
        **{name: cited[name] for name in ("policy", "level", "statement", "sid", "effect") if name in cited},
        "applies": applies,
        "compared": [{**each, "holds": applies} for each in compared],
    }


def _decider(told: Explained) -> Json | None:
    """Rule 1: the type that decided, and its statement where one did."""
    matches = told["matches"]
    if told["decision"] == "allow":
        allows = [each for each in matches if each["policyType"] in GRANTING]
        return _reference(allows[-1]) if allows else None
    if told["decision"] == "explicitDeny" and matches:
        return _reference(matches[0])
    type_ = told.get("policyType")
    return {"policyType": type_, "policy": None, "statement": None} if type_ else None


def _reference(cited: Explained) -> Json:
    return {
        name: cited[name] for name in ("policyType", "policy", "level", "statement", "sid") if name in cited
    }


def _fixes(told: Explained) -> Iterator[Json]:
    """Rule 3."""
    remedies = told.get("wouldAllow", ())
    if not remedies:
        return
    yield {"changes": [{"change": "add", **each} for each in remedies]}
    resource = remedies[0]["statement"].get("Resource")
    for near in told.get("nearMisses", ()) if len(remedies) == 1 and resource else ():
        failed = [each["element"] for each in near["failed"]]
        ours = near["policyType"] == remedies[0]["policyType"] and not near["policy"].startswith(_OF_AWS)
        if ours and failed == ["Resource"]:
            place = {name: near[name] for name in ("policyType", "policy", "statement")}
            yield {"changes": [{"change": "widen", **place, "resource": resource}]}
            return
