"""The permissions that Lambda's operations need: an action on a function, or on a version or alias of it.

1. The action is decided on before anything tells whether the function exists.
2. An operation that a qualifier narrows is decided on the qualified ARN.
3. Creating a function, or giving it another role, needs iam:PassRole too, on the role and for Lambda.

Source: Service Authorization Reference, "AWS Lambda".
"""

from collections.abc import Callable
from functools import partial

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.functions import FUNCTION, FUNCTION_VERSION, FunctionFact
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.services.lambda_.attached import of_function
from watchword.services.lambda_.errors import invalid, no_function
from watchword.services.lambda_.names import FunctionName
from watchword.services.operation import Call, Demands
from watchword.services.pass_role import to_pass_role
from watchword.store.functions.aliases import Alias
from watchword.store.functions.versions import Version

SERVICE = "lambda.amazonaws.com"
Keys = dict[str, ContextValue]


def found(call: Call, named: FunctionName) -> FunctionFact | None:
    """The function, which all of a call works with; None where there is none."""
    look = partial(call.world.facts.get, FUNCTION, named.account, named.region, named.name)
    return call.resolve(nouns.FUNCTION, named.unqualified, look)


def function_of(call: Call) -> FunctionFact:
    """The function that the call names. Raises ResourceNotFoundException."""
    named = FunctionName.of(call)
    fact = found(call, named)
    if fact is None:
        raise no_function(named.arn)
    return fact


def version_of(call: Call) -> tuple[FunctionFact, Version]:
    """The version that the call names. Raises ResourceNotFoundException."""
    named, fact = FunctionName.of(call), function_of(call)
    number = named.number
    if number is None and named.qualifier in fact.aliases:
        number = _drawn(call, fact.aliases[named.qualifier])
    version = None
    if number is not None:
        version = call.world.facts.get(FUNCTION_VERSION, fact.function.id, str(number))
    if version is None:
        raise no_function(named.arn)
    return fact, version


def _drawn(call: Call, alias: Alias) -> int:
    """The version that an alias points at this time."""
    drawn = int.from_bytes(call.world.randomness(8), "big") / (1 << 64)
    for number, weight in alias.weights.items():
        if drawn < float(weight):
            return int(number)
        drawn -= float(weight)
    return alias.number


def demand(call: Call, action: str, named: FunctionName, keys: Keys | None = None) -> Demand:
    """`action` on the function, or on what of it is named."""
    owner = of_function(found(call, named), named.account, named.qualifier)
    return owner.demand(f"lambda:{action}", named.arn, keys or {})


def on_function(action: str) -> Demands:
    """For operations on a function: rule 2."""
    return lambda call: (demand(call, action, FunctionName.of(call)),)


def to_invoke(call: Call) -> tuple[Demand, ...]:
    """For running a function: by its URL, that needs two permissions."""
    named, by_url = FunctionName.of(call), call.caller.by_url
    invoke = demand(
        call, "InvokeFunction", named, {"lambda:InvokedViaFunctionUrl": "true" if by_url else "false"}
    )
    if by_url is None:
        return (invoke,)
    keys: Keys = {"lambda:FunctionUrlAuthType": by_url.found.url.auth_type}
    return (demand(call, "InvokeFunctionUrl", named, keys), invoke)


def on_everything(action: str) -> Demands:
    """For operations that have no resource."""
    return lambda call: (Demand(f"lambda:{action}", "*", call.account),)


def with_role(action: str, keys: Callable[[Call], Keys] = lambda _call: {}) -> Demands:
    """For operations that give a function its role: rule 3."""

    def demands(call: Call) -> tuple[Demand, ...]:
        named = FunctionName.of(call)
        asked = demand(call, action, named, keys(call))
        if "Role" not in call.input:
            return (asked,)
        return (asked, to_pass_role(call, role_of(call.input["Role"]), SERVICE, named.unqualified))

    return demands


def role_of(text: str) -> EntityArn:
    """The ARN of an execution role. Raises InvalidParameterValueException."""
    arn = EntityArn.parse(text, nouns.ROLE)
    if arn is None:
        raise invalid(f"{text[:200]} is not the ARN of a role.")
    return arn


def request_tags(call: Call) -> Keys:
    """The condition keys of tags in a request."""
    given = call.input.get("Tags") or {}
    keys: Keys = {f"aws:RequestTag/{key}": value for key, value in given.items()}
    return keys | ({"aws:TagKeys": tuple(given)} if given else {})
